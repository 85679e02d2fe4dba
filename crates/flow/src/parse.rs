//! From a flow's content to typed blocks, or to all of its problems.

mod transitions;

use std::collections::{BTreeMap, BTreeSet};

use model::{ResourceId, ResourceKind};
use serde_json::{Map, Value};

use crate::action::Action;
use crate::block::{Block, BlockIndex};
use crate::params::Params;
use crate::problem::{Problems, Reported, cut};
use crate::run::{ContentHash, FlowKind};
use crate::{Flow, FlowProblem};

/// Most bytes of a flow's content.
pub const CONTENT_BYTES_MAX: usize = 1024 * 1024;

/// Most blocks of a flow. Amazon Connect allows some 250; this bound only keeps work finite.
pub const BLOCKS_MAX: usize = 10_000;

/// Longest identifier of a block, in characters.
pub const IDENTIFIER_CHARS_MAX: usize = 50;

/// Most conditions, and most errors, of one block.
pub const BRANCHES_MAX: usize = 500;

/// The version of the language.
pub const LANGUAGE_VERSION: &str = "2019-10-30";

/// Characters that an identifier must not contain.
const IDENTIFIER_FORBIDDEN: [char; 14] = [
    '%', ':', '(', '\\', '/', ')', '=', '$', ',', ';', '[', ']', '{', '}',
];

/// Identifiers that Amazon Connect's designer cannot hold.
const IDENTIFIER_RESERVED: [&str; 10] = [
    "__proto__",
    "constructor",
    "__defineGetter__",
    "__defineSetter__",
    "toString",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "valueOf",
];

/// See [`Flow::parse`].
pub(crate) fn parse(content: &str, kind: FlowKind) -> Result<Flow, Vec<FlowProblem>> {
    let mut problems = Problems::default();
    match Reader::new(kind, &mut problems).read(content) {
        Ok(flow) if problems.is_empty() => Ok(flow),
        _ => Err(problems.into_list()),
    }
}

struct Reader<'p> {
    kind: FlowKind,
    problems: &'p mut Problems,
    resources: BTreeSet<(ResourceKind, ResourceId)>,
}

/// An action before its transitions are resolved.
struct Raw<'a> {
    id: &'a str,
    members: &'a Map<String, Value>,
}

impl<'p> Reader<'p> {
    fn new(kind: FlowKind, problems: &'p mut Problems) -> Self {
        Self {
            kind,
            problems,
            resources: BTreeSet::new(),
        }
    }

    fn read(mut self, content: &str) -> Result<Flow, Reported> {
        if content.len() > CONTENT_BYTES_MAX {
            return Err(self.problems.envelope(format!(
                "the content has {} bytes, at most {CONTENT_BYTES_MAX} are allowed: split the flow",
                content.len()
            )));
        }
        let value = crate::json::parse(content).map_err(|reason| self.problems.envelope(reason))?;
        let Some(envelope) = value.as_object() else {
            return Err(self.problems.envelope("the content must be a JSON object"));
        };
        self.read_version(envelope)?;
        self.check_settings(envelope);
        let raw = self.read_actions(envelope)?;
        let index = self.index(&raw);
        let start = self.read_start(envelope, &index);
        let blocks: Vec<_> = raw.iter().map(|raw| self.read_block(raw, &index)).collect();
        let blocks: Result<Vec<_>, _> = blocks.into_iter().collect();
        Ok(Flow {
            kind: self.kind,
            content: ContentHash::of(content),
            start: start?,
            blocks: blocks?.into(),
            resources: self.resources,
        })
    }

    fn read_version(&mut self, envelope: &Map<String, Value>) -> Result<(), Reported> {
        if envelope.contains_key("modules") && !envelope.contains_key("Actions") {
            return Err(self.problems.envelope(
                "the content is in the console's old export format (`modules`): import it into the \
                 flow designer and export it again",
            ));
        }
        match envelope.get("Version").and_then(Value::as_str) {
            Some(LANGUAGE_VERSION) => {}
            Some(other) => {
                self.problems.envelope(format!(
                    "`Version` is `{}`, must be `{LANGUAGE_VERSION}`",
                    cut(other)
                ));
            }
            None => {
                self.problems.envelope(format!(
                    "`Version` is missing: add `\"Version\": \"{LANGUAGE_VERSION}\"`"
                ));
            }
        }
        Ok(())
    }

    /// Modules may declare inputs and outputs. How flows pass them is not known, so a module that
    /// needs them would run without.
    fn check_settings(&mut self, envelope: &Map<String, Value>) {
        if self.kind != FlowKind::Module {
            return;
        }
        for name in ["InputParameters", "OutputParameters"] {
            let declared = envelope
                .get("Settings")
                .and_then(|settings| settings.get(name))
                .and_then(Value::as_array)
                .is_some_and(|list| !list.is_empty());
            if declared {
                self.problems.envelope(format!(
                    "`Settings.{name}` is not available yet: pass values in contact attributes"
                ));
            }
        }
    }

