//! The participants of a chat and what they say.

use std::collections::VecDeque;

use flow::Answer;
use flow::command::{ViewResponse, WaitEvent, WaitEventKind};
use model::contact::{DisconnectReason, PersonalText};
use model::transcript::{ItemContent, ParticipantRole, TranscriptItem, event_type};
use model::{ContactId, ParticipantId, Timestamp, TranscriptItemId, UserId};
use serde::{Deserialize, Serialize};

use crate::config::RECENT_ITEMS_MAX;
use crate::contact::{ContactState, RunSlot};
use crate::effect::{Effect, Rejection, Reply};
use crate::engine::Engine;

/// Display name of what flows say.
pub const SYSTEM_DISPLAY_NAME: &str = "SYSTEM_MESSAGE";

/// Content type of a message that offers choices.
pub(crate) const INTERACTIVE: &str = "application/vnd.amazonaws.connect.message.interactive";

/// Content type of the answer to one.
const INTERACTIVE_RESPONSE: &str = "application/vnd.amazonaws.connect.message.interactive.response";

/// What stands for a hidden answer to a view.
const HIDDEN_RESPONSE: &str = r#"{"action":"","data":{},"hidden":true}"#;

/// Events that participants may add to a transcript; all others are the system's to write.
const SAYABLE_EVENTS: &[&str] = &[event_type::DELIVERED, event_type::READ];

/// A party of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// Its part.
    pub role: ParticipantRole,
    /// The name shown to the others.
    pub display_name: PersonalText,
    /// For an agent, the user.
    pub user: Option<UserId>,
    /// Whether it is there.
    pub attendance: Attendance,
}

/// Whether a participant is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attendance {
    /// Has not connected yet.
    Invited,
    /// Has connected, and `participant.joined` was written.
    Joined,
    /// Has left for good.
    Left,
}

/// A chat: moves from segment to segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub(crate) participants: Vec<Participant>,
    /// Number of the last item.
    pub(crate) sequence: u64,
    /// The last items that participants said, so that a repeated request finds its item.
    recent: VecDeque<(TranscriptItemId, Timestamp)>,
    /// The first message, for `$.Media.InitialMessage`.
    pub(crate) initial_message: Option<PersonalText>,
    /// Whether answers to views are shown, as the last view said. It goes on for answers that come too late.
    #[serde(default)]
    pub(crate) view_response: ViewResponse,
}

impl Chat {
    pub(crate) fn with_customer(id: ParticipantId, display_name: PersonalText) -> Self {
        Self {
            participants: vec![Participant {
                id,
                role: ParticipantRole::Customer,
                display_name,
                user: None,
                attendance: Attendance::Invited,
            }],
            sequence: 0,
            recent: VecDeque::new(),
            initial_message: None,
            view_response: ViewResponse::Shown,
        }
    }

    /// A participant who has not left.
    pub(crate) fn present(&self, id: ParticipantId) -> Option<&Participant> {
        self.participants
            .iter()
            .find(|p| p.id == id && p.attendance != Attendance::Left)
    }

    /// The participant as whom this agent takes part.
    pub(crate) fn of_agent(&self, user: UserId) -> Option<&Participant> {
        self.participants
            .iter()
            .find(|p| p.user == Some(user) && p.attendance != Attendance::Left)
    }

    fn mark(&mut self, id: ParticipantId, attendance: Attendance) {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == id) {
            participant.attendance = attendance;
        }
    }

    fn said_before(&self, item: TranscriptItemId) -> Option<Timestamp> {
        self.recent
            .iter()
            .find(|(id, _)| *id == item)
            .map(|(_, at)| *at)
    }

    fn remember(&mut self, item: TranscriptItemId, at: Timestamp) {
        if self.recent.len() >= RECENT_ITEMS_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((item, at));
    }
}

/// Whether a participant may say this at all.
pub(crate) fn check_sayable(content: &ItemContent) -> Result<(), Rejection> {
    match content {
        ItemContent::Event { content_type, .. }
            if !SAYABLE_EVENTS.contains(&content_type.as_str()) =>
        {
            Err(Rejection::WrongState)
        }
        ItemContent::Message { .. } | ItemContent::Event { .. } | ItemContent::Attachment(_) => {
            Ok(())
        }
    }
}

