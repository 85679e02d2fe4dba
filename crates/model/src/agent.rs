//! What an agent chose and what the machine computed.

use serde::{Deserialize, Serialize};

/// What a status that an agent chooses means for routing (Amazon Connect's agent status types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgentStatusType {
    /// Available for contacts.
    Routable,
    /// Signed in, not available; the custom ones are of this type.
    Custom,
    /// Not there.
    Offline,
}

/// The state of one contact at one agent, as the machine computes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgentContactState {
    /// Offered (rings); not accepted yet. `CONNECTING` on the wire.
    Connecting,
    /// Agent and customer can talk.
    Connected,
    /// On hold.
    ConnectedOnhold,
    /// The agent let the offer pass or declined it.
    Missed,
    /// A task put aside.
    Paused,
    /// Over for the customer, the agent still writes up (after contact work).
    Ended,
    /// Could not be connected.
    Error,
}
