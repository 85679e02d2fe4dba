//! Sealed files.

use app::ports::blobs::Blobs;
use futures_util::future::join_all;
use model::AttachmentId;

use super::Backend;
use super::rows::HERE;

const ID: AttachmentId = AttachmentId::from_u128(1);

pub(crate) async fn files_are_replaced_and_deleted<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let get = || Blobs::get(store, HERE, ID);
    assert_eq!(get().await.unwrap(), None);
    for content in [vec![1; 100_000], Vec::new(), vec![2; 10]] {
        Blobs::put(store, HERE, ID, content.clone()).await.unwrap();
        assert_eq!(get().await.unwrap(), Some(content));
    }
    // Of several writers at once one wins as a whole.
    let writes = (0..8_u8).map(|byte| Blobs::put(store, HERE, ID, vec![byte; 50_000]));
    for outcome in join_all(writes).await {
        outcome.unwrap();
    }
    let content = get().await.unwrap().unwrap();
    assert_eq!(content, vec![content[0]; 50_000]);
    for _ in 0..2 {
        Blobs::delete(store, HERE, ID).await.unwrap();
        assert_eq!(get().await.unwrap(), None);
    }
}

pub(crate) async fn files_survive_reopening<B: Backend>() {
    let backend = B::fresh();
    Blobs::put(backend.store(), HERE, ID, vec![7; 70_000])
        .await
        .unwrap();
    let backend = backend.reopened();
    let found = Blobs::get(backend.store(), HERE, ID).await.unwrap();
    assert_eq!(found, Some(vec![7; 70_000]));
}
