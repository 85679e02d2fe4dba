//! What both kinds of WebSockets share: limits on what comes in, a bounded queue of what goes out,
//! signs of life, and an orderly close.

pub(crate) mod close;
pub(crate) mod incoming;
pub(crate) mod outbound;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;

pub(crate) use close::Close;
pub(crate) use outbound::Outbound;

/// How often the server sends a ping of its own: browsers slow down the timers of hidden pages, but
/// always answer this one.
const PING_INTERVAL: Duration = Duration::from_secs(10);
/// How long a close may take, both ways.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Initial read buffer of a connection, bytes. Small, because most connections are idle chats.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// The sending half.
pub(crate) type Sender = SplitSink<WebSocket, Message>;
/// The receiving half.
pub(crate) type Receiver = SplitStream<WebSocket>;

/// Sets the sizes of a connection whose client frames have at most `frame_bytes_max` bytes.
pub(crate) fn with_limits(upgrade: WebSocketUpgrade, frame_bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        // Beyond the limit by a little: what is in between is refused with the right code, what lies
        // beyond is never read into memory.
        .max_message_size(frame_bytes_max * 2)
        .max_frame_size(frame_bytes_max * 2)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
}

/// Puts a ping into the queue every [`PING_INTERVAL`]; ends when the queue is full.
pub(crate) async fn ping(outbound: &Outbound) -> Close {
    let mut ticks = tokio::time::interval(PING_INTERVAL);
    // The first tick is due at once.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(close) = outbound.ping() {
            return close;
        }
    }
}

/// Says goodbye: sends the close frame and reads until the other side's, so that the goodbye is not
/// lost with unread bytes.
pub(crate) async fn finish(mut sender: Sender, mut receiver: Receiver, close: Close) {
    let frame = CloseFrame {
        code: close.code(),
        reason: close.reason().into(),
    };
    let goodbye = async {
        if sender.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = receiver.next().await {}
        }
    };
    if tokio::time::timeout(CLOSE_TIMEOUT, goodbye).await.is_err() {
        tracing::debug!("the other side did not close in time");
    }
    tracing::debug!(code = close.code(), "socket closed");
}
