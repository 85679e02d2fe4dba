//! The start of a chat by a visitor, and the participant's socket.

use axum::http::{Method, StatusCode};
use model::Secret;
use model::transcript::ItemContent;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use web::WebLimits;

use app::action::{CreateParticipantConnection, DisconnectParticipant, SendMessage};
use app::chat::TokenKind;
use app::{Call, Principal, Target};
use std::sync::Arc;
use std::time::Duration;

use crate::center::{Center, HOST, ORIGIN, SHOP, create_flow, create_flow_of, request, two_only};
use crate::sockets::{Socket, open, pushed};

fn body(center: &Center) -> Value {
    json!({
        "InstanceId": center.instance.to_string(),
        "ContactFlowId": center.flow.to_string(),
        "ParticipantDetails": {"DisplayName": "Grace"},
        "Username": "Grace",
    })
}

async fn start(center: &Center, origin: &str, body: Value) -> crate::center::Answer {
    let headers = [("origin", origin)];
    center
        .send(request(Method::POST, "/chat/start", &headers, Some(body)))
        .await
}

/// A customer in a chat.
pub(crate) struct Customer {
    pub(crate) contact: String,
    token: Secret<String>,
}

impl Customer {
    pub(crate) async fn arrive(center: &Center) -> Self {
        Self::arrive_with(center, body(center)).await
    }

    async fn arrive_with(center: &Center, body: Value) -> Self {
        let answer = start(center, SHOP, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json());
        let started = answer.json()["data"]["startChatResult"].clone();
        Self {
            contact: started["ContactId"].as_str().unwrap().to_owned(),
            token: Secret::new(started["ParticipantToken"].as_str().unwrap().to_owned()),
        }
    }

    fn call(&self, center: &Center, operation: &'static str) -> (Arc<Call>, Target) {
        let principal = center
            .app
            .participant(&self.token, TokenKind::Participant)
            .unwrap();
        let Principal::Participant {
            instance, contact, ..
        } = principal
        else {
            panic!("no participant");
        };
        let request = model::RequestId::from_u128(1);
        let source = "participant.connect.amazonaws.com";
        let call = Call::new(principal, request, source, operation);
        (Arc::new(call), Target::Contact(instance, contact))
    }

    /// A ticket for a socket, as `CreateParticipantConnection` gives it.
    pub(crate) async fn ticket(&self, center: &Center) -> String {
        let (call, target) = self.call(center, "CreateParticipantConnection");
        let permit = center
            .app
            .authorize::<CreateParticipantConnection>(&call, target)
            .unwrap();
        let connection = center.app.connect_participant(&call, permit).await.unwrap();
        connection.websocket_ticket.expose().clone()
    }

    async fn connection_token(&self, center: &Center) -> Secret<String> {
        let (call, target) = self.call(center, "CreateParticipantConnection");
        let permit = center
            .app
            .authorize::<CreateParticipantConnection>(&call, target)
            .unwrap();
        let connection = center.app.connect_participant(&call, permit).await.unwrap();
        connection.token
    }

    pub(crate) async fn say(&self, center: &Center, text: &str) {
        let (call, target) = self.call(center, "SendMessage");
        let permit = center.app.authorize::<SendMessage>(&call, target).unwrap();
        let content = ItemContent::Message {
            content_type: "text/plain".to_owned(),
            text: text.into(),
        };
        center.app.say(&call, permit, content, None).await.unwrap();
    }

    pub(crate) async fn leave(&self, center: &Center) {
        let (call, target) = self.call(center, "DisconnectParticipant");
        let permit = center
            .app
            .authorize::<DisconnectParticipant>(&call, target)
            .unwrap();
        center
            .app
            .disconnect_participant(&call, permit)
            .await
            .unwrap();
    }

    /// A socket that has subscribed.
    pub(crate) async fn connect(&self, center: &Center, address: std::net::SocketAddr) -> Socket {
        let path = format!("/participant/socket?ticket={}", self.ticket(center).await);
        let mut socket = open(address, &path, &[("origin", SHOP)]).await.unwrap();
        socket.say(subscribe()).await;
        let answer = socket.next().await.unwrap();
        assert_eq!(answer["topic"], "aws/subscribe");
        socket
    }
}

