#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn no_path_leaves_its_folder() {
    for path in ["app/assets/a.js", "app/assets/deep/b-1_2.css"] {
        assert!(is_plain(path), "{path}");
    }
    for path in [
        "app/assets/../../etc/passwd",
        "app/assets/..",
        "app/assets/.hidden",
        "app/assets//a.js",
        "app/assets/",
        "app/assets/a\\b",
        "app/assets/a%2e",
        "app/assets/a\0",
    ] {
        assert!(!is_plain(path), "{path}");
    }
}

#[test]
fn the_type_follows_from_the_name() {
    assert_eq!(content_type("a.js"), "text/javascript; charset=utf-8");
    assert_eq!(content_type("a.min.css"), "text/css; charset=utf-8");
    assert_eq!(content_type("a"), "application/octet-stream");
    assert_eq!(content_type("a.exe"), "application/octet-stream");
}

fn asked_with(tag: Option<&str>) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = tag {
        headers.insert(IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
    }
    answer(
        Cow::Borrowed(b"content"),
        &[7; 32],
        "a.css",
        IMMUTABLE,
        &headers,
    )
}

#[test]
fn a_known_file_is_not_sent_again() {
    let first = asked_with(None);
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(
        first.headers()[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
    assert_eq!(asked_with(Some(&tag)).status(), StatusCode::NOT_MODIFIED);
    let several = format!("\"x\", W/{tag}");
    assert_eq!(
        asked_with(Some(&several)).status(),
        StatusCode::NOT_MODIFIED
    );
    assert_eq!(asked_with(Some("\"x\"")).status(), StatusCode::OK);
}
