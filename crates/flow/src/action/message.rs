//! `MessageParticipant` and `MessageParticipantIteratively`: what is said to a participant.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use model::Channel;

use super::prompt::Prompt;
use crate::block::{
    At, Behavior, ConditionRule, Failure, NextRule, Outcome, Spec, Transitions, unexpected,
};
use crate::command::{
    self, Answer, Command, FlowEnd, FlowError, WaitEvent, WaitEventKind, WaitFor,
};
use crate::params::{NumberValue, Params};
use crate::places::Places;
use crate::problem::Reported;

/// Longest that one prompt may take to be played.
pub const PROMPT_DURATION_MAX: Duration = Duration::from_mins(30);

/// How long a loop of prompts plays before the run looks after it again, where nothing interrupts it.
const LOOP_LOOKED_AFTER: Duration = Duration::from_hours(24);

/// Most prompts of one loop.
const LOOP_PROMPTS_MAX: usize = 50;

const INTERRUPT_SECONDS: RangeInclusive<i64> = 1..=3_600;

/// The result when a loop is interrupted.
const MESSAGES_INTERRUPTED: &str = "MessagesInterrupted";

/// Waits until what is played now has been heard.
pub(super) fn until_played() -> Outcome {
    Outcome::Wait(WaitFor {
        limit: PROMPT_DURATION_MAX,
        events: BTreeSet::from([WaitEventKind::Played]),
    })
}

/// Says something. On chats only text can be said; tasks have nobody to hear it.
#[derive(Debug)]
pub(crate) struct MessageParticipant(Prompt);

impl Behavior for MessageParticipant {
    const SPEC: Spec = Spec {
        places: Places::NOT_HOLD,
        next: NextRule::Required,
        // Exports often leave the error branch out.
        errors: &[],
        ..Spec::plain("MessageParticipant")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        Prompt::read(params).map(Self)
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let handled = transitions.on(FlowError::NoMatchingError).is_some()
            || params.kind.accompanies_a_contact();
        if !self.0.is_text() && !handled {
            params.problem(
                "only `Text` can be said on chats and tasks: add a `NoMatchingError` branch for them",
            );
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let channel = at.channel();
        if channel == Some(Channel::Task) {
            at.note("a task has no participant to hear it");
            return Ok(Outcome::Next);
        }
        let prompt = self.0.resolve(at)?;
        Ok(Outcome::Do(match prompt {
            command::Prompt::Text(text) if channel != Some(Channel::Voice) => {
                Command::SendMessage { text }
            }
            audible => Command::Play(audible),
        }))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        match answer {
            Answer::Done if at.channel() == Some(Channel::Voice) => Ok(until_played()),
            Answer::Done | Answer::Event(WaitEvent::Played) => Ok(Outcome::Next),
            Answer::TimedOut | Answer::Event(WaitEvent::NotPlayed) => {
                let why = "the prompt was not played";
                if at.has_branch(FlowError::NoMatchingError) {
                    return Err(Failure::because(why));
                }
                // Exports often leave the branch out: a caller who misses a sentence is still served.
                at.note(why);
                Ok(Outcome::Next)
            }
            other => unexpected(&other),
        }
    }
}

/// Plays prompts in turn, again and again, until something interrupts it.
#[derive(Debug)]
pub(crate) struct MessageParticipantIteratively {
    prompts: Vec<Prompt>,
    interrupted_after: Option<NumberValue>,
}

impl Behavior for MessageParticipantIteratively {
    const SPEC: Spec = Spec {
        places: Places::CUSTOMER_QUEUE.and(Places::HOLD),
        next: NextRule::Optional,
        conditions: ConditionRule::Equals,
        // Exports often leave the error branch out.
        errors: &[],
        ..Spec::plain("MessageParticipantIteratively")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let prompts = params.each_of("Messages", LOOP_PROMPTS_MAX, Prompt::read);
        let interrupted_after = params.number("InterruptFrequencySeconds", INTERRUPT_SECONDS);
        let prompts = prompts?.unwrap_or_default();
        if prompts.is_empty() {
            return Err(params.problem("parameter `Messages` is empty: say something"));
        }
        Ok(Self {
            prompts,
            interrupted_after: interrupted_after?,
        })
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        for (condition, _) in &transitions.conditions {
            if condition.equals() != Some(MESSAGES_INTERRUPTED) {
                params.problem(format!("condition `{condition}` is never met: remove it"));
            }
        }
        if self.interrupted_after.is_some() && transitions.conditions.is_empty() {
            params.problem(format!("needs a condition `Equals {MESSAGES_INTERRUPTED}`"));
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() != Some(Channel::Voice) {
            let why = "the action works on voice contacts only";
            // Exports give the block no branch at all: the contact goes on waiting without it.
            if !at.has_branch(FlowError::NoMatchingError) {
                at.note(why);
                return Ok(Outcome::End(FlowEnd::Finished));
            }
            return Err(Failure::because(why));
        }
        let prompts: Result<Vec<_>, _> = self
            .prompts
            .iter()
            .map(|prompt| prompt.resolve(at))
            .collect();
        Ok(Outcome::Do(Command::PlayLoop(prompts?)))
    }

    fn answer(&self, at: &mut At<'_>, answer: Answer) -> Result<Outcome, Failure> {
        let interrupted_after = self.interrupted_after.as_ref();
        match (answer, interrupted_after) {
            (Answer::TimedOut, Some(_)) => Ok(Outcome::Result(MESSAGES_INTERRUPTED.into())),
            (Answer::Done | Answer::TimedOut, _) => {
                let limit = match interrupted_after {
                    None => LOOP_LOOKED_AFTER,
                    Some(seconds) => seconds
                        .resolve(at)
                        .and_then(|seconds| u64::try_from(seconds).ok())
                        .map(Duration::from_secs)
                        .ok_or_else(|| {
                            Failure::because("the interval is no number within its range")
                        })?,
                };
                Ok(Outcome::Wait(WaitFor {
                    limit,
                    events: BTreeSet::new(),
                }))
            }
            (other, _) => unexpected(&other),
        }
    }
}
