//! What all blocks share: transitions, the rules of an action type, and what a block may do and see
//! while it runs.

use std::borrow::Cow;
use std::cell::Cell;

use model::Channel;
use serde_json::Value;

use crate::action::Action;
use crate::command::{Answer, Command, FlowEnd, FlowError, WaitFor};
use crate::condition::Condition;
use crate::facts::Facts;
use crate::params::Params;
use crate::path::Path;
use crate::places::Places;
use crate::problem::Reported;
use crate::run::{FlowLogging, FlowRef};
use crate::values::Values;

/// One node of a flow.
#[derive(Debug)]
pub(crate) struct Block {
    /// Its identifier, as the author wrote it.
    pub(crate) id: Box<str>,
    /// What it does.
    pub(crate) action: Action,
    /// Where it leads.
    pub(crate) transitions: Transitions,
    /// Parameters that are not known here and have no effect; the log says so.
    pub(crate) ignored: Box<[Box<str>]>,
}

/// Position of a block within its flow. Valid for the flow's version alone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub(crate) struct BlockIndex(pub(crate) u32);

/// Where a block leads.
#[derive(Debug, Default)]
pub(crate) struct Transitions {
    /// Where no condition and no error decides.
    pub(crate) next: Option<BlockIndex>,
    /// Asked in order.
    pub(crate) conditions: Vec<(Condition, BlockIndex)>,
    /// By error.
    pub(crate) errors: Vec<(FlowError, BlockIndex)>,
}

impl Transitions {
    /// The branch for this error alone.
    pub(crate) fn on(&self, error: FlowError) -> Option<BlockIndex> {
        self.errors
            .iter()
            .find(|(name, _)| *name == error)
            .map(|(_, to)| *to)
    }
}

/// The rules of an action type.
#[derive(Debug)]
pub(crate) struct Spec {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// In which types of flows it may stand.
    pub(crate) places: Places,
    /// Its `NextAction`.
    pub(crate) next: NextRule,
    /// Its conditions.
    pub(crate) conditions: ConditionRule,
    /// Error branches it must have. Others are taken where they are given.
    pub(crate) errors: &'static [FlowError],
}

impl Spec {
    /// Of an action that goes on to its `NextAction`, asks nothing, and can fail.
    pub(crate) const fn plain(name: &'static str) -> Self {
        Self {
            name,
            places: Places::ANY,
            next: NextRule::Required,
            conditions: ConditionRule::None,
            errors: &[FlowError::NoMatchingError],
        }
    }
}

/// Whether a block has a `NextAction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRule {
    /// It must.
    Required,
    /// It may: exports name one where it is never taken.
    Optional,
    /// It ends the flow or module: its transitions are empty.
    Terminal,
}

/// Which conditions a block may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConditionRule {
    /// None.
    None,
    /// Any.
    Any,
    /// `Equals` with fixed text.
    Equals,
    /// `Equals` with each of these, once, and no other.
    Exactly(&'static [&'static str]),
}

/// What an action type does. A new one is a type with this trait and a line in [`crate::action`].
pub(crate) trait Behavior: Sized {
    /// Its rules.
    const SPEC: Spec;

    /// Reads its parameters; all problems at once.
    fn read(params: &mut Params<'_>) -> Result<Self, Reported>;

    /// Checks what depends on parameters and transitions together.
    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let _ = (transitions, params);
    }

    /// Runs when the run arrives at the block.
    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure>;

    /// Runs when what it asked or waited for is answered.
    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        let _ = at;
        match answer {
            Answer::Done => Ok(Outcome::Next),
            other => unexpected(&other),
        }
    }
}

/// What a block wants to happen.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Go on to `NextAction`.
    Next,
    /// Choose a condition by this result.
    Result(Cow<'static, str>),
    /// Have this done.
    Do(Command),
    /// Wait.
    Wait(WaitFor),
    /// End the run.
    End(FlowEnd),
    /// Run a module, then go on.
    Call(FlowRef),
    /// Leave the module.
    Return,
    /// Go on in another flow.
    Replace(FlowRef),
}

/// A block's error, with what an operator should know. Notes name no values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: FlowError,
    pub(crate) note: Option<Cow<'static, str>>,
}

