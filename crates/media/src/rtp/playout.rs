//! A playout buffer in fixed memory, for those who need audio in order: recording, mixing, detection.

use crate::frame::{FRAME_BYTES, FRAME_TICKS};

/// What the buffer holds at most, 512 ms.
const RING_BYTES: u32 = 4096;
/// A byte per tick: presence is noted for eight of them at once.
const UNIT_BYTES: u32 = 8;
const UNITS: usize = (RING_BYTES / UNIT_BYTES) as usize;
/// What is buffered before playing begins or goes on, 40 ms.
const PREFILL_BYTES: u32 = 2 * FRAME_TICKS;
/// Frames over which the smallest depth decides whether the delay can shrink: 2 s.
const OBSERVED_FRAMES: u32 = 100;
/// What stays buffered at the worst moment before the delay shrinks.
const SPARE_BYTES: u32 = FRAME_TICKS;

/// What a frame that was played is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// Audio throughout.
    Audio,
    /// Something was lost: silence stands for it.
    Gap,
    /// Nothing is there: the sender is silent, or the network late.
    Silence,
}

/// What became of the audio that went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayoutCounts {
    /// Packets that came after their place was played.
    pub late: u64,
    /// Frames left out because the network became faster.
    pub skipped: u64,
    /// Frames with something lost in them.
    pub gaps: u64,
    /// Times that the buffer ran empty.
    pub underruns: u64,
}

/// Puts packets of a format with one byte per tick of an 8 kHz clock (G.711, G.722) into order and gives
/// 20 ms at a time. The delay adapts: an underrun lets it grow, two seconds of surplus let it shrink.
#[derive(Debug, Clone)]
pub struct Playout {
    ring: Box<[u8; RING_BYTES as usize]>,
    present: [bool; UNITS],
    silence: u8,
    /// The timestamp that lies at the ring's beginning, so that units and packets begin together.
    origin: u32,
    state: State,
    counts: PlayoutCounts,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Nothing was ever there, or all was played.
    Empty,
    /// Collecting before playing goes on: where playing will begin, the end of what is there.
    Filling(Span),
    Playing(Span),
}

/// From the next tick to play up to the newest, which is not in it.
#[derive(Debug, Clone, Copy)]
struct Span {
    next: u32,
    end: u32,
    waited: u32,
    lowest: u32,
    observed: u32,
}

impl Span {
    const fn depth(&self) -> u32 {
        let depth = self.end.wrapping_sub(self.next);
        if depth.cast_signed() < 0 { 0 } else { depth }
    }
}

impl Playout {
    /// An empty buffer. `silence` is the byte that means silence in this format.
    pub fn new(silence: u8) -> Self {
        Self {
            ring: Box::new([silence; RING_BYTES as usize]),
            present: [false; UNITS],
            silence,
            origin: 0,
            state: State::Empty,
            counts: PlayoutCounts::default(),
        }
    }

    /// Puts the payload of a packet at its place. What is late or does not fit is dropped.
    pub fn insert(&mut self, timestamp: u32, payload: &[u8]) {
        let Ok(length) = u32::try_from(payload.len()) else {
            return;
        };
        if length == 0 || length > RING_BYTES / 2 {
            return;
        }
        let end = timestamp.wrapping_add(length);
        let begun = match self.state {
            State::Empty => None,
            State::Filling(span) => {
                // Before playing begins an older packet may still come first.
                let behind = span.next.wrapping_sub(timestamp);
                let fits = span.end.wrapping_sub(timestamp) <= RING_BYTES;
                let earlier = behind.cast_signed() > 0 && fits && span.waited == 0;
                let next = if earlier { timestamp } else { span.next };
                Some(State::Filling(Span { next, ..span }))
            }
            State::Playing(span) => Some(State::Playing(span)),
        };
        let state =
            begun.filter(|state| state.span().is_some_and(|span| fits(&span, timestamp, end)));
        let Some(state) = state else {
            if let Some(span) = begun.and_then(State::span)
                && span.next.wrapping_sub(end) < RING_BYTES
            {
                self.counts.late += 1;
                return;
            }
            // The first packet, or a leap: what was there belongs to the past.
            self.clear();
            self.origin = timestamp;
            self.state = State::Filling(Span {
                next: timestamp,
                end,
                waited: 0,
                lowest: u32::MAX,
                observed: 0,
            });
            self.store(timestamp, payload);
            return;
        };
        self.state = state.reaching(end);
        self.store(timestamp, payload);
    }

