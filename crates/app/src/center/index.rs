//! Who takes part in which open contact: what authorization and sockets ask without the loop.

use std::collections::HashMap;

use engine::{ContactState, Engine};
use model::contact::{PersonalText, QueueRef};
use model::{ContactId, ParticipantId, QueueId, Tags, UserId};

/// An open contact, as authorization and sockets see it.
#[derive(Debug, Clone)]
pub(crate) struct ContactEntry {
    pub(crate) initial_contact: ContactId,
    /// The standard queue it came through.
    pub(crate) queue: Option<QueueId>,
    /// The agent who has it, or to whom it is offered.
    pub(crate) agent: Option<UserId>,
    /// Whether that agent has accepted it.
    pub(crate) accepted: bool,
    pub(crate) tags: Tags,
    pub(crate) participants: Vec<IndexedParticipant>,
    /// Number of the last item of its chat.
    pub(crate) last_sequence: u64,
    /// Number of the last item that is this segment's, where the chat went on in the next one.
    pub(crate) chat_moved_at: Option<u64>,
}

/// A participant of an open chat.
#[derive(Debug, Clone)]
pub(crate) struct IndexedParticipant {
    pub(crate) id: ParticipantId,
    pub(crate) display_name: Option<PersonalText>,
    pub(crate) user: Option<UserId>,
}

/// Open contacts by id and by participant.
#[derive(Debug, Default)]
pub(super) struct Index {
    contacts: HashMap<ContactId, ContactEntry>,
    participants: HashMap<ParticipantId, ContactId>,
    chats: HashMap<ContactId, ContactId>,
}

impl Index {
    pub(super) fn of(engine: &Engine) -> Self {
        let mut index = Self::default();
        for view in engine.open_contacts() {
            index.put(engine, view.record.id);
        }
        index
    }

    pub(super) fn contact(&self, contact: ContactId) -> Option<&ContactEntry> {
        self.contacts.get(&contact)
    }

    pub(super) fn contact_of(&self, participant: ParticipantId) -> Option<ContactId> {
        self.participants.get(&participant).copied()
    }

    /// The segment in which a chat goes on, by its first one.
    pub(super) fn current_segment(&self, initial: ContactId) -> Option<&ContactEntry> {
        self.contacts.get(self.chats.get(&initial)?)
    }

    /// Takes over what the engine says of a contact now.
    pub(super) fn put(&mut self, engine: &Engine, contact: ContactId) {
        let Some(view) = engine.contact(contact) else {
            return;
        };
        let participants: Vec<_> = view
            .participants
            .iter()
            .map(|participant| IndexedParticipant {
                id: participant.id,
                display_name: Some(participant.display_name.clone()),
                user: participant.user,
            })
            .collect();
        for participant in &participants {
            match engine.contact_of(participant.id) {
                Some(at) => self.participants.insert(participant.id, at),
                None => self.participants.remove(&participant.id),
            };
        }
        if !participants.is_empty() {
            self.chats.insert(view.record.initial_id, contact);
        }
        let entry = ContactEntry {
            initial_contact: view.record.initial_id,
            queue: view.record.queue.as_ref().and_then(|queue| match queue.id {
                QueueRef::Standard(id) => Some(id),
                QueueRef::Agent(_) => None,
            }),
            agent: view.state.agent(),
            accepted: matches!(
                view.state,
                ContactState::Connected { .. } | ContactState::WrapUp { .. }
            ),
            tags: view.record.tags.clone(),
            participants,
            last_sequence: view.transcript_items,
            chat_moved_at: view.chat_moved_at,
        };
        self.contacts.insert(contact, entry);
    }

    /// The contact is over. Returns the first segment of its chat where that is over with it.
    pub(super) fn remove(&mut self, contact: ContactId) -> Option<ContactId> {
        let entry = self.contacts.remove(&contact)?;
        for participant in entry.participants {
            if self.participants.get(&participant.id) == Some(&contact) {
                self.participants.remove(&participant.id);
            }
        }
        if self.chats.get(&entry.initial_contact) != Some(&contact) {
            return None;
        }
        self.chats.remove(&entry.initial_contact);
        Some(entry.initial_contact)
    }
}
