//! Sealed files: frames that authenticate one by one, and an authenticated end.
//!
//! Layout: format (1 byte), salt (12), nonce prefix (7), then frames. Each frame but the last holds
//! exactly [`FILE_FRAME_BYTES`] of clear text, each ends with its tag (16). The salt chooses the file's
//! key as in XAES-256-GCM; a frame's nonce is the prefix, its index (4 bytes, big endian) and a byte
//! that is 1 in the last frame alone. So frames can be neither reordered, doubled, dropped nor taken
//! from another file, and a file cut short has no end.

use std::mem;

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use crate::key::{DataKey, fill_random};
use crate::xaes::{SALT_BYTES, TAG_BYTES};
use crate::{Context, OpenError};

/// Clear bytes per frame.
pub const FILE_FRAME_BYTES: usize = 64 * 1024;

/// Format of sealed files.
const FILE_FORMAT: u8 = 0x03;
const PREFIX_BYTES: usize = NONCE_LEN - 4 - 1;
const SEALED_FRAME_BYTES: usize = FILE_FRAME_BYTES + TAG_BYTES;

/// Seals a file piece by piece; nothing is held but the frame that is being filled.
pub struct FileSealer {
    frames: Frames,
    header: Vec<u8>,
    buffer: Zeroizing<Vec<u8>>,
}

impl FileSealer {
    /// Begins a file under `key`, bound to `context`.
    pub fn new(key: &DataKey, context: &Context) -> Self {
        let header = Header::generate();
        Self {
            frames: Frames::new(key, context, &header),
            header: header.encode(),
            buffer: Zeroizing::new(Vec::with_capacity(FILE_FRAME_BYTES)),
        }
    }

    /// Takes the next clear bytes and gives the sealed bytes that are complete, to be appended.
    pub fn push(&mut self, mut clear: &[u8]) -> Vec<u8> {
        let mut sealed = mem::take(&mut self.header);
        while !clear.is_empty() {
            // Only when more follows is a full frame known not to be the last.
            if self.buffer.len() == FILE_FRAME_BYTES {
                self.frames.seal(&self.buffer, Position::Inner, &mut sealed);
                self.buffer.clear();
            }
            let room = FILE_FRAME_BYTES - self.buffer.len();
            let (now, later) = clear.split_at(room.min(clear.len()));
            self.buffer.extend_from_slice(now);
            clear = later;
        }
        sealed
    }

    /// Ends the file and gives the last sealed bytes.
    pub fn finish(mut self) -> Vec<u8> {
        let mut sealed = mem::take(&mut self.header);
        self.frames.seal(&self.buffer, Position::Last, &mut sealed);
        sealed
    }
}

/// Opens a file piece by piece. What [`FileOpener::push`] gives is authentic as far as it goes; only
/// [`FileOpener::finish`] says that the file is whole.
pub struct FileOpener<'a> {
    key: &'a DataKey,
    context: &'a Context,
    // Absent until the header is complete.
    frames: Option<Frames>,
    buffer: Vec<u8>,
    failed: Option<OpenError>,
}

impl<'a> FileOpener<'a> {
    /// Begins to open a file that was sealed under the same key and context.
    pub fn new(key: &'a DataKey, context: &'a Context) -> Self {
        Self {
            key,
            context,
            frames: None,
            buffer: Vec::new(),
            failed: None,
        }
    }

