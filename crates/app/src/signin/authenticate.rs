//! Password and second factor, judged together.

use model::resource::Enablement;
use model::{InstanceId, Secret, Timestamp, UserId};

use super::refusals::Reason;
use super::rows::{Credential, OneTimeLink, Stored, TotpFactor};
use super::throttle::{Pair, Source};
use super::tokens;
use super::{DirectoryUser, SecondFactor, SignIn, audit, lock, retry_after, sessions};
use crate::action;
use crate::error::AppError;
use crate::permit::Target;
use crate::ports::store::{Batch, KeyedHash};
use crate::principal::Call;

/// Longest user name looked up, bytes (Amazon Connect's `AgentUsername`).
const USERNAME_BYTES_MAX: usize = 100;
/// When to try again where too many passwords are being checked.
const BUSY_RETRY: std::time::Duration = std::time::Duration::from_secs(2);

const CREDENTIAL_DOMAIN: &str = "signin credential";
const TRIED_NAME_DOMAIN: &str = "signin tried name";
/// Checked where there is no authenticator, so that the code costs the same.
const DECOY_SECRET: [u8; 20] = [0x5A; 20];

/// What a sign-in came to.
#[derive(Debug)]
pub enum SignInOutcome {
    /// A session began. `session` is for the cookie, `csrf` for forms and sockets.
    SignedIn {
        /// Value of the cookie.
        session: Secret<String>,
        /// Token of the session's forms.
        csrf: Secret<String>,
        /// Who signed in.
        user: SignedInUser,
    },
    /// The password is right: ask for a code and send both again.
    SecondFactorRequired,
    /// The password is right and there is no second factor yet: show the secret, and confirm with a code.
    Enrol {
        /// For [`SignIn::confirm_second_factor`], within [`super::ENROLMENT_VALID`].
        token: Secret<String>,
        /// `otpauth://` address, for a QR code.
        uri: Secret<String>,
        /// The secret in base32, to be typed.
        secret: Secret<String>,
    },
    /// Unknown or disabled user, wrong password, wrong or used code, unknown or used token: never said
    /// which.
    Refused,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SignedInUser {
    pub instance: InstanceId,
    pub user: UserId,
    pub username: String,
}

/// What password and code prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Nothing,
    /// The password, and a code is needed.
    PasswordOfTwo,
    /// The password, and the user must set a second factor up.
    PasswordOfOne,
    /// All that is required; the step of the code where one was needed.
    Enough(Option<u64>),
}

/// What was sent as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Missing,
    Wrong,
    /// Right, in this step.
    Right(u64),
}

/// Judges password and code. `last_step` is that of the last code used, `None` without authenticator.
pub(super) fn judge(
    password_right: bool,
    last_step: Option<u64>,
    code: Code,
    rule: SecondFactor,
) -> Proof {
    if !password_right {
        return Proof::Nothing;
    }
    match (last_step, code) {
        (Some(last), Code::Right(step)) if step > last => Proof::Enough(Some(step)),
        (Some(_), Code::Right(_) | Code::Wrong) => Proof::Nothing,
        (Some(_), Code::Missing) => Proof::PasswordOfTwo,
        (None, _) if rule == SecondFactor::Required => Proof::PasswordOfOne,
        (None, _) => Proof::Enough(None),
    }
}

impl SignIn {
    /// Signs a user in. `code` is what the authenticator shows, sent along or after
    /// [`SignInOutcome::SecondFactorRequired`].
    pub async fn sign_in(
        &self,
        call: &Call,
        instance: InstanceId,
        username: &str,
        password: Secret<String>,
        code: Option<&str>,
    ) -> Result<SignInOutcome, AppError> {
        let _permit = self.authorize::<action::SignIn>(call, Target::Instance(instance), false)?;
        let pair = self.pair(call, instance, username);
        let user = (username.len() <= USERNAME_BYTES_MAX)
            .then(|| self.ports.directory.user_by_name(instance, username))
            .flatten();
        let id = user.as_ref().map(|user| user.id);
        self.begin_try(call, pair, instance, id)?;
        let known = user.filter(|user| user.status == Enablement::Enabled);
        let (stored, proof) = match self.prove(instance, known.as_ref(), password, code).await {
            Ok(proved) => proved,
            Err(error) => {
                lock(&self.throttle).refund(pair);
                return Err(error);
            }
        };
        let (Some(user), Some(stored)) = (known, stored) else {
            self.refuse(call, Reason::WrongCredentials, Some(instance), id);
            return Ok(SignInOutcome::Refused);
        };
        match proof {
            Proof::Nothing => {
                self.refuse(call, Reason::WrongCredentials, Some(instance), id);
                Ok(SignInOutcome::Refused)
            }
            Proof::PasswordOfTwo => {
                self.refuse(call, Reason::CodeMissing, Some(instance), id);
                Ok(SignInOutcome::SecondFactorRequired)
            }
            Proof::PasswordOfOne => {
                lock(&self.throttle).refund(pair);
                self.begin_enrolment(call, instance, &user, Batch::new())
                    .await
            }
            Proof::Enough(step) => self.enter(call, instance, &user, stored, step, pair).await,
        }
    }

