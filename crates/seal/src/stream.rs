//! Sealed streams: chunks that are sealed as they come, so that a crash loses none that was written.
//!
//! Layout: format (1 byte), salt (12), nonce prefix (7), then chunks. Each chunk is its clear length
//! (4 bytes, big endian, the highest bit set in the last chunk alone), the sealed bytes and their tag
//! (16). Chunks are frames as those of a file: they can be neither reordered, doubled, dropped, altered
//! nor taken from another stream, and nothing can follow the last one. A stream that has no last chunk
//! opens up to where it was cut off, and says so.

use std::borrow::Borrow;
use std::mem;

use zeroize::Zeroizing;

use crate::frames::{Frames, Header, Position};
use crate::key::DataKey;
use crate::xaes::TAG_BYTES;
use crate::{Context, OpenError};

/// Most clear bytes in one chunk.
pub const STREAM_CHUNK_BYTES_MAX: usize = 64 * 1024;

/// Format of sealed streams.
const STREAM_FORMAT: u8 = 0x04;
const LENGTH_BYTES: usize = 4;
const LAST: u32 = 1 << 31;

/// A chunk has more than [`STREAM_CHUNK_BYTES_MAX`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a chunk has at most `{STREAM_CHUNK_BYTES_MAX}` bytes, not `{0}`: split it")]
pub struct ChunkTooLong(pub usize);

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// With its last chunk: it is whole.
    Complete,
    /// Before its last chunk, by a crash or because somebody cut it. What was opened is authentic.
    CutOff,
}

/// Seals a stream chunk by chunk; nothing is held back.
pub struct StreamSealer {
    frames: Frames,
    header: Vec<u8>,
}

impl StreamSealer {
    /// Begins a stream under `key`, bound to `context`.
    pub fn new(key: &DataKey, context: &Context) -> Self {
        let header = Header::generate();
        Self {
            frames: Frames::new(key, context, STREAM_FORMAT, &header),
            header: header.encode(STREAM_FORMAT),
        }
    }

    /// The sealed bytes of the next chunk, to be appended; before the first one the header.
    pub fn seal(&mut self, clear: &[u8]) -> Result<Vec<u8>, ChunkTooLong> {
        self.chunk(clear, Position::Inner)
    }

    /// Ends the stream with its last chunk, which may be empty.
    pub fn finish(mut self, clear: &[u8]) -> Result<Vec<u8>, ChunkTooLong> {
        self.chunk(clear, Position::Last)
    }

    fn chunk(&mut self, clear: &[u8], position: Position) -> Result<Vec<u8>, ChunkTooLong> {
        let length = u32::try_from(clear.len())
            .ok()
            .filter(|_| clear.len() <= STREAM_CHUNK_BYTES_MAX)
            .ok_or(ChunkTooLong(clear.len()))?;
        let mark = match position {
            Position::Inner => 0,
            Position::Last => LAST,
        };
        let mut sealed = mem::take(&mut self.header);
        sealed.reserve_exact(LENGTH_BYTES + clear.len() + TAG_BYTES);
        sealed.extend_from_slice(&(length | mark).to_be_bytes());
        self.frames.seal(clear, position, &mut sealed);
        Ok(sealed)
    }
}

/// Opens a stream piece by piece. Every chunk it gives is authentic and in its place; how the stream
/// ends is only known at [`StreamOpener::finish`].
///
/// Key and context may be borrowed or owned: an opener that is asked now and then owns them.
pub struct StreamOpener<K, C> {
    key: K,
    context: C,
    // Absent until the header is complete.
    frames: Option<Frames>,
    buffer: Vec<u8>,
    end: Option<StreamEnd>,
    failed: Option<OpenError>,
}

impl<K: Borrow<DataKey>, C: Borrow<Context>> StreamOpener<K, C> {
    /// Expects a stream that was sealed under the same key and context.
    pub fn new(key: K, context: C) -> Self {
        Self {
            key,
            context,
            frames: None,
            buffer: Vec::new(),
            end: None,
            failed: None,
        }
    }

    /// Takes the next sealed bytes and adds the chunks that are complete to `chunks`. After an error,
    /// nothing more is opened; the chunks before it are authentic.
    pub fn push(
        &mut self,
        sealed: &[u8],
        chunks: &mut Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<(), OpenError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let opened = self.open_complete(sealed, chunks);
        self.failed = opened.err();
        opened
    }

    /// Says how the stream ended. A chunk that is there in part counts as not there.
    pub fn finish(self) -> Result<StreamEnd, OpenError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.end.unwrap_or(StreamEnd::CutOff)),
        }
    }

    fn open_complete(
        &mut self,
        sealed: &[u8],
        chunks: &mut Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<(), OpenError> {
        self.buffer.extend_from_slice(sealed);
        let mut rest = self.buffer.as_slice();
        let frames = match &mut self.frames {
            Some(frames) => frames,
            unread => {
                let Some((header, body)) = Header::read(STREAM_FORMAT, rest)? else {
                    return Ok(());
                };
                rest = body;
                let (key, context) = (self.key.borrow(), self.context.borrow());
                unread.insert(Frames::new(key, context, STREAM_FORMAT, &header))
            }
        };
        while let Some((length, body)) = rest.split_first_chunk::<LENGTH_BYTES>() {
            if self.end.is_some() {
                return Err(OpenError::NotAuthentic);
            }
            let length = u32::from_be_bytes(*length);
            let position = if length & LAST == 0 {
                Position::Inner
            } else {
                Position::Last
            };
            // Refused before anything is allocated for it.
            let clear_bytes = usize::try_from(length & !LAST).unwrap_or(usize::MAX);
            if clear_bytes > STREAM_CHUNK_BYTES_MAX {
                return Err(OpenError::NotAuthentic);
            }
            let Some((chunk, later)) = body.split_at_checked(clear_bytes + TAG_BYTES) else {
                break;
            };
            let mut clear = Zeroizing::new(Vec::with_capacity(chunk.len()));
            frames.open(chunk, position, &mut clear)?;
            chunks.push(clear);
            if matches!(position, Position::Last) {
                self.end = Some(StreamEnd::Complete);
            }
            rest = later;
        }
        // Fewer bytes than a length behind the end are as wrong as a chunk.
        if self.end.is_some() && !rest.is_empty() {
            return Err(OpenError::NotAuthentic);
        }
        self.buffer = rest.to_vec();
        Ok(())
    }
}
