//! The model of the program around the engine: batches, commits, answers, crashes.

use std::collections::BTreeMap;

use engine::effect::{ContactEvent, ContactEventKind};
use engine::{ConfigChange, Effect, Engine, Input, Limits, Rejection, Reply};
use model::contact::QueueRef;
use model::resource::{RoutingProfile, User};
use model::{Channel, ContactId, IdSource, InstanceScope, Timestamp, UserId};

use crate::store::{Bug, Store};

/// How a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Committed, then answered.
    Committed,
    /// The commit fails, or the program dies before: nothing of it happened, nobody is answered.
    Lost,
    /// Committed, but the program dies before anybody is answered.
    Unanswered,
    /// Committed, and the program dies after it answered so many of the senders.
    PartlyAnswered(usize),
}

/// The engine, its store, and a way to bring the one back from the other.
#[derive(Debug)]
pub struct Host {
    /// The running engine.
    pub engine: Engine,
    /// What is committed.
    pub store: Store,
    scope: InstanceScope,
    limits: Limits,
    ids: IdSource,
    /// Restarts so far.
    pub crashes: u64,
    /// Inputs handled so far.
    pub inputs: u64,
}

/// What a sender was told.
pub type Answer = Result<Reply, Rejection>;

impl Host {
    /// A host with an empty store.
    pub fn new(scope: InstanceScope, limits: Limits, mut ids: IdSource, bug: Option<Bug>) -> Self {
        let engine = Engine::new(scope.clone(), limits, source(&mut ids));
        Self {
            engine,
            store: Store::new(bug),
            scope,
            limits,
            ids,
            crashes: 0,
            inputs: 0,
        }
    }

    /// Handles a batch, commits it, and answers as far as `fate` lets it. The answers are in the order of
    /// the inputs, `None` where none was given.
    pub fn batch(
        &mut self,
        now: Timestamp,
        inputs: Vec<Input>,
        fate: Fate,
    ) -> Result<Vec<Option<Answer>>, String> {
        let mut effects = Vec::new();
        let mut answers = Vec::new();
        let mut config = Vec::new();
        for input in inputs {
            self.inputs += 1;
            if let Input::StartContact(start) = &input
                && self.store.knows(start.contact)
            {
                let ticked = self.engine.handle(now, Input::Tick);
                effects.extend(ticked.effects);
                answers.push(Err(Rejection::Duplicate));
                continue;
            }
            let is_config = matches!(input, Input::Config(_));
            if let Input::Config(change) = &input {
                config.push(ConfigChange::clone(change));
            }
            let before = waiting(&self.engine);
            let outcome = self.engine.handle(now, input);
            // What is offered before a change takes effect cannot be judged by what holds after it.
            if !is_config {
                self.check_offers(&before, &outcome.effects)?;
            }
            effects.extend(outcome.effects);
            answers.push(outcome.reply);
        }
        let violations = self.engine.audit(now);
        if let Some(violation) = violations.first() {
            return Err(format!("{violation} ({} in all)", violations.len()));
        }
        let answered = match fate {
            Fate::Lost => {
                self.restart(now)?;
                return Ok(answers.into_iter().map(|_| None).collect());
            }
            Fate::Committed => answers.len(),
            Fate::Unanswered => 0,
            Fate::PartlyAnswered(count) => count,
        };
        let changes = self.engine.take_changes();
        self.store.commit(config, changes, effects);
        if fate != Fate::Committed {
            self.restart(now)?;
        }
        let answers = answers.into_iter().enumerate();
        Ok(answers
            .map(|(i, answer)| (i < answered).then_some(answer))
            .collect())
    }

    /// The program starts again from its store.
    fn restart(&mut self, now: Timestamp) -> Result<(), String> {
        self.crashes += 1;
        let stored = self.store.after_crash();
        let (scope, ids) = (self.scope.clone(), source(&mut self.ids));
        self.engine = Engine::restore(scope, self.limits, ids, now, stored)
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Each offer must go to an agent with a slot, and to the first of those who waited for it.
    fn check_offers(
        &self,
        before: &BTreeMap<ContactId, Line>,
        effects: &[Effect],
    ) -> Result<(), String> {
        let offers = offers(effects);
        if offers.is_empty() {
            return Ok(());
        }
        let after = waiting(&self.engine);
        for (&contact, &(agent, channel)) in &offers {
            self.check_slots(agent, channel)?;
            let Some(offered) = before.get(&contact) else {
                continue;
            };
            // Who stood before it in its line, could be seen as early, and still stands there without
            // having been offered itself was passed over. Delays of routing profiles count from the time
            // of entry.
            let passed = before.iter().find(|(id, line)| {
                line.lane == offered.lane
                    && (line.priority, line.since, **id)
                        < (offered.priority, offered.since, contact)
                    && line.enqueued_at <= offered.enqueued_at
                    && after.get(id) == Some(line)
                    && !offers.contains_key(id)
            });
            if let Some((passed, _)) = passed {
                return Err(format!(
                    "contact {contact} was offered though contact {passed} stood before it"
                ));
            }
        }
        Ok(())
    }

    fn check_slots(&self, agent: UserId, channel: Channel) -> Result<(), String> {
        let config = self.engine.config();
        let slots = config
            .get::<User>(agent)
            .and_then(|(_, user)| config.get::<RoutingProfile>(user.routing_profile))
            .and_then(|(_, profile)| profile.concurrency.get(&channel))
            .map_or(0, |concurrency| usize::from(concurrency.slots));
        let used = self.engine.agent(agent).map_or(0, |agent| {
            agent
                .contacts
                .iter()
                .filter(|c| c.channel == channel)
                .count()
        });
        if used > slots {
            return Err(format!(
                "agent {agent} holds {used} contacts in {slots} slots"
            ));
        }
        Ok(())
    }
}

/// The contacts that were offered, each with its last agent.
fn offers(effects: &[Effect]) -> BTreeMap<ContactId, (UserId, Channel)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::ContactEvent(ContactEvent {
                contact,
                channel,
                kind: ContactEventKind::Offered { agent, .. },
                ..
            }) => Some((*contact, (*agent, *channel))),
            _ => None,
        })
        .collect()
}

/// A contact's place in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    lane: (QueueRef, Channel),
    priority: u32,
    since: i64,
    enqueued_at: Timestamp,
}

fn waiting(engine: &Engine) -> BTreeMap<ContactId, Line> {
    engine
        .open_contacts()
        .filter_map(|contact| {
            let engine::ContactState::Queued(stay) = contact.state else {
                return None;
            };
            let line = Line {
                lane: (stay.queue, contact.record.channel),
                priority: contact.priority,
                since: contact.waiting_since?.as_millis(),
                enqueued_at: stay.enqueued_at,
            };
            Some((contact.record.id, line))
        })
        .collect()
}

fn source(ids: &mut IdSource) -> IdSource {
    IdSource::from_number(ids.below(u64::MAX))
}
