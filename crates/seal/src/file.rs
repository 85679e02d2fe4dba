//! Sealed files: frames that authenticate one by one, and an authenticated end.
//!
//! Layout: format (1 byte), salt (12), nonce prefix (7), then frames. Each frame but the last holds
//! exactly [`FILE_FRAME_BYTES`] of clear text, each ends with its tag (16). The salt chooses the file's
//! key as in XAES-256-GCM; a frame's nonce is the prefix, its index (4 bytes, big endian) and a byte
//! that is 1 in the last frame alone. So frames can be neither reordered, doubled, dropped nor taken
//! from another file, and a file cut short has no end.

use std::mem;

use zeroize::Zeroizing;

use crate::frames::{Frames, Header, Position};
use crate::key::DataKey;
use crate::xaes::TAG_BYTES;
use crate::{Context, OpenError};

/// Clear bytes per frame.
pub const FILE_FRAME_BYTES: usize = 64 * 1024;

/// Format of sealed files.
const FILE_FORMAT: u8 = 0x03;
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
            frames: Frames::new(key, context, FILE_FORMAT, &header),
            header: header.encode(FILE_FORMAT),
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
                let Some((header, body)) = Header::read(FILE_FORMAT, rest)? else {
                    return Ok(());
                };
                rest = body;
                unread.insert(Frames::new(self.key, self.context, FILE_FORMAT, &header))
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
