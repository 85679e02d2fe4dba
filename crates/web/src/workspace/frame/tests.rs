#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const ID: &str = "00000000-0000-0000-0000-000000000002";

fn contact() -> ContactId {
    ID.parse().unwrap()
}

fn parsed(frame: &Value) -> Result<ClientFrame, Refusal> {
    parse(&frame.to_string())
}

fn request(frame: &Value) -> Request {
    match parsed(frame).unwrap() {
        ClientFrame::Request(id, request) => {
            assert_eq!(id.as_str(), "r1");
            request
        }
        other => panic!("{other:?}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row per frame")]
fn every_frame_of_the_protocol_is_understood() {
    let c = contact();
    assert_eq!(parsed(&json!({"type": "ping"})).unwrap(), ClientFrame::Ping);
    for (frame, notice) in [
        (
            json!({"type": "chat.typing", "contactId": ID}),
            Notice::Typing { contact: c },
        ),
        (
            json!({"type": "chat.delivered", "contactId": ID, "sequence": 4}),
            Notice::Delivered {
                contact: c,
                sequence: 4,
            },
        ),
        (
            json!({"type": "chat.read", "contactId": ID, "sequence": 4}),
            Notice::Read {
                contact: c,
                sequence: 4,
            },
        ),
    ] {
        assert_eq!(parsed(&frame).unwrap(), ClientFrame::Notice(notice));
    }
    for (frame, expected) in [
        (
            json!({"type": "status.set", "requestId": "r1", "statusId": ID}),
            Request::SetStatus {
                status: ID.parse().unwrap(),
            },
        ),
        (
            json!({"type": "contact.accept", "requestId": "r1", "contactId": ID}),
            Request::Accept { contact: c },
        ),
        (
            json!({"type": "contact.decline", "requestId": "r1", "contactId": ID}),
            Request::Decline { contact: c },
        ),
        (
            json!({"type": "contact.end", "requestId": "r1", "contactId": ID}),
            Request::End { contact: c },
        ),
        (
            json!({"type": "contact.complete", "requestId": "r1", "contactId": ID}),
            Request::Complete { contact: c },
        ),
        (
            json!({"type": "contact.transfer", "requestId": "r1", "contactId": ID, "quickConnectId": ID}),
            Request::Transfer {
                contact: c,
                quick_connect: ID.parse().unwrap(),
            },
        ),
        (
            json!({"type": "chat.send", "requestId": "r1", "contactId": ID, "contentType": "text/plain", "text": "hi"}),
            Request::Send {
                contact: c,
                content_type: MessageType::Plain,
                text: "hi".to_owned(),
            },
        ),
        (
            json!({"type": "chat.history", "requestId": "r1", "contactId": ID}),
            Request::History {
                contact: c,
                range: Range::Newest,
            },
        ),
        (
            json!({"type": "chat.history", "requestId": "r1", "contactId": ID, "beforeSequence": 9}),
            Request::History {
                contact: c,
                range: Range::Before(9),
            },
        ),
        (
            json!({"type": "chat.history", "requestId": "r1", "contactId": ID, "afterSequence": 0}),
            Request::History {
                contact: c,
                range: Range::After(0),
            },
        ),
    ] {
        assert_eq!(request(&frame), expected);
    }
}

#[test]
fn what_cannot_be_told_closes_the_connection() {
    for text in [
        "",
        "null",
        "[]",
        "{",
        r#"{"type":"ping","extra":1}"#,
        r#"{"type":"ping"}{"type":"ping"}"#,
        r#"{"type":"nonsense"}"#,
        r#"{"requestId":"r1 with space","type":"nonsense"}"#,
        r#"{"type":"chat.typing","contactId":"x"}"#,
        r#"{"type":"contact.accept","requestId":"","contactId":"00000000-0000-0000-0000-000000000002"}"#,
    ] {
        assert!(matches!(parse(text), Err(Refusal::NotUnderstood)), "{text}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(matches!(parse(&deep), Err(Refusal::NotUnderstood)));
}

fn code(frame: &Value) -> &'static str {
    match parsed(frame) {
        Err(Refusal::Answered { request, error }) => {
            assert_eq!(request.as_str(), "r1");
            error.code()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_request_is_answered_under_its_id() {
    for frame in [
        json!({"type": "nonsense", "requestId": "r1"}),
        json!({"type": "contact.accept", "requestId": "r1"}),
        json!({"type": "contact.accept", "requestId": "r1", "contactId": "x"}),
        json!({"type": "contact.accept", "requestId": "r1", "contactId": ID, "force": true}),
        json!({"type": "chat.send", "requestId": "r1", "contactId": ID, "contentType": "text/html", "text": "x"}),
        json!({"type": "chat.send", "requestId": "r1", "contactId": ID, "contentType": "text/plain", "text": ""}),
        json!({"type": "chat.history", "requestId": "r1", "contactId": ID, "beforeSequence": -1}),
        json!({"type": "chat.history", "requestId": "r1", "contactId": ID, "beforeSequence": 1, "afterSequence": 1}),
    ] {
        assert_eq!(code(&frame), "invalid-request", "{frame}");
    }
}

#[test]
fn texts_have_their_longest_length_in_characters() {
    let send = |content_type: &str, text: String| {
        json!({"type": "chat.send", "requestId": "r1", "contactId": ID,
               "contentType": content_type, "text": text})
    };
    for (content_type, max) in [("text/plain", 1024), ("application/json", 12_000)] {
        request(&send(content_type, "é".repeat(max)));
        assert_eq!(
            code(&send(content_type, "é".repeat(max + 1))),
            "message-too-long"
        );
    }
}

#[test]
fn a_request_id_has_its_longest_length() {
    let with = |id: String| json!({"type": "contact.end", "requestId": id, "contactId": ID});
    assert!(parsed(&with("a".repeat(REQUEST_ID_BYTES_MAX))).is_ok());
    assert!(matches!(
        parsed(&with("a".repeat(REQUEST_ID_BYTES_MAX + 1))),
        Err(Refusal::NotUnderstood)
    ));
}
