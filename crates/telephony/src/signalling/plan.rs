//! From what the application wants to be heard to what a line can play.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{CallEvent, CallPlan, Hearing};
use media::prompt::Prompt;
use model::{ContactId, UserId};
use sip::endpoint::CallHandle;

use super::Signalling;
use super::voice::{Asked, Asking, PromptKey, Spoken};
use crate::lines::{Hears, LineCommand, Parties, Sound};

/// What a call does, and what it needs for it.
#[derive(Default)]
pub(super) struct Plan {
    /// The contact as which the call goes on.
    contact: Option<ContactId>,
    customer: Side,
    agent: Option<(UserId, Side)>,
    voice: Option<String>,
    /// What was spoken for it so far; nothing for what cannot be.
    prompts: BTreeMap<PromptKey, Option<Prompt>>,
}

/// What a party shall hear, and how far that has come.
#[derive(Default)]
struct Side {
    hearing: Hearing,
    stage: Stage,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The line has to be told.
    #[default]
    New,
    /// The line was told to be silent until everything is spoken.
    Waiting,
    /// The line knows.
    Told,
}

/// What a side can be told now.
enum Due {
    Hears(Hears),
    Failed(Option<u32>),
}

impl Plan {
    /// Takes a new plan. What stays the same goes on as it is.
    fn update(&mut self, contact: ContactId, plan: CallPlan) {
        self.contact = Some(contact);
        self.customer.update(plan.customer);
        self.agent = plan.agent.map(|(agent, hearing)| {
            let known = self.agent.take().filter(|(before, _)| *before == agent);
            let mut side = known.map(|(_, side)| side).unwrap_or_default();
            side.update(hearing);
            (agent, side)
        });
        self.voice = plan.voice;
        let needed: BTreeSet<PromptKey> = self.needed().into_keys().collect();
        // A recording may have been replaced since it was played.
        self.prompts
            .retain(|key, _| needed.contains(key) && !key.is_recording());
    }

    /// All that has to be spoken for what was not told yet.
    fn needed(&self) -> BTreeMap<PromptKey, flow::command::Prompt> {
        let agent = self.agent.as_ref().map(|(_, side)| side);
        [Some(&self.customer), agent]
            .into_iter()
            .flatten()
            .filter(|side| side.stage != Stage::Told)
            .flat_map(|side| prompts_of(&side.hearing))
            .map(|prompt| (self.key(prompt), prompt.clone()))
            .collect()
    }

    fn key(&self, prompt: &flow::command::Prompt) -> PromptKey {
        PromptKey::new(prompt, self.voice.as_deref())
    }

    /// What a line has to be told now.
    fn due(&mut self) -> (Due, Option<(UserId, Due)>) {
        let mut customer = std::mem::take(&mut self.customer);
        let mut agent = self.agent.take();
        let due = (
            self.due_of(&mut customer),
            agent
                .as_mut()
                .map(|(agent, side)| (*agent, self.due_of(side))),
        );
        self.customer = customer;
        self.agent = agent;
        due
    }

    fn due_of(&self, side: &mut Side) -> Due {
        if side.stage == Stage::Told {
            return Due::Hears(Hears::Same);
        }
        let prompts = prompts_of(&side.hearing);
        let spoken: Vec<_> = prompts
            .iter()
            .filter_map(|prompt| self.prompts.get(&self.key(prompt)))
            .collect();
        if spoken.len() < prompts.len() {
            let first = side.stage == Stage::New;
            side.stage = Stage::Waiting;
            return Due::Hears(if first {
                Hears::New(Sound::Nothing)
            } else {
                Hears::Same
            });
        }
        side.stage = Stage::Told;
        let playable: Vec<Prompt> = spoken.into_iter().flatten().cloned().collect();
        match sound(&side.hearing, playable) {
            Ok(sound) => Due::Hears(Hears::New(sound)),
            Err(number) => Due::Failed(number),
        }
    }
}

impl Side {
    fn update(&mut self, hearing: Hearing) {
        if self.hearing != hearing {
            self.hearing = hearing;
            self.stage = Stage::New;
        }
    }
}

/// The sound of what shall be heard; the number of what cannot be.
fn sound(hearing: &Hearing, mut playable: Vec<Prompt>) -> Result<Sound, Option<u32>> {
    Ok(match hearing {
        Hearing::Nothing => Sound::Nothing,
        Hearing::Music => Sound::Music,
        Hearing::Other => Sound::Other,
        Hearing::Once { number, .. } => Sound::Once {
            number: *number,
            prompt: playable.pop().ok_or(Some(*number))?,
        },
        Hearing::Loop(_) if playable.is_empty() => return Err(None),
        Hearing::Loop(_) => Sound::Loop(Arc::from(playable)),
        Hearing::Keys { number, request } => {
            let prompt = playable.pop();
            if prompt.is_none() && request.prompt.is_some() {
                return Err(Some(*number));
            }
            Sound::Keys {
                number: *number,
                request: request.clone(),
                prompt,
            }
        }
    })
}

fn prompts_of(hearing: &Hearing) -> Vec<&flow::command::Prompt> {
    match hearing {
        Hearing::Nothing | Hearing::Music | Hearing::Other => Vec::new(),
        Hearing::Once { prompt, .. } => vec![prompt],
        Hearing::Loop(prompts) => prompts.iter().collect(),
        Hearing::Keys { request, .. } => request.prompt.iter().collect(),
    }
}

impl Signalling {
    /// Lets a call do something else from now on.
    pub(super) fn direct(&mut self, handle: CallHandle, contact: ContactId, plan: CallPlan) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Some((instance, _)) = call.name() else {
            return;
        };
        call.plan.update(contact, plan);
        for (key, prompt) in call.plan.needed() {
            if call.plan.prompts.contains_key(&key) {
                continue;
            }
            let voice = call.plan.voice.as_deref();
            let asking = Asking {
                call: handle,
                instance,
                key: key.clone(),
            };
            match self.voice.ask(&self.app, asking, &prompt, voice) {
                Asked::Known(spoken) => drop(call.plan.prompts.insert(key, Some(spoken))),
                Asked::Failed => drop(call.plan.prompts.insert(key, None)),
                Asked::Later => {}
            }
        }
        self.tell_plan(handle);
    }

    /// A prompt was spoken: calls that waited for it go on.
    pub(super) fn on_spoken(&mut self, spoken: &Spoken) {
        for asking in &spoken.asked {
            let Some(call) = self.calls.get_mut(&asking.call) else {
                continue;
            };
            if call.plan.needed().contains_key(&asking.key) {
                let prompt = spoken.prompt.clone();
                call.plan.prompts.insert(asking.key.clone(), prompt);
                self.tell_plan(asking.call);
            }
        }
    }

    /// Tells the line of a call what is due.
    pub(super) fn tell_plan(&mut self, handle: CallHandle) {
        if !self.is_line_open(handle) {
            return;
        }
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let (customer, agent) = call.plan.due();
        let mut failed = Vec::new();
        let mut hears = |due: Due| match due {
            Due::Hears(hears) => hears,
            Due::Failed(number) => {
                failed.extend(number);
                Hears::New(Sound::Nothing)
            }
        };
        let parties = Parties {
            contact: call.plan.contact,
            customer: hears(customer),
            agent: agent.map(|(agent, due)| (agent, hears(due))),
        };
        self.lines
            .tell(call.line, LineCommand::Direct(Box::new(parties)));
        for number in failed {
            self.report(handle, CallEvent::PlayFailed { number });
        }
    }
}
