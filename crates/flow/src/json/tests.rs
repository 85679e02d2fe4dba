#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn nested(depth: usize) -> String {
    format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn depth_is_bounded_before_the_parser_recurses() {
    assert!(parse(&nested(JSON_DEPTH_MAX)).is_ok());
    let error = parse(&nested(JSON_DEPTH_MAX + 1)).unwrap_err();
    assert!(error.contains("nests deeper than 64"), "{error}");
    assert!(parse(&"[".repeat(1_000_000)).is_err());
}

#[test]
fn brackets_within_text_do_not_count_as_depth() {
    let text = format!("\"{}\\\"[[[\"", "[".repeat(500));
    assert!(parse(&text).is_ok());
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let error = parse(r#"{"a":{"Type":1,"Type":2}}"#).unwrap_err();
    assert!(error.contains("member `Type` stands twice"), "{error}");
}

#[test]
fn values_are_what_the_text_says() {
    let text = r#"{"a":[1,-2,2.5,true,null,"x"],"b":{}}"#;
    assert_eq!(
        parse(text).unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
}

#[test]
fn broken_json_is_named_with_its_place() {
    let error = parse("{\"a\":\n  nope}").unwrap_err();
    assert!(error.contains("line 2"), "{error}");
}
