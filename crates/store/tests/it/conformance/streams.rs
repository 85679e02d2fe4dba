//! What is numbered, and what expires: events, audit, outbox, client tokens, sign-in.

use app::ports::store::{ClientTokenRow, SigninKind, SigninRow, Store, StoreError, Write};
use model::AuditEntryId;

use super::Backend;
use super::rows::*;

pub(crate) async fn contact_events_are_paged_in_order<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    for text in ["a", "b", "c"] {
        store
            .commit(vec![event(1, text), event(2, "other")])
            .await
            .unwrap();
    }
    let first = store.contact_events(HERE, contact(1), 0, 2).await.unwrap();
    let texts: Vec<_> = first.iter().map(|(_, _, text)| text.clone()).collect();
    assert_eq!(texts, [sealed("a"), sealed("b")]);
    assert!(first.iter().all(|(_, time, _)| *time == at(8)));
    let after = first[1].0;
    let rest = store.contact_events(HERE, contact(1), after, 9).await;
    let texts: Vec<_> = rest.unwrap().into_iter().map(|(_, _, text)| text).collect();
    assert_eq!(texts, [sealed("c")]);
    let none = store.contact_events(HERE, contact(1), u64::MAX, 9).await;
    assert_eq!(none.unwrap(), []);
}

pub(crate) async fn audit_is_paged_latest_first<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    for id in 1..=5 {
        let instance = (id % 2 == 0).then_some(HERE);
        store.commit(vec![audit(id, instance)]).await.unwrap();
    }
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = store.audit(before, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        before = Some(last.0);
        for (_, id, instance, time, text) in page {
            assert_eq!((time, text), (at(9), sealed("audit")));
            seen.push((id, instance));
        }
    }
    let expected: Vec<_> = (1..=5_u128)
        .rev()
        .map(|id| (AuditEntryId::from_u128(id), (id % 2 == 0).then_some(HERE)))
        .collect();
    assert_eq!(seen, expected);
}

pub(crate) async fn the_outbox_is_paged_in_order_and_its_numbers_never_return<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![outbox("a"), outbox("b"), outbox("c")])
        .await
        .unwrap();
    let page = store.outbox(0, 2).await.unwrap();
    assert_eq!(page.len(), 2);
    let (number, instance, topic, time, text) = page[1].clone();
    assert_eq!(
        (instance, topic.as_str(), time, text),
        (HERE, "contact-events", at(10), sealed("b"))
    );
    store
        .commit(vec![Write::DeleteOutbox { up_to: number }])
        .await
        .unwrap();
    let rest = store.outbox(0, 9).await.unwrap();
    assert_eq!(rest.len(), 1);
    let last = rest[0].0;
    assert!(last > number);
    store
        .commit(vec![Write::DeleteOutbox { up_to: u64::MAX }])
        .await
        .unwrap();
    assert_eq!(store.outbox(0, 9).await.unwrap(), []);
    let backend = backend.reopened();
    backend.store().commit(vec![outbox("d")]).await.unwrap();
    let later = backend.store().outbox(last, 9).await.unwrap();
    assert_eq!(later.len(), 1);
}

pub(crate) async fn client_tokens_are_remembered_until_they_expire<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let insert = |row| store.commit(vec![Write::InsertClientToken(row)]);
    insert(token(1, 100, 200)).await.unwrap();
    let read = |now| store.client_token(HERE, hash(1), at(now));
    assert_eq!(read(199).await.unwrap(), Some(token(1, 100, 200)));
    assert_eq!(read(200).await.unwrap(), None);
    assert_eq!(
        store.client_token(HERE, hash(2), at(0)).await.unwrap(),
        None
    );
    assert_eq!(
        insert(token(1, 199, 299)).await,
        Err(StoreError::Conflict("client token".to_owned()))
    );
    let replaced = ClientTokenRow {
        request_hash: hash(98),
        sealed: sealed("another answer"),
        ..token(1, 200, 300)
    };
    insert(replaced.clone()).await.unwrap();
    assert_eq!(read(250).await.unwrap(), Some(replaced));
}

pub(crate) async fn signin_rows_change_by_versions<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let conflict = Err(StoreError::Conflict("sign-in".to_owned()));
    let commit = |row| store.commit(vec![Write::PutSignin(row)]);
    commit(session(1, 1, Some(100))).await.unwrap();
    assert_eq!(commit(session(1, 1, None)).await, conflict);
    assert_eq!(commit(session(1, 3, None)).await, conflict);
    assert_eq!(commit(session(1, 0, None)).await, conflict);
    assert_eq!(commit(session(2, 2, None)).await, conflict);
    commit(session(1, 2, None)).await.unwrap();
    let read = || store.signin(SigninKind::Session, hash(1));
    assert_eq!(read().await.unwrap(), Some(session(1, 2, None)));
    let other_kind = store.signin(SigninKind::OneTimeLink, hash(1)).await;
    assert_eq!(other_kind.unwrap(), None);

    let delete = || {
        store.commit(vec![Write::DeleteSignin {
            kind: SigninKind::Session,
            key: hash(1),
        }])
    };
    delete().await.unwrap();
    assert_eq!(delete().await, conflict);
    assert_eq!(read().await.unwrap(), None);
}

pub(crate) async fn signin_rows_are_listed_by_kind_and_user<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    let of_nobody = SigninRow {
        instance: None,
        user: None,
        ..session(3, 1, None)
    };
    let of_another = SigninRow {
        user: Some(user(2)),
        ..session(2, 1, None)
    };
    let mut expected = vec![session(1, 1, None), of_another.clone(), of_nobody];
    let mut writes: Vec<Write> = expected.iter().cloned().map(Write::PutSignin).collect();
    for (key, kind) in [
        (4, SigninKind::Credential),
        (5, SigninKind::OneTimeLink),
        (6, SigninKind::AccessKey),
    ] {
        let row = SigninRow {
            kind,
            ..session(key, 1, None)
        };
        writes.push(Write::PutSignin(row.clone()));
        store.commit(std::mem::take(&mut writes)).await.unwrap();
        assert_eq!(store.signin_rows(kind, None).await.unwrap(), [row]);
    }
    let all = store.signin_rows(SigninKind::Session, None).await.unwrap();
    assert_eq!(all, expected);
    let of_user = |number| store.signin_rows(SigninKind::Session, Some(user(number)));
    assert_eq!(of_user(2).await.unwrap(), [of_another]);
    expected.truncate(1);
    assert_eq!(of_user(1).await.unwrap(), expected);
    assert_eq!(of_user(3).await.unwrap(), []);
}

pub(crate) async fn expired_rows_are_swept<B: Backend>() {
    let backend = B::fresh();
    let store = backend.store();
    store
        .commit(vec![
            Write::InsertClientToken(token(1, 0, 99)),
            Write::InsertClientToken(token(2, 0, 100)),
            Write::PutSignin(session(1, 1, Some(99))),
            Write::PutSignin(session(2, 1, Some(100))),
            Write::PutSignin(session(3, 1, None)),
            Write::Sweep { before: at(100) },
        ])
        .await
        .unwrap();
    let remembered = |number| store.client_token(HERE, hash(number), at(0));
    assert_eq!(remembered(1).await.unwrap(), None);
    assert!(remembered(2).await.unwrap().is_some());
    let rest = store.signin_rows(SigninKind::Session, None).await.unwrap();
    assert_eq!(rest, [session(2, 1, Some(100)), session(3, 1, None)]);
}
