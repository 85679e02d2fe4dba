//! The stream that a leg sends: one sequence of packets, whatever it is fed from.

use super::RtpHeader;
use crate::time::MediaTime;

/// How an outgoing stream begins. The numbers are random (RFC 3550, section 5.1) and come from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutgoingConfig {
    /// Our synchronisation source.
    pub ssrc: u32,
    /// Number of the first packet.
    pub first_sequence: u16,
    /// Timestamp of the first packet.
    pub first_timestamp: u32,
    /// Ticks a second; 8000 for G.711, and by an old mistake for G.722 too (RFC 3551, section 4.5.2).
    pub clock_rate: u32,
}

/// How far back behind the newest packet stragglers are relayed.
const FIRST_KEPT: u16 = 64;

/// Numbers packets so that the receiver sees one stream, while prompts, tones and relayed packets of
/// changing sources alternate behind it. Relayed packets keep their distances, so loss and order before
/// us stay visible behind us.
#[derive(Debug, Clone)]
pub struct Outgoing {
    config: OutgoingConfig,
    /// Highest sequence number sent, its timestamp and when.
    last: Option<Last>,
    /// What must be added to the numbers of the stream that is relayed now.
    relayed: Option<Shift>,
    packets: u32,
    octets: u32,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    sequence: u16,
    timestamp: u32,
    at: MediaTime,
}

#[derive(Debug, Clone, Copy)]
struct Shift {
    ssrc: u32,
    /// The oldest number before us that is still relayed.
    first: u16,
    sequence: u16,
    timestamp: u32,
}

impl Outgoing {
    /// A stream of which nothing was sent.
    pub const fn new(config: OutgoingConfig) -> Self {
        Self {
            config,
            last: None,
            relayed: None,
            packets: 0,
            octets: 0,
        }
    }

    /// Our synchronisation source.
    pub const fn ssrc(&self) -> u32 {
        self.config.ssrc
    }

    /// Packets and payload bytes sent so far, modulo 2^32, as sender reports carry them.
    pub const fn sent(&self) -> (u32, u32) {
        (self.packets, self.octets)
    }

    /// The RTP timestamp that belongs to `now`; none before the first packet.
    pub fn timestamp_at(&self, now: MediaTime) -> Option<u32> {
        self.last.map(|last| self.timestamp_after(last, now))
    }

    /// The header for a packet relayed from a stream in which it had `header`. `restarted` says that the
    /// stream before us began anew. None for a straggler from before the point at which relaying began:
    /// its number may be taken, and under SRTP no number may be used twice.
    pub fn relay(
        &mut self,
        now: MediaTime,
        header: &RtpHeader,
        restarted: bool,
        payload_type: u8,
        payload_bytes: usize,
    ) -> Option<RtpHeader> {
        let known = self
            .relayed
            .filter(|shift| shift.ssrc == header.ssrc && !restarted);
        if known.is_some_and(|shift| header.sequence.wrapping_sub(shift.first) >= 0x8000) {
            return None;
        }
        let shift = known.unwrap_or_else(|| {
            let (sequence, timestamp) = self.next_place(now);
            Shift {
                ssrc: header.ssrc,
                first: header.sequence,
                sequence: sequence.wrapping_sub(header.sequence),
                timestamp: timestamp.wrapping_sub(header.timestamp),
            }
        });
        // The beginning moves along, so that half of all numbers never lies behind it.
        let first = header.sequence.wrapping_sub(FIRST_KEPT);
        let moved = first.wrapping_sub(shift.first) < 0x8000;
        self.relayed = Some(Shift {
            first: if moved { first } else { shift.first },
            ..shift
        });
        let relayed = RtpHeader {
            marker: header.marker || known.is_none(),
            payload_type,
            sequence: header.sequence.wrapping_add(shift.sequence),
            timestamp: header.timestamp.wrapping_add(shift.timestamp),
            ssrc: self.config.ssrc,
        };
        self.note(now, &relayed, payload_bytes);
        Some(relayed)
    }

    /// The header for a packet made here. Its timestamp is the next in the rhythm of `ticks` a packet
    /// as long as packets are made in time, and follows the clock after a pause.
    pub fn make(
        &mut self,
        now: MediaTime,
        ticks: u32,
        payload_type: u8,
        payload_bytes: usize,
    ) -> RtpHeader {
        let began = self.relayed.take().is_some() || self.last.is_none();
        let (sequence, by_clock) = self.next_place(now);
        let mut timestamp = by_clock;
        let mut paused = began;
        if let Some(last) = self.last.filter(|_| !began) {
            let rhythm = last.timestamp.wrapping_add(ticks);
            // A wheel that is late by less than three packets is no pause.
            paused = by_clock.wrapping_sub(rhythm).cast_signed() > (3 * ticks).cast_signed();
            if !paused {
                timestamp = rhythm;
            }
        }
        let made = RtpHeader {
            marker: paused,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.config.ssrc,
        };
        self.note(now, &made, payload_bytes);
        made
    }

    /// The header for a packet of a telephone event that began at `timestamp`: all packets of an event
    /// carry its beginning (RFC 4733, section 2.5.1.2).
    pub fn event(
        &mut self,
        now: MediaTime,
        timestamp: u32,
        marker: bool,
        payload_type: u8,
        payload_bytes: usize,
    ) -> RtpHeader {
        self.relayed = None;
        let (sequence, _) = self.next_place(now);
        let header = RtpHeader {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.config.ssrc,
        };
        self.note(now, &header, payload_bytes);
        header
    }

    /// The timestamp at which an event or packet that begins now belongs.
    pub fn next_timestamp(&self, now: MediaTime) -> u32 {
        self.next_place(now).1
    }

    fn next_place(&self, now: MediaTime) -> (u16, u32) {
        match self.last {
            None => (self.config.first_sequence, self.config.first_timestamp),
            Some(last) => {
                let timestamp = self.timestamp_after(last, now);
                // Two packets never share a timestamp unless they are one event's.
                let timestamp = if timestamp == last.timestamp {
                    timestamp.wrapping_add(1)
                } else {
                    timestamp
                };
                (last.sequence.wrapping_add(1), timestamp)
            }
        }
    }

    fn timestamp_after(&self, last: Last, now: MediaTime) -> u32 {
        last.timestamp
            .wrapping_add(now.ticks_since(last.at, self.config.clock_rate))
    }

    fn note(&mut self, now: MediaTime, header: &RtpHeader, payload_bytes: usize) {
        self.packets = self.packets.wrapping_add(1);
        let octets = u32::try_from(payload_bytes).unwrap_or(u32::MAX);
        self.octets = self.octets.wrapping_add(octets);
        let newest = self.last.is_none_or(|last| {
            let ahead = header.sequence.wrapping_sub(last.sequence);
            ahead != 0 && ahead < 0x8000
        });
        if newest {
            // All packets of an event carry its beginning: the clock goes on from there.
            let begun = self
                .last
                .filter(|last| last.timestamp == header.timestamp)
                .map(|last| last.at);
            self.last = Some(Last {
                sequence: header.sequence,
                timestamp: header.timestamp,
                at: begun.unwrap_or(now),
            });
        }
    }
}
