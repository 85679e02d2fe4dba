//! What an installation decides about its browser side.

use std::collections::BTreeSet;
use std::time::Duration;

use app::limiter::Rate;
use model::InstanceId;

use crate::security::origin::Origin;

/// What an installation decides about its browser side.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Where pages, their API and all sockets live, such as `https://center.example`.
    pub origin: Origin,
    /// Where files are uploaded and downloaded; another port or host, without cookies.
    pub attachments_origin: Origin,
    /// The instance that the pages serve.
    pub instance: InstanceId,
    /// Origins of the organisation's own pages, which may start chats and hold their sockets. The
    /// public origin is always approved.
    pub approved_origins: BTreeSet<Origin>,
    /// Names of flows that visitors may start, whether they exist yet or not; all others are refused.
    /// The first is the one of the sample page.
    pub public_flows: Vec<String>,
    /// Whether the pages are served.
    pub pages: Pages,
    /// Rates.
    pub limits: WebLimits,
}

impl WebSettings {
    /// Whether pages of this origin may start chats and hold their sockets.
    pub fn approves(&self, origin: &Origin) -> bool {
        *origin == self.origin || self.approved_origins.contains(origin)
    }
}

/// Whether the pages are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// The workspace and the chat widget, as embedded at build time.
    Served,
    /// The API and the sockets alone.
    Absent,
}

/// Rates for those who have not shown who they are, each per subscriber network.
#[derive(Debug, Clone, Copy)]
pub struct WebLimits {
    /// Sign-in, second factor, set-up and invitation, added up.
    pub sign_in: Rate,
    /// Starts of chats by visitors.
    pub start_chat: Rate,
    /// Uploads and downloads by grant.
    pub attachments: Rate,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            // An office behind one address signs in at nine o'clock.
            sign_in: Rate::per_second(2, 60),
            start_chat: Rate::every(Duration::from_secs(6), 20),
            attachments: Rate::per_second(10, 100),
        }
    }
}
