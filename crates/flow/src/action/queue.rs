//! Where a contact goes: target queue, transfer to queue and agent, routing.

use model::contact::QueueRef;
use model::{QueueId, ResourceKind, UserId};

use crate::block::{At, Behavior, Failure, NextRule, Outcome, Spec, unexpected};
use crate::command::{Answer, Command, FlowEnd, FlowError, RoutingBehavior};
use crate::params::{IdValue, NumberValue, Params};
use crate::places::Places;
use crate::problem::Reported;

/// A queue, or the queue of an agent, as parameters name it.
#[derive(Debug)]
pub(super) enum QueueValue {
    Queue(IdValue<QueueId>),
    Agent(IdValue<UserId>),
}

impl QueueValue {
    /// `QueueId` or `AgentId`; `None` where neither is given.
    pub(super) fn read_optional(params: &mut Params<'_>) -> Result<Option<Self>, Reported> {
        match params.at_most_one(&["QueueId", "AgentId"])? {
            Some("QueueId") => Ok(params.id("QueueId", ResourceKind::Queue)?.map(Self::Queue)),
            Some(_) => Ok(params.id("AgentId", ResourceKind::User)?.map(Self::Agent)),
            None => Ok(None),
        }
    }

    /// `QueueId` or `AgentId`, exactly one.
    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        params.exactly_one(&["QueueId", "AgentId"])?;
        match Self::read_optional(params)? {
            Some(value) => Ok(value),
            None => Err(params.problem("needs `QueueId` or `AgentId`")),
        }
    }

    pub(super) fn resolve(&self, at: &At<'_>) -> Result<QueueRef, Failure> {
        Ok(match self {
            Self::Queue(id) => QueueRef::Standard(id.resolve(at, ResourceKind::Queue)?),
            Self::Agent(id) => QueueRef::Agent(id.resolve(at, ResourceKind::User)?),
        })
    }
}

/// Names the queue to which a later transfer leads.
#[derive(Debug)]
pub(crate) struct UpdateContactTargetQueue(QueueValue);

impl Behavior for UpdateContactTargetQueue {
    const SPEC: Spec = Spec {
        places: Places::INBOUND.and(Places::TRANSFER),
        ..Spec::plain("UpdateContactTargetQueue")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        QueueValue::read(params).map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::SetTargetQueue(self.0.resolve(at)?)))
    }
}

/// Puts the contact into its target queue; the flow ends there.
#[derive(Debug)]
pub(crate) struct TransferContactToQueue;

impl Behavior for TransferContactToQueue {
    const SPEC: Spec = Spec {
        places: Places::INBOUND.and(Places::TRANSFER),
        next: NextRule::Optional,
        errors: &[FlowError::QueueAtCapacity, FlowError::NoMatchingError],
        ..Spec::plain("TransferContactToQueue")
    };

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::TransferToQueue))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        ended_by(answer, FlowEnd::Queued)
    }
}

/// Takes a waiting contact to another queue, in a new segment.
#[derive(Debug)]
pub(crate) struct DequeueContactAndTransferToQueue(QueueValue);

impl Behavior for DequeueContactAndTransferToQueue {
    const SPEC: Spec = Spec {
        places: Places::CUSTOMER_QUEUE,
        next: NextRule::Optional,
        errors: &[FlowError::QueueAtCapacity, FlowError::NoMatchingError],
        ..Spec::plain("DequeueContactAndTransferToQueue")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        QueueValue::read(params).map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::DequeueAndTransfer(
            self.0.resolve(at)?,
        )))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        ended_by(answer, FlowEnd::Transferred)
    }
}

/// Offers the contact to the agent it was sent to.
#[derive(Debug)]
pub(crate) struct TransferContactToAgent;

impl Behavior for TransferContactToAgent {
    const SPEC: Spec = Spec {
        places: Places::TRANSFER,
        next: NextRule::Optional,
        errors: &[],
        ..Spec::plain("TransferContactToAgent")
    };

    fn read(_params: &mut Params<'_>) -> Result<Self, Reported> {
        Ok(Self)
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::TransferToAgent))
    }

    fn answer(&self, _at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        ended_by(answer, FlowEnd::Transferred)
    }
}

fn ended_by(answer: Answer, end: FlowEnd) -> Result<Outcome, Failure> {
    match answer {
        Answer::Done => Ok(Outcome::End(end)),
        other => unexpected(&other),
    }
}

/// Changes priority or age within the queue.
#[derive(Debug)]
pub(crate) enum UpdateContactRoutingBehavior {
    Priority(NumberValue),
    AgeAdjustment(NumberValue),
}

/// Priorities that `QueuePriority` can set; 1 is served first.
const PRIORITIES: std::ops::RangeInclusive<i64> = 1..=9999;

/// Seconds by which `QueueTimeAdjustmentSeconds` can make a contact older or younger: a week.
const AGE_ADJUSTMENTS: std::ops::RangeInclusive<i64> = -604_800..=604_800;

impl Behavior for UpdateContactRoutingBehavior {
    const SPEC: Spec = Spec {
        // The reference names inbound flows; Amazon Connect's guide also names these.
        places: Places::INBOUND
            .and(Places::TRANSFER)
            .and(Places::CUSTOMER_QUEUE),
        errors: &[],
        ..Spec::plain("UpdateContactRoutingBehavior")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        if params.exactly_one(&["QueuePriority", "QueueTimeAdjustmentSeconds"])? == "QueuePriority"
        {
            let priority =
                params.required("QueuePriority", |p, name| p.number(name, PRIORITIES))?;
            Ok(Self::Priority(priority))
        } else {
            let seconds = params.required("QueueTimeAdjustmentSeconds", |p, name| {
                p.number(name, AGE_ADJUSTMENTS)
            })?;
            Ok(Self::AgeAdjustment(seconds))
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let behavior = match self {
            Self::Priority(value) => value
                .resolve(at)
                .and_then(|n| u32::try_from(n).ok())
                .map(RoutingBehavior::Priority),
            Self::AgeAdjustment(value) => value.resolve(at).map(RoutingBehavior::AgeAdjustment),
        };
        let Some(behavior) = behavior else {
            // The action has no error branch, and a contact is worth more than its place in line.
            at.note("the value is no number within its range: routing stays as it was");
            return Ok(Outcome::Next);
        };
        Ok(Outcome::Do(Command::SetRoutingBehavior(behavior)))
    }
}