/// What participants do.
impl Engine {
    pub(crate) fn say(
        &mut self,
        contact: ContactId,
        participant: ParticipantId,
        item: TranscriptItemId,
        content: ItemContent,
    ) -> Result<Reply, Rejection> {
        check_sayable(&content)?;
        let (id, author) = self.speaker(contact, participant)?;
        let items_max = self.config.limits.transcript_items_max;
        let found = self
            .contacts
            .get_mut(&id)
            .ok_or(Rejection::UnknownContact)?;
        let chat = found.chat.as_mut().ok_or(Rejection::WrongChannel)?;
        if let Some(at) = chat.said_before(item) {
            return Ok(Reply::SaidBefore(at));
        }
        if chat.sequence >= items_max {
            return Err(Rejection::LimitReached);
        }
        chat.remember(item, self.now);
        if chat.sequence == 0
            && let ItemContent::Message { text, .. } = &content
        {
            chat.initial_message = Some(text.clone());
        }
        let is_customer = author.role == ParticipantRole::Customer;
        let is_message = !matches!(content, ItemContent::Event { .. });
        let choice = is_customer.then(|| view_action(&content)).flatten();
        let content = if is_customer && chat.view_response == ViewResponse::Hidden {
            hidden_response(content)
        } else {
            content
        };
        self.write_item(id, &author, item, content);
        if is_customer {
            self.customer_acted(id);
            if let Some((action, data)) = choice {
                self.tell_runs(id, &WaitEvent::ViewAction { action, data });
            }
            if is_message {
                self.tell_runs(id, &WaitEvent::CustomerReturned);
            }
        }
        Ok(Reply::Said(self.now))
    }

    pub(crate) fn submit_view(
        &mut self,
        contact: ContactId,
        participant: ParticipantId,
        action: String,
        data: serde_json::Value,
    ) -> Result<Reply, Rejection> {
        let (id, author) = self.speaker(contact, participant)?;
        if author.role != ParticipantRole::Customer {
            return Err(Rejection::NotParticipant);
        }
        self.customer_acted(id);
        if self.tell_runs(id, &WaitEvent::ViewAction { action, data }) {
            Ok(Reply::Done)
        } else {
            Err(Rejection::WrongState)
        }
    }

    pub(crate) fn participant_connected(
        &mut self,
        contact: ContactId,
        participant: ParticipantId,
    ) -> Result<Reply, Rejection> {
        let (id, author) = self.speaker(contact, participant)?;
        let attendance = self
            .contacts
            .get(&id)
            .and_then(|found| found.chat.as_ref()?.present(participant))
            .map(|found| found.attendance);
        if attendance == Some(Attendance::Invited) {
            self.join(id, &author, participant);
        } else if author.role == ParticipantRole::Customer {
            self.tell_runs(id, &WaitEvent::CustomerReturned);
        }
        if author.role == ParticipantRole::Customer {
            self.customer_acted(id);
        }
        Ok(Reply::Done)
    }

    pub(crate) fn participant_left(
        &mut self,
        contact: ContactId,
        participant: ParticipantId,
    ) -> Result<Reply, Rejection> {
        let (id, author) = self.speaker(contact, participant)?;
        if author.role == ParticipantRole::Customer {
            self.end_contact(id, DisconnectReason::CustomerDisconnect);
            return Ok(Reply::Done);
        }
        let agent = self
            .contacts
            .get(&id)
            .and_then(|found| found.chat.as_ref()?.present(participant)?.user);
        if let Some(agent) = agent {
            return self.end_by_agent(agent, id);
        }
        self.leave(id, participant);
        Ok(Reply::Done)
    }

    /// The customer of a chat has been silent for too long.
    pub(crate) fn disconnect_idle(&mut self, id: ContactId) {
        let customer = self.contacts.get(&id).and_then(|found| {
            let people = &found.chat.as_ref()?.participants;
            people
                .iter()
                .find(|p| p.role == ParticipantRole::Customer)
                .cloned()
        });
        if let Some(customer) = customer {
            let author = Author::of(&customer);
            self.write_event(id, &author, event_type::PARTICIPANT_AUTO_DISCONNECTION);
        }
        self.end_contact(id, DisconnectReason::Expired);
    }

