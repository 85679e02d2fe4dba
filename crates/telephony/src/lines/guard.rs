//! Keeps the keys of a customer from everybody else: also the last one, which may still be heard when the
//! customer is put through.

use std::time::Duration;

use media::frame::{FRAME_BYTES, FRAME_SAMPLES};
use media::tones::DtmfDetector;
use media::{Law, MediaTime};

#[cfg(test)]
mod tests;

/// How long no key may have been heard until the customer is put through again.
const QUIET: Duration = Duration::from_millis(300);
/// How long a customer who is put through is listened to first: a tone is certain 40 ms after it began.
const SETTLE: Duration = Duration::from_millis(60);

/// Listens while keys are asked for, and from then on until they are over. In audio also where keys come as
/// events: some telephones send both.
pub(super) struct KeyGuard {
    watch: Option<Watch>,
}

struct Watch {
    detector: DtmfDetector,
    last_key: Option<MediaTime>,
    /// Since when the customer could be put through.
    ready: Option<MediaTime>,
}

impl KeyGuard {
    pub(super) const fn new() -> Self {
        Self { watch: None }
    }

    /// Keys are asked for from now on.
    pub(super) fn arm(&mut self) {
        if self.watch.is_none() {
            self.watch = Some(Watch {
                detector: DtmfDetector::new(),
                last_key: None,
                ready: None,
            });
        }
    }

    /// Audio of the customer.
    pub(super) fn hear(&mut self, now: MediaTime, law: Law, payload: &[u8]) {
        let Some(watch) = &mut self.watch else {
            return;
        };
        for frame in payload.as_chunks::<FRAME_BYTES>().0 {
            let mut samples = [0; FRAME_SAMPLES];
            law.decode_all(frame, &mut samples);
            let heard = watch.detector.listen(&samples);
            if watch.detector.is_pressed() || heard.iter().any(Option::is_some) {
                watch.last_key = Some(now);
            }
        }
    }

    /// A key of the customer came otherwise, or goes on.
    pub(super) fn note_key(&mut self, now: MediaTime) {
        if let Some(watch) = &mut self.watch {
            watch.last_key = Some(now);
        }
    }

    /// Whether what comes of the customer now may be heard by others, where the customer is put through.
    pub(super) fn passes(&mut self, now: MediaTime, put_through: bool) -> bool {
        let Some(watch) = &mut self.watch else {
            return put_through;
        };
        if !put_through {
            watch.ready = None;
            return false;
        }
        let ready = *watch.ready.get_or_insert(now);
        let is_quiet = watch.last_key.is_none_or(|at| now.since(at) >= QUIET);
        if is_quiet && now.since(ready) >= SETTLE {
            self.watch = None;
            return true;
        }
        false
    }
}
