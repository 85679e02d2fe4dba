//! Chats with the sockets of both sides: memory of waiting and of connected ones, messages a second, and
//! how long a message takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use crate::agents::{Agent, CHATS_PER_AGENT};
use crate::client::{AccessKey, Connection, Site, Socket};
use crate::delays::Delays;
use crate::messages::{CONNECTIONS, Received, Run, Schedule, Side, listen};
use crate::program::Program;

const CHATS: usize = 1_000;
pub(crate) const AGENTS: usize = CHATS / CHATS_PER_AGENT;
/// As fast as they are taken.
const MESSAGES_FAST: usize = 20_000;
/// At a thousand a second.
const MESSAGES_PACED: usize = 10_000;
/// What takes so long does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A chat from the customer's side.
struct Chat {
    contact: String,
    /// With which the customer speaks.
    token: String,
    socket: Socket,
}

pub(crate) async fn measure(program: &Program, agents: Vec<Agent>) -> String {
    let site = Site::of(program);
    let key = AccessKey::of(program);
    let mut starter = site.connect().await;
    // The first chat pays for what is made once.
    let first = open_chat(program, &site, &mut starter, &key).await;
    let before_kib = program.resident_kib();
    let (sender, received) = mpsc::unbounded_channel();
    let (mut tokens, mut places) = (Vec::new(), BTreeMap::new());
    for place in 0..CHATS {
        let chat = open_chat(program, &site, &mut starter, &key).await;
        tokens.push(chat.token);
        places.insert(chat.contact.clone(), place);
        let contact = Arc::new(BTreeMap::from([(chat.contact, place)]));
        tokio::spawn(listen(chat.socket, Side::Customer, contact, sender.clone()));
    }
    let idle_kib = each_kib(program, before_kib);
    // Only now, as it was there before as well as after.
    starter
        .participate(&first.token, "/participant/disconnect", &json!({}))
        .await;
    connect_agents(agents, &site, places, &sender).await;
    let connected_kib = each_kib(program, before_kib);

    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(site.connect().await);
    }
    let mut run = Run::new(tokens, connections, received);
    run.send(CHATS, Schedule::AsFastAsTaken).await;
    let before = program.processor_time();
    let fast = run.send(MESSAGES_FAST, Schedule::AsFastAsTaken).await;
    let took_s = fast.took.as_secs_f64();
    let spent = program.processor_time().spent_since(before, took_s);
    let flushes = Delays::of_flushes(program.folder());
    let paced = run.send(MESSAGES_PACED, Schedule::Paced).await;
    format!(
        "| memory of an idle chat that waits, with its WebSocket over TLS ({CHATS} chats) \
         | {idle_kib:.1} KiB | 40 KiB |\n\
         | the same once it is connected, with a tenth of its agent's workspace \
         | {connected_kib:.1} KiB | – |\n\
         | chat messages by HTTPS SendMessage, committed, received once on the customer's socket and once \
         on the agent's, {CHATS} chats of {AGENTS} agents, {CONNECTIONS} connections ({spent}) \
         | {:.0} a second | 2,000 a second |\n\
         | the same at 1,000 a second, from when it is due to be sent until both have received it (one flush \
         of a page to the disk just before: {}) | {} | p99 50 ms |\n",
        MESSAGES_FAST as f64 / took_s,
        flushes.in_words(),
        paced.delays.in_words(),
    )
}

/// What each chat added to the memory that was resident before, KiB.
fn each_kib(program: &Program, before_kib: u64) -> f64 {
    program.resident_kib().saturating_sub(before_kib) as f64 / CHATS as f64
}

/// Gives each chat to an agent; `places` says which chat is which.
async fn connect_agents(
    agents: Vec<Agent>,
    site: &Site,
    places: BTreeMap<String, usize>,
    sender: &mpsc::UnboundedSender<Received>,
) {
    let places = Arc::new(places);
    let mut connected = 0;
    for agent in agents {
        let (socket, chats) = agent.take_chats(site).await;
        assert!(chats.iter().all(|chat| places.contains_key(chat)));
        connected += chats.len();
        let places = Arc::clone(&places);
        tokio::spawn(listen(socket, Side::Agent, places, sender.clone()));
    }
    assert_eq!(connected, CHATS, "each chat is connected to an agent");
}

/// Starts a chat, whose flow runs into the queue, and connects and subscribes to it.
async fn open_chat(
    program: &Program,
    site: &Site,
    connection: &mut Connection,
    key: &AccessKey,
) -> Chat {
    let start = json!({
        "InstanceId": program.variable("RINGFENCE_INSTANCE_ID"),
        "ContactFlowId": program.variable("RINGFENCE_CHAT_FLOW_ID"),
        "ParticipantDetails": {"DisplayName": "Grace Example"},
    });
    let started = connection
        .call(key, "PUT", "/contact/chat", &start.to_string())
        .await;
    let token = text_at(&started, "/ParticipantToken");
    let wanted = json!({"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]});
    let connected = connection
        .participate(&token, "/participant/connection", &wanted)
        .await;
    let mut socket = site
        .open_socket(&text_at(&connected, "/Websocket/Url"))
        .await;
    let subscribe = json!({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}});
    let subscribe = Message::text(subscribe.to_string());
    socket.send(subscribe).await.unwrap();
    let answer = tokio::time::timeout(PATIENCE, socket.next()).await;
    let answer = answer.unwrap().unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("success"));
    Chat {
        contact: text_at(&started, "/ContactId"),
        token: text_at(&connected, "/ConnectionCredentials/ConnectionToken"),
        socket,
    }
}

/// The text at this place of a JSON document.
pub(crate) fn text_at(body: &[u8], pointer: &str) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}
