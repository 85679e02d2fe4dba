//! What signing in writes to the audit trail, in CloudTrail's words.

use std::net::IpAddr;

use model::audit::{AuditEntry, HIDDEN};
use model::{AuditEntryId, InstanceId, LoginSessionId, Timestamp, UserId};
use serde_json::{Value, json};

use super::refusals::{Reason, Sort, Window};
use super::{REFUSAL_WINDOW, SignIn, lock};
use crate::audit::{identity, user_agent, user_identity};
use crate::error::AppError;
use crate::ports::store::{Batch, Write};
use crate::principal::{Call, Principal};

/// Service that entries name, as CloudTrail does for sign-ins.
const SOURCE: &str = "signin.amazonaws.com";

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// A session began.
    SignedIn {
        user: UserId,
        session: LoginSessionId,
        second_factor: bool,
    },
    /// The caller ended its session.
    SignedOut,
    /// A link for the first administrator was made.
    SetUpLinkCreated,
    /// The first administrator was made.
    SetUp { user: UserId },
    /// A user was invited to choose a password.
    Invited { user: UserId },
    /// A user chose a password.
    InvitationRedeemed { user: UserId },
    /// A user with the right password got a secret for an authenticator.
    EnrolmentBegun { user: UserId },
    /// An access key was made.
    AccessKeyCreated { key_id: String, name: String },
    /// Access keys were listed.
    AccessKeysListed,
    /// An access key was deleted.
    AccessKeyDeleted { key_id: String },
}

impl Event {
    const fn name(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "ConsoleLogin",
            Self::SignedOut => "Logout",
            Self::SetUpLinkCreated => "CreateSetUpLink",
            Self::SetUp { .. } => "SetUp",
            Self::Invited { .. } => "InviteUser",
            Self::InvitationRedeemed { .. } => "RedeemInvitation",
            Self::EnrolmentBegun { .. } => "EnrolSecondFactor",
            Self::AccessKeyCreated { .. } => "CreateAccessKey",
            Self::AccessKeysListed => "ListAccessKeys",
            Self::AccessKeyDeleted { .. } => "DeleteAccessKey",
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } | Self::SignedOut => "AwsConsoleSignIn",
            _ => "AwsApiCall",
        }
    }

    fn parameters(&self) -> Value {
        match self {
            Self::Invited { user } => json!({ "userId": user.to_string() }),
            Self::AccessKeyCreated { name, .. } => json!({ "name": name }),
            Self::AccessKeyDeleted { key_id } => json!({ "accessKeyId": key_id }),
            _ => Value::Null,
        }
    }

    fn response(&self) -> Value {
        match self {
            Self::SignedIn { .. } => json!({ "ConsoleLogin": "Success" }),
            Self::SignedOut => json!({ "Logout": "Success" }),
            Self::AccessKeyCreated { key_id, .. } => json!({ "accessKeyId": key_id }),
            _ => Value::Null,
        }
    }

    /// Who the entry is about: whoever signs in has no session in the call yet.
    fn identity(&self, principal: &Principal) -> Value {
        match self {
            Self::SignedIn {
                user,
                session,
                second_factor,
            } => user_identity(*user, Some((*session, *second_factor)), None),
            Self::SetUp { user }
            | Self::InvitationRedeemed { user }
            | Self::EnrolmentBegun { user } => user_identity(*user, None, None),
            _ => identity(principal, None),
        }
    }
}

impl SignIn {
    /// The entry of an event of a call, in an instance.
    pub(super) fn entry(&self, call: &Call, event: &Event, instance: InstanceId) -> AuditEntry {
        self.entry_in(call, event, Some(instance))
    }

    /// The entry of an event of a call.
    pub(super) fn entry_in(
        &self,
        call: &Call,
        event: &Event,
        instance: Option<InstanceId>,
    ) -> AuditEntry {
        AuditEntry {
            id: AuditEntryId::generate(&mut lock(&self.ids)),
            instance,
            at: self.now(),
            source: SOURCE.to_owned(),
            name: event.name().to_owned(),
            identity: event.identity(&call.principal),
            source_ip: call.source_ip.map(|address| address.to_string()),
            user_agent: user_agent(call),
            error_code: None,
            error_message: None,
            parameters: event.parameters(),
            response: event.response(),
            request: Some(call.request),
            read_only: matches!(event, Event::AccessKeysListed),
            kind: event.kind().to_owned(),
        }
    }

