//! Saying something in a chat.

use std::sync::Arc;

use engine::{Input, Reply, hidden_response};
use model::transcript::ItemContent;
use model::{ParticipantId, Timestamp, TranscriptItemId};
use serde_json::{Value, json};

use super::connection::{Seat, seat};
use crate::App;
use crate::action::{Access, SendMessage};
use crate::center::Center;
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::Permit;
use crate::ports::store::Batch;
use crate::principal::Call;
use crate::repeat::CLIENT_TOKEN_BYTES_MAX;
use crate::text::check_text;

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
    /// `Invalid` for a type or length that does not fit, `AccessDenied` where the chat is over,
    /// `TokenReused` where the token came with something else.
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
        let item = item_id(&center, seat.participant, "message", client_token)?;
        if client_token.is_some()
            && let Some(said) = self.said_before(&center, item, &content).await?
        {
            return Ok(said);
        }
        let saying = Saying {
            item,
            content,
            also: Vec::new(),
        };
        self.say_once(call, permit.spec().access, seat, saying)
            .await
    }

    /// What stands in the transcript under this id already. The engine remembers only the latest ones.
    ///
    /// # Errors
    /// `TokenReused` where it says something else than `content`.
    pub(crate) async fn said_before(
        &self,
        center: &Center,
        item: TranscriptItemId,
        content: &ItemContent,
    ) -> Result<Option<Said>, AppError> {
        let row = self
            .0
            .around
            .store
            .transcript_item(center.scope.instance, item)
            .await
            .map_err(crate::app::unavailable)?;
        let Some(row) = row else { return Ok(None) };
        let before = self.open_item(center, &row).await?;
        if before.is_some_and(|before| !says_the_same(&before.content, content)) {
            return Err(AppError::TokenReused);
        }
        Ok(Some(Said {
            item: row.item,
            at: row.at,
        }))
    }

    /// Says it, and writes what belongs to it, in one transaction. Of two that come at the same time under
    /// one id, the second gets the answer of the first, or is refused where it says something else.
    ///
    /// # Errors
    /// As [`App::say`].
    pub(crate) async fn say_once(
        &self,
        call: &Arc<Call>,
        access: Access,
        seat: Seat,
        saying: Saying,
    ) -> Result<Said, AppError> {
        let center = self.center(seat.instance)?;
        let Saying {
            item,
            content,
            also,
        } = saying;
        let (call, wanted) = (Arc::clone(call), content.clone());
        let reply = center
            .turn(move |turn| {
                let contact = turn.engine().contact_of(seat.participant);
                let contact = contact.ok_or(AppError::AccessDenied {
                    action: "execute-api",
                })?;
                let input = Input::Say {
                    contact,
                    participant: seat.participant,
                    item,
                    content,
                };
                let reply = turn.handle(input).map_err(rejected)?;
                if matches!(reply, Reply::Said(_)) {
                    let response =
                        json!({"contactId": contact.to_string(), "id": item.to_string()});
                    turn.audit(&call, access, response);
                    for write in also {
                        turn.write(write);
                    }
                }
                Ok(reply)
            })
            .await?;
        match reply {
            Reply::Said(at) => Ok(Said { item, at }),
            Reply::SaidBefore(at) => {
                let said = self.said_before(&center, item, &wanted).await?;
                Ok(said.unwrap_or(Said { item, at }))
            }
            Reply::Done | Reply::Started(_) | Reply::Transferred(_) => Err(AppError::Internal),
        }
    }
}

/// Something to say.
pub(crate) struct Saying {
    pub(crate) item: TranscriptItemId,
    pub(crate) content: ItemContent,
    /// What is written where it is said.
    pub(crate) also: Batch,
}

/// Whether two requests under one id are one: files are the same by their ids.
fn says_the_same(before: &ItemContent, now: &ItemContent) -> bool {
    match (before, now) {
        (ItemContent::Attachment(before), ItemContent::Attachment(now)) => before
            .iter()
            .map(|file| file.id)
            .eq(now.iter().map(|file| file.id)),
        // Of a hidden answer to a view nothing is kept that could be compared.
        _ => before == now || *before == hidden_response(now.clone()),
    }
}

/// The id of a new item: of a request that may be repeated, always the same. Tokens of different
/// operations never meet.
pub(crate) fn item_id(
    center: &Center,
    participant: ParticipantId,
    operation: &'static str,
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
    named.extend(operation.as_bytes());
    named.push(0);
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
    if text.trim().is_empty() {
        return Err(AppError::Invalid(
            "a message is not all blank: write something".to_owned(),
        ));
    }
    check_text("a message", text)?;
    let structured = longest == STRUCTURED_CHARS_MAX;
    if structured && serde_json::from_str::<Value>(text).is_err() {
        return Err(AppError::Invalid(
            "a message of this type is JSON".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_something_in_characters_that_are_shown() {
        let long = "x".repeat(MESSAGE_CHARS_MAX);
        for good in ["Hello", "two\nlines\tand a tab", &long] {
            assert_eq!(check_message("text/plain", good), Ok(()), "{good:?}");
        }
        for bad in ["", "   ", "\n\t", "a\0b", "\u{1B}[31m", &format!("{long}x")] {
            assert!(check_message("text/plain", bad).is_err(), "{bad:?}");
            assert!(check_message("text/markdown", bad).is_err(), "{bad:?}");
        }
        assert!(check_message("text/html", "Hello").is_err());
        assert_eq!(check_message("application/json", "{}"), Ok(()));
        assert!(check_message("application/json", "{").is_err());
    }
}
