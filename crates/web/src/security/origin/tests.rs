#![expect(clippy::unwrap_used, reason = "tests")]

use http::HeaderValue;

use super::*;

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

#[test]
fn an_origin_has_one_spelling() {
    for (written, one) in [
        ("https://center.example", "https://center.example"),
        ("HTTPS://Center.Example", "https://center.example"),
        ("https://center.example:443", "https://center.example"),
        ("https://center.example:8443", "https://center.example:8443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://localhost:08443", "https://localhost:8443"),
    ] {
        assert_eq!(origin(written).as_str(), one, "{written}");
    }
}

#[test]
fn what_is_no_origin_is_refused() {
    let long = format!("https://{}", "a".repeat(ORIGIN_BYTES_MAX));
    for text in [
        "",
        "null",
        "https://",
        "http://center.example",
        "https://center.example/",
        "https://center.example/path",
        "https://center.example?q",
        "https://center.example#f",
        "https://user@center.example",
        "https://center.example:",
        "https://center.example:0",
        "https://center.example:65536",
        "https://center.example:+1",
        "https://center.example.",
        "https://.example",
        "https://a..b",
        "https://[center]",
        "https://[127.0.0.1]",
        "https://ex ample",
        "https://exämple",
        "https://a,https://b",
        long.as_str(),
    ] {
        assert_eq!(text.parse::<Origin>(), Err(InvalidOrigin), "{text}");
    }
}

#[test]
fn an_origin_names_its_authority_and_its_sockets() {
    let origin = origin("https://center.example:8443");
    assert_eq!(origin.authority(), "center.example:8443");
    assert_eq!(origin.websocket(), "wss://center.example:8443");
}

fn named(values: &[&'static str]) -> Result<Option<Origin>, InvalidOrigin> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(ORIGIN, HeaderValue::from_static(value));
    }
    Origin::named_by(&headers)
}

#[test]
fn a_request_names_one_origin_or_none() {
    assert_eq!(named(&[]), Ok(None));
    assert_eq!(
        named(&["https://center.example"]),
        Ok(Some(origin("https://center.example")))
    );
    assert_eq!(named(&["null"]), Err(InvalidOrigin));
    assert_eq!(
        named(&["https://center.example", "https://center.example"]),
        Err(InvalidOrigin)
    );
}

fn sent_to(uri: &str, hosts: &[&'static str]) -> bool {
    let mut request = Request::builder().uri(uri).body(()).unwrap();
    for host in hosts {
        request
            .headers_mut()
            .append(HOST, HeaderValue::from_static(host));
    }
    origin("https://center.example").is_host_of(&request)
}

#[test]
fn only_requests_for_the_configured_host_pass() {
    assert!(sent_to("/", &["center.example"]));
    assert!(sent_to("/", &["CENTER.example:443"]));
    assert!(sent_to("https://center.example/", &[]));
    assert!(sent_to("https://center.example/", &["center.example"]));

    assert!(!sent_to("/", &[]));
    assert!(!sent_to("/", &["center.example:8443"]));
    assert!(!sent_to("/", &["evil.example"]));
    assert!(!sent_to("/", &["center.example.evil.example"]));
    assert!(!sent_to("/", &["center.example", "center.example"]));
    assert!(!sent_to("https://evil.example/", &["center.example"]));
    assert!(!sent_to("https://center.example/", &["evil.example"]));
}
