//! `ShowView`: a form or page for the participant.

use std::time::Duration;

use serde_json::json;

use super::waiting::WAIT_SECONDS;
use crate::block::{At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, unexpected};
use crate::command::{Answer, Command, FlowError, ViewResponse, WaitEvent, WaitEventKind, WaitFor};
use crate::params::{NumberValue, Params, TextValue};
use crate::places::Places;
use crate::problem::Reported;
use crate::template::{JsonTemplate, json_bytes};

/// Most bytes that a participant's entries in a view may have.
pub const VIEW_RESULT_BYTES_MAX: usize = 32 * 1024;

/// Shows a view and waits for the participant's choice.
#[derive(Debug)]
pub(crate) struct ShowView {
    view: TextValue,
    version: Option<TextValue>,
    data: Option<JsonTemplate>,
    limit: NumberValue,
    response: ViewResponse,
}

impl Behavior for ShowView {
    const SPEC: Spec = Spec {
        places: Places::INBOUND,
        conditions: ConditionRule::Equals,
        next: NextRule::Optional,
        errors: &[
            FlowError::NoMatchingCondition,
            FlowError::NoMatchingError,
            FlowError::TimeLimitExceeded,
        ],
        ..Spec::plain("ShowView")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let resource = params.within("ViewResource", |inner| {
            let id = inner.required("Id", Params::whole);
            let version = inner.whole("Version");
            Ok((id?, version?))
        });
        let limit = params.required("InvocationTimeLimitSeconds", |p, name| {
            p.number(name, WAIT_SECONDS)
        });
        let data = params.json("ViewData");
        let sensitive = params.within("SensitiveDataConfiguration", |inner| {
            // Whatever the places are called where it is to be hidden, the transcript is the one it stands in.
            let places = inner.list("HideResponseOn")?.unwrap_or_default();
            Ok(match places.as_slice() {
                [] => ViewResponse::Shown,
                _ => ViewResponse::Hidden,
            })
        });
        let Some((view, version)) = resource? else {
            return Err(params.problem("parameter `ViewResource` is missing: add it"));
        };
        let response = sensitive?.unwrap_or_default();
        Ok(Self {
            view,
            version,
            data: data?,
            limit: limit?,
            response,
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let view = self.view.resolve(at);
        let view = match &self.version {
            Some(version) => format!("{view}:{}", version.resolve(at)),
            None => view,
        };
        let data = match &self.data {
            Some(data) => data.render(at)?,
            None => json!({}),
        };
        let actions = at.results().map(str::to_owned).collect();
        Ok(Outcome::Do(Command::ShowView {
            view,
            data,
            actions,
            response: self.response,
        }))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Done => {
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
                    events: [WaitEventKind::ViewAction].into(),
                }))
            }
            Answer::TimedOut => Err(FlowError::TimeLimitExceeded.into()),
            Answer::Event(WaitEvent::ViewAction { action, data }) => {
                if action.len() + json_bytes(&data) > VIEW_RESULT_BYTES_MAX {
                    return Err(Failure::because(format!(
                        "the entries in the view exceed {VIEW_RESULT_BYTES_MAX} bytes"
                    )));
                }
                at.values.views = json!({ "Action": action, "ViewResultData": data });
                Ok(Outcome::Result(action.into()))
            }
            other => unexpected(&other),
        }
    }
}
