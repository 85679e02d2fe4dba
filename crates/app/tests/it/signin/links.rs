//! Set-up links, invitations, enrolments.

use app::signin::{ENROLMENT_VALID, INVITATION_VALID, SET_UP_LINK_VALID};

use super::*;

#[tokio::test]
async fn a_set_up_link_makes_an_administrator_with_a_second_factor() {
    let center = Center::new();
    let link = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let outcome = center
        .sign_in
        .set_up(&visitor(), &link, new_administrator())
        .await
        .unwrap();
    let (token, totp) = enrolment(outcome);
    let code = code(&totp, center.clock.now());
    let entered = center
        .sign_in
        .confirm_second_factor(&visitor(), &token, &code)
        .await
        .unwrap();
    let (principal, _) = center
        .sign_in
        .session(&cookie(entered))
        .await
        .unwrap()
        .unwrap();
    let Principal::User {
        username,
        second_factor,
        instance,
        ..
    } = principal
    else {
        panic!("not a user");
    };
    assert_eq!((username.as_str(), instance), ("root.admin", HERE));
    assert!(second_factor);
    assert_eq!(
        center.audited().await,
        [
            "CreateSetUpLink",
            "SetUp",
            "EnrolSecondFactor",
            "ConsoleLogin"
        ]
    );
    for secret in [PASSWORD, link.expose(), token.expose(), totp.expose()] {
        assert!(!center.stored_in_clear(secret));
    }
}

#[tokio::test]
async fn a_set_up_link_works_once() {
    let center = Center::new();
    let link = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let use_it = || async {
        center
            .sign_in
            .set_up(&visitor(), &link, new_administrator())
            .await
            .unwrap()
    };
    let (first, second) = tokio::join!(use_it(), use_it());
    assert_eq!(
        [&first, &second]
            .map(refused)
            .iter()
            .filter(|it| **it)
            .count(),
        1,
        "{first:?} {second:?}"
    );
    assert!(refused(&use_it().await));
}

#[tokio::test]
async fn a_set_up_link_expires_and_a_new_one_ends_it() {
    let center = Center::new();
    let old = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let new = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let set_up = async |link: &Secret<String>| {
        center
            .sign_in
            .set_up(&visitor(), link, new_administrator())
            .await
            .unwrap()
    };
    assert!(refused(&set_up(&old).await));
    center.pass(SET_UP_LINK_VALID);
    assert!(refused(&set_up(&new).await));
}

#[tokio::test]
async fn a_weak_password_does_not_use_the_link_up() {
    let center = Center::new();
    let link = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let weak = SetUp {
        password: secret("password1234"),
        ..new_administrator()
    };
    let refusal = center.sign_in.set_up(&visitor(), &link, weak).await;
    assert!(matches!(refusal, Err(AppError::Invalid(_))), "{refusal:?}");
    let outcome = center
        .sign_in
        .set_up(&visitor(), &link, new_administrator())
        .await
        .unwrap();
    enrolment(outcome);
}

#[tokio::test]
async fn links_are_made_by_those_permitted_and_serve_one_purpose() {
    let center = Center::new();
    let user = center.users.add(5, "agent");
    let denied = center.sign_in.create_set_up_link(&visitor(), HERE).await;
    assert!(matches!(denied, Err(AppError::AccessDenied { .. })));
    let denied = center.sign_in.invite_user(&visitor(), HERE, user).await;
    assert!(matches!(denied, Err(AppError::AccessDenied { .. })));
    let invitation = center
        .sign_in
        .invite_user(&operator(), HERE, user)
        .await
        .unwrap();
    let as_set_up = center
        .sign_in
        .set_up(&visitor(), &invitation, new_administrator())
        .await
        .unwrap();
    assert!(refused(&as_set_up));
    let as_enrolment = center
        .sign_in
        .confirm_second_factor(&visitor(), &invitation, "000000")
        .await
        .unwrap();
    assert!(refused(&as_enrolment));
    for nonsense in ["", "x", &"A".repeat(43)] {
        let outcome = center
            .sign_in
            .redeem_invitation(&visitor(), &secret(nonsense), secret(PASSWORD))
            .await
            .unwrap();
        assert!(refused(&outcome));
    }
}

