//! Threads that own voices: a bounded queue of texts in front, and nothing that a voice does ends one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use app::ports::speech::SpeechError;
use media::speech::{SpeechPart, Spoken, join};
use tokio::sync::oneshot;

use crate::language::Language;
use crate::pico::{SAMPLE_RATE, Voice, VoiceError};

/// Prompts that wait for a thread.
const QUEUE_MAX: usize = 256;
/// Threads where none are configured.
const THREADS_MAX: usize = 4;

type Answer = Result<Vec<i16>, SpeechError>;

/// One prompt to speak.
struct Job {
    parts: Vec<SpeechPart>,
    language: Language,
    answer: oneshot::Sender<Answer>,
}

/// The threads. Dropping it ends them and waits until they have ended, some milliseconds.
pub(crate) struct Pool {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    ending: Arc<AtomicBool>,
}

impl Pool {
    /// Starts the threads, after the voice of `language` has been tried.
    pub(crate) fn start(
        language: Language,
        threads: Option<NonZeroUsize>,
    ) -> Result<Self, VoiceError> {
        Voice::new(language)?;
        let threads = threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, |n| n.get().min(THREADS_MAX)),
            NonZeroUsize::get,
        );
        let (jobs, queue) = sync_channel(QUEUE_MAX);
        let queue = Arc::new(Mutex::new(queue));
        let ending = Arc::new(AtomicBool::new(false));
        let threads = (0..threads)
            .map(|number| {
                let (queue, ending) = (Arc::clone(&queue), Arc::clone(&ending));
                std::thread::Builder::new()
                    .name(format!("speech-{number}"))
                    .spawn(move || work(&queue, &ending))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            jobs: Some(jobs),
            threads,
            ending,
        })
    }

    /// Speaks, at 8 kHz. Whoever drops the future gives the prompt up.
    pub(crate) async fn speak(&self, parts: Vec<SpeechPart>, language: Language) -> Answer {
        let (answer, spoken) = oneshot::channel();
        let job = Job {
            parts,
            language,
            answer,
        };
        let queued = self.jobs.as_ref().map(|jobs| jobs.try_send(job));
        if !matches!(queued, Some(Ok(()))) {
            return Err(SpeechError(format!("{QUEUE_MAX} prompts wait already")));
        }
        spoken
            .await
            .unwrap_or_else(|_| Err(SpeechError("the voice has ended".to_owned())))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so; there is nothing left to end.
            let _ = thread.join();
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>, ending: &AtomicBool) {
    let mut voices = BTreeMap::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        let wanted = || !ending.load(Ordering::Relaxed) && !job.answer.is_closed();
        if !wanted() {
            continue;
        }
        // The bindings assert what the engine should keep to. A voice that failed is never used again.
        let spoken = catch_unwind(AssertUnwindSafe(|| {
            speak(&mut voices, &job.parts, job.language, wanted)
        }));
        let answer = match spoken {
            Ok(Ok(samples)) => Ok(samples),
            Ok(Err(error)) => {
                voices.remove(&job.language);
                Err(SpeechError(error.to_string()))
            }
            Err(_) => {
                voices.remove(&job.language);
                Err(SpeechError("the engine broke an assertion".to_owned()))
            }
        };
        // Where nobody waits any more, the audio is lost.
        let _ = job.answer.send(answer);
    }
}

fn speak(
    voices: &mut BTreeMap<Language, Voice>,
    parts: &[SpeechPart],
    language: Language,
    wanted: impl Fn() -> bool,
) -> Result<Vec<i16>, VoiceError> {
    let voice = match voices.entry(language) {
        Entry::Occupied(voice) => voice.into_mut(),
        Entry::Vacant(place) => place.insert(Voice::new(language)?),
    };
    join(parts, |text, rate_percent| {
        let samples = voice.say(text, rate_percent, &wanted)?;
        Ok(Spoken {
            samples,
            rate: SAMPLE_RATE,
        })
    })
}
