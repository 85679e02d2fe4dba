//! Methods of requests.

use std::fmt;

use super::scan::{self, TOKEN};
use crate::text::Text;

/// What a request asks for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Opens or changes a call.
    Invite,
    /// Confirms the end of an INVITE.
    Ack,
    /// Ends a call.
    Bye,
    /// Withdraws an INVITE.
    Cancel,
    /// Asks what the other side can do; keeps a trunk alive.
    Options,
    /// Tells a provider where calls are to go.
    Register,
    /// Confirms a provisional response (RFC 3262).
    Prack,
    /// Changes a call before or after it is answered (RFC 3311).
    Update,
    /// Carries tones pressed during a call (RFC 6086).
    Info,
    /// Asks to call somebody else (RFC 3515).
    Refer,
    /// Tells how a referral goes on (RFC 6665).
    Notify,
    /// Not served.
    Subscribe,
    /// Not served.
    Message,
    /// Not served.
    Publish,
    /// A method that this crate does not know.
    Other(Text),
}

/// The methods that are served, as they stand in `Allow`.
pub const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER";

const NAMES: &[(Method, &str)] = &[
    (Method::Invite, "INVITE"),
    (Method::Ack, "ACK"),
    (Method::Bye, "BYE"),
    (Method::Cancel, "CANCEL"),
    (Method::Options, "OPTIONS"),
    (Method::Register, "REGISTER"),
    (Method::Prack, "PRACK"),
    (Method::Update, "UPDATE"),
    (Method::Info, "INFO"),
    (Method::Refer, "REFER"),
    (Method::Notify, "NOTIFY"),
    (Method::Subscribe, "SUBSCRIBE"),
    (Method::Message, "MESSAGE"),
    (Method::Publish, "PUBLISH"),
];

impl Method {
    /// The method of this name; case counts (RFC 3261, section 7.1). Nothing where it is no token.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((method, _)) = NAMES.iter().find(|(_, name)| *name == text) {
            return Some(method.clone());
        }
        scan::all(text, TOKEN).then(|| Self::Other(Text::new(text)))
    }

    /// The name as it stands in a request.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        NAMES
            .iter()
            .find(|(method, _)| method == self)
            .map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name; of an unknown method, that it is unknown.
impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(_) => f.write_str("Other(..)"),
            _ => f.write_str(self.as_str()),
        }
    }
}