    /// The chat in which a participant is, and as whom.
    fn speaker(
        &self,
        contact: ContactId,
        participant: ParticipantId,
    ) -> Result<(ContactId, Author), Rejection> {
        let named = self.contacts.get(&contact);
        let Some(&id) = self.participants.get(&participant) else {
            return Err(
                if named.is_some() || self.interactions.contains_key(&contact) {
                    Rejection::NotParticipant
                } else {
                    Rejection::UnknownContact
                },
            );
        };
        let found = self.contacts.get(&id).ok_or(Rejection::UnknownContact)?;
        // A participant's token names the segment in which it was made: any of the interaction will do.
        let same = contact == id
            || contact == found.origin
            || Some(contact) == found.record.previous_id
            || named.is_some_and(|named| named.origin == found.origin);
        if !same {
            return Err(Rejection::NotParticipant);
        }
        let chat = found.chat.as_ref().ok_or(Rejection::WrongChannel)?;
        let present = chat.present(participant).ok_or(Rejection::NotParticipant)?;
        Ok((id, Author::of(present)))
    }

    fn customer_acted(&mut self, id: ContactId) {
        let now = self.now;
        if let Some(contact) = self.contacts.get_mut(&id) {
            if let ContactState::Connected {
                customer_active_at, ..
            } = &mut contact.state
            {
                *customer_active_at = now;
            }
            self.touch(id);
        }
    }

    /// Tells the runs that wait for this event; whether any did.
    fn tell_runs(&mut self, id: ContactId, event: &WaitEvent) -> bool {
        let kind = match event {
            WaitEvent::CustomerReturned => WaitEventKind::CustomerReturned,
            WaitEvent::ViewAction { .. } => WaitEventKind::ViewAction,
            WaitEvent::Played | WaitEvent::NotPlayed => WaitEventKind::Played,
            WaitEvent::Input(_) => WaitEventKind::Input,
        };
        let mut heard = false;
        for slot in RunSlot::ALL {
            let expects = self
                .contacts
                .get(&id)
                .and_then(|contact| contact.run(slot)?.wait.as_ref())
                .is_some_and(|wait| wait.expects(kind));
            if expects {
                heard = true;
                self.resume_run(id, slot, Answer::Event(event.clone()));
            }
        }
        heard
    }
}

/// What is written.
impl Engine {
    /// A flow says something to the customer; nothing to do where there is no chat.
    pub(crate) fn say_as_system(&mut self, id: ContactId, content_type: &str, text: PersonalText) {
        if content_type == INTERACTIVE
            && let Some(chat) = self.contacts.get_mut(&id).and_then(|it| it.chat.as_mut())
        {
            // The next answer is to this question.
            chat.view_response = ViewResponse::Shown;
        }
        let content = ItemContent::Message {
            content_type: content_type.to_owned(),
            text,
        };
        let item = TranscriptItemId::generate(&mut self.ids);
        self.write_item(id, &Author::system(), item, content);
    }

    /// Adds an agent to a chat.
    pub(crate) fn add_agent(&mut self, id: ContactId, user: UserId, display_name: PersonalText) {
        let participant = ParticipantId::generate(&mut self.ids);
        let Some(chat) = self.contacts.get_mut(&id).and_then(|c| c.chat.as_mut()) else {
            return;
        };
        let agent = Participant {
            id: participant,
            role: ParticipantRole::Agent,
            display_name,
            user: Some(user),
            attendance: Attendance::Invited,
        };
        let author = Author::of(&agent);
        chat.participants.push(agent);
        self.participants.insert(participant, id);
        self.join(id, &author, participant);
    }

