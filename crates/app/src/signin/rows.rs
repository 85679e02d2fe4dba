//! Rows of sign-in: typed bodies, sealed, with the version that guards each change.

use std::sync::Arc;

use model::{InstanceId, LoginSessionId, Secret, Timestamp, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Sealing, SigninPlace, store_error};
use crate::error::AppError;
use crate::ports::store::{KeyedHash, SigninKind, SigninRow, Store, Write};

/// Number of the format in which bodies are written.
const FORMAT: u16 = 1;
/// Room for a body, so that writing one leaves no copies behind that nobody wipes.
const BODY_BYTES: usize = 2_048;

/// What a kind of row holds.
pub(crate) trait Body: Serialize + DeserializeOwned + Send + Sync {
    const KIND: SigninKind;
}

/// How a user proves who it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Credential {
    /// In PHC form.
    #[serde(with = "secret_text")]
    pub(crate) password_hash: Secret<String>,
    pub(crate) password_set_at: Timestamp,
    pub(crate) totp: Option<TotpFactor>,
}

/// An authenticator that was confirmed by a code.
#[derive(Serialize, Deserialize)]
pub(crate) struct TotpFactor {
    #[serde(with = "secret_bytes")]
    pub(crate) secret: Secret<Vec<u8>>,
    /// The step of the last code accepted: codes of this and earlier steps are refused.
    pub(crate) last_step: u64,
    pub(crate) confirmed_at: Timestamp,
}

/// A browser session. Instance and user stand in the sealed body because the row's columns are clear.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SessionBody {
    pub(crate) id: LoginSessionId,
    pub(crate) instance: InstanceId,
    pub(crate) user: UserId,
    pub(crate) second_factor: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
}

/// A link or token that works once.
#[derive(Serialize, Deserialize)]
pub(crate) struct OneTimeLink {
    pub(crate) instance: InstanceId,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: Timestamp,
    pub(crate) state: LinkState,
}

/// What a link is for.
#[derive(Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// Makes the first administrator.
    SetUp,
    /// Gives a user a password.
    Invitation { user: UserId },
    /// Confirms an authenticator after the right password.
    Enrolment {
        user: UserId,
        #[serde(with = "secret_bytes")]
        secret: Secret<Vec<u8>>,
    },
}

/// Whether a link still works. Used ones stay until they expire, so that two uses at once collide on the
/// version of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LinkState {
    Open,
    Used,
}

/// An access key.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessKeyBody {
    pub(crate) key_id: String,
    #[serde(with = "secret_text")]
    pub(crate) secret: Secret<String>,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
}

impl Body for Credential {
    const KIND: SigninKind = SigninKind::Credential;
}

impl Body for SessionBody {
    const KIND: SigninKind = SigninKind::Session;
}

impl Body for OneTimeLink {
    const KIND: SigninKind = SigninKind::OneTimeLink;
}

impl Body for AccessKeyBody {
    const KIND: SigninKind = SigninKind::AccessKey;
}

/// A body with the columns of its row.
pub(crate) struct Stored<T> {
    pub(crate) key: KeyedHash,
    pub(crate) instance: Option<InstanceId>,
    pub(crate) user: Option<UserId>,
    pub(crate) expires_at: Option<Timestamp>,
    /// The version that is stored; 0 for a row that is not stored yet.
    pub(crate) version: u64,
    pub(crate) body: T,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    format: u16,
    body: T,
}

/// Reads and writes rows.
pub(crate) struct Rows {
    store: Arc<dyn Store>,
    sealing: Arc<dyn Sealing>,
}

impl Rows {
    pub(crate) fn new(store: Arc<dyn Store>, sealing: Arc<dyn Sealing>) -> Self {
        Self { store, sealing }
    }

    /// The row of this key.
    pub(crate) async fn load<T: Body>(
        &self,
        key: KeyedHash,
    ) -> Result<Option<Stored<T>>, AppError> {
        let row = self.store.signin(T::KIND, key).await.map_err(store_error)?;
        match row {
            Some(row) => self.open(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// All rows of the kind, of one user where given.
    pub(crate) async fn list<T: Body>(
        &self,
        user: Option<UserId>,
    ) -> Result<Vec<Stored<T>>, AppError> {
        let rows = self
            .store
            .signin_rows(T::KIND, user)
            .await
            .map_err(store_error)?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows {
            list.push(self.open(row).await?);
        }
        Ok(list)
    }

    /// Keys of all rows of the kind of one user, without opening them.
    pub(crate) async fn keys(
        &self,
        kind: SigninKind,
        user: UserId,
    ) -> Result<Vec<KeyedHash>, AppError> {
        let rows = self
            .store
            .signin_rows(kind, Some(user))
            .await
            .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    /// The write that stores this body as the next version of its row.
    pub(crate) async fn put<T: Body>(&self, stored: &Stored<T>) -> Result<Write, AppError> {
        let version = stored.version.saturating_add(1);
        let place = SigninPlace {
            kind: T::KIND,
            key: stored.key,
            instance: stored.instance,
            version,
        };
        let sealed = self.sealing.seal(&place, &encode(&stored.body)?).await?;
        Ok(Write::PutSignin(SigninRow {
            kind: T::KIND,
            key: stored.key,
            instance: stored.instance,
            user: stored.user,
            expires_at: stored.expires_at,
            version,
            sealed,
        }))
    }

    async fn open<T: Body>(&self, row: SigninRow) -> Result<Stored<T>, AppError> {
        let place = SigninPlace {
            kind: row.kind,
            key: row.key,
            instance: row.instance,
            version: row.version,
        };
        let clear = self.sealing.open(&place, &row.sealed).await?;
        Ok(Stored {
            key: row.key,
            instance: row.instance,
            user: row.user,
            expires_at: row.expires_at,
            version: row.version,
            body: decode(&clear)?,
        })
    }
}

fn encode<T: Serialize>(body: &T) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let mut clear = Zeroizing::new(Vec::with_capacity(BODY_BYTES));
    let envelope = Envelope {
        format: FORMAT,
        body,
    };
    serde_json::to_writer(&mut *clear, &envelope).map_err(|error| {
        tracing::error!(%error, "a row of sign-in could not be written");
        AppError::Internal
    })?;
    Ok(clear)
}

fn decode<T: DeserializeOwned>(clear: &[u8]) -> Result<T, AppError> {
    // The text of serde's errors could quote a secret: only its place is logged.
    let envelope: Envelope<T> = serde_json::from_slice(clear).map_err(|error| {
        tracing::error!(
            column = error.column(),
            "a row of sign-in could not be read"
        );
        AppError::Internal
    })?;
    if envelope.format == FORMAT {
        Ok(envelope.body)
    } else {
        tracing::error!(
            format = envelope.format,
            "a row of sign-in has an unknown format"
        );
        Err(AppError::Internal)
    }
}

/// Serde for secrets in bodies, which are sealed as a whole.
mod secret_text {
    use model::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        secret: &Secret<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<String>, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// The same for bytes, as base64.
mod secret_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use model::Secret;
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(
        secret: &Secret<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(secret.expose())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<Vec<u8>>, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        STANDARD
            .decode(text.as_bytes())
            .map(Secret::new)
            .map_err(|_| serde::de::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests;
