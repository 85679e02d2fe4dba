//! `CreateTask`.

use model::{FlowId, ResourceKind};

use super::attributes::render_all;
use super::contact::References;
use crate::block::{
    At, Behavior, CONTACT_DESCRIPTION_CHARS_MAX, CONTACT_NAME_CHARS_MAX, Failure, Outcome, Spec,
    unexpected,
};
use crate::command::{Answer, Command, NewTask};
use crate::params::{IdValue, Params};
use crate::problem::Reported;
use crate::template::Template;

/// Creates a task, which runs a flow of its own.
#[derive(Debug)]
pub(crate) struct CreateTask {
    name: Template,
    description: Option<Template>,
    flow: IdValue<FlowId>,
    attributes: Vec<(String, Template)>,
    references: References,
}

impl Behavior for CreateTask {
    const SPEC: Spec = Spec::plain("CreateTask");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let template = params.unavailable("TaskTemplateId", "name a `ContactFlowId` instead");
        let delay = params.unavailable("DelaySeconds", "tasks of flows start at once");
        let scheduled = params.unavailable("ScheduledTime", "tasks of flows start at once");
        let name = params.required("Name", Params::template);
        let description = params.template("Description");
        let flow = params.required("ContactFlowId", |p, name| p.id(name, ResourceKind::Flow));
        let attributes = params.templates("Attributes");
        let references = References::read(params);
        template.and(delay).and(scheduled)?;
        Ok(Self {
            name: name?,
            description: description?,
            flow: flow?,
            attributes: attributes?.unwrap_or_default(),
            references: references?,
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let name = self
            .name
            .render_at_most(CONTACT_NAME_CHARS_MAX, "the name", at)?;
        if name.trim().is_empty() {
            return Err(Failure::because(
                "the name is empty with its values filled in",
            ));
        }
        let describe = |text: &Template| {
            text.render_at_most(CONTACT_DESCRIPTION_CHARS_MAX, "the description", at)
        };
        let description = self.description.as_ref().map(describe).transpose()?;
        Ok(Outcome::Do(Command::CreateTask(NewTask {
            name: name.into(),
            description: description.map(Into::into),
            flow: self.flow.resolve(at, ResourceKind::Flow)?,
            attributes: render_all(&self.attributes, at)?,
            references: self.references.render(at)?,
        })))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Created(task) => {
                at.values.task = Some(task);
                Ok(Outcome::Next)
            }
            other => unexpected(&other),
        }
    }
}