    /// An agent leaves a chat that goes on.
    pub(crate) fn remove_agent(&mut self, id: ContactId, user: UserId) {
        let participant = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.chat.as_ref()?.of_agent(user))
            .map(|participant| participant.id);
        if let Some(participant) = participant {
            self.leave(id, participant);
        }
    }

    /// Everybody leaves, and the transcript ends.
    pub(crate) fn end_chat(&mut self, id: ContactId) {
        let Some(chat) = self
            .contacts
            .get(&id)
            .and_then(|contact| contact.chat.as_ref())
        else {
            return;
        };
        let present: Vec<ParticipantId> = chat
            .participants
            .iter()
            .filter(|p| p.attendance != Attendance::Left)
            .map(|p| p.id)
            .collect();
        for participant in &present {
            self.depart(id, *participant);
        }
        self.write_event(id, &Author::system(), event_type::ENDED);
        // Last: whose connections are closed has been told that the chat is over.
        for participant in present {
            self.close_connections(id, participant);
        }
    }

    pub(crate) fn write_transfer(&mut self, id: ContactId) {
        self.write_event(id, &Author::system(), event_type::TRANSFER_SUCCEEDED);
    }

    fn join(&mut self, id: ContactId, author: &Author, participant: ParticipantId) {
        if let Some(chat) = self.contacts.get_mut(&id).and_then(|c| c.chat.as_mut()) {
            chat.mark(participant, Attendance::Joined);
        }
        self.write_event(id, author, event_type::JOINED);
    }

    fn leave(&mut self, id: ContactId, participant: ParticipantId) {
        if self.depart(id, participant) {
            self.close_connections(id, participant);
        }
    }

    /// Marks a participant as gone and says so; `false` where it was not there.
    fn depart(&mut self, id: ContactId, participant: ParticipantId) -> bool {
        let Some(chat) = self.contacts.get_mut(&id).and_then(|c| c.chat.as_mut()) else {
            return false;
        };
        let Some(author) = chat.present(participant).map(Author::of) else {
            return false;
        };
        chat.mark(participant, Attendance::Left);
        self.participants.remove(&participant);
        self.write_event(id, &author, event_type::LEFT);
        true
    }

    fn close_connections(&mut self, id: ContactId, participant: ParticipantId) {
        self.effect(Effect::CloseParticipant {
            contact: id,
            participant,
        });
    }

    fn write_event(&mut self, id: ContactId, author: &Author, content_type: &str) {
        let content = ItemContent::Event {
            content_type: content_type.to_owned(),
            text: None,
        };
        let item = TranscriptItemId::generate(&mut self.ids);
        self.write_item(id, author, item, content);
    }

    fn write_item(
        &mut self,
        id: ContactId,
        author: &Author,
        item: TranscriptItemId,
        content: ItemContent,
    ) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let Some(chat) = contact.chat.as_mut() else {
            return;
        };
        chat.sequence += 1;
        let item = TranscriptItem {
            id: item,
            contact: id,
            initial_contact: contact.record.initial_id,
            sequence: chat.sequence,
            at: self.now,
            participant: author.participant,
            role: author.role,
            display_name: Some(author.display_name.clone()),
            content,
        };
        self.touch(id);
        self.effect(Effect::Transcript(item));
    }
}

/// Who writes an item.
#[derive(Debug, Clone)]
struct Author {
    participant: Option<ParticipantId>,
    role: ParticipantRole,
    display_name: PersonalText,
}

impl Author {
    fn of(participant: &Participant) -> Self {
        Self {
            participant: Some(participant.id),
            role: participant.role,
            display_name: participant.display_name.clone(),
        }
    }

    fn system() -> Self {
        Self {
            participant: None,
            role: ParticipantRole::System,
            display_name: SYSTEM_DISPLAY_NAME.into(),
        }
    }
}

/// What the transcript keeps of an answer to a view that hides it: that there was one. Everything else
/// stays as it is.
#[must_use]
pub fn hidden_response(content: ItemContent) -> ItemContent {
    match content {
        ItemContent::Message { content_type, .. } if content_type == INTERACTIVE_RESPONSE => {
            ItemContent::Message {
                content_type,
                text: HIDDEN_RESPONSE.into(),
            }
        }
        shown => shown,
    }
}

/// The action that an interactive response chooses: its `action`, or the title of the element chosen.
fn view_action(content: &ItemContent) -> Option<(String, serde_json::Value)> {
    let ItemContent::Message { content_type, text } = content else {
        return None;
    };
    if content_type != INTERACTIVE_RESPONSE {
        return None;
    }
    let answer: serde_json::Value = serde_json::from_str(text.expose()).ok()?;
    let data = answer.get("data").cloned().unwrap_or_default();
    let action = answer
        .get("action")
        .or_else(|| data.get("action"))
        .or_else(|| data.get("content")?.get("title"))?
        .as_str()?
        .to_owned();
    Some((action, data))
}
