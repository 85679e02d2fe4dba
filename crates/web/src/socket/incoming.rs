//! What a client sends, within its limits.

use std::time::Duration;

use app::limiter::{Bucket, Rate};
use axum::extract::ws::{Message, Utf8Bytes};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::Close;

/// A connection that shows no sign of life for so long is dead.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(25);

/// What a client may send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientLimits {
    /// Longest frame, bytes.
    pub(crate) frame_bytes_max: usize,
    /// How many frames.
    pub(crate) rate: Rate,
    /// What closes a connection that sends more.
    pub(crate) flood: Close,
}

/// The frames of one client.
#[derive(Debug)]
pub(crate) struct Incoming<S> {
    stream: S,
    limits: ClientLimits,
    bucket: Bucket,
    dead_at: Instant,
}

impl<S, E> Incoming<S>
where
    S: Stream<Item = Result<Message, E>> + Unpin,
{
    /// Of a connection that was made now.
    pub(crate) fn new(stream: S, limits: ClientLimits) -> Self {
        let now = Instant::now();
        Self {
            stream,
            limits,
            bucket: Bucket::full(now.into_std()),
            dead_at: now + SILENCE_MAX,
        }
    }

    /// The next text, or why there is none. Safe to drop while waiting.
    pub(crate) async fn next(&mut self) -> Result<Utf8Bytes, Close> {
        loop {
            let message = match timeout_at(self.dead_at, self.stream.next()).await {
                Err(_) => return Err(Close::HEARTBEAT_MISSING),
                Ok(None) => return Err(Close::NORMAL),
                // A broken connection, broken frames, or one beyond twice the limit.
                Ok(Some(Err(_))) => return Err(Close::BROKEN),
                Ok(Some(Ok(message))) => message,
            };
            let now = Instant::now();
            self.dead_at = now + SILENCE_MAX;
            // Pings and pongs count as well: they are answered.
            if self.bucket.take(self.limits.rate, now.into_std()).is_err() {
                return Err(self.limits.flood);
            }
            match message {
                Message::Text(text) if text.len() > self.limits.frame_bytes_max => {
                    return Err(Close::TOO_LARGE);
                }
                Message::Text(text) => return Ok(text),
                Message::Binary(_) => return Err(Close::NOT_UNDERSTOOD),
                Message::Close(_) => return Err(Close::NORMAL),
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }

    /// The connection itself, to close it.
    pub(crate) fn into_inner(self) -> S {
        self.stream
    }
}

#[cfg(test)]
mod tests;
