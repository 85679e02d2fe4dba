//! The loop of an instance: take a batch of jobs, handle them, commit once, perform, answer.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::{ConfigChange, Effect, Engine, Input, Rejection, Reply};
use model::audit::AuditEntry;
use model::transcript::ItemContent;
use model::{IdSource, Resource, ResourceId, ResourceKind, Timestamp};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::commit::{self, State};
use super::resources::Resources;
use super::{Center, Surroundings, load};
use crate::action::Access;
use crate::audit::{self, Verdict};
use crate::config::checks;
use crate::config::flows::Compiled;
use crate::error::AppError;
use crate::ports::keys::WrappedKey;
use crate::ports::store::{ClientTokenRow, KeyedHash, ResourceRow, Write};
use crate::principal::{AuditMark, Call};
use crate::vault::Place;

/// Jobs taken at once.
const BATCH_JOBS_MAX: usize = 512;
/// What is staged for one transaction: beyond this weight, jobs wait for the next one. One more job or tick
/// still fits below what a store takes at once.
const STAGED_WEIGHT_MAX: usize = 16 * 1024 * 1024;
/// What a row weighs beside its contents, and what an effect does: state, event and outbox rows follow
/// from it.
const ROW_WEIGHT: usize = 4 * 1024;
/// Longest sleep: a clock that was set forward is noticed within this time.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// How often the engine checks its own invariants.
const AUDIT_PERIOD: Duration = Duration::from_mins(1);
/// Pause between attempts to read the state back after a failed commit.
const RELOAD_PAUSE: Duration = Duration::from_secs(1);

/// Most audit entries that wait for a store that refuses commits; those that come later are lost. They
/// leave room for jobs in the transaction that takes them.
const OWED_ENTRIES_MAX: usize = STAGED_WEIGHT_MAX / 2 / ROW_WEIGHT;

/// Something for the loop.
pub(crate) enum Job {
    /// To be done. Dropped undone, its caller learns that the service is not available.
    Do(Work),
    /// An audit entry that nobody waits for. It outlives failed commits.
    Audit(Box<AuditEntry>),
}

pub(crate) type Work = Box<dyn FnOnce(&mut Turn<'_>) -> Answer + Send>;

/// Called after the commit, with whether it succeeded.
pub(crate) type Answer = Box<dyn FnOnce(Committed) + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    Yes,
    No,
}

/// A job and the place where its result will appear.
pub(crate) fn job<R: Send + 'static>(
    f: impl FnOnce(&mut Turn<'_>) -> Result<R, AppError> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<R, AppError>>) {
    let (sender, receiver) = oneshot::channel();
    let job = Job::Do(Box::new(move |turn| {
        let result = f(turn);
        Box::new(move |committed| {
            let answer = match committed {
                Committed::Yes => result,
                Committed::No => Err(AppError::Unavailable),
            };
            // Nobody waits where the caller went away or never wanted to know.
            let _ = sender.send(answer);
        })
    }));
    (job, receiver)
}

/// What a batch has decided and not committed yet.
#[derive(Default)]
pub(crate) struct Staged {
    pub(crate) writes: Vec<Write>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) new_keys: Vec<WrappedKey>,
    pub(crate) configuration: Vec<ConfigurationChange>,
    /// Calls whose entries stand or fall with this transaction.
    audited: Vec<AuditMark>,
    /// About how many bytes all of it will have in the store.
    weight: usize,
}

impl Staged {
    fn push_effects(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            let text = match effect {
                Effect::Transcript(item) => match &item.content {
                    ItemContent::Message { text, .. } => text.expose().len(),
                    _ => 0,
                },
                _ => 0,
            };
            self.weight += ROW_WEIGHT + text;
        }
        self.effects.extend(effects);
    }

    fn push_write(&mut self, write: Write) {
        let contents = match &write {
            Write::PutFlowContent { sealed, .. } => sealed.0.len(),
            Write::PutResource { row, .. } => row.sealed.0.len(),
            Write::InsertClientToken(row) => row.sealed.0.len(),
            _ => 0,
        };
        self.weight += ROW_WEIGHT + contents;
        self.writes.push(write);
    }

    const fn has_room(&self) -> bool {
        self.weight < STAGED_WEIGHT_MAX
    }
}

/// A change of configuration that readers see after the commit.
pub(crate) enum ConfigurationChange {
    Put(Arc<Resource>, Vec<(ResourceKind, ResourceId)>),
    Remove(ResourceKind, ResourceId),
}

/// One job's turn: what it may read and do.
pub(crate) struct Turn<'a> {
    pub(crate) now: Timestamp,
    pub(crate) ids: &'a mut IdSource,
    pub(crate) center: &'a Center,
    pub(super) state: &'a mut State,
    pub(super) staged: &'a mut Staged,
}

