//! Keeps digits in audio from agents and recordings.

use super::detector::DtmfDetector;
use super::digit::DigitEvent;
use crate::frame::{FRAME_BYTES, FRAME_SAMPLES, G711Frame};
use crate::g711::Law;

/// By how many frames audio is late while tones are removed. A digit is certain at most 40 ms after it
/// began, at the end of a frame: what it began with is still held back then.
pub const FILTER_DELAY_FRAMES: usize = 3;
/// Frames that stay silent behind a tone: the detector hears its end late, the tone fades.
const HANGOVER_FRAMES: u8 = 1;

/// What the filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterMode {
    /// Everything, at once. For parties who may hear tones.
    Open,
    /// Everything but digits, 60 ms late.
    WithoutTones,
    /// Nothing: input is being collected. Not even the beginning of a tone gets out.
    Muted,
}

/// One direction of audio on its way to an agent or a recording. It listens in every mode, so that the
/// same filter serves the collection of digits.
#[derive(Debug, Clone)]
pub struct ToneFilter {
    law: Law,
    mode: FilterMode,
    detector: DtmfDetector,
    held: [G711Frame; FILTER_DELAY_FRAMES],
    hangover: u8,
}

impl ToneFilter {
    /// A filter for audio of this law.
    pub const fn new(law: Law, mode: FilterMode) -> Self {
        Self {
            law,
            mode,
            detector: DtmfDetector::new(),
            held: [[law.silence(); FRAME_BYTES]; FILTER_DELAY_FRAMES],
            hangover: 0,
        }
    }

    /// What is let through now.
    pub const fn mode(&self) -> FilterMode {
        self.mode
    }

    /// Changes what is let through. What was held back is dropped: it may be the beginning of a tone.
    pub fn set_mode(&mut self, mode: FilterMode) {
        if mode != self.mode {
            self.silence_held();
        }
        self.mode = mode;
    }

    /// Takes the next 20 ms, leaves in its place what may be heard, and tells of digits.
    pub fn pass(&mut self, frame: &mut G711Frame) -> [Option<DigitEvent>; 2] {
        let mut samples = [0; FRAME_SAMPLES];
        self.law.decode_all(frame, &mut samples);
        let events = self.detector.listen(&samples);
        match self.mode {
            FilterMode::Open => {}
            FilterMode::Muted => frame.fill(self.law.silence()),
            FilterMode::WithoutTones => self.delay(frame, &events),
        }
        events
    }

    fn delay(&mut self, frame: &mut G711Frame, events: &[Option<DigitEvent>; 2]) {
        let [out, rest @ ..] = self.held;
        let [second, third] = rest;
        self.held = [second, third, *frame];
        *frame = out;
        let pressed = events
            .iter()
            .flatten()
            .any(|event| matches!(event, DigitEvent::Pressed(_)));
        if pressed || self.detector.is_pressed() {
            self.hangover = HANGOVER_FRAMES;
        } else if self.hangover > 0 {
            self.hangover -= 1;
        } else {
            return;
        }
        frame.fill(self.law.silence());
        self.silence_held();
    }

    fn silence_held(&mut self) {
        self.held = [[self.law.silence(); FRAME_BYTES]; FILTER_DELAY_FRAMES];
    }
}
