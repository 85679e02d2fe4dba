//! The audit trail: one entry per call, in CloudTrail's words.

use model::audit::AuditEntry;
use model::{AuditEntryId, IdSource, InstanceId, InstanceScope, LoginSessionId, Timestamp, UserId};
use serde_json::{Value, json};

use crate::App;
use crate::action::{Access, ReadAudit};
use crate::error::AppError;
use crate::permit::Permit;
use crate::principal::{Call, Principal};
use crate::vault::Place;

/// Most entries on one page.
const AUDIT_PAGE_MAX: u32 = 1_000;

/// Longest user agent that an entry keeps, characters.
const USER_AGENT_CHARS_MAX: usize = 256;

/// What an entry says besides the call itself.
#[derive(Debug)]
pub(crate) struct Verdict<'a> {
    pub(crate) instance: Option<InstanceId>,
    pub(crate) access: Access,
    pub(crate) error: Option<&'a AppError>,
    pub(crate) response: Value,
}

impl App {
    /// Entries of the audit trail, latest first, before the entry with this number; each with its
    /// number.
    ///
    /// # Errors
    /// `Unavailable` where the store does not answer, `Internal` where an entry does not open.
    pub async fn audit_entries(
        &self,
        _permit: &Permit<ReadAudit>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<(u64, AuditEntry)>, AppError> {
        let limit = limit.clamp(1, AUDIT_PAGE_MAX);
        let rows = self
            .0
            .around
            .store
            .audit(before, limit)
            .await
            .map_err(crate::app::unavailable)?;
        rows.into_iter()
            .map(|(number, id, instance, _, sealed)| {
                let center = instance.map(|instance| self.center(instance)).transpose()?;
                let keys = center
                    .as_ref()
                    .map_or(&*self.0.account_keys, |center| &*center.keys);
                let clear = keys.open_audit(&Place::new("audit", &id.into_bytes()), &sealed)?;
                let entry = serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
                Ok((number, entry))
            })
            .collect()
    }
}

/// The entry for a call.
pub(crate) fn entry(
    call: &Call,
    verdict: Verdict<'_>,
    scope: Option<&InstanceScope>,
    ids: &mut IdSource,
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::generate(ids),
        instance: verdict.instance,
        at,
        source: call.source.to_owned(),
        name: call.operation.to_owned(),
        identity: identity(&call.principal, scope),
        source_ip: call.source_ip.map(|ip| ip.to_string()),
        user_agent: user_agent(call),
        error_code: verdict.error.map(|error| code(error).to_owned()),
        // Of the text only what we wrote ourselves; some texts quote what the caller sent.
        error_message: verdict.error.and_then(constant_text),
        parameters: call.parameters.clone(),
        response: verdict.response,
        request: Some(call.request),
        read_only: verdict.access != Access::Write,
        kind: "AwsApiCall".to_owned(),
    }
}

/// The principal as CloudTrail's `userIdentity`.
pub(crate) fn identity(principal: &Principal, scope: Option<&InstanceScope>) -> Value {
    match principal {
        Principal::AccessKey {
            key_id,
            account,
            name,
        } => json!({
            "type": "IAMUser",
            "principalId": key_id,
            "arn": format!("arn:aws:iam::{account}:user/{name}"),
            "accountId": account,
            "accessKeyId": key_id,
            "userName": name,
        }),
        Principal::User {
            user,
            session,
            second_factor,
            ..
        } => user_identity(*user, Some((*session, *second_factor)), scope),
        Principal::Participant {
            contact,
            participant,
            role,
            ..
        } => json!({
            "type": "ConnectParticipant",
            "principalId": participant.to_string(),
            "contactId": contact.to_string(),
            "role": role.as_str(),
        }),
        Principal::Visitor => json!({"type": "Anonymous"}),
        Principal::Operator { uid } => json!({
            "type": "Operator",
            "principalId": format!("operator:{uid}"),
        }),
        Principal::System(part) => json!({"type": "AWSService", "invokedBy": part}),
    }
}

/// A user as CloudTrail's `userIdentity`, with the session and whether a second factor was shown.
pub(crate) fn user_identity(
    user: UserId,
    session: Option<(LoginSessionId, bool)>,
    scope: Option<&InstanceScope>,
) -> Value {
    let arn = scope.map(|scope| scope.resource_arn(model::ResourceKind::User, user));
    let members = [
        ("type", Some(json!("ConnectUser"))),
        ("principalId", Some(json!(user.to_string()))),
        ("arn", arn.map(|arn| json!(arn.to_string()))),
        ("accountId", scope.map(|scope| json!(scope.account))),
        (
            "sessionContext",
            session.map(|(session, second_factor)| {
                json!({
                    "sessionId": session.to_string(),
                    "attributes": {"mfaAuthenticated": second_factor.to_string()},
                })
            }),
        ),
    ];
    let present = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect())
}

/// What the caller's program calls itself, cut to a bounded length.
pub(crate) fn user_agent(call: &Call) -> Option<String> {
    let agent = call.user_agent.as_ref()?;
    Some(agent.chars().take(USER_AGENT_CHARS_MAX).collect())
}

/// The error as entries name it: close to the code of the API.
pub(crate) const fn code(error: &AppError) -> &'static str {
    match error {
        AppError::AccessDenied { .. } => "AccessDenied",
        AppError::NotFound { .. } => "ResourceNotFoundException",
        AppError::Invalid(_) => "InvalidParameterException",
        AppError::FlowProblems(_) => "InvalidContactFlowException",
        AppError::Duplicate { .. } => "DuplicateResourceException",
        AppError::InUse { .. } => "ResourceInUseException",
        AppError::Conflict => "ResourceConflictException",
        AppError::TokenReused => "IdempotencyException",
        AppError::LimitExceeded(_) => "LimitExceededException",
        AppError::Throttled { .. } => "TooManyRequestsException",
        AppError::WrongState(_) => "InvalidRequestException",
        AppError::Unavailable | AppError::Internal => "InternalServiceException",
    }
}

fn constant_text(error: &AppError) -> Option<String> {
    match error {
        AppError::AccessDenied { .. }
        | AppError::NotFound { .. }
        | AppError::Conflict
        | AppError::TokenReused
        | AppError::LimitExceeded(_)
        | AppError::Throttled { .. }
        | AppError::WrongState(_)
        | AppError::Unavailable
        | AppError::Internal => Some(error.to_string()),
        AppError::Invalid(_)
        | AppError::FlowProblems(_)
        | AppError::Duplicate { .. }
        | AppError::InUse { .. } => None,
    }
}
