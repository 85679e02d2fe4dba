//! `UpdateContactAttributes` and `UpdateFlowAttributes`.

use crate::block::{At, Behavior, Failure, Outcome, Spec};
use crate::command::{Command, TargetContact};
use crate::params::Params;
use crate::problem::Reported;
use crate::template::Template;
use crate::values::FLOW_ATTRIBUTES_BYTES_MAX;

/// `TargetContact`, on several actions.
pub(super) const TARGETS: [(&str, TargetContact); 2] = [
    ("Current", TargetContact::Current),
    ("Related", TargetContact::Related),
];

/// Stores attributes with the contact, all or none.
#[derive(Debug)]
pub(crate) struct UpdateContactAttributes {
    attributes: Vec<(String, Template)>,
    target: TargetContact,
}

impl Behavior for UpdateContactAttributes {
    const SPEC: Spec = Spec::plain("UpdateContactAttributes");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let attributes = params.required("Attributes", Params::templates);
        let target = params.choice("TargetContact", &TARGETS);
        let attributes = attributes?;
        if attributes.is_empty() {
            return Err(params.problem("parameter `Attributes` names no attribute"));
        }
        Ok(Self {
            attributes,
            target: target?.unwrap_or(TargetContact::Current),
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::SetAttributes {
            changes: render_all(&self.attributes, at)?,
            target: self.target,
        }))
    }
}

/// Sets variables that live as long as the flow runs.
#[derive(Debug)]
pub(crate) struct UpdateFlowAttributes(Vec<(String, Template)>);

impl Behavior for UpdateFlowAttributes {
    const SPEC: Spec = Spec::plain("UpdateFlowAttributes");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let given = params.each_within("FlowAttributes", |inner| {
            inner.required("Value", Params::template)
        })?;
        match given {
            Some(attributes) if !attributes.is_empty() => {
                Ok(Self(attributes.into_iter().collect()))
            }
            _ => Err(params.problem("parameter `FlowAttributes` names no attribute")),
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let changes = render_all(&self.0, at)?;
        if !at.values.set_flow_attributes(changes) {
            return Err(Failure::because(format!(
                "flow attributes would exceed {FLOW_ATTRIBUTES_BYTES_MAX} bytes"
            )));
        }
        Ok(Outcome::Next)
    }
}

/// Names with their values filled in.
pub(super) fn render_all(
    templates: &[(String, Template)],
    at: &At<'_>,
) -> Result<Vec<(String, String)>, Failure> {
    templates
        .iter()
        .map(|(name, template)| Ok((name.clone(), template.render(at)?)))
        .collect()
}