impl Failure {
    /// `NoMatchingError`, because of this.
    pub(crate) fn because(note: impl Into<Cow<'static, str>>) -> Self {
        Self {
            error: FlowError::NoMatchingError,
            note: Some(note.into()),
        }
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self { error, note: None }
    }
}

/// What becomes of an answer that a block does not handle itself: failures take the error branch,
/// and an answer to another question is a fault.
pub(crate) fn unexpected(answer: &Answer) -> Result<Outcome, Failure> {
    match answer {
        Answer::Failed(error) => Err((*error).into()),
        _ => Ok(Outcome::End(FlowEnd::Fault(
            "the answer does not fit what the block asked for".to_owned(),
        ))),
    }
}

/// Longest name of a contact, in characters (`StartTaskContact`).
pub const CONTACT_NAME_CHARS_MAX: usize = 512;

/// Longest description of a contact, in characters (`StartTaskContact`).
pub const CONTACT_DESCRIPTION_CHARS_MAX: usize = 4096;

/// Longest message, in characters (`ChatContent` of the participant API).
pub const MESSAGE_CHARS_MAX: usize = 16_384;

/// Most bytes of text that one block may put together from its templates.
pub const RENDERED_BYTES_MAX: usize = 256 * 1024;

/// What a block sees while it runs.
pub(crate) struct At<'a> {
    /// Which block it is.
    pub(crate) block: BlockIndex,
    /// What the run holds for this flow or module.
    pub(crate) values: &'a mut Values,
    /// What the contact holds.
    pub(crate) facts: &'a dyn Facts,
    /// Where the block leads.
    transitions: &'a Transitions,
    /// Whether the run tells its steps.
    pub(crate) logging: &'a mut FlowLogging,
    /// What an operator should know although nothing failed.
    pub(crate) note: Option<Cow<'static, str>>,
    /// Bytes that templates may still make.
    budget: Cell<usize>,
}

impl<'a> At<'a> {
    pub(crate) fn new(
        block: BlockIndex,
        transitions: &'a Transitions,
        values: &'a mut Values,
        facts: &'a dyn Facts,
        logging: &'a mut FlowLogging,
    ) -> Self {
        Self {
            block,
            transitions,
            values,
            facts,
            logging,
            note: None,
            budget: Cell::new(RENDERED_BYTES_MAX),
        }
    }

    /// The value at `path` as text; `None` where there is none.
    pub(crate) fn text(&self, path: &Path) -> Option<Cow<'_, str>> {
        path.with_segments(|names| match self.values.text(names) {
            Some(held) => held,
            None => self.facts.value(names),
        })
    }

    /// The value at `path`, as it is; `None` where there is none.
    pub(crate) fn json(&self, path: &Path) -> Option<Value> {
        path.with_segments(|names| match self.values.json(names) {
            Some(held) => held,
            None => self
                .facts
                .value(names)
                .map(|text| Value::String(text.into_owned())),
        })
    }

    /// The medium of the contact.
    pub(crate) fn channel(&self) -> Option<Channel> {
        let name = self.facts.value(&["Channel"])?;
        Channel::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }

    /// Whether the block has a branch for this error, its own or the one for all.
    pub(crate) fn has_branch(&self, error: FlowError) -> bool {
        self.transitions
            .on(error)
            .or(self.transitions.on(FlowError::NoMatchingError))
            .is_some()
    }

    /// The fixed texts that the block's conditions compare its result with, in their order.
    pub(crate) fn results(&self) -> impl Iterator<Item = &'a str> {
        let conditions = self.transitions.conditions.iter();
        conditions.filter_map(|(condition, _)| condition.equals())
    }

    /// Says something to the operator.
    pub(crate) fn note(&mut self, note: impl Into<Cow<'static, str>>) {
        self.note = Some(note.into());
    }

    /// Takes bytes from what templates may make.
    pub(crate) fn spend(&self, bytes: usize) -> Result<(), Failure> {
        let Some(left) = self.budget.get().checked_sub(bytes) else {
            return Err(Failure::because(
                "the texts of the block are too long with their values filled in",
            ));
        };
        self.budget.set(left);
        Ok(())
    }
}