    /// Takes the next sealed bytes and gives the clear bytes of the frames that are complete. After an
    /// error every call fails.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let room = self.buffer.len() + sealed.len();
        let mut clear = Zeroizing::new(Vec::with_capacity(room));
        let opened = self.open_complete(sealed, &mut clear);
        self.failed = opened.err();
        opened.map(|()| clear)
    }

    /// Ends the file and gives the clear bytes of its last frame. Fails where the file was cut short.
    pub fn finish(self) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut clear = Zeroizing::new(Vec::with_capacity(self.buffer.len()));
        self.open_last(&mut clear)?;
        Ok(clear)
    }

    // `clear` has room for everything: growing it would leave a clear copy behind.
    fn open_complete(&mut self, sealed: &[u8], clear: &mut Vec<u8>) -> Result<(), OpenError> {
        self.buffer.extend_from_slice(sealed);
        let mut rest = self.buffer.as_slice();
        let frames = match &mut self.frames {
            Some(frames) => frames,
            unread => {
                let Some((header, body)) = Header::read(rest)? else {
                    return Ok(());
                };
                rest = body;
                unread.insert(Frames::new(self.key, self.context, &header))
            }
        };
        // One byte more than a frame: only then is it known not to be the last.
        while rest.len() > SEALED_FRAME_BYTES {
            let (frame, later) = rest.split_at(SEALED_FRAME_BYTES);
            frames.open(frame, Position::Inner, clear)?;
            rest = later;
        }
        self.buffer = rest.to_vec();
        Ok(())
    }

    fn open_last(self, clear: &mut Vec<u8>) -> Result<(), OpenError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut frames = self.frames.ok_or(OpenError::NotAuthentic)?;
        frames.open(&self.buffer, Position::Last, clear)
    }
}

/// Seals a whole file under `key`, bound to `context`.
pub fn seal_file(key: &DataKey, context: &Context, clear: &[u8]) -> Vec<u8> {
    let mut sealer = FileSealer::new(key, context);
    let mut sealed = sealer.push(clear);
    sealed.extend_from_slice(&sealer.finish());
    sealed
}

/// Opens a whole file that was sealed under the same key and context.
pub fn open_file(
    key: &DataKey,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut opener = FileOpener::new(key, context);
    let mut clear = Zeroizing::new(Vec::with_capacity(sealed.len()));
    opener.open_complete(sealed, &mut clear)?;
    opener.open_last(&mut clear)?;
    Ok(clear)
}

#[derive(Clone, Copy)]
enum Position {
    Inner,
    Last,
}

/// What stands before the frames.
struct Header {
    salt: [u8; SALT_BYTES],
    prefix: [u8; PREFIX_BYTES],
}

impl Header {
    fn generate() -> Self {
        let mut header = Self {
            salt: [0; SALT_BYTES],
            prefix: [0; PREFIX_BYTES],
        };
        fill_random(&mut header.salt);
        fill_random(&mut header.prefix);
        header
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FILE_FORMAT];
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.prefix);
        bytes
    }

    /// The header and what follows it; `None` while it is incomplete.
    fn read(bytes: &[u8]) -> Result<Option<(Self, &[u8])>, OpenError> {
        let Some((format, rest)) = bytes.split_first() else {
            return Ok(None);
        };
        if *format != FILE_FORMAT {
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
struct Frames {
    key: LessSafeKey,
    associated_data: Vec<u8>,
    prefix: [u8; PREFIX_BYTES],
    index: u32,
}

impl Frames {
    fn new(key: &DataKey, context: &Context, header: &Header) -> Self {
        Self {
            key: key.cipher().message_key(&header.salt),
            associated_data: context.associated_data(FILE_FORMAT),
            prefix: header.prefix,
            index: 0,
        }
    }

    fn seal(&mut self, clear: &[u8], position: Position, sealed: &mut Vec<u8>) {
        let start = sealed.len();
        sealed.extend_from_slice(clear);
        let (_, body) = sealed.split_at_mut(start);
        #[expect(
            clippy::expect_used,
            reason = "a frame has 64 KiB, and 2^32 of them are 256 TiB: larger than any file system's file"
        )]
        let tag = self
            .next_nonce(position)
            .and_then(|nonce| {
                let associated_data = Aad::from(self.associated_data.as_slice());
                self.key
                    .seal_in_place_separate_tag(nonce, associated_data, body)
                    .ok()
            })
            .expect("a file is shorter than 256 TiB");
        sealed.extend_from_slice(tag.as_ref());
    }

    fn open(
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
