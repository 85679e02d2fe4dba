#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::tests::settings;

fn of(kind: Kind) -> HeaderMap {
    let mut headers = HeaderMap::new();
    SecurityHeaders::new(&settings()).apply(kind, &mut headers);
    headers
}

#[test]
fn every_answer_has_the_headers_of_the_table() {
    for kind in [Kind::Page, Kind::Other, Kind::Widget, Kind::Attachment] {
        let headers = of(kind);
        for (name, value) in ALWAYS {
            assert_eq!(headers[name], value, "{kind:?}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{kind:?}");
        assert!(policy.contains("frame-ancestors 'none'"), "{kind:?}");
        assert!(!policy.contains("unsafe"), "{kind:?}");
    }
}

#[test]
fn a_page_may_connect_to_its_own_origin_and_to_the_attachments_origin_alone() {
    assert_eq!(
        of(Kind::Page)["content-security-policy"],
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self' wss://center.example https://files.example; \
         media-src https://files.example; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
}

#[test]
fn files_are_in_a_sandbox() {
    let headers = of(Kind::Attachment);
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; sandbox"));
}

#[test]
fn other_sites_may_read_the_widget_and_files_and_nothing_else() {
    for (kind, readers) in [
        (Kind::Page, "same-origin"),
        (Kind::Other, "same-origin"),
        (Kind::Widget, "cross-origin"),
        (Kind::Attachment, "cross-origin"),
    ] {
        assert_eq!(of(kind)["cross-origin-resource-policy"], readers);
    }
}

#[test]
fn a_handler_cannot_weaken_the_policy() {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src *"),
    );
    SecurityHeaders::new(&settings()).apply(Kind::Other, &mut headers);
    assert_eq!(headers["content-security-policy"], NOTHING);
}
