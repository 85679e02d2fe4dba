//! Encryption as functions: sealed rows, wrapped keys, keyed hashes, sealed files and streams.
//!
//! Everything sealed carries a format byte and is bound to a [`Context`]: opened for another instance,
//! table, row, column or version it fails as if it had been altered. `docs/decisions/0001-row-sealing.md`
//! says why the construction is XAES-256-GCM.

mod context;
mod file;
mod frames;
mod hash;
mod key;
mod row;
mod stream;
mod xaes;

pub use context::Context;
pub use file::{FILE_FRAME_BYTES, FileOpener, FileSealer, open_file, seal_file};
pub use hash::KeyedHasher;
pub use key::{DATA_KEY_BYTES, DataKey};
pub use row::{ROW_OVERHEAD_BYTES, open, seal, unwrap, wrap};
pub use stream::{ChunkTooLong, STREAM_CHUNK_BYTES_MAX, StreamEnd, StreamOpener, StreamSealer};

/// Why sealed bytes could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The first byte names no format of this kind.
    #[error(
        "sealed in format `{0}`, which is not known here: use the version that wrote it, or restore a backup"
    )]
    UnknownFormat(u8),
    /// Altered, cut short, sealed under another key, or moved from where it belongs.
    #[error(
        "sealed bytes were altered, cut short, moved or belong to another key: restore them from a backup"
    )]
    NotAuthentic,
}
