#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;

#[test]
fn the_frames_of_chatjs_are_understood() {
    for (text, frame) in [
        (
            r#"{"topic":"aws/subscribe","content":{"topics":["aws/chat"]}}"#,
            ClientFrame::Subscribe(vec!["aws/chat".to_owned()]),
        ),
        (r#"{"topic":"aws/ping"}"#, ClientFrame::Ping),
        (r#"{"topic":"aws/heartbeat"}"#, ClientFrame::Heartbeat),
        (r#"{"topic":"aws\/ping","later":1}"#, ClientFrame::Ping),
        (
            r#"{"topic":"something/else","content":"x"}"#,
            ClientFrame::Other,
        ),
    ] {
        assert_eq!(parse_client_frame(text), Ok(frame), "{text}");
    }
}

#[test]
fn what_is_no_frame_is_refused() {
    let many = json!({"topic": "aws/subscribe", "content": {"topics": vec!["t"; TOPICS_MAX + 1]}});
    for text in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"topic":1}"#,
        r#"{"topic":"aws/subscribe"}"#,
        r#"{"topic":"aws/subscribe","content":{}}"#,
        r#"{"topic":"aws/subscribe","content":{"topics":"aws/chat"}}"#,
        &many.to_string(),
        &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
    ] {
        assert_eq!(parse_client_frame(text), Err(InvalidFrame), "{text}");
    }
}

fn answer(topics: &[&str]) -> Value {
    let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
    serde_json::from_str(&subscribed(&topics)).unwrap()
}

#[test]
fn the_chat_topic_is_granted_and_no_other() {
    assert_eq!(
        answer(&["aws/chat"]),
        json!({"topic": "aws/subscribe", "content": {"status": "success", "topics": ["aws/chat"]}})
    );
    assert_eq!(
        answer(&["aws/chat", "aws/lily"])["content"]["topics"],
        json!(["aws/chat"])
    );
    assert_eq!(
        answer(&["aws/lily"])["content"],
        json!({"status": "failure", "topics": ["aws/lily"]})
    );
}

#[test]
fn heartbeat_and_ping_are_answered_as_chatjs_expects() {
    let heartbeat: Value = serde_json::from_str(HEARTBEAT).unwrap();
    assert_eq!(heartbeat, json!({"topic": "aws/heartbeat"}));
    let pong: Value = serde_json::from_str(PONG).unwrap();
    assert_eq!(
        pong,
        json!({"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"})
    );
}

#[test]
fn a_pushed_item_is_a_string_of_json() {
    let frame: Value =
        serde_json::from_str(&push(&json!({"Content": "\"quoted\""})).unwrap()).unwrap();
    assert_eq!(frame["topic"], "aws/chat");
    assert_eq!(frame["contentType"], "application/json");
    let item: Value = serde_json::from_str(frame["content"].as_str().unwrap()).unwrap();
    assert_eq!(item, json!({"Content": "\"quoted\""}));
}
