//! Events of participants: typing goes out at once, receipts are stored, the rest stands in the
//! transcript.

use std::sync::Arc;

use engine::Input;
use model::transcript::{ItemContent, event_type};
use model::{ContactId, Timestamp, TranscriptItemId};
use serde::Deserialize;

use super::bus::{ChatFrame, Ephemeral, Receipt};
use super::connection::{Seat, seat};
use super::say::{Said, item_id, say_in};
use crate::App;
use crate::action::SendEvent;
use crate::center::{Center, json};
use crate::error::AppError;
use crate::permit::Permit;
use crate::ports::store::Write;
use crate::principal::Call;
use crate::vault::Place;

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

    /// A receipt: stored, then shown to the others.
    pub(crate) async fn receipt(
        &self,
        center: &Arc<Center>,
        seat: Seat,
        item: TranscriptItemId,
        read: bool,
    ) -> Result<(), AppError> {
        let instance = center.scope.instance;
        let store = &self.0.around.store;
        let row = store
            .transcript_item(instance, item)
            .await
            .map_err(crate::app::unavailable)?;
        let row = row.filter(|row| row.initial_contact == seat.initial_contact);
        let row = row.ok_or(AppError::NotFound { what: "message" })?;
        let before = self.receipts_of(center, seat.initial_contact).await?;
        let before = before
            .into_iter()
            .find(|receipt| receipt.participant == seat.participant);
        let now = self.now();
        let receipt = advanced(before.as_ref(), &row, seat, read, now);
        if before.as_ref() == Some(&receipt) {
            return Ok(());
        }
        let place_row = receipts_row(seat.initial_contact, seat.participant);
        let sealed = center
            .keys
            .seal(&Place::new("receipts", &place_row), &json(&receipt));
        let write = Write::PutReceipts {
            instance,
            initial_contact: seat.initial_contact,
            participant: seat.participant,
            sealed,
        };
        store
            .commit(vec![write])
            .await
            .map_err(crate::app::unavailable)?;
        center.publish(
            row.contact,
            seat.initial_contact,
            &ChatFrame::Receipt(receipt),
        );
        Ok(())
    }

    /// Receipts of a chat, one a participant.
    pub(crate) async fn receipts_of(
        &self,
        center: &Center,
        initial_contact: ContactId,
    ) -> Result<Vec<Receipt>, AppError> {
        let rows = self
            .0
            .around
            .store
            .receipts(center.scope.instance, initial_contact)
            .await
            .map_err(crate::app::unavailable)?;
        rows.iter()
            .map(|(participant, sealed)| {
                let row = receipts_row(initial_contact, *participant);
                let clear = center.keys.open(&Place::new("receipts", &row), sealed)?;
                serde_json::from_slice(&clear).map_err(|_| AppError::Internal)
            })
            .collect()
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

fn receipts_row(initial_contact: ContactId, participant: model::ParticipantId) -> [u8; 32] {
    let mut row = [0; 32];
    let bytes = initial_contact
        .into_bytes()
        .into_iter()
        .chain(participant.into_bytes());
    for (to, from) in row.iter_mut().zip(bytes) {
        *to = from;
    }
    row
}

/// The receipt after this news: what was received or read stays so, and never moves back.
fn advanced(
    before: Option<&Receipt>,
    row: &crate::ports::store::TranscriptRow,
    seat: Seat,
    read: bool,
    now: Timestamp,
) -> Receipt {
    let (delivered_at, read_at) = match before {
        Some(before) if before.sequence > row.sequence => return before.clone(),
        Some(before) if before.sequence == row.sequence => (before.delivered_at, before.read_at),
        _ => (None, None),
    };
    Receipt {
        item: row.item,
        sequence: row.sequence,
        contact: row.contact,
        initial_contact: seat.initial_contact,
        participant: seat.participant,
        delivered_at: delivered_at.or(Some(now)),
        read_at: if read { read_at.or(Some(now)) } else { read_at },
    }
}
