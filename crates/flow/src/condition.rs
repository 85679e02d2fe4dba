//! Conditions of transitions: operators, operands, and compound conditions.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Value};

use crate::block::At;
use crate::path::Path;
use crate::problem::{Problems, Reported, cut};

/// Deepest nesting of compound conditions.
pub const CONDITION_DEPTH_MAX: usize = 5;

/// Most single conditions within one compound condition.
pub const SUB_CONDITIONS_MAX: usize = 50;

/// What a transition asks of a block's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// One operator, one operand.
    Is(Operator, Operand),
    /// Each of them (`And`).
    All(Vec<Condition>),
    /// One of them at least (`Or`).
    Any(Vec<Condition>),
    /// The opposite (`Not`).
    Not(Box<Condition>),
}

/// How a result is compared. Texts are compared as they are; a number operator on what is no
/// decimal number is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    TextStartsWith,
    TextEndsWith,
    TextContains,
    NumberGreaterThan,
    NumberGreaterOrEqualTo,
    NumberLessThan,
    NumberLessOrEqualTo,
}

/// What a result is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    /// This text.
    Text(Box<str>),
    /// The value of this path when the block runs.
    Path(Path),
}

impl Condition {
    /// Reads a `Condition` object of block `block`; all problems at once.
    pub(crate) fn read(
        value: &Value,
        block: &str,
        problems: &mut Problems,
    ) -> Result<Self, Reported> {
        let mut count = 0;
        Self::read_nested(value, 1, &mut count, block, problems)
    }

    /// Whether `result` meets it.
    pub(crate) fn is_met(&self, result: &str, at: &At<'_>) -> bool {
        match self {
            Self::Is(operator, Operand::Text(operand)) => operator.holds(result, operand),
            Self::Is(operator, Operand::Path(path)) => {
                operator.holds(result, at.text(path).as_deref().unwrap_or_default())
            }
            Self::All(inner) => inner.iter().all(|condition| condition.is_met(result, at)),
            Self::Any(inner) => inner.iter().any(|condition| condition.is_met(result, at)),
            Self::Not(inner) => !inner.is_met(result, at),
        }
    }

