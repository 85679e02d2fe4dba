//! `GET /api/workspace/socket`: an agent's workspace, pushed as it changes, and the agent's requests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::Target;
use app::action::OpenWorkspace;
use app::agent::{Workspace, WorkspaceFrame, WorkspaceSnapshot};
use app::chat::ChatFrame;
use app::limiter::Rate;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use futures_util::StreamExt;
use model::{AgentContactState, ContactId, ParticipantId, TranscriptItemId};
use tokio::sync::mpsc;

use super::authority::{self, Holder, user_of};
use super::frame::{self, ClientFrame, Notice, Refusal, Request, RequestId};
use super::perform;
use super::snapshot::SnapshotJson;
use super::wire::{ItemJson, ServerFrame};
use crate::error::{self, ApiError};
use crate::gate::SignedIn;
use crate::socket::incoming::{ClientLimits, Incoming};
use crate::socket::outbound::{self, Outbound};
use crate::socket::{self, Close, Receiver};
use crate::state::WebState;

/// Longest frame of the page, bytes.
pub(crate) const CLIENT_FRAME_BYTES_MAX: usize = 64 * 1024;
/// Requests of one socket without an answer.
pub(crate) const REQUESTS_MAX: usize = 32;
/// Notices (typing, receipts) that wait; further ones are dropped, as newer ones supersede them.
const NOTICES_MAX: usize = 32;
/// Own messages whose request ids a socket remembers, to name them in the items that come back.
const SAID_MAX: usize = 64;
/// When a page tries again that has too many requests without an answer, seconds.
const REQUESTS_RETRY_S: u32 = 1;

fn client_limits() -> ClientLimits {
    ClientLimits {
        frame_bytes_max: CLIENT_FRAME_BYTES_MAX,
        rate: Rate::per_second(20, 100),
        flood: Close::TOO_MANY_FRAMES,
    }
}

/// What the tasks of one socket share.
pub(crate) struct Connection {
    pub(crate) state: WebState,
    pub(crate) holder: Holder,
    pub(crate) outbound: Outbound,
    view: Mutex<View>,
}

/// What the page has been shown last.
#[derive(Debug, Default)]
struct View {
    contacts: BTreeMap<ContactId, ContactView>,
    said: VecDeque<(TranscriptItemId, RequestId)>,
}

/// A contact as last shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContactView {
    /// Its state at this agent.
    pub(crate) state: AgentContactState,
    /// As whom the agent takes part.
    pub(crate) participant: Option<ParticipantId>,
    /// Number of the last item of its chat.
    pub(crate) last_sequence: Option<u64>,
}

/// Opens the workspace and upgrades the connection.
pub(crate) async fn open(
    State(state): State<WebState>,
    Extension(signed_in): Extension<SignedIn>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let (_, user) = user_of(&signed_in.principal).ok_or(error::NOT_SIGNED_IN)?;
    // Listening first: an end of the session between here and the first look is not missed.
    let ended = state.sign_in().ended();
    let call = signed_in.call("OpenWorkspace");
    let target = Target::Agent(state.settings().instance, user);
    let permit = state.app().authorize::<OpenWorkspace>(&call, target);
    let result = match (permit, &upgrade) {
        (Ok(permit), Ok(_)) => state.app().open_workspace(&call, permit).await,
        // A request that is no upgrade must not take the place of an open workspace.
        (Ok(_), Err(_)) => return Err(ApiError::invalid("connect with a WebSocket")),
        (Err(refusal), _) => Err(refusal),
    };
    state.app().finish(&call, &result).await;
    let workspace = result?;
    let upgrade = upgrade.map_err(|_| ApiError::invalid("connect with a WebSocket"))?;
    let upgrade = socket::with_limits(upgrade, CLIENT_FRAME_BYTES_MAX);
    let holder = Holder::new(signed_in);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (sender, receiver) = socket.split();
        let (outbound, queue) = outbound::channel();
        let connection = Connection {
            state,
            holder,
            outbound,
            view: Mutex::default(),
        };
        serve(connection, workspace, ended, sender, receiver, queue).await;
    }))
}

async fn serve(
    connection: Connection,
    workspace: Workspace,
    ended: tokio::sync::broadcast::Receiver<app::signin::Ended>,
    mut sender: socket::Sender,
    receiver: Receiver,
    mut queue: outbound::OutboundQueue,
) {
    let mut incoming = Incoming::new(receiver, client_limits());
    let (requests, waiting_requests) = mpsc::channel(REQUESTS_MAX);
    let (notices, waiting_notices) = mpsc::channel(NOTICES_MAX);
    let close = tokio::select! {
        close = take(&connection, &mut incoming, &requests, &notices) => close,
        close = perform::requests(&connection, waiting_requests) => close,
        close = perform::notices(&connection, waiting_notices) => close,
        close = push(&connection, workspace) => close,
        close = authority::watch(&connection.state, &connection.holder, ended) => close,
        close = socket::ping(&connection.outbound) => close,
        close = queue.write_to(&mut sender) => close,
    };
    if [Close::SESSION_ENDED, Close::NOT_PERMITTED].contains(&close) {
        leave(&connection).await;
    }
    socket::finish(sender, incoming.into_inner(), close).await;
}

