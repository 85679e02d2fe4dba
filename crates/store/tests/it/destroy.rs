//! Destroyed keys leave nothing behind; orphans are swept; a crash in between is repaired.

use std::fs;
use std::path::Path;

use app::ports::blobs::Blobs;
use app::ports::keys::{KeyOwner, KeyPurpose, KeyStore, WrappedKey};
use app::ports::store::{Store, Write};
use model::AttachmentId;
use store::SqliteStore;

use crate::conformance::rows::*;

fn of_contact(number: u128) -> KeyOwner {
    KeyOwner::Contact(HERE, contact(number))
}

/// A key with bytes that are found in a file, if they are there.
fn key(owner: KeyOwner, mark: u8) -> WrappedKey {
    let wrapped = (0..73).map(|index| mark.wrapping_mul(31) ^ index).collect();
    WrappedKey { owner, wrapped }
}

fn files_that_hold(dir: &Path, needle: &[u8]) -> Vec<String> {
    let mut holding = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            if bytes.windows(needle.len()).any(|window| window == needle) {
                holding.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    holding
}

#[tokio::test]
async fn the_bytes_of_a_destroyed_key_are_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    for number in 0..200 {
        let mark = u8::try_from(number).unwrap();
        KeyStore::put(&store, vec![key(of_contact(number), mark)])
            .await
            .unwrap();
    }
    for mark in [0, 7, 199] {
        let owner = of_contact(u128::from(mark));
        let needle = key(owner, mark).wrapped;
        assert!(!files_that_hold(dir.path(), &needle).is_empty());
        store.destroy(vec![owner]).await.unwrap();
        assert_eq!(files_that_hold(dir.path(), &needle), [""; 0]);
    }
    let kept = key(of_contact(8), 8);
    assert_eq!(
        KeyStore::get(&store, of_contact(8)).await.unwrap(),
        Some(kept)
    );
}

#[tokio::test]
async fn a_key_that_is_listed_but_not_yet_deleted_is_destroyed_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    let keys = vec![key(of_contact(1), 1), key(of_contact(2), 2)];
    KeyStore::put(&store, keys).await.unwrap();
    store.destroy(vec![of_contact(3)]).await.unwrap();
    drop(store);
    // As a crash between the list and the database leaves it.
    let list = dir.path().join("destroyed.log");
    let text = fs::read_to_string(&list).unwrap();
    let longer = format!("{text}v1 contact {HERE} {}\n", contact(1));
    fs::write(&list, longer).unwrap();

    let store = SqliteStore::open(dir.path()).unwrap();
    assert_eq!(KeyStore::get(&store, of_contact(1)).await.unwrap(), None);
    let kept = KeyStore::get(&store, of_contact(2)).await.unwrap();
    assert!(kept.is_some());
    let needle = key(of_contact(1), 1).wrapped;
    assert_eq!(files_that_hold(dir.path(), &needle), [""; 0]);
}

#[tokio::test]
async fn a_damaged_list_of_destroyed_keys_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(dir.path()).unwrap());
    fs::write(dir.path().join("destroyed.log"), "v1 contact nonsense\n").unwrap();
    let problem = SqliteStore::open(dir.path()).err().unwrap().to_string();
    assert!(problem.contains("fetch a good copy"), "{problem}");
}

#[tokio::test]
async fn keys_of_earlier_runs_that_seal_nothing_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    let of_attachment = |number| KeyOwner::Attachment(HERE, AttachmentId::from_u128(number));
    let wrap = KeyOwner::Instance(HERE, KeyPurpose::Wrap);
    let mut owners: Vec<KeyOwner> = (1..=8).map(of_contact).collect();
    owners.extend([of_attachment(1), of_attachment(2), wrap]);
    let keys = owners.iter().map(|owner| key(*owner, 1)).collect();
    KeyStore::put(&store, keys).await.unwrap();
    store
        .commit(vec![
            state(1, "open"),
            event(2, "initiated"),
            Write::InsertRecord(record(3, 1)),
            // The chats are contacts 4 and 5.
            receipts(1, "read"),
            Write::InsertTranscriptItem(item(5, 1)),
            Write::PutAttachment(attachment(1)),
        ])
        .await
        .unwrap();
    // Of this run: their data may be on its way.
    assert_eq!(store.sweep_orphan_keys().await.unwrap(), 0);
    drop(store);

    let store = SqliteStore::open(dir.path()).unwrap();
    KeyStore::put(&store, vec![key(of_contact(9), 1)])
        .await
        .unwrap();
    assert_eq!(store.sweep_orphan_keys().await.unwrap(), 4);
    assert_eq!(store.sweep_orphan_keys().await.unwrap(), 0);
    let orphans = [
        of_contact(6),
        of_contact(7),
        of_contact(8),
        of_attachment(2),
    ];
    owners.push(of_contact(9));
    for owner in owners {
        let found = KeyStore::get(&store, owner).await.unwrap();
        assert_eq!(found.is_none(), orphans.contains(&owner), "{owner:?}");
    }
}

#[tokio::test]
async fn more_orphans_than_fit_into_one_round_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    let most = store::KEYS_PER_CALL_MAX as u128;
    for round in 0..3 {
        let owners = (0..most).map(|number| of_contact(round * most + number));
        KeyStore::put(&store, owners.map(|owner| key(owner, 1)).collect())
            .await
            .unwrap();
    }
    store.commit(vec![state(most + 1, "open")]).await.unwrap();
    drop(store);
    let store = SqliteStore::open(dir.path()).unwrap();
    let orphans = u64::try_from(3 * most - 1).unwrap();
    assert_eq!(store.sweep_orphan_keys().await.unwrap(), orphans);
    let kept = KeyStore::get(&store, of_contact(most + 1)).await.unwrap();
    assert!(kept.is_some());
}

#[tokio::test]
async fn every_file_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    let store = SqliteStore::open(&dir).unwrap();
    store.commit(vec![state(1, "open")]).await.unwrap();
    store.destroy(vec![of_contact(1)]).await.unwrap();
    Blobs::put(&store, HERE, AttachmentId::from_u128(1), vec![1])
        .await
        .unwrap();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{folder:?}");
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?}", entry.path());
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
}
