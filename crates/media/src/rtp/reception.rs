//! What arrived: order, loss, duplicates, jitter (RFC 3550, sections A.1, A.3 and A.8).

use std::time::Duration;

use super::RtpHeader;
use crate::time::MediaTime;

/// Packets of another source, in sequence, until a stream follows it. One forged packet changes nothing.
pub const SSRC_CHANGE_PACKETS: u8 = 3;
/// Largest jump ahead that counts as loss; a larger one is a restart if it goes on.
pub const DROPOUT_MAX: u16 = 3000;
/// How far back packets are told apart from duplicates. Older ones begin the stream anew if they go on.
const WINDOW: u32 = 64;

/// What a packet is in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The next packet, or one after packets that are missing so far.
    Newest,
    /// An older packet that was missing.
    Reordered,
    /// The first packet after the sender changed its source or began to count anew: what was buffered
    /// belongs to the past.
    Restarted,
    /// A packet that was there before. To be dropped.
    Duplicate,
    /// Of an unknown source or far from the sequence, and not yet confirmed. To be dropped.
    Unconfirmed,
}

impl Arrival {
    /// Whether the packet may be used.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Newest | Self::Reordered | Self::Restarted)
    }
}

/// Totals over the life of a leg, across changes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReceptionCounts {
    /// Packets used.
    pub received: u64,
    /// Packets that the sequence numbers promise.
    pub expected: u64,
    /// Packets dropped because they had been there.
    pub duplicates: u64,
    /// Packets that arrived after younger ones.
    pub reordered: u64,
    /// Packets of sources that were not confirmed.
    pub unconfirmed: u64,
    /// How often the source changed or began anew.
    pub restarts: u64,
}

impl ReceptionCounts {
    /// Packets that never arrived.
    pub const fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }
}

/// A reception report block without its addressing (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceptionReport {
    /// The source reported on.
    pub ssrc: u32,
    /// Share lost since the report before, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the source began, in 24 bits.
    pub lost: i32,
    /// Highest sequence number with its cycles.
    pub highest_sequence: u32,
    /// Mean deviation of arrival, in ticks of the RTP clock.
    pub jitter: u32,
}

/// One incoming stream.
#[derive(Debug, Clone)]
pub struct Reception {
    clock_rate: u32,
    source: Option<Source>,
    candidate: Option<Candidate>,
    before: ReceptionCounts,
    jitter_max: u32,
}

#[derive(Debug, Clone)]
struct Source {
    ssrc: u32,
    /// First and highest sequence number, extended by cycles.
    base: u32,
    highest: u32,
    /// Bit n: the packet n before the highest was there.
    seen: u64,
    received: u32,
    /// At the report before.
    reported: (u32, u32),
    transit: u32,
    /// Sixteen times the jitter, as RFC 3550 A.8 keeps it.
    jitter: u32,
}

/// A stream that might become the source.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    ssrc: u32,
    next: u16,
    packets: u8,
}