    /// Confirms the authenticator of [`SignInOutcome::Enrol`] with its first code, and signs in.
    pub async fn confirm_second_factor(
        &self,
        call: &Call,
        token: &Secret<String>,
        code: &str,
    ) -> Result<SignInOutcome, AppError> {
        let Some((link, enrolled, secret)) = self.open_enrolment(token).await? else {
            self.refuse(call, Reason::BadLink, None, None);
            return Ok(SignInOutcome::Refused);
        };
        let instance = link.body.instance;
        let _permit = self.authorize::<action::SignIn>(call, Target::Instance(instance), false)?;
        let user = self
            .ports
            .directory
            .user(instance, enrolled)
            .filter(|user| user.status == Enablement::Enabled);
        let stored = self
            .rows
            .load::<Credential>(self.credential_key(instance, enrolled))
            .await?;
        let (Some(user), Some(stored)) = (user, stored) else {
            self.refuse(call, Reason::BadLink, Some(instance), Some(enrolled));
            return Ok(SignInOutcome::Refused);
        };
        let pair = self.pair(call, instance, &user.username);
        self.begin_try(call, pair, instance, Some(enrolled))?;
        let step = self.ports.verifier.check_totp(&secret, code, self.now());
        match step {
            // Whoever holds an old enrolment must not replace an authenticator that works.
            Some(step) if stored.body.totp.is_none() => {
                self.enrol(call, &user, link, stored, (secret, step), pair)
                    .await
            }
            _ => {
                self.refuse(
                    call,
                    Reason::WrongCredentials,
                    Some(instance),
                    Some(enrolled),
                );
                Ok(SignInOutcome::Refused)
            }
        }
    }

    /// What password and code prove about a user; for no user, the same work and [`Proof::Nothing`].
    async fn prove(
        &self,
        instance: InstanceId,
        user: Option<&DirectoryUser>,
        password: Secret<String>,
        code: Option<&str>,
    ) -> Result<(Option<Stored<Credential>>, Proof), AppError> {
        // The nil user exists nowhere.
        let id = user.map_or(UserId::from_u128(0), |user| user.id);
        let stored = self
            .rows
            .load::<Credential>(self.credential_key(instance, id))
            .await?;
        let hash = stored
            .as_ref()
            .map(|stored| stored.body.password_hash.expose().clone());
        let password_right = self
            .ports
            .verifier
            .verify_password(password, hash)
            .await
            .map_err(|_| retry_after(BUSY_RETRY))?;
        let factor = stored.as_ref().and_then(|stored| stored.body.totp.as_ref());
        let decoy = Secret::new(DECOY_SECRET.to_vec());
        let secret = factor.map_or(&decoy, |factor| &factor.secret);
        let now = self.now();
        let matched = code.map_or(Code::Missing, |code| {
            self.ports
                .verifier
                .check_totp(secret, code, now)
                .map_or(Code::Wrong, Code::Right)
        });
        let proof = judge(
            password_right && stored.is_some(),
            factor.map(|factor| factor.last_step),
            matched,
            self.config.second_factor,
        );
        Ok((stored, proof))
    }

    /// Begins a session after enough was proved, and uses the code up.
    async fn enter(
        &self,
        call: &Call,
        instance: InstanceId,
        user: &DirectoryUser,
        mut stored: Stored<Credential>,
        step: Option<u64>,
        pair: Pair,
    ) -> Result<SignInOutcome, AppError> {
        let mut batch = Batch::new();
        if let (Some(step), Some(factor)) = (step, stored.body.totp.as_mut()) {
            factor.last_step = step;
            batch.push(self.rows.put(&stored).await?);
        }
        self.begin(call, instance, user, step.is_some(), batch, pair)
            .await
    }

    /// Stores the authenticator, uses the enrolment up, and begins a session, in one transaction.
    async fn enrol(
        &self,
        call: &Call,
        user: &DirectoryUser,
        mut link: Stored<OneTimeLink>,
        mut stored: Stored<Credential>,
        (secret, step): (Secret<Vec<u8>>, u64),
        pair: Pair,
    ) -> Result<SignInOutcome, AppError> {
        let instance = link.body.instance;
        stored.body.totp = Some(TotpFactor {
            secret,
            last_step: step,
            confirmed_at: self.now(),
        });
        let batch = vec![self.use_up(&mut link).await?, self.rows.put(&stored).await?];
        self.begin(call, instance, user, true, batch, pair).await
    }

