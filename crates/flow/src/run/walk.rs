//! Steps through the blocks of a run.

use std::borrow::Cow;
use std::sync::Arc;

use super::{
    FlowKind, FlowLogging, FlowRef, FlowRun, Frame, Library, MODULES_NESTED_MAX, Phase,
    STEPS_WITHOUT_WAIT_MAX,
};
use crate::Flow;
use crate::block::{At, Block, BlockIndex, Failure, Outcome};
use crate::command::{Answer, FlowEnd, FlowError, FlowLog, Next};
use crate::facts::Facts;

/// The result of a module, as conditions on `InvokeFlowModule` and `$.Modules.Result` see it.
const MODULE_SUCCEEDED: &str = "Success";

/// See [`FlowRun::step`].
pub(super) fn walk(
    run: &mut FlowRun,
    library: &dyn Library,
    answer: Answer,
    facts: &dyn Facts,
) -> (Next, Vec<FlowLog>) {
    let mut log = Vec::new();
    let next = begin(run, library, facts, &mut log, answer)
        .unwrap_or_else(|Fault(reason)| Next::End(FlowEnd::Fault(reason)));
    (next, log)
}

/// The run cannot go on.
struct Fault(String);

/// Where the walk goes after a block.
enum Turn {
    /// To this block of the same flow.
    To(BlockIndex),
    /// The same block yields another outcome: a module has returned to it.
    Again(Result<Outcome, Failure>),
    /// To the start of this flow or module.
    Into(Arc<Flow>),
    /// Out of the step.
    Out(Next),
}

struct Walk<'a> {
    run: &'a mut FlowRun,
    library: &'a dyn Library,
    facts: &'a dyn Facts,
    log: &'a mut Vec<FlowLog>,
    /// The type of the outermost flow: decides what a module may do.
    root: FlowKind,
}

fn begin(
    run: &mut FlowRun,
    library: &dyn Library,
    facts: &dyn Facts,
    log: &mut Vec<FlowLog>,
    answer: Answer,
) -> Result<Next, Fault> {
    let fits = match (run.phase, &answer) {
        (Phase::New, Answer::Start) | (Phase::Waiting, Answer::TimedOut | Answer::Event(_)) => true,
        (Phase::Asked, other) => {
            !matches!(other, Answer::Start | Answer::TimedOut | Answer::Event(_))
        }
        _ => false,
    };
    if !fits {
        return Err(Fault(
            "the answer does not fit what the run expects".to_owned(),
        ));
    }
    let mut flow = find(library, run.current.flow)?;
    let root = match run.callers.first() {
        Some(outermost) => find(library, outermost.flow)?.kind,
        None => flow.kind,
    };
    if root == FlowKind::Module {
        return Err(Fault(
            "a run must start in a flow, not in a module".to_owned(),
        ));
    }
    let mut walk = Walk {
        run,
        library,
        facts,
        log,
        root,
    };
    let mut outcome = match walk.run.phase {
        Phase::New => walk.enter(&flow, flow.start)?,
        Phase::Waiting => {
            walk.run.steps = 0;
            walk.answer(&flow, answer)?
        }
        Phase::Asked | Phase::Over => walk.answer(&flow, answer)?,
    };
    loop {
        outcome = match walk.turn(&flow, outcome)? {
            Turn::To(block) => walk.enter(&flow, block)?,
            Turn::Again(outcome) => {
                flow = find(library, walk.run.current.flow)?;
                (outcome, None)
            }
            Turn::Into(other) => {
                flow = other;
                walk.enter(&flow, flow.start)?
            }
            Turn::Out(next) => return Ok(next),
        };
    }
}

