//! Starting chats and tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Input;
use engine::input::{Destination, StartContact};
use model::contact::{Attributes, PersonalText, Reference};
use model::transcript::{ItemContent, ParticipantRole};
use model::{
    Channel, ContactId, FlowId, InitiationMethod, InstanceId, ParticipantId, Secret, Tags,
    Timestamp, TranscriptItemId,
};
use serde_json::{Value, json};

use super::rejected;
use crate::App;
use crate::action::{Action, StartChatContact, StartTaskContact};
use crate::center::{Center, Turn};
use crate::chat::say::check_message;
use crate::chat::tokens::{self, ChatClaim, Claim};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;
use crate::repeat::{ClientToken, recalled};
use crate::text::{check_name, check_text};

/// Longest display name of a customer, characters.
pub(super) const DISPLAY_NAME_CHARS_MAX: usize = 256;
/// Longest name of a task.
pub(super) const TASK_NAME_CHARS_MAX: usize = 512;
/// Longest description of a task.
pub(super) const TASK_DESCRIPTION_CHARS_MAX: usize = 4096;
/// Most references of a contact.
pub(super) const REFERENCES_MAX: usize = 20;
/// A task is scheduled at most so far ahead: six days.
const SCHEDULE_AHEAD_MAX: std::time::Duration = std::time::Duration::from_hours(6 * 24);
/// `ChatDurationInMinutes`.
const CHAT_DURATION_MIN: std::ops::RangeInclusive<u32> = 60..=10_080;
/// Duration of a chat that asks for none, minutes.
const CHAT_DURATION_DEFAULT_MIN: u32 = 1_500;

/// A chat to start.
#[derive(Debug, Clone)]
pub struct StartChat {
    /// The flow that it runs.
    pub flow: FlowId,
    /// The customer's name.
    pub display_name: PersonalText,
    /// User-defined attributes.
    pub attributes: Vec<(String, String)>,
    /// Content type and text of the customer's first message.
    pub initial_message: Option<(String, PersonalText)>,
    /// Content types that the customer's page can show.
    pub supported_content_types: Vec<String>,
    /// Longest duration, minutes.
    pub duration_min: Option<u32>,
    /// Attributes of the system.
    pub segment_attributes: BTreeMap<String, String>,
    /// The customer's id in the organisation's systems.
    pub customer_id: Option<PersonalText>,
    /// A related contact.
    pub related: Option<ContactId>,
    /// Makes a repetition return the first one's chat.
    pub client_token: Option<String>,
}

/// A chat that was started.
#[derive(Debug, Clone)]
pub struct StartedChat {
    /// The contact.
    pub contact: ContactId,
    /// The customer.
    pub participant: ParticipantId,
    /// What the customer's page connects with.
    pub token: Secret<String>,
}

/// A task to start.
#[derive(Debug, Clone)]
pub struct StartTask {
    /// A flow or a quick connect.
    pub destination: Destination,
    /// Its name.
    pub name: PersonalText,
    /// Its description.
    pub description: Option<PersonalText>,
    /// References by name.
    pub references: BTreeMap<String, Reference>,
    /// User-defined attributes.
    pub attributes: Vec<(String, String)>,
    /// When it is due.
    pub scheduled_at: Option<Timestamp>,
    /// The contact before it.
    pub previous: Option<ContactId>,
    /// A related contact.
    pub related: Option<ContactId>,
    /// Makes a repetition return the first one's task.
    pub client_token: Option<String>,
}

