//! Reading a TOML file into a type with everything that is wrong in its shape, not only the first.
//!
//! Deserializing stops at the first fault. So each fault is noted and mended with a value that only has to
//! fit, and the file is read again; a file that needed mending is never used, only looked at further.

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::{Table, Value};

/// Most faults that are told of one file.
const FAULTS_MAX: usize = 100;
/// Texts that stand for a missing or wrong value. One of them fits whatever is read from a text.
const STAND_INS: [&str; 2] = ["127.0.0.1:0", "127.0.0.1"];

/// What came of reading a file.
#[derive(Debug)]
pub(crate) struct Reading<T> {
    /// What the file says, mended where it is wrong; `None` where there was no mending it.
    pub(crate) mended: Option<T>,
    /// Everything that is wrong in its shape.
    pub(crate) faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    path: String,
    text: String,
}

impl Fault {
    /// What is wrong, for a person.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a problem is about the value that is wrong here, or about what stands in for it.
    pub(crate) fn is_named_in(&self, problem: &str) -> bool {
        let mut named = problem.split('`').skip(1).step_by(2);
        named.any(|name| {
            let within = name.strip_prefix(self.path.as_str());
            STAND_INS.contains(&name)
                || within.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// One step from a table or an array to what it holds.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

/// What serde says of the first fault, and where.
struct Refusal {
    at: Vec<Step>,
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Unknown,
    Missing,
    Wrong,
}

/// Reads a text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Reading<T> {
    let (_, errors) = toml::de::DeTable::parse_recoverable(text);
    let mut document = match text.parse::<Table>() {
        Ok(table) if errors.is_empty() => Value::Table(table),
        refused => return unreadable(text, errors, refused.err()),
    };
    let mut faults = Vec::new();
    loop {
        let refusal = match deserialize(&document) {
            Ok(value) => {
                return Reading {
                    mended: Some(value),
                    faults,
                };
            }
            Err(refusal) => refusal,
        };
        faults.push(refusal.fault());
        if faults.len() == FAULTS_MAX || !mend::<T>(&mut document, &refusal) {
            return Reading {
                mended: None,
                faults,
            };
        }
    }
}

/// A text that is no TOML: all places where it is not.
fn unreadable<T>(
    text: &str,
    errors: Vec<toml::de::Error>,
    first: Option<toml::de::Error>,
) -> Reading<T> {
    let alone = if errors.is_empty() { first } else { None };
    let faults = errors.into_iter().chain(alone).take(FAULTS_MAX);
    Reading {
        mended: None,
        faults: faults
            .map(|mut error| {
                error.set_input(Some(text));
                Fault {
                    path: String::new(),
                    text: error.to_string().trim_end().to_owned(),
                }
            })
            .collect(),
    }
}

fn deserialize<T: DeserializeOwned>(document: &Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(document.clone()).map_err(|error| {
        let mut at: Vec<Step> = error.path().iter().filter_map(step).collect();
        let message = error.inner().message().to_owned();
        let named = message.split('`').nth(1).unwrap_or_default();
        let kind = if message.starts_with("unknown field") {
            Kind::Unknown
        } else if message.starts_with("missing field") {
            Kind::Missing
        } else {
            Kind::Wrong
        };
        let key = Step::Key(named.to_owned());
        if kind == Kind::Missing || kind == Kind::Unknown && at.last() != Some(&key) {
            at.push(key);
        }
        Refusal { at, kind, message }
    })
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

impl Refusal {
    fn fault(&self) -> Fault {
        let mut path = String::new();
        for step in &self.at {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.extend([".", key.as_str()]),
                Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            }
        }
        let text = match (self.kind, self.nearest()) {
            (Kind::Unknown, Some(nearest)) => {
                format!("unknown field `{path}`: did you mean `{nearest}`?")
            }
            (Kind::Unknown, None) => format!("unknown field `{path}`"),
            (Kind::Missing, _) => format!("`{path}` is missing"),
            (Kind::Wrong, _) => format!("`{path}`: {}", self.message),
        };
        Fault { path, text }
    }

    /// What serde quotes as expected.
    fn expected(&self) -> impl Iterator<Item = &str> {
        self.message.split('`').skip(3).step_by(2)
    }

    fn nearest(&self) -> Option<&str> {
        let Some(Step::Key(unknown)) = self.at.last() else {
            return None;
        };
        let likeness = |key: &str| strsim::jaro_winkler(unknown, key);
        self.expected()
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
    }

    /// Values that may fit; `None` is no value, where there is a default.
    fn stand_ins(&self) -> Vec<Option<Value>> {
        let texts = self.expected().chain(STAND_INS);
        let mut all = vec![None];
        all.extend(texts.map(|text| Some(Value::String(text.to_owned()))));
        all.extend([
            Some(Value::Integer(1)),
            Some(Value::Boolean(true)),
            Some(Value::Array(Vec::new())),
            Some(Value::Table(Table::new())),
        ]);
        all
    }
}

/// Puts a value there that fits. Whether there is one.
fn mend<T: DeserializeOwned>(document: &mut Value, refusal: &Refusal) -> bool {
    if refusal.kind == Kind::Unknown {
        return put(document, &refusal.at, None);
    }
    refusal.stand_ins().into_iter().any(|value| {
        put(document, &refusal.at, value)
            && deserialize::<T>(document).map_or_else(|next| next.at != refusal.at, |_| true)
    })
}

/// Sets or takes away what is at a place. Whether there is such a place.
fn put(document: &mut Value, at: &[Step], value: Option<Value>) -> bool {
    let Some((last, before)) = at.split_last() else {
        return false;
    };
    let holder = before
        .iter()
        .try_fold(document, |value, step| match (value, step) {
            (Value::Table(table), Step::Key(key)) => table.get_mut(key),
            (Value::Array(array), Step::Index(index)) => array.get_mut(*index),
            _ => None,
        });
    match (holder, last, value) {
        (Some(Value::Table(table)), Step::Key(key), Some(value)) => {
            table.insert(key.clone(), value);
            true
        }
        (Some(Value::Table(table)), Step::Key(key), None) => {
            table.remove(key);
            true
        }
        (Some(Value::Array(array)), Step::Index(index), Some(value)) => {
            array.get_mut(*index).map(|place| *place = value).is_some()
        }
        _ => false,
    }
}