impl Turn<'_> {
    pub(crate) fn engine(&self) -> &Engine {
        &self.state.engine
    }

    /// The configuration with what this batch has changed already.
    pub(crate) fn resources(&self) -> &Resources {
        &self.state.resources
    }

    /// Tells the engine.
    pub(crate) fn handle(&mut self, input: Input) -> Result<Reply, Rejection> {
        let outcome = self.state.engine.handle(self.now, input);
        self.staged.push_effects(outcome.effects);
        outcome.reply
    }

    /// Whether something is due that has not happened.
    fn is_behind(&self) -> bool {
        self.engine()
            .next_deadline()
            .is_some_and(|deadline| deadline <= self.now)
    }

    /// Lets happen what is due, as far as it fits into one transaction.
    fn do_what_is_due(&mut self) {
        while self.is_behind() && self.staged.has_room() {
            let weight = self.staged.weight;
            // A tick has no caller; what it refuses to do it logs itself.
            let _ = self.handle(Input::Tick);
            if self.staged.weight == weight {
                return;
            }
        }
    }

    pub(crate) fn write(&mut self, write: Write) {
        self.staged.push_write(write);
    }

    /// Stores a resource, tells the engine, and shows it to readers after the commit.
    pub(crate) fn put_resource(
        &mut self,
        resource: &Arc<Resource>,
        flow: Compiled,
    ) -> Result<(), AppError> {
        let (instance, kind, id) = (resource.instance, resource.body.kind(), resource.id);
        let refs = checks::refs(&resource.body);
        let keys = &self.center.keys;
        let bytes = id.into_bytes();
        let place = Place {
            table: kind.row_name(),
            row: &bytes,
            version: resource.version,
        };
        let stored = load::StoredResource {
            format: 1,
            resource: Resource::clone(resource),
        };
        let row = ResourceRow {
            instance,
            kind,
            id,
            name_hash: keys.search_hash(
                kind.row_name(),
                resource.name.to_ascii_lowercase().as_bytes(),
            ),
            version: resource.version,
            sealed: keys.seal(&place, &commit::json(&stored)),
        };
        let flow = flow.map(|(content, flow)| (load::flow_ref(resource, content), flow));
        if let (Some((at, _)), Some(content)) = (&flow, load::stored_flow(resource)) {
            let content_id = load::flow_content_id(keys, at);
            let sealed = keys.seal(
                &Place::new("flow_contents", &content_id),
                &commit::json(&content),
            );
            self.write(Write::PutFlowContent {
                instance,
                content: content_id,
                sealed,
            });
        }
        self.write(Write::PutResource {
            row,
            refs: refs.clone(),
        });
        self.change_configuration(ConfigurationChange::Put(Arc::clone(resource), refs));
        self.handle(Input::Config(ConfigChange::Put(Arc::clone(resource), flow)))
            .map(|_| ())
            .map_err(crate::contact::rejected)
    }

    /// Stages a configuration change, for this loop and, after the commit, for readers.
    pub(crate) fn change_configuration(&mut self, change: ConfigurationChange) {
        match &change {
            ConfigurationChange::Put(resource, refs) => {
                self.state.resources.put(Arc::clone(resource), refs);
            }
            ConfigurationChange::Remove(kind, id) => self.state.resources.remove(*kind, *id),
        }
        self.staged.configuration.push(change);
    }

    /// Writes the audit entry of this call with what it changed.
    pub(crate) fn audit(&mut self, call: &Call, access: Access, response: Value) {
        if call.mark_audited() {
            return;
        }
        let instance = self.center.scope.instance;
        let verdict = Verdict {
            instance: Some(instance),
            access,
            error: None,
            response,
        };
        let entry = audit::entry(call, verdict, Some(&self.center.scope), self.ids, self.now);
        self.append(&entry);
        self.staged.audited.push(call.audit_mark());
    }

    fn append(&mut self, entry: &AuditEntry) {
        let write = commit::audit_write(&self.center.keys, entry);
        self.write(write);
    }

    /// The answer that this client token got before, in this process.
    pub(crate) fn recall(&self, token: &KeyedHash) -> Option<&(KeyedHash, Value)> {
        self.state.tokens.get(token)
    }

    /// Remembers the answer to a request that may be repeated.
    pub(crate) fn remember(
        &mut self,
        token: KeyedHash,
        request: KeyedHash,
        lifetime: Duration,
        answer: Value,
    ) {
        let sealed = self.center.keys.seal(
            &Place::new("client_tokens", &token),
            answer.to_string().as_bytes(),
        );
        self.write(Write::InsertClientToken(ClientTokenRow {
            instance: self.center.scope.instance,
            token_hash: token,
            request_hash: request,
            at: self.now,
            expires_at: self.now.plus(lifetime),
            sealed,
        }));
        self.state.tokens.insert(token, (request, answer));
    }
}

