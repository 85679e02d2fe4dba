#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use model::transcript::AttachmentSummary;
use serde_json::{Value, json};

use super::*;

fn item(content: ItemContent) -> TranscriptItem {
    TranscriptItem {
        id: TranscriptItemId::from_u128(1),
        contact: ContactId::from_u128(2),
        initial_contact: ContactId::from_u128(3),
        sequence: 12,
        at: Timestamp::from_millis(1_760_000_000_000),
        participant: Some(ParticipantId::from_u128(4)),
        role: ParticipantRole::Customer,
        display_name: Some("Grace".into()),
        content,
    }
}

fn text(frame: &ServerFrame<'_>) -> Value {
    serde_json::from_str(&frame.to_text()).unwrap()
}

#[test]
fn an_item_has_the_words_of_the_protocol() {
    let item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Hello".into(),
    });
    let frame = ServerFrame::Item {
        contact_id: item.contact,
        item: ItemJson::of(&item, None),
    };
    assert_eq!(
        text(&frame),
        json!({
            "type": "chat.item",
            "contactId": "00000000-0000-0000-0000-000000000002",
            "item": {
                "id": "00000000-0000-0000-0000-000000000001",
                "contactId": "00000000-0000-0000-0000-000000000002",
                "sequence": 12,
                "at": 1_760_000_000_000_i64,
                "role": "CUSTOMER",
                "participantId": "00000000-0000-0000-0000-000000000004",
                "displayName": "Grace",
                "kind": "message",
                "contentType": "text/plain",
                "text": "Hello",
            },
        })
    );
}

#[test]
fn the_system_has_no_name() {
    let mut item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Welcome".into(),
    });
    item.role = ParticipantRole::System;
    item.display_name = Some("SYSTEM_MESSAGE".into());
    let json = serde_json::to_value(ItemJson::of(&item, None)).unwrap();
    assert_eq!(json["role"], "SYSTEM");
    assert_eq!(json.get("displayName"), None);
}

#[test]
fn an_own_message_names_its_request() {
    let item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Hello".into(),
    });
    let json = serde_json::to_value(ItemJson::of(&item, Some("r1"))).unwrap();
    assert_eq!(json["requestId"], "r1");
}

#[test]
fn receipts_of_others_stand_with_their_item() {
    let item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Hello".into(),
    });
    let mut other = receipt(Some(5), None);
    other.item = TranscriptItemId::from_u128(77);
    let receipts = [receipt(Some(5), Some(6)), other];
    let shown_to = |reader| {
        let json = ItemJson::of(&item, None).with_receipts(&receipts, Some(reader));
        serde_json::to_value(json).unwrap()["receipts"].clone()
    };
    assert_eq!(
        shown_to(ParticipantId::from_u128(9)),
        json!([{
            "participantId": "00000000-0000-0000-0000-000000000004",
            "deliveredAt": 5,
            "readAt": 6,
        }])
    );
    assert_eq!(shown_to(ParticipantId::from_u128(4)), Value::Null);
}

#[test]
fn an_attachment_shows_its_files() {
    let item = item(ItemContent::Attachment(vec![AttachmentSummary {
        id: AttachmentId::from_u128(9),
        name: "bill.pdf".into(),
        content_type: "application/pdf".to_owned(),
        size_bytes: 1234,
        status: AttachmentStatus::Approved,
    }]));
    let json = serde_json::to_value(ItemJson::of(&item, None)).unwrap();
    assert_eq!(json["kind"], "attachment");
    assert_eq!(
        json["attachments"],
        json!([{
            "id": "00000000-0000-0000-0000-000000000009",
            "name": "bill.pdf",
            "contentType": "application/pdf",
            "size": 1234,
            "status": "APPROVED",
        }])
    );
}

#[test]
fn a_refusal_names_its_request() {
    let error = ApiError::throttled(2);
    assert_eq!(
        text(&ServerFrame::refusal("r1", &error)),
        json!({
            "type": "error",
            "requestId": "r1",
            "error": {
                "code": "throttled",
                "message": "too many requests: wait and try again",
                "retryAfterSeconds": 2,
            },
        })
    );
}

fn receipt(delivered_at: Option<i64>, read_at: Option<i64>) -> Receipt {
    Receipt {
        item: TranscriptItemId::from_u128(1),
        sequence: 12,
        contact: ContactId::from_u128(2),
        initial_contact: ContactId::from_u128(3),
        participant: ParticipantId::from_u128(4),
        delivered_at: delivered_at.map(Timestamp::from_millis),
        read_at: read_at.map(Timestamp::from_millis),
    }
}

#[test]
fn a_receipt_says_the_most_that_is_known() {
    let contact = ContactId::from_u128(2);
    let word = |receipt: &Receipt| {
        ServerFrame::of_receipt(contact, receipt).map(|frame| {
            let json = text(&frame);
            (json["receipt"].clone(), json["at"].clone())
        })
    };
    assert_eq!(
        word(&receipt(Some(5), None)),
        Some((json!("delivered"), json!(5)))
    );
    assert_eq!(
        word(&receipt(Some(5), Some(6))),
        Some((json!("read"), json!(6)))
    );
    assert_eq!(word(&receipt(None, None)), None);
}
