//! What every answer carries, and which host is answered.

use std::sync::Arc;

use app::action::AssociateApprovedOrigin;
use app::{Call, Principal, Target};
use axum::http::{Method, StatusCode};
use model::RequestId;

use crate::center::{Center, FILES_HOST, SHOP, request};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_its_security_headers() {
    let center = Center::start().await;
    for (path, status) in [
        ("/", StatusCode::TEMPORARY_REDIRECT),
        ("/nothing", StatusCode::NOT_FOUND),
        ("/api/session", StatusCode::UNAUTHORIZED),
        ("/api/sign-in", StatusCode::METHOD_NOT_ALLOWED),
        ("/app/assets/nothing.js", StatusCode::NOT_FOUND),
        ("/app/assets/../index.html", StatusCode::NOT_FOUND),
        ("/app/assets/%2e%2e/index.html", StatusCode::NOT_FOUND),
    ] {
        let answer = center.send(request(Method::GET, path, &[], None)).await;
        assert_eq!(answer.status, status, "{path}");
        let headers = &answer.headers;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["strict-transport-security"], "max-age=63072000");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_the_policy_of_pages() {
    let center = Center::start().await;
    for path in ["/app/", "/app/contacts/x", "/chat/sample"] {
        let answer = center.send(request(Method::GET, path, &[], None)).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{path}");
        assert!(policy.contains("wss://center.example https://files.example;"));
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_for_other_hosts_are_misdirected() {
    let center = Center::start().await;
    for host in [
        "evil.example",
        "127.0.0.1",
        "center.example:8443",
        FILES_HOST,
    ] {
        let asked = request(Method::GET, "/api/session", &[("host", host)], None);
        let answer = center.send(asked).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        let asked = request(Method::GET, "/app/", &[("host", host)], None);
        assert_eq!(
            center.send(asked).await.status,
            StatusCode::MISDIRECTED_REQUEST
        );
    }
    let asked = request(Method::GET, "/download/x", &[], None);
    let answer = center.send_to_files(asked).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_approved_pages_need_has_cors() {
    let center = Center::start().await;
    for endpoint in web::endpoints() {
        let site = if endpoint.path.starts_with("/upload") || endpoint.path.starts_with("/download")
        {
            FILES_HOST
        } else {
            "center.example"
        };
        let headers = [("host", site), ("origin", SHOP)];
        let path = endpoint.path.replace(['{', '}', '*'], "");
        let asked = request(endpoint.method.clone(), &path, &headers, None);
        let answer = if site == FILES_HOST {
            center.send_to_files(asked).await
        } else {
            center.send(asked).await
        };
        let allowed = answer.headers.get("access-control-allow-origin");
        let open = ["/chat/start", "/participant/socket", "/upload", "/download"];
        if open.iter().any(|open| endpoint.path.starts_with(open)) {
            assert_eq!(allowed.unwrap(), SHOP, "{endpoint:?}");
        } else if endpoint.path == "/chat/widget.js" {
            assert_eq!(allowed.unwrap(), "*");
        } else {
            assert!(allowed.is_none(), "{endpoint:?}");
        }
        assert!(
            !answer
                .headers
                .contains_key("access-control-allow-credentials")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_the_instance_approves_may_start_chats_at_once() {
    let center = Center::start().await;
    let origin = "https://later.example";
    let is_allowed = async || {
        let headers = [("host", "center.example"), ("origin", origin)];
        let asked = request(Method::OPTIONS, "/chat/start", &headers, None);
        let answer = center.send(asked).await;
        let allowed = answer.headers.get("access-control-allow-origin");
        allowed.is_some_and(|allowed| allowed == origin)
    };
    assert!(!is_allowed().await);
    let key = Principal::AccessKey {
        key_id: "AKIATEST".to_owned(),
        account: "123456789012".to_owned(),
        name: "test".to_owned(),
    };
    let call = Arc::new(Call::new(
        key,
        RequestId::from_u128(1),
        "connect.amazonaws.com",
        "AssociateApprovedOrigin",
    ));
    let permit = center
        .app
        .authorize::<AssociateApprovedOrigin>(&call, Target::Instance(center.instance))
        .unwrap();
    let approved = center.app.approve_origin(&call, permit, origin.to_owned());
    approved.await.unwrap();
    assert!(is_allowed().await);
}
