//! Who calls, from where, and which call it is.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use model::transcript::ParticipantRole;
use model::{
    ContactId, IdSource, InstanceId, LoginSessionId, ParticipantId, RequestId, SecurityProfileId,
    UserId,
};

use crate::action::Access;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A program with an access key of the account. It may do what its policy says; keys made by
    /// `demo` and by the set-up have the administrator's.
    AccessKey {
        /// Public id of the key, `AKIA…`.
        key_id: String,
        /// Account, twelve digits.
        account: String,
        /// Name of the program or person that it belongs to.
        name: String,
    },
    /// A person who signed in.
    User {
        /// The instance.
        instance: InstanceId,
        /// The user.
        user: UserId,
        /// User name, for audit.
        username: String,
        /// Permissions: the union of these.
        profiles: BTreeSet<SecurityProfileId>,
        /// The browser session.
        session: LoginSessionId,
        /// Whether a second factor was shown.
        second_factor: bool,
    },
    /// A participant of a chat, by token.
    Participant {
        /// The instance.
        instance: InstanceId,
        /// The contact for which the token was made; the token is good for its whole chain.
        contact: ContactId,
        /// First segment of the chain.
        initial_contact: ContactId,
        /// The participant.
        participant: ParticipantId,
        /// Its role.
        role: ParticipantRole,
    },
    /// A customer on a public page, before a contact exists.
    Visitor,
    /// A person on the machine, over the control socket or with the data directory's lock.
    Operator {
        /// Numeric user id.
        uid: u32,
    },
    /// The program itself, in this part (`flow`, `timer`, `start`).
    System(&'static str),
}

impl Principal {
    /// The one instance that it belongs to, if it does.
    pub(crate) const fn home(&self) -> Option<InstanceId> {
        match self {
            Self::User { instance, .. } | Self::Participant { instance, .. } => Some(*instance),
            Self::AccessKey { .. } | Self::Visitor | Self::Operator { .. } | Self::System(_) => {
                None
            }
        }
    }
}

/// One call: who, from where, and what the audit trail says about it.
#[derive(Debug)]
pub struct Call {
    /// Who.
    pub principal: Principal,
    /// From where.
    pub source_ip: Option<IpAddr>,
    /// With what.
    pub user_agent: Option<String>,
    /// Id of the request.
    pub request: RequestId,
    /// Service, as CloudTrail names it: `connect.amazonaws.com`, `sts.amazonaws.com`, …
    pub source: &'static str,
    /// Operation, as CloudTrail names it.
    pub operation: &'static str,
    /// Parameters for the audit trail, personal values hidden already.
    pub parameters: serde_json::Value,
    audited: AuditMark,
    asked: OnceLock<(Access, Option<InstanceId>)>,
}

/// Whether an audit entry for a call is in a transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditMark(Arc<AtomicBool>);

impl AuditMark {
    /// The transaction failed, and its entry with it.
    pub(crate) fn take_back(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Call {
    /// A call that has not been audited yet.
    pub fn new(
        principal: Principal,
        request: RequestId,
        source: &'static str,
        operation: &'static str,
    ) -> Self {
        Self {
            principal,
            source_ip: None,
            user_agent: None,
            request,
            source,
            operation,
            parameters: serde_json::Value::Null,
            audited: AuditMark::default(),
            asked: OnceLock::new(),
        }
    }

    /// A call that the program makes itself, in the name of one of its parts.
    pub(crate) fn of_system(
        part: &'static str,
        operation: &'static str,
        ids: &mut IdSource,
    ) -> Self {
        let request = RequestId::generate(ids);
        Self::new(
            Principal::System(part),
            request,
            "connect.amazonaws.com",
            operation,
        )
    }

    /// Notes what was asked for first, so that the audit entry can say it.
    pub(crate) fn note(&self, access: Access, instance: Option<InstanceId>) {
        // Only the first question counts: it is the one the call is about.
        let _ = self.asked.set((access, instance));
    }

    /// What was asked for; a call that never got so far counts as a change.
    pub(crate) fn noted(&self) -> (Access, Option<InstanceId>) {
        self.asked.get().copied().unwrap_or((Access::Write, None))
    }

    /// Whether an audit entry for this call is in a transaction already; marks it so.
    pub(crate) fn mark_audited(&self) -> bool {
        self.audited.0.swap(true, Ordering::Relaxed)
    }

    /// The mark of this call, to be taken back where the transaction fails.
    pub(crate) fn audit_mark(&self) -> AuditMark {
        self.audited.clone()
    }
}
