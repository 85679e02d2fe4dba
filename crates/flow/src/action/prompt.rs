//! What a participant hears: text that is spoken, speech markup or a recording.

use model::Channel;

use crate::block::{At, Failure, MESSAGE_CHARS_MAX};
use crate::command;
use crate::params::{Params, TextValue};
use crate::problem::Reported;
use crate::template::Template;

const NAMES: [&str; 4] = ["Text", "SSML", "PromptId", "Media"];

/// A prompt as the block gives it.
#[derive(Debug)]
pub(super) enum Prompt {
    /// Shown on chats, spoken on calls.
    Text(Template),
    /// Speech markup.
    Ssml(Template),
    /// A recording of the instance, by id or ARN.
    Recorded(TextValue),
    /// A recording in an object store.
    Stored,
}

impl Prompt {
    /// Exactly one prompt.
    pub(super) fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let name = params.exactly_one(&NAMES)?;
        Self::named(name, params)
    }

    /// One prompt or none.
    pub(super) fn read_optional(params: &mut Params<'_>) -> Result<Option<Self>, Reported> {
        match params.at_most_one(&NAMES)? {
            Some(name) => Self::named(name, params).map(Some),
            None => Ok(None),
        }
    }

    fn named(name: &str, params: &mut Params<'_>) -> Result<Self, Reported> {
        match name {
            "Text" => {
                let text = params.required("Text", Params::template)?;
                if text.is_empty() {
                    return Err(params.problem("parameter `Text` is empty: say something"));
                }
                Ok(Self::Text(text))
            }
            "SSML" => params.required("SSML", Params::template).map(Self::Ssml),
            "PromptId" => params
                .required("PromptId", Params::whole)
                .map(Self::Recorded),
            _ => params.required("Media", Params::json).map(|_| Self::Stored),
        }
    }

    /// Whether it can be read.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The prompt with its values filled in.
    pub(super) fn resolve(&self, at: &At<'_>) -> Result<command::Prompt, Failure> {
        if at.channel() != Some(Channel::Voice) && !self.is_text() {
            return Err(Failure::because("only `Text` can be said on this channel"));
        }
        match self {
            Self::Text(template) => rendered(template, at).map(command::Prompt::Text),
            Self::Ssml(template) => rendered(template, at).map(command::Prompt::Ssml),
            Self::Recorded(id) => Ok(command::Prompt::Recorded(id.resolve(at))),
            Self::Stored => Err(Failure::because(
                "recordings in object stores are not available yet",
            )),
        }
    }
}

fn rendered(template: &Template, at: &At<'_>) -> Result<model::contact::PersonalText, Failure> {
    let text = template.render_at_most(MESSAGE_CHARS_MAX, "the text", at)?;
    if text.trim().is_empty() {
        return Err(Failure::because(
            "the text is empty with its values filled in",
        ));
    }
    Ok(text.into())
}
