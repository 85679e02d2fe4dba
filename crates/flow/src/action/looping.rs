//! `Loop`: the same blocks several times.

use serde_json::Value;

use crate::block::{At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec};
use crate::params::{NumberValue, Params};
use crate::path::Path;
use crate::problem::Reported;
use crate::values::LoopState;

/// Most rounds of a loop, and most elements that one goes through.
pub const LOOP_ROUNDS_MAX: u32 = 100;

/// Yields `ContinueLooping` once per round, then `DoneLooping` once, then starts anew.
#[derive(Debug)]
pub(crate) struct Loop {
    name: Option<String>,
    rounds: Rounds,
}

#[derive(Debug)]
enum Rounds {
    Count(NumberValue),
    /// One round for each element of this list.
    Elements(Path),
}

impl Behavior for Loop {
    const SPEC: Spec = Spec {
        next: NextRule::Optional,
        conditions: ConditionRule::Exactly(&["ContinueLooping", "DoneLooping"]),
        errors: &[],
        ..Spec::plain("Loop")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let name = params.fixed("LoopName");
        let rounds = match params.exactly_one(&["LoopCount", "Elements"])? {
            "LoopCount" => params
                .required("LoopCount", |p, name| {
                    p.number(name, 0..=i64::from(LOOP_ROUNDS_MAX))
                })
                .map(Rounds::Count),
            _ => params
                .required("Elements", Params::path)
                .map(Rounds::Elements),
        };
        Ok(Self {
            name: name?.map(str::to_owned),
            rounds: rounds?,
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let state = match at.values.loops.remove(&at.block) {
            Some(state) => LoopState {
                index: state.index.saturating_add(1),
                ..state
            },
            None => self.begin(at)?,
        };
        if state.index >= state.rounds {
            return Ok(Outcome::Result("DoneLooping".into()));
        }
        at.values.loops.insert(at.block, state);
        Ok(Outcome::Result("ContinueLooping".into()))
    }
}

impl Loop {
    fn begin(&self, at: &At<'_>) -> Result<LoopState, Failure> {
        let (rounds, elements) = match &self.rounds {
            Rounds::Count(count) => {
                let rounds = count
                    .resolve(at)
                    .and_then(|count| u32::try_from(count).ok());
                (rounds, Vec::new())
            }
            Rounds::Elements(path) => match at.json(path) {
                Some(Value::Array(elements)) => (u32::try_from(elements.len()).ok(), elements),
                _ => (None, Vec::new()),
            },
        };
        match rounds.filter(|rounds| *rounds <= LOOP_ROUNDS_MAX) {
            Some(rounds) => Ok(LoopState {
                name: self.name.clone(),
                index: 0,
                rounds,
                elements,
            }),
            None => Err(Failure::because(format!(
                "the value is neither a number nor a list of 0 to {LOOP_ROUNDS_MAX}"
            ))),
        }
    }
}
