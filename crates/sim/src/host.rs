//! The model of the program around the engine: batches, commits, answers, crashes.

use std::collections::BTreeMap;

use engine::{ConfigChange, Effect, Engine, Input, Limits, Rejection, Reply};
use model::contact::QueueRef;
use model::resource::{RoutingProfile, User};
use model::{Channel, ContactId, IdSource, InstanceScope, Timestamp};

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
                answers.push(Err(Rejection::Duplicate));
                continue;
            }
            if let Input::Config(change) = &input {
                config.push(ConfigChange::clone(change));
            }
            let before = waiting(&self.engine);
            let outcome = self.engine.handle(now, input);
            self.check_offers(&before, &outcome.effects)?;
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
        let mut after = None;
        for effect in effects {
            let Effect::ContactEvent(event) = effect else {
                continue;
            };
            let engine::effect::ContactEventKind::Offered { agent, .. } = event.kind else {
                continue;
            };
            self.check_slots(agent, event.channel)?;
            let Some(offered) = before.get(&event.contact) else {
                continue;
            };
            // Who stood before it in its line, could be seen as early, and still stands there was passed
            // over. Delays of routing profiles count from the time of entry.
            let after = after.get_or_insert_with(|| waiting(&self.engine));
            let passed = before.iter().find(|(id, line)| {
                line.lane == offered.lane
                    && (line.priority, line.since, **id)
                        < (offered.priority, offered.since, event.contact)
                    && line.enqueued_at <= offered.enqueued_at
                    && after.get(id) == Some(line)
            });
            if let Some((passed, _)) = passed {
                return Err(format!(
                    "contact {} was offered though contact {passed} stood before it",
                    event.contact
                ));
            }
        }
        Ok(())
    }

    fn check_slots(&self, agent: model::UserId, channel: Channel) -> Result<(), String> {
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