/// What a block wants, and what it has to tell.
type Told = (Result<Outcome, Failure>, Option<Cow<'static, str>>);

impl Walk<'_> {
    /// Arrives at a block.
    fn enter(&mut self, flow: &Flow, index: BlockIndex) -> Result<Told, Fault> {
        self.run.current.block = index;
        self.run.steps = self.run.steps.saturating_add(1);
        let block = here(flow, index)?;
        if self.run.steps > STEPS_WITHOUT_WAIT_MAX {
            return Err(Fault(format!(
                "{STEPS_WITHOUT_WAIT_MAX} blocks ran without a wait, the last one `{}`: the flow \
                 turns in a circle",
                block.id
            )));
        }
        let places = block.action.spec().places;
        let may_stand = flow.kind != FlowKind::Module
            || places.allow(self.root)
            || places == crate::places::Places::MODULE;
        if !may_stand {
            let failure = Failure::because("the action cannot run in a flow of this type");
            return Ok((Err(failure), None));
        }
        Ok(self.with(block, index, |block, at| block.action.enter(at)))
    }

    /// Tells the current block what became of what it asked.
    fn answer(&mut self, flow: &Flow, answer: Answer) -> Result<Told, Fault> {
        let index = self.run.current.block;
        let block = here(flow, index)?;
        Ok(self.with(block, index, |block, at| block.action.answer(at, answer)))
    }

    fn with(
        &mut self,
        block: &Block,
        index: BlockIndex,
        act: impl FnOnce(&Block, &mut At<'_>) -> Result<Outcome, Failure>,
    ) -> Told {
        let FlowRun {
            current, logging, ..
        } = self.run;
        let mut at = At::new(
            index,
            &block.transitions,
            &mut current.values,
            self.facts,
            logging,
        );
        let outcome = act(block, &mut at);
        (outcome, at.note)
    }

    /// Follows what a block wants.
    fn turn(&mut self, flow: &Flow, (outcome, note): Told) -> Result<Turn, Fault> {
        let index = self.run.current.block;
        let block = here(flow, index)?;
        match outcome {
            Ok(Outcome::Next) => Ok(self.go_on(block, note)),
            Ok(Outcome::Result(result)) => self.choose(block, index, &result, note),
            Ok(Outcome::Do(command)) => {
                self.run.phase = Phase::Asked;
                Ok(Turn::Out(Next::Do(command)))
            }
            Ok(Outcome::Wait(wait)) => {
                self.run.phase = Phase::Waiting;
                self.tell(block, note, || "waits".to_owned());
                Ok(Turn::Out(Next::Wait(wait)))
            }
            Ok(Outcome::End(end)) => {
                self.tell(block, note, || ending(&end).to_owned());
                Ok(Turn::Out(Next::End(end)))
            }
            Ok(Outcome::Call(module)) => self.call(block, module),
            Ok(Outcome::Return) => {
                self.tell(block, note, || "returns".to_owned());
                Ok(self.return_to_caller())
            }
            Ok(Outcome::Replace(target)) => self.replace(block, target),
            Err(failure) => self.fail(block, failure),
        }
    }

    fn go_on(&mut self, block: &Block, note: Option<Cow<'static, str>>) -> Turn {
        match block.transitions.next {
            Some(next) => {
                self.tell(block, note, || "NextAction".to_owned());
                Turn::To(next)
            }
            None if !self.run.callers.is_empty() => {
                self.tell(block, note, || "returns".to_owned());
                self.return_to_caller()
            }
            None => {
                self.tell(block, note, || "ends the flow".to_owned());
                Turn::Out(Next::End(FlowEnd::Finished))
            }
        }
    }

    fn choose(
        &mut self,
        block: &Block,
        index: BlockIndex,
        result: &str,
        note: Option<Cow<'static, str>>,
    ) -> Result<Turn, Fault> {
        // A module's result need not be asked for; a comparison without conditions matches none.
        let must_match = block
            .action
            .spec()
            .errors
            .contains(&FlowError::NoMatchingCondition);
        if block.transitions.conditions.is_empty() && !must_match {
            return Ok(self.go_on(block, note));
        }
        let FlowRun {
            current, logging, ..
        } = &mut *self.run;
        let at = At::new(
            index,
            &block.transitions,
            &mut current.values,
            self.facts,
            logging,
        );
        let met = block
            .transitions
            .conditions
            .iter()
            .find(|(c, _)| c.is_met(result, &at));
        match met {
            Some((condition, to)) => {
                self.tell(block, note, || condition.to_string());
                Ok(Turn::To(*to))
            }
            None => self.fail(
                block,
                Failure {
                    error: FlowError::NoMatchingCondition,
                    note,
                },
            ),
        }
    }

    /// Takes the branch for an error: its own, else `NoMatchingError`.
    fn fail(&mut self, block: &Block, failure: Failure) -> Result<Turn, Fault> {
        let Failure { error, note } = failure;
        let taken = [error, FlowError::NoMatchingError]
            .into_iter()
            .find_map(|error| Some((error, block.transitions.on(error)?)));
        if let Some((taken, to)) = taken {
            self.tell(block, note, || taken.as_str().to_owned());
            return Ok(Turn::To(to));
        }
        let reason = format!(
            "block `{}` failed with {} and has no branch for it",
            block.id,
            error.as_str()
        );
        if self.root.accompanies_a_contact() {
            // The contact goes on without its music.
            self.tell(block, Some(note.unwrap_or(Cow::Owned(reason))), || {
                "ends the flow".to_owned()
            });
            return Ok(Turn::Out(Next::End(FlowEnd::Finished)));
        }
        let shown = note.clone();
        self.tell(block, note, || error.as_str().to_owned());
        Err(Fault(match shown {
            Some(note) => format!("{reason}: {note}"),
            None => reason,
        }))
    }

    fn call(&mut self, block: &Block, module: FlowRef) -> Result<Turn, Fault> {
        if self.run.callers.len() >= MODULES_NESTED_MAX {
            return self.fail(
                block,
                Failure::because(format!(
                    "modules nest deeper than {MODULES_NESTED_MAX} levels"
                )),
            );
        }
        let found = find(self.library, module)?;
        if found.kind != FlowKind::Module {
            return self.fail(
                block,
                Failure::because("what was found is a flow, not a module"),
            );
        }
        let caller = std::mem::replace(&mut self.run.current, Frame::new(module));
        self.run.callers.push(caller);
        Ok(Turn::Into(found))
    }

    fn return_to_caller(&mut self) -> Turn {
        match self.run.callers.pop() {
            Some(mut caller) => {
                caller.values.module_result = Some(MODULE_SUCCEEDED.to_owned());
                self.run.current = caller;
                Turn::Again(Ok(Outcome::Result(MODULE_SUCCEEDED.into())))
            }
            None => Turn::Out(Next::End(FlowEnd::Finished)),
        }
    }

    fn replace(&mut self, block: &Block, target: FlowRef) -> Result<Turn, Fault> {
        let found = find(self.library, target)?;
        if found.kind == FlowKind::Module || found.kind.accompanies_a_contact() {
            return self.fail(
                block,
                Failure::because("a contact cannot go on in a flow of this type"),
            );
        }
        self.tell(block, None, || "TransferToFlow".to_owned());
        self.run.callers.clear();
        self.run.current = Frame::new(target);
        self.root = found.kind;
        Ok(Turn::Into(found))
    }

    fn tell(
        &mut self,
        block: &Block,
        note: Option<Cow<'static, str>>,
        outcome: impl FnOnce() -> String,
    ) {
        if self.run.logging == FlowLogging::Disabled {
            return;
        }
        let note = note.map(Cow::into_owned).or_else(|| {
            (!block.ignored.is_empty())
                .then(|| format!("parameters without effect: {}", block.ignored.join(", ")))
        });
        self.log.push(FlowLog {
            flow: self.run.current.flow,
            block: block.id.to_string(),
            action: block.action.spec().name.to_owned(),
            outcome: outcome(),
            note,
        });
    }
}

fn find(library: &dyn Library, at: FlowRef) -> Result<Arc<Flow>, Fault> {
    library
        .flow(at)
        .ok_or_else(|| Fault(format!("the flow is gone: {at:?}")))
}

fn here(flow: &Flow, index: BlockIndex) -> Result<&Block, Fault> {
    flow.block(index)
        .ok_or_else(|| Fault(format!("the flow has no block {}", index.0)))
}

fn ending(end: &FlowEnd) -> &'static str {
    match end {
        FlowEnd::Disconnect => "disconnects",
        FlowEnd::Finished => "ends the flow",
        FlowEnd::Queued => "queued",
        FlowEnd::Transferred => "transferred",
        FlowEnd::Fault(_) => "fault",
    }
}
