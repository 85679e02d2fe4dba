//! Events of participants: typing goes out at once, receipts are stored. All others come from the system
//! alone, as the API's `SendEvent` says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use engine::Input;
use model::transcript::event_type;
use model::{ContactId, TranscriptItemId};
use serde::Deserialize;

use super::bus::{ChatFrame, Ephemeral};
use super::connection::{Seat, seat};
use super::say::{Said, item_id};
use crate::App;
use crate::action::SendEvent;
use crate::center::{Center, json};
use crate::error::AppError;
use crate::permit::Permit;
use crate::ports::store::KeyedHash;
use crate::principal::Call;

/// Client tokens of events that are remembered.
const EVENT_TOKENS_MAX: usize = 50_000;

/// Which event came under which client token. Most events are not stored, so that this is not either: a
/// token of a restarted program, or one of long ago, is as good as new.
#[derive(Debug, Default)]
pub(crate) struct EventTokens(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    recent: HashMap<TranscriptItemId, KeyedHash>,
    older: HashMap<TranscriptItemId, KeyedHash>,
}

impl EventTokens {
    /// Whether the token, by the id that comes of it, is new or came with the same event.
    fn admits(&self, token: TranscriptItemId, event: KeyedHash) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tokens.recent.get(&token).or(tokens.older.get(&token));
        if let Some(known) = known {
            return *known == event;
        }
        if tokens.recent.len() >= EVENT_TOKENS_MAX / 2 {
            tokens.older = std::mem::take(&mut tokens.recent);
        }
        tokens.recent.insert(token, event);
        true
    }
}

#[derive(Deserialize)]
struct ReceiptContent {
    #[serde(rename = "messageId")]
    message_id: String,
}

impl App {
    /// A participant's event.
    ///
    /// # Errors
    /// `Invalid` for a type that participants do not send; `AccessDenied` where the chat is over;
    /// `TokenReused` where the token came with another event, as far as that is remembered.
    pub async fn send_event(
        &self,
        call: &Arc<Call>,
        permit: Permit<SendEvent>,
        content_type: &str,
        content: Option<&str>,
        client_token: Option<&str>,
    ) -> Result<Said, AppError> {
        let seat = seat(permit.principal())?;
        let center = self.center(seat.instance)?;
        let item = item_id(&center, seat.participant, "event", client_token)?;
        if client_token.is_some() {
            let event = center
                .keys
                .search_hash("event", &json(&(content_type, content)));
            if !self.0.event_tokens.admits(item, event) {
                return Err(AppError::TokenReused);
            }
        }
        let said = Said {
            item,
            at: self.now(),
        };
        match content_type {
            event_type::TYPING => {
                self.typing(&center, seat)?;
                Ok(said)
            }
            event_type::CONNECTION_ACKNOWLEDGED => {
                let input_call = Arc::clone(call);
                center
                    .turn(move |turn| {
                        let contact = current(turn, seat)?;
                        let input = Input::ParticipantConnected {
                            contact,
                            participant: seat.participant,
                        };
                        turn.handle(input).map_err(crate::contact::rejected)?;
                        turn.audit(
                            &input_call,
                            crate::action::Access::Write,
                            serde_json::Value::Null,
                        );
                        Ok(said)
                    })
                    .await
            }
            event_type::DELIVERED | event_type::READ => {
                let content = content.ok_or_else(|| AppError::Invalid(RECEIPT_SHAPE.to_owned()))?;
                let parsed: ReceiptContent = serde_json::from_str(content)
                    .map_err(|_| AppError::Invalid(RECEIPT_SHAPE.to_owned()))?;
                let message: TranscriptItemId = parsed
                    .message_id
                    .parse()
                    .map_err(|_| AppError::Invalid(RECEIPT_SHAPE.to_owned()))?;
                self.receipt(&center, seat, message, content_type == event_type::READ)
                    .await?;
                Ok(said)
            }
            _ => Err(AppError::Invalid(
                "participants send typing, connection acknowledged, message delivered and message read; other \
                 events come from the system".to_owned(),
            )),
        }
    }

    /// Typing: to the chat's sockets at once, nowhere else.
    pub(crate) fn typing(&self, center: &Center, seat: Seat) -> Result<(), AppError> {
        let contact = center
            .contact_of(seat.participant)
            .ok_or(AppError::AccessDenied {
                action: "execute-api",
            })?;
        let entry = center.contact_entry(contact).ok_or(AppError::Internal)?;
        let display_name = entry
            .participants
            .iter()
            .find(|who| who.id == seat.participant)
            .and_then(|who| who.display_name.clone());
        let frame = ChatFrame::Ephemeral(Ephemeral {
            content_type: event_type::TYPING.to_owned(),
            contact,
            initial_contact: seat.initial_contact,
            participant: seat.participant,
            role: seat.role,
            display_name,
            at: self.now(),
        });
        center.publish(contact, seat.initial_contact, &frame);
        Ok(())
    }
}

const RECEIPT_SHAPE: &str = "a receipt's content is {\"messageId\": ID} of a message of this chat";

fn current(turn: &crate::center::Turn<'_>, seat: Seat) -> Result<ContactId, AppError> {
    turn.engine()
        .contact_of(seat.participant)
        .ok_or(AppError::AccessDenied {
            action: "execute-api",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_event_and_memory_is_bounded() {
        let tokens = EventTokens::default();
        let token = |number: usize| TranscriptItemId::from_u128(number as u128);
        assert!(tokens.admits(token(1), [1; 32]));
        assert!(tokens.admits(token(1), [1; 32]), "a repetition");
        assert!(!tokens.admits(token(1), [2; 32]), "another event");
        for number in 2..EVENT_TOKENS_MAX * 2 {
            tokens.admits(token(number), [1; 32]);
        }
        let held = tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(held.recent.len() + held.older.len() <= EVENT_TOKENS_MAX);
    }
}
