//! The store of wrapped keys.

use app::ports::keys::{KeyOwner, KeyPurpose, KeyStore, WrappedKey};
use app::ports::store::StoreError;
use model::AttachmentId;

use super::Backend;
use super::rows::{HERE, contact};

fn of_contact(number: u128) -> KeyOwner {
    KeyOwner::Contact(HERE, contact(number))
}

fn of_attachment(number: u128) -> KeyOwner {
    KeyOwner::Attachment(HERE, AttachmentId::from_u128(number))
}

fn of_instance(purpose: KeyPurpose) -> KeyOwner {
    KeyOwner::Instance(HERE, purpose)
}

fn every_kind() -> Vec<KeyOwner> {
    vec![
        of_contact(1),
        of_attachment(1),
        of_instance(KeyPurpose::Wrap),
        of_instance(KeyPurpose::Configuration),
        of_instance(KeyPurpose::Audit),
        of_instance(KeyPurpose::Search),
        of_instance(KeyPurpose::Tokens),
    ]
}

fn key(owner: KeyOwner, byte: u8) -> WrappedKey {
    WrappedKey {
        owner,
        wrapped: vec![byte; 73],
    }
}

pub(crate) async fn keys_are_never_overwritten<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    for (owner, byte) in every_kind().into_iter().zip(1..) {
        KeyStore::put(store, vec![key(owner, byte)]).await.unwrap();
        let again = KeyStore::put(store, vec![key(owner, 99)]).await;
        assert_eq!(again, Err(StoreError::Conflict("key".to_owned())));
    }
    for (owner, byte) in every_kind().into_iter().zip(1..) {
        let found = KeyStore::get(store, owner).await.unwrap();
        assert_eq!(found, Some(key(owner, byte)));
    }
}

pub(crate) async fn keys_of_one_call_are_put_together<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    KeyStore::put(store, vec![key(of_contact(1), 1)])
        .await
        .unwrap();
    let batch = vec![key(of_contact(2), 2), key(of_contact(1), 3)];
    assert!(KeyStore::put(store, batch).await.is_err());
    assert_eq!(KeyStore::get(store, of_contact(2)).await.unwrap(), None);
}

pub(crate) async fn destroyed_keys_are_gone_and_their_owners_may_not_be_instances<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let keys = every_kind().into_iter().map(|owner| key(owner, 1));
    KeyStore::put(store, keys.collect()).await.unwrap();
    let wrap = of_instance(KeyPurpose::Wrap);
    let refused = store.destroy(vec![of_contact(1), wrap]).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))));
    assert!(KeyStore::get(store, of_contact(1)).await.unwrap().is_some());

    // Twice, and one that never was: destroyed is destroyed.
    for _ in 0..2 {
        store
            .destroy(vec![of_contact(1), of_attachment(1), of_contact(9)])
            .await
            .unwrap();
    }
    let backend = backend.reopened();
    for owner in every_kind() {
        let found = KeyStore::get(backend.store(), owner).await.unwrap();
        let kept = matches!(owner, KeyOwner::Instance(..));
        assert_eq!(found.is_some(), kept, "{owner:?}");
    }
}

pub(crate) async fn keys_survive_reopening<B: Backend>() {
    let backend = B::fresh();
    KeyStore::put(backend.store(), vec![key(of_contact(1), 1)])
        .await
        .unwrap();
    let backend = backend.reopened();
    let found = KeyStore::get(backend.store(), of_contact(1)).await.unwrap();
    assert_eq!(found, Some(key(of_contact(1), 1)));
}

pub(crate) async fn keys_beyond_the_limits_are_refused<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let keys_of = |count: usize| (0..count as u128).map(of_contact);
    let most = store::KEYS_PER_CALL_MAX;
    let too_many = keys_of(most + 1).map(|owner| key(owner, 1)).collect();
    assert!(KeyStore::put(store, too_many).await.is_err());
    let allowed = keys_of(most).map(|owner| key(owner, 1)).collect();
    KeyStore::put(store, allowed).await.unwrap();
    assert!(store.destroy(keys_of(most + 1).collect()).await.is_err());
    store.destroy(keys_of(most).collect()).await.unwrap();
    let of_length = |length| WrappedKey {
        owner: of_attachment(1),
        wrapped: vec![1; length],
    };
    let too_long = of_length(store::WRAPPED_KEY_BYTES_MAX + 1);
    assert!(KeyStore::put(store, vec![too_long]).await.is_err());
    KeyStore::put(store, vec![of_length(store::WRAPPED_KEY_BYTES_MAX)])
        .await
        .unwrap();
}
