//! Access keys: what programs sign their requests with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use model::{Secret, Timestamp};
use tokio::sync::OnceCell;

use super::audit::Event;
use super::rows::{AccessKeyBody, Stored};
use super::{SignIn, lock, tokens};
use crate::action;
use crate::error::AppError;
use crate::permit::Target;
use crate::ports::store::{SigninKind, Write};
use crate::principal::{Call, Principal};

/// Most access keys of the program; all are held in memory, so that an unknown id costs no disk access.
pub const ACCESS_KEYS_MAX: usize = 1_000;
/// Longest name of a key, characters.
const NAME_CHARS_MAX: usize = 64;
/// Digits of an account.
const ACCOUNT_DIGITS: usize = 12;

const KEY_DOMAIN: &str = "signin access key";

/// An access key with its secret, for verifying signatures.
#[derive(Debug)]
pub struct AccessKey {
    /// The secret.
    pub secret: Secret<String>,
    /// Who signs with it.
    pub principal: Principal,
    summary: AccessKeySummary,
}

/// An access key that was just made. The secret is never shown again.
#[derive(Debug)]
pub struct NewAccessKey {
    /// Public id, `AKIA…`.
    pub key_id: String,
    /// The secret, 40 characters.
    pub secret: Secret<String>,
}

/// An access key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeySummary {
    /// Public id.
    pub key_id: String,
    /// Account, twelve digits.
    pub account: String,
    /// The program or person that it belongs to.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

type ById = Mutex<BTreeMap<String, Arc<AccessKey>>>;

/// All keys, read at the first use.
#[derive(Debug, Default)]
pub(crate) struct AccessKeys(OnceCell<ById>);

impl SignIn {
    /// Makes an access key of an account.
    pub async fn create_access_key(
        &self,
        call: &Call,
        account: &str,
        name: &str,
    ) -> Result<NewAccessKey, AppError> {
        let _permit = self.authorize::<action::CreateAccessKey>(call, Target::Account, false)?;
        check(account, name)?;
        // Read before the commit, or a first read during it could miss the new key.
        let keys = self.keys().await?;
        if lock(keys).len() >= ACCESS_KEYS_MAX {
            return Err(AppError::LimitExceeded(format!(
                "there are {ACCESS_KEYS_MAX} access keys: delete some first"
            )));
        }
        let body = AccessKeyBody {
            key_id: tokens::key_id(&self.ports.verifier.random()),
            secret: tokens::key_secret(&self.ports.verifier.random()),
            account: account.to_owned(),
            name: name.to_owned(),
            created_at: self.now(),
        };
        let event = Event::AccessKeyCreated {
            key_id: body.key_id.clone(),
            name: body.name.clone(),
        };
        let stored = Stored {
            key: self.hash(KEY_DOMAIN, body.key_id.as_bytes()),
            instance: None,
            user: None,
            expires_at: None,
            version: 0,
            body,
        };
        let entry = self.entry_in(call, &event, None);
        self.commit_call(
            call,
            vec![self.rows.put(&stored).await?, self.audit(entry).await?],
        )
        .await?;
        let key = Arc::new(AccessKey::from(stored.body));
        let new = NewAccessKey {
            key_id: key.summary.key_id.clone(),
            secret: key.secret.clone(),
        };
        lock(keys).insert(new.key_id.clone(), key);
        Ok(new)
    }

    /// The key of this id.
    pub async fn access_key(&self, key_id: &str) -> Result<Option<Arc<AccessKey>>, AppError> {
        if !tokens::is_key_id(key_id) {
            return Ok(None);
        }
        Ok(lock(self.keys().await?).get(key_id).cloned())
    }

    /// All keys, in the order of their ids, without secrets.
    pub async fn access_keys(&self, call: &Call) -> Result<Vec<AccessKeySummary>, AppError> {
        let _permit = self.authorize::<action::ListAccessKeys>(call, Target::Account, false)?;
        let keys = self.keys().await?;
        let entry = self.entry_in(call, &Event::AccessKeysListed, None);
        self.commit_call(call, vec![self.audit(entry).await?])
            .await?;
        Ok(lock(keys).values().map(|key| key.summary.clone()).collect())
    }

    /// Deletes a key; requests signed with it are refused from now on.
    pub async fn delete_access_key(&self, call: &Call, key_id: &str) -> Result<(), AppError> {
        let _permit = self.authorize::<action::DeleteAccessKey>(call, Target::Account, false)?;
        let keys = self.keys().await?;
        if !lock(keys).contains_key(key_id) {
            return Err(AppError::NotFound { what: "access key" });
        }
        let event = Event::AccessKeyDeleted {
            key_id: key_id.to_owned(),
        };
        let entry = self.entry_in(call, &event, None);
        self.commit_call(
            call,
            vec![
                Write::DeleteSignin {
                    kind: SigninKind::AccessKey,
                    key: self.hash(KEY_DOMAIN, key_id.as_bytes()),
                },
                self.audit(entry).await?,
            ],
        )
        .await?;
        lock(keys).remove(key_id);
        Ok(())
    }

    async fn keys(&self) -> Result<&ById, AppError> {
        self.access_keys
            .0
            .get_or_try_init(|| async {
                let rows = self.rows.list::<AccessKeyBody>(None).await?;
                Ok(Mutex::new(
                    rows.into_iter()
                        .map(|row| {
                            let key = AccessKey::from(row.body);
                            (key.summary.key_id.clone(), Arc::new(key))
                        })
                        .collect(),
                ))
            })
            .await
    }
}

impl From<AccessKeyBody> for AccessKey {
    fn from(body: AccessKeyBody) -> Self {
        Self {
            secret: body.secret,
            principal: Principal::AccessKey {
                key_id: body.key_id.clone(),
                account: body.account.clone(),
                name: body.name.clone(),
            },
            summary: AccessKeySummary {
                key_id: body.key_id,
                account: body.account,
                name: body.name,
                created_at: body.created_at,
            },
        }
    }
}

fn check(account: &str, name: &str) -> Result<(), AppError> {
    if account.len() != ACCOUNT_DIGITS || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AppError::Invalid(format!(
            "`{account}` is no account: expected {ACCOUNT_DIGITS} digits"
        )));
    }
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+=,.@_-".contains(letter));
    if fits {
        Ok(())
    } else {
        Err(AppError::Invalid(format!(
            "the name of an access key has 1 to {NAME_CHARS_MAX} letters, digits or `+=,.@_-`"
        )))
    }
}
