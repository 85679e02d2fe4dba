//! Requests that may be repeated: the same client token gets the same answer.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::App;
use crate::center::{Center, Turn, json};
use crate::error::AppError;
use crate::ports::store::KeyedHash;
use crate::principal::{Call, Principal};
use crate::vault::Place;

/// How long a client token is remembered (Amazon Connect: up to 7 days for contacts).
pub(crate) const CLIENT_TOKEN_LIFETIME: Duration = Duration::from_hours(7 * 24);
/// Longest client token, bytes.
pub(crate) const CLIENT_TOKEN_BYTES_MAX: usize = 500;

/// A client token of a request, with the answer it got before, if any.
pub(crate) struct ClientToken {
    token: KeyedHash,
    request: KeyedHash,
    stored: Option<(KeyedHash, Value)>,
}

impl App {
    /// Looks a client token up. Tokens of different operations and principals never meet.
    pub(crate) async fn client_token<R: Serialize>(
        &self,
        center: &Center,
        call: &Call,
        token: Option<&str>,
        request: &R,
    ) -> Result<Option<ClientToken>, AppError> {
        let Some(text) = token else { return Ok(None) };
        if text.is_empty() || text.len() > CLIENT_TOKEN_BYTES_MAX {
            return Err(AppError::Invalid(format!(
                "a client token has 1 to {CLIENT_TOKEN_BYTES_MAX} bytes"
            )));
        }
        let key = json(&(call.operation, holder(&call.principal), text));
        let token = center.keys.search_hash("client token", &key);
        let request = center.keys.search_hash("client request", &json(request));
        let row = self
            .0
            .around
            .store
            .client_token(center.scope.instance, token, self.now())
            .await
            .map_err(crate::app::unavailable)?;
        let stored = match row {
            None => None,
            Some(row) => {
                let clear = center
                    .keys
                    .open(&Place::new("client_tokens", &token), &row.sealed)?;
                let answer = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
                Some((row.request_hash, answer))
            }
        };
        Ok(Some(ClientToken {
            token,
            request,
            stored,
        }))
    }
}

/// Whose token it is: a session or connection may change, the person does not.
fn holder(principal: &Principal) -> String {
    match principal {
        Principal::AccessKey { account, name, .. } => format!("access key of {account}/{name}"),
        Principal::User { user, .. } => format!("user {user}"),
        Principal::Participant { participant, .. } => format!("participant {participant}"),
        Principal::Visitor => "visitor".to_owned(),
        Principal::Operator { .. } => "operator".to_owned(),
        Principal::System(part) => format!("system {part}"),
    }
}

impl ClientToken {
    /// The answer that this request got before.
    ///
    /// # Errors
    /// `TokenReused` where the token came with another request.
    pub(crate) fn recalled(&self, turn: &Turn<'_>) -> Result<Option<Value>, AppError> {
        let Some((request, answer)) = turn.recall(&self.token).or(self.stored.as_ref()) else {
            return Ok(None);
        };
        if *request == self.request {
            Ok(Some(answer.clone()))
        } else {
            Err(AppError::TokenReused)
        }
    }

    /// Remembers the answer, in the transaction of the change.
    pub(crate) fn remember(&self, turn: &mut Turn<'_>, answer: Value) {
        turn.remember(self.token, self.request, CLIENT_TOKEN_LIFETIME, answer);
    }
}

/// The answer that this request got before, if it had a token.
pub(crate) fn recalled(
    token: Option<&ClientToken>,
    turn: &Turn<'_>,
) -> Result<Option<Value>, AppError> {
    token.map_or(Ok(None), |token| token.recalled(turn))
}
