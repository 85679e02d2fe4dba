//! Prompts, spoken or loaded once and remembered for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::config::prompts::Recording;
use app::ports::speech::Speech;
use flow::command::Prompt as Text;
use media::prompt::Prompt;
use model::{InstanceId, Personal};
use sip::endpoint::CallHandle;
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinSet};

/// Bytes of audio that are remembered.
const CACHE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of audio in a frame, in both laws.
const FRAME_BYTES: usize = 2 * media::frame::FRAME_BYTES;
/// Prompts that may be spoken at the same time.
const SPEAKING_MAX: usize = 256;
/// Recordings that may be loaded at the same time: each is held in memory as it was uploaded.
const LOADING_MAX: usize = 4;
/// How long speaking may take before the prompt is given up.
const SPEAKING_TIME_MAX: Duration = Duration::from_secs(10);

/// Names what is played, and with which voice, within a call. What is said may be about a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PromptKey {
    kind: Kind,
    voice: Option<String>,
    text: Personal<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Text,
    Ssml,
    Recorded,
}

/// Names audio. INVARIANT: what one instance has is never played to callers of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Spoken(InstanceId, PromptKey),
    /// By the file that a prompt has now, so that another file counts at once.
    Recorded(Recording),
}

/// A call that asks for a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asking {
    pub(super) call: CallHandle,
    pub(super) instance: InstanceId,
    pub(super) key: PromptKey,
}

/// What came of a prompt, and for whom; no audio where it failed.
pub(super) struct Spoken {
    pub(super) prompt: Option<Prompt>,
    pub(super) asked: Vec<Asking>,
}

/// What comes of asking for a prompt.
pub(super) enum Asked {
    /// It was played before.
    Known(Prompt),
    /// A [`Spoken`] will name the call.
    Later,
    /// Too much is being spoken, or there is no such recording: it fails.
    Failed,
}

/// Speaks and loads, and remembers what was played.
pub(super) struct Voice {
    speech: Arc<dyn Speech>,
    language: Option<String>,
    cache: Cache,
    speaking: JoinSet<Option<Prompt>>,
    /// Places for files in memory.
    loading: Arc<Semaphore>,
    sources: HashMap<Id, Source>,
    /// Who waits for what.
    waiting: BTreeMap<Source, Vec<Asking>>,
}

impl PromptKey {
    pub(super) fn new(prompt: &Text, voice: Option<&str>) -> Self {
        let (kind, text) = match prompt {
            Text::Text(text) => (Kind::Text, text.expose()),
            Text::Ssml(text) => (Kind::Ssml, text.expose()),
            Text::Recorded(name) => (Kind::Recorded, name.as_str()),
        };
        Self {
            kind,
            voice: voice.map(str::to_owned),
            text: Personal::from(text),
        }
    }

    pub(super) fn is_recording(&self) -> bool {
        self.kind == Kind::Recorded
    }
}

impl Source {
    fn bytes(&self) -> usize {
        match self {
            Self::Spoken(_, key) => key.text.expose().len(),
            Self::Recorded(_) => 0,
        }
    }
}

impl Voice {
    pub(super) fn new(speech: Arc<dyn Speech>, language: Option<String>) -> Self {
        Self {
            speech,
            language,
            cache: Cache::new(CACHE_BYTES_MAX),
            speaking: JoinSet::new(),
            loading: Arc::new(Semaphore::new(LOADING_MAX)),
            sources: HashMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// The prompt, where it is known already. Otherwise it is spoken or loaded now.
    pub(super) fn ask(
        &mut self,
        app: &App,
        asking: Asking,
        prompt: &Text,
        voice: Option<&str>,
    ) -> Asked {
        let source = match prompt {
            Text::Recorded(name) => match app.recording(asking.instance, name) {
                Some(recording) => Source::Recorded(recording),
                None => {
                    tracing::warn!(instance.id = %asking.instance, "a flow plays a prompt that there is not");
                    return Asked::Failed;
                }
            },
            Text::Text(_) | Text::Ssml(_) => Source::Spoken(asking.instance, asking.key.clone()),
        };
        if let Some(known) = self.cache.get(&source) {
            return Asked::Known(known);
        }
        if let Some(asked) = self.waiting.get_mut(&source) {
            if !asked.contains(&asking) {
                asked.push(asking);
            }
            return Asked::Later;
        }
        if self.speaking.len() >= SPEAKING_MAX {
            return Asked::Failed;
        }
        let task = match &source {
            Source::Recorded(recording) => {
                let loading = Arc::clone(&self.loading);
                self.speaking.spawn(load(loading, app.clone(), *recording))
            }
            Source::Spoken(..) => {
                let speech = Arc::clone(&self.speech);
                let (prompt, voice) = (prompt.clone(), voice.map(str::to_owned));
                let language = self.language.clone();
                self.speaking.spawn(speak(speech, prompt, voice, language))
            }
        };
        self.sources.insert(task.id(), source.clone());
        self.waiting.insert(source, vec![asking]);
        Asked::Later
    }

    /// The next prompt that was spoken or loaded; nothing while none is.
    pub(super) async fn next(&mut self) -> Option<Spoken> {
        let (id, prompt) = match self.speaking.join_next_with_id().await? {
            Ok((id, prompt)) => (id, prompt),
            Err(error) => (error.id(), None),
        };
        let source = self.sources.remove(&id)?;
        let asked = self.waiting.remove(&source).unwrap_or_default();
        if let Some(prompt) = &prompt {
            self.cache.put(source, prompt.clone());
        }
        Some(Spoken { prompt, asked })
    }
}

async fn speak(
    speech: Arc<dyn Speech>,
    prompt: Text,
    voice: Option<String>,
    language: Option<String>,
) -> Option<Prompt> {
    let spoken = speech.speak(&prompt, voice.as_deref(), language.as_deref());
    match tokio::time::timeout(SPEAKING_TIME_MAX, spoken).await {
        Ok(Ok(samples)) => Some(Prompt::from_samples(&samples)),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "a prompt cannot be spoken");
            None
        }
        Err(_) => {
            tracing::warn!("a prompt took too long to speak");
            None
        }
    }
}

