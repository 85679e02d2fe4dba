//! Text and JSON with paths inside, compiled once, filled in at run time.

use serde_json::{Map, Value};

use crate::block::{At, Failure};
use crate::path::Path;

/// What looking up a value costs of a block's budget, in bytes: a text of many thousand paths without
/// values would cost time and no bytes.
const LOOK_UP_BYTES: usize = 64;

/// Text in which paths stand for values: `Hello $.Attributes.name, how are you?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Box<[Part]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Path(Path),
}

impl Template {
    /// Compiles `text`. Every text is a template: a `$` that begins no path is a dollar sign.
    pub(crate) fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, from_dollar) = rest.split_at_checked(at).unwrap_or((rest, ""));
            plain.push_str(before);
            if let Some((path, after)) = Path::parse_prefix(from_dollar) {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain).into()));
                }
                parts.push(Part::Path(path));
                rest = after;
            } else {
                plain.push('$');
                rest = from_dollar.strip_prefix('$').unwrap_or_default();
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain.into()));
        }
        Self(parts.into())
    }

    /// The paths within.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|part| match part {
            Part::Path(path) => Some(path),
            Part::Text(_) => None,
        })
    }

    /// Whether it is no text at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with its values; a value that is missing is empty text. Fails where the block's
    /// texts grow too long.
    pub(crate) fn render(&self, at: &At<'_>) -> Result<String, Failure> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => {
                    at.spend(text.len())?;
                    out.push_str(text);
                }
                Part::Path(path) => {
                    at.spend(LOOK_UP_BYTES)?;
                    if let Some(value) = at.text(path) {
                        at.spend(value.len())?;
                        out.push_str(&value);
                    }
                }
            }
        }
        Ok(out)
    }

    /// The text with its values, unless it is longer than `max` characters. `what` names it in the
    /// note.
    pub(crate) fn render_at_most(
        &self,
        max: usize,
        what: &str,
        at: &At<'_>,
    ) -> Result<String, Failure> {
        let text = self.render(at)?;
        if text.chars().count() > max {
            return Err(Failure::because(format!(
                "{what} is longer than {max} characters"
            )));
        }
        Ok(text)
    }
}

/// JSON whose texts are templates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum JsonTemplate {
    /// As it stands: numbers, truth values, null.
    Plain(Value),
    /// A single path: stands for the value itself, so that lists and objects stay what they are.
    Path(Path),
    /// Text.
    Text(Template),
    /// A list.
    List(Vec<JsonTemplate>),
    /// An object.
    Object(Vec<(String, JsonTemplate)>),
}

impl JsonTemplate {
    /// Compiles `value`. Recursion is bounded by [`crate::json::JSON_DEPTH_MAX`].
    pub(crate) fn parse(value: &Value) -> Self {
        match value {
            Value::String(text) => match Path::parse(text) {
                Ok(path) => Self::Path(path),
                Err(_) => Self::Text(Template::parse(text)),
            },
            Value::Array(items) => Self::List(items.iter().map(Self::parse).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::parse(value)))
                    .collect(),
            ),
            plain => Self::Plain(plain.clone()),
        }
    }

    /// Calls `see` with every path within.
    pub(crate) fn each_path(&self, see: &mut dyn FnMut(&Path)) {
        match self {
            Self::Plain(_) => {}
            Self::Path(path) => see(path),
            Self::Text(text) => text.paths().for_each(see),
            Self::List(items) => items.iter().for_each(|item| item.each_path(see)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.each_path(see)),
        }
    }

    /// The JSON with its values; a value that is missing is empty text.
    pub(crate) fn render(&self, at: &At<'_>) -> Result<Value, Failure> {
        Ok(match self {
            Self::Plain(value) => {
                at.spend(json_bytes(value))?;
                value.clone()
            }
            Self::Path(path) => {
                at.spend(LOOK_UP_BYTES)?;
                let value = at
                    .json(path)
                    .unwrap_or_else(|| Value::String(String::new()));
                at.spend(json_bytes(&value))?;
                value
            }
            Self::Text(text) => Value::String(text.render(at)?),
            Self::List(items) => Value::Array(
                items
                    .iter()
                    .map(|item| item.render(at))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| {
                        at.spend(name.len())?;
                        Ok((name.clone(), value.render(at)?))
                    })
                    .collect::<Result<Map<_, _>, Failure>>()?,
            ),
        })
    }
}

/// About how many bytes a value takes, for budgets.
pub(crate) fn json_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => 2 + items.iter().map(json_bytes).sum::<usize>(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len() + 4 + json_bytes(value))
            .sum::<usize>(),
    }
}

#[cfg(test)]
mod tests;
