//! Customers of chats, through the router and with their tokens.

use super::*;

/// A flow of blocks that follow each other, each going to the next whatever happens, then the end.
pub(super) fn straight_flow(blocks: &[(&str, Value)]) -> String {
    let mut actions: Vec<Value> = blocks
        .iter()
        .enumerate()
        .map(|(at, (kind, parameters))| {
            let next = (at + 1).to_string();
            json!({
                "Identifier": at.to_string(), "Type": kind, "Parameters": parameters,
                "Transitions": {"NextAction": next,
                    "Errors": [{"ErrorType": "NoMatchingError", "NextAction": next}]},
            })
        })
        .collect();
    actions.push(json!({
        "Identifier": blocks.len().to_string(), "Type": "DisconnectParticipant",
        "Parameters": {}, "Transitions": {},
    }));
    json!({"Version": "2019-10-30", "StartAction": "0", "Actions": actions}).to_string()
}

/// A flow that waits in the queue, which nobody serves.
pub(super) fn waiting_flow(center: &Center) -> String {
    let queue = center
        .app
        .resource_by_name(center.instance, model::ResourceKind::Queue, "BasicQueue")
        .unwrap();
    json!({
        "Version": "2019-10-30", "StartAction": "queue", "Actions": [
            {"Identifier": "queue", "Type": "UpdateContactTargetQueue",
             "Parameters": {"QueueId": queue.id.to_string()},
             "Transitions": {"NextAction": "transfer",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}},
            {"Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {},
             "Transitions": {"NextAction": "bye", "Errors": [
                {"ErrorType": "QueueAtCapacity", "NextAction": "bye"},
                {"ErrorType": "NoMatchingError", "NextAction": "bye"}]}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    })
    .to_string()
}

impl Client {
    /// Creates a flow for contacts that come in; returns its id.
    pub(super) async fn flow(&self, center: &Center, name: &str, content: &str) -> String {
        self.flow_of(center, "CONTACT_FLOW", name, content).await
    }

    /// Creates a flow; returns its id.
    pub(super) async fn flow_of(
        &self,
        center: &Center,
        kind: &str,
        name: &str,
        content: &str,
    ) -> String {
        let path = format!("/contact-flows/{}", center.instance);
        let new = json!({"Name": name, "Type": kind, "Content": content});
        let created = json_of(self.connect("PUT", &path, &new.to_string()).await).await;
        created["ContactFlowId"].as_str().unwrap().to_owned()
    }

    /// Starts a chat: `ContactId`, `ParticipantId`, `ParticipantToken`.
    pub(super) async fn chat(&self, center: &Center, flow: &str) -> Value {
        let new = json!({
            "InstanceId": center.instance.to_string(), "ContactFlowId": flow,
            "ParticipantDetails": {"DisplayName": "Grace"},
        });
        let started = self.connect("PUT", "/contact/chat", &new.to_string()).await;
        assert_eq!(outcome(&started), (200, ""));
        json_of(started).await
    }

    async fn participant(&self, operation: &str, token: &str, body: Value) -> Response {
        let request = Request::post(format!("/participant/{operation}"))
            .header("x-amz-bearer", token)
            .body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    /// Connects; returns the connection token.
    async fn connected(&self, started: &Value) -> String {
        let token = started["ParticipantToken"].as_str().unwrap();
        let body = json!({"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]});
        let response = self.participant("connection", token, body).await;
        assert_eq!(outcome(&response), (200, ""));
        let connection = json_of(response).await;
        connection["ConnectionCredentials"]["ConnectionToken"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[test]
fn what_a_flow_says_before_it_ends_the_chat_is_read_after_and_nothing_is_sent() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let closed = straight_flow(&[("MessageParticipant", json!({"Text": "We are closed."}))]);
        let flow = client.flow(center, "Closed", &closed).await;
        let started = client.chat(center, &flow).await;
        let token = client.connected(&started).await;

        let body = json!({"ScanDirection": "FORWARD", "SortOrder": "ASCENDING"});
        let page = json_of(client.participant("transcript", &token, body).await).await;
        let said = page["Transcript"].as_array().unwrap();
        assert!(said.iter().any(|item| item["Content"] == "We are closed."));
        let ended = "application/vnd.amazonaws.connect.event.chat.ended";
        assert_eq!(said.last().unwrap()["ContentType"], ended);

        let message = said[0]["Id"].as_str().unwrap();
        let read = json!({"messageId": message}).to_string();
        for (operation, body) in [
            (
                "message",
                json!({"ContentType": "text/plain", "Content": "Hello?"}),
            ),
            (
                "event",
                json!({"ContentType": "application/vnd.amazonaws.connect.event.typing"}),
            ),
            (
                "event",
                json!({
                    "ContentType": "application/vnd.amazonaws.connect.event.message.read",
                    "Content": read,
                }),
            ),
            (
                "start-attachment-upload",
                json!({
                    "AttachmentName": "a.txt", "AttachmentSizeInBytes": 1,
                    "ContentType": "text/plain", "ClientToken": "t",
                }),
            ),
            ("disconnect", json!({})),
        ] {
            let response = client.participant(operation, &token, body).await;
            assert_eq!(
                outcome(&response),
                (403, "AccessDeniedException"),
                "{operation}"
            );
        }
    });
}

#[test]
fn a_used_client_token_with_other_content_is_a_conflict() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let flow = client.flow(center, "Tokens", &waiting_flow(center)).await;
        let started = client.chat(center, &flow).await;
        let token = client.connected(&started).await;
        let say = |text: &str, client_token: &str| json!({"ContentType": "text/plain", "Content": text, "ClientToken": client_token});
        let sent = client.participant("message", &token, say("one", "a")).await;
        let first = json_of(sent).await["Id"].clone();
        let again = client.participant("message", &token, say("one", "a")).await;
        assert_eq!(json_of(again).await["Id"], first);
        let other = client.participant("message", &token, say("two", "a")).await;
        assert_eq!(outcome(&other), (409, "ConflictException"));
        // Two at once: one is said, the other refused.
        let (one, other) = tokio::join!(
            client.participant("message", &token, say("three", "b")),
            client.participant("message", &token, say("four", "b")),
        );
        let mut outcomes = [outcome(&one), outcome(&other)];
        outcomes.sort_unstable();
        assert_eq!(outcomes, [(200, ""), (409, "ConflictException")]);

        let event = |kind: &str, client_token: &str| {
            let kind = format!("application/vnd.amazonaws.connect.event.{kind}");
            json!({"ContentType": kind, "ClientToken": client_token})
        };
        // Tokens of another operation are other tokens.
        for (kind, client_token, expected) in [
            ("typing", "a", (200, "")),
            ("typing", "a", (200, "")),
            ("connection.acknowledged", "a", (409, "ConflictException")),
            ("connection.acknowledged", "c", (200, "")),
        ] {
            let sent = event(kind, client_token);
            let response = client.participant("event", &token, sent).await;
            assert_eq!(outcome(&response), expected, "{kind} {client_token}");
        }
    });
}

#[test]
fn names_and_messages_hold_what_can_be_shown() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let flow = client.flow(center, "Texts", &waiting_flow(center)).await;
        for name in ["\0", "   ", "Ada\u{202E}", "A\nB"] {
            let new = json!({
                "InstanceId": center.instance.to_string(), "ContactFlowId": flow,
                "ParticipantDetails": {"DisplayName": name},
            });
            let refused = client
                .connect("PUT", "/contact/chat", &new.to_string())
                .await;
            assert_eq!(
                outcome(&refused),
                (400, "InvalidParameterException"),
                "{name:?}"
            );
        }
        let started = client.chat(center, &flow).await;
        let token = client.connected(&started).await;
        for (text, expected) in [
            ("a\0b", (400, "ValidationException")),
            (" \n ", (400, "ValidationException")),
            ("two\nlines\tand a tab", (200, "")),
        ] {
            let message = json!({"ContentType": "text/plain", "Content": text});
            let response = client.participant("message", &token, message).await;
            assert_eq!(outcome(&response), expected, "{text:?}");
        }
    });
}