/// Who may work no longer takes no more contacts.
async fn leave(connection: &Connection) {
    let Some((_, user)) = user_of(&connection.holder.principal()) else {
        return;
    };
    let instance = connection.state.settings().instance;
    if let Err(error) = connection.state.app().agent_left(instance, user).await {
        tracing::error!(error = %error, "an agent who left stays in its status");
    }
}

/// Takes the page's frames in: answers pings, queues the rest. Requests of one socket are done in their
/// order, so that messages stand in the order in which they were sent.
async fn take(
    connection: &Connection,
    incoming: &mut Incoming<Receiver>,
    requests: &mpsc::Sender<(RequestId, Request)>,
    notices: &mpsc::Sender<Notice>,
) -> Close {
    loop {
        let text = match incoming.next().await {
            Ok(text) => text,
            Err(close) => return close,
        };
        let answered = match frame::parse(&text) {
            Ok(ClientFrame::Ping) => connection.send(&ServerFrame::Pong {
                server_time: connection.state.app().now(),
            }),
            Ok(ClientFrame::Notice(notice)) => {
                // Where there is no room, a newer one will say the same.
                let _ = notices.try_send(notice);
                Ok(())
            }
            Ok(ClientFrame::Request(id, request)) => match requests.try_send((id, request)) {
                Ok(()) => Ok(()),
                Err(full) => {
                    let (id, _) = full.into_inner();
                    let error = ApiError::throttled(REQUESTS_RETRY_S);
                    connection.send(&ServerFrame::refusal(id.as_str(), &error))
                }
            },
            Err(Refusal::Answered { request, error }) => {
                connection.send(&ServerFrame::refusal(request.as_str(), &error))
            }
            Err(Refusal::NotUnderstood) => Err(Close::NOT_UNDERSTOOD),
        };
        if let Err(close) = answered {
            return close;
        }
    }
}

/// Pushes what changes.
async fn push(connection: &Connection, mut workspace: Workspace) -> Close {
    while let Some(frame) = workspace.next().await {
        let pushed = match frame {
            WorkspaceFrame::Snapshot(snapshot) => {
                connection.show(&snapshot);
                Ok(())
            }
            WorkspaceFrame::Chat(contact, frame) => connection.push_chat(contact, &frame),
            WorkspaceFrame::Replaced => Err(Close::REPLACED),
        };
        if let Err(close) = pushed {
            return close;
        }
    }
    Close::TOO_SLOW
}

impl Connection {
    /// Queues a frame for the page.
    pub(crate) fn send(&self, frame: &ServerFrame<'_>) -> Result<(), Close> {
        self.outbound.text(frame.to_text())
    }

    /// A contact as last shown to the page.
    pub(crate) fn contact(&self, contact: ContactId) -> Option<ContactView> {
        self.view().contacts.get(&contact).copied()
    }

    /// Remembers that this item is the request's, so that its push can say so.
    pub(crate) fn remember_said(&self, item: TranscriptItemId, request: &RequestId) {
        let mut view = self.view();
        if view.said.len() >= SAID_MAX {
            view.said.pop_front();
        }
        view.said.push_back((item, request.clone()));
    }

    fn show(&self, snapshot: &WorkspaceSnapshot) {
        let contacts = snapshot.contacts.iter().map(|detail| {
            let view = ContactView {
                state: detail.contact.state,
                participant: detail.contact.participant,
                last_sequence: detail.last_sequence,
            };
            (detail.contact.contact, view)
        });
        self.view().contacts = contacts.collect();
        let frame = ServerFrame::Snapshot(SnapshotJson::of(snapshot));
        self.outbound.snapshot(frame.to_text());
    }

    fn push_chat(&self, contact: ContactId, frame: &ChatFrame) -> Result<(), Close> {
        match frame {
            ChatFrame::Item(item) => {
                let view = self.view();
                let said = view.said.iter().find(|(said, _)| *said == item.id);
                let request = said.map(|(_, request)| request.clone());
                drop(view);
                self.send(&ServerFrame::Item {
                    contact_id: contact,
                    item: ItemJson::of(item, request.as_ref().map(RequestId::as_str)),
                })
            }
            ChatFrame::Receipt(receipt) => {
                // The agent knows what the agent has read.
                if self.contact(contact).and_then(|view| view.participant)
                    == Some(receipt.participant)
                {
                    return Ok(());
                }
                ServerFrame::of_receipt(contact, receipt).map_or(Ok(()), |frame| self.send(&frame))
            }
            ChatFrame::Ephemeral(event) => {
                ServerFrame::of_ephemeral(contact, event).map_or(Ok(()), |frame| self.send(&frame))
            }
        }
    }

    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
