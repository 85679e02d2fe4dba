//! One execution of a flow, as a value.

mod walk;

use std::fmt;

use model::resource::FlowType;
use model::{FlowId, FlowModuleId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::block::BlockIndex;
use crate::command::{Answer, Next, Step};
use crate::facts::Facts;
use crate::values::Values;

/// A flow or a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowKey {
    /// A flow.
    Flow(FlowId),
    /// A module.
    Module(FlowModuleId),
}

/// What a content is checked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowKind {
    /// A flow of this type.
    Flow(FlowType),
    /// A module.
    Module,
}

impl FlowKind {
    /// Whether such a flow runs beside something else (a wait, a hold, a whisper) and the contact
    /// goes on without it.
    pub(crate) const fn accompanies_a_contact(self) -> bool {
        match self {
            Self::Flow(kind) => matches!(
                kind,
                FlowType::CustomerQueue
                    | FlowType::CustomerHold
                    | FlowType::CustomerWhisper
                    | FlowType::AgentHold
                    | FlowType::AgentWhisper
                    | FlowType::OutboundWhisper
            ),
            Self::Module => false,
        }
    }
}

/// Hash of a flow's content (the first 16 bytes of its SHA-256): pins the version that a run uses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub u128);

impl ContentHash {
    /// The hash of this content.
    pub fn of(content: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(content.as_bytes()).into();
        let bytes = digest.first_chunk().copied().unwrap_or_default();
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({:032x})", self.0)
    }
}

/// A flow or module in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowRef {
    /// Which one.
    pub key: FlowKey,
    /// In which version.
    pub content: ContentHash,
}

/// The flows and modules that runs pin, by version.
pub trait Library {
    /// The flow in this version; `None` ends the run with a fault.
    fn flow(&self, at: FlowRef) -> Option<std::sync::Arc<crate::Flow>>;
}

/// Whether a run tells its steps (`UpdateFlowLoggingBehavior`). Enabled unless a flow disables it:
/// logs hold names and outcomes, never values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FlowLogging {
    /// Steps come out with [`Step::log`].
    #[default]
    Enabled,
    /// No steps come out.
    Disabled,
}

/// Most blocks that run without a wait; a flow that goes on turns in a circle.
pub const STEPS_WITHOUT_WAIT_MAX: u32 = 1_000;

/// Most modules within modules.
pub const MODULES_NESTED_MAX: usize = 5;

/// One execution of a flow, with what belongs to it alone. Holds personal values: serializes for
/// rows that are sealed as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRun {
    /// The flow or module that runs.
    current: Frame,
    /// Those that wait for it, outermost first; empty unless a module runs.
    callers: Vec<Frame>,
    phase: Phase,
    /// Blocks that ran since the last wait.
    steps: u32,
    logging: FlowLogging,
}

/// One flow or module under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Frame {
    flow: FlowRef,
    block: BlockIndex,
    values: Values,
}

/// What the run expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    /// [`Answer::Start`].
    New,
    /// The answer to a command.
    Asked,
    /// Time or an event.
    Waiting,
    /// Nothing any more.
    Over,
}

impl FlowRun {
    /// A run of this flow, not started yet. Its first [`FlowRun::step`] takes [`Answer::Start`].
    pub fn start(flow: FlowRef) -> Self {
        Self {
            current: Frame::new(flow),
            callers: Vec::new(),
            phase: Phase::New,
            steps: 0,
            logging: FlowLogging::default(),
        }
    }

    /// The same run with the logging behaviour of the segment before.
    #[must_use]
    pub fn with_logging(mut self, logging: FlowLogging) -> Self {
        self.logging = logging;
        self
    }

    /// Whether it tells its steps; later segments inherit it.
    pub fn logging(&self) -> FlowLogging {
        self.logging
    }

    /// The flow or module that runs.
    pub fn position(&self) -> FlowRef {
        self.current.flow
    }

    /// All versions that it needs to go on.
    pub fn pins(&self) -> impl Iterator<Item = FlowRef> {
        self.callers
            .iter()
            .chain([&self.current])
            .map(|frame| frame.flow)
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Runs blocks until one needs something done, waits, or ends the run. `answer` is what became
    /// of the last step; an answer that does not fit ends the run with a fault.
    pub fn step(&mut self, library: &dyn Library, answer: Answer, facts: &dyn Facts) -> Step {
        let (next, log) = walk::walk(self, library, answer, facts);
        if matches!(next, Next::End(_)) {
            self.phase = Phase::Over;
        }
        Step { next, log }
    }
}

impl Frame {
    fn new(flow: FlowRef) -> Self {
        Self {
            flow,
            block: BlockIndex(0),
            values: Values::default(),
        }
    }
}
