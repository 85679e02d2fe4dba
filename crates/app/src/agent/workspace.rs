//! What an agent's workspace shows, and the stream that keeps it current.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::AgentContact;
use model::contact::{PersonalText, Reference};
use model::resource::{AgentStatus, Enablement, User};
use model::{
    AgentStatusId, AgentStatusType, ContactId, InstanceId, LoginSessionId, ParticipantId,
    QuickConnectId, ResourceKind, Timestamp, UserId,
};
use tokio::sync::mpsc;

use super::status::agent_of;
use crate::App;
use crate::action::{ListOwnQuickConnects, OpenWorkspace};
use crate::calls::MediaPlace;
use crate::center::{Center, Turn};
use crate::chat::bus::{AgentFrame, ChatFrame};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::{Call, Principal};

/// What a workspace is sent.
#[derive(Debug, Clone)]
pub enum WorkspaceFrame {
    /// The whole state; replaces the one before.
    Snapshot(Box<WorkspaceSnapshot>),
    /// Something new in a chat of this agent's.
    Chat(ContactId, ChatFrame),
    /// A newer socket of the same user takes this one's place.
    Replaced,
}

/// What a workspace shows.
#[derive(Debug, Clone)]
pub struct WorkspaceSnapshot {
    /// When it was taken.
    pub at: Timestamp,
    /// The user.
    pub user: UserId,
    /// User name.
    pub username: String,
    /// First and last name.
    pub display_name: PersonalText,
    /// The status in force; absent: offline since ever.
    pub status: Option<Status>,
    /// Since when.
    pub status_since: Timestamp,
    /// Comes into force when the open contacts are done.
    pub next_status: Option<Status>,
    /// All that can be chosen, in the order to show.
    pub statuses: Vec<Status>,
    /// Contacts at hand, in the order of their arrival.
    pub contacts: Vec<ContactDetail>,
}

/// A status that agents may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its id.
    pub id: AgentStatusId,
    /// Its name.
    pub name: String,
    /// What it means for routing.
    pub kind: AgentStatusType,
}

/// A contact at hand.
#[derive(Debug, Clone)]
pub struct ContactDetail {
    /// Its state at this agent.
    pub contact: AgentContact,
    /// When it began.
    pub initiated_at: Option<Timestamp>,
    /// Name of a task.
    pub name: Option<PersonalText>,
    /// Description of a task.
    pub description: Option<PersonalText>,
    /// References by name.
    pub references: BTreeMap<String, Reference>,
    /// User-defined attributes, once it is accepted.
    pub attributes: Option<model::Attributes>,
    /// Number of the last item of its chat.
    pub last_sequence: Option<u64>,
    /// Number of the newest item of its chat that the agent has read.
    pub read_sequence: Option<u64>,
    /// The first contact of its call, while the agent is on the line.
    pub call: Option<ContactId>,
    /// Where the media of its call is, seen from the browser that shows this.
    pub media: Option<MediaPlace>,
}

/// An open workspace. Dropping it closes it.
pub struct Workspace {
    app: App,
    center: Arc<Center>,
    user: UserId,
    /// The session of the browser that shows it.
    session: Option<LoginSessionId>,
    frames: mpsc::Receiver<AgentFrame>,
    /// Whether a snapshot is due before anything else.
    due: bool,
    /// A frame that was taken while changes were being gathered.
    held: Option<AgentFrame>,
    /// As which participant, and how far, the agent has read in each of its chats; 0: nothing yet.
    read: BTreeMap<ContactId, (ParticipantId, u64)>,
}

