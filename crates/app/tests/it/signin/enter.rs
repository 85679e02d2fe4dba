//! Passwords and codes.

use serde_json::json;

use super::*;

#[tokio::test]
async fn password_and_code_open_a_session() {
    let center = Center::new();
    let (user, totp) = center.user(5, "Agent.One").await;
    let first = center.next_code(&totp);
    let outcome = center.enter(&visitor(), "agent.one", Some(&first)).await;
    let SignInOutcome::SignedIn {
        session,
        csrf,
        user: signed_in,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(signed_in.user, user);
    assert_eq!(signed_in.username, "Agent.One");
    let (principal, again) = center.sign_in.session(&session).await.unwrap().unwrap();
    assert!(csrf.matches(again.expose().as_bytes()));
    assert!(!session.matches(csrf.expose().as_bytes()));
    assert!(matches!(
        principal,
        Principal::User {
            second_factor: true,
            ..
        }
    ));
    let audit = center.audit().await;
    let [entry] = audit.as_slice() else {
        panic!("{audit:?}");
    };
    assert_eq!(entry.kind, "AwsConsoleSignIn");
    assert_eq!(entry.name, "ConsoleLogin");
    assert_eq!(entry.response, json!({"ConsoleLogin": "Success"}));
    assert_eq!(entry.identity["principalId"], json!(user.to_string()));
    assert_eq!(
        entry.identity["sessionContext"]["attributes"]["mfaAuthenticated"],
        json!("true")
    );
    assert!(!center.stored_in_clear(session.expose()));
}

#[tokio::test]
async fn a_code_is_asked_for_only_after_the_right_password() {
    let center = Center::new();
    center.user(5, "agent").await;
    let outcome = center.enter(&visitor(), "agent", None).await;
    assert!(matches!(outcome, SignInOutcome::SecondFactorRequired));
    let wrong = center
        .sign_in
        .sign_in(
            &visitor(),
            HERE,
            "agent",
            secret("red whale on a bicycle"),
            None,
        )
        .await
        .unwrap();
    assert!(refused(&wrong));
}

#[tokio::test]
async fn unknown_disabled_and_mistaken_users_get_the_same_answer() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let (disabled, disabled_totp) = center.user(6, "disabled").await;
    center.users.disable(disabled);
    center.users.add(7, "invited");
    let code = center.next_code(&totp);
    let disabled_code = super::code(&disabled_totp, center.clock.now());
    for (name, password, code) in [
        ("nobody", PASSWORD, code.as_str()),
        ("invited", PASSWORD, code.as_str()),
        ("disabled", PASSWORD, disabled_code.as_str()),
        ("agent", "red whale on a bicycle", code.as_str()),
        ("agent", PASSWORD, "000000"),
        ("agent", PASSWORD, ""),
        ("", "", ""),
        (&"x".repeat(10_000), PASSWORD, code.as_str()),
        ("agent", &"x".repeat(10_000), code.as_str()),
    ] {
        let outcome = center
            .sign_in
            .sign_in(&visitor(), HERE, name, secret(password), Some(code))
            .await
            .unwrap();
        assert!(refused(&outcome), "{outcome:?}");
    }
    let elsewhere = center
        .sign_in
        .sign_in(
            &visitor(),
            InstanceId::from_u128(2),
            "agent",
            secret(PASSWORD),
            Some(&code),
        )
        .await
        .unwrap();
    assert!(refused(&elsewhere));
}

#[tokio::test]
async fn a_code_opens_one_session_only() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let code = center.next_code(&totp);
    let (call, other) = (visitor_from(1), visitor_from(2));
    let (first, second) = tokio::join!(
        center.enter(&call, "agent", Some(&code)),
        center.enter(&other, "agent", Some(&code))
    );
    assert_ne!(refused(&first), refused(&second));
    assert!(refused(
        &center.enter(&visitor(), "agent", Some(&code)).await
    ));
    // Nor does an earlier one that was not used.
    let earlier = super::code(&totp, center.clock.now().minus(Duration::from_secs(30)));
    assert!(refused(
        &center.enter(&visitor(), "agent", Some(&earlier)).await
    ));
    let next = center.next_code(&totp);
    cookie(center.enter(&visitor(), "agent", Some(&next)).await);
}

