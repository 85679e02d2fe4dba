//! Where a call is in what it hears. A player is a pointer and two numbers.

use std::sync::Arc;

use super::Prompt;
use crate::frame::{FRAME, G711Frame};
use crate::g711::Law;
use crate::time::MediaTime;

/// Most prompts in one sequence.
pub const PLAYLIST_MAX: usize = 64;

/// What happens behind the last prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The player ends.
    Once,
    /// It begins again, until it is taken away.
    Forever,
}

/// Plays prompts one after the other to one call.
#[derive(Debug, Clone)]
pub struct Player {
    prompts: Arc<[Prompt]>,
    prompt: u32,
    frame: u32,
    repeat: Repeat,
}

impl Player {
    /// A player at the beginning of a sequence; none where it has more than [`PLAYLIST_MAX`] prompts.
    pub fn new(prompts: Arc<[Prompt]>, repeat: Repeat) -> Option<Self> {
        (prompts.len() <= PLAYLIST_MAX).then_some(Self {
            prompts,
            prompt: 0,
            frame: 0,
            repeat,
        })
    }

    /// The next 20 ms; none when everything was played.
    pub fn next_frame(&mut self, law: Law) -> Option<&G711Frame> {
        self.advance_to_audio()?;
        let frame = usize::try_from(self.frame).ok()?;
        self.frame += 1;
        self.prompts
            .get(usize::try_from(self.prompt).ok()?)?
            .frame(law, frame)
    }

    /// Whether everything was played.
    pub fn is_finished(&self) -> bool {
        self.clone().advance_to_audio().is_none()
    }

    /// Steps over ends and empty prompts. At most once around: a sequence without a frame never plays.
    fn advance_to_audio(&mut self) -> Option<()> {
        for _ in 0..=self.prompts.len() {
            let here = self
                .prompts
                .get(usize::try_from(self.prompt).ok()?)
                .map_or(0, Prompt::frames);
            if usize::try_from(self.frame).ok()? < here {
                return Some(());
            }
            let next = self.prompt + 1;
            self.frame = 0;
            self.prompt = if usize::try_from(next).ok()? < self.prompts.len() {
                next
            } else if self.repeat == Repeat::Forever {
                0
            } else {
                // Behind the end, and it stays there.
                self.frame = u32::MAX;
                return None;
            };
        }
        None
    }
}

/// Music that all waiting calls hear at the same place, like a radio: a call needs no state for it.
#[derive(Debug, Clone)]
pub struct MusicOnHold {
    prompt: Prompt,
    started: MediaTime,
}

impl MusicOnHold {
    /// Music that began at `started` and goes around for ever.
    pub const fn new(prompt: Prompt, started: MediaTime) -> Self {
        Self { prompt, started }
    }

    /// What is heard now; none where the music is empty.
    pub fn frame_at(&self, now: MediaTime, law: Law) -> Option<&G711Frame> {
        let played = now.since(self.started).as_micros() / FRAME.as_micros();
        let frames = u128::try_from(self.prompt.frames()).ok()?;
        let at = played.checked_rem(frames)?;
        self.prompt.frame(law, usize::try_from(at).ok()?)
    }
}
