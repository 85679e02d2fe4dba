//! The store: SQLite, wrapped keys in a database of their own, and sealed files, in one data directory.
//!
//! What arrives is sealed already; `docs/data.md` lists every column and says which are clear. Writes of
//! many callers share a commit and so an fsync; a caller is answered when its rows are on disk.

mod blobs;
mod data_dir;
mod destroyed;
mod recordings;
mod sqlite;

pub use blobs::BLOB_BYTES_MAX;
pub use recordings::READ_BYTES_MAX;
pub use sqlite::{
    BATCH_BYTES_MAX, BATCH_WRITES_MAX, KEYS_PER_CALL_MAX, SEALED_BYTES_MAX, SqliteStore,
    TOPIC_BYTES_MAX, WRAPPED_KEY_BYTES_MAX, restore,
};

use app::ports::store::StoreError;

/// An error of the file system, with the path that it is about.
fn io_failed(path: &std::path::Path, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!("`{}`: {error}", path.display()))
}
