//! Saying something in a chat.

use std::sync::Arc;

use engine::{Input, Reply};
use model::transcript::ItemContent;
use model::{ContactId, ParticipantId, Timestamp, TranscriptItemId};
use serde_json::{Value, json};

use super::connection::seat;
use crate::App;
use crate::action::{Access, SendMessage};
use crate::center::{Center, Turn};
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::Permit;
use crate::principal::Call;
use crate::repeat::CLIENT_TOKEN_BYTES_MAX;

/// Longest plain message, characters (`ChatContent` for text).
pub const MESSAGE_CHARS_MAX: usize = 1_024;
/// Longest structured message, characters.
pub const STRUCTURED_CHARS_MAX: usize = 12_000;

/// An item that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub item: TranscriptItemId,
    /// When it was accepted.
    pub at: Timestamp,
}

impl App {
    /// A participant says something. Acknowledged, it is durable; repeated with the same client token,
    /// it is said once.
    ///
    /// # Errors
    /// `Invalid` for a type or length that does not fit, `AccessDenied` where the chat is over.
    pub async fn say(
        &self,
        call: &Arc<Call>,
        permit: Permit<SendMessage>,
        content: ItemContent,
        client_token: Option<&str>,
    ) -> Result<Said, AppError> {
        check_content(&content)?;
        let seat = seat(permit.principal())?;
        let center = self.center(seat.instance)?;
        let item = item_id(&center, seat.participant, client_token)?;
        if client_token.is_some()
            && let Some(said) = self.said_before(&center, item).await?
        {
            return Ok(said);
        }
        let (call, access) = (Arc::clone(call), permit.spec().access);
        center
            .turn(move |turn| {
                let contact = turn.engine().contact_of(seat.participant);
                let contact = contact.ok_or(AppError::AccessDenied {
                    action: "execute-api",
                })?;
                say_in(
                    turn,
                    &call,
                    access,
                    contact,
                    seat.participant,
                    item,
                    content,
                )
            })
            .await
    }

    /// What stands in the transcript under this id already. The engine remembers only the latest ones.
    pub(crate) async fn said_before(
        &self,
        center: &Center,
        item: TranscriptItemId,
    ) -> Result<Option<Said>, AppError> {
        let row = self
            .0
            .around
            .store
            .transcript_item(center.scope.instance, item)
            .await
            .map_err(crate::app::unavailable)?;
        Ok(row.map(|row| Said {
            item: row.item,
            at: row.at,
        }))
    }
}

pub(crate) fn say_in(
    turn: &mut Turn<'_>,
    call: &Call,
    access: Access,
    contact: ContactId,
    participant: ParticipantId,
    item: TranscriptItemId,
    content: ItemContent,
) -> Result<Said, AppError> {
    let reply = turn
        .handle(Input::Say {
            contact,
            participant,
            item,
            content,
        })
        .map_err(rejected)?;
    turn.audit(
        call,
        access,
        json!({"contactId": contact.to_string(), "id": item.to_string()}),
    );
    match reply {
        Reply::Said(at) => Ok(Said { item, at }),
        Reply::Done | Reply::Started(_) | Reply::Transferred(_) => Err(AppError::Internal),
    }
}

/// The id of a new item: of a request that may be repeated, always the same.
pub(crate) fn item_id(
    center: &Center,
    participant: ParticipantId,
    client_token: Option<&str>,
) -> Result<TranscriptItemId, AppError> {
    let Some(token) = client_token else {
        return Ok(TranscriptItemId::generate(&mut crate::center::fresh_ids()));
    };
    if token.is_empty() || token.len() > CLIENT_TOKEN_BYTES_MAX {
        return Err(AppError::Invalid(format!(
            "a client token has 1 to {CLIENT_TOKEN_BYTES_MAX} bytes"
        )));
    }
    let mut named = participant.into_bytes().to_vec();
    named.extend(token.as_bytes());
    let [high @ .., _] = center.keys.search_hash("transcript item", &named);
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(high) {
        *to = from;
    }
    Ok(TranscriptItemId::from_u128(u128::from_be_bytes(id)))
}

fn check_content(content: &ItemContent) -> Result<(), AppError> {
    match content {
        ItemContent::Message { content_type, text } => check_message(content_type, text.expose()),
        ItemContent::Event { .. } | ItemContent::Attachment(_) => Err(AppError::Invalid(
            "only messages can be sent here".to_owned(),
        )),
    }
}

/// Type and length of a message.
///
/// # Errors
/// `Invalid`.
pub(crate) fn check_message(content_type: &str, text: &str) -> Result<(), AppError> {
    let longest = match content_type {
        "text/plain" | "text/markdown" => MESSAGE_CHARS_MAX,
        "application/json"
        | "application/vnd.amazonaws.connect.message.interactive"
        | "application/vnd.amazonaws.connect.message.interactive.response" => STRUCTURED_CHARS_MAX,
        _ => {
            return Err(AppError::Invalid(
                "ContentType is one of text/plain, text/markdown, application/json and the interactive types".to_owned(),
            ));
        }
    };
    let characters = text.chars().count();
    if characters == 0 || characters > longest {
        return Err(AppError::Invalid(format!(
            "a message of this type has 1 to {longest} characters"
        )));
    }
    let structured = longest == STRUCTURED_CHARS_MAX;
    if structured && serde_json::from_str::<Value>(text).is_err() {
        return Err(AppError::Invalid(
            "a message of this type is JSON".to_owned(),
        ));
    }
    Ok(())
}