    /// Plays 20 ms into `frame`. To be called once per 20 ms.
    pub fn play(&mut self, frame: &mut [u8; FRAME_BYTES]) -> Played {
        frame.fill(self.silence);
        let mut span = match self.state {
            State::Empty => return Played::Silence,
            State::Filling(mut span) => {
                span.waited += FRAME_TICKS;
                if span.depth() < PREFILL_BYTES && span.waited <= PREFILL_BYTES {
                    self.state = State::Filling(span);
                    return Played::Silence;
                }
                span
            }
            State::Playing(span) => span,
        };
        if span.depth() == 0 {
            self.counts.underruns += 1;
            self.clear();
            return Played::Silence;
        }
        let played = self.take(span.next, frame);
        span.next = span.next.wrapping_add(FRAME_TICKS);
        self.shrink(&mut span);
        self.state = State::Playing(span);
        played
    }

    /// What is buffered, in ticks.
    pub fn depth(&self) -> u32 {
        self.state.span().map_or(0, |span| span.depth())
    }

    /// What became of the audio so far.
    pub const fn counts(&self) -> PlayoutCounts {
        self.counts
    }

    /// Leaves a frame out where two seconds never came near to running empty.
    fn shrink(&mut self, span: &mut Span) {
        span.lowest = span.lowest.min(span.depth());
        span.observed += 1;
        if span.observed < OBSERVED_FRAMES {
            return;
        }
        if span.lowest >= SPARE_BYTES + FRAME_TICKS {
            let mut left_out = [self.silence; FRAME_BYTES];
            self.take(span.next, &mut left_out);
            span.next = span.next.wrapping_add(FRAME_TICKS);
            self.counts.skipped += 1;
        }
        span.lowest = u32::MAX;
        span.observed = 0;
    }

    fn store(&mut self, timestamp: u32, payload: &[u8]) {
        let mut place = timestamp;
        for byte in payload {
            // A late part of a packet must not stand where the future will be.
            let (slot, unit) = (self.slot_of(place), self.unit_of(place));
            if self.is_ahead(place)
                && let Some(slot) = self.ring.get_mut(slot)
                && let Some(unit) = self.present.get_mut(unit)
            {
                *slot = *byte;
                *unit = true;
            }
            place = place.wrapping_add(1);
        }
    }

    fn is_ahead(&self, place: u32) -> bool {
        self.state
            .span()
            .is_some_and(|span| place.wrapping_sub(span.next) < RING_BYTES)
    }

    /// Moves 20 ms out of the ring.
    fn take(&mut self, from: u32, frame: &mut [u8; FRAME_BYTES]) -> Played {
        let mut complete = true;
        let mut place = from;
        for byte in frame {
            let (slot, unit) = (self.slot_of(place), self.unit_of(place));
            complete &= self.present.get(unit).copied().unwrap_or(false);
            if let Some(slot) = self.ring.get_mut(slot) {
                *byte = std::mem::replace(slot, self.silence);
            }
            place = place.wrapping_add(1);
        }
        for step in (0..FRAME_TICKS).step_by(UNIT_BYTES as usize) {
            let unit = self.unit_of(from.wrapping_add(step));
            if let Some(unit) = self.present.get_mut(unit) {
                *unit = false;
            }
        }
        if complete {
            Played::Audio
        } else {
            self.counts.gaps += 1;
            Played::Gap
        }
    }

    const fn slot_of(&self, place: u32) -> usize {
        (place.wrapping_sub(self.origin) % RING_BYTES) as usize
    }

    const fn unit_of(&self, place: u32) -> usize {
        self.slot_of(place) / UNIT_BYTES as usize
    }

    fn clear(&mut self) {
        self.ring.fill(self.silence);
        self.present.fill(false);
        self.state = State::Empty;
    }
}

impl State {
    const fn span(self) -> Option<Span> {
        match self {
            Self::Empty => None,
            Self::Filling(span) | Self::Playing(span) => Some(span),
        }
    }

    /// The same with everything up to `end` in it.
    const fn reaching(self, end: u32) -> Self {
        match self {
            Self::Empty => Self::Empty,
            Self::Filling(mut span) => {
                span.end = later(span.end, end);
                Self::Filling(span)
            }
            Self::Playing(mut span) => {
                span.end = later(span.end, end);
                Self::Playing(span)
            }
        }
    }
}

const fn later(one: u32, other: u32) -> u32 {
    if other.wrapping_sub(one).cast_signed() > 0 {
        other
    } else {
        one
    }
}

/// Whether some of a packet is still to be played, and all of it fits into the ring.
const fn fits(span: &Span, timestamp: u32, end: u32) -> bool {
    let ahead = end.wrapping_sub(span.next);
    let start = timestamp.wrapping_sub(span.next).cast_signed();
    ahead.cast_signed() > 0 && ahead <= RING_BYTES && start > -(RING_BYTES.cast_signed())
}
