//! What signalling has agreed on for a leg.

use std::net::SocketAddr;
use std::time::Duration;

use model::Timestamp;

use crate::g711::Law;
use crate::rtp::OutgoingConfig;
use crate::srtp::MasterKey;

/// How audio is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// G.711.
    G711(Law),
    /// G.722 at 64 kbit/s.
    G722,
}

impl Codec {
    /// Ticks a second of the RTP clock. That of G.722 is 8000 by an old mistake (RFC 3551, section 4.5.2).
    pub const fn clock_rate(self) -> u32 {
        8000
    }
}

/// Who sends, as SDP has it, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both.
    SendRecv,
    /// We alone: the other side is on hold and hears music.
    SendOnly,
    /// The other side alone: it has put us on hold.
    RecvOnly,
    /// Nobody.
    Inactive,
}

impl Direction {
    /// Whether we may send.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether we take what arrives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// Keys of both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegKeys {
    /// Ours, that we told the other side.
    pub send: MasterKey,
    /// The other side's.
    pub receive: MasterKey,
}

/// When a leg says that it should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegLimits {
    /// Without a usable packet while the other side should send.
    pub silence: Duration,
    /// Since it began.
    pub duration: Duration,
}

/// All that a leg is made of.
#[derive(Debug, Clone)]
pub struct LegConfig {
    /// Where RTP comes from and goes to.
    pub remote: SocketAddr,
    /// The same for RTCP; equal to `remote` where both share a port (RFC 5761).
    pub remote_rtcp: SocketAddr,
    /// The agreed format.
    pub codec: Codec,
    /// Its number on the wire, both ways.
    pub payload_type: u8,
    /// The number of telephone events, where they were agreed on.
    pub event_payload_type: Option<u8>,
    /// Who sends.
    pub direction: Direction,
    /// Present for SRTP: then nothing is taken or sent in clear.
    pub keys: Option<LegKeys>,
    /// When to end.
    pub limits: LegLimits,
    /// Random numbers from outside with which our stream begins.
    pub outgoing: OutgoingConfig,
    /// Our canonical name in reports: random, says nothing of the machine.
    pub cname: String,
    /// What the clock on the wall showed at `MediaTime::default()`.
    pub epoch: Timestamp,
}
