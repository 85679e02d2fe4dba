#![expect(clippy::unwrap_used, reason = "tests")]

use axum::body::Body;
use futures_util::stream;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

async fn parsed(content_type: &str, body: impl Into<Body>) -> Result<String, &'static str> {
    let request = Request::post("/")
        .header(CONTENT_TYPE, content_type)
        .body(body.into())
        .unwrap();
    JsonBody::<Named>::from_request(request, &())
        .await
        .map(|JsonBody(named)| named.name)
        .map_err(|error| error.code())
}

#[tokio::test]
async fn only_json_of_the_right_shape_is_taken() {
    let right = r#"{"name":"ada"}"#;
    assert_eq!(parsed("application/json", right).await.unwrap(), "ada");
    assert_eq!(
        parsed("Application/JSON; charset=utf-8", right)
            .await
            .unwrap(),
        "ada"
    );
    for (content_type, body, code) in [
        ("text/plain", right, "unsupported-media-type"),
        ("application/jsonp", right, "unsupported-media-type"),
        ("application/json", "", "invalid-request"),
        ("application/json", "{}", "invalid-request"),
        (
            "application/json",
            r#"{"name":"ada","x":1}"#,
            "invalid-request",
        ),
        (
            "application/json",
            r#"{"name":"a","name":"b"}"#,
            "invalid-request",
        ),
    ] {
        assert_eq!(
            parsed(content_type, body).await.unwrap_err(),
            code,
            "{body}"
        );
    }
    let broken = Body::from(&b"{\"name\":\"\xff\"}"[..]);
    assert_eq!(
        parsed("application/json", broken).await.unwrap_err(),
        "invalid-request"
    );
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(
        parsed("application/json", deep).await.unwrap_err(),
        "invalid-request"
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
    let at = format!(r#"{{"name":"{}"}}"#, "x".repeat(BODY_BYTES_MAX - 11));
    assert_eq!(at.len(), BODY_BYTES_MAX);
    assert!(parsed("application/json", at.clone()).await.is_ok());
    let beyond = format!("{at} ");
    assert_eq!(
        parsed("application/json", beyond.clone())
            .await
            .unwrap_err(),
        "request-too-large"
    );
    let chunk: Result<String, std::convert::Infallible> = Ok(beyond);
    let streamed = Body::from_stream(stream::iter([chunk]));
    assert_eq!(
        parsed("application/json", streamed).await.unwrap_err(),
        "request-too-large"
    );
}
