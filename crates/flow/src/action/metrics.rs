//! `CheckMetricData` and `GetMetricData`: figures of queues and agents.

use model::Channel;

use super::queue::QueueValue;
use crate::block::{
    At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions, unexpected,
};
use crate::command::{Answer, Command, FlowError, Metric, MetricQuery};
use crate::condition::{Condition, Operand, Operator};
use crate::params::Params;
use crate::places::Places;
use crate::problem::Reported;

/// Branches on a figure.
#[derive(Debug)]
pub(crate) struct CheckMetricData {
    metric: Metric,
    of: Option<QueueValue>,
}

const METRICS: [(&str, Metric); 5] = [
    ("NumberOfAgentsAvailable", Metric::NumberOfAgentsAvailable),
    ("NumberOfAgentsStaffed", Metric::NumberOfAgentsStaffed),
    ("NumberOfAgentsOnline", Metric::NumberOfAgentsOnline),
    (
        "OldestContactInQueueAgeSeconds",
        Metric::OldestContactInQueueAgeSeconds,
    ),
    ("NumberOfContactsInQueue", Metric::NumberOfContactsInQueue),
];

impl Behavior for CheckMetricData {
    const SPEC: Spec = Spec {
        places: Places::INBOUND
            .and(Places::TRANSFER)
            .and(Places::CUSTOMER_QUEUE),
        next: NextRule::Optional,
        conditions: ConditionRule::Any,
        errors: &[FlowError::NoMatchingCondition, FlowError::NoMatchingError],
        ..Spec::plain("CheckMetricData")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let metric = params.required("MetricType", |p, name| p.choice(name, &METRICS));
        let of = QueueValue::read_optional(params);
        Ok(Self {
            metric: metric?,
            of: of?,
        })
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let counts_agents = matches!(
            self.metric,
            Metric::NumberOfAgentsAvailable
                | Metric::NumberOfAgentsStaffed
                | Metric::NumberOfAgentsOnline
        );
        let more_than_none = |condition: &Condition| {
            matches!(
                condition,
                Condition::Is(Operator::NumberGreaterThan, Operand::Text(text)) if text.as_ref() == "0"
            )
        };
        if counts_agents
            && !transitions
                .conditions
                .iter()
                .all(|(c, _)| more_than_none(c))
        {
            params.problem("conditions on numbers of agents must be `NumberGreaterThan` with `0`");
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let of = self.of.as_ref().map(|of| of.resolve(at)).transpose()?;
        Ok(Outcome::Do(Command::CheckMetric(MetricQuery {
            metric: self.metric,
            of,
        })))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Number(figure) => Ok(Outcome::Result(figure.to_string().into())),
            other => unexpected(&other),
        }
    }
}

/// Loads figures into `$.Metrics`.
#[derive(Debug)]
pub(crate) struct GetMetricData {
    of: Option<QueueValue>,
    channel: Option<Channel>,
}

const CHANNELS: [(&str, Channel); 3] = [
    ("Voice", Channel::Voice),
    ("Chat", Channel::Chat),
    ("Task", Channel::Task),
];

impl Behavior for GetMetricData {
    const SPEC: Spec = Spec::plain("GetMetricData");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let of = QueueValue::read_optional(params);
        let channel = params.choice("QueueChannel", &CHANNELS);
        Ok(Self {
            of: of?,
            channel: channel?,
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::GetMetrics {
            queue: self.of.as_ref().map(|of| of.resolve(at)).transpose()?,
            channel: self.channel,
        }))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Values(values) => {
                at.values.metrics = values;
                Ok(Outcome::Next)
            }
            other => unexpected(&other),
        }
    }
}
