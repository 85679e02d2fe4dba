//! States, records, transcripts, receipts, attachments.

use app::ports::store::{
    AttachmentRow, RecordRow, Sealed, Store, StoreError, TranscriptRow, Write,
};
use model::{Channel, TranscriptItemId};

use super::Backend;
use super::rows::*;

pub(crate) async fn states_are_replaced_and_deleted<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let agent = |number, text| Write::PutAgentState {
        instance: HERE,
        agent: user(number),
        sealed: sealed(text),
    };
    store
        .commit(vec![
            state(2, "two"),
            state(1, "one"),
            agent(2, "two"),
            agent(1, "one"),
        ])
        .await
        .unwrap();
    store
        .commit(vec![state(1, "again"), agent(1, "again")])
        .await
        .unwrap();
    let delete_contact = |number| Write::DeleteContactState {
        instance: HERE,
        contact: contact(number),
    };
    let delete_agent = |number| Write::DeleteAgentState {
        instance: HERE,
        agent: user(number),
    };
    // What is gone already may be deleted.
    for _ in 0..2 {
        store
            .commit(vec![delete_contact(2), delete_agent(2)])
            .await
            .unwrap();
    }
    assert_eq!(
        store.contact_states(HERE).await.unwrap(),
        [(contact(1), sealed("again"))]
    );
    assert_eq!(
        store.agent_states(HERE).await.unwrap(),
        [(user(1), sealed("again"))]
    );
}

pub(crate) async fn a_contact_has_one_record<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let voice = RecordRow {
        channel: Channel::Voice,
        customer_hash: None,
        ..record(1, 1)
    };
    store
        .commit(vec![Write::InsertRecord(voice.clone())])
        .await
        .unwrap();
    let second = store.commit(vec![Write::InsertRecord(record(1, 2))]).await;
    assert_eq!(second, Err(StoreError::Conflict("record".to_owned())));
    assert_eq!(store.record(HERE, contact(1)).await.unwrap(), Some(voice));
    assert_eq!(store.record(HERE, contact(2)).await.unwrap(), None);
}

pub(crate) async fn a_record_is_replaced_by_who_knows_it<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let replace = |number, from: &Sealed, to: &Sealed| {
        store.commit(vec![Write::ReplaceRecord {
            instance: HERE,
            contact: contact(number),
            from: from.clone(),
            sealed: to.clone(),
        }])
    };
    let first = record(1, 1);
    let rows = [first.clone(), record(2, 1)].map(Write::InsertRecord);
    store.commit(rows.to_vec()).await.unwrap();
    let (second, third) = (sealed("second"), sealed("third"));
    replace(1, &first.sealed, &second).await.unwrap();
    let refused = Err(StoreError::Conflict("record".to_owned()));
    assert_eq!(replace(1, &first.sealed, &third).await, refused, "too late");
    assert_eq!(
        replace(3, &first.sealed, &third).await,
        refused,
        "no record"
    );
    let row = RecordRow {
        sealed: second,
        ..first
    };
    assert_eq!(store.record(HERE, contact(1)).await.unwrap(), Some(row));
    let other = store.record(HERE, contact(2)).await.unwrap();
    assert_eq!(other, Some(record(2, 1)));
}

pub(crate) async fn records_are_paged_latest_first<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    // Three begin in the same millisecond; one lies before 1970.
    let times = [(1, -5), (2, 30), (3, 20), (4, 20), (5, 20), (6, 10)];
    let batch = times.map(|(number, time)| Write::InsertRecord(record(number, time)));
    store.commit(batch.to_vec()).await.unwrap();
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = store.records(HERE, before, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        before = Some((last.initiated_at, last.contact));
        seen.extend(page.iter().map(|row| row.contact.as_u128()));
    }
    assert_eq!(seen, [2, 3, 4, 5, 6, 1]);
    assert_eq!(store.records(HERE, None, 0).await.unwrap(), []);
}

