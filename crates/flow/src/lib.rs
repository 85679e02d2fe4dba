//! The flow language: parse, check, and step through a run.
//!
//! Pure. [`Flow::parse`] turns a flow's content into typed blocks or refuses it with all of its
//! problems at once; [`FlowRun::step`] takes a run from one question to the next. What a block wants
//! done comes out as a [`Command`], what it must know comes in as an [`Answer`].

mod action;
mod block;
pub mod command;
mod condition;
pub mod facts;
mod json;
mod params;
mod parse;
pub mod path;
mod phone;
mod places;
pub mod problem;
pub mod run;
mod template;
mod values;

use std::collections::BTreeSet;

use model::{ResourceId, ResourceKind};

use block::{Block, BlockIndex};

pub use action::{KEYS_MAX, LOOP_ROUNDS_MAX, PROMPT_DURATION_MAX, VIEW_RESULT_BYTES_MAX};
pub use block::{
    CONTACT_DESCRIPTION_CHARS_MAX, CONTACT_NAME_CHARS_MAX, MESSAGE_CHARS_MAX, RENDERED_BYTES_MAX,
};
pub use command::{Answer, Command, FlowLog, Next, Step, WaitEvent, WaitFor};
pub use condition::{CONDITION_DEPTH_MAX, SUB_CONDITIONS_MAX};
pub use facts::Facts;
pub use json::JSON_DEPTH_MAX;
pub use params::PARAMETER_MEMBERS_MAX;
pub use parse::{
    BLOCKS_MAX, BRANCHES_MAX, CONTENT_BYTES_MAX, IDENTIFIER_CHARS_MAX, LANGUAGE_VERSION,
};
pub use problem::{FlowProblem, LOOK_UPS_MAX, PROBLEMS_MAX};
pub use run::{
    ContentHash, FlowKey, FlowKind, FlowLogging, FlowRef, FlowRun, Library, MODULES_NESTED_MAX,
    STEPS_WITHOUT_WAIT_MAX,
};
pub use values::FLOW_ATTRIBUTES_BYTES_MAX;

/// A checked flow or module: whoever holds one holds a valid one.
#[derive(Debug)]
pub struct Flow {
    kind: FlowKind,
    content: ContentHash,
    start: BlockIndex,
    blocks: Box<[Block]>,
    resources: BTreeSet<(ResourceKind, ResourceId)>,
}

impl Flow {
    /// The flow that `content` describes in the flow language, or all of its problems at once.
    pub fn parse(content: &str, kind: FlowKind) -> Result<Self, Vec<FlowProblem>> {
        parse::parse(content, kind)
    }

    /// What it was checked as.
    pub fn kind(&self) -> FlowKind {
        self.kind
    }

    /// The version: the hash of its content.
    pub fn content_hash(&self) -> ContentHash {
        self.content
    }

    /// How many blocks it has.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The resources that it names by id or ARN (those that a path names are known at run time only).
    pub fn resources(&self) -> impl Iterator<Item = (ResourceKind, ResourceId)> {
        self.resources.iter().copied()
    }

    fn block(&self, index: BlockIndex) -> Option<&Block> {
        self.blocks.get(usize::try_from(index.0).ok()?)
    }
}

/// The names of all action types of the language: those that run and those that are known by name.
pub fn action_types() -> impl Iterator<Item = &'static str> {
    action::Action::names()
}
