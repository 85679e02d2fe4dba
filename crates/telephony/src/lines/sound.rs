//! What one party hears, frame by frame.

use std::sync::Arc;

use engine::CallEvent;
use flow::command::{Input, InputRequest};
use media::frame::{FRAME_BYTES, G711Frame};
use media::prompt::{MusicOnHold, Player, Prompt, Repeat};
use media::tones::Digit;
use media::{Law, MediaTime};

use super::keys::{KeyBuffer, KeyCollector};

/// What a party shall hear: [`engine::Hearing`] with everything spoken.
pub(crate) enum Sound {
    Nothing,
    Once {
        number: u32,
        prompt: Prompt,
    },
    Loop(Arc<[Prompt]>),
    Music,
    Keys {
        number: u32,
        request: InputRequest,
        prompt: Option<Prompt>,
    },
    Other,
}

/// A party, whose turn it is with what.
pub(super) struct Party {
    playing: Playing,
    /// Pressed while nobody asked.
    buffer: KeyBuffer,
}

enum Playing {
    Nothing,
    Once {
        number: u32,
        player: Player,
    },
    Loop(Player),
    Music,
    Keys {
        number: u32,
        collector: KeyCollector,
        prompt: Option<Player>,
    },
    Other,
}

impl Party {
    pub(super) fn new() -> Self {
        Self {
            playing: Playing::Nothing,
            buffer: KeyBuffer::default(),
        }
    }

    /// Whether this party hears the other one.
    pub(super) const fn hears_other(&self) -> bool {
        matches!(self.playing, Playing::Other)
    }

    /// Whether keys of this party are being collected: nobody else may hear them.
    pub(super) const fn collects_keys(&self) -> bool {
        matches!(self.playing, Playing::Keys { .. })
    }

    /// Lets the party hear something else. Keys that were pressed before may complete an input at once.
    pub(super) fn hear(&mut self, now: MediaTime, sound: Sound) -> Option<CallEvent> {
        self.playing = match sound {
            Sound::Nothing => Playing::Nothing,
            Sound::Once { number, prompt } => match once(prompt) {
                Some(player) => Playing::Once { number, player },
                None => return Some(CallEvent::PlayFailed { number }),
            },
            Sound::Loop(prompts) => {
                Player::new(prompts, Repeat::Forever).map_or(Playing::Nothing, Playing::Loop)
            }
            Sound::Music => Playing::Music,
            Sound::Other => {
                self.buffer.clear();
                Playing::Other
            }
            Sound::Keys {
                number,
                request,
                prompt,
            } => return self.ask(now, number, request, prompt),
        };
        None
    }

    fn ask(
        &mut self,
        now: MediaTime,
        number: u32,
        request: InputRequest,
        prompt: Option<Prompt>,
    ) -> Option<CallEvent> {
        let before = self.buffer.take();
        let counts = request.buffer;
        let mut collector = KeyCollector::new(request);
        let prompt = prompt.and_then(once);
        if prompt.is_none() {
            collector.prompt_over(now);
        }
        self.playing = Playing::Keys {
            number,
            collector,
            prompt,
        };
        let mut event = None;
        for key in before.chars().filter(|_| counts) {
            // What is left over waits for the next block.
            event = match event {
                None => self.press_key(now, key),
                Some(event) => {
                    self.buffer.push(key);
                    Some(event)
                }
            };
        }
        event
    }

    /// A key of this party was pressed.
    pub(super) fn press(&mut self, now: MediaTime, digit: Digit) -> Option<CallEvent> {
        self.press_key(now, digit.expose())
    }

    fn press_key(&mut self, now: MediaTime, key: char) -> Option<CallEvent> {
        match &mut self.playing {
            Playing::Keys {
                number,
                collector,
                prompt,
            } => {
                *prompt = None;
                let (number, input) = (*number, collector.press(now, key)?);
                Some(self.finish(number, input))
            }
            Playing::Other => None,
            _ => {
                self.buffer.push(key);
                None
            }
        }
    }

    fn finish(&mut self, number: u32, input: Input) -> CallEvent {
        self.playing = Playing::Nothing;
        CallEvent::Input { number, input }
    }

    /// The next 20 ms, and what ends with them. No frame where the other party is heard: its packets are
    /// passed on as they come. Silence is sent: it keeps translators of addresses open.
    pub(super) fn next_frame(
        &mut self,
        now: MediaTime,
        law: Law,
        music: Option<&MusicOnHold>,
    ) -> (Option<G711Frame>, Option<CallEvent>) {
        let silence = [law.silence(); FRAME_BYTES];
        match &mut self.playing {
            Playing::Other => (None, None),
            Playing::Nothing => (Some(silence), None),
            Playing::Music => {
                let frame = music.and_then(|music| music.frame_at(now, law));
                (Some(frame.copied().unwrap_or(silence)), None)
            }
            Playing::Loop(player) => (
                Some(player.next_frame(law).copied().unwrap_or(silence)),
                None,
            ),
            Playing::Once { number, player } => match player.next_frame(law) {
                Some(frame) => (Some(*frame), None),
                None => {
                    let event = CallEvent::Played { number: *number };
                    self.playing = Playing::Nothing;
                    (Some(silence), Some(event))
                }
            },
            Playing::Keys {
                number,
                collector,
                prompt,
            } => {
                let frame = prompt
                    .as_mut()
                    .and_then(|player| player.next_frame(law).copied());
                if frame.is_none() {
                    *prompt = None;
                    collector.prompt_over(now);
                }
                let (number, input) = (*number, collector.expire(now));
                let event = input.map(|input| self.finish(number, input));
                (Some(frame.unwrap_or(silence)), event)
            }
        }
    }
}

fn once(prompt: Prompt) -> Option<Player> {
    Player::new([prompt].into(), Repeat::Once)
}
