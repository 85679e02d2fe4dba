//! A trunk's leg as one value: RTP or SRTP from and to the address that SDP named.

mod config;
mod counts;
mod receive;
mod report;
mod send;

#[cfg(test)]
mod tests;

pub use config::{Codec, Direction, LegConfig, LegKeys, LegLimits};
pub use counts::{DropReason, LegCounts};
pub use receive::Received;
pub use report::LegDue;
pub use send::{RelayKind, SendError};

use std::net::SocketAddr;
use std::time::Duration;

use model::quality::LegQuality;

use crate::quality;
use crate::rtp::{Outgoing, Reception};
use crate::srtp::{SrtpError, SrtpReceiver, SrtpSender};
use crate::time::MediaTime;
use crate::tones::EventReceiver;

/// One side of a call on a trunk. Datagrams and the time come in; what they mean, and datagrams to send,
/// go out. It learns no address: the peer is the one that was configured, everything else is dropped and
/// counted. Nothing that arrives ends it.
#[derive(Debug)]
pub struct TrunkLeg {
    config: LegConfig,
    protection: Protection,
    reception: Reception,
    outgoing: Outgoing,
    events: EventReceiver,
    counts: LegCounts,
    begun: MediaTime,
    /// When the last usable packet came, or since when one could.
    heard: MediaTime,
    silence_told: bool,
    duration_told: bool,
    next_report: MediaTime,
    /// Of the other side's last report: the middle of its NTP time, and when it came.
    last_report: Option<(u32, MediaTime)>,
    round_trip: Option<Duration>,
    peer_left: bool,
}

#[derive(Debug)]
enum Protection {
    Clear,
    Srtp {
        keys: LegKeys,
        sender: Box<SrtpSender>,
        receiver: Box<SrtpReceiver>,
    },
}

impl Protection {
    fn new(keys: Option<LegKeys>) -> Result<Self, SrtpError> {
        let Some(keys) = keys else {
            return Ok(Self::Clear);
        };
        Ok(Self::Srtp {
            sender: Box::new(SrtpSender::new(&keys.send)?),
            receiver: Box::new(SrtpReceiver::new(&keys.receive)?),
            keys,
        })
    }
}

impl TrunkLeg {
    /// A leg that begins now.
    pub fn new(now: MediaTime, mut config: LegConfig) -> Result<Self, SrtpError> {
        let protection = Protection::new(config.keys.take())?;
        Ok(Self {
            protection,
            reception: Reception::new(config.codec.clock_rate()),
            outgoing: Outgoing::new(config.outgoing),
            events: EventReceiver::new(),
            counts: LegCounts::default(),
            begun: now,
            heard: now,
            silence_told: false,
            duration_told: false,
            next_report: now.plus(report::first_interval(config.outgoing.ssrc)),
            last_report: None,
            round_trip: None,
            peer_left: false,
            config,
        })
    }

    /// What was negotiated.
    pub const fn config(&self) -> &LegConfig {
        &self.config
    }

    /// Where RTP goes.
    pub const fn remote(&self) -> SocketAddr {
        self.config.remote
    }

    /// Where RTCP goes.
    pub const fn remote_rtcp(&self) -> SocketAddr {
        self.config.remote_rtcp
    }

    /// Follows a new description of the other side: addresses, formats, direction, keys. Keys that did not
    /// change keep their state, so that no packet's number is used twice. Our own stream goes on.
    pub fn renegotiate(&mut self, now: MediaTime, config: LegConfig) -> Result<(), SrtpError> {
        let same_keys = match (&self.protection, &config.keys) {
            (Protection::Clear, None) => true,
            (Protection::Srtp { keys, .. }, Some(new)) => keys == new,
            _ => false,
        };
        if !same_keys {
            self.protection = Protection::new(config.keys.clone())?;
        }
        if config.direction.receives() && !self.config.direction.receives() {
            // Silence while on hold was asked for.
            self.heard = now;
            self.silence_told = false;
        }
        self.config = LegConfig {
            keys: None,
            outgoing: self.config.outgoing,
            ..config
        };
        Ok(())
    }

    /// Whether the other side said that it leaves. Only the signalling ends a call.
    pub const fn has_peer_left(&self) -> bool {
        self.peer_left
    }

    /// What was dropped and why.
    pub const fn counts(&self) -> LegCounts {
        self.counts
    }

    /// Figures for the record.
    pub fn quality(&self) -> LegQuality {
        let counts = self.reception.counts();
        quality::estimate(
            counts.received,
            counts.lost(),
            self.reception.jitter(),
            self.reception.jitter_max(),
            self.round_trip,
        )
    }
}
