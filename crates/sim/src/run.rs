//! One history: a number of steps with faults, then everything ends and is checked.

use std::collections::VecDeque;
use std::time::Duration;

use engine::{Input, Limits, Reply};
use model::{IdSource, Timestamp};

use crate::actors::Crowd;
use crate::center::Center;
use crate::checks::{Promises, check};
use crate::host::{Answer, Fate, Host};
use crate::store::Bug;

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides everything.
    pub seed: u64,
    /// How many batches, before everything is brought to its end.
    pub steps: u32,
    /// A fault put in on purpose.
    pub bug: Option<Bug>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Inputs that the engine handled.
    pub inputs: u64,
    /// Restarts from the store.
    pub crashes: u64,
    /// Contacts, segments counted one by one.
    pub contacts: u64,
    /// Transcript items.
    pub items: u64,
    /// Contacts that reached an agent.
    pub answered: u64,
}

/// A history in which something did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed that replays it.
    pub seed: u64,
    /// The batch after which it showed; absent: at the end.
    pub step: Option<u32>,
    /// What did not hold.
    pub reason: String,
}

/// Batches after which everything must have ended.
const DRAIN_BATCHES_MAX: u32 = 20_000;

/// Simulates one history.
pub fn simulate(settings: Settings) -> Result<Report, Failure> {
    let failure = |step, reason| Failure {
        seed: settings.seed,
        step,
        reason,
    };
    let mut simulation =
        Simulation::new(settings).map_err(|error| failure(None, error.to_string()))?;
    for step in 0..settings.steps {
        simulation
            .step()
            .map_err(|reason| failure(Some(step), reason))?;
    }
    simulation.drain().map_err(|reason| failure(None, reason))?;
    check(&simulation.host.store, &simulation.promises).map_err(|reason| failure(None, reason))?;
    Ok(simulation.report())
}

struct Simulation {
    crowd: Crowd,
    host: Host,
    promises: Promises,
    now: Timestamp,
    /// Inputs that arrive later: delayed ones, and those repeated for want of an answer.
    later: VecDeque<(Timestamp, Input)>,
}

impl Simulation {
    fn new(settings: Settings) -> anyhow::Result<Self> {
        let mut ids = IdSource::from_number(settings.seed);
        let (center, config) = Center::build(&mut ids)?;
        let hour_ms = 60 * 60 * 1000;
        let limits = Limits {
            task_duration_max_ms: 3 * hour_ms,
            after_contact_work_max_ms: hour_ms / 4,
            chat_idle_timeout_ms: hour_ms / 6,
            open_contacts_max: 60,
            transcript_items_max: 40,
            ..Limits::default()
        };
        let own = IdSource::from_number(ids.below(u64::MAX));
        let mut host = Host::new(center.scope.clone(), limits, own, settings.bug);
        // A Friday evening in March 2026: the weekend comes, and with it summer time.
        let now = Timestamp::from_secs(1_774_640_000);
        let config = config.into_iter().map(Input::Config).collect();
        let crowd = Crowd { center, ids };
        host.batch(now, config, Fate::Committed)
            .map_err(anyhow::Error::msg)?;
        Ok(Self {
            crowd,
            host,
            promises: Promises::default(),
            now,
            later: VecDeque::new(),
        })
    }

    /// One batch.
    fn step(&mut self) -> Result<(), String> {
        self.pass_time();
        let mut inputs = Vec::new();
        // A slow store lets inputs pile up.
        let most = if self.crowd.below(20) == 0 { 40 } else { 4 };
        for _ in 0..=self.crowd.below(most) {
            self.gather(&mut inputs);
        }
        while let Some((at, _)) = self.later.front()
            && *at <= self.now
            && let Some((_, input)) = self.later.pop_front()
        {
            inputs.push(input);
        }
        if inputs.is_empty() {
            inputs.push(Input::Tick);
        }
        let fate = self.fate(inputs.len());
        self.batch(inputs, fate)
    }

    /// Draws an input, and whether it is lost, doubled or delayed on its way.
    fn gather(&mut self, inputs: &mut Vec<Input>) {
        let input = self.crowd.act(&self.host.engine, self.now);
        match self.crowd.below(40) {
            0 => {}
            1 => {
                let delay = Duration::from_millis(self.crowd.below(60_000));
                self.later.push_back((self.now.plus(delay), input));
            }
            2 | 3 => {
                inputs.push(input.clone());
                inputs.push(input);
            }
            _ => inputs.push(input),
        }
    }

