#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::transcript::AttachmentSummary;

fn item(content: ItemContent) -> TranscriptItem {
    TranscriptItem {
        id: TranscriptItemId::from_u128(1),
        contact: ContactId::from_u128(2),
        initial_contact: ContactId::from_u128(3),
        sequence: 7,
        at: Timestamp::from_millis(1_760_000_000_007),
        participant: Some(ParticipantId::from_u128(4)),
        role: ParticipantRole::Customer,
        display_name: Some("Grace".into()),
        content,
    }
}

fn json(item: &ParticipantItem<'_>) -> Value {
    serde_json::to_value(item).unwrap()
}

#[test]
fn a_message_has_the_words_of_the_participant_api() {
    let item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Hello".into(),
    });
    assert_eq!(
        json(&ParticipantItem::of(&item, &[])),
        json!({
            "AbsoluteTime": "2025-10-09T08:53:20.007Z",
            "Content": "Hello",
            "ContentType": "text/plain",
            "Id": "00000000-0000-0000-0000-000000000001",
            "Type": "MESSAGE",
            "ParticipantId": "00000000-0000-0000-0000-000000000004",
            "DisplayName": "Grace",
            "ParticipantRole": "CUSTOMER",
            "ContactId": "00000000-0000-0000-0000-000000000002",
            "InitialContactId": "00000000-0000-0000-0000-000000000003",
        })
    );
}

#[test]
fn an_event_of_the_system_names_no_participant() {
    let mut item = item(ItemContent::Event {
        content_type: event_type::ENDED.to_owned(),
        text: None,
    });
    item.participant = None;
    item.display_name = None;
    item.role = ParticipantRole::System;
    let json = json(&ParticipantItem::of(&item, &[]));
    assert_eq!(json["Type"], "EVENT");
    assert_eq!(json["ContentType"], event_type::ENDED);
    assert_eq!(json["ParticipantRole"], "SYSTEM");
    for absent in ["Content", "ParticipantId", "DisplayName", "Attachments"] {
        assert!(json.get(absent).is_none(), "{absent} stands");
    }
}

#[test]
fn an_attachment_names_its_files_and_their_status() {
    let item = item(ItemContent::Attachment(vec![AttachmentSummary {
        id: AttachmentId::from_u128(9),
        name: "bill.pdf".into(),
        content_type: "application/pdf".to_owned(),
        size_bytes: 1234,
        status: AttachmentStatus::InProgress,
    }]));
    let json = json(&ParticipantItem::of(&item, &[]));
    assert_eq!(json["Type"], "ATTACHMENT");
    assert_eq!(
        json["Attachments"],
        json!([{
            "AttachmentId": "00000000-0000-0000-0000-000000000009",
            "AttachmentName": "bill.pdf",
            "ContentType": "application/pdf",
            "Status": "IN_PROGRESS",
        }])
    );
}

#[test]
fn receipts_stand_with_their_message() {
    let item = item(ItemContent::Message {
        content_type: "text/plain".to_owned(),
        text: "Hello".into(),
    });
    let receipt = ItemReceipt {
        participant: ParticipantId::from_u128(5),
        delivered_at: Some(Timestamp::from_millis(0)),
        read_at: None,
    };
    assert_eq!(
        json(&ParticipantItem::of(&item, &[receipt]))["MessageMetadata"],
        json!({
            "MessageId": "00000000-0000-0000-0000-000000000001",
            "Receipts": [{
                "DeliveredTimestamp": "1970-01-01T00:00:00.000Z",
                "RecipientParticipantId": "00000000-0000-0000-0000-000000000005",
            }],
        })
    );
}

#[test]
fn a_receipt_is_pushed_as_metadata_of_its_message() {
    let receipt = ItemReceipt {
        participant: ParticipantId::from_u128(5),
        delivered_at: Some(Timestamp::from_millis(1000)),
        read_at: Some(Timestamp::from_millis(2000)),
    };
    let json = json(&ParticipantItem::of_receipt(
        TranscriptItemId::from_u128(1),
        ContactId::from_u128(2),
        ContactId::from_u128(3),
        &receipt,
    ));
    assert_eq!(json["Type"], "MESSAGEMETADATA");
    assert_eq!(json["ContentType"], event_type::READ);
    assert_eq!(json["AbsoluteTime"], "1970-01-01T00:00:02.000Z");
    let shown = &json["MessageMetadata"]["Receipts"][0];
    assert_eq!(shown["ReadTimestamp"], "1970-01-01T00:00:02.000Z");
    assert_eq!(shown["DeliveredTimestamp"], "1970-01-01T00:00:01.000Z");
}

#[test]
fn typing_is_an_event_of_its_participant() {
    let name = PersonalText::from("Grace");
    let json = json(&ParticipantItem::of_passing(
        TranscriptItemId::from_u128(8),
        &PassingEvent {
            contact: ContactId::from_u128(2),
            initial_contact: ContactId::from_u128(3),
            content_type: event_type::TYPING,
            participant: ParticipantId::from_u128(4),
            role: ParticipantRole::Customer,
            display_name: Some(&name),
            at: Timestamp::from_millis(0),
        },
    ));
    assert_eq!(json["Type"], "EVENT");
    assert_eq!(json["ContentType"], event_type::TYPING);
    assert_eq!(json["DisplayName"], "Grace");
    assert_eq!(
        json["InitialContactId"],
        "00000000-0000-0000-0000-000000000003"
    );
}
