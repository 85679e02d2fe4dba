#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn routes() -> Routes<&'static str> {
    Routes::new([
        (Route::get("/queues/{InstanceId}/{QueueId}"), "describe"),
        (Route::post("/queues/{InstanceId}/{QueueId}/name"), "name"),
        (Route::put("/queues/{InstanceId}"), "create"),
        (Route::get("/tags/{resourceArn}"), "tags"),
        (Route::post("/"), "root"),
    ])
}

#[track_caller]
fn check(method: &str, path: &str, expected: Option<&str>) {
    assert_eq!(
        routes().find(method, path).map(|(name, _)| name),
        expected,
        "{method} {path}"
    );
}

#[test]
fn method_and_path_name_an_operation() {
    check("GET", "/queues/i/q", Some("describe"));
    check("POST", "/queues/i/q/name", Some("name"));
    check("PUT", "/queues/i", Some("create"));
    check("POST", "/", Some("root"));
    check("POST", "/queues/i/q", None);
    check("GET", "/queues/i/q/name", None);
    check("get", "/queues/i/q", None);
    check("GET", "/Queues/i/q", None);
}

#[test]
fn nothing_is_normalised_into_another_operation() {
    for path in [
        "//queues/i/q",
        "/queues//i/q",
        "/queues/i//q",
        "/queues/i/q/",
        "/queues/i",
        "/queues/i/",
        "/queues/./q",
        "/queues/i/..",
        "/x/../queues/i/q",
        "/queues/i/q/.",
        "/%71ueues/i/q",
        "queues/i/q",
        "",
        "/",
        "*",
    ] {
        check("GET", path, None);
    }
    check("PUT", "/queues/i/q/..", None);
}

#[test]
fn an_encoded_slash_stays_inside_its_label() {
    let (name, labels) = routes().find("GET", "/tags/arn%3Aaws%3Ax%2Fy%2Fz").unwrap();
    assert_eq!(name, "tags");
    assert_eq!(labels.get("resourceArn").unwrap(), "arn:aws:x/y/z");
    check("GET", "/queues%2Fi%2Fq", None);
}

#[test]
fn a_label_is_decoded_once() {
    let found = routes();
    let (_, labels) = found.find("GET", "/tags/a%252Fb+c").unwrap();
    assert_eq!(labels.get("resourceArn").unwrap(), "a%2Fb+c");
}

#[test]
fn broken_escapes_and_broken_text_name_nothing() {
    for path in [
        "/tags/%",
        "/tags/%4",
        "/tags/%zz",
        "/tags/%ff",
        "/tags/a%+1",
    ] {
        check("GET", path, None);
    }
    assert_eq!(parse_query("a=%ff"), None);
    assert_eq!(parse_query("a=%4"), None);
}

#[test]
fn a_path_over_the_limit_names_nothing() {
    let path = |length: usize| format!("/tags/{}", "a".repeat(length - 6));
    check("GET", &path(PATH_BYTES_MAX), Some("tags"));
    check("GET", &path(PATH_BYTES_MAX + 1), None);
}

#[test]
fn a_query_keeps_order_and_repetition() {
    assert_eq!(
        parse_query("a=1&a=2&b&c=x%3Dy+z&&").unwrap(),
        [("a", "1"), ("a", "2"), ("b", ""), ("c", "x=y+z")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
    );
}

proptest! {
    #[test]
    fn any_path_either_matches_in_shape_or_not_at_all(path in "[/a-z%2F.]{0,40}") {
        let routes = routes();
        if let Some((_, labels)) = routes.find("GET", &path) {
            let segments = path.matches('/').count();
            prop_assert!(segments == 2 || segments == 3);
            prop_assert!(labels.values().all(|value| !value.is_empty()));
        }
    }
}
