//! A recording of a call: of whom, when, and how it ended.

use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, RecordingId};
use crate::time::Timestamp;

/// One recording of a segment. Its audio lies elsewhere, sealed under a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// The segment that it belongs to.
    pub contact: ContactId,
    /// Which part of the segment was recorded.
    pub part: RecordingPart,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent while it goes on.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub state: RecordingState,
    /// Length of the audio, in milliseconds, as it can be heard; 0 while it goes on.
    pub length_ms: u64,
    /// How often audio was lost because it could not be written in time.
    pub gaps: u32,
}

/// Part of a segment: each has a recording of its own and is switched on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordingPart {
    /// Customer and agent (`AGENT` in Amazon Connect's `ContactRecordingType`).
    Agent,
    /// Customer and flow, before an agent is there (`IVR`).
    Ivr,
}

/// How far a recording has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordingState {
    /// It goes on.
    Open,
    /// It ended as it should: its end is authentic.
    Complete,
    /// The program ended before it. What is there is authentic, up to the last second before.
    CutOff,
}
