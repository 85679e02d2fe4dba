//! The root key in a local file, sealed by a passphrase.

mod file;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use app::ports::keys::{KeyError, KeyProvider};
use async_trait::async_trait;
use model::Secret;
use seal::{Context, DataKey, KeyedHasher};
use tokio::task;

pub use file::{
    LocalKeyError, PASSPHRASE_BYTES_MAX, PASSPHRASE_BYTES_MIN, ROOT_KEY_FILE_BYTES_MAX,
};

/// A root key that was opened from its file and stays in this process's memory. The file remains the
/// switch: [`KeyProvider::probe`] answers `Denied` once it is gone.
pub struct LocalKeyProvider {
    path: PathBuf,
    root: DataKey,
    key_id: String,
    // Tells at each probe whether the file is still the one that was opened.
    digest: [u8; 32],
}

impl LocalKeyProvider {
    /// Makes a new root key and its file with mode 0600. Keep a copy of the file and of the passphrase
    /// elsewhere: without both nothing can be read. Takes a fraction of a second and 64 MiB of memory.
    ///
    /// # Errors
    /// `Exists` where a file is there already (it is never overwritten), `Passphrase` where the
    /// passphrase is too short or too long, `Io`.
    pub fn create(path: &Path, passphrase: &Secret<String>) -> Result<Self, LocalKeyError> {
        let root = DataKey::generate();
        let content = file::seal_root(&root, passphrase)?;
        file::write_new(path, &content)?;
        Ok(Self::new(path, root, &content))
    }

    /// Opens the root key of this file. Takes a fraction of a second and as much memory as the file's
    /// parameters say, within bounds.
    ///
    /// # Errors
    /// `WrongPassphrase`, `Altered` where the file is damaged, `ReadableByOthers`, `UnknownFormat`,
    /// `Parameters` where they are out of bounds, `Io` where the file is missing or unreadable.
    pub fn open(path: &Path, passphrase: &Secret<String>) -> Result<Self, LocalKeyError> {
        let content = file::read_private(path)?;
        let root = file::open_root(path, &content, passphrase)?;
        Ok(Self::new(path, root, &content))
    }

    fn new(path: &Path, root: DataKey, content: &[u8]) -> Self {
        let id = KeyedHasher::new(&root).hash("root key id", b"");
        let key_id = id.iter().take(8).map(|byte| format!("{byte:02x}"));
        Self {
            path: path.to_owned(),
            key_id: key_id.collect::<Vec<_>>().concat(),
            root,
            digest: file::digest(content),
        }
    }
}

/// What an instance key is bound to when the root key wraps it.
fn root_context(context: &[u8]) -> Context {
    Context::new(None, "root key", "instance key", 1).row(context)
}

#[async_trait]
impl KeyProvider for LocalKeyProvider {
    fn describe(&self) -> String {
        format!(
            "local root key {} in `{}`",
            self.key_id,
            self.path.display()
        )
    }

    async fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(seal::wrap(&self.root, &root_context(context), key))
    }

    async fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<DataKey, KeyError> {
        seal::unwrap(&self.root, &root_context(context), wrapped).map_err(|_| KeyError::Invalid)
    }

    async fn probe(&self) -> Result<(), KeyError> {
        let path = self.path.clone();
        let content = task::spawn_blocking(move || file::read_bounded(&path))
            .await
            .map_err(|error| KeyError::Unreachable(error.to_string()))?;
        match content {
            Ok(content) if file::digest(&content) == self.digest => Ok(()),
            Ok(_) => Err(KeyError::Invalid),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(KeyError::Denied),
            Err(error) => Err(KeyError::Unreachable(format!(
                "`{}`: {error}",
                self.path.display()
            ))),
        }
    }
}