impl App {
    /// Opens the workspace of the agent that the permit names.
    ///
    /// # Errors
    /// `NotFound` where the user does not exist.
    pub async fn open_workspace(
        &self,
        call: &Arc<Call>,
        permit: Permit<OpenWorkspace>,
    ) -> Result<Workspace, AppError> {
        let (instance, user) = agent_of(*permit.target())?;
        let center = self.center(instance)?;
        // Subscribed first: no change falls between the first snapshot and the stream.
        let frames = center.bus.subscribe_agent(user);
        center.audit_read(call, permit.spec().access).await?;
        let session = match permit.principal() {
            Principal::User { session, .. } => Some(*session),
            _ => None,
        };
        Ok(Workspace {
            app: self.clone(),
            center,
            user,
            session,
            frames,
            due: true,
            held: None,
            read: BTreeMap::new(),
        })
    }

    /// Quick connects that agents may use on this contact: those of its queue.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn own_quick_connects(
        &self,
        permit: &Permit<ListOwnQuickConnects>,
    ) -> Result<Vec<Arc<model::Resource>>, AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let queue = center
            .contact_entry(contact)
            .ok_or(AppError::NotFound { what: "contact" })?
            .queue;
        Ok(center.resources(|resources| {
            let Some(queue) =
                queue.and_then(|queue| resources.body::<model::resource::Queue>(queue))
            else {
                return Vec::new();
            };
            let find = |id: &QuickConnectId| {
                resources
                    .get(ResourceKind::QuickConnect, (*id).into())
                    .cloned()
            };
            queue.quick_connects.iter().filter_map(find).collect()
        }))
    }

    /// Closes all workspaces of a user.
    pub(crate) fn close_workspaces(&self, instance: InstanceId, user: UserId) {
        if let Ok(center) = self.center(instance) {
            center.bus.close_agent(user);
        }
    }
}

impl Workspace {
    /// The next frame; changes that came meanwhile make one snapshot. `None` when the workspace was
    /// closed or is too slow.
    pub async fn next(&mut self) -> Option<WorkspaceFrame> {
        loop {
            if self.due {
                self.due = false;
                return Some(WorkspaceFrame::Snapshot(Box::new(self.snapshot().await?)));
            }
            let frame = match self.held.take() {
                Some(frame) => frame,
                None => self.frames.recv().await?,
            };
            match frame {
                AgentFrame::Chat(contact, frame) => {
                    self.note_read(&frame);
                    return Some(WorkspaceFrame::Chat(contact, frame));
                }
                AgentFrame::Replaced => return Some(WorkspaceFrame::Replaced),
                AgentFrame::Changed => {
                    self.due = true;
                    while let Ok(frame) = self.frames.try_recv() {
                        if !matches!(frame, AgentFrame::Changed) {
                            self.held = Some(frame);
                            break;
                        }
                    }
                }
            }
        }
    }

    async fn snapshot(&mut self) -> Option<WorkspaceSnapshot> {
        let user = self.user;
        let taken = self.center.turn(move |turn| snapshot(turn, user)).await;
        let mut snapshot = taken.ok()?;
        let mut read = BTreeMap::new();
        for detail in &mut snapshot.contacts {
            let contact = &detail.contact;
            let id = contact.contact;
            let (participant, sequence) = match self.read.get(&id) {
                Some(known) => *known,
                None => match contact.participant.zip(contact.initial_contact) {
                    Some((participant, initial)) => {
                        let sequence = self.read_before(initial, participant).await.ok()?;
                        (participant, sequence)
                    }
                    // Not a chat, not yet in it, or not any more.
                    None => continue,
                },
            };
            read.insert(id, (participant, sequence));
            detail.read_sequence = Some(sequence).filter(|sequence| *sequence > 0);
        }
        self.read = read;
        for detail in &mut snapshot.contacts {
            detail.media = detail
                .call
                .zip(self.session)
                .and_then(|(call, session)| self.center.seats.place(call, user, session));
        }
        Some(snapshot)
    }

    /// How far this participant has read, from the store.
    async fn read_before(
        &self,
        initial: ContactId,
        participant: ParticipantId,
    ) -> Result<u64, AppError> {
        let receipts = self.app.receipts_of(&self.center, initial).await?;
        let read = receipts
            .iter()
            .filter(|receipt| receipt.participant == participant && receipt.read_at.is_some());
        Ok(read.map(|receipt| receipt.sequence).max().unwrap_or(0))
    }