    fn fate(&mut self, inputs: usize) -> Fate {
        match self.crowd.below(30) {
            0 => Fate::Lost,
            1 => Fate::Unanswered,
            2 => Fate::PartlyAnswered(crate::center::pick(&mut self.crowd.ids, inputs)),
            _ => Fate::Committed,
        }
    }

    fn batch(&mut self, inputs: Vec<Input>, fate: Fate) -> Result<(), String> {
        // The clock that the program reads is set back at times.
        let told = match self.crowd.below(20) {
            0 => self.now.minus(Duration::from_secs(self.crowd.below(4000))),
            _ => self.now,
        };
        let sent = inputs.clone();
        let answers = self.host.batch(told, inputs, fate)?;
        for (input, answer) in sent.into_iter().zip(answers) {
            match answer {
                Some(answer) => self.keep(&input, &answer),
                // Who gets no answer asks again, with the same ids.
                None if is_repeatable(&input) => self.later.push_front((self.now, input)),
                None => {}
            }
        }
        Ok(())
    }

    fn keep(&mut self, input: &Input, answer: &Answer) {
        match (input, answer) {
            (_, Ok(Reply::Started(id) | Reply::Transferred(id))) => {
                self.promises.contacts.insert(*id);
            }
            (Input::Say { item, .. }, Ok(Reply::Said(_) | Reply::SaidBefore(_))) => {
                self.promises.items.insert(*item);
            }
            _ => {}
        }
    }

    fn pass_time(&mut self) {
        let millis = match self.crowd.below(20) {
            0..6 => 0,
            6..12 => self.crowd.below(1000),
            12..17 => self.crowd.below(30_000),
            17 | 18 => {
                let due = self.host.engine.next_deadline().unwrap_or(self.now);
                u64::try_from(due.since(self.now).as_millis()).unwrap_or(0)
            }
            _ => self.crowd.below(20 * 60 * 1000),
        };
        self.now = self.now.plus(Duration::from_millis(millis));
    }

    /// Brings everything to its end: with agents who work off what there is, or without.
    fn drain(&mut self) -> Result<(), String> {
        let has_agents = self.crowd.below(2) == 0;
        let [available, _, offline] = self.crowd.center.statuses;
        let status = if has_agents { available } else { offline };
        let set = |agent| Input::SetAgentStatus { agent, status };
        let inputs = self
            .crowd
            .center
            .users
            .iter()
            .map(|user| set(*user))
            .collect();
        self.batch(inputs, Fate::Committed)?;
        for _ in 0..DRAIN_BATCHES_MAX {
            let Some(due) = self.host.engine.next_deadline() else {
                break;
            };
            if self.host.engine.open_contacts_count() == 0 {
                break;
            }
            self.now = self.now.max(due);
            let mut inputs = vec![Input::Tick];
            if has_agents {
                inputs.extend(self.work_off());
            }
            self.batch(inputs, Fate::Committed)?;
        }
        // Once more with everybody gone, so that what was said before is settled and stored.
        self.batch(vec![Input::Tick], Fate::Unanswered)?;
        match self.host.engine.open_contacts().next() {
            Some(contact) => Err(format!(
                "contact {} is still open at the end: {:?}",
                contact.record.id, contact.state
            )),
            None => Ok(()),
        }
    }

    fn work_off(&mut self) -> Vec<Input> {
        let agents: Vec<_> = self.host.engine.agents().collect();
        let mut inputs = Vec::new();
        for agent in agents {
            for contact in &agent.contacts {
                inputs.push(self.crowd.agent_handles(agent.user, contact));
            }
        }
        inputs
    }

    fn report(&self) -> Report {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let store = &self.host.store;
        Report {
            inputs: self.host.inputs,
            crashes: self.host.crashes,
            contacts: count(store.records.len()),
            items: count(store.items.len()),
            answered: count(store.records.iter().filter(|r| r.agent.is_some()).count()),
        }
    }
}

/// Whether asking again leads to the same: the ids in the input say so, or the state does.
fn is_repeatable(input: &Input) -> bool {
    !matches!(
        input,
        Input::TransferContact { .. } | Input::QuickConnect { .. } | Input::Tick
    )
}

#[cfg(test)]
mod tests;
