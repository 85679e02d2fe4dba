//! Batches: atomic, in order, independent of each other, durable, bounded.

use app::ports::store::{Sealed, Store, StoreError, Write};
use futures_util::future::join_all;

use super::Backend;
use super::rows::*;

pub(crate) async fn a_batch_is_applied_whole_or_not_at_all<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![Write::InsertRecord(record(1, 1))])
        .await
        .unwrap();
    let refused = store
        .commit(vec![
            state(7, "before the conflict"),
            Write::InsertRecord(record(1, 1)),
            state(8, "after the conflict"),
        ])
        .await;
    assert_eq!(refused, Err(StoreError::Conflict("record".to_owned())));
    assert_eq!(store.contact_states(HERE).await.unwrap(), []);
}

pub(crate) async fn a_conflict_hurts_its_batch_alone<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    // Many at once, so that they share commits. Every third inserts a record that exists by then.
    let batches = (0..300_u128).map(|number| {
        let taken = if number % 3 == 0 { 0 } else { number };
        store.commit(vec![
            state(number, "open"),
            Write::InsertRecord(record(taken, 1)),
        ])
    });
    let outcomes = join_all(batches).await;
    for (number, outcome) in (0..300_u128).zip(&outcomes) {
        let expected = number == 0 || number % 3 != 0;
        assert_eq!(outcome.is_ok(), expected, "{number}");
    }
    let states = store.contact_states(HERE).await.unwrap();
    assert_eq!(states.len(), 201);
    assert!(
        states
            .iter()
            .all(|(contact, _)| contact.as_u128() == 0 || contact.as_u128() % 3 != 0)
    );
}

pub(crate) async fn writes_apply_in_order<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let delete = Write::DeleteContactState {
        instance: HERE,
        contact: contact(2),
    };
    store
        .commit(vec![
            state(1, "first"),
            state(1, "second"),
            state(2, "gone"),
            delete,
        ])
        .await
        .unwrap();
    assert_eq!(
        store.contact_states(HERE).await.unwrap(),
        [(contact(1), sealed("second"))]
    );
    // Batches too, in the order of their arrival.
    join_all((0..100).map(|number| store.commit(vec![state(1, &number.to_string())]))).await;
    assert_eq!(
        store.contact_states(HERE).await.unwrap(),
        [(contact(1), sealed("99"))]
    );
}

pub(crate) async fn an_empty_batch_commits<B: Backend>() {
    B::fresh().store().commit(Vec::new()).await.unwrap();
}

pub(crate) async fn committed_rows_survive_reopening<B: Backend>() {
    let backend = B::fresh();
    backend
        .store()
        .commit(vec![
            Write::InsertInstance(instance_row(HERE)),
            put(queue(1, 1)),
            Write::InsertTranscriptItem(item(4, 1)),
        ])
        .await
        .unwrap();
    let backend = backend.reopened();
    let store = backend.store();
    assert_eq!(store.instances().await.unwrap(), [instance_row(HERE)]);
    assert_eq!(store.resources(HERE).await.unwrap(), [queue(1, 1)]);
    assert_eq!(
        store.transcript(HERE, contact(4), 0, 9, 9).await.unwrap(),
        [item(4, 1)]
    );
}

pub(crate) async fn batches_beyond_the_limits_are_refused<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let of_bytes = |bytes: usize| Write::PutContactState {
        instance: HERE,
        contact: contact(1),
        sealed: Sealed(vec![0; bytes]),
    };
    let topic = |bytes: usize| Write::AppendOutbox {
        instance: HERE,
        topic: "t".repeat(bytes),
        at: at(1),
        sealed: sealed(""),
    };
    let rows_at_once = store::BATCH_BYTES_MAX / store::SEALED_BYTES_MAX;
    for allowed in [
        vec![state(1, "open"); store::BATCH_WRITES_MAX],
        vec![of_bytes(store::SEALED_BYTES_MAX)],
        vec![of_bytes(store::SEALED_BYTES_MAX); rows_at_once],
        vec![topic(store::TOPIC_BYTES_MAX)],
    ] {
        store.commit(allowed).await.unwrap();
    }
    for refused in [
        vec![state(1, "open"); store::BATCH_WRITES_MAX + 1],
        vec![of_bytes(store::SEALED_BYTES_MAX + 1)],
        vec![of_bytes(store::SEALED_BYTES_MAX); rows_at_once + 1],
        vec![topic(store::TOPIC_BYTES_MAX + 1)],
    ] {
        assert!(matches!(
            store.commit(refused).await,
            Err(StoreError::Failed(_))
        ));
    }
}