#[tokio::test]
async fn an_invited_user_chooses_a_password_once() {
    let center = Center::new();
    let user = center.users.add(5, "agent");
    let operator = operator();
    let invite = || center.sign_in.invite_user(&operator, HERE, user);
    let old = invite().await.unwrap();
    let link = invite().await.unwrap();
    let redeem = async |link: &Secret<String>| {
        center
            .sign_in
            .redeem_invitation(&visitor(), link, secret(PASSWORD))
            .await
            .unwrap()
    };
    assert!(refused(&redeem(&old).await));
    let (_, totp) = enrolment(redeem(&link).await);
    assert!(refused(&redeem(&link).await));
    // Whoever left before the authenticator was confirmed goes on with the password.
    let (token, new_totp) = enrolment(center.enter(&visitor(), "agent", None).await);
    assert!(!totp.matches(new_totp.expose().as_bytes()));
    let code = code(&new_totp, center.clock.now());
    let entered = center
        .sign_in
        .confirm_second_factor(&visitor(), &token, &code)
        .await
        .unwrap();
    cookie(entered);
    let again = invite().await;
    assert!(matches!(again, Err(AppError::WrongState(_))), "{again:?}");
}

#[tokio::test]
async fn invitations_expire() {
    let center = Center::new();
    let user = center.users.add(5, "agent");
    let link = center
        .sign_in
        .invite_user(&operator(), HERE, user)
        .await
        .unwrap();
    center.pass(INVITATION_VALID);
    let outcome = center
        .sign_in
        .redeem_invitation(&visitor(), &link, secret(PASSWORD))
        .await
        .unwrap();
    assert!(refused(&outcome));
}

#[tokio::test]
async fn an_enrolment_ends_after_ten_minutes_and_with_a_wrong_code_goes_on() {
    let center = Center::new();
    center.user_without_factor(5, "agent").await;
    let (token, totp) = enrolment(center.enter(&visitor(), "agent", None).await);
    let confirm = async |code: &str| {
        center
            .sign_in
            .confirm_second_factor(&visitor(), &token, code)
            .await
            .unwrap()
    };
    assert!(refused(&confirm("12345").await));
    center.pass(ENROLMENT_VALID);
    assert!(refused(&confirm(&code(&totp, center.clock.now())).await));
}

#[tokio::test]
async fn an_enrolment_confirmed_twice_at_once_makes_one_session() {
    let center = Center::new();
    let user = center.user_without_factor(5, "agent").await;
    let (token, totp) = enrolment(center.enter(&visitor(), "agent", None).await);
    let code = code(&totp, center.clock.now());
    let confirm = || async {
        center
            .sign_in
            .confirm_second_factor(&visitor(), &token, &code)
            .await
            .unwrap()
    };
    let (first, second) = tokio::join!(confirm(), confirm());
    assert_ne!(refused(&first), refused(&second));
    assert!(refused(&confirm().await));
    let rows = center
        .store
        .signin_rows(app::ports::store::SigninKind::Session, Some(user))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn where_no_second_factor_is_required_links_lead_straight_in() {
    let center = Center::with(SecondFactor::Optional);
    let link = center
        .sign_in
        .create_set_up_link(&operator(), HERE)
        .await
        .unwrap();
    let outcome = center
        .sign_in
        .set_up(&visitor(), &link, new_administrator())
        .await
        .unwrap();
    cookie(outcome);
    let user = center.users.add(5, "agent");
    let link = center
        .sign_in
        .invite_user(&operator(), HERE, user)
        .await
        .unwrap();
    let outcome = center
        .sign_in
        .redeem_invitation(&visitor(), &link, secret(PASSWORD))
        .await
        .unwrap();
    cookie(outcome);
}