async fn load(loading: Arc<Semaphore>, app: App, recording: Recording) -> Option<Prompt> {
    let loaded = async {
        // Never closed.
        let _place = loading.acquire().await;
        app.recorded_audio(recording).await
    };
    match tokio::time::timeout(SPEAKING_TIME_MAX, loaded).await {
        Ok(Ok(samples)) => Some(Prompt::from_samples(&samples)),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "a recording cannot be played");
            None
        }
        Err(_) => {
            tracing::warn!("a recording took too long to load");
            None
        }
    }
}

/// What was used last stays.
struct Cache {
    bytes_max: usize,
    bytes: usize,
    uses: u64,
    prompts: BTreeMap<Source, (Prompt, u64)>,
    by_use: BTreeMap<u64, Source>,
}

impl Cache {
    fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            bytes: 0,
            uses: 0,
            prompts: BTreeMap::new(),
            by_use: BTreeMap::new(),
        }
    }

    fn get(&mut self, key: &Source) -> Option<Prompt> {
        let (prompt, used) = self.prompts.get_mut(key)?;
        self.uses += 1;
        self.by_use.remove(used);
        self.by_use.insert(self.uses, key.clone());
        *used = self.uses;
        Some(prompt.clone())
    }

    fn put(&mut self, key: Source, prompt: Prompt) {
        let bytes = size(&key, &prompt);
        if bytes > self.bytes_max || self.prompts.contains_key(&key) {
            return;
        }
        while self.bytes + bytes > self.bytes_max {
            let Some((_, oldest)) = self.by_use.pop_first() else {
                return;
            };
            if let Some((prompt, _)) = self.prompts.remove(&oldest) {
                self.bytes -= size(&oldest, &prompt);
            }
        }
        self.uses += 1;
        self.bytes += bytes;
        self.by_use.insert(self.uses, key.clone());
        self.prompts.insert(key, (prompt, self.uses));
    }
}

fn size(key: &Source, prompt: &Prompt) -> usize {
    // The key is there twice.
    2 * key.bytes() + prompt.frames() * FRAME_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Source {
        let key = PromptKey::new(&Text::Text(text.into()), None);
        Source::Spoken(InstanceId::from_u128(1), key)
    }

    #[test]
    fn what_was_not_used_longest_makes_room() {
        let prompt = Prompt::silence(10);
        let mut cache = Cache::new(2 * size(&key("a"), &prompt));
        cache.put(key("a"), prompt.clone());
        cache.put(key("b"), prompt.clone());
        assert!(cache.get(&key("a")).is_some());
        cache.put(key("c"), prompt);
        assert!(cache.get(&key("a")).is_some());
        assert!(cache.get(&key("b")).is_none());
        assert!(cache.get(&key("c")).is_some());
        assert!(cache.bytes <= cache.bytes_max);
    }

    #[test]
    fn prompt_that_never_fits_is_not_remembered() {
        let mut cache = Cache::new(100);
        cache.put(key("a"), Prompt::silence(1));
        assert!(cache.get(&key("a")).is_none());
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn voices_kinds_and_instances_are_told_apart() {
        let text = Text::Text("a".into());
        let ssml = Text::Ssml("a".into());
        assert_ne!(PromptKey::new(&text, None), PromptKey::new(&ssml, None));
        let voiced = PromptKey::new(&text, Some("Anna"));
        assert_ne!(PromptKey::new(&text, None), voiced);
        let source = |instance| Source::Spoken(InstanceId::from_u128(instance), voiced.clone());
        assert_ne!(source(1), source(2));
    }
}
