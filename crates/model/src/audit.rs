//! Entries of the audit trail, in the words of CloudTrail's record format.

use serde::{Deserialize, Serialize};

use crate::ids::{AuditEntryId, InstanceId, RequestId};
use crate::time::Timestamp;

/// One entry. Parameters and answers hold no personal values: where one stood, the marker
/// [`HIDDEN`] stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id (`eventID`).
    pub id: AuditEntryId,
    /// The instance concerned, where one is.
    pub instance: Option<InstanceId>,
    /// When (`eventTime`).
    pub at: Timestamp,
    /// Which service (`eventSource`), such as `connect.amazonaws.com`.
    pub source: String,
    /// Which operation (`eventName`).
    pub name: String,
    /// Who (`userIdentity`), as CloudTrail spells it.
    pub identity: serde_json::Value,
    /// From where (`sourceIPAddress`).
    pub source_ip: Option<String>,
    /// With what (`userAgent`), cut to 256 characters.
    pub user_agent: Option<String>,
    /// Wire code of the refusal (`errorCode`), absent on success.
    pub error_code: Option<String>,
    /// Its text (`errorMessage`).
    pub error_message: Option<String>,
    /// `requestParameters`.
    pub parameters: serde_json::Value,
    /// `responseElements`.
    pub response: serde_json::Value,
    /// `requestID`.
    pub request: Option<RequestId>,
    /// Whether it only read (`readOnly`).
    pub read_only: bool,
    /// `eventType`: `AwsApiCall`, `AwsConsoleSignIn` or `AwsServiceEvent`.
    pub kind: String,
}

impl AuditEntry {
    /// The entry in CloudTrail's record format (version 1.08).
    pub fn cloud_trail_record(&self, region: &str, account: &str) -> serde_json::Value {
        serde_json::json!({
            "eventVersion": "1.08",
            "userIdentity": self.identity,
            "eventTime": self.at.to_string(),
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": region,
            "sourceIPAddress": self.source_ip,
            "userAgent": self.user_agent,
            "errorCode": self.error_code,
            "errorMessage": self.error_message,
            "requestParameters": self.parameters,
            "responseElements": self.response,
            "requestID": self.request.map(|request| request.to_string()),
            "eventID": self.id.to_string(),
            "readOnly": self.read_only,
            "eventType": self.kind,
            "managementEvent": true,
            "recipientAccountId": account,
            "eventCategory": "Management",
        })
    }
}

/// Stands in audit entries where a personal value stood.
pub const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
