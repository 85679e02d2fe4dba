//! Chats with their sockets: memory of idle ones, messages a second, and how long a message takes.
//!
//! The customers' sockets are open and get every message back as all participants do. The agents' sockets
//! are not: the chats wait in a queue.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{AccessKey, Connection, Site, Socket};
use crate::program::Program;

const CHATS: usize = 1_000;
/// Connections over which messages are sent; one message at a time on each.
const CONNECTIONS: usize = 64;
/// As fast as they are taken.
const MESSAGES_FAST: usize = 20_000;
/// At a thousand a second.
const MESSAGES_PACED: usize = 10_000;
const PACE: Duration = Duration::from_millis(1);
/// A message that takes so long is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// When messages are sent.
#[derive(Clone, Copy)]
enum Schedule {
    AsFastAsTaken,
    /// One every [`PACE`], due whether or not those before were answered: what waits counts as late.
    Paced,
}

/// A message came back: which run it is of and when it came.
struct Received {
    run: usize,
    number: usize,
    at: Instant,
}

pub(crate) async fn measure(program: &Program) -> String {
    let site = Site::of(program);
    let key = AccessKey::of(program);
    let mut starter = site.connect().await;
    // The first chat pays for what is made once.
    let first = open_chat(program, &site, &mut starter, &key).await;
    let before_kib = program.resident_kib();
    let (sender, mut received) = mpsc::unbounded_channel();
    let mut tokens = Vec::new();
    for _ in 0..CHATS {
        let (token, socket) = open_chat(program, &site, &mut starter, &key).await;
        tokens.push(token);
        tokio::spawn(listen(socket, sender.clone()));
    }
    let each_kib = program.resident_kib().saturating_sub(before_kib) as f64 / CHATS as f64;
    drop(first);

    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(site.connect().await);
    }
    let mut run = Run {
        number: 0,
        tokens: Arc::new(tokens),
        connections,
    };
    run.send(&mut received, CHATS, Schedule::AsFastAsTaken)
        .await;
    let before = program.processor_time();
    let fast = run.send(&mut received, MESSAGES_FAST, Schedule::AsFastAsTaken);
    let took_s = fast.await.took.as_secs_f64();
    let spent = program.processor_time().spent_since(before, took_s);
    let paced = run.send(&mut received, MESSAGES_PACED, Schedule::Paced);
    let delays = paced.await.delays;
    let millis = |share: f64| quantile(&delays, share).as_secs_f64() * 1e3;
    format!(
        "| memory of an idle chat that waits, with its WebSocket over TLS ({CHATS} chats) \
         | {each_kib:.1} KiB | 40 KiB |\n\
         | chat messages by HTTPS SendMessage, committed, received on the customer's socket, {CHATS} open \
         chats, {CONNECTIONS} connections, no agents' sockets ({spent}) | {:.0} a second \
         | 2,000 a second |\n\
         | the same at 1,000 a second, from when it is due to be sent until it is received \
         | p50 {:.1} ms, p99 {:.1} ms | p99 50 ms |\n",
        MESSAGES_FAST as f64 / took_s,
        millis(0.5),
        millis(0.99)
    )
}

/// Starts a chat, whose flow runs into the queue, and connects and subscribes to it. Returns the token with which its customer speaks.
async fn open_chat(
    program: &Program,
    site: &Site,
    connection: &mut Connection,
    key: &AccessKey,
) -> (String, Socket) {
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
    let token = text_at(&connected, "/ConnectionCredentials/ConnectionToken");
    (token, socket)
}

fn text_at(body: &[u8], pointer: &str) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}

/// Notes when each of the bench's own messages arrives.
async fn listen(mut socket: Socket, received: mpsc::UnboundedSender<Received>) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else {
            continue;
        };
        let Some((run, number)) = parse_marker(&text) else {
            continue;
        };
        if received.send(Received { run, number, at }).is_err() {
            return;
        }
    }
}

