//! Blocks that end something or set how a run behaves.

use crate::block::{At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec};
use crate::command::FlowEnd;
use crate::params::Params;
use crate::places::Places;
use crate::problem::Reported;
use crate::run::FlowLogging;

/// Ends the contact.
#[derive(Debug)]
pub(crate) struct DisconnectParticipant;

impl Behavior for DisconnectParticipant {
    const SPEC: Spec = terminal("DisconnectParticipant", Places::ANY);

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::End(FlowEnd::Disconnect))
    }
}

/// Ends the flow; the contact goes on.
#[derive(Debug)]
pub(crate) struct EndFlowExecution;

impl Behavior for EndFlowExecution {
    const SPEC: Spec = terminal(
        "EndFlowExecution",
        Places::WHISPER.and(Places::CUSTOMER_QUEUE),
    );

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::End(FlowEnd::Finished))
    }
}

/// The rules of an action that ends a flow or module.
pub(super) const fn terminal(name: &'static str, places: Places) -> Spec {
    Spec {
        name,
        places,
        next: NextRule::Terminal,
        conditions: ConditionRule::None,
        errors: &[],
    }
}

/// Sets whether the run tells its steps, here and in later segments.
#[derive(Debug)]
pub(crate) struct UpdateFlowLoggingBehavior(FlowLogging);

impl Behavior for UpdateFlowLoggingBehavior {
    const SPEC: Spec = Spec {
        errors: &[],
        ..Spec::plain("UpdateFlowLoggingBehavior")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let choices = [
            ("Enabled", FlowLogging::Enabled),
            ("Disabled", FlowLogging::Disabled),
        ];
        params
            .required("FlowLoggingBehavior", |p, name| p.choice(name, &choices))
            .map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        *at.logging = self.0;
        Ok(Outcome::Next)
    }
}