    /// The write of a call's entry, for [`SignIn::commit_call`].
    pub(super) async fn audit(&self, entry: AuditEntry) -> Result<Write, AppError> {
        self.ports.sealing.audit_write(entry).await
    }

    /// Commits a batch with the entry of a call, which counts as audited then.
    pub(super) async fn commit_call(&self, call: &Call, batch: Batch) -> Result<(), AppError> {
        self.commit(batch).await?;
        call.mark_audited();
        Ok(())
    }

    /// Counts a refusal; the call counts as audited.
    pub(super) fn refuse(
        &self,
        call: &Call,
        reason: Reason,
        instance: Option<InstanceId>,
        user: Option<UserId>,
    ) {
        call.mark_audited();
        let sort = Sort {
            reason,
            source: call.source_ip,
            instance,
            user,
        };
        lock(&self.refusals).count(self.now(), sort);
    }

    /// Counts a call of an API that was refused before it was known who makes it. `service` is named as
    /// CloudTrail names it, `code` is that of the answer.
    pub fn refuse_stranger(
        &self,
        service: &'static str,
        code: &'static str,
        source: Option<IpAddr>,
    ) {
        let sort = Sort {
            reason: Reason::Unauthenticated { service, code },
            source,
            instance: None,
            user: None,
        };
        lock(&self.refusals).count(self.now(), sort);
    }

    /// Writes the refusals whose window is over: to be called every few seconds.
    pub async fn write_refusals(&self) -> Result<(), AppError> {
        self.write_refusals_until(self.now().minus(REFUSAL_WINDOW))
            .await
    }

    /// Writes all refusals counted so far: to be called before the program ends.
    pub async fn write_all_refusals(&self) -> Result<(), AppError> {
        self.write_refusals_until(self.now()).await
    }

    async fn write_refusals_until(&self, until: Timestamp) -> Result<(), AppError> {
        let windows = lock(&self.refusals).take(until);
        if windows.is_empty() {
            return Ok(());
        }
        let written = self.commit_refusals(&windows).await;
        if written.is_err() {
            lock(&self.refusals).put_back(windows);
        }
        written
    }

    async fn commit_refusals(&self, windows: &[(Sort, Window)]) -> Result<(), AppError> {
        let mut batch = Vec::with_capacity(windows.len());
        for (sort, window) in windows {
            let id = AuditEntryId::generate(&mut lock(&self.ids));
            let entry = refusal_entry(id, sort, window);
            batch.push(self.ports.sealing.audit_write(entry).await?);
        }
        self.commit(batch).await
    }
}

/// One entry for all refusals of a window.
fn refusal_entry(id: AuditEntryId, sort: &Sort, window: &Window) -> AuditEntry {
    let (source, name, kind, response) = match sort.reason {
        Reason::Unauthenticated { service, .. } => {
            (service, "Authenticate", "AwsApiCall", Value::Null)
        }
        _ => (
            SOURCE,
            "ConsoleLogin",
            "AwsConsoleSignIn",
            json!({ "ConsoleLogin": "Failure" }),
        ),
    };
    AuditEntry {
        id,
        instance: sort.instance,
        at: window.last,
        source: source.to_owned(),
        name: name.to_owned(),
        // The name that was typed is never kept: people type passwords into the wrong field.
        identity: sort.user.map_or_else(
            || json!({ "type": "Anonymous", "userName": HIDDEN }),
            |user| user_identity(user, None, None),
        ),
        source_ip: sort.source.map(|address| address.to_string()),
        user_agent: None,
        error_code: Some(sort.reason.code().to_owned()),
        error_message: Some(sort.reason.as_str().to_owned()),
        parameters: json!({
            "count": window.count,
            "first": window.first.to_string(),
            "last": window.last.to_string(),
        }),
        response,
        request: None,
        read_only: false,
        kind: kind.to_owned(),
    }
}