impl App {
    /// Starts a chat. Acknowledged, it is durable.
    ///
    /// # Errors
    /// `Invalid` for values that do not fit, `WrongState` for a flow that cannot start,
    /// `LimitExceeded` with too many open contacts.
    pub async fn start_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<StartChatContact>,
        new: StartChat,
    ) -> Result<StartedChat, AppError> {
        check_chat(&new)?;
        let attributes = attributes(new.attributes.clone())?;
        let center = self.center_of(permit.target())?;
        self.check_links(center.scope.instance, new.related).await?;
        let token = self
            .client_token(
                &center,
                call,
                new.client_token.as_deref(),
                &fingerprint(&new),
            )
            .await?;
        let (call, access) = (Arc::clone(call), StartChatContact::SPEC.access);
        let duration_min = new.duration_min.unwrap_or(CHAT_DURATION_DEFAULT_MIN);
        let (contact, participant) = center
            .turn(move |turn| {
                if let Some(answer) = recalled(token.as_ref(), turn)? {
                    return ids_of(&answer).ok_or(AppError::Internal);
                }
                let contact = ContactId::generate(turn.ids);
                let participant = ParticipantId::generate(turn.ids);
                let initial_message = new.initial_message.map(|(content_type, text)| {
                    let item = TranscriptItemId::generate(turn.ids);
                    (item, ItemContent::Message { content_type, text })
                });
                let display_name = new.display_name;
                let start = StartContact {
                    contact,
                    channel: Channel::Chat,
                    initiation_method: InitiationMethod::Api,
                    destination: Destination::Flow(new.flow),
                    attributes,
                    segment_attributes: new.segment_attributes,
                    name: None,
                    description: None,
                    references: BTreeMap::new(),
                    tags: Tags::new(),
                    customer_endpoint: None,
                    system_endpoint: None,
                    customer: Some((participant, display_name)),
                    sip_headers: BTreeMap::new(),
                    initial_message,
                    duration_max_min: Some(duration_min),
                    scheduled_at: None,
                    previous: None,
                    related: new.related,
                    customer_id: new.customer_id,
                };
                let answer =
                    json!({"contactId": contact.to_string(), "participantId": participant.to_string()});
                start_in(turn, &call, access, start, token.as_ref(), answer)?;
                Ok((contact, participant))
            })
            .await?;
        let token = participant_token(&center, contact, participant, self.now(), duration_min);
        Ok(StartedChat {
            contact,
            participant,
            token,
        })
    }

    /// Starts a task. Acknowledged, it is durable.
    ///
    /// # Errors
    /// As [`App::start_contact`]; `NotFound` for a quick connect or another contact that does not exist.
    pub async fn start_task(
        &self,
        call: &Arc<Call>,
        permit: Permit<StartTaskContact>,
        new: StartTask,
    ) -> Result<ContactId, AppError> {
        check_task(&new)?;
        let attributes = attributes(new.attributes.clone())?;
        let center = self.center_of(permit.target())?;
        let named = new.previous.into_iter().chain(new.related);
        self.check_links(center.scope.instance, named).await?;
        let token = self
            .client_token(
                &center,
                call,
                new.client_token.as_deref(),
                &task_fingerprint(&new),
            )
            .await?;
        let (call, access) = (Arc::clone(call), StartTaskContact::SPEC.access);
        center
            .turn(move |turn| {
                if let Some(answer) = recalled(token.as_ref(), turn)? {
                    return ids_of(&answer)
                        .map(|(contact, _)| contact)
                        .ok_or(AppError::Internal);
                }
                // Not before: a repetition may come when the time is past.
                check_schedule(new.scheduled_at, turn.now)?;
                let contact = ContactId::generate(turn.ids);
                let start = StartContact {
                    contact,
                    channel: Channel::Task,
                    initiation_method: InitiationMethod::Api,
                    destination: new.destination,
                    attributes,
                    segment_attributes: BTreeMap::new(),
                    name: Some(new.name),
                    description: new.description,
                    references: new.references,
                    tags: Tags::new(),
                    customer_endpoint: None,
                    system_endpoint: None,
                    customer: None,
                    sip_headers: BTreeMap::new(),
                    initial_message: None,
                    duration_max_min: None,
                    scheduled_at: new.scheduled_at,
                    previous: new.previous,
                    related: new.related,
                    customer_id: None,
                };
                let answer =
                    json!({"contactId": contact.to_string(), "participantId": contact.to_string()});
                start_in(turn, &call, access, start, token.as_ref(), answer)?;
                Ok(contact)
            })
            .await
    }

    /// Contacts that a new one names must be there, open or over.
    async fn check_links(
        &self,
        instance: InstanceId,
        named: impl IntoIterator<Item = ContactId>,
    ) -> Result<(), AppError> {
        for contact in named {
            self.initial_contact(instance, contact).await?;
        }
        Ok(())
    }

    pub(crate) fn center_of(&self, target: &Target) -> Result<Arc<Center>, AppError> {
        self.center(
            target
                .instance()
                .ok_or(AppError::NotFound { what: "instance" })?,
        )
    }
}

