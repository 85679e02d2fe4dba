//! Values of parameters that are known at publication or only when the block runs.

use std::ops::RangeInclusive;
use std::str::FromStr;

use model::arn::ArnTarget;
use model::{Arn, ResourceId, ResourceKind};

use crate::block::{At, Failure};
use crate::path::Path;

/// Fixed text or the value of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextValue {
    Fixed(Box<str>),
    Path(Path),
}

impl TextValue {
    /// The text when the block runs; a missing value is empty.
    pub(crate) fn resolve(&self, at: &At<'_>) -> String {
        match self {
            Self::Fixed(text) => text.to_string(),
            Self::Path(path) => at.text(path).unwrap_or_default().into_owned(),
        }
    }
}

/// A whole number or the value of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NumberValue {
    Fixed(i64),
    Path(Path, RangeInclusive<i64>),
}

impl NumberValue {
    /// The number when the block runs; `None` where the value is none or out of range.
    pub(crate) fn resolve(&self, at: &At<'_>) -> Option<i64> {
        match self {
            Self::Fixed(number) => Some(*number),
            Self::Path(path, range) => {
                let number = at.text(path)?.trim().parse().ok()?;
                range.contains(&number).then_some(number)
            }
        }
    }
}

/// A resource or the value of a path that names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdValue<T> {
    Fixed(T),
    Path(Path),
}

impl<T: From<ResourceId> + Copy> IdValue<T> {
    /// The resource when the block runs. Whether it exists, the contact center says.
    pub(crate) fn resolve(&self, at: &At<'_>, kind: ResourceKind) -> Result<T, Failure> {
        match self {
            Self::Fixed(id) => Ok(*id),
            Self::Path(path) => at
                .text(path)
                .and_then(|text| parse_id(text.trim(), kind))
                .map(T::from)
                .ok_or_else(|| {
                    let noun = noun(kind);
                    Failure::because(format!(
                        "the value of `{path}` is neither the id nor the ARN of {noun}"
                    ))
                }),
        }
    }
}

/// An id, or an ARN of this kind of resource; modules may name their latest version.
pub(super) fn parse_id(text: &str, kind: ResourceKind) -> Option<ResourceId> {
    let text = text.strip_suffix(":$LATEST").unwrap_or(text);
    if !text.starts_with("arn:") {
        return ResourceId::from_str(text).ok();
    }
    match text.parse::<Arn>().ok()?.target {
        ArnTarget::Resource(found, id) if found == kind => Some(id),
        _ => None,
    }
}

/// What problems call a kind of resource.
pub(super) fn noun(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Queue => "a queue",
        ResourceKind::Hours => "hours of operation",
        ResourceKind::User => "a user",
        ResourceKind::Flow => "a flow",
        ResourceKind::FlowModule => "a flow module",
        _ => "a resource",
    }
}
