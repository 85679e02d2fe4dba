//! Telephone events (RFC 4733, sections 2.3 to 2.5).

use std::time::Duration;

use super::digit::{Digit, DigitEvent};
use crate::time::MediaTime;

/// Length of an event's payload.
pub const EVENT_BYTES: usize = 4;
/// An event of which nothing more is heard has ended: all three end packets were lost.
pub const EVENT_SILENCE_MAX: Duration = Duration::from_millis(200);
/// How often the end is sent (RFC 4733, section 2.5.1.4).
const END_PACKETS: u8 = 3;
/// A longer event goes on as another with a timestamp of its own (section 2.5.1.3).
const SEGMENT_TICKS: u16 = u16::MAX;

/// The payload of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// Which event, 0 to 15 for keys. Redacted nowhere: keep it out of logs.
    pub code: u8,
    /// Whether the event has ended.
    pub end: bool,
    /// Level below 0 dBm0, 0 to 63.
    pub volume: u8,
    /// Since the event's timestamp, in ticks.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload. Further events in the same packet (section 2.5.1.5) are left alone; the
    /// reserved bit is ignored, as the RFC asks.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low] = *payload.first_chunk::<EVENT_BYTES>()?;
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// The payload.
    pub const fn to_bytes(self) -> [u8; EVENT_BYTES] {
        let [high, low] = self.duration.to_be_bytes();
        let end = if self.end { 0x80 } else { 0 };
        [self.code, end | self.volume & 0x3F, high, low]
    }
}

/// Gives every key once, whatever was lost, doubled or reordered: events are told apart by timestamp.
#[derive(Debug, Clone, Default)]
pub struct EventReceiver {
    current: Option<Current>,
    /// Timestamp of the newest event that has ended.
    ended: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Current {
    digit: Digit,
    /// Of the newest segment.
    timestamp: u32,
    duration: u16,
    /// Ticks of the segments before.
    before: u32,
    heard: MediaTime,
}

impl Current {
    fn released(&self) -> DigitEvent {
        let ticks = self.before.saturating_add(u32::from(self.duration));
        DigitEvent::Released(self.digit, ticks / 8)
    }
}

impl EventReceiver {
    /// A receiver that has heard nothing.
    pub const fn new() -> Self {
        Self {
            current: None,
            ended: None,
        }
    }

    /// Takes a packet of the event's payload type. Up to two things follow: the end of a key whose end
    /// packets were lost, and what the packet itself says. Events that are no keys give nothing.
    pub fn receive(
        &mut self,
        now: MediaTime,
        timestamp: u32,
        event: TelephoneEvent,
    ) -> [Option<DigitEvent>; 3] {
        let Some(digit) = Digit::from_code(event.code) else {
            return [None; 3];
        };
        if self.is_past(timestamp) {
            return [None; 3];
        }
        let mut given = [None; 3];
        let [lost_end, pressed, released] = &mut given;
        let mut current = match self.current.take() {
            Some(current) if current.timestamp == timestamp => current,
            Some(current) if current.is_continued_by(digit, timestamp) => Current {
                timestamp,
                before: current.before.saturating_add(u32::from(SEGMENT_TICKS)),
                duration: 0,
                ..current
            },
            other => {
                *lost_end = other.map(|current| current.released());
                *pressed = Some(DigitEvent::Pressed(digit));
                Current {
                    digit,
                    timestamp,
                    duration: 0,
                    before: 0,
                    heard: now,
                }
            }
        };
        current.heard = now;
        current.duration = current.duration.max(event.duration);
        if event.end {
            *released = Some(current.released());
            self.ended = Some(timestamp);
        } else {
            self.current = Some(current);
        }
        given
    }

    /// Ends a key of which nothing was heard for [`EVENT_SILENCE_MAX`].
    pub fn expire(&mut self, now: MediaTime) -> Option<DigitEvent> {
        let current = self
            .current
            .filter(|current| now.since(current.heard) >= EVENT_SILENCE_MAX)?;
        self.current = None;
        self.ended = Some(current.timestamp);
        Some(current.released())
    }

    /// Forgets everything because the stream began anew; a key that was held is released.
    pub fn end(&mut self) -> Option<DigitEvent> {
        self.ended = None;
        self.current.take().map(|current| current.released())
    }

    /// When [`EventReceiver::expire`] has something to do.
    pub fn next_deadline(&self) -> Option<MediaTime> {
        self.current
            .map(|current| current.heard.plus(EVENT_SILENCE_MAX))
    }

    /// Whether the event of this timestamp is over, or older than the one that is heard.
    fn is_past(&self, timestamp: u32) -> bool {
        let older = |than: u32| timestamp.wrapping_sub(than).cast_signed();
        self.ended.is_some_and(|ended| older(ended) <= 0)
            || self
                .current
                .is_some_and(|current| older(current.timestamp) < 0)
    }
}

impl Current {
    fn is_continued_by(&self, digit: Digit, timestamp: u32) -> bool {
        self.digit == digit && timestamp == self.timestamp.wrapping_add(u32::from(SEGMENT_TICKS))
    }
}

/// One packet to send: [`crate::rtp::Outgoing::event`] makes its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    /// Whether this is the first packet of the event.
    pub marker: bool,
    /// Timestamp of the event's beginning.
    pub timestamp: u32,
    /// The payload.
    pub payload: [u8; EVENT_BYTES],
}

/// The packets of one key: one every 20 ms, the end three times.
#[derive(Debug, Clone)]
pub struct EventSender {
    digit: Digit,
    timestamp: u32,
    total: u16,
    sent: u16,
    ends: u8,
}

impl EventSender {
    /// A key pressed for this long, at most 8 s, that begins at `timestamp` of an 8 kHz clock.
    pub fn new(digit: Digit, pressed: Duration, timestamp: u32) -> Self {
        let ticks = u16::try_from(pressed.as_millis().saturating_mul(8)).unwrap_or(SEGMENT_TICKS);
        Self {
            digit,
            timestamp,
            total: ticks.max(Self::STEP),
            sent: 0,
            ends: 0,
        }
    }

    const STEP: u16 = 160;
    /// As handsets send: -10 dBm0.
    const VOLUME: u8 = 10;
}

impl Iterator for EventSender {
    type Item = EventPacket;

    fn next(&mut self) -> Option<EventPacket> {
        if self.ends == END_PACKETS {
            return None;
        }
        let marker = self.sent == 0;
        self.sent = self.sent.saturating_add(Self::STEP).min(self.total);
        // The first packet is never the end: some receivers take a key from its beginning alone.
        let end = self.sent == self.total && !marker;
        if end {
            self.ends += 1;
        }
        Some(EventPacket {
            marker,
            timestamp: self.timestamp,
            payload: TelephoneEvent {
                code: self.digit.code(),
                end,
                volume: Self::VOLUME,
                duration: self.sent,
            }
            .to_bytes(),
        })
    }
}
