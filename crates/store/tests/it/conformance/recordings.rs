//! Recordings: rows, and files that are appended to.

use app::ports::recordings::Recordings;
use app::ports::store::{RecordingRow, Store, Write};
use model::RecordingId;

use super::Backend;
use super::rows::*;

const ID: RecordingId = RecordingId::from_u128(1);

fn row(number: u128, of: u128, started: i64, ended: Option<i64>) -> RecordingRow {
    RecordingRow {
        instance: HERE,
        id: RecordingId::from_u128(number),
        contact: contact(of),
        started_at: at(started),
        ended_at: ended.map(at),
        sealed: sealed("recording"),
    }
}

pub(crate) async fn recordings_are_listed_by_contact_and_ended<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let rows = [row(3, 1, 10, None), row(1, 1, 20, None), row(2, 2, 5, None)];
    let writes = rows.iter().cloned().map(Write::PutRecording);
    store.commit(writes.collect()).await.unwrap();
    let of_first = store.recordings(HERE, contact(1), 10).await.unwrap();
    assert_eq!(of_first, [rows[0].clone(), rows[1].clone()]);
    assert_eq!(
        store.recordings(HERE, contact(1), 1).await.unwrap().len(),
        1
    );
    let open = store.open_recordings(HERE, None, 2).await.unwrap();
    assert_eq!(open, [rows[1].clone(), rows[2].clone()]);
    let after = Some(RecordingId::from_u128(2));
    let rest = store.open_recordings(HERE, after, 2).await.unwrap();
    assert_eq!(rest, [rows[0].clone()]);
    assert!(
        store
            .open_recordings(ELSEWHERE, None, 9)
            .await
            .unwrap()
            .is_empty()
    );

    let ended = row(1, 1, 20, Some(30));
    let delete = |id| Write::DeleteRecording { instance: HERE, id };
    store
        .commit(vec![
            Write::PutRecording(ended.clone()),
            delete(RecordingId::from_u128(2)),
            delete(RecordingId::from_u128(9)),
        ])
        .await
        .unwrap();
    assert_eq!(store.recording(HERE, ID).await.unwrap(), Some(ended));
    assert_eq!(store.recording(ELSEWHERE, ID).await.unwrap(), None);
    let open = store.open_recordings(HERE, None, 9).await.unwrap();
    assert_eq!(open, [rows[0].clone()]);
}

pub(crate) async fn a_recording_is_appended_to_and_read_from_anywhere<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let mut file = store.create(HERE, ID).await.unwrap();
    assert!(store.create(HERE, ID).await.is_err(), "none is overwritten");
    file.append(b"one").unwrap();
    file.append(b" two").unwrap();
    file.sync().unwrap();
    let read = async |offset, bytes| {
        let found = Recordings::read(store, HERE, ID, offset, bytes).await;
        found.unwrap()
    };
    assert_eq!(read(0, 100).await, Some(b"one two".to_vec()));
    assert_eq!(read(2, 3).await, Some(b"e t".to_vec()));
    assert_eq!(read(7, 3).await, Some(Vec::new()), "the end");
    file.append(b" three").unwrap();
    assert_eq!(read(7, 100).await, Some(b" three".to_vec()), "it goes on");
    let elsewhere = Recordings::read(store, ELSEWHERE, ID, 0, 1).await.unwrap();
    assert_eq!(elsewhere, None);
    for _ in 0..2 {
        Recordings::delete(store, HERE, ID).await.unwrap();
    }
    assert_eq!(read(0, 1).await, None);
}

pub(crate) async fn recordings_survive_reopening<B: Backend>() {
    let backend = B::fresh();
    let mut file = backend.store().create(HERE, ID).await.unwrap();
    file.append(&vec![7; 70_000]).unwrap();
    drop(file);
    let backend = backend.reopened();
    let found = Recordings::read(backend.store(), HERE, ID, 0, 100_000).await;
    assert_eq!(found.unwrap(), Some(vec![7; 70_000]));
}
