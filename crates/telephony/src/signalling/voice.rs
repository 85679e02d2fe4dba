//! Prompts, spoken once and remembered for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use app::ports::speech::Speech;
use flow::command::Prompt as Text;
use media::prompt::Prompt;
use model::Personal;
use sip::endpoint::CallHandle;
use tokio::task::{Id, JoinSet};

/// Bytes of audio that are remembered.
const CACHE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of audio in a frame, in both laws.
const FRAME_BYTES: usize = 2 * media::frame::FRAME_BYTES;
/// Prompts that may be spoken at the same time.
const SPEAKING_MAX: usize = 256;
/// How long speaking may take before the prompt is given up.
const SPEAKING_TIME_MAX: Duration = Duration::from_secs(10);

/// Names what is spoken, and with which voice. What is said may be about a person.
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

/// What came of speaking; no prompt where it failed.
pub(super) struct Spoken {
    pub(super) key: PromptKey,
    pub(super) prompt: Option<Prompt>,
    pub(super) calls: Vec<CallHandle>,
}

/// What comes of asking for a prompt.
pub(super) enum Asked {
    /// It was spoken before.
    Known(Prompt),
    /// A [`Spoken`] will name the call.
    Later,
    /// Too much is being spoken: it fails.
    Busy,
}

/// Speaks, and remembers what was spoken.
pub(super) struct Voice {
    speech: Arc<dyn Speech>,
    language: Option<String>,
    cache: Cache,
    speaking: JoinSet<Option<Prompt>>,
    keys: HashMap<Id, PromptKey>,
    /// Who waits for what.
    waiting: BTreeMap<PromptKey, Vec<CallHandle>>,
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

    fn bytes(&self) -> usize {
        self.text.expose().len()
    }
}

impl Voice {
    pub(super) fn new(speech: Arc<dyn Speech>, language: Option<String>) -> Self {
        Self {
            speech,
            language,
            cache: Cache::new(CACHE_BYTES_MAX),
            speaking: JoinSet::new(),
            keys: HashMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    /// The prompt, where it is known already. Otherwise it is spoken now.
    pub(super) fn ask(
        &mut self,
        key: &PromptKey,
        prompt: &Text,
        voice: Option<&str>,
        call: CallHandle,
    ) -> Asked {
        if let Some(known) = self.cache.get(key) {
            return Asked::Known(known);
        }
        if let Some(calls) = self.waiting.get_mut(key) {
            if !calls.contains(&call) {
                calls.push(call);
            }
            return Asked::Later;
        }
        if self.speaking.len() >= SPEAKING_MAX {
            return Asked::Busy;
        }
        let speech = Arc::clone(&self.speech);
        let (prompt, voice) = (prompt.clone(), voice.map(str::to_owned));
        let language = self.language.clone();
        let task = self.speaking.spawn(async move {
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
        });
        self.keys.insert(task.id(), key.clone());
        self.waiting.insert(key.clone(), vec![call]);
        Asked::Later
    }

    /// The next prompt that was spoken; nothing while none is being spoken.
    pub(super) async fn next(&mut self) -> Option<Spoken> {
        let (id, prompt) = match self.speaking.join_next_with_id().await? {
            Ok((id, prompt)) => (id, prompt),
            Err(error) => (error.id(), None),
        };
        let key = self.keys.remove(&id)?;
        let calls = self.waiting.remove(&key).unwrap_or_default();
        // A recording may be replaced: it is asked for anew each time.
        if key.kind != Kind::Recorded
            && let Some(prompt) = &prompt
        {
            self.cache.put(key.clone(), prompt.clone());
        }
        Some(Spoken { key, prompt, calls })
    }
}

/// What was used last stays.
struct Cache {
    bytes_max: usize,
    bytes: usize,
    uses: u64,
    prompts: BTreeMap<PromptKey, (Prompt, u64)>,
    by_use: BTreeMap<u64, PromptKey>,
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

    fn get(&mut self, key: &PromptKey) -> Option<Prompt> {
        let (prompt, used) = self.prompts.get_mut(key)?;
        self.uses += 1;
        self.by_use.remove(used);
        self.by_use.insert(self.uses, key.clone());
        *used = self.uses;
        Some(prompt.clone())
    }

    fn put(&mut self, key: PromptKey, prompt: Prompt) {
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

fn size(key: &PromptKey, prompt: &Prompt) -> usize {
    // The key is there twice.
    2 * key.bytes() + prompt.frames() * FRAME_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> PromptKey {
        PromptKey::new(&Text::Text(text.into()), None)
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
    fn voices_and_kinds_are_told_apart() {
        let text = Text::Text("a".into());
        let ssml = Text::Ssml("a".into());
        assert_ne!(PromptKey::new(&text, None), PromptKey::new(&ssml, None));
        let voiced = PromptKey::new(&text, Some("Anna"));
        assert_ne!(PromptKey::new(&text, None), voiced);
    }
}
