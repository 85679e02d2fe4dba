//! Participants: who a token stands for, connecting and leaving.

use std::sync::Arc;
use std::time::Duration;

use engine::Input;
use model::transcript::ParticipantRole;
use model::{ContactId, InstanceId, ParticipantId, Secret, Timestamp};
use serde_json::Value;

use super::bus::ChatSubscription;
use super::tokens::{self, ChatClaim, Claim};
use crate::App;
use crate::action::{CreateParticipantConnection, DisconnectParticipant};
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::Permit;
use crate::principal::{Call, Principal};

/// How long a connection token is good; the page asks for another in time.
const CONNECTION_LIFETIME: Duration = Duration::from_hours(24);
/// How long a connection to a chat that is over reads its transcript. Connections are made as long as
/// the participant's token is good: for the duration that the chat was allowed, from its start.
const READING_LIFETIME: Duration = Duration::from_hours(1);
/// How long a WebSocket is kept; the page opens another in time.
const SOCKET_LIFETIME: Duration = Duration::from_hours(1);

/// Which of a participant's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// From starting the chat: opens connections.
    Participant,
    /// From a connection: acts.
    Connection,
}

/// A connection of a participant.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Acts as the participant.
    pub token: Secret<String>,
    /// Until when.
    pub expires_at: Timestamp,
    /// Opens one WebSocket within a minute, in hexadecimal.
    pub websocket_ticket: Secret<String>,
    /// When the page should open another WebSocket.
    pub websocket_expires_at: Timestamp,
}

/// A participant as a principal that the engine knows now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) instance: InstanceId,
    pub(crate) participant: ParticipantId,
    pub(crate) initial_contact: ContactId,
    pub(crate) role: ParticipantRole,
}

impl App {
    /// The participant for whom a token stands. A customer's is good beyond the end of the chat, for
    /// reading what was said: the last words of a flow may come before the page has connected.
    ///
    /// # Errors
    /// `AccessDenied` for a token that is altered, expired, of another kind, or of a participant who left
    /// a chat that goes on: alike.
    pub fn participant(
        &self,
        token: &Secret<String>,
        kind: TokenKind,
    ) -> Result<Principal, AppError> {
        let denied = AppError::AccessDenied {
            action: "execute-api",
        };
        let parsed = tokens::parse(token.expose()).ok_or(denied.clone())?;
        let center = self.center(parsed.instance).map_err(|_| denied.clone())?;
        let claim = parsed
            .verify(center.keys.tokens(), self.now())
            .ok_or(denied.clone())?;
        let ((Claim::Participant(claim), TokenKind::Participant)
        | (Claim::Connection(claim), TokenKind::Connection)) = (claim, kind)
        else {
            return Err(denied);
        };
        // A chat ends with its customer; all others can leave one that goes on.
        if claim.role != ParticipantRole::Customer && center.contact_of(claim.participant).is_none()
        {
            return Err(denied);
        }
        Ok(Principal::Participant {
            instance: parsed.instance,
            contact: claim.contact,
            initial_contact: claim.initial_contact,
            participant: claim.participant,
            role: claim.role,
        })
    }

    /// Connects a participant's device: a token to act with and a ticket for a WebSocket. Where the chat
    /// is over, the token reads its transcript and the WebSocket tells of the end.
    ///
    /// # Errors
    /// `AccessDenied` where there is no such chat; `Throttled` with too many open tickets.
    pub async fn connect_participant(
        &self,
        call: &Arc<Call>,
        permit: Permit<CreateParticipantConnection>,
    ) -> Result<Connection, AppError> {
        let seat = seat(permit.principal())?;
        let center = self.center(seat.instance)?;
        if center.contact_of(seat.participant).is_none() {
            self.check_there_was(seat).await?;
        }
        let (audited, access) = (Arc::clone(call), permit.spec().access);
        let lifetime = center
            .turn(move |turn| {
                let lifetime = match turn.engine().contact_of(seat.participant) {
                    Some(contact) => {
                        let input = Input::ParticipantConnected {
                            contact,
                            participant: seat.participant,
                        };
                        turn.handle(input).map_err(rejected)?;
                        CONNECTION_LIFETIME
                    }
                    None => READING_LIFETIME,
                };
                turn.audit(&audited, access, Value::Null);
                Ok(lifetime)
            })
            .await?;
        let now = self.now();
        let ticket = self.0.verifier.random();
        if !center
            .tickets
            .issue(&ticket, permit.principal().clone(), now)
        {
            return Err(AppError::Throttled { retry_after_s: 60 });
        }
        let claim = ChatClaim {
            contact: seat.initial_contact,
            initial_contact: seat.initial_contact,
            participant: seat.participant,
            role: seat.role,
        };
        let expires_at = now.plus(lifetime);
        Ok(Connection {
            token: tokens::mint(
                center.keys.tokens(),
                seat.instance,
                &Claim::Connection(claim),
                expires_at,
            ),
            expires_at,
            websocket_ticket: Secret::new(ticket_text(seat.instance, ticket.expose())),
            websocket_expires_at: now.plus(SOCKET_LIFETIME),
        })
    }