impl Reception {
    /// A stream of which nothing was received, with a clock of this many ticks a second.
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            source: None,
            candidate: None,
            before: ReceptionCounts::default(),
            jitter_max: 0,
        }
    }

    /// Takes note of a packet that came from the right address and passed authentication.
    pub fn receive(&mut self, now: MediaTime, header: &RtpHeader) -> Arrival {
        let arrival = self.place(header);
        match arrival {
            Arrival::Newest | Arrival::Restarted => self.measure_jitter(now, header, arrival),
            Arrival::Reordered => self.before.reordered += 1,
            Arrival::Duplicate => self.before.duplicates += 1,
            Arrival::Unconfirmed => self.before.unconfirmed += 1,
        }
        arrival
    }

    /// The source that the stream follows.
    pub fn ssrc(&self) -> Option<u32> {
        self.source.as_ref().map(|source| source.ssrc)
    }

    /// Totals so far.
    pub fn counts(&self) -> ReceptionCounts {
        let mut counts = self.before;
        if let Some(source) = &self.source {
            counts.received += u64::from(source.received);
            counts.expected += u64::from(source.expected());
        }
        counts
    }

    /// Jitter now.
    pub fn jitter(&self) -> Duration {
        let ticks = self.source.as_ref().map_or(0, |source| source.jitter >> 4);
        self.duration_of(ticks)
    }

    /// The largest jitter there was.
    pub fn jitter_max(&self) -> Duration {
        self.duration_of(self.jitter_max)
    }

    /// The block for the next report; none while nothing was received. Loss is told since the last call.
    pub fn report(&mut self) -> Option<ReceptionReport> {
        let source = self.source.as_mut()?;
        let expected = source.expected();
        let (expected_before, received_before) =
            std::mem::replace(&mut source.reported, (expected, source.received));
        let interval = expected.wrapping_sub(expected_before);
        let received = source.received.wrapping_sub(received_before);
        let lost = interval.saturating_sub(received);
        let fraction = (u64::from(lost) << 8)
            .checked_div(u64::from(interval))
            .unwrap_or(0);
        let total = i64::from(expected) - i64::from(source.received);
        Some(ReceptionReport {
            ssrc: source.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: i32::try_from(total.clamp(-0x80_0000, 0x7F_FFFF)).unwrap_or(0),
            highest_sequence: source.highest,
            jitter: source.jitter >> 4,
        })
    }

    fn place(&mut self, header: &RtpHeader) -> Arrival {
        match &mut self.source {
            None => {
                self.source = Some(Source::new(header));
                Arrival::Newest
            }
            Some(source) if source.ssrc == header.ssrc => match source.place(header.sequence) {
                Some(arrival) => {
                    self.candidate = None;
                    arrival
                }
                None => self.confirm(header),
            },
            Some(_) => self.confirm(header),
        }
    }

    /// A packet that does not belong to the source: followed when enough of its kind come in sequence.
    fn confirm(&mut self, header: &RtpHeader) -> Arrival {
        let packets = match self.candidate {
            Some(candidate)
                if candidate.ssrc == header.ssrc && candidate.next == header.sequence =>
            {
                candidate.packets + 1
            }
            _ => 1,
        };
        if packets < SSRC_CHANGE_PACKETS {
            self.candidate = Some(Candidate {
                ssrc: header.ssrc,
                next: header.sequence.wrapping_add(1),
                packets,
            });
            return Arrival::Unconfirmed;
        }
        let mut before = self.counts();
        before.restarts += 1;
        self.before = before;
        self.candidate = None;
        self.source = Some(Source::new(header));
        Arrival::Restarted
    }

    fn measure_jitter(&mut self, now: MediaTime, header: &RtpHeader, arrival: Arrival) {
        let Some(source) = &mut self.source else {
            return;
        };
        let ticks = now.ticks_since(MediaTime::default(), self.clock_rate);
        let transit = ticks.wrapping_sub(header.timestamp);
        if source.received > 1 && arrival == Arrival::Newest {
            let deviation = transit.wrapping_sub(source.transit).cast_signed();
            // A second and more is a clock that jumped, not a network that trembles.
            let deviation = deviation.unsigned_abs().min(self.clock_rate);
            source.jitter += deviation;
            source.jitter -= (source.jitter - deviation + 8) >> 4;
            self.jitter_max = self.jitter_max.max(source.jitter >> 4);
        }
        source.transit = transit;
    }

    fn duration_of(&self, ticks: u32) -> Duration {
        let micros = u64::from(ticks) * 1_000_000;
        Duration::from_micros(micros.checked_div(u64::from(self.clock_rate)).unwrap_or(0))
    }
}

impl Source {
    fn new(header: &RtpHeader) -> Self {
        let first = u32::from(header.sequence);
        Self {
            ssrc: header.ssrc,
            base: first,
            highest: first,
            seen: 1,
            received: 1,
            reported: (0, 0),
            transit: 0,
            jitter: 0,
        }
    }

    fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.base).wrapping_add(1)
    }

    /// None where the number is too far away to belong here.
    fn place(&mut self, sequence: u16) -> Option<Arrival> {
        let [_, _, high, low] = self.highest.to_be_bytes();
        let ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead == 0 {
            return Some(Arrival::Duplicate);
        }
        if ahead <= DROPOUT_MAX {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
            self.seen = self.seen.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
            self.received += 1;
            return Some(Arrival::Newest);
        }
        let behind = u32::from(ahead.wrapping_neg());
        if behind >= WINDOW {
            return None;
        }
        let bit = 1 << behind;
        if self.seen & bit != 0 {
            return Some(Arrival::Duplicate);
        }
        self.seen |= bit;
        // Older than the first packet: the stream began earlier than was known.
        let sequence = self.highest.wrapping_sub(behind);
        if sequence.wrapping_sub(self.base).cast_signed() < 0 {
            self.base = sequence;
        }
        self.received += 1;
        Some(Arrival::Reordered)
    }
}
