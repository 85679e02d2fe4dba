//! How well the parties of a call were heard, for the call's record.

use serde::{Deserialize, Serialize};

/// The figures of one side of a call, as the other end of that connection sent to us. Whole numbers: records
/// are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LegQuality {
    /// Packets that arrived.
    pub packets_received: u64,
    /// Packets that did not (RFC 3550, section A.3).
    pub packets_lost: u64,
    /// Mean deviation of arrival at the end, in microseconds (RFC 3550, section A.8).
    pub jitter_us: u64,
    /// The largest that there was.
    pub jitter_max_us: u64,
    /// There and back, in microseconds; absent where the other side sent no reports.
    pub round_trip_us: Option<u64>,
    /// Hundredths of the estimated mean opinion score: 100 (bad) to 450 (all that G.711 can be). Estimated
    /// by the simplified E-model (ITU-T G.107), as `media::quality` says.
    pub mos_hundredths: u16,
}

/// Both sides of a call; a side that was not there, or was not measured yet, is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallQuality {
    /// The customer's side.
    pub customer: Option<LegQuality>,
    /// The agent's side.
    pub agent: Option<LegQuality>,
}

/// What may have made a side sound bad. The names are Amazon Connect's (`PotentialQualityIssues`), the
/// limits ours: Amazon publishes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualityIssue {
    /// At least [`LOSS_PER_MILLE_HIGH`] of the packets did not arrive.
    HighPacketLoss,
    /// The round trip took at least [`ROUND_TRIP_HIGH_US`].
    HighRoundTripTime,
    /// A buffer of at least [`JITTER_HIGH_US`] was needed for an even sound.
    HighJitterBuffer,
}

/// Two in a hundred: what G.711 without concealment loses a third of a point by.
pub const LOSS_PER_MILLE_HIGH: u64 = 20;
/// Talk is disturbed above 150 ms one way (ITU-T G.114).
pub const ROUND_TRIP_HIGH_US: u64 = 300_000;
/// More than a packet and a half of 20 ms.
pub const JITTER_HIGH_US: u64 = 30_000;

impl QualityIssue {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighPacketLoss => "HighPacketLoss",
            Self::HighRoundTripTime => "HighRoundTripTime",
            Self::HighJitterBuffer => "HighJitterBuffer",
        }
    }
}

impl LegQuality {
    /// What may have made it sound bad.
    pub fn issues(&self) -> impl Iterator<Item = QualityIssue> {
        let expected = self.packets_received.saturating_add(self.packets_lost);
        let lost = self.packets_lost.saturating_mul(1000);
        let found = [
            (
                expected > 0 && lost >= expected.saturating_mul(LOSS_PER_MILLE_HIGH),
                QualityIssue::HighPacketLoss,
            ),
            (
                self.round_trip_us
                    .is_some_and(|trip| trip >= ROUND_TRIP_HIGH_US),
                QualityIssue::HighRoundTripTime,
            ),
            (
                self.jitter_max_us >= JITTER_HIGH_US,
                QualityIssue::HighJitterBuffer,
            ),
        ];
        found
            .into_iter()
            .filter_map(|(is_so, issue)| is_so.then_some(issue))
    }

    /// The estimated mean opinion score, from 1 to 4.5.
    pub fn mos(&self) -> f64 {
        f64::from(self.mos_hundredths) / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(quality: LegQuality, issues: &[&str]) {
        let found: Vec<_> = quality.issues().map(QualityIssue::as_str).collect();
        assert_eq!(found, issues, "{quality:?}");
    }

    #[test]
    fn issues_are_named_from_their_limits_on() {
        let good = LegQuality {
            packets_received: 981,
            packets_lost: 19,
            jitter_max_us: 29_999,
            round_trip_us: Some(299_999),
            ..LegQuality::default()
        };
        check(good, &[]);
        let bad = LegQuality {
            packets_received: 980,
            packets_lost: 20,
            jitter_max_us: 30_000,
            round_trip_us: Some(300_000),
            ..LegQuality::default()
        };
        check(
            bad,
            &["HighPacketLoss", "HighRoundTripTime", "HighJitterBuffer"],
        );
        check(LegQuality::default(), &[]);
    }
}
