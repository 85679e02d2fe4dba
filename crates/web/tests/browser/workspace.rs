//! The agent's side: the workspace socket and the pages about contacts.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::center::{Browser, Center, ORIGIN};
use crate::chat::Customer;
use crate::files::{path_of, put};
use crate::sockets::{Socket, open, open_workspace, pushed};

const MESSAGE: &str = "3f0c2b8e-6c5d-4a59-9a53-0d0a1b2c3d4e";

/// An agent who is available.
pub(crate) async fn available_agent(
    address: std::net::SocketAddr,
    browser: &Browser<'_>,
) -> Socket {
    let mut socket = open_workspace(address, browser).await;
    let snapshot = socket.next().await.unwrap();
    assert_eq!(snapshot["type"], "snapshot", "the first frame");
    let statuses = snapshot["agent"]["statuses"].as_array().unwrap();
    let routable = statuses.iter().find(|status| status["kind"] == "ROUTABLE");
    let set = json!({"type": "status.set", "statusId": routable.unwrap()["id"]});
    let answer = socket.ask("status", set).await;
    assert_eq!(answer["type"], "ack", "{answer}");
    socket
}

/// An agent in a chat; the id of the contact.
pub(crate) async fn accept_offer(socket: &mut Socket) -> String {
    let offered = socket.until_contact_is("CONNECTING").await;
    assert!(offered["offerExpiresAt"].is_i64());
    assert!(offered.get("attributes").is_none());
    let contact = offered["contactId"].as_str().unwrap().to_owned();
    let accept = json!({"type": "contact.accept", "contactId": contact});
    let answer = socket.ask("accept", accept).await;
    assert_eq!(answer["type"], "ack", "{answer}");
    contact
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_offered_answered_and_wrapped_up() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let customer = Customer::arrive(&center).await;
    let mut customers = customer.connect(&center, address).await;
    let contact = accept_offer(&mut agent).await;
    let connected = agent.until_contact_is("CONNECTED").await;
    assert_eq!(connected["customerName"], "Grace");
    assert_eq!(connected["queueName"], "BasicQueue");
    assert!(connected["participantId"].is_string());

    let send = json!({"type": "chat.send", "contactId": contact, "contentType": "text/plain",
                      "text": "Good morning"});
    let said = agent.ask(MESSAGE, send.clone()).await;
    assert_eq!(said["type"], "ack", "{said}");
    assert_eq!(said["item"]["text"], "Good morning");
    assert_eq!(said["item"]["requestId"], MESSAGE);
    let again = agent.ask(MESSAGE, send).await;
    assert_eq!(again["item"]["id"], said["item"]["id"], "said once");
    let other = json!({"type": "chat.send", "contactId": contact, "contentType": "text/plain",
        "text": "Something else"});
    let refused = agent.ask(MESSAGE, other).await;
    assert_eq!(refused["error"]["code"], "conflict", "{refused}");
    let pushed_item = customers
        .until(|frame| {
            pushed(frame)["ParticipantRole"] == "AGENT" && pushed(frame)["Type"] == "MESSAGE"
        })
        .await;
    assert_eq!(pushed(&pushed_item)["Content"], "Good morning");

    customer.say(&center, "Hello").await;
    let item = agent
        .until(|frame| frame["type"] == "chat.item" && frame["item"]["text"] == "Hello")
        .await;
    assert_eq!(item["item"]["role"], "CUSTOMER");
    let sequence = item["item"]["sequence"].as_u64().unwrap();
    let read = json!({"type": "chat.read", "contactId": contact, "sequence": sequence});
    agent.say(read).await;
    let receipt = customers
        .until(|frame| pushed(frame)["Type"] == "MESSAGEMETADATA")
        .await;
    assert_eq!(
        pushed(&receipt)["MessageMetadata"]["MessageId"],
        item["item"]["id"]
    );

    let mut anew = open_workspace(address, &browser).await;
    let shown = anew.until_contact_is("CONNECTED").await;
    assert_eq!(shown["readSequence"], sequence, "of a page loaded anew");

    let history = agent
        .ask(
            "history",
            json!({"type": "chat.history", "contactId": contact, "afterSequence": 0}),
        )
        .await;
    assert_eq!(history["hasMore"], false);
    let numbers: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["sequence"].as_u64().unwrap())
        .collect();
    let expected: Vec<_> = (1..=u64::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected, "from 1, without gaps");

    let end = json!({"type": "contact.end", "contactId": contact});
    assert_eq!(agent.ask("end", end.clone()).await["type"], "ack");
    let ended = agent.until_contact_is("ENDED").await;
    assert_eq!(ended["readSequence"], sequence);
    assert_eq!(agent.ask("end-again", end).await["type"], "ack");
    assert_eq!(customers.until_closed().await, 1000);
    let complete = json!({"type": "contact.complete", "contactId": contact});
    assert_eq!(agent.ask("complete", complete).await["type"], "ack");
    agent
        .until_snapshot(|snapshot| snapshot["contacts"] == json!([]))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_of_others_are_refused_as_if_they_did_not_exist() {
    let center = Center::start().await;
    let address = center.listen().await;
    let (ada, grace) = (center.sign_in("ada").await, center.sign_in("grace").await);
    let mut agent = available_agent(address, &ada).await;
    let customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut agent).await;
    let mut other = open_workspace(address, &grace).await;
    for (kind, code) in [
        ("contact.accept", "offer-expired"),
        ("contact.end", "contact-ended"),
        ("chat.history", "contact-ended"),
    ] {
        for id in [contact.as_str(), "00000000-0000-0000-0000-000000000009"] {
            let answer = other
                .ask(
                    kind.split('.').next().unwrap(),
                    json!({"type": kind, "contactId": id}),
                )
                .await;
            assert_eq!(answer["error"]["code"], code, "{kind}");
        }
    }
    let path = format!("/api/quick-connects?contactId={contact}");
    assert_eq!(grace.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get(&path).await.json(), json!({"quickConnects": []}));
    drop(customer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_needs_session_origin_and_permission() {
    let center = Center::start().await;
    let address = center.listen().await;
    let ada = center.sign_in("ada").await;
    let nobody = center.sign_in("nobody").await;
    let path = "/api/workspace/socket";
    let refused = async |headers: &[(&'static str, &str)]| open(address, path, headers).await.err();
    let cookie = ("cookie", ada.cookie.as_str());
    assert_eq!(refused(&[("origin", ORIGIN)]).await, Some(401));
    assert_eq!(refused(&[cookie]).await, Some(403));
    assert_eq!(
        refused(&[cookie, ("origin", "https://evil.example")]).await,
        Some(403)
    );
    let nobodys = ("cookie", nobody.cookie.as_str());
    assert_eq!(refused(&[nobodys, ("origin", ORIGIN)]).await, Some(403));
    assert_eq!(refused(&[cookie, ("origin", ORIGIN)]).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_socket_at_once() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut socket = open_workspace(address, &browser).await;
    socket.next().await.unwrap();
    browser.post("/api/sign-out", json!({})).await;
    assert_eq!(socket.until_closed().await, 4401);
}

/// Kind of the status in which the agent's workspace shows it, when it is opened anew.
async fn status_kind(address: std::net::SocketAddr, browser: &Browser<'_>) -> String {
    let mut socket = open_workspace(address, browser).await;
    let snapshot = socket.next().await.unwrap();
    snapshot["agent"]["status"]["kind"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_signs_out_takes_no_more_contacts() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let other = center.sign_in("ada").await;
    let mut socket = available_agent(address, &browser).await;
    browser.post("/api/sign-out", json!({})).await;
    assert_eq!(socket.until_closed().await, 4401);
    assert_eq!(status_kind(address, &other).await, "OFFLINE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_with_another_workspace_stays_when_one_signs_out() {
    let center = Center::start().await;
    let address = center.listen().await;
    let (one, other) = (center.sign_in("ada").await, center.sign_in("ada").await);
    let mut socket = available_agent(address, &one).await;
    let mut stays = open_workspace(address, &other).await;
    stays.next().await.unwrap();
    one.post("/api/sign-out", json!({})).await;
    assert_eq!(socket.until_closed().await, 4401);
    assert_eq!(status_kind(address, &other).await, "ROUTABLE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_is_cleared_by_its_agent() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let customer = Customer::arrive(&center).await;
    let offered = agent.until_contact_is("CONNECTING").await;
    let contact = offered["contactId"].clone();
    let decline = json!({"type": "contact.decline", "contactId": contact});
    assert_eq!(agent.ask("decline", decline).await["type"], "ack");
    agent.until_contact_is("MISSED").await;
    customer.leave(&center).await;
    let clear = json!({"type": "contact.complete", "contactId": contact});
    let answer = agent.ask("clear", clear).await;
    assert_eq!(answer["type"], "ack", "{answer}");
    agent
        .until_snapshot(|snapshot| snapshot["contacts"] == json!([]))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_handed_a_chat_on_does_not_read_along() {
    let center = Center::start().await;
    let address = center.listen().await;
    let (ada, grace) = (center.sign_in("ada").await, center.sign_in("grace").await);
    let mut first = available_agent(address, &ada).await;
    let customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut first).await;
    customer.say(&center, "before").await;
    let mut second = available_agent(address, &grace).await;
    center.transfer(&contact).await;
    first.until_contact_is("ENDED").await;
    let next = accept_offer(&mut second).await;
    customer.say(&center, "after").await;
    let files = format!("/api/contacts/{next}/attachments");
    let new = json!({"name": "after.txt", "size": 5, "contentType": "text/plain"});
    let granted = grace.post(&files, new).await.json();
    put(
        &center,
        &path_of(granted["url"].as_str().unwrap()),
        b"12345",
    )
    .await;
    let file = granted["attachmentId"].as_str().unwrap();
    let complete = format!("{files}/{file}/complete");
    let done = grace.post(&complete, json!({})).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);

    let texts = async |socket: &mut Socket, contact: &str| {
        let ask = json!({"type": "chat.history", "contactId": contact, "afterSequence": 0});
        let history = socket.ask("history", ask).await;
        let items = history["items"].as_array().unwrap().clone();
        let texts = items.iter().filter_map(|item| item["text"].as_str());
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(texts(&mut first, &contact).await, ["before"]);
    assert_eq!(texts(&mut second, &next).await, ["before", "after"]);
    let of = |contact: &str| format!("/api/contacts/{contact}/attachments/{file}");
    assert_eq!(ada.get(&of(&contact)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(grace.get(&of(&next)).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_permission_loses_the_socket() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut socket = open_workspace(address, &browser).await;
    socket.next().await.unwrap();
    center.take_profiles_of("ada").await;
    assert_eq!(socket.until_closed().await, 4403);
    let headers = [("cookie", browser.cookie.as_str()), ("origin", ORIGIN)];
    let again = open(address, "/api/workspace/socket", &headers).await;
    assert_eq!(again.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fifth_socket_replaces_the_oldest() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut oldest = open_workspace(address, &browser).await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(open_workspace(address, &browser).await);
    }
    assert_eq!(oldest.until_closed().await, 4409);
    others[0].say(json!({"type": "ping"})).await;
    others[0].until(|frame| frame["type"] == "pong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_beyond_the_limits_close_the_socket() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let close_after = async |messages: Vec<Message>| {
        let mut socket = open_workspace(address, &browser).await;
        for message in messages {
            if !socket.say_raw(message).await {
                break;
            }
        }
        socket.until_closed().await
    };
    let ping = || Message::text(r#"{"type":"ping"}"#);
    let large = |bytes: usize| Message::text("x".repeat(bytes));
    assert_eq!(close_after(vec![ping(); 300]).await, 4429);
    assert_eq!(close_after(vec![large(64 * 1024 + 1)]).await, 1009);
    assert_eq!(close_after(vec![large(100)]).await, 4400);
    assert_eq!(close_after(vec![Message::binary(vec![1])]).await, 4400);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_answered_under_their_id() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut socket = open_workspace(address, &browser).await;
    let unknown = json!({"type": "status.set", "statusId": MESSAGE});
    assert_eq!(
        socket.ask("a", unknown).await["error"]["code"],
        "unknown-status"
    );
    let long = json!({"type": "chat.send", "contactId": MESSAGE, "contentType": "text/plain",
                      "text": "x".repeat(1025)});
    assert_eq!(
        socket.ask("b", long).await["error"]["code"],
        "message-too-long"
    );
    let strange = json!({"type": "contact.end", "contactId": MESSAGE, "force": true});
    assert_eq!(
        socket.ask("c", strange).await["error"]["code"],
        "invalid-request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn those_permitted_see_contacts_and_what_was_said() {
    let center = Center::start().await;
    let customer = Customer::arrive(&center).await;
    customer.say(&center, "Hello").await;
    let (ada, chief) = (center.sign_in("ada").await, center.sign_in("chief").await);

    let list = chief
        .get("/api/contacts?limit=10&channel=CHAT")
        .await
        .json();
    assert_eq!(list["contacts"][0]["contactId"], customer.contact.as_str());
    let none: Value = chief.get("/api/contacts?channel=TASK").await.json();
    assert_eq!(none["contacts"], json!([]));
    assert_eq!(
        chief.get("/api/contacts?limit=0").await.code(),
        "invalid-request"
    );

    let path = format!("/api/contacts/{}", customer.contact);
    let page = chief.get(&path).await.json();
    assert_eq!(page["record"]["customerName"], "Grace");
    assert_eq!(page["timeline"][0]["event"], "INITIATED");
    let transcript = chief.get(&format!("{path}/transcript")).await;
    let items = transcript.json()["items"].clone();
    let said = items
        .as_array()
        .unwrap()
        .iter()
        .any(|item| item["text"] == "Hello");
    assert!(said, "{items}");

    assert_eq!(ada.get("/api/contacts").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
    let transcript = ada.get(&format!("{path}/transcript")).await;
    assert_eq!(transcript.status, StatusCode::NOT_FOUND);
}
