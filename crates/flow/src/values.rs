//! What a run holds for one flow or module: results and variables that belong to no contact.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use model::ContactId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::block::BlockIndex;

/// Most bytes that the flow attributes of one flow may hold, names and values added up.
pub const FLOW_ATTRIBUTES_BYTES_MAX: usize = 32 * 1024;

/// What a run holds for one flow or module; a module does not see its caller's (Amazon Connect:
/// local data). Personal: serializes for rows that are sealed as a whole.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Values {
    /// `$.External`: the last answer of a function.
    pub(crate) external: Value,
    /// `$.FlowAttributes`.
    pub(crate) flow_attributes: BTreeMap<String, String>,
    /// `$.StoredCustomerInput`.
    pub(crate) stored_customer_input: Option<String>,
    /// `$.Views`.
    pub(crate) views: Value,
    /// `$.Metrics`, by the names below it, joined by dots.
    pub(crate) metrics: BTreeMap<String, String>,
    /// `$.Modules.Result`: how the last module ended.
    pub(crate) module_result: Option<String>,
    /// `$.Task.ContactId`: the last task that the flow created.
    pub(crate) task: Option<ContactId>,
    /// Loops that are under way.
    pub(crate) loops: BTreeMap<BlockIndex, LoopState>,
}

/// A loop that is under way.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoopState {
    /// Its `LoopName`, for `$.Loop.<name>`.
    pub(crate) name: Option<String>,
    /// The round that runs, from 0.
    pub(crate) index: u32,
    /// How many rounds there are.
    pub(crate) rounds: u32,
    /// What it goes through, where it goes through a list.
    pub(crate) elements: Vec<Value>,
}

// Values are personal, and runs are printed in tests and logs of faults.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values(..)")
    }
}

impl Values {
    /// The value at this path as text: `None` where the run does not hold such values,
    /// `Some(None)` where it does and there is none.
    #[expect(
        clippy::option_option,
        reason = "not held here, and held but absent, differ"
    )]
    pub(crate) fn text<'a>(&'a self, path: &[&str]) -> Option<Option<Cow<'a, str>>> {
        Some(match path {
            ["FlowAttributes", name] => self
                .flow_attributes
                .get(*name)
                .map(|v| Cow::from(v.as_str())),
            ["Metrics", below @ ..] => self
                .metrics
                .get(&below.join("."))
                .map(|v| Cow::from(v.as_str())),
            ["StoredCustomerInput"] => self.stored_customer_input.as_deref().map(Cow::from),
            ["Modules", "Result"] => self.module_result.as_deref().map(Cow::from),
            ["External", below @ ..] => walk(&self.external, below).and_then(as_text),
            ["Views", below @ ..] => walk(&self.views, below).and_then(as_text),
            ["Task", "ContactId"] if self.task.is_some() => {
                self.task.map(|task| Cow::from(task.to_string()))
            }
            ["Loop", ..] => self
                .json(path)?
                .as_ref()
                .and_then(as_text)
                .map(Cow::into_owned)
                .map(Cow::from),
            ["FlowAttributes" | "StoredCustomerInput" | "Modules", ..] => None,
            _ => return None,
        })
    }

    /// The value at this path as it is; the two levels as in [`Values::text`].
    #[expect(
        clippy::option_option,
        reason = "not held here, and held but absent, differ"
    )]
    pub(crate) fn json(&self, path: &[&str]) -> Option<Option<Value>> {
        Some(match path {
            ["External", below @ ..] => walk(&self.external, below).cloned(),
            ["Views", below @ ..] => walk(&self.views, below).cloned(),
            ["FlowAttributes"] => Some(
                self.flow_attributes
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                    .collect(),
            ),
            ["Loop", name, member, below @ ..] => self
                .loops
                .values()
                .find(|state| state.name.as_deref() == Some(*name))
                .and_then(|state| state.member(member, below)),
            ["Loop", ..] => None,
            _ => {
                return self
                    .text(path)
                    .map(|text| text.map(|text| Value::from(text.as_ref())));
            }
        })
    }

    /// Adds or replaces flow attributes, all or none; whether they keep within their limit.
    pub(crate) fn set_flow_attributes(&mut self, changes: Vec<(String, String)>) -> bool {
        let kept: usize = self
            .flow_attributes
            .iter()
            .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == *name))
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let added: usize = changes
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if kept + added > FLOW_ATTRIBUTES_BYTES_MAX {
            return false;
        }
        self.flow_attributes.extend(changes);
        true
    }
}

impl LoopState {
    fn member(&self, member: &str, below: &[&str]) -> Option<Value> {
        match (member, below) {
            ("Index", []) => Some(Value::from(self.index.to_string())),
            ("Element", below) => {
                let element = self.elements.get(usize::try_from(self.index).ok()?)?;
                walk(element, below).cloned()
            }
            ("Elements", []) => Some(Value::Array(self.elements.clone())),
            ("Elements", [index, below @ ..]) => {
                walk(self.elements.get(index.parse::<usize>().ok()?)?, below).cloned()
            }
            _ => None,
        }
    }
}

/// What lies below `value` on this path: members by name, elements by number.
fn walk<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Object(members) => members.get(*name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A value as text: texts as they are, lists and objects as JSON.
fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::from(text.as_str())),
        other => Some(Cow::from(other.to_string())),
    }
}

#[cfg(test)]
mod tests;