    fn read_actions<'a>(
        &mut self,
        envelope: &'a Map<String, Value>,
    ) -> Result<Vec<Raw<'a>>, Reported> {
        let Some(actions) = envelope.get("Actions").and_then(Value::as_array) else {
            return Err(self
                .problems
                .envelope("`Actions` is missing: it must be a list of blocks"));
        };
        if actions.is_empty() {
            return Err(self
                .problems
                .envelope("`Actions` is empty: a flow needs a block"));
        }
        if actions.len() > BLOCKS_MAX {
            return Err(self.problems.envelope(format!(
                "the flow has {} blocks, at most {BLOCKS_MAX} are allowed: move some into modules",
                actions.len()
            )));
        }
        let mut raw = Vec::with_capacity(actions.len());
        for (position, action) in actions.iter().enumerate() {
            let members = action.as_object();
            let id = members
                .and_then(|m| m.get("Identifier"))
                .and_then(Value::as_str);
            match (members, id) {
                (Some(members), Some(id)) => raw.push(Raw { id, members }),
                _ => {
                    self.problems.envelope(format!(
                        "block {} of `Actions` must be an object with an `Identifier`",
                        position + 1
                    ));
                }
            }
        }
        Ok(raw)
    }

    fn index<'a>(&mut self, raw: &[Raw<'a>]) -> BTreeMap<&'a str, BlockIndex> {
        let mut index = BTreeMap::new();
        for (position, block) in (0..).zip(raw) {
            self.check_identifier(block.id);
            if index.insert(block.id, BlockIndex(position)).is_some() {
                self.problems.block(
                    block.id,
                    "the identifier stands twice: rename one of the blocks",
                );
            }
        }
        index
    }

    fn check_identifier(&mut self, id: &str) {
        if id.is_empty() || id.chars().count() > IDENTIFIER_CHARS_MAX {
            self.problems.block(
                id,
                format!("the identifier must have 1 to {IDENTIFIER_CHARS_MAX} characters"),
            );
        }
        if let Some(found) = id.chars().find(|c| IDENTIFIER_FORBIDDEN.contains(c)) {
            self.problems
                .block(id, format!("the identifier must not contain `{found}`"));
        }
        if IDENTIFIER_RESERVED.contains(&id) {
            self.problems
                .block(id, "the identifier is reserved: choose another");
        }
    }

    fn read_start(
        &mut self,
        envelope: &Map<String, Value>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<BlockIndex, Reported> {
        let Some(start) = envelope.get("StartAction").and_then(Value::as_str) else {
            return Err(self
                .problems
                .envelope("`StartAction` is missing: name the identifier of the first block"));
        };
        index.get(start).copied().ok_or_else(|| {
            self.problems.envelope(format!(
                "`StartAction` names the block `{}`, which is not there",
                cut(start)
            ))
        })
    }

    fn read_block(
        &mut self,
        raw: &Raw<'_>,
        index: &BTreeMap<&str, BlockIndex>,
    ) -> Result<Block, Reported> {
        const MEMBERS: [&str; 4] = ["Identifier", "Type", "Parameters", "Transitions"];
        for name in raw
            .members
            .keys()
            .filter(|name| !MEMBERS.contains(&name.as_str()))
        {
            self.unknown_member(raw.id, "", name, &MEMBERS);
        }
        let Some(action) = raw.members.get("Type").and_then(Value::as_str) else {
            return Err(self
                .problems
                .block(raw.id, "`Type` is missing: name the action type"));
        };
        let spec = Action::spec_of(action);
        if let Some(spec) = spec.filter(|spec| !spec.places.allow(self.kind)) {
            let places = spec.places.names();
            let here = match self.kind {
                FlowKind::Flow(kind) => format!("a flow of type {}", kind.as_str()),
                FlowKind::Module => "a module".to_owned(),
            };
            self.problems.block(
                raw.id,
                format!("action type `{action}` cannot stand in {here}, only in {places}"),
            );
        }
        let transitions = self.read_transitions(raw, spec, index);
        let none = Map::new();
        let members = match raw.members.get("Parameters") {
            None | Some(Value::Null) => Ok(&none),
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(self
                .problems
                .block(raw.id, "`Parameters` must be an object")),
        }?;
        let mut params = Params::new(
            raw.id,
            self.kind,
            members,
            self.problems,
            &mut self.resources,
        );
        let read = Action::read(action, &mut params);
        // Types that do not run have no names they know, and so nothing that they ignore.
        let ignored = match (spec, &read) {
            (None, _) | (_, Ok(Action::Unavailable(_))) => Vec::new(),
            _ => params.unknown(),
        };
        if let (Ok(read), Ok(transitions)) = (&read, &transitions) {
            read.check(transitions, &mut params);
        }
        Ok(Block {
            id: raw.id.into(),
            action: read?,
            transitions: transitions?,
            ignored: ignored.into(),
        })
    }

    fn unknown_member(&mut self, id: &str, within: &str, name: &str, known: &[&str]) {
        let hint = self.problems.hint(name, known.iter().copied());
        self.problems
            .block(id, format!("unknown member `{within}{}`{hint}", cut(name)));
    }
}
