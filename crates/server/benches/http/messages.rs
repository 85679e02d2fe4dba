//! Messages: sent by customers, received on the sockets of both sides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;

use crate::chats::PATIENCE;
use crate::client::{Connection, Socket};
use crate::delays::Delays;

/// Connections over which messages are sent; one message at a time on each.
pub(crate) const CONNECTIONS: usize = 64;
const PACE: Duration = Duration::from_millis(1);

/// When messages are sent.
#[derive(Clone, Copy)]
pub(crate) enum Schedule {
    AsFastAsTaken,
    /// One every [`PACE`], due whether or not those before were answered: what waits counts as late.
    Paced,
}

/// On whose socket a message came.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Customer,
    Agent,
}

const SIDES: usize = 2;

/// A message came: which run it is of, in which chat and when it came.
pub(crate) struct Received {
    run: usize,
    number: usize,
    chat: usize,
    side: Side,
    at: Instant,
}

/// Notes when each of the bench's own messages arrives on a socket of these chats.
pub(crate) async fn listen(
    mut socket: Socket,
    side: Side,
    chats: Arc<BTreeMap<String, usize>>,
    received: mpsc::UnboundedSender<Received>,
) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else {
            continue;
        };
        let Some((run, number)) = parse_marker(&text) else {
            continue;
        };
        let chat = contact_of(side, &text).and_then(|contact| chats.get(contact));
        let Some(&chat) = chat else {
            panic!("a message of another chat: {text}");
        };
        let message = Received {
            run,
            number,
            chat,
            side,
            at,
        };
        if received.send(message).is_err() {
            return;
        }
    }
}

/// The contact that a frame names. Searched and not parsed: the load shares the machine.
fn contact_of(side: Side, frame: &str) -> Option<&str> {
    let (before, after) = match side {
        // JSON within JSON.
        Side::Customer => (r#"\"ContactId\":\""#, '\\'),
        Side::Agent => (r#""contactId":""#, '"'),
    };
    let (_, rest) = frame.split_once(before)?;
    Some(rest.split_once(after)?.0)
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
pub(crate) struct Run {
    number: usize,
    tokens: Arc<Vec<String>>,
    connections: Vec<Connection>,
    received: mpsc::UnboundedReceiver<Received>,
}

/// What a run came to.
pub(crate) struct Measured {
    /// Until the last message was acknowledged and received.
    pub(crate) took: Duration,
    /// Of each message, from when it was due until both sides had it.
    pub(crate) delays: Delays,
}

impl Run {
    /// Customers speak with these tokens over these connections; what comes is told by `received`.
    pub(crate) fn new(
        tokens: Vec<String>,
        connections: Vec<Connection>,
        received: mpsc::UnboundedReceiver<Received>,
    ) -> Self {
        Self {
            number: 0,
            tokens: Arc::new(tokens),
            connections,
            received,
        }
    }

    /// Sends so many messages, in turn to all chats, and waits until each was acknowledged and received
    /// once by each side.
    pub(crate) async fn send(&mut self, count: usize, schedule: Schedule) -> Measured {
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
        let received_at = self.receive(count).await;
        let mut sent_at: Vec<(usize, Instant)> = Vec::new();
        for task in tasks {
            let (connection, sent) = task.await.unwrap();
            self.connections.push(connection);
            sent_at.extend(sent);
        }
        assert_eq!(sent_at.len(), count, "each message was acknowledged");
        let took = began.elapsed();
        let delays = sent_at
            .into_iter()
            .map(|(number, due)| {
                let received = received_at.get(number).unwrap();
                received.saturating_duration_since(due)
            })
            .collect();
        Measured {
            took,
            delays: Delays::of(delays),
        }
    }

    /// Waits until each message came once on either side; returns when each had come on both.
    async fn receive(&mut self, count: usize) -> Vec<Instant> {
        let mut received_at: Vec<[Option<Instant>; SIDES]> = vec![[None; SIDES]; count];
        for left in (1..=count * SIDES).rev() {
            let next = tokio::time::timeout(PATIENCE, self.received.recv()).await;
            let Ok(Some(message)) = next else {
                panic!("{left} of {} messages were not received", count * SIDES);
            };
            assert_eq!(message.run, self.number, "none comes again in a later run");
            assert_eq!(
                message.chat,
                message.number % self.tokens.len(),
                "each comes in its chat"
            );
            let sides = received_at.get_mut(message.number).unwrap();
            let place = sides.get_mut(message.side as usize).unwrap();
            let former = place.replace(message.at);
            assert!(former.is_none(), "each comes once: {:?}", message.side);
        }
        let both = |[customer, agent]: [Option<Instant>; SIDES]| customer.max(agent).unwrap();
        received_at.into_iter().map(both).collect()
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