pub(crate) async fn transcripts_are_read_by_range<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    for sequence in [3, 1, 2, 5, 4] {
        store
            .commit(vec![
                Write::InsertTranscriptItem(item(4, sequence)),
                Write::InsertTranscriptItem(item(14, sequence)),
            ])
            .await
            .unwrap();
    }
    let read = |from, to, limit| store.transcript(HERE, contact(4), from, to, limit);
    assert_eq!(
        read(2, 4, 9).await.unwrap(),
        [item(4, 2), item(4, 3), item(4, 4)]
    );
    assert_eq!(
        read(0, u64::MAX, 2).await.unwrap(),
        [item(4, 1), item(4, 2)]
    );
    assert_eq!(read(5, 5, 9).await.unwrap(), [item(4, 5)]);
    assert_eq!(read(4, 2, 9).await.unwrap(), []);
    assert_eq!(read(6, u64::MAX, 9).await.unwrap(), []);
    let found = store.transcript_item(HERE, item(4, 3).item).await.unwrap();
    assert_eq!(found, Some(item(4, 3)));
    let unknown = TranscriptItemId::from_u128(1);
    assert_eq!(store.transcript_item(HERE, unknown).await.unwrap(), None);
}

pub(crate) async fn a_place_and_an_item_of_a_transcript_are_taken_once<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let insert = |row| store.commit(vec![Write::InsertTranscriptItem(row)]);
    insert(item(4, 1)).await.unwrap();
    let taken = Err(StoreError::Conflict("transcript item".to_owned()));
    let same_place = TranscriptRow {
        item: TranscriptItemId::from_u128(1),
        ..item(4, 1)
    };
    assert_eq!(insert(same_place).await, taken);
    let same_item = TranscriptRow {
        sequence: 2,
        ..item(4, 1)
    };
    assert_eq!(insert(same_item).await, taken);
    let beyond_rows = TranscriptRow {
        sequence: u64::MAX,
        ..item(4, 2)
    };
    assert!(insert(beyond_rows).await.is_err());
}

pub(crate) async fn receipts_are_replaced<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![
            receipts(2, "two"),
            receipts(1, "one"),
            receipts(2, "again"),
        ])
        .await
        .unwrap();
    assert_eq!(
        store.receipts(HERE, contact(4)).await.unwrap(),
        [
            (participant(1), sealed("one")),
            (participant(2), sealed("again"))
        ]
    );
    assert_eq!(store.receipts(HERE, contact(5)).await.unwrap(), []);
}

pub(crate) async fn unfinished_attachments_are_found_and_deleted<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let begun = |id, at_| AttachmentRow {
        unfinished_since: Some(at(at_)),
        ..attachment(id)
    };
    let rows = [begun(1, 3), begun(2, 2), attachment(3), begun(4, 5)];
    let writes = rows.into_iter().map(Write::PutAttachment).collect();
    store.commit(writes).await.unwrap();
    let found = |limit| store.unfinished_attachments(at(5), limit);
    let [one, two] = [1, 2].map(|number| (HERE, attachment(number).id));
    assert_eq!(
        found(10).await.unwrap(),
        [two, one],
        "oldest first, before then"
    );
    assert_eq!(found(1).await.unwrap(), [two]);
    let delete = |(instance, id)| Write::DeleteAttachment { instance, id };
    let (instance, id) = one;
    let keep = Write::KeepAttachment { instance, id };
    store.commit(vec![delete(two), keep]).await.unwrap();
    assert_eq!(found(10).await.unwrap(), []);
    assert_eq!(store.attachment(HERE, two.1).await.unwrap(), None);
    assert!(store.attachment(HERE, one.1).await.unwrap().is_some());
}

pub(crate) async fn attachments_are_replaced<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let first = attachment(1);
    let approved = AttachmentRow {
        sealed: sealed("approved"),
        ..attachment(1)
    };
    for row in [first, approved.clone()] {
        let id = row.id;
        store
            .commit(vec![Write::PutAttachment(row.clone())])
            .await
            .unwrap();
        assert_eq!(store.attachment(HERE, id).await.unwrap(), Some(row));
    }
    assert_eq!(
        store.attachment(HERE, attachment(2).id).await.unwrap(),
        None
    );
}
