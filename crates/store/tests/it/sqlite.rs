//! SQLite as one of the backends of the conformance suite, and what is particular to it.

use std::path::Path;

use app::ports::blobs::Blobs;
use app::ports::store::Store;
use store::SqliteStore;
use tempfile::TempDir;

use crate::conformance::{Backend, conformance};

pub(crate) struct Sqlite {
    store: SqliteStore,
    dir: TempDir,
}

impl Backend for Sqlite {
    type Store = SqliteStore;

    fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            store: SqliteStore::open(dir.path()).unwrap(),
            dir,
        }
    }

    fn store(&self) -> &SqliteStore {
        &self.store
    }

    fn reopened(self) -> Self {
        let Self { store, dir } = self;
        drop(store);
        Self {
            store: SqliteStore::open(dir.path()).unwrap(),
            dir,
        }
    }
}

impl Sqlite {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

conformance!(crate::sqlite::Sqlite);

#[test]
fn a_second_opener_is_refused_and_told_why() {
    let backend = Sqlite::fresh();
    let problem = SqliteStore::open(backend.path()).err().unwrap().to_string();
    assert!(
        problem.contains("is in use: stop the other process"),
        "{problem}"
    );
}

#[test]
fn a_damaged_database_is_refused_and_told_what_to_do() {
    for file in ["data.db", "keys.db"] {
        let Sqlite { store, dir } = Sqlite::fresh();
        drop(store);
        std::fs::write(dir.path().join(file), [7; 8192]).unwrap();
        let problem = SqliteStore::open(dir.path()).err().unwrap().to_string();
        assert!(problem.contains("restore a backup"), "{problem}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_an_error_and_no_panic() {
    let Sqlite { store, dir } = Sqlite::fresh();
    drop(store);
    let connection = rusqlite::Connection::open(dir.path().join("data.db")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO instances VALUES (x'01', 'r', 'a', 0, x'');
             INSERT INTO resources VALUES (zeroblob(16), 'sorcery', zeroblob(16), zeroblob(32), 1, x'');
             INSERT INTO records VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 0, 0, 'SMOKE', NULL, x'');
             INSERT INTO transcript VALUES (zeroblob(16), zeroblob(16), 1, zeroblob(16), zeroblob(3), 0, x'');",
        )
        .unwrap();
    drop(connection);
    let store = SqliteStore::open(dir.path()).unwrap();
    let nobody = model::InstanceId::from_u128(0);
    let contact = model::ContactId::from_u128(0);
    assert!(store.instances().await.is_err());
    assert!(store.resources(nobody).await.is_err());
    assert!(store.record(nobody, contact).await.is_err());
    assert!(store.transcript(nobody, contact, 0, 9, 9).await.is_err());
}

#[tokio::test]
async fn a_half_written_file_is_removed_at_the_next_start() {
    let backend = Sqlite::fresh();
    let (instance, id) = (
        model::InstanceId::from_u128(1),
        model::AttachmentId::from_u128(2),
    );
    Blobs::put(backend.store(), instance, id, vec![1])
        .await
        .unwrap();
    let part = backend.path().join(format!("blobs/{instance}/{id}.0.part"));
    std::fs::write(&part, b"half").unwrap();
    let backend = backend.reopened();
    assert!(!part.exists());
    let whole = Blobs::get(backend.store(), instance, id).await.unwrap();
    assert_eq!(whole, Some(vec![1]));
}

#[tokio::test]
async fn a_file_longer_than_the_limit_is_refused() {
    let backend = Sqlite::fresh();
    let too_long = vec![0; store::BLOB_BYTES_MAX + 1];
    let stored = Blobs::put(
        backend.store(),
        model::InstanceId::from_u128(1),
        model::AttachmentId::from_u128(2),
        too_long,
    );
    assert!(stored.await.is_err());
}
