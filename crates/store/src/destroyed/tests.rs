#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use app::ports::keys::{KeyOwner, KeyPurpose};
use model::{AttachmentId, ContactId, InstanceId};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{DestroyedLog, for_each_destroyed};

fn contact(id: u128) -> KeyOwner {
    KeyOwner::Contact(InstanceId::from_u128(1), ContactId::from_u128(id))
}

fn attachment(id: u128) -> KeyOwner {
    KeyOwner::Attachment(InstanceId::from_u128(1), AttachmentId::from_u128(id))
}

fn listed(path: &std::path::Path, offset: u64) -> Result<Vec<KeyOwner>, String> {
    let mut all = Vec::new();
    for_each_destroyed(path, offset, 2, |owners| {
        all.extend_from_slice(owners);
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok(all)
}

#[test]
fn what_was_appended_is_listed_from_any_offset() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("destroyed.log");
    let mut log = DestroyedLog::open(path.clone()).unwrap();
    let offset = log.append(&[contact(1), attachment(2)]).unwrap();
    drop(log);
    let mut log = DestroyedLog::open(path.clone()).unwrap();
    assert_eq!(log.length(), offset);
    log.append(&[contact(3)]).unwrap();
    assert_eq!(
        listed(&path, 0).unwrap(),
        [contact(1), attachment(2), contact(3)]
    );
    assert_eq!(listed(&path, offset).unwrap(), [contact(3)]);
}

#[test]
fn a_line_cut_short_by_a_crash_is_dropped_and_the_list_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("destroyed.log");
    let mut log = DestroyedLog::open(path.clone()).unwrap();
    log.append(&[contact(1)]).unwrap();
    log.append(&[contact(2)]).unwrap();
    drop(log);
    let whole = fs::read(&path).unwrap();
    for cut in 1..whole.len() / 2 {
        fs::write(&path, whole.get(..whole.len() - cut).unwrap()).unwrap();
        let mut log = DestroyedLog::open(path.clone()).unwrap();
        log.append(&[contact(3)]).unwrap();
        assert_eq!(listed(&path, 0).unwrap(), [contact(1), contact(3)]);
    }
}

#[test]
fn a_damaged_line_is_reported_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("destroyed.log");
    DestroyedLog::open(path.clone())
        .unwrap()
        .append(&[contact(1), contact(2)])
        .unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("v1", "v9", 1)).unwrap();
    let problem = listed(&path, 0).unwrap_err();
    assert!(problem.contains("damaged at byte 0"), "{problem}");
}

#[test]
fn a_key_of_an_instance_is_not_listed() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = DestroyedLog::open(dir.path().join("destroyed.log")).unwrap();
    let owner = KeyOwner::Instance(InstanceId::from_u128(1), KeyPurpose::Wrap);
    assert!(log.append(&[contact(1), owner]).is_err());
    assert_eq!(log.length(), 0);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("destroyed.log");
        fs::write(&path, &bytes).unwrap();
        let log = DestroyedLog::open(path.clone()).unwrap();
        prop_assert!(log.length() <= bytes.len() as u64);
        let _ = listed(&path, 0);
    }
}