/// Runs an instance until its senders are gone.
pub(super) async fn run(
    center: Weak<Center>,
    around: Surroundings,
    mut state: State,
    mut jobs: mpsc::Receiver<Job>,
) {
    let mut ids = super::fresh_ids();
    let mut batch = Vec::with_capacity(BATCH_JOBS_MAX);
    let mut waiting = VecDeque::new();
    let mut owed: Vec<AuditEntry> = Vec::new();
    let mut audited_at = around.clock.now();
    loop {
        if waiting.is_empty() {
            let wait = sleep_for(&state.engine, around.clock.now());
            tokio::select! {
                taken = jobs.recv_many(&mut batch, BATCH_JOBS_MAX) => {
                    if taken == 0 {
                        return;
                    }
                }
                () = tokio::time::sleep(wait) => {}
            }
            waiting.extend(batch.drain(..));
        }
        // Whoever held the instance is gone, and with them all who could send jobs.
        let Some(center) = center.upgrade() else {
            return;
        };
        let now = around.clock.now();
        let mut staged = Staged::default();
        let mut turn = Turn {
            now,
            ids: &mut ids,
            center: &center,
            state: &mut state,
            staged: &mut staged,
        };
        turn.do_what_is_due();
        let mut answers: Vec<Answer> = Vec::new();
        // Jobs never act on a state whose time is over: what is due and found no room comes before them.
        for entry in &owed {
            turn.append(entry);
        }
        while turn.staged.has_room() {
            match waiting.pop_front() {
                Some(Job::Do(work)) => answers.push(work(&mut turn)),
                Some(Job::Audit(entry)) => {
                    turn.append(&entry);
                    owed.push(*entry);
                }
                None => break,
            }
        }
        let audited = std::mem::take(&mut staged.audited);
        let committed = match commit::commit(&center, &around, &mut state, staged).await {
            Ok(()) => {
                owed.clear();
                Committed::Yes
            }
            Err(error) => {
                tracing::error!(error = %error, "a commit failed: the instance is read back from the store");
                audited.iter().for_each(AuditMark::take_back);
                Committed::No
            }
        };
        for answer in answers {
            answer(committed);
        }
        if now.since(audited_at) >= AUDIT_PERIOD {
            audited_at = now;
            audit_invariants(&state.engine, now);
        }
        if committed == Committed::No {
            // They would act on a state that is gone.
            let undone = waiting.drain(..);
            undone.for_each(|job| keep_entry(job, &mut owed));
            match reload(&center, &around, &mut jobs, &mut owed).await {
                Some(fresh) => state = fresh,
                None => return,
            }
        }
    }
}

/// Looks for states that the engine must never be in. One found is a fault of the program: it is logged
/// and contacts go on.
fn audit_invariants(engine: &Engine, now: Timestamp) {
    for violation in engine.audit(now) {
        tracing::error!(%violation, "an invariant of the engine does not hold");
    }
}

/// Drops a job undone; of an audit entry is kept what the store must still get.
fn keep_entry(job: Job, owed: &mut Vec<AuditEntry>) {
    let Job::Audit(entry) = job else { return };
    if owed.len() < OWED_ENTRIES_MAX {
        owed.push(*entry);
    } else {
        tracing::error!(audit.name = %entry.name, "too many audit entries wait for the store: this one is lost");
    }
}

/// Reads the state back; callers that come meanwhile are told that the service is not available.
async fn reload(
    center: &Arc<Center>,
    around: &Surroundings,
    jobs: &mut mpsc::Receiver<Job>,
    owed: &mut Vec<AuditEntry>,
) -> Option<State> {
    loop {
        while let Ok(job) = jobs.try_recv() {
            keep_entry(job, owed);
        }
        if jobs.is_closed() && jobs.is_empty() {
            return None;
        }
        match load::state(around, &center.scope, &center.keys).await {
            Ok(state) => {
                center.show(&state);
                return Some(state);
            }
            Err(error) => {
                tracing::error!(error = %error, "the instance cannot be read from the store: trying again");
                tokio::time::sleep(RELOAD_PAUSE).await;
            }
        }
    }
}

fn sleep_for(engine: &Engine, now: Timestamp) -> Duration {
    engine
        .next_deadline()
        .map_or(SLEEP_MAX, |deadline| deadline.since(now).min(SLEEP_MAX))
}