    /// Whoever says to have been in a chat that is over: it must have been there.
    async fn check_there_was(&self, seat: Seat) -> Result<(), AppError> {
        match self
            .initial_contact(seat.instance, seat.initial_contact)
            .await
        {
            Err(AppError::NotFound { .. }) => Err(AppError::AccessDenied {
                action: "execute-api",
            }),
            known => known.map(|_| ()),
        }
    }

    /// Takes a WebSocket ticket: the chat as this participant sees it from now on. Of a chat that is
    /// over that is its end alone.
    ///
    /// # Errors
    /// `AccessDenied` for a ticket that is unknown, used or expired, or where nothing is left of the
    /// chat: alike.
    pub async fn redeem_ticket(&self, ticket: &str) -> Result<ChatSubscription, AppError> {
        let denied = AppError::AccessDenied {
            action: "execute-api",
        };
        let (instance, ticket) = parse_ticket(ticket).ok_or(denied.clone())?;
        let center = self.center(instance).map_err(|_| denied.clone())?;
        let principal = center
            .tickets
            .redeem(&ticket, self.now())
            .ok_or(denied.clone())?;
        let seat = seat(&principal)?;
        let subscription = center
            .bus
            .subscribe(principal, seat.initial_contact, seat.participant);
        // Subscribed first: whoever leaves between both has been told, or is told below.
        if center.contact_of(seat.participant).is_some() {
            return Ok(subscription);
        }
        center.bus.close(seat.initial_contact, seat.participant);
        let end = self.end_of_chat(&center, seat.initial_contact).await?;
        Ok(subscription.at_end(end.ok_or(denied)?))
    }

    /// A participant leaves for good: a customer ends the chat.
    ///
    /// # Errors
    /// `AccessDenied` where the chat is over.
    pub async fn disconnect_participant(
        &self,
        call: &Arc<Call>,
        permit: Permit<DisconnectParticipant>,
    ) -> Result<(), AppError> {
        let seat = seat(permit.principal())?;
        let (call, access) = (Arc::clone(call), permit.spec().access);
        self.center(seat.instance)?
            .turn(move |turn| {
                let contact = turn.engine().contact_of(seat.participant);
                let contact = contact.ok_or(AppError::AccessDenied {
                    action: "execute-api",
                })?;
                let input = Input::ParticipantLeft {
                    contact,
                    participant: seat.participant,
                };
                turn.handle(input).map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}

/// The seat of a participant's principal.
pub(crate) const fn seat(principal: &Principal) -> Result<Seat, AppError> {
    match principal {
        Principal::Participant {
            instance,
            initial_contact,
            participant,
            role,
            ..
        } => Ok(Seat {
            instance: *instance,
            participant: *participant,
            initial_contact: *initial_contact,
            role: *role,
        }),
        _ => Err(AppError::AccessDenied {
            action: "execute-api",
        }),
    }
}

fn ticket_text(instance: InstanceId, ticket: &[u8; 32]) -> String {
    use base64::Engine as _;
    let mut bytes = instance.into_bytes().to_vec();
    bytes.extend(ticket);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn parse_ticket(text: &str) -> Option<(InstanceId, [u8; 32])> {
    use base64::Engine as _;
    if text.len() > tokens::TOKEN_CHARS_MAX {
        return None;
    }
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .ok()?;
    let (instance, ticket) = bytes.split_at_checked(16)?;
    let instance = InstanceId::from_u128(u128::from_be_bytes(instance.try_into().ok()?));
    Some((instance, ticket.try_into().ok()?))
}
