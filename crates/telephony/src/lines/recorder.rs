//! Records a line: the customer on the left, the agent or what the system says on the right.

use media::frame::{FRAME_BYTES, G711Frame};
use media::recording::{Recorder, Side};
use media::tones::{FILTER_DELAY_FRAMES, FilterMode, ToneFilter};
use media::{Law, MediaTime};
use std::time::Duration;

use crate::tapes::{TapeFeed, TapeId};

#[cfg(test)]
mod tests;

/// What a line must record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capture {
    /// Whether the left channel has the customer.
    pub(crate) customer: bool,
    /// Whom the right one has.
    pub(crate) right: Right,
    /// Both are silent.
    pub(crate) paused: bool,
}

/// Whom the right channel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Nobody,
    Agent,
    System,
}

/// A change of what a line records.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RecordCommand {
    Begin(TapeId, Capture),
    Change(Capture),
    End,
}

/// A packet that seems to be later began a new stretch: senders pause, and clocks jump.
const LATE_MAX: Duration = Duration::from_secs(2);
/// With each packet, the clock of a stream is set back by this part of the packet's delay.
const CREEP: u32 = 256;
/// Ticks of an RTP clock of 8 kHz in a microsecond: one in so many.
const MICROS_PER_TICK: u64 = 125;

/// How long a key may still sound when a pause is over.
const KEY_MAX: Duration = Duration::from_secs(1);

/// When the customer's audio is searched for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filters {
    Always,
    /// While paused, and for a moment behind.
    AroundPauses {
        until: Option<MediaTime>,
    },
}

/// The recording of a line.
pub(super) struct LineRecording {
    tape: TapeId,
    recorder: Recorder,
    law: Law,
    capture: Capture,
    customer: Voice,
    agent: Voice,
    /// Keeps keys out that are pressed before anybody asks for them or held after: always in the part with
    /// the flow, around pauses in the other.
    filter: Option<ToneFilter>,
    filters: Filters,
    /// What was said before is not to be heard: it belongs to a pause.
    audible_from: MediaTime,
    lost: u32,
}

impl LineRecording {
    pub(super) fn new(now: MediaTime, law: Law, tape: TapeId, capture: Capture) -> Self {
        let mut recording = Self {
            tape,
            recorder: Recorder::new(law, now),
            law,
            capture,
            customer: Voice::new(),
            agent: Voice::new(),
            filter: None,
            filters: Filters::AroundPauses { until: None },
            audible_from: now,
            lost: 0,
        };
        if capture.right == Right::System {
            recording.filters = Filters::Always;
            recording.listen_for_keys();
        }
        recording.change(now, capture);
        recording
    }

    pub(super) fn change(&mut self, now: MediaTime, capture: Capture) {
        self.capture = capture;
        self.set_paused(now, capture.paused);
    }

    /// Takes a packet of the customer. While keys are collected, nothing is recorded whatever was ordered.
    pub(super) fn customer(&mut self, now: MediaTime, packet: Packet<'_>, collecting: bool) {
        self.set_paused(now, self.capture.paused || collecting);
        let is_recorded = self.capture.customer && !self.recorder.is_paused();
        if !is_recorded && self.filter.is_none() {
            self.customer.forget();
            return;
        }
        let (recorder, filter, audible_from) =
            (&mut self.recorder, &mut self.filter, self.audible_from);
        self.customer.take(now, packet, self.law, |at, frame| {
            let at = match filter {
                Some(filter) => {
                    filter.pass(frame);
                    earlier(at, FILTER_DELAY_FRAMES)
                }
                None => at,
            };
            if is_recorded && at >= audible_from {
                recorder.record(Side::Customer, at, frame);
            }
        });
        if let Filters::AroundPauses { until: Some(until) } = self.filters
            && now >= until
        {
            self.filters = Filters::AroundPauses { until: None };
            self.filter = None;
        }
    }

    /// Takes a packet of the agent.
    pub(super) fn agent(&mut self, now: MediaTime, packet: Packet<'_>) {
        if self.capture.right != Right::Agent || self.recorder.is_paused() {
            self.agent.forget();
            return;
        }
        let recorder = &mut self.recorder;
        self.agent.take(now, packet, self.law, |at, frame| {
            recorder.record(Side::Agent, at, frame);
        });
    }

    /// Takes what the system says to the customer; it was due then.
    pub(super) fn system(
        &mut self,
        now: MediaTime,
        due: MediaTime,
        frame: &G711Frame,
        collecting: bool,
    ) {
        self.set_paused(now, self.capture.paused || collecting);
        if self.capture.right == Right::System && !self.recorder.is_paused() {
            self.recorder.record(Side::Agent, due, frame);
        }
    }

