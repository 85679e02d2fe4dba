//! What goes to connected sockets, after its commit: bounded, and never waited for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::contact::PersonalText;
use model::transcript::{ParticipantRole, TranscriptItem};
use model::{ContactId, ParticipantId, Timestamp, TranscriptItemId, UserId};
use tokio::sync::mpsc;

use crate::principal::Principal;

/// Frames that may wait for one socket; one that falls further behind is closed, comes back and reads
/// the transcript.
const FRAMES_QUEUED_MAX: usize = 256;
/// Sockets that one chat may have.
const SOCKETS_PER_CHAT_MAX: usize = 20;
/// Workspace sockets that one user may have; the oldest makes room.
pub(crate) const SOCKETS_PER_AGENT_MAX: usize = 4;

/// What reaches a socket of a chat.
#[derive(Debug, Clone)]
pub enum ChatFrame {
    /// An item of the transcript, committed.
    Item(Arc<TranscriptItem>),
    /// A participant has received or read up to an item, committed.
    Receipt(Receipt),
    /// Something fleeting, such as typing.
    Ephemeral(Ephemeral),
}

/// What a participant has received and read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// The latest item concerned.
    pub item: TranscriptItemId,
    /// Its place in the chat.
    pub sequence: u64,
    /// The segment in which it was said.
    pub contact: ContactId,
    /// First segment of the chat.
    pub initial_contact: ContactId,
    /// Who received it.
    pub participant: ParticipantId,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// Something fleeting.
#[derive(Debug, Clone)]
pub struct Ephemeral {
    /// An event type of the participant API.
    pub content_type: String,
    /// The segment.
    pub contact: ContactId,
    /// First segment of the chat.
    pub initial_contact: ContactId,
    /// Who.
    pub participant: ParticipantId,
    /// In which role.
    pub role: ParticipantRole,
    /// Under which name.
    pub display_name: Option<PersonalText>,
    /// When.
    pub at: Timestamp,
}

/// One socket's view of a chat. Dropping it ends the subscription.
#[derive(Debug)]
pub struct ChatSubscription {
    /// Who.
    pub principal: Principal,
    /// First segment of the chat.
    pub initial_contact: ContactId,
    frames: mpsc::Receiver<ChatFrame>,
}

impl ChatSubscription {
    /// The next frame; `None` when the chat is over for this participant or the socket is too slow.
    pub async fn next(&mut self) -> Option<ChatFrame> {
        self.frames.recv().await
    }

    /// The same of a chat that is over: the event that ended it, and nothing after.
    pub(crate) fn at_end(self, end: TranscriptItem) -> Self {
        let (sender, frames) = mpsc::channel(1);
        // There is room for one, and the receiver is here.
        let _ = sender.try_send(ChatFrame::Item(Arc::new(end)));
        Self { frames, ..self }
    }
}

/// Signals that an agent's workspace shows something new, and the frames of its chats.
#[derive(Debug)]
pub(crate) enum AgentFrame {
    Changed,
    Chat(ContactId, ChatFrame),
    Replaced,
}

/// All sockets of an instance.
#[derive(Debug, Default)]
pub(crate) struct Bus(Mutex<Sockets>);

#[derive(Debug, Default)]
struct Sockets {
    chats: HashMap<ContactId, Vec<(ParticipantId, mpsc::Sender<ChatFrame>)>>,
    agents: HashMap<UserId, Vec<mpsc::Sender<AgentFrame>>>,
}

impl Bus {
    fn sockets(&self) -> std::sync::MutexGuard<'_, Sockets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes a participant to its chat.
    pub(crate) fn subscribe(
        &self,
        principal: Principal,
        initial_contact: ContactId,
        participant: ParticipantId,
    ) -> ChatSubscription {
        let (sender, frames) = mpsc::channel(FRAMES_QUEUED_MAX);
        let mut sockets = self.sockets();
        let chat = sockets.chats.entry(initial_contact).or_default();
        chat.retain(|(_, sender)| !sender.is_closed());
        if chat.len() >= SOCKETS_PER_CHAT_MAX {
            chat.remove(0);
        }
        chat.push((participant, sender));
        ChatSubscription {
            principal,
            initial_contact,
            frames,
        }
    }

    /// Subscribes a workspace.
    pub(crate) fn subscribe_agent(&self, agent: UserId) -> mpsc::Receiver<AgentFrame> {
        let (sender, frames) = mpsc::channel(FRAMES_QUEUED_MAX);
        let mut sockets = self.sockets();
        let workspaces = sockets.agents.entry(agent).or_default();
        workspaces.retain(|sender| !sender.is_closed());
        if workspaces.len() >= SOCKETS_PER_AGENT_MAX {
            // Told where there is room to tell; closed in any case.
            let _ = workspaces.remove(0).try_send(AgentFrame::Replaced);
        }
        workspaces.push(sender);
        frames
    }

    /// Whether a workspace of this agent is open.
    pub(crate) fn has_workspace(&self, agent: UserId) -> bool {
        let mut sockets = self.sockets();
        let Some(workspaces) = sockets.agents.get_mut(&agent) else {
            return false;
        };
        workspaces.retain(|sender| !sender.is_closed());
        !workspaces.is_empty()
    }

    /// Sends a frame to all sockets of a chat. Who falls behind is dropped.
    pub(crate) fn publish(&self, initial_contact: ContactId, frame: &ChatFrame) {
        let mut sockets = self.sockets();
        let Some(chat) = sockets.chats.get_mut(&initial_contact) else {
            return;
        };
        chat.retain(|(_, sender)| sender.try_send(frame.clone()).is_ok());
        if chat.is_empty() {
            sockets.chats.remove(&initial_contact);
        }
    }

    /// Sends a frame to an agent's workspaces. Who falls behind is dropped.
    pub(crate) fn publish_to_agent(&self, agent: UserId, frame: impl Fn() -> AgentFrame) {
        let mut sockets = self.sockets();
        let Some(workspaces) = sockets.agents.get_mut(&agent) else {
            return;
        };
        workspaces.retain(|sender| sender.try_send(frame()).is_ok());
        if workspaces.is_empty() {
            sockets.agents.remove(&agent);
        }
    }

    /// Ends a participant's subscriptions; what was sent before still arrives.
    pub(crate) fn close(&self, initial_contact: ContactId, participant: ParticipantId) {
        let mut sockets = self.sockets();
        if let Some(chat) = sockets.chats.get_mut(&initial_contact) {
            chat.retain(|(who, _)| *who != participant);
            if chat.is_empty() {
                sockets.chats.remove(&initial_contact);
            }
        }
    }

    /// Ends all subscriptions of a user's workspaces.
    pub(crate) fn close_agent(&self, agent: UserId) {
        self.sockets().agents.remove(&agent);
    }
}
