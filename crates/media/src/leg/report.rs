//! What is due: reports, expiry, limits.

use std::time::Duration;

use super::{Protection, TrunkLeg};
use crate::rtcp::{Compound, ReportBlock, SenderInfo, ntp_at};
use crate::srtp::SrtpError;
use crate::time::MediaTime;
use crate::tones::DigitEvent;

/// Mean time between reports (RFC 3550, section 6.2); each leg's is up to a fifth longer or shorter.
const REPORT_INTERVAL_MS: u64 = 5000;

/// Something that time brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegDue {
    /// A report to send to [`TrunkLeg::remote_rtcp`].
    Report(Vec<u8>),
    /// A key whose end was lost is released.
    Digit(DigitEvent),
    /// Nothing was heard for as long as the limit says. Told once per silence.
    Silent,
    /// The leg lasts as long as it may. Told once.
    TooLong,
}

impl TrunkLeg {
    /// The next thing that is due by now. To be asked until there is none.
    pub fn next_due(&mut self, now: MediaTime) -> Option<LegDue> {
        if let Some(event) = self.events.expire(now) {
            return Some(LegDue::Digit(event));
        }
        if !self.duration_told && now.since(self.begun) >= self.config.limits.duration {
            self.duration_told = true;
            return Some(LegDue::TooLong);
        }
        if self.silence_deadline().is_some_and(|due| now >= due) {
            self.silence_told = true;
            return Some(LegDue::Silent);
        }
        if now < self.next_report {
            return None;
        }
        self.next_report = now.plus(interval(self.outgoing.ssrc()));
        self.report(now, Vec::new()).ok().map(LegDue::Report)
    }

    /// When [`TrunkLeg::next_due`] must be asked again at the latest.
    pub fn next_deadline(&self) -> MediaTime {
        let duration = (!self.duration_told).then(|| self.begun.plus(self.config.limits.duration));
        [
            Some(self.next_report),
            self.events.next_deadline(),
            self.silence_deadline(),
            duration,
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(self.next_report)
    }

    /// The last report: we leave. To be sent when the call ends.
    pub fn goodbye(&mut self, now: MediaTime) -> Result<Vec<u8>, SrtpError> {
        let ssrc = self.outgoing.ssrc();
        self.report(now, vec![ssrc])
    }

    fn silence_deadline(&self) -> Option<MediaTime> {
        let expected = self.config.direction.receives() && !self.silence_told;
        expected.then(|| self.heard.plus(self.config.limits.silence))
    }

    fn report(&mut self, now: MediaTime, goodbye: Vec<u32>) -> Result<Vec<u8>, SrtpError> {
        let (packets, octets) = self.outgoing.sent();
        let info = self.outgoing.timestamp_at(now).map(|rtp| SenderInfo {
            ntp: ntp_at(self.config.epoch, now),
            rtp,
            packets,
            octets,
        });
        let (last_report, delay) = match self.last_report {
            Some((ntp, at)) => (ntp, now.ticks_since(at, 1 << 16)),
            None => (0, 0),
        };
        let blocks = self.reception.report().map(|report| ReportBlock {
            report,
            last_report,
            delay,
        });
        let compound = Compound {
            sender: self.outgoing.ssrc(),
            info,
            blocks: blocks.into_iter().collect(),
            goodbye,
        };
        let mut packet = Vec::new();
        compound.write(&self.config.cname, &mut packet);
        if let Protection::Srtp { sender, .. } = &mut self.protection {
            sender.protect_rtcp(&mut packet)?;
        }
        Ok(packet)
    }
}

/// From 4 to 6 s, by the source, so that the reports of many legs do not fall together.
fn interval(ssrc: u32) -> Duration {
    let spread = u64::from(ssrc % 2000);
    Duration::from_millis(REPORT_INTERVAL_MS - 1000 + spread)
}

/// The first report comes in half of the time (RFC 3550, section 6.2).
pub(super) fn first_interval(ssrc: u32) -> Duration {
    interval(ssrc) / 2
}
