#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const INSTANCE: &str = "00000000-0000-0000-0000-000000000001";
const FLOW: &str = "00000000-0000-0000-0000-000000000002";

fn asked(body: &Value) -> Result<StartChat, &'static str> {
    let body: StartBody = serde_json::from_value(body.clone()).unwrap();
    chat_of(body, InstanceId::from_u128(1), &[FlowId::from_u128(2)]).map_err(|error| error.code())
}

#[test]
fn the_body_of_the_chat_interface_starts_a_chat() {
    let chat = asked(&json!({
        "InstanceId": INSTANCE,
        "ContactFlowId": FLOW,
        "ParticipantDetails": {"DisplayName": "Grace"},
        "Username": "Grace",
        "Attributes": {"tier": "gold"},
        "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"},
        "SupportedMessagingContentTypes": ["text/plain", "text/markdown"],
        "ChatDurationInMinutes": 90,
        "PersistentChat": {"SourceContactId": "x", "RehydrationType": "ENTIRE_PAST_SESSION"},
    }))
    .unwrap();
    assert_eq!(chat.display_name.expose(), "Grace");
    assert_eq!(chat.attributes, [("tier".to_owned(), "gold".to_owned())]);
    assert_eq!(chat.duration_min, Some(90));
    let (content_type, text) = chat.initial_message.unwrap();
    assert_eq!(
        (content_type.as_str(), text.expose()),
        ("text/plain", "Hello")
    );
}

#[test]
fn arns_are_taken_as_ids() {
    let arn = format!("arn:aws:connect:eu-central-1:123456789012:instance/{INSTANCE}");
    let flow = format!("{arn}/contact-flow/{FLOW}");
    assert!(asked(&json!({"InstanceId": arn, "ContactFlowId": flow})).is_ok());
    assert_eq!(
        asked(&json!({"InstanceId": INSTANCE, "ContactFlowId": arn})).unwrap_err(),
        "not-permitted"
    );
}

#[test]
fn other_flows_and_instances_are_refused_alike() {
    for (instance, flow) in [
        (INSTANCE, "00000000-0000-0000-0000-000000000003"),
        (INSTANCE, "nonsense"),
        ("00000000-0000-0000-0000-000000000003", FLOW),
        ("", FLOW),
    ] {
        assert_eq!(
            asked(&json!({"InstanceId": instance, "ContactFlowId": flow})).unwrap_err(),
            "not-permitted"
        );
    }
}

#[test]
fn a_client_token_that_could_be_guessed_is_refused() {
    let with = |token: &str| {
        asked(&json!({"InstanceId": INSTANCE, "ContactFlowId": FLOW, "ClientToken": token}))
    };
    assert_eq!(with("1").unwrap_err(), "invalid-request");
    assert_eq!(with(&"x".repeat(31)).unwrap_err(), "invalid-request");
    assert!(with(FLOW).is_ok());
}

#[test]
fn a_customer_without_a_name_has_one() {
    for details in [json!(null), json!({}), json!({"DisplayName": " "})] {
        let chat = asked(&json!({
            "InstanceId": INSTANCE, "ContactFlowId": FLOW, "ParticipantDetails": details,
        }))
        .unwrap();
        assert_eq!(chat.display_name.expose(), "Customer");
    }
}
