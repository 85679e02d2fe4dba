//! Keys that are collected for a block, with its time limits.

use std::time::Duration;

use flow::command::{Input, InputRequest};
use media::MediaTime;
use model::contact::PersonalText;
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod tests;

/// Keys that are kept for a later block, and the most that one block collects.
pub(super) const KEYS_MAX: usize = 30;
/// Discards what was keyed in.
const CANCEL: char = '*';

/// Keys pressed while nobody asked, for a block that wants them. Wiped when they are dropped.
#[derive(Default)]
pub(super) struct KeyBuffer(Zeroizing<String>);

impl KeyBuffer {
    /// Keeps a key; what does not fit is lost.
    pub(super) fn push(&mut self, key: char) {
        if self.0.is_empty() {
            // Once, so that growing leaves no copies behind.
            self.0.reserve(KEYS_MAX);
        }
        if self.0.len() < KEYS_MAX {
            self.0.push(key);
        }
    }

    pub(super) fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(&mut self.0)
    }

    pub(super) fn clear(&mut self) {
        self.0.zeroize();
    }
}

/// Collects the keys of one block.
pub(super) struct KeyCollector {
    request: InputRequest,
    keys: Zeroizing<String>,
    deadline: Option<MediaTime>,
}

impl KeyCollector {
    /// A collector whose prompt still plays: time does not run yet.
    pub(super) fn new(request: InputRequest) -> Self {
        Self {
            request,
            keys: Zeroizing::new(String::with_capacity(KEYS_MAX)),
            deadline: None,
        }
    }

    /// The prompt is over: from now on time runs.
    pub(super) fn prompt_over(&mut self, now: MediaTime) {
        if self.deadline.is_none() {
            self.deadline = Some(now.plus(self.request.first_key));
        }
    }

    /// A key was pressed; gives the input that it completes.
    pub(super) fn press(&mut self, now: MediaTime, key: char) -> Option<Input> {
        if key == CANCEL && self.request.cancel {
            self.keys.zeroize();
            self.wait(now, self.request.first_key);
            return None;
        }
        self.keys.push(key);
        let termination = self.request.termination.as_str();
        if !termination.is_empty() && self.keys.ends_with(termination) {
            let keyed = self.keys.len() - termination.len();
            self.keys.truncate(keyed);
            return Some(self.finish());
        }
        if self.keys.len() >= usize::from(self.request.keys_max).clamp(1, KEYS_MAX) {
            return Some(self.finish());
        }
        self.wait(now, self.request.next_key);
        None
    }

    /// The input that is complete because the time is over.
    pub(super) fn expire(&mut self, now: MediaTime) -> Option<Input> {
        let over = self.deadline.is_some_and(|deadline| now >= deadline);
        over.then(|| {
            if self.keys.is_empty() {
                Input::Nothing
            } else {
                self.finish()
            }
        })
    }

    fn wait(&mut self, now: MediaTime, time: Duration) {
        self.deadline = Some(now.plus(time));
    }

    fn finish(&mut self) -> Input {
        Input::Keys(PersonalText::from(self.keys.as_str()))
    }
}