fn start_in(
    turn: &mut Turn<'_>,
    call: &Call,
    access: crate::action::Access,
    start: StartContact,
    token: Option<&ClientToken>,
    answer: Value,
) -> Result<(), AppError> {
    turn.handle(Input::StartContact(start)).map_err(rejected)?;
    if let Some(token) = token {
        token.remember(turn, answer.clone());
    }
    turn.audit(call, access, answer);
    Ok(())
}

/// What the customer's page connects with: good as long as the chat may last.
pub(crate) fn participant_token(
    center: &Center,
    contact: ContactId,
    participant: ParticipantId,
    now: Timestamp,
    duration_min: u32,
) -> Secret<String> {
    let claim = ChatClaim {
        contact,
        initial_contact: contact,
        participant,
        role: ParticipantRole::Customer,
    };
    let expires_at = now.plus(std::time::Duration::from_secs(u64::from(duration_min) * 60));
    tokens::mint(
        center.keys.tokens(),
        center.scope.instance,
        &Claim::Participant(claim),
        expires_at,
    )
}

fn check_chat(new: &StartChat) -> Result<(), AppError> {
    let name = new.display_name.expose();
    check_name("DisplayName", name, DISPLAY_NAME_CHARS_MAX)?;
    if let Some((content_type, text)) = &new.initial_message {
        check_message(content_type, text.expose())?;
    }
    if new
        .duration_min
        .is_some_and(|minutes| !CHAT_DURATION_MIN.contains(&minutes))
    {
        return Err(AppError::Invalid(
            "ChatDurationInMinutes lies between 60 and 10080".to_owned(),
        ));
    }
    Ok(())
}

pub(crate) fn attributes(pairs: Vec<(String, String)>) -> Result<Attributes, AppError> {
    let mut attributes = Attributes::default();
    attributes
        .merge(pairs)
        .map_err(|error| AppError::Invalid(error.to_string()))?;
    Ok(attributes)
}

fn check_task(new: &StartTask) -> Result<(), AppError> {
    check_name("Name", new.name.expose(), TASK_NAME_CHARS_MAX)?;
    if let Some(description) = &new.description {
        let text = description.expose();
        if text.chars().count() > TASK_DESCRIPTION_CHARS_MAX {
            return Err(AppError::Invalid(format!(
                "Description has at most {TASK_DESCRIPTION_CHARS_MAX} characters"
            )));
        }
        check_text("Description", text)?;
    }
    if new.references.len() > REFERENCES_MAX {
        return Err(AppError::Invalid(format!(
            "at most {REFERENCES_MAX} references"
        )));
    }
    Ok(())
}

/// `ScheduledTime` of a task: in this second or later, and not too far ahead.
fn check_schedule(at: Option<Timestamp>, now: Timestamp) -> Result<(), AppError> {
    let Some(at) = at else { return Ok(()) };
    // On the wire it has whole seconds.
    if at.as_millis().div_euclid(1000) < now.as_millis().div_euclid(1000) {
        return Err(AppError::Invalid(
            "ScheduledTime is in the past: name a later one, or none to start at once".to_owned(),
        ));
    }
    if at > now.plus(SCHEDULE_AHEAD_MAX) {
        return Err(AppError::Invalid(
            "a task is scheduled at most six days ahead".to_owned(),
        ));
    }
    Ok(())
}

/// What makes two requests the same, for the client token.
fn fingerprint(new: &StartChat) -> Value {
    json!([
        new.flow,
        new.display_name,
        new.attributes,
        new.initial_message,
        new.duration_min,
        new.segment_attributes,
        new.customer_id,
        new.related,
    ])
}

fn task_fingerprint(new: &StartTask) -> Value {
    json!([
        format!("{:?}", new.destination),
        new.name,
        new.description,
        new.references,
        new.attributes,
        new.scheduled_at,
        new.previous,
        new.related,
    ])
}

fn ids_of(answer: &Value) -> Option<(ContactId, ParticipantId)> {
    let text = |name| answer.get(name)?.as_str();
    Some((
        text("contactId")?.parse().ok()?,
        text("participantId")?.parse().ok()?,
    ))
}
