//! A read with another instance's id answers as if nothing were there.

use app::ports::blobs::Blobs;
use app::ports::keys::{KeyOwner, KeyPurpose, KeyStore, WrappedKey};
use app::ports::store::{Store, Write};

use super::Backend;
use super::rows::*;

pub(crate) async fn another_instance_sees_nothing<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![
            put(queue(1, 1)),
            Write::PutFlowContent {
                instance: HERE,
                content: [1; 16],
                sealed: sealed("flow"),
            },
            state(4, "open"),
            Write::PutAgentState {
                instance: HERE,
                agent: user(1),
                sealed: sealed("agent"),
            },
            event(4, "event"),
            Write::InsertRecord(record(4, 1)),
            Write::InsertTranscriptItem(item(4, 1)),
            receipts(1, "receipts"),
            Write::PutAttachment(attachment(1)),
            Write::InsertClientToken(token(1, 0, 100)),
        ])
        .await
        .unwrap();
    let id = attachment(1).id;
    Blobs::put(store, HERE, id, vec![1]).await.unwrap();
    for found in [seen(store, HERE).await, seen(store, ELSEWHERE).await]
        .into_iter()
        .zip([true, false])
    {
        let (reads, expected) = found;
        for (read, found) in reads {
            assert_eq!(found, expected, "{read}");
        }
    }

    // Writes with another instance's id change nothing either.
    store
        .commit(vec![
            Write::DeleteContactState {
                instance: ELSEWHERE,
                contact: contact(4),
            },
            Write::DeleteAgentState {
                instance: ELSEWHERE,
                agent: user(1),
            },
        ])
        .await
        .unwrap();
    let foreign = Write::DeleteResource {
        instance: ELSEWHERE,
        kind: model::ResourceKind::Queue,
        id: queue(1, 1).id,
    };
    assert!(store.commit(vec![foreign]).await.is_err());
    Blobs::delete(store, ELSEWHERE, id).await.unwrap();
    assert!(seen(store, HERE).await.iter().all(|(_, found)| *found));

    let owner = KeyOwner::Contact(HERE, contact(4));
    let wrapped = vec![1, 2, 3];
    KeyStore::put(store, vec![WrappedKey { owner, wrapped }])
        .await
        .unwrap();
    for other in [
        KeyOwner::Contact(ELSEWHERE, contact(4)),
        KeyOwner::Attachment(HERE, model::AttachmentId::from_u128(4)),
        KeyOwner::Instance(HERE, KeyPurpose::Wrap),
    ] {
        assert_eq!(KeyStore::get(store, other).await.unwrap(), None);
    }
}

/// Each read that takes an instance, and whether it found something.
async fn seen<S: Store + Blobs>(store: &S, here: model::InstanceId) -> Vec<(&'static str, bool)> {
    let id = attachment(1).id;
    vec![
        (
            "resources",
            !store.resources(here).await.unwrap().is_empty(),
        ),
        (
            "flow_contents",
            !store.flow_contents(here).await.unwrap().is_empty(),
        ),
        (
            "contact_states",
            !store.contact_states(here).await.unwrap().is_empty(),
        ),
        (
            "agent_states",
            !store.agent_states(here).await.unwrap().is_empty(),
        ),
        (
            "record",
            store.record(here, contact(4)).await.unwrap().is_some(),
        ),
        (
            "records",
            !store.records(here, None, 9).await.unwrap().is_empty(),
        ),
        (
            "records before",
            !store
                .records(here, Some((at(2), contact(0))), 9)
                .await
                .unwrap()
                .is_empty(),
        ),
        (
            "contact_events",
            !store
                .contact_events(here, contact(4), 0, 9)
                .await
                .unwrap()
                .is_empty(),
        ),
        (
            "transcript",
            !store
                .transcript(here, contact(4), 0, 9, 9)
                .await
                .unwrap()
                .is_empty(),
        ),
        (
            "transcript_item",
            store
                .transcript_item(here, item(4, 1).item)
                .await
                .unwrap()
                .is_some(),
        ),
        (
            "receipts",
            !store.receipts(here, contact(4)).await.unwrap().is_empty(),
        ),
        (
            "attachment",
            store.attachment(here, id).await.unwrap().is_some(),
        ),
        (
            "client_token",
            store
                .client_token(here, hash(1), at(0))
                .await
                .unwrap()
                .is_some(),
        ),
        ("blob", Blobs::get(store, here, id).await.unwrap().is_some()),
    ]
}
