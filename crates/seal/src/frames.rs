//! Frames that authenticate one by one, in their order: what files and streams are made of.
//!
//! The salt of a header chooses the key as in XAES-256-GCM; a frame's nonce is the header's prefix, the
//! frame's index (4 bytes, big endian) and a byte that is 1 in the last frame alone (the STREAM
//! construction of Hoang, Reyhanitabar, Rogaway and Vizár).

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};

use crate::key::{DataKey, fill_random};
use crate::xaes::SALT_BYTES;
use crate::{Context, OpenError};

const PREFIX_BYTES: usize = NONCE_LEN - 4 - 1;

/// Whether a frame ends what it belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Position {
    Inner,
    Last,
}

/// What stands before the frames.
pub(crate) struct Header {
    salt: [u8; SALT_BYTES],
    prefix: [u8; PREFIX_BYTES],
}

impl Header {
    pub(crate) fn generate() -> Self {
        let mut header = Self {
            salt: [0; SALT_BYTES],
            prefix: [0; PREFIX_BYTES],
        };
        fill_random(&mut header.salt);
        fill_random(&mut header.prefix);
        header
    }

    pub(crate) fn encode(&self, format: u8) -> Vec<u8> {
        let mut bytes = vec![format];
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.prefix);
        bytes
    }

    /// The header and what follows it; `None` while it is incomplete.
    pub(crate) fn read(expected: u8, bytes: &[u8]) -> Result<Option<(Self, &[u8])>, OpenError> {
        let Some((format, rest)) = bytes.split_first() else {
            return Ok(None);
        };
        if *format != expected {
            return Err(OpenError::UnknownFormat(*format));
        }
        Ok(rest
            .split_first_chunk::<SALT_BYTES>()
            .and_then(|(salt, rest)| {
                let (prefix, rest) = rest.split_first_chunk::<PREFIX_BYTES>()?;
                let header = Self {
                    salt: *salt,
                    prefix: *prefix,
                };
                Some((header, rest))
            }))
    }
}

/// The key of one file and the place of its next frame.
pub(crate) struct Frames {
    key: LessSafeKey,
    associated_data: Vec<u8>,
    prefix: [u8; PREFIX_BYTES],
    index: u32,
}

impl Frames {
    pub(crate) fn new(key: &DataKey, context: &Context, format: u8, header: &Header) -> Self {
        Self {
            key: key.cipher().message_key(&header.salt),
            associated_data: context.associated_data(format),
            prefix: header.prefix,
            index: 0,
        }
    }

    pub(crate) fn seal(&mut self, clear: &[u8], position: Position, sealed: &mut Vec<u8>) {
        let start = sealed.len();
        sealed.extend_from_slice(clear);
        let (_, body) = sealed.split_at_mut(start);
        #[expect(
            clippy::expect_used,
            reason = "2^32 frames of a file are 256 TiB, of a stream with two a second 68 years"
        )]
        let tag = self
            .next_nonce(position)
            .and_then(|nonce| {
                let associated_data = Aad::from(self.associated_data.as_slice());
                self.key
                    .seal_in_place_separate_tag(nonce, associated_data, body)
                    .ok()
            })
            .expect("fewer than 2^32 frames");
        sealed.extend_from_slice(tag.as_ref());
    }

    pub(crate) fn open(
        &mut self,
        frame: &[u8],
        position: Position,
        clear: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let nonce = self.next_nonce(position).ok_or(OpenError::NotAuthentic)?;
        let start = clear.len();
        clear.extend_from_slice(frame);
        let (_, body) = clear.split_at_mut(start);
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(self.associated_data.as_slice()), body)
            .map(|opened| opened.len());
        // Nothing that failed stays in the clear text.
        clear.truncate(start + opened.as_ref().copied().unwrap_or(0));
        opened.map(|_| ()).map_err(|_| OpenError::NotAuthentic)
    }

    /// The nonce of the next frame; `None` after 2^32 - 1 frames.
    fn next_nonce(&mut self, position: Position) -> Option<Nonce> {
        let last = match position {
            Position::Inner => 0,
            Position::Last => 1,
        };
        let parts = self
            .prefix
            .into_iter()
            .chain(self.index.to_be_bytes())
            .chain([last]);
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().zip(parts) {
            *to = from;
        }
        self.index = self.index.checked_add(1)?;
        Some(Nonce::assume_unique_for_key(nonce))
    }
}
