//! Events of participants: typing goes out at once, receipts are stored, the rest stands in the
//! transcript.

use std::sync::Arc;

use engine::Input;
use model::transcript::{ItemContent, event_type};
use model::{ContactId, TranscriptItemId};
use serde::Deserialize;

use super::bus::{ChatFrame, Ephemeral};
use super::connection::{Seat, seat};
use super::say::{Said, item_id, say_in};
use crate::App;
use crate::action::SendEvent;
use crate::center::Center;
use crate::error::AppError;
use crate::permit::Permit;
use crate::principal::Call;

/// Longest content of an event, characters.
const EVENT_CHARS_MAX: usize = 1_024;

#[derive(Deserialize)]
struct ReceiptContent {
    #[serde(rename = "messageId")]
    message_id: String,
}

impl App {
    /// A participant's event.
    ///
    /// # Errors
    /// `Invalid` for a type that participants do not send; `AccessDenied` where the chat is over.
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
        let item = item_id(&center, seat.participant, client_token)?;
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
            event_type::TRANSFER_SUCCEEDED | event_type::TRANSFER_FAILED => Err(AppError::Invalid(
                "events about transfers come from the system".to_owned(),
            )),
            _ if is_kept(content_type) => {
                if content.is_some_and(|text| text.chars().count() > EVENT_CHARS_MAX) {
                    return Err(AppError::Invalid(format!(
                        "an event has at most {EVENT_CHARS_MAX} characters"
                    )));
                }
                let content = ItemContent::Event {
                    content_type: content_type.to_owned(),
                    text: content.map(Into::into),
                };
                let (call, access) = (Arc::clone(call), permit.spec().access);
                center
                    .turn(move |turn| {
                        let contact = current(turn, seat)?;
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
            _ => Err(AppError::Invalid(
                "this event type cannot be sent by a participant".to_owned(),
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

/// Events that participants may put into the transcript.
fn is_kept(content_type: &str) -> bool {
    matches!(
        content_type,
        event_type::PARTICIPANT_IDLE
            | event_type::PARTICIPANT_RETURNED
            | event_type::PARTICIPANT_AUTO_DISCONNECTION
    )
}

fn current(turn: &crate::center::Turn<'_>, seat: Seat) -> Result<ContactId, AppError> {
    turn.engine()
        .contact_of(seat.participant)
        .ok_or(AppError::AccessDenied {
            action: "execute-api",
        })
}
