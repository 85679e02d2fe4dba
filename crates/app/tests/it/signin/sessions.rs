//! Sessions on the store.

use app::signin::{Ended, SESSIONS_PER_USER_MAX};

use super::*;

async fn signed_in(center: &Center, call: &Call, totp: &Secret<String>) -> Secret<String> {
    let code = center.next_code(totp);
    cookie(center.enter(call, "agent", Some(&code)).await)
}

async fn lasts(center: &Center, cookie: &Secret<String>) -> bool {
    center.sign_in.session(cookie).await.unwrap().is_some()
}

async fn as_principal(center: &Center, cookie: &Secret<String>) -> Call {
    call(center.sign_in.session(cookie).await.unwrap().unwrap().0)
}

#[tokio::test]
async fn sessions_end_when_idle_and_after_their_time() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let idle = signed_in(&center, &visitor(), &totp).await;
    center.pass(Duration::from_mins(59));
    assert!(lasts(&center, &idle).await);
    center.pass(Duration::from_hours(1));
    assert!(!lasts(&center, &idle).await);
    let used = signed_in(&center, &visitor(), &totp).await;
    for _ in 0..23 {
        center.pass(Duration::from_mins(30));
        assert!(lasts(&center, &used).await);
    }
    center.pass(Duration::from_mins(30));
    assert!(!lasts(&center, &used).await);
}

#[tokio::test]
async fn a_restart_keeps_sessions_and_their_last_use() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let session = signed_in(&center, &visitor(), &totp).await;
    center.pass(Duration::from_mins(50));
    assert!(lasts(&center, &session).await);
    let center = center.restarted();
    center.pass(Duration::from_mins(50));
    assert!(lasts(&center, &session).await);
    let center = center.restarted();
    center.pass(Duration::from_hours(1));
    assert!(!lasts(&center, &session).await);
}

#[tokio::test]
async fn signing_out_ends_one_session_at_once() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let first = signed_in(&center, &visitor(), &totp).await;
    let second = signed_in(&center, &visitor(), &totp).await;
    let mut ended = center.sign_in.ended();
    let caller = as_principal(&center, &first).await;
    let others = center.sign_in.sign_out(&caller, &second).await;
    assert!(matches!(others, Err(AppError::AccessDenied { .. })));
    center.sign_in.sign_out(&caller, &first).await.unwrap();
    assert!(matches!(ended.try_recv(), Ok(Ended::Session(_))));
    assert!(!lasts(&center, &first).await);
    assert!(lasts(&center, &second).await);
    center.sign_in.sign_out(&caller, &first).await.unwrap();
    assert_eq!(center.audited().await.last().unwrap(), "Logout");
    let center = center.restarted();
    assert!(!lasts(&center, &first).await);
}

#[tokio::test]
async fn all_sessions_of_a_user_end_together_and_others_last() {
    let center = Center::new();
    let (user, totp) = center.user(5, "agent").await;
    let (_, other) = center.user(6, "other").await;
    let mine = signed_in(&center, &visitor(), &totp).await;
    let code = center.next_code(&other);
    let theirs = cookie(center.enter(&visitor(), "other", Some(&code)).await);
    let mut ended = center.sign_in.ended();
    center.sign_in.end_sessions_of(HERE, user).await.unwrap();
    assert_eq!(ended.try_recv(), Ok(Ended::AllOf(HERE, user)));
    assert!(!lasts(&center, &mine).await);
    assert!(lasts(&center, &theirs).await);
}

#[tokio::test]
async fn a_disabled_user_has_no_session() {
    let center = Center::new();
    let (user, totp) = center.user(5, "agent").await;
    let session = signed_in(&center, &visitor(), &totp).await;
    center.users.disable(user);
    assert!(!lasts(&center, &session).await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_it_is_done_from() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let old = signed_in(&center, &visitor(), &totp).await;
    let caller = as_principal(&center, &old).await;
    let new = signed_in(&center, &caller, &totp).await;
    assert!(!old.matches(new.expose().as_bytes()));
    assert!(!lasts(&center, &old).await);
    assert!(lasts(&center, &new).await);
}

#[tokio::test]
async fn the_oldest_session_of_a_user_gives_way() {
    let center = Center::new();
    let (_, totp) = center.user(5, "agent").await;
    let mut sessions = Vec::new();
    for _ in 0..=SESSIONS_PER_USER_MAX {
        sessions.push(signed_in(&center, &visitor(), &totp).await);
    }
    let mut lasting = Vec::new();
    for session in &sessions {
        lasting.push(lasts(&center, session).await);
    }
    assert_eq!(
        lasting.iter().filter(|lasts| **lasts).count(),
        SESSIONS_PER_USER_MAX
    );
    assert!(!lasting[0]);
}

#[tokio::test]
async fn what_is_no_cookie_is_no_session() {
    let center = Center::new();
    for text in ["", "x", &"A".repeat(43), &"A".repeat(100_000), "ä"] {
        assert!(!lasts(&center, &secret(text)).await);
    }
}