    /// Gives away what is complete.
    pub(super) fn tick(&mut self, now: MediaTime, feed: &mut TapeFeed) {
        while let Some(chunk) = self.recorder.next_chunk(now) {
            if !feed.chunk(self.tape, chunk) {
                self.recorder.mark_gap(now);
                self.lose();
            }
        }
    }

    /// Gives away the rest.
    pub(super) fn end(self, now: MediaTime, feed: &mut TapeFeed) {
        let (mut lost, tape) = (self.lost, self.tape);
        for chunk in self.recorder.finish(now) {
            if !feed.chunk(tape, chunk) {
                lost += 1;
            }
        }
        if lost > 0 {
            tracing::error!(chunks = lost, "a recording has ended with gaps");
        }
        feed.end(tape);
    }

    fn lose(&mut self) {
        if self.lost == 0 {
            tracing::error!("recordings are written too slowly: audio is lost and marked as a gap");
        }
        self.lost = self.lost.saturating_add(1);
    }

    fn set_paused(&mut self, now: MediaTime, paused: bool) {
        if paused == self.recorder.is_paused() {
            return;
        }
        if paused {
            self.recorder.pause(now);
            self.listen_for_keys();
            if let Filters::AroundPauses { until } = &mut self.filters {
                *until = None;
            }
        } else {
            self.recorder.resume(now);
            self.audible_from = now;
            if let Filters::AroundPauses { until } = &mut self.filters {
                *until = Some(now.plus(KEY_MAX));
            }
        }
    }

    fn listen_for_keys(&mut self) {
        let law = self.law;
        self.filter
            .get_or_insert_with(|| ToneFilter::new(law, FilterMode::WithoutTones));
    }
}

/// A packet of audio in G.711.
#[derive(Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) law: Law,
    pub(super) timestamp: u32,
    pub(super) restarted: bool,
    pub(super) payload: &'a [u8],
}

/// One side's packets as frames on the time line. Their own clock places them: arrival trembles.
struct Voice {
    /// A timestamp and the time that it stands for.
    base: Option<(u32, MediaTime)>,
    /// What was too short for a frame, and the timestamp behind it.
    rest: [u8; FRAME_BYTES],
    held: usize,
    end: u32,
}

impl Voice {
    const fn new() -> Self {
        Self {
            base: None,
            rest: [0; FRAME_BYTES],
            held: 0,
            end: 0,
        }
    }

    /// What comes next begins anew.
    const fn forget(&mut self) {
        self.base = None;
        self.held = 0;
    }

    fn take(
        &mut self,
        now: MediaTime,
        packet: Packet<'_>,
        law: Law,
        mut each: impl FnMut(MediaTime, &mut G711Frame),
    ) {
        if packet.restarted {
            self.forget();
        }
        let mut at = self.place(now, packet.timestamp);
        if self.end != packet.timestamp {
            self.held = 0;
        }
        at = earlier_micros(at, self.held as u64 * MICROS_PER_TICK);
        self.end = packet
            .timestamp
            .wrapping_add(u32::try_from(packet.payload.len()).unwrap_or(0));
        for byte in packet.payload {
            if let Some(place) = self.rest.get_mut(self.held) {
                *place = packet.law.transcode(law, *byte);
                self.held += 1;
            }
            if self.held == FRAME_BYTES {
                each(at, &mut self.rest);
                at = at.plus(media::frame::FRAME);
                self.held = 0;
            }
        }
    }

    /// The packet that was quickest says when the stream's clock began; slower ones stand where they belong,
    /// not where they arrived.
    fn place(&mut self, now: MediaTime, timestamp: u32) -> MediaTime {
        if let Some((first, time)) = &mut self.base {
            let ticks = u64::from(timestamp.wrapping_sub(*first));
            // A packet that overtook the first one lies before it.
            let at = if ticks <= u64::from(u32::MAX / 2) {
                time.plus(Duration::from_micros(ticks * MICROS_PER_TICK))
            } else {
                let back = u64::from(first.wrapping_sub(timestamp));
                earlier_micros(*time, back * MICROS_PER_TICK)
            };
            let late = now.since(at);
            if at <= now && late <= LATE_MAX {
                // Clocks drift: one that is slower than ours would fall behind for ever.
                *time = time.plus(late / CREEP);
                return at;
            }
        }
        self.base = Some((timestamp, now));
        now
    }
}

fn earlier(at: MediaTime, frames: usize) -> MediaTime {
    let micros = media::frame::FRAME.as_micros();
    earlier_micros(at, u64::try_from(micros).unwrap_or(0) * frames as u64)
}

fn earlier_micros(at: MediaTime, micros: u64) -> MediaTime {
    MediaTime::from_micros(at.as_micros().saturating_sub(micros))
}