    /// Commits a new session with `batch` and its audit entry. A conflict means that the same code, link
    /// or credential was used at the same time: one of both enters.
    async fn begin(
        &self,
        call: &Call,
        instance: InstanceId,
        user: &DirectoryUser,
        second_factor: bool,
        mut batch: Batch,
        pair: Pair,
    ) -> Result<SignInOutcome, AppError> {
        let replaced = self.replaced_sessions(call, user.id).await?;
        let new = self.new_session(instance, user.id, second_factor, self.now());
        let event = audit::Event::SignedIn {
            user: user.id,
            session: new.stored.body.id,
            second_factor,
        };
        batch.extend(sessions::deletions(&replaced));
        batch.push(self.rows.put(&new.stored).await?);
        batch.push(self.audit(self.entry(call, &event, instance)).await?);
        match self.commit_call(call, batch).await {
            Ok(()) => {}
            Err(AppError::Conflict) => {
                self.refuse(
                    call,
                    Reason::WrongCredentials,
                    Some(instance),
                    Some(user.id),
                );
                return Ok(SignInOutcome::Refused);
            }
            Err(error) => return Err(error),
        }
        lock(&self.throttle).succeeded(self.now(), pair);
        self.begin_session(new.stored, &replaced);
        Ok(SignInOutcome::SignedIn {
            session: new.cookie.text(),
            csrf: new.csrf,
            user: SignedInUser {
                instance,
                user: user.id,
                username: user.username.clone(),
            },
        })
    }

    /// Begins a session right after a password was set, where no second factor is required.
    pub(super) async fn begin_without_factor(
        &self,
        call: &Call,
        instance: InstanceId,
        user: &DirectoryUser,
        batch: Batch,
    ) -> Result<SignInOutcome, AppError> {
        let pair = self.pair(call, instance, &user.username);
        self.begin(call, instance, user, false, batch, pair).await
    }

    /// The write of a user's first credential: for the creation of users with a password, and for demos
    /// with an authenticator whose secret is known. For use cases that hold a permit for the user.
    /// `Conflict` at commit where the user has one.
    pub async fn first_credential(
        &self,
        instance: InstanceId,
        user: UserId,
        username: &str,
        password: Secret<String>,
        totp_secret: Option<Secret<Vec<u8>>>,
    ) -> Result<crate::ports::store::Write, AppError> {
        let now = self.now();
        let password_hash = self.hash_password(username, password).await?;
        self.rows
            .put(&Stored {
                key: self.credential_key(instance, user),
                instance: Some(instance),
                user: Some(user),
                expires_at: None,
                version: 0,
                body: Credential {
                    password_hash,
                    password_set_at: now,
                    totp: totp_secret.map(|secret| TotpFactor {
                        secret,
                        last_step: 0,
                        confirmed_at: now,
                    }),
                },
            })
            .await
    }

    /// Whether a user has a password already.
    pub(super) async fn has_credential(
        &self,
        instance: InstanceId,
        user: UserId,
    ) -> Result<bool, AppError> {
        let key = self.credential_key(instance, user);
        Ok(self.rows.load::<Credential>(key).await?.is_some())
    }

    async fn hash_password(
        &self,
        username: &str,
        password: Secret<String>,
    ) -> Result<Secret<String>, AppError> {
        if let Some(problem) = self.ports.verifier.password_problem(&password, username) {
            return Err(AppError::Invalid(problem));
        }
        self.ports
            .verifier
            .hash_password(password)
            .await
            .map(Secret::new)
            .map_err(|_| retry_after(BUSY_RETRY))
    }

    pub(super) fn credential_key(&self, instance: InstanceId, user: UserId) -> KeyedHash {
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(&instance.into_bytes());
        second.copy_from_slice(&user.into_bytes());
        self.hash(CREDENTIAL_DOMAIN, &bytes)
    }

    fn begin_try(
        &self,
        call: &Call,
        pair: Pair,
        instance: InstanceId,
        user: Option<UserId>,
    ) -> Result<(), AppError> {
        let tried = lock(&self.throttle).begin(self.now(), pair);
        tried.map_err(|wait| {
            self.refuse(call, Reason::Throttled, Some(instance), user);
            retry_after(wait)
        })
    }

    /// The name is hashed, so that a password typed into the wrong field does not stay in memory.
    fn pair(&self, call: &Call, instance: InstanceId, username: &str) -> Pair {
        let mut bytes = instance.into_bytes().to_vec();
        bytes.extend(username.bytes().map(|byte| byte.to_ascii_lowercase()));
        Pair {
            user: self.hash(TRIED_NAME_DOMAIN, &bytes),
            source: Source::of(call.source_ip),
        }
    }

    /// The secret of an authenticator as it is shown: address and base32.
    pub(super) fn shown(
        &self,
        secret: &Secret<Vec<u8>>,
        username: &str,
    ) -> (Secret<String>, Secret<String>) {
        let uri = self
            .ports
            .verifier
            .totp_uri(secret, &self.config.issuer, username);
        (
            Secret::new(uri),
            Secret::new(tokens::base32(secret.expose())),
        )
    }
}

/// Whether something that ends at `expires_at` is over.
pub(super) fn over(expires_at: Timestamp, now: Timestamp) -> bool {
    now >= expires_at
}

#[cfg(test)]
mod tests;
