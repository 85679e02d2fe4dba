//! Instances, resources, what they refer to, contents of flows.

use app::ports::store::{ResourceRow, Store, StoreError, Write};
use model::ResourceKind;

use super::Backend;
use super::rows::*;

fn conflict(what: &str) -> Result<(), StoreError> {
    Err(StoreError::Conflict(what.to_owned()))
}

pub(crate) async fn an_instance_is_inserted_once<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let insert = |id| store.commit(vec![Write::InsertInstance(instance_row(id))]);
    insert(ELSEWHERE).await.unwrap();
    insert(HERE).await.unwrap();
    assert_eq!(insert(HERE).await, conflict("instance"));
    assert_eq!(
        store.instances().await.unwrap(),
        [instance_row(HERE), instance_row(ELSEWHERE)]
    );
}

pub(crate) async fn resources_change_by_versions<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let commit = |row: ResourceRow| store.commit(vec![put(row)]);
    commit(queue(1, 1)).await.unwrap();
    assert_eq!(commit(queue(1, 1)).await, conflict("version"));
    assert_eq!(commit(queue(1, 3)).await, conflict("version"));
    assert_eq!(commit(queue(1, 0)).await, conflict("version"));
    assert_eq!(commit(queue(1, u64::MAX)).await, conflict("version"));
    assert_eq!(commit(queue(2, 2)).await, conflict("version"));
    commit(queue(1, 2)).await.unwrap();
    assert_eq!(commit(queue(1, 2)).await, conflict("version"));
    assert_eq!(store.resources(HERE).await.unwrap(), [queue(1, 2)]);

    store.commit(vec![delete(1)]).await.unwrap();
    assert_eq!(store.commit(vec![delete(1)]).await, conflict("resource"));
    assert_eq!(commit(queue(1, 3)).await, conflict("version"));
    assert_eq!(store.resources(HERE).await.unwrap(), []);
}

pub(crate) async fn names_are_unique_within_instance_and_kind<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let taken = queue(1, 1).name_hash;
    let named = |row: ResourceRow| ResourceRow {
        name_hash: taken,
        ..row
    };
    store
        .commit(vec![put(queue(1, 1)), put(queue(2, 1))])
        .await
        .unwrap();
    let commit = |row: ResourceRow| store.commit(vec![put(row)]);
    assert_eq!(commit(named(queue(3, 1))).await, conflict("name"));
    assert_eq!(commit(named(queue(2, 2))).await, conflict("name"));
    let user = ResourceRow {
        kind: ResourceKind::User,
        ..named(queue(3, 1))
    };
    commit(user).await.unwrap();
    let elsewhere = ResourceRow {
        instance: ELSEWHERE,
        ..named(queue(3, 1))
    };
    commit(elsewhere).await.unwrap();
    // A name is free again after its resource is gone.
    store
        .commit(vec![delete(1), put(named(queue(4, 1)))])
        .await
        .unwrap();
}

pub(crate) async fn what_a_resource_refers_to_must_exist<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let dangling = store.commit(vec![put_with(queue(1, 1), &[2])]).await;
    assert_eq!(dangling, conflict("reference"));
    assert_eq!(store.resources(HERE).await.unwrap(), []);
    store.commit(vec![put(queue(2, 1))]).await.unwrap();
    store
        .commit(vec![put_with(queue(1, 1), &[2, 2])])
        .await
        .unwrap();
    let update = store.commit(vec![put_with(queue(1, 2), &[2, 3])]).await;
    assert_eq!(update, conflict("reference"));
}

pub(crate) async fn what_is_referred_to_is_not_deleted<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![put(queue(2, 1)), put_with(queue(1, 1), &[2])])
        .await
        .unwrap();
    assert_eq!(store.commit(vec![delete(2)]).await, Err(StoreError::InUse));
    assert_eq!(store.resources(HERE).await.unwrap().len(), 2);
    store.commit(vec![delete(1)]).await.unwrap();
    store.commit(vec![delete(2)]).await.unwrap();
    // What refers to itself alone may go.
    store
        .commit(vec![put_with(queue(3, 1), &[3])])
        .await
        .unwrap();
    store.commit(vec![delete(3)]).await.unwrap();
    assert_eq!(store.resources(HERE).await.unwrap(), []);
}

pub(crate) async fn resources_that_refer_to_each_other_come_and_go_together<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![
            put_with(queue(1, 1), &[2]),
            put_with(queue(2, 1), &[1]),
        ])
        .await
        .unwrap();
    assert_eq!(store.commit(vec![delete(1)]).await, Err(StoreError::InUse));
    store.commit(vec![delete(1), delete(2)]).await.unwrap();
    assert_eq!(store.resources(HERE).await.unwrap(), []);
}

pub(crate) async fn an_update_replaces_what_it_refers_to<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![
            put(queue(2, 1)),
            put(queue(3, 1)),
            put_with(queue(1, 1), &[2]),
        ])
        .await
        .unwrap();
    store
        .commit(vec![put_with(queue(1, 2), &[3])])
        .await
        .unwrap();
    store.commit(vec![delete(2)]).await.unwrap();
    assert_eq!(store.commit(vec![delete(3)]).await, Err(StoreError::InUse));
}

pub(crate) async fn references_of_another_instance_do_not_count<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let there = |row: ResourceRow| ResourceRow {
        instance: ELSEWHERE,
        ..row
    };
    store.commit(vec![put(there(queue(2, 1)))]).await.unwrap();
    let foreign = store.commit(vec![put_with(queue(1, 1), &[2])]).await;
    assert_eq!(foreign, conflict("reference"));
    store
        .commit(vec![put(queue(2, 1)), put_with(there(queue(1, 1)), &[2])])
        .await
        .unwrap();
    store.commit(vec![delete(2)]).await.unwrap();
}

pub(crate) async fn flow_contents_are_replaced_and_deleted_by_id<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let content = |number: u8, text: &str| Write::PutFlowContent {
        instance: HERE,
        content: [number; 16],
        sealed: sealed(text),
    };
    store
        .commit(vec![
            content(2, "two"),
            content(1, "one"),
            content(2, "again"),
        ])
        .await
        .unwrap();
    assert_eq!(
        store.flow_contents(HERE).await.unwrap(),
        [([1; 16], sealed("one")), ([2; 16], sealed("again"))]
    );
    let delete = |number: u8| Write::DeleteFlowContent {
        instance: HERE,
        content: [number; 16],
    };
    store.commit(vec![delete(1), delete(3)]).await.unwrap();
    assert_eq!(
        store.flow_contents(HERE).await.unwrap(),
        [([2; 16], sealed("again"))]
    );
}
