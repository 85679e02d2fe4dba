//! Access keys on the store.

use super::*;

const ACCOUNT: &str = "123456789012";

#[tokio::test]
async fn a_key_is_found_by_its_id_until_it_is_deleted() {
    let center = Center::new();
    let key = center
        .sign_in
        .create_access_key(&operator(), ACCOUNT, "deployer")
        .await
        .unwrap();
    let center = center.restarted();
    let found = center
        .sign_in
        .access_key(&key.key_id)
        .await
        .unwrap()
        .unwrap();
    assert!(found.secret.matches(key.secret.expose().as_bytes()));
    assert_eq!(
        found.principal,
        Principal::AccessKey {
            key_id: key.key_id.clone(),
            account: ACCOUNT.to_owned(),
            name: "deployer".to_owned(),
        }
    );
    let listed = center.sign_in.access_keys(&operator()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(!center.stored_in_clear(key.secret.expose()));
    center
        .sign_in
        .delete_access_key(&operator(), &key.key_id)
        .await
        .unwrap();
    assert!(
        center
            .sign_in
            .access_key(&key.key_id)
            .await
            .unwrap()
            .is_none()
    );
    let again = center
        .sign_in
        .delete_access_key(&operator(), &key.key_id)
        .await;
    assert_eq!(again, Err(AppError::NotFound { what: "access key" }));
    let center = center.restarted();
    assert!(
        center
            .sign_in
            .access_key(&key.key_id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        center.audited().await,
        ["CreateAccessKey", "ListAccessKeys", "DeleteAccessKey"]
    );
}

#[tokio::test]
async fn only_an_operator_or_the_program_handles_keys() {
    let center = Center::new();
    let key = center
        .sign_in
        .create_access_key(&call(Principal::System("demo")), ACCOUNT, "demo")
        .await
        .unwrap();
    let key_principal = center
        .sign_in
        .access_key(&key.key_id)
        .await
        .unwrap()
        .unwrap()
        .principal
        .clone();
    for principal in [Principal::Visitor, key_principal] {
        let caller = call(principal);
        let created = center
            .sign_in
            .create_access_key(&caller, ACCOUNT, "more")
            .await;
        assert!(matches!(created, Err(AppError::AccessDenied { .. })));
        let listed = center.sign_in.access_keys(&caller).await;
        assert!(matches!(listed, Err(AppError::AccessDenied { .. })));
        let deleted = center.sign_in.delete_access_key(&caller, &key.key_id).await;
        assert!(matches!(deleted, Err(AppError::AccessDenied { .. })));
    }
}

#[tokio::test]
async fn accounts_and_names_are_checked() {
    let center = Center::new();
    let too_long = "x".repeat(65);
    for (account, name) in [
        ("", "a"),
        ("12345678901", "a"),
        ("12345678901x", "a"),
        (ACCOUNT, ""),
        (ACCOUNT, "a b"),
        (ACCOUNT, too_long.as_str()),
    ] {
        let refusal = center
            .sign_in
            .create_access_key(&operator(), account, name)
            .await;
        assert!(
            matches!(refusal, Err(AppError::Invalid(_))),
            "{account} {name}"
        );
    }
}

#[tokio::test]
async fn what_is_no_key_id_is_no_key() {
    let center = Center::new();
    for text in [
        "",
        "AKIA",
        "AKIAAAAAAAAAAAAAAAAA",
        "akiaaaaaaaaaaaaaaaaa",
        "AKIA' OR 1=1 --- AA",
    ] {
        assert!(center.sign_in.access_key(text).await.unwrap().is_none());
    }
}