/// What a message of the bench says: its run and its number.
fn marker(run: usize, number: usize) -> String {
    format!("My order has not arrived yet. [{run}/{number}]")
}

fn parse_marker(frame: &str) -> Option<(usize, usize)> {
    let (_, rest) = frame.split_once("arrived yet. [")?;
    let (marker, _) = rest.split_once(']')?;
    let (run, number) = marker.split_once('/')?;
    Some((run.parse().ok()?, number.parse().ok()?))
}

/// Runs of messages over the same chats and connections.
struct Run {
    number: usize,
    tokens: Arc<Vec<String>>,
    connections: Vec<Connection>,
}

/// What a run came to.
struct Measured {
    /// Until the last message was acknowledged and received.
    took: Duration,
    /// Of each message, from when it was due until it was received; in order of size.
    delays: Vec<Duration>,
}

impl Run {
    /// Sends so many messages, in turn to all chats, and waits until each was acknowledged and received
    /// once.
    async fn send(
        &mut self,
        received: &mut mpsc::UnboundedReceiver<Received>,
        count: usize,
        schedule: Schedule,
    ) -> Measured {
        self.number += 1;
        let run = self.number;
        let began = Instant::now();
        let tasks: Vec<_> = std::mem::take(&mut self.connections)
            .into_iter()
            .enumerate()
            .map(|(place, connection)| {
                let part = Part {
                    run,
                    place,
                    count,
                    schedule,
                    began,
                };
                tokio::spawn(part.send(connection, Arc::clone(&self.tokens)))
            })
            .collect();
        let mut received_at: Vec<Option<Instant>> = vec![None; count];
        let mut left = count;
        while left > 0 {
            let next = tokio::time::timeout(PATIENCE, received.recv()).await;
            let Ok(Some(message)) = next else {
                panic!("{left} of {count} messages were not received");
            };
            assert_eq!(message.run, run, "no message comes again in a later run");
            let place = received_at.get_mut(message.number).unwrap();
            assert!(place.is_none(), "each message comes once");
            *place = Some(message.at);
            left -= 1;
        }
        let mut sent_at: Vec<(usize, Instant)> = Vec::new();
        for task in tasks {
            let (connection, sent) = task.await.unwrap();
            self.connections.push(connection);
            sent_at.extend(sent);
        }
        assert_eq!(sent_at.len(), count, "each message was acknowledged");
        let took = began.elapsed();
        let mut delays: Vec<Duration> = sent_at
            .into_iter()
            .map(|(number, due)| {
                let received = received_at.get(number).copied().flatten().unwrap();
                received.saturating_duration_since(due)
            })
            .collect();
        delays.sort_unstable();
        Measured { took, delays }
    }
}

/// One connection's part of a run: every [`CONNECTIONS`]th message, beginning with that of its place.
struct Part {
    run: usize,
    place: usize,
    count: usize,
    schedule: Schedule,
    began: Instant,
}

impl Part {
    /// Sends its messages; returns which ones, and when each was due.
    async fn send(
        self,
        mut connection: Connection,
        tokens: Arc<Vec<String>>,
    ) -> (Connection, Vec<(usize, Instant)>) {
        let steps = |count: usize| PACE * u32::try_from(count).unwrap();
        // Ticks that were missed come in a burst, each with the time at which it was due.
        let mut ticks = interval_at(self.began + steps(self.place), steps(CONNECTIONS));
        let mut sent = Vec::new();
        for number in (self.place..self.count).step_by(CONNECTIONS) {
            let due = match self.schedule {
                Schedule::AsFastAsTaken => Instant::now(),
                Schedule::Paced => ticks.tick().await,
            };
            let token = tokens.get(number % tokens.len()).unwrap();
            let body = json!({
                "ContentType": "text/plain",
                "Content": marker(self.run, number),
            });
            connection
                .participate(token, "/participant/message", &body)
                .await;
            sent.push((number, due));
        }
        (connection, sent)
    }
}

/// The value that this share of the sorted ones does not exceed.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(index.saturating_sub(1)).copied().unwrap()
}
