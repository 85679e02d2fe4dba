//! `Wait`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use model::Channel;

use crate::block::{
    At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions, unexpected,
};
use crate::command::{Answer, WaitEvent, WaitEventKind, WaitFor};
use crate::params::{NumberValue, Params};
use crate::problem::Reported;

/// How long a block may wait, in seconds: up to a week. At least one, so that a cycle through a
/// wait lets time pass.
pub(super) const WAIT_SECONDS: RangeInclusive<i64> = 1..=604_800;

/// The result when the time is over.
const WAIT_COMPLETED: &str = "WaitCompleted";

/// The result when the customer returned.
const CUSTOMER_RETURNED: &str = "CustomerReturned";

/// Waits for some time or an event.
#[derive(Debug)]
pub(crate) struct Wait {
    limit: NumberValue,
    events: BTreeSet<WaitEventKind>,
}

impl Behavior for Wait {
    const SPEC: Spec = Spec {
        next: NextRule::Optional,
        conditions: ConditionRule::Equals,
        ..Spec::plain("Wait")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        // Exports say TimeLimitSeconds, Amazon Connect's guide says TimeoutSeconds.
        let name = params.exactly_one(&["TimeLimitSeconds", "TimeoutSeconds"]);
        let events = params.list("Events");
        let limit =
            name.and_then(|name| params.required(name, |p, name| p.number(name, WAIT_SECONDS)));
        let mut kinds = BTreeSet::new();
        for event in events?.unwrap_or_default() {
            if event == CUSTOMER_RETURNED {
                kinds.insert(WaitEventKind::CustomerReturned);
            } else {
                let shown = crate::problem::cut(event);
                return Err(params.problem(format!(
                    "event `{shown}` is not available: wait for `{CUSTOMER_RETURNED}` or the time alone"
                )));
            }
        }
        Ok(Self {
            limit: limit?,
            events: kinds,
        })
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let returned = self.events.contains(&WaitEventKind::CustomerReturned);
        let wanted: &[&str] = if returned {
            &[WAIT_COMPLETED, CUSTOMER_RETURNED]
        } else {
            &[WAIT_COMPLETED]
        };
        for result in wanted {
            if !transitions
                .conditions
                .iter()
                .any(|(c, _)| c.equals() == Some(result))
            {
                params.problem(format!("needs a condition `Equals {result}`"));
            }
        }
        for (condition, _) in &transitions.conditions {
            if !condition
                .equals()
                .is_some_and(|result| wanted.contains(&result))
            {
                params.problem(format!("condition `{condition}` is never met: remove it"));
            }
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() == Some(Channel::Voice) {
            return Err(Failure::because(
                "waiting is not available on voice contacts yet",
            ));
        }
        let seconds = self
            .limit
            .resolve(at)
            .and_then(|seconds| u64::try_from(seconds).ok());
        let Some(seconds) = seconds else {
            return Err(Failure::because(
                "the time limit is no number within its range",
            ));
        };
        Ok(Outcome::Wait(WaitFor {
            limit: Duration::from_secs(seconds),
            events: self.events.clone(),
        }))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::TimedOut => Ok(Outcome::Result(WAIT_COMPLETED.into())),
            Answer::Event(WaitEvent::CustomerReturned) => {
                Ok(Outcome::Result(CUSTOMER_RETURNED.into()))
            }
            other => unexpected(&other),
        }
    }
}
