//! What an installation decides about its API.

use std::collections::BTreeSet;

use http::uri::Authority;
use model::Secret;

use crate::throttle::Rates;

/// What an installation decides about its API. Region and account come from the application.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// Host and port under which clients reach pages, sockets and this API.
    pub public_authority: Authority,
    /// Host and port of the origin that takes and gives attachments.
    pub attachments_authority: Authority,
    /// Origins of the organisation's own pages that may use the participant API, such as
    /// `https://www.example.com`. The public origin always may.
    pub approved_origins: BTreeSet<String>,
    /// How many calls are let through.
    pub rates: Rates,
    /// Authenticates page tokens; the same on all nodes and after a restart, or listings in progress
    /// start over.
    pub page_key: Secret<[u8; 32]>,
}

impl ApiSettings {
    /// Whether pages of this origin may use the participant API.
    pub(crate) fn approves(&self, origin: &str) -> bool {
        origin
            .strip_prefix("https://")
            .is_some_and(|authority| authority == self.public_authority.as_str())
            || self.approved_origins.contains(origin)
    }

    /// Where a participant's socket is opened with this ticket. It is good once, for a minute.
    pub(crate) fn socket_url(&self, ticket: &str) -> String {
        format!(
            "wss://{}/participant/socket?ticket={ticket}",
            self.public_authority
        )
    }

    /// Where the file of an upload grant is put.
    pub(crate) fn upload_url(&self, grant: &str) -> String {
        format!("https://{}/upload/{grant}", self.attachments_authority)
    }

    /// Where the file of a download grant is fetched.
    pub(crate) fn download_url(&self, grant: &str) -> String {
        format!("https://{}/download/{grant}", self.attachments_authority)
    }
}
