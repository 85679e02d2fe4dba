//! Modules and other flows: call, return, go on elsewhere.

use model::{FlowId, FlowModuleId, ResourceKind};

use super::ending::terminal;
use crate::block::{At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, unexpected};
use crate::command::{Answer, Command, FlowError};
use crate::params::{IdValue, Params};
use crate::places::Places;
use crate::problem::Reported;

/// Runs a module, then goes on.
#[derive(Debug)]
pub(crate) struct InvokeFlowModule(IdValue<FlowModuleId>);

impl Behavior for InvokeFlowModule {
    const SPEC: Spec = Spec {
        // Older exports have conditions; the result of a module is its transition, `Success`.
        conditions: ConditionRule::Equals,
        errors: &[FlowError::NoMatchingError],
        ..Spec::plain("InvokeFlowModule")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        params
            .required("FlowModuleId", |p, name| {
                p.id(name, ResourceKind::FlowModule)
            })
            .map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::FindModule(
            self.0.resolve(at, ResourceKind::FlowModule)?,
        )))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Flow(module) => Ok(Outcome::Call(module)),
            other => unexpected(&other),
        }
    }
}

/// Leaves a module.
#[derive(Debug)]
pub(crate) struct EndFlowModuleExecution;

impl Behavior for EndFlowModuleExecution {
    const SPEC: Spec = terminal("EndFlowModuleExecution", Places::MODULE);

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Return)
    }
}

/// Goes on in another flow, for good.
#[derive(Debug)]
pub(crate) struct TransferToFlow(IdValue<FlowId>);

impl Behavior for TransferToFlow {
    const SPEC: Spec = Spec {
        places: Places::INBOUND.and(Places::TRANSFER),
        next: NextRule::Optional,
        ..Spec::plain("TransferToFlow")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        params
            .required("ContactFlowId", |p, name| p.id(name, ResourceKind::Flow))
            .map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::FindFlow(
            self.0.resolve(at, ResourceKind::Flow)?,
        )))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Flow(flow) => Ok(Outcome::Replace(flow)),
            other => unexpected(&other),
        }
    }
}