    /// The text that it compares with, where it is a plain `Equals` with fixed text.
    pub(crate) fn equals(&self) -> Option<&str> {
        match self {
            Self::Is(Operator::Equals, Operand::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Calls `see` with every path within.
    pub(crate) fn each_path(&self, see: &mut dyn FnMut(&Path)) {
        match self {
            Self::Is(_, Operand::Path(path)) => see(path),
            Self::Is(_, Operand::Text(_)) => {}
            Self::All(inner) | Self::Any(inner) => inner.iter().for_each(|c| c.each_path(see)),
            Self::Not(inner) => inner.each_path(see),
        }
    }

    fn read_nested(
        value: &Value,
        depth: usize,
        count: &mut usize,
        block: &str,
        problems: &mut Problems,
    ) -> Result<Self, Reported> {
        if depth > CONDITION_DEPTH_MAX {
            return Err(problems.block(
                block,
                format!("a condition nests deeper than {CONDITION_DEPTH_MAX} levels: split it"),
            ));
        }
        let Some(object) = value.as_object() else {
            return Err(problems.block(
                block,
                "a condition must be an object with `Operator` and `Operands`",
            ));
        };
        if let Some(unknown) = object
            .keys()
            .find(|key| !matches!(key.as_str(), "Operator" | "Operands"))
        {
            problems.block(
                block,
                format!("a condition has the unknown member `{}`", cut(unknown)),
            );
        }
        let operator = object.get("Operator").and_then(Value::as_str);
        let Some(operands) = object.get("Operands").and_then(Value::as_array) else {
            return Err(problems.block(block, "a condition needs `Operands`, a list"));
        };
        let mut nested = |problems: &mut Problems| -> Result<Vec<Self>, Reported> {
            let inner: Vec<_> = operands
                .iter()
                .map(|operand| Self::read_nested(operand, depth + 1, count, block, problems))
                .collect();
            if inner.is_empty() {
                return Err(problems.block(block, "a compound condition needs operands"));
            }
            inner.into_iter().collect()
        };
        match operator {
            Some("And") => Ok(Self::All(nested(problems)?)),
            Some("Or") => Ok(Self::Any(nested(problems)?)),
            Some("Not") => {
                let mut inner = nested(problems)?;
                match (inner.pop(), inner.is_empty()) {
                    (Some(only), true) => Ok(Self::Not(Box::new(only))),
                    _ => Err(problems.block(block, "operator `Not` takes exactly one condition")),
                }
            }
            _ => {
                *count += 1;
                if *count == SUB_CONDITIONS_MAX + 1 {
                    problems.block(
                        block,
                        format!("a condition has more than {SUB_CONDITIONS_MAX} sub-conditions: split it"),
                    );
                }
                Self::read_single(object, operands, block, problems)
            }
        }
    }

    fn read_single(
        object: &Map<String, Value>,
        operands: &[Value],
        block: &str,
        problems: &mut Problems,
    ) -> Result<Self, Reported> {
        let operator = match object.get("Operator") {
            Some(Value::String(name)) => Operator::from_name(name).ok_or_else(|| {
                let hint = problems.hint(name, Operator::ALL.map(|(known, _)| known));
                problems.block(block, format!("unknown operator `{}`{hint}", cut(name)))
            }),
            _ => Err(problems.block(block, "a condition needs an `Operator`, a text")),
        };
        let operand = match operands {
            [Value::String(text)] => Ok(match Path::parse(text) {
                Ok(path) => Operand::Path(path),
                Err(_) => Operand::Text(text.as_str().into()),
            }),
            _ => Err(problems.block(
                block,
                "a condition's `Operands` must hold exactly one text, such as `[\"1\"]`",
            )),
        };
        Ok(Self::Is(operator?, operand?))
    }
}

/// As the author reads it, for logs: `Equals True`. Holds what the flow says, never values.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(operator, Operand::Text(text)) => {
                write!(f, "{} {}", operator.name(), cut(text))
            }
            Self::Is(operator, Operand::Path(path)) => write!(f, "{} {path}", operator.name()),
            Self::All(_) => f.write_str("And"),
            Self::Any(_) => f.write_str("Or"),
            Self::Not(_) => f.write_str("Not"),
        }
    }
}

impl Operator {
    const ALL: [(&'static str, Self); 8] = [
        ("Equals", Self::Equals),
        ("TextStartsWith", Self::TextStartsWith),
        ("TextEndsWith", Self::TextEndsWith),
        ("TextContains", Self::TextContains),
        ("NumberGreaterThan", Self::NumberGreaterThan),
        ("NumberGreaterOrEqualTo", Self::NumberGreaterOrEqualTo),
        ("NumberLessThan", Self::NumberLessThan),
        ("NumberLessOrEqualTo", Self::NumberLessOrEqualTo),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, operator)| operator)
    }

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(_, operator)| *operator == self)
            .map_or("", |(name, _)| name)
    }

    fn holds(self, result: &str, operand: &str) -> bool {
        let number = |wanted: fn(Ordering) -> bool| {
            matches!(
                (Decimal::parse(result), Decimal::parse(operand)),
                (Some(left), Some(right)) if wanted(left.cmp(&right))
            )
        };
        match self {
            Self::Equals => result == operand,
            Self::TextStartsWith => result.starts_with(operand),
            Self::TextEndsWith => result.ends_with(operand),
            Self::TextContains => result.contains(operand),
            Self::NumberGreaterThan => number(Ordering::is_gt),
            Self::NumberGreaterOrEqualTo => number(Ordering::is_ge),
            Self::NumberLessThan => number(Ordering::is_lt),
            Self::NumberLessOrEqualTo => number(Ordering::is_le),
        }
    }
}

/// A decimal number of any length, compared exactly: account numbers outgrow floating point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal<'a> {
    negative: bool,
    /// Digits before the point, without leading zeros.
    whole: &'a str,
    /// Digits after the point, without trailing zeros.
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty())
            || !only_digits(whole)
            || !only_digits(fraction)
        {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = || {
            (self.whole.len().cmp(&other.whole.len()))
                .then_with(|| self.whole.cmp(other.whole))
                .then_with(|| self.fraction.cmp(other.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(),
            (true, true) => magnitude().reverse(),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

#[cfg(test)]
mod tests;