    fn note_read(&mut self, frame: &ChatFrame) {
        let ChatFrame::Receipt(receipt) = frame else {
            return;
        };
        for (participant, read) in self.read.values_mut() {
            if *participant == receipt.participant && receipt.read_at.is_some() {
                *read = receipt.sequence.max(*read);
            }
        }
    }
}

fn snapshot(turn: &mut Turn<'_>, user: UserId) -> Result<WorkspaceSnapshot, AppError> {
    let resources = turn.resources();
    let missing = AppError::NotFound { what: "user" };
    let resource = resources
        .get(ResourceKind::User, user.into())
        .ok_or(missing.clone())?;
    let body = resources.body::<User>(user).ok_or(missing.clone())?;
    let agent = turn.engine().agent(user).ok_or(missing)?;
    let statuses: Vec<Status> = {
        let mut known: Vec<_> = resources
            .page(ResourceKind::AgentStatus, None)
            .filter_map(|resource| match &resource.body {
                model::ResourceBody::AgentStatus(status) => Some((resource, status)),
                _ => None,
            })
            .filter(|(_, status)| status.state == Enablement::Enabled)
            .collect();
        known.sort_by_key(|(resource, status)| {
            (
                status.display_order.unwrap_or(u32::MAX),
                resource.name.clone(),
            )
        });
        known
            .into_iter()
            .map(|(resource, status)| status_of(resource, status))
            .collect()
    };
    let status = |id: Option<AgentStatusId>| {
        let resource = resources.get(ResourceKind::AgentStatus, id?.into())?;
        let body = resources.body::<AgentStatus>(id?)?;
        Some(status_of(resource, body))
    };
    let name = format!("{} {}", body.first_name.expose(), body.last_name.expose());
    // Who has no name is called as it signs in.
    let name = match name.trim() {
        "" => resource.name.as_str(),
        name => name,
    };
    Ok(WorkspaceSnapshot {
        at: turn.now,
        user,
        username: resource.name.clone(),
        display_name: name.into(),
        status: status(agent.status),
        status_since: agent.status_since,
        next_status: status(agent.next_status),
        statuses,
        contacts: {
            let mut contacts: Vec<_> = agent
                .contacts
                .into_iter()
                .map(|contact| detail(turn, user, contact))
                .collect();
            contacts.sort_by_key(|detail| {
                (
                    detail.contact.connected_at.unwrap_or(detail.contact.since),
                    detail.contact.contact,
                )
            });
            contacts
        },
    })
}

fn status_of(resource: &model::Resource, status: &AgentStatus) -> Status {
    Status {
        id: resource.id.into(),
        name: resource.name.clone(),
        kind: status.kind,
    }
}

fn detail(turn: &Turn<'_>, user: UserId, contact: AgentContact) -> ContactDetail {
    let view = turn.engine().contact(contact.contact);
    let record = view.map(|view| view.record);
    // What the customer wrote is shown to who has taken the contact, not to whom it is offered.
    let taken = contact.connected_at.is_some();
    ContactDetail {
        initiated_at: record.map(|record| record.initiated_at),
        name: record.and_then(|record| record.name.clone()),
        description: record
            .filter(|_| taken)
            .and_then(|record| record.description.clone()),
        references: record
            .filter(|_| taken)
            .map(|r| r.references.clone())
            .unwrap_or_default(),
        attributes: record
            .filter(|_| taken)
            .map(|record| record.attributes.clone()),
        last_sequence: view
            .filter(|_| taken)
            .map(|view| view.transcript_items)
            .filter(|n| *n > 0),
        read_sequence: None,
        call: turn.engine().call_of(user, contact.contact),
        media: None,
        contact,
    }
}
