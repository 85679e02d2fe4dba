//! What goes out to one client: a queue bounded in frames and bytes, and one place for the newest
//! snapshot. Nobody ever waits for a slow client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::{Sink, SinkExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Close;

#[cfg(test)]
mod tests;

/// Frames that may wait for a client.
pub(crate) const FRAMES_QUEUED_MAX: usize = 256;
/// Bytes that may wait for a client, snapshot aside.
pub(crate) const BYTES_QUEUED_MAX: usize = 4 * 1024 * 1024;
/// A client that takes nothing for so long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Two snapshots are sent at least so far apart; what changes in between arrives with the second.
const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(50);

/// Where frames for a client are put.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    frames: mpsc::Sender<Outgoing>,
    bytes: Arc<AtomicUsize>,
    snapshot: watch::Sender<String>,
}

/// Where they wait for the connection.
#[derive(Debug)]
pub(crate) struct OutboundQueue {
    frames: mpsc::Receiver<Outgoing>,
    bytes: Arc<AtomicUsize>,
    snapshot: watch::Receiver<String>,
    snapshot_not_before: Instant,
}

#[derive(Debug)]
enum Outgoing {
    Text(String),
    Ping,
    End(Close),
}

/// Both ends of a new queue.
pub(crate) fn channel() -> (Outbound, OutboundQueue) {
    let (sender, frames) = mpsc::channel(FRAMES_QUEUED_MAX);
    let (newest, snapshot) = watch::channel(String::new());
    let bytes = Arc::new(AtomicUsize::new(0));
    (
        Outbound {
            frames: sender,
            bytes: Arc::clone(&bytes),
            snapshot: newest,
        },
        OutboundQueue {
            frames,
            bytes,
            snapshot,
            snapshot_not_before: Instant::now(),
        },
    )
}

impl Outbound {
    /// Queues a text; [`Close::TOO_SLOW`] where the client is too far behind.
    pub(crate) fn text(&self, text: String) -> Result<(), Close> {
        let length = text.len();
        if self.bytes.fetch_add(length, Ordering::Relaxed) + length > BYTES_QUEUED_MAX {
            return Err(Close::TOO_SLOW);
        }
        self.put(Outgoing::Text(text))
    }

    /// Queues a ping.
    pub(crate) fn ping(&self) -> Result<(), Close> {
        self.put(Outgoing::Ping)
    }

    /// Queues the end: what was queued before is still sent.
    pub(crate) fn end(&self, close: Close) -> Result<(), Close> {
        self.put(Outgoing::End(close))
    }

    /// Puts a snapshot in the place of the last one, sent or not.
    pub(crate) fn snapshot(&self, text: String) {
        self.snapshot.send_replace(text);
    }

    fn put(&self, outgoing: Outgoing) -> Result<(), Close> {
        self.frames.try_send(outgoing).map_err(|_| Close::TOO_SLOW)
    }
}

impl OutboundQueue {
    /// Writes what is queued until the end or until the client is gone.
    pub(crate) async fn write_to<S: Sink<Message> + Unpin>(&mut self, sink: &mut S) -> Close {
        loop {
            let message = match self.next().await {
                Some(Outgoing::Text(text)) => Message::Text(text.into()),
                Some(Outgoing::Ping) => Message::Ping(bytes::Bytes::new()),
                Some(Outgoing::End(close)) => return close,
                None => return Close::NORMAL,
            };
            match tokio::time::timeout(WRITE_TIMEOUT, sink.send(message)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Close::NORMAL,
                Err(_) => return Close::TOO_SLOW,
            }
        }
    }

    /// The newest snapshot before anything else: what waits behind it may speak of it.
    async fn next(&mut self) -> Option<Outgoing> {
        let Self {
            frames,
            bytes,
            snapshot,
            snapshot_not_before,
        } = self;
        let fresh = async {
            // A timer that is due is ready a moment later: the first snapshot must not lose that moment.
            if Instant::now() < *snapshot_not_before {
                tokio::time::sleep_until(*snapshot_not_before).await;
            }
            snapshot.changed().await
        };
        tokio::select! {
            biased;
            Ok(()) = fresh => {}
            frame = frames.recv() => {
                if let Some(Outgoing::Text(text)) = &frame {
                    bytes.fetch_sub(text.len(), Ordering::Relaxed);
                }
                return frame;
            }
        }
        self.snapshot_not_before = Instant::now() + SNAPSHOT_INTERVAL;
        Some(Outgoing::Text(self.snapshot.borrow().clone()))
    }
}
