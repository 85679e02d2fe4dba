//! Links and tokens that work once: set-up, invitation, enrolment.
//!
//! Nobody but the user ever knows a password: administrators hand out links.

use std::time::Duration;

use model::contact::PersonalText;
use model::{InstanceId, ResourceKind, Secret, UserId};

use super::audit::Event;
use super::authenticate::over;
use super::refusals::Reason;
use super::rows::{LinkState, OneTimeLink, Purpose, Stored};
use super::tokens::Token;
use super::{DirectoryUser, NewAdministrator, SecondFactor, SignIn, SignInOutcome, lock};
use crate::action;
use crate::error::AppError;
use crate::permit::Target;
use crate::ports::store::{Batch, SigninKind, Write};
use crate::principal::Call;

/// How long a set-up link works.
pub const SET_UP_LINK_VALID: Duration = Duration::from_hours(24);
/// How long an invitation works.
pub const INVITATION_VALID: Duration = Duration::from_hours(24);
/// How long an enrolment may take.
pub const ENROLMENT_VALID: Duration = Duration::from_mins(10);

const LINK_DOMAIN: &str = "signin link";

/// What the first administrator says of himself.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SetUp {
    pub username: String,
    pub first_name: PersonalText,
    pub last_name: PersonalText,
    pub password: Secret<String>,
}

impl SignIn {
    /// Makes the token of a set-up link, and ends those made before.
    pub async fn create_set_up_link(
        &self,
        call: &Call,
        instance: InstanceId,
    ) -> Result<Secret<String>, AppError> {
        let _permit =
            self.authorize::<action::CreateSetUpLink>(call, Target::Instance(instance), false)?;
        let mut batch = Batch::new();
        for link in self.rows.list::<OneTimeLink>(None).await? {
            if link.body.instance == instance && matches!(link.body.purpose, Purpose::SetUp) {
                batch.push(delete(&link));
            }
        }
        let (token, link) = self.new_link(instance, None, Purpose::SetUp, SET_UP_LINK_VALID);
        batch.push(self.rows.put(&link).await?);
        let entry = self.entry(call, &Event::SetUpLinkCreated, instance);
        batch.push(self.audit(entry).await?);
        self.commit_call(call, batch).await?;
        Ok(token.text())
    }

    /// Makes the first administrator of the instance of a set-up link. `Invalid` where the password is
    /// too weak and `Duplicate` where the name is taken: the link still works then.
    pub async fn set_up(
        &self,
        call: &Call,
        token: &Secret<String>,
        new: SetUp,
    ) -> Result<SignInOutcome, AppError> {
        let Some(mut link) = self.open_link(token).await? else {
            return Ok(self.bad_link(call));
        };
        if !matches!(link.body.purpose, Purpose::SetUp) {
            return Ok(self.bad_link(call));
        }
        let instance = link.body.instance;
        let _permit = self.authorize::<action::SetUp>(call, Target::Instance(instance), false)?;
        let user = DirectoryUser {
            id: UserId::generate(&mut lock(&self.ids)),
            username: new.username,
            profiles: std::collections::BTreeSet::new(),
            status: model::resource::Enablement::Enabled,
        };
        let credential = self
            .first_credential(instance, user.id, &user.username, new.password, None)
            .await?;
        let entry = self.entry(call, &Event::SetUp { user: user.id }, instance);
        let batch = vec![
            self.use_up(&mut link).await?,
            credential,
            self.audit(entry).await?,
        ];
        let administrator = NewAdministrator {
            id: user.id,
            username: user.username.clone(),
            first_name: new.first_name,
            last_name: new.last_name,
        };
        match self
            .ports
            .directory
            .create_administrator(call, instance, administrator, batch)
            .await
        {
            Ok(()) => {}
            Err(AppError::Conflict) => return Ok(self.bad_link(call)),
            Err(error) => return Err(error),
        }
        match self.config.second_factor {
            SecondFactor::Required => {
                self.begin_enrolment(call, instance, &user, Batch::new())
                    .await
            }
            SecondFactor::Optional => {
                self.begin_without_factor(call, instance, &user, Batch::new())
                    .await
            }
        }
    }

