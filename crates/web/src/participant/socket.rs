//! `GET /participant/socket?ticket=…`: one participant's view of its chat, pushed as it happens.

use std::time::Duration;

use app::chat::{ChatFrame, ChatSubscription};
use app::limiter::Rate;
use app::{AppError, Principal};
use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::StreamExt;
use model::transcript::{ItemContent, event_type};
use model::transcript_json::{ItemReceipt, ParticipantItem, PassingEvent};
use model::{ParticipantId, TranscriptItemId};
use serde::Deserialize;
use tokio::sync::watch;

use super::codec::{self, CHAT_TOPIC, ClientFrame};
use crate::api::request::StrictQuery;
use crate::error::{self, ApiError};
use crate::socket::incoming::{ClientLimits, Incoming};
use crate::socket::outbound::{self, Outbound};
use crate::socket::{self, Close, Receiver};
use crate::state::WebState;

/// Longest frame of a client, bytes. What clients send here are signs of life.
pub(crate) const CLIENT_FRAME_BYTES_MAX: usize = 8 * 1024;
/// Longest ticket that is looked at, characters.
const TICKET_CHARS_MAX: usize = 256;
/// A client that does not subscribe for so long is gone.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a client may send: two signs of life every ten seconds, and some more on a bad network.
fn client_limits() -> ClientLimits {
    ClientLimits {
        frame_bytes_max: CLIENT_FRAME_BYTES_MAX,
        rate: Rate::per_second(5, 30),
        flood: Close::FLOOD,
    }
}

/// The query of the address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketQuery {
    ticket: String,
}

/// Takes the ticket and upgrades the connection.
pub(crate) async fn open(
    State(state): State<WebState>,
    StrictQuery(query): StrictQuery<TicketQuery>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // Looked at first: a request that is no upgrade must not use the ticket up.
    let upgrade = upgrade.map_err(|_| ApiError::invalid("connect with a WebSocket"))?;
    if query.ticket.len() > TICKET_CHARS_MAX {
        return Err(error::CHAT_REFUSED);
    }
    // From here on the subscription holds what arises until the client has subscribed.
    let chat = state
        .app()
        .redeem_ticket(&query.ticket)
        .await
        .map_err(|error| match error {
            AppError::AccessDenied { .. } => error::CHAT_REFUSED,
            other => other.into(),
        })?;
    let upgrade = socket::with_limits(upgrade, CLIENT_FRAME_BYTES_MAX);
    Ok(upgrade.on_upgrade(move |socket| serve(state, socket, chat)))
}

async fn serve(state: WebState, socket: WebSocket, chat: ChatSubscription) {
    let (mut sender, receiver) = socket.split();
    let mut incoming = Incoming::new(receiver, client_limits());
    let (outbound, mut queue) = outbound::channel();
    let subscribed = watch::Sender::new(false);
    let close = tokio::select! {
        close = answer(&mut incoming, &outbound, &subscribed) => close,
        close = push(&state, chat, &outbound, subscribed.subscribe()) => close,
        close = socket::ping(&outbound) => close,
        close = queue.write_to(&mut sender) => close,
    };
    socket::finish(sender, incoming.into_inner(), close).await;
}

/// Answers what the client sends.
async fn answer(
    incoming: &mut Incoming<Receiver>,
    outbound: &Outbound,
    subscribed: &watch::Sender<bool>,
) -> Close {
    loop {
        let text = match incoming.next().await {
            Ok(text) => text,
            Err(close) => return close,
        };
        let answer = match codec::parse_client_frame(&text) {
            Ok(ClientFrame::Subscribe(topics)) => {
                let answer = outbound.text(codec::subscribed(&topics));
                // After its answer is queued, so that no push overtakes it.
                if topics.iter().any(|topic| topic == CHAT_TOPIC) {
                    subscribed.send_replace(true);
                }
                answer
            }
            Ok(ClientFrame::Ping) => outbound.text(codec::PONG.to_owned()),
            Ok(ClientFrame::Heartbeat) => outbound.text(codec::HEARTBEAT.to_owned()),
            Ok(ClientFrame::Other) => Ok(()),
            Err(codec::InvalidFrame) => Err(Close::BROKEN),
        };
        if let Err(close) = answer {
            return close;
        }
    }
}

/// Pushes what happens in the chat, from the client's subscription on, until the chat is over.
async fn push(
    state: &WebState,
    mut chat: ChatSubscription,
    outbound: &Outbound,
    mut subscribed: watch::Receiver<bool>,
) -> Close {
    let wanted = subscribed.wait_for(|subscribed| *subscribed);
    if !matches!(
        tokio::time::timeout(SUBSCRIBE_TIMEOUT, wanted).await,
        Ok(Ok(_))
    ) {
        return Close::HEARTBEAT_MISSING;
    }
    let own = match &chat.principal {
        Principal::Participant { participant, .. } => Some(*participant),
        _ => None,
    };
    let mut over = false;
    while let Some(frame) = chat.next().await {
        over = is_end(&frame, own);
        let text = match text_of(state, &frame) {
            Ok(text) => text,
            Err(fault) => {
                tracing::error!(error = %fault, "an item could not be written as JSON");
                return Close::FAULT;
            }
        };
        if let Err(close) = outbound.text(text) {
            return close;
        }
    }
    // Whoever was cut off for being slow comes back and reads the transcript; a chat that is over, or a
    // participant who left, does not come back.
    let close = if over { Close::NORMAL } else { Close::TOO_SLOW };
    if let Err(close) = outbound.end(close) {
        return close;
    }
    // The queue ends the connection when all is written.
    std::future::pending().await
}

/// Whether nothing follows: the chat ended, for all or for this participant.
fn is_end(frame: &ChatFrame, own: Option<ParticipantId>) -> bool {
    let ChatFrame::Item(item) = frame else {
        return false;
    };
    match &item.content {
        ItemContent::Event { content_type, .. } => {
            content_type == event_type::ENDED
                || (content_type == event_type::LEFT && item.participant == own)
        }
        ItemContent::Message { .. } | ItemContent::Attachment(_) => false,
    }
}

fn text_of(state: &WebState, frame: &ChatFrame) -> Result<String, serde_json::Error> {
    match frame {
        ChatFrame::Item(item) => codec::push(&ParticipantItem::of(item, &[])),
        ChatFrame::Receipt(receipt) => codec::push(&ParticipantItem::of_receipt(
            receipt.item,
            receipt.contact,
            receipt.initial_contact,
            &ItemReceipt {
                participant: receipt.participant,
                delivered_at: receipt.delivered_at,
                read_at: receipt.read_at,
            },
        )),
        ChatFrame::Ephemeral(event) => {
            let id = TranscriptItemId::from_u128(state.new_request_id().as_u128());
            codec::push(&ParticipantItem::of_passing(
                id,
                &PassingEvent {
                    contact: event.contact,
                    initial_contact: event.initial_contact,
                    content_type: &event.content_type,
                    participant: event.participant,
                    role: event.role,
                    display_name: event.display_name.as_ref(),
                    at: event.at,
                },
            ))
        }
    }
}