#[tokio::test]
async fn an_old_enrolment_does_not_replace_an_authenticator() {
    let center = Center::new();
    let user = center.user_without_factor(5, "agent").await;
    let (token, stolen) = enrolment(center.enter(&visitor(), "agent", None).await);
    // The user gets an authenticator by another way meanwhile; the enrolment is still open.
    let forgotten = center.sign_in.forget_user(HERE, user).await.unwrap();
    let credential_only = forgotten
        .into_iter()
        .filter(|write| {
            matches!(
                write,
                Write::DeleteSignin {
                    kind: app::ports::store::SigninKind::Credential,
                    ..
                }
            )
        })
        .collect();
    center.store.commit(credential_only).await.unwrap();
    center
        .write_credential(user, "agent", Some(center.ports.verifier.new_totp_secret()))
        .await;
    let code = code(&stolen, center.clock.now());
    let outcome = center
        .sign_in
        .confirm_second_factor(&visitor(), &token, &code)
        .await
        .unwrap();
    assert!(refused(&outcome));
}

#[tokio::test]
async fn one_factor_is_enough_where_the_operator_says_so() {
    let center = Center::with(SecondFactor::Optional);
    center.user_without_factor(5, "agent").await;
    let session = cookie(center.enter(&visitor(), "agent", None).await);
    let (principal, _) = center.sign_in.session(&session).await.unwrap().unwrap();
    assert!(matches!(
        principal,
        Principal::User {
            second_factor: false,
            ..
        }
    ));
    center.user(6, "careful").await;
    let outcome = center.enter(&visitor(), "careful", None).await;
    assert!(matches!(outcome, SignInOutcome::SecondFactorRequired));
}

#[tokio::test]
async fn who_fails_often_waits_even_with_the_right_password_and_nobody_else_does() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let (_, other) = center.user(6, "other").await;
    for _ in 0..5 {
        let outcome = center.enter(&visitor(), "agent", Some("000000")).await;
        assert!(refused(&outcome));
    }
    let code = center.next_code(&totp);
    // That half minute was long enough: fail once more.
    assert!(refused(
        &center.enter(&visitor(), "agent", Some("000000")).await
    ));
    let throttled = center
        .sign_in
        .sign_in(&visitor(), HERE, "AGENT", secret(PASSWORD), Some(&code))
        .await;
    assert!(
        matches!(throttled, Err(AppError::Throttled { retry_after_s: 2 })),
        "{throttled:?}"
    );
    cookie(center.enter(&visitor_from(9), "agent", Some(&code)).await);
    let other_code = super::code(&other, center.clock.now());
    cookie(center.enter(&visitor(), "other", Some(&other_code)).await);
}

#[tokio::test]
async fn refusals_alike_become_one_entry_of_the_audit_trail() {
    let center = Center::new();
    let (user, _) = center.user(5, "agent").await;
    for name in ["agent", "agent", "agent", "nobody", "hunter2", "hunter3"] {
        assert!(refused(
            &center.enter(&visitor(), name, Some("000000")).await
        ));
    }
    assert_eq!(center.audited().await, [""; 0]);
    center.sign_in.write_refusals().await.unwrap();
    assert_eq!(center.audited().await, [""; 0], "the window is open");
    center.pass(app::signin::REFUSAL_WINDOW);
    center.sign_in.write_refusals().await.unwrap();
    let mut audit = center.audit().await;
    audit.sort_by_key(|entry| entry.identity.get("principalId").is_some());
    let [unknown, known] = audit.as_slice() else {
        panic!("{audit:?}");
    };
    assert_eq!(known.identity["principalId"], json!(user.to_string()));
    for entry in [unknown, known] {
        assert_eq!(entry.parameters["count"], json!(3));
        assert_eq!(entry.response, json!({"ConsoleLogin": "Failure"}));
        assert_eq!(
            entry.error_message.as_deref(),
            Some("Failed authentication")
        );
        assert_eq!(entry.source_ip.as_deref(), Some("192.0.2.1"));
        // A password typed into the wrong field is not kept.
        assert!(!format!("{entry:?}").contains("hunter"));
    }
    center.sign_in.write_all_refusals().await.unwrap();
    assert_eq!(center.audit().await.len(), 2, "each is written once");
}

#[tokio::test]
async fn a_forgotten_user_leaves_no_rows() {
    let center = Center::new();
    let (user, totp) = center.user(5, "agent").await;
    let code = center.next_code(&totp);
    let session = cookie(center.enter(&visitor(), "agent", Some(&code)).await);
    let batch = center.sign_in.forget_user(HERE, user).await.unwrap();
    center.store.commit(batch).await.unwrap();
    center.sign_in.end_sessions_of(HERE, user).await.unwrap();
    assert!(center.sign_in.session(&session).await.unwrap().is_none());
    for kind in [
        app::ports::store::SigninKind::Credential,
        app::ports::store::SigninKind::Session,
        app::ports::store::SigninKind::OneTimeLink,
    ] {
        let rows = center.store.signin_rows(kind, Some(user)).await.unwrap();
        assert!(rows.is_empty(), "{kind:?}");
    }
}