    /// Makes the token of an invitation for a user who has no password yet, and ends those made before.
    pub async fn invite_user(
        &self,
        call: &Call,
        instance: InstanceId,
        user: UserId,
    ) -> Result<Secret<String>, AppError> {
        let target = Target::Resource(instance, ResourceKind::User, user.into());
        let _permit = self.authorize::<action::InviteUser>(call, target, false)?;
        if self.ports.directory.user(instance, user).is_none() {
            return Err(AppError::NotFound { what: "user" });
        }
        if self.has_credential(instance, user).await? {
            return Err(AppError::WrongState(
                "the user has a password already: an invitation is for users without one"
                    .to_owned(),
            ));
        }
        let mut batch = self.end_links_of(user).await?;
        let purpose = Purpose::Invitation { user };
        let (token, link) = self.new_link(instance, Some(user), purpose, INVITATION_VALID);
        batch.push(self.rows.put(&link).await?);
        let entry = self.entry(call, &Event::Invited { user }, instance);
        batch.push(self.audit(entry).await?);
        self.commit_call(call, batch).await?;
        Ok(token.text())
    }

    /// Gives the invited user a password. `Invalid` where it is too weak: the link still works then.
    pub async fn redeem_invitation(
        &self,
        call: &Call,
        token: &Secret<String>,
        password: Secret<String>,
    ) -> Result<SignInOutcome, AppError> {
        let Some(mut link) = self.open_link(token).await? else {
            return Ok(self.bad_link(call));
        };
        let Purpose::Invitation { user } = link.body.purpose else {
            return Ok(self.bad_link(call));
        };
        let instance = link.body.instance;
        let _permit = self.authorize::<action::SetUp>(call, Target::Instance(instance), false)?;
        let known = self
            .ports
            .directory
            .user(instance, user)
            .filter(|user| user.status == model::resource::Enablement::Enabled);
        let Some(user) = known else {
            return Ok(self.bad_link(call));
        };
        let credential = self
            .first_credential(instance, user.id, &user.username, password, None)
            .await?;
        let entry = self.entry(call, &Event::InvitationRedeemed { user: user.id }, instance);
        let batch = vec![
            self.use_up(&mut link).await?,
            credential,
            self.audit(entry).await?,
        ];
        let entered = match self.config.second_factor {
            SecondFactor::Required => self.begin_enrolment(call, instance, &user, batch).await,
            SecondFactor::Optional => {
                self.begin_without_factor(call, instance, &user, batch)
                    .await
            }
        };
        match entered {
            Err(AppError::Conflict) => Ok(self.bad_link(call)),
            other => other,
        }
    }

    /// Writes that remove all that sign-in knows of a user, for the batch that deletes the user. Call
    /// [`SignIn::end_sessions_of`] after its commit.
    pub async fn forget_user(&self, instance: InstanceId, user: UserId) -> Result<Batch, AppError> {
        let mut batch = Batch::new();
        for kind in [SigninKind::Session, SigninKind::OneTimeLink] {
            for key in self.rows.keys(kind, user).await? {
                batch.push(Write::DeleteSignin { kind, key });
            }
        }
        if self.has_credential(instance, user).await? {
            batch.push(Write::DeleteSignin {
                kind: SigninKind::Credential,
                key: self.credential_key(instance, user),
            });
        }
        Ok(batch)
    }

