//! `Compare`, `CheckHoursOfOperation` and `DistributeByPercentage`.

use model::{HoursId, ResourceKind};

use crate::block::{
    At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions, unexpected,
};
use crate::command::{Answer, Command, FlowError};
use crate::condition::{Condition, Operand, Operator};
use crate::params::{IdValue, Params};
use crate::path::Path;
use crate::places::Places;
use crate::problem::Reported;

/// Branches on a value.
#[derive(Debug)]
pub(crate) struct Compare(Path);

impl Behavior for Compare {
    const SPEC: Spec = Spec {
        next: NextRule::Optional,
        conditions: ConditionRule::Any,
        errors: &[FlowError::NoMatchingCondition],
        ..Spec::plain("Compare")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        params.required("ComparisonValue", Params::path).map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let value = at.text(&self.0).unwrap_or_default().into_owned();
        Ok(Outcome::Result(value.into()))
    }
}

/// Branches on whether it is open.
#[derive(Debug)]
pub(crate) struct CheckHoursOfOperation(Option<IdValue<HoursId>>);

impl Behavior for CheckHoursOfOperation {
    const SPEC: Spec = Spec {
        places: Places::INBOUND
            .and(Places::TRANSFER)
            .and(Places::CUSTOMER_QUEUE),
        next: NextRule::Optional,
        conditions: ConditionRule::Exactly(&["True", "False"]),
        ..Spec::plain("CheckHoursOfOperation")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        params
            .id("HoursOfOperationId", ResourceKind::Hours)
            .map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let hours = match &self.0 {
            Some(value) => Some(value.resolve(at, ResourceKind::Hours)?),
            None => None,
        };
        Ok(Outcome::Do(Command::CheckHours(hours)))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Flag(open) => Ok(Outcome::Result(if open { "True" } else { "False" }.into())),
            other => unexpected(&other),
        }
    }
}

/// Branches by chance: a number from 1 to 100 against a chain of `NumberLessThan`.
#[derive(Debug)]
pub(crate) struct DistributeByPercentage;

impl Behavior for DistributeByPercentage {
    const SPEC: Spec = Spec {
        places: Places::INBOUND
            .and(Places::TRANSFER)
            .and(Places::CUSTOMER_QUEUE),
        next: NextRule::Optional,
        conditions: ConditionRule::Any,
        errors: &[FlowError::NoMatchingCondition],
        ..Spec::plain("DistributeByPercentage")
    };

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let mut last = 0;
        for (condition, _) in &transitions.conditions {
            let bound = match condition {
                Condition::Is(Operator::NumberLessThan, Operand::Text(text)) => text
                    .parse::<u32>()
                    .ok()
                    .filter(|bound| (1..=101).contains(bound)),
                _ => None,
            };
            match bound {
                Some(bound) if bound > last => last = bound,
                Some(bound) => {
                    params.problem(format!(
                        "condition `NumberLessThan {bound}` is never met after \
                         `NumberLessThan {last}`: let the numbers rise"
                    ));
                }
                None => {
                    params.problem(
                        "conditions must be `NumberLessThan` with a whole number from 1 to 101",
                    );
                }
            }
        }
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::DrawPercent))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Number(drawn) => Ok(Outcome::Result(drawn.to_string().into())),
            other => unexpected(&other),
        }
    }
}
