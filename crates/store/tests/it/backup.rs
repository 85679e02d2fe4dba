//! Backups taken while running are consistent; a restore brings back what was, but no destroyed key.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use app::ports::blobs::Blobs;
use app::ports::keys::{KeyOwner, KeyStore, WrappedKey};
use app::ports::store::{Store, Write};
use model::AttachmentId;
use store::{SqliteStore, restore};

use crate::conformance::rows::*;

fn of_contact(number: u128) -> KeyOwner {
    KeyOwner::Contact(HERE, contact(number))
}

fn of_attachment(number: u128) -> KeyOwner {
    KeyOwner::Attachment(HERE, AttachmentId::from_u128(number))
}

/// Few enough to be copied quickly, enough to be written throughout the first copy.
const ADDED_BY_EACH: u128 = 100;

/// A contact with a key, a record and an attachment, in the order that the use cases keep.
async fn add(store: &SqliteStore, number: u128) {
    let keys = [of_contact(number), of_attachment(number)].map(|owner| WrappedKey {
        owner,
        wrapped: number.to_be_bytes().to_vec(),
    });
    KeyStore::put(store, keys.to_vec()).await.unwrap();
    Blobs::put(store, HERE, AttachmentId::from_u128(number), vec![1; 100])
        .await
        .unwrap();
    store
        .commit(vec![
            Write::InsertRecord(record(number, 1)),
            Write::PutAttachment(attachment(number)),
        ])
        .await
        .unwrap();
}

/// How many records there are; each has its key, attachment and file.
async fn check_whole(store: &SqliteStore) -> usize {
    let records = store.records(HERE, None, u32::MAX).await.unwrap();
    for row in &records {
        let number = row.contact.as_u128();
        let id = AttachmentId::from_u128(number);
        for owner in [of_contact(number), of_attachment(number)] {
            let key = KeyStore::get(store, owner).await.unwrap();
            assert!(key.is_some(), "{owner:?} is missing");
        }
        assert!(store.attachment(HERE, id).await.unwrap().is_some());
        let file = Blobs::get(store, HERE, id).await.unwrap();
        assert_eq!(file, Some(vec![1; 100]));
    }
    records.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_load_has_every_key_and_file_that_its_rows_need() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&dir.path().join("data")).unwrap());
    for number in 1..=20 {
        add(&store, number).await;
    }
    let writers: Vec<_> = (0..4_u128)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in 0..ADDED_BY_EACH {
                    add(&store, 1000 * (writer + 1) + number).await;
                }
            })
        })
        .collect();
    let mut added_before = 20;
    for round in 0..3 {
        let folder = dir.path().join(format!("backup {round}"));
        store.backup(&folder).await.unwrap();
        let restored = dir.path().join(format!("restored {round}"));
        restore(&folder, &restored).unwrap();
        let copy = SqliteStore::open(&restored).unwrap();
        let found = check_whole(&copy).await;
        assert!(found >= added_before);
        added_before = found;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let all = usize::try_from(20 + 4 * ADDED_BY_EACH).unwrap();
    assert_eq!(check_whole(&store).await, all);
}

#[tokio::test]
async fn a_restore_does_not_bring_destroyed_keys_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = SqliteStore::open(&data).unwrap();
    for number in 1..=3 {
        add(&store, number).await;
    }
    store.destroy(vec![of_contact(1)]).await.unwrap();
    let backup = dir.path().join("backup");
    store.backup(&backup).await.unwrap();
    store.destroy(vec![of_contact(2)]).await.unwrap();
    drop(store);

    // The list is kept apart from the backup, and put back first.
    let restored = dir.path().join("restored");
    fs::create_dir(&restored).unwrap();
    fs::copy(data.join("destroyed.log"), restored.join("destroyed.log")).unwrap();
    restore(&backup, &restored).unwrap();
    let store = SqliteStore::open(&restored).unwrap();
    for (number, kept) in [(1, false), (2, false), (3, true)] {
        let found = KeyStore::get(&store, of_contact(number)).await.unwrap();
        assert_eq!(found.is_some(), kept, "{number}");
        // The row is there and stays unreadable.
        assert!(store.record(HERE, contact(number)).await.unwrap().is_some());
    }
    // The list goes on where it was.
    store.destroy(vec![of_contact(3)]).await.unwrap();
    let list = fs::read_to_string(restored.join("destroyed.log")).unwrap();
    assert_eq!(list.lines().count(), 3);
}

#[tokio::test]
async fn a_backup_has_two_artefacts_and_keys_are_in_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("data")).unwrap();
    let wrapped: Vec<u8> = (0..73).map(|byte| byte ^ 0xa5).collect();
    let owner = of_contact(1);
    KeyStore::put(
        &store,
        vec![WrappedKey {
            owner,
            wrapped: wrapped.clone(),
        }],
    )
    .await
    .unwrap();
    let backup = dir.path().join("backup");
    store.backup(&backup).await.unwrap();
    let holds_key = |folder: &str| {
        fs::read_dir(backup.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .any(|path| {
                let bytes = fs::read(path).unwrap();
                bytes.windows(wrapped.len()).any(|found| found == wrapped)
            })
    };
    assert!(holds_key("keys"));
    assert!(!holds_key("data"));
    assert!(!backup.join("destroyed.log").exists());
}

fn restore_problem(backup: &Path, data_dir: &Path) -> String {
    restore(backup, data_dir).unwrap_err().to_string()
}

#[tokio::test]
async fn backups_and_restores_that_would_do_harm_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = SqliteStore::open(&data).unwrap();
    add(&store, 1).await;
    let backup = dir.path().join("backup");
    store.backup(&backup).await.unwrap();

    let again = store.backup(&backup).await.unwrap_err().to_string();
    assert!(again.contains("name a new folder"), "{again}");
    let running = restore_problem(&backup, &data);
    assert!(running.contains("is in use"), "{running}");
    drop(store);
    let overwriting = restore_problem(&backup, &data);
    assert!(overwriting.contains("without a store"), "{overwriting}");
    let store = SqliteStore::open(&data).unwrap();
    assert_eq!(check_whole(&store).await, 1);

    // A restore that failed can be repeated into the same directory.
    let restored = dir.path().join("restored");
    let keys = backup.join("keys");
    fs::rename(&keys, dir.path().join("keys elsewhere")).unwrap();
    let incomplete = restore_problem(&backup, &restored);
    assert!(incomplete.contains("is incomplete"), "{incomplete}");
    fs::rename(dir.path().join("keys elsewhere"), &keys).unwrap();
    restore(&backup, &restored).unwrap();
    assert_eq!(check_whole(&SqliteStore::open(&restored).unwrap()).await, 1);
}

#[tokio::test]
async fn a_damaged_or_newer_backup_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("data")).unwrap();
    for number in 1..100 {
        add(&store, number).await;
    }
    let backup = dir.path().join("backup");
    store.backup(&backup).await.unwrap();
    let database = backup.join("data/data.db");
    let whole = fs::read(&database).unwrap();

    let mut damaged = whole.clone();
    let half = damaged.len() / 2;
    damaged[half..].fill(0x5a);
    fs::write(&database, damaged).unwrap();
    restore_problem(&backup, &dir.path().join("one"));

    fs::write(&database, &whole).unwrap();
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection
        .execute(
            "INSERT INTO refinery_schema_history SELECT 99, 'later', applied_on, checksum
             FROM refinery_schema_history WHERE version = 1",
            [],
        )
        .unwrap();
    drop(connection);
    let newer = restore_problem(&backup, &dir.path().join("two"));
    assert!(newer.contains("schema version 99"), "{newer}");
}