    /// Gives the user a secret for an authenticator, committed with `batch`.
    pub(super) async fn begin_enrolment(
        &self,
        call: &Call,
        instance: InstanceId,
        user: &DirectoryUser,
        mut batch: Batch,
    ) -> Result<SignInOutcome, AppError> {
        let secret = self.ports.verifier.new_totp_secret();
        let (uri, shown) = self.shown(&secret, &user.username);
        let purpose = Purpose::Enrolment {
            user: user.id,
            secret,
        };
        let (token, link) = self.new_link(instance, Some(user.id), purpose, ENROLMENT_VALID);
        batch.extend(self.end_enrolments_of(user.id).await?);
        batch.push(self.rows.put(&link).await?);
        let entry = self.entry(call, &Event::EnrolmentBegun { user: user.id }, instance);
        batch.push(self.audit(entry).await?);
        self.commit_call(call, batch).await?;
        Ok(SignInOutcome::Enrol {
            token: token.text(),
            uri,
            secret: shown,
        })
    }

    /// The enrolment of this token with its user and secret, where it still works.
    pub(super) async fn open_enrolment(
        &self,
        token: &Secret<String>,
    ) -> Result<Option<(Stored<OneTimeLink>, UserId, Secret<Vec<u8>>)>, AppError> {
        let Some(link) = self.open_link(token).await? else {
            return Ok(None);
        };
        let enrolment = match &link.body.purpose {
            Purpose::Enrolment { user, secret } => Some((*user, secret.clone())),
            Purpose::SetUp | Purpose::Invitation { .. } => None,
        };
        Ok(enrolment.map(|(user, secret)| (link, user, secret)))
    }

    /// The write that uses a link up. Its row stays, so that a second use at the same time conflicts.
    pub(super) async fn use_up(&self, link: &mut Stored<OneTimeLink>) -> Result<Write, AppError> {
        link.body.state = LinkState::Used;
        if let Purpose::Enrolment { secret, .. } = &mut link.body.purpose {
            // It lives in the credential from now on.
            *secret = Secret::new(Vec::new());
        }
        self.rows.put(link).await
    }

    fn new_link(
        &self,
        instance: InstanceId,
        user: Option<UserId>,
        purpose: Purpose,
        valid: Duration,
    ) -> (Token, Stored<OneTimeLink>) {
        let token = super::fresh_token(self.ports.verifier.as_ref());
        let expires_at = self.now().plus(valid);
        let link = Stored {
            key: self.hash(LINK_DOMAIN, token.bytes()),
            instance: Some(instance),
            user,
            expires_at: Some(expires_at),
            version: 0,
            body: OneTimeLink {
                instance,
                purpose,
                expires_at,
                state: LinkState::Open,
            },
        };
        (token, link)
    }

    /// The link of this token, where it was not used and has not expired.
    async fn open_link(
        &self,
        token: &Secret<String>,
    ) -> Result<Option<Stored<OneTimeLink>>, AppError> {
        let Some(token) = Token::parse(token) else {
            return Ok(None);
        };
        let key = self.hash(LINK_DOMAIN, token.bytes());
        let link = self.rows.load::<OneTimeLink>(key).await?;
        Ok(link.filter(|link| {
            link.body.state == LinkState::Open && !over(link.body.expires_at, self.now())
        }))
    }

    async fn end_links_of(&self, user: UserId) -> Result<Batch, AppError> {
        let kind = SigninKind::OneTimeLink;
        let keys = self.rows.keys(kind, user).await?;
        Ok(keys
            .into_iter()
            .map(|key| Write::DeleteSignin { kind, key })
            .collect())
    }

    /// A new enrolment ends earlier ones; an invitation being used in the same batch must stay.
    async fn end_enrolments_of(&self, user: UserId) -> Result<Batch, AppError> {
        Ok(self
            .rows
            .list::<OneTimeLink>(Some(user))
            .await?
            .iter()
            .filter(|link| matches!(link.body.purpose, Purpose::Enrolment { .. }))
            .map(delete)
            .collect())
    }

    fn bad_link(&self, call: &Call) -> SignInOutcome {
        self.refuse(call, Reason::BadLink, None, None);
        SignInOutcome::Refused
    }
}

fn delete(link: &Stored<OneTimeLink>) -> Write {
    Write::DeleteSignin {
        kind: SigninKind::OneTimeLink,
        key: link.key,
    }
}
