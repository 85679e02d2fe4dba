//! Signing in and out.

use axum::http::{Method, StatusCode};
use serde_json::json;
use web::WebLimits;

use crate::center::{Center, ORIGIN, PASSWORD, request, two_only};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_shows_its_person_and_ends_with_sign_out() {
    let center = Center::start().await;
    let body = json!({"username": "ada", "password": PASSWORD});
    let answer = center.post("/api/sign-in", body).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-ringfence-session="));
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"));
    assert_eq!(answer.json()["result"], "signed-in");

    let browser = center.sign_in("ada").await;
    let session = browser.get("/api/session").await.json();
    assert_eq!(session["user"]["username"], "ada");
    assert_eq!(session["user"]["lastName"], "Tester");
    assert_eq!(session["instance"]["alias"], "test");
    assert_eq!(session["csrfToken"], browser.csrf.as_str());
    let permissions = session["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("BasicAgentAccess")));

    let answer = browser.post("/api/sign-out", json!({})).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let cleared = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cleared.ends_with("Max-Age=0"));
    let answer = browser.get("/api/session").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_ends_the_session_that_the_browser_had() {
    let center = Center::start().await;
    let former = center.sign_in("ada").await;
    let headers = [("origin", ORIGIN), ("cookie", former.cookie.as_str())];
    let body = json!({"username": "grace", "password": PASSWORD});
    let asked = request(Method::POST, "/api/sign-in", &headers, Some(body));
    assert_eq!(center.send(asked).await.status, StatusCode::OK);
    assert_eq!(
        former.get("/api/session").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_user_are_refused_alike() {
    let center = Center::start().await;
    let known = json!({"username": "ada", "password": "not the right password"});
    let unknown = json!({"username": "eve", "password": "not the right password"});
    let (known, unknown) = (
        center.post("/api/sign-in", known).await,
        center.post("/api/sign-in", unknown).await,
    );
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!(known.code(), "sign-in-refused");
    assert_eq!(known.json(), unknown.json());
    assert!(!known.headers.contains_key("set-cookie"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_not_good_are_refused() {
    let center = Center::start().await;
    let invitation = json!({"token": "nonsense", "password": PASSWORD});
    let answer = center.post("/api/invitation", invitation).await;
    assert_eq!(answer.code(), "link-refused");
    let set_up = json!({"token": "nonsense", "username": "eve", "firstName": "Eve",
                        "lastName": "X", "password": PASSWORD});
    let answer = center.post("/api/set-up", set_up).await;
    assert_eq!(answer.code(), "link-refused");
    let factor = json!({"enrolmentToken": "nonsense", "code": "123456"});
    let answer = center.post("/api/second-factor", factor).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_do_not_fit_are_told_so() {
    let center = Center::start().await;
    for (body, code) in [
        (json!({}), "invalid-request"),
        (
            json!({"username": "", "password": PASSWORD}),
            "invalid-request",
        ),
        (
            json!({"username": "a".repeat(101), "password": PASSWORD}),
            "invalid-request",
        ),
        (
            json!({"username": "ada", "password": "x".repeat(257)}),
            "invalid-request",
        ),
        (
            json!({"username": "ada", "password": PASSWORD, "code": "12345"}),
            "invalid-request",
        ),
        (
            json!({"username": "ada", "password": PASSWORD, "admin": true}),
            "invalid-request",
        ),
    ] {
        let answer = center.post("/api/sign-in", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), code);
    }
    let weak = json!({"token": "x", "password": "short"});
    assert_eq!(
        center.post("/api/invitation", weak).await.code(),
        "weak-password"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_tries_of_one_address_are_throttled() {
    let limits = WebLimits {
        sign_in: two_only(),
        ..WebLimits::default()
    };
    let center = Center::with_limits(limits).await;
    let body = || json!({"username": "ada", "password": "not the right password"});
    for _ in 0..2 {
        center.post("/api/sign-in", body()).await;
    }
    let answer = center.post("/api/sign-in", body()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.code(), "throttled");
    let wait = answer.json()["error"]["retryAfterSeconds"]
        .as_u64()
        .unwrap();
    assert_eq!(answer.headers["retry-after"], wait.to_string().as_str());
    // What the pages need besides is not throttled with it.
    let asked = request(Method::GET, "/api/session", &[("origin", ORIGIN)], None);
    assert_eq!(center.send(asked).await.status, StatusCode::UNAUTHORIZED);
}
