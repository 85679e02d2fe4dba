//! `MessageParticipant`: what is said to a participant.

use model::Channel;

use crate::block::{
    At, Behavior, Failure, MESSAGE_CHARS_MAX, NextRule, Outcome, Spec, Transitions,
};
use crate::command::{Command, FlowError};
use crate::params::Params;
use crate::places::Places;
use crate::problem::Reported;
use crate::template::Template;

/// Says something. On chats only text can be said; tasks have nobody to hear it.
#[derive(Debug)]
pub(crate) struct MessageParticipant(Prompt);

#[derive(Debug)]
enum Prompt {
    Text(Template),
    /// A recording or speech markup: needs a voice channel.
    Audible,
}

impl Behavior for MessageParticipant {
    const SPEC: Spec = Spec {
        places: Places::NOT_HOLD,
        next: NextRule::Required,
        // Exports often leave the error branch out.
        errors: &[],
        ..Spec::plain("MessageParticipant")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        match params.exactly_one(&["Text", "SSML", "PromptId", "Media"])? {
            "Text" => {
                let text = params.required("Text", Params::template)?;
                if text.is_empty() {
                    return Err(params.problem("parameter `Text` is empty: say something"));
                }
                Ok(Self(Prompt::Text(text)))
            }
            "SSML" => params
                .required("SSML", Params::template)
                .map(|_| Self(Prompt::Audible)),
            "PromptId" => params
                .required("PromptId", Params::whole)
                .map(|_| Self(Prompt::Audible)),
            _ => params
                .required("Media", Params::json)
                .map(|_| Self(Prompt::Audible)),
        }
    }

    fn check(&self, transitions: &Transitions, params: &mut Params<'_>) {
        let handled = transitions.on(FlowError::NoMatchingError).is_some()
            || params.kind.accompanies_a_contact();
        if matches!(self.0, Prompt::Audible) && !handled {
            params.problem(
                "only `Text` can be said on chats and tasks: add a `NoMatchingError` branch for them",
            );
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() == Some(Channel::Task) {
            at.note("a task has no participant to hear it");
            return Ok(Outcome::Next);
        }
        match &self.0 {
            Prompt::Text(template) => {
                let text = template.render_at_most(MESSAGE_CHARS_MAX, "the text", at)?;
                if text.trim().is_empty() {
                    return Err(Failure::because(
                        "the text is empty with its values filled in",
                    ));
                }
                Ok(Outcome::Do(Command::SendMessage { text: text.into() }))
            }
            Prompt::Audible => Err(Failure::because(match at.channel() {
                Some(Channel::Voice) => "recordings and speech markup are not available yet",
                _ => "only `Text` can be said on this channel",
            })),
        }
    }
}