fn subscribe() -> Value {
    json!({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn approved_pages_may_start_marked_flows_and_nothing_else() {
    let center = Center::start().await;
    for origin in [SHOP, ORIGIN] {
        let answer = start(&center, origin, body(&center)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers["access-control-allow-origin"], origin);
        let started = &answer.json()["data"]["startChatResult"];
        for member in ["ContactId", "ParticipantId", "ParticipantToken"] {
            assert!(started[member].is_string(), "{member}");
        }
    }
    let answer = start(&center, "https://evil.example", body(&center)).await;
    assert_eq!(answer.code(), "origin-refused");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let answer = center
        .send(request(
            Method::POST,
            "/chat/start",
            &[],
            Some(body(&center)),
        ))
        .await;
    assert_eq!(answer.code(), "origin-refused");
    let mut other = body(&center);
    other["ContactFlowId"] = json!("00000000-0000-0000-0000-000000000009");
    let refused = start(&center, SHOP, other).await;
    assert_eq!(refused.code(), "not-permitted");
    let told = refused.json()["error"]["message"].to_string();
    assert!(told.contains("start a new chat"), "{told}");
    assert!(!told.contains("profile"), "a customer has none: {told}");
    let mut made_later = body(&center);
    for (name, status) in [
        ("Private", StatusCode::FORBIDDEN),
        ("Later", StatusCode::OK),
    ] {
        let flow = create_flow(&center.app, center.instance, name).await;
        made_later["ContactFlowId"] = json!(flow.to_string());
        let answer = start(&center, SHOP, made_later.clone()).await;
        assert_eq!(answer.status, status, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_start_is_the_same_chat() {
    let center = Center::start().await;
    let mut body = body(&center);
    body["ClientToken"] = json!("3f0c2b8e-6c5d-4a59-9a53-0d0a1b2c3d4e");
    let contact = async || {
        let answer = start(&center, SHOP, body.clone()).await.json();
        answer["data"]["startChatResult"]["ContactId"].clone()
    };
    let first = contact().await;
    assert!(first.is_string());
    assert_eq!(contact().await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_of_one_address_are_throttled_and_the_page_may_read_it() {
    let limits = WebLimits {
        start_chat: two_only(),
        ..WebLimits::default()
    };
    let center = Center::with_limits(limits).await;
    for _ in 0..2 {
        assert_eq!(
            start(&center, SHOP, body(&center)).await.status,
            StatusCode::OK
        );
    }
    let answer = start(&center, SHOP, body(&center)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(answer.headers["access-control-allow-origin"], SHOP);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_speaks_as_chatjs_expects() {
    let center = Center::start().await;
    let address = center.listen().await;
    let customer = Customer::arrive(&center).await;
    let path = format!(
        "/participant/socket?ticket={}",
        customer.ticket(&center).await
    );
    let mut socket = open(address, &path, &[("origin", SHOP)]).await.unwrap();
    socket.say(subscribe()).await;
    assert_eq!(
        socket.next().await.unwrap(),
        json!({"topic": "aws/subscribe", "content": {"status": "success", "topics": ["aws/chat"]}})
    );
    socket.say(json!({"topic": "aws/ping"})).await;
    let pong = socket.until(|frame| frame["topic"] == "aws/ping").await;
    assert_eq!(
        pong,
        json!({"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"})
    );
    socket.say(json!({"topic": "aws/heartbeat"})).await;
    socket
        .until(|frame| *frame == json!({"topic": "aws/heartbeat"}))
        .await;

    customer.say(&center, "Hello").await;
    let frame = socket
        .until(|frame| frame["topic"] == "aws/chat" && pushed(frame)["Type"] == "MESSAGE")
        .await;
    assert_eq!(frame["contentType"], "application/json");
    let item = pushed(&frame);
    assert_eq!(item["Content"], "Hello");
    assert_eq!(item["ParticipantRole"], "CUSTOMER");
    assert_eq!(item["DisplayName"], "Grace");
    assert_eq!(item["ContactId"], customer.contact.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_between_redeeming_and_subscribing_arrives() {
    let center = Center::start().await;
    let address = center.listen().await;
    let customer = Customer::arrive(&center).await;
    let path = format!(
        "/participant/socket?ticket={}",
        customer.ticket(&center).await
    );
    let mut socket = open(address, &path, &[]).await.unwrap();
    for text in ["one", "two", "three"] {
        customer.say(&center, text).await;
    }
    socket.say(subscribe()).await;
    assert_eq!(socket.next().await.unwrap()["topic"], "aws/subscribe");
    for text in ["one", "two", "three"] {
        let is_message = |frame: &Value| pushed(frame)["Type"] == "MESSAGE";
        let frame = socket.until(is_message).await;
        assert_eq!(pushed(&frame)["Content"], text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_socket_and_a_wrong_one_none() {
    let center = Center::start().await;
    let address = center.listen().await;
    let customer = Customer::arrive(&center).await;
    let path = format!(
        "/participant/socket?ticket={}",
        customer.ticket(&center).await
    );
    let evil = open(address, &path, &[("origin", "https://evil.example")]).await;
    assert_eq!(evil.err(), Some(403));
    // No upgrade: the ticket is not used up by it.
    let plain = center
        .send(request(Method::GET, &path, &[("host", HOST)], None))
        .await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
    open(address, &path, &[("origin", SHOP)]).await.unwrap();
    assert_eq!(
        open(address, &path, &[("origin", SHOP)]).await.err(),
        Some(403)
    );
    let wrong = format!("/participant/socket?ticket={}", "0".repeat(96));
    assert_eq!(open(address, &wrong, &[]).await.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_chat_is_told_and_then_the_socket_closes() {
    let center = Center::start().await;
    let address = center.listen().await;
    let customer = Customer::arrive(&center).await;
    let mut socket = customer.connect(&center, address).await;
    customer.leave(&center).await;
    let mut told = Vec::new();
    let code = loop {
        match socket.next().await {
            Ok(frame) => told.push(pushed(&frame)["ContentType"].clone()),
            Err(code) => break code,
        }
    };
    let ended = "application/vnd.amazonaws.connect.event.chat.ended";
    assert_eq!(told.last().unwrap(), ended, "{told:?}");
    assert_eq!(code, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_connects_after_the_end_is_told_of_it_at_once() {
    let center = Center::start().await;
    let address = center.listen().await;
    let closing = json!({
        "Version": "2019-10-30", "StartAction": "say", "Actions": [
            {"Identifier": "say", "Type": "MessageParticipant",
             "Parameters": {"Text": "We are closed."},
             "Transitions": {"NextAction": "bye",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    let flow = create_flow_of(&center.app, center.instance, "Later", &closing).await;
    let mut at_once = body(&center);
    at_once["ContactFlowId"] = json!(flow.to_string());
    let customer = Customer::arrive_with(&center, at_once).await;
    let mut socket = customer.connect(&center, address).await;
    let told = pushed(&socket.next().await.unwrap());
    let ended = "application/vnd.amazonaws.connect.event.chat.ended";
    assert_eq!(told["ContentType"], ended);
    assert_eq!(told["ContactId"], customer.contact.as_str());
    assert_eq!(socket.next().await.unwrap_err(), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_a_chat_that_is_over_are_not_good_for_ever() {
    let center = Center::start().await;
    let customer = Customer::arrive(&center).await;
    customer.leave(&center).await;
    let reading = customer.connection_token(&center).await;
    let is_good = |token: &Secret<String>, kind| center.app.participant(token, kind).is_ok();
    assert!(is_good(&reading, TokenKind::Connection));
    center.clock.advance(Duration::from_mins(61));
    assert!(
        !is_good(&reading, TokenKind::Connection),
        "an hour of reading"
    );
    assert!(is_good(&customer.token, TokenKind::Participant));
    center.clock.advance(Duration::from_hours(24));
    assert!(
        !is_good(&customer.token, TokenKind::Participant),
        "as long as the chat might have lasted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_and_large_frames_close_the_socket() {
    let center = Center::start().await;
    let address = center.listen().await;
    let customer = Customer::arrive(&center).await;
    let mut socket = customer.connect(&center, address).await;
    for _ in 0..200 {
        if !socket
            .say_raw(Message::text(r#"{"topic":"aws/ping"}"#))
            .await
        {
            break;
        }
    }
    assert_eq!(socket.until_closed().await, 1008);

    let mut socket = customer.connect(&center, address).await;
    let large = format!(
        r#"{{"topic":"aws/ping","content":"{}"}}"#,
        "x".repeat(8 * 1024)
    );
    socket.say_raw(Message::text(large)).await;
    assert_eq!(socket.until_closed().await, 1009);

    let mut socket = customer.connect(&center, address).await;
    socket.say_raw(Message::text("nonsense")).await;
    assert_eq!(socket.until_closed().await, 1002);
}
