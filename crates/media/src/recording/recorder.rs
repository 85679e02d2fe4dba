//! From frames of two parties to chunks.

use super::chunk::{BYTES_PER_MS, CHUNK_BYTES, CHUNK_MS, Chunk, MARKS_MAX, Mark, MarkKind};
use crate::frame::{FRAME_BYTES, G711Frame};
use crate::g711::Law;
use crate::time::MediaTime;

/// Longest recording: a day. What comes later is not recorded.
pub const RECORDING_MS_MAX: u32 = 24 * 60 * 60 * 1000;

/// How long a chunk waits behind its end for frames that are late.
const GRACE_MS: u32 = 250;
/// What is held: a chunk and what may come while it waits.
const HELD_BYTES: usize = 2 * CHUNK_BYTES;
/// A frame that is off by less goes where the one before it ended: arrival trembles, audio does not.
const TREMBLE_MS: u32 = 40;
const FRAME_MS: u32 = 20;

/// Whose audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The customer, on the left channel.
    Customer,
    /// The agent or the system, on the right channel.
    Agent,
}

/// Records one call. Time without frames is silence; while paused everything is.
#[derive(Debug, Clone)]
pub struct Recorder {
    law: Law,
    started: MediaTime,
    /// Number of the next chunk.
    index: u32,
    /// Audio from the beginning of that chunk on, silence where nothing came.
    held: Box<[u8]>,
    marks: Vec<Mark>,
    /// Where the last frame of each side ended, in milliseconds of the recording.
    ends: [u32; 2],
    paused: bool,
}

impl Recorder {
    /// A recording that begins at `started`, of audio of this law.
    pub fn new(law: Law, started: MediaTime) -> Self {
        Self {
            law,
            started,
            index: 0,
            held: vec![law.silence(); HELD_BYTES].into_boxed_slice(),
            marks: Vec::new(),
            ends: [0; 2],
            paused: false,
        }
    }

    /// Takes 20 ms of one side that began at `at`, in order and free of what must not be recorded.
    /// Frames of a time that was already given out are dropped, as are all while paused.
    pub fn record(&mut self, side: Side, at: MediaTime, frame: &G711Frame) {
        let expected = match side {
            Side::Customer => self.ends.first_mut(),
            Side::Agent => self.ends.last_mut(),
        };
        let (Some(expected), Some(at_ms)) = (expected, ms_between(self.started, at)) else {
            return;
        };
        let place = if at_ms.abs_diff(*expected) <= TREMBLE_MS {
            *expected
        } else {
            at_ms
        };
        *expected = place + FRAME_MS;
        let Some(offset_ms) = place.checked_sub(self.start_ms()).filter(|_| !self.paused) else {
            return;
        };
        let channel = usize::from(side == Side::Agent);
        let offset = usize::try_from(offset_ms).unwrap_or(usize::MAX);
        let slots = self
            .held
            .iter_mut()
            .skip(offset.saturating_mul(BYTES_PER_MS).saturating_add(channel))
            .step_by(2)
            .take(FRAME_BYTES);
        for (slot, byte) in slots.zip(frame) {
            *slot = *byte;
        }
    }

    /// Records silence from now on, for as long as a card is entered. What was taken before and belongs
    /// to a later time is silenced as well.
    pub fn pause(&mut self, now: MediaTime) {
        if !self.paused {
            self.paused = true;
            self.mark(now, MarkKind::Paused);
            let now_ms = ms_between(self.started, now).unwrap_or(0);
            let offset_ms = now_ms.saturating_sub(self.start_ms());
            let offset = usize::try_from(offset_ms).unwrap_or(usize::MAX);
            let silence = self.law.silence();
            let later = self
                .held
                .iter_mut()
                .skip(offset.saturating_mul(BYTES_PER_MS));
            later.for_each(|slot| *slot = silence);
        }
    }

    /// Records audio again.
    pub fn resume(&mut self, now: MediaTime) {
        if self.paused {
            self.paused = false;
            self.mark(now, MarkKind::Resumed);
        }
    }

    /// Notes that chunks could not be written.
    pub fn mark_gap(&mut self, now: MediaTime) {
        self.mark(now, MarkKind::Gap);
    }

    /// Whether silence is recorded.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// The next chunk that is complete by now. To be asked until there is none.
    pub fn next_chunk(&mut self, now: MediaTime) -> Option<Chunk> {
        (now >= self.next_deadline()).then(|| self.take(CHUNK_BYTES))
    }

    /// When the next chunk is complete.
    pub fn next_deadline(&self) -> MediaTime {
        let due = self.start_ms() + CHUNK_MS + GRACE_MS;
        self.started
            .plus(std::time::Duration::from_millis(u64::from(due)))
    }

    /// Ends the recording: everything up to now, in chunks. The last one may be shorter than the others
    /// and there always is one.
    pub fn finish(mut self, now: MediaTime) -> Vec<Chunk> {
        let end_ms = ms_between(self.started, now).unwrap_or(0);
        let mut chunks = Vec::new();
        while end_ms.saturating_sub(self.start_ms()) >= CHUNK_MS {
            chunks.push(self.take(CHUNK_BYTES));
        }
        let rest_ms = end_ms.saturating_sub(self.start_ms());
        if rest_ms > 0 || chunks.is_empty() {
            let rest = usize::try_from(rest_ms).unwrap_or(0) * BYTES_PER_MS;
            chunks.push(self.take(rest));
        }
        chunks
    }

    fn start_ms(&self) -> u32 {
        self.index.saturating_mul(CHUNK_MS)
    }

    fn take(&mut self, bytes: usize) -> Chunk {
        let silence = self.law.silence();
        let samples = self.held.get(..bytes).unwrap_or_default().to_vec();
        self.held.rotate_left(CHUNK_BYTES);
        let fresh = self.held.iter_mut().skip(HELD_BYTES - CHUNK_BYTES);
        fresh.for_each(|slot| *slot = silence);
        let start_ms = self.start_ms();
        let end_ms = start_ms + CHUNK_MS;
        let later = self.marks.partition_point(|mark| mark.at_ms < end_ms);
        let marks = self.marks.drain(..later).collect();
        let chunk = Chunk {
            index: self.index,
            start_ms,
            law: self.law,
            marks,
            samples,
        };
        self.index += 1;
        chunk
    }

    fn mark(&mut self, now: MediaTime, kind: MarkKind) {
        let now_ms = ms_between(self.started, now).unwrap_or(RECORDING_MS_MAX);
        // What happened while its chunk was given out stands at the next one's beginning.
        let last = self.marks.last().map_or(self.start_ms(), |mark| mark.at_ms);
        if self.marks.len() < MARKS_MAX {
            self.marks.push(Mark {
                at_ms: now_ms.max(last),
                kind,
            });
        }
    }
}

/// Milliseconds into the recording; none before its beginning and beyond its longest.
fn ms_between(started: MediaTime, at: MediaTime) -> Option<u32> {
    if at < started {
        return None;
    }
    u32::try_from(at.since(started).as_millis())
        .ok()
        .filter(|ms| *ms < RECORDING_MS_MAX)
}
