//! The table of endpoints, walked.

use axum::http::{Method, StatusCode};
use serde_json::json;
use web::{Access, Endpoint};

use crate::center::{Center, ORIGIN, request};

const ID: &str = "00000000-0000-0000-0000-000000000009";

/// A path with ids in the places of its names.
fn path(endpoint: &Endpoint) -> String {
    let path = endpoint
        .path
        .replace("{contact}", ID)
        .replace("{attachment}", ID)
        .replace("{recording}", ID);
    match endpoint.path {
        "/api/quick-connects" => format!("{path}?contactId={ID}"),
        _ => path,
    }
}

fn body(endpoint: &Endpoint) -> Option<serde_json::Value> {
    match (&endpoint.method, endpoint.path) {
        (&Method::POST, path) if path.ends_with("/attachments") => {
            Some(json!({"name": "a.txt", "size": 1, "contentType": "text/plain"}))
        }
        (&Method::POST, _) => Some(json!({})),
        _ => None,
    }
}

fn behind_a_session() -> Vec<Endpoint> {
    let endpoints = web::endpoints().into_iter();
    endpoints
        .filter(|it| matches!(it.access, Access::Session(_) | Access::OwnSession(_)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_every_endpoint_that_needs_one_refuses() {
    let center = Center::start().await;
    let endpoints = behind_a_session();
    assert!(endpoints.len() >= 10);
    for endpoint in endpoints {
        for cookie in ["", "__Host-ringfence-session=nonsense"] {
            let headers = [("origin", ORIGIN), ("cookie", cookie)];
            let (method, path) = (endpoint.method.clone(), path(&endpoint));
            let answer = center
                .send(request(method, &path, &headers, body(&endpoint)))
                .await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{endpoint:?}");
            assert_eq!(answer.code(), "not-signed-in", "{endpoint:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_profiles_is_refused_wherever_an_action_is_needed() {
    let center = Center::start().await;
    let browser = center.sign_in("nobody").await;
    for endpoint in behind_a_session() {
        if !matches!(endpoint.access, Access::Session(_)) {
            continue;
        }
        let (method, path) = (endpoint.method.clone(), path(&endpoint));
        let answer = browser.send(method, &path, body(&endpoint)).await;
        let expected = if path.contains(ID) {
            // What names a contact does not say whether it exists.
            StatusCode::NOT_FOUND
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(answer.status, expected, "{endpoint:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_the_csrf_token_or_from_other_pages_are_refused() {
    let center = Center::start().await;
    let browser = center.sign_in("ada").await;
    for endpoint in behind_a_session() {
        if endpoint.method.is_safe() {
            continue;
        }
        let refused = async |headers: &[(&str, &str)]| {
            let mut headers = headers.to_vec();
            headers.push(("cookie", &browser.cookie));
            let (method, path) = (endpoint.method.clone(), path(&endpoint));
            let answer = center
                .send(request(method, &path, &headers, body(&endpoint)))
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{endpoint:?}");
            answer.code()
        };
        let csrf = ("x-ringfence-csrf", browser.csrf.as_str());
        assert_eq!(refused(&[("origin", ORIGIN)]).await, "csrf-refused");
        let wrong = ("x-ringfence-csrf", "wrong");
        assert_eq!(refused(&[("origin", ORIGIN), wrong]).await, "csrf-refused");
        assert_eq!(refused(&[csrf]).await, "origin-refused");
        let evil = ("origin", "https://evil.example");
        assert_eq!(refused(&[evil, csrf]).await, "origin-refused");
        assert_eq!(refused(&[("origin", "null"), csrf]).await, "origin-refused");
    }
    assert_eq!(browser.get("/api/session").await.status, StatusCode::OK);
}
