//! What a contact is called, which flows it is hooked to, its tags, its voice.

use std::collections::BTreeMap;

use model::contact::{PersonalText, Reference};
use model::{Channel, FlowId, ResourceKind, TAGS_MAX};

use super::attributes::{TARGETS, render_all};
use crate::block::{
    At, Behavior, CONTACT_DESCRIPTION_CHARS_MAX, CONTACT_NAME_CHARS_MAX, Failure, Outcome, Spec,
};
use crate::command::{Command, ContactData, EventHook, PreviousParticipants, TargetContact};
use crate::params::{IdValue, Params, TextValue};
use crate::places::Places;
use crate::problem::Reported;
use crate::template::Template;

/// References as parameters give them.
#[derive(Debug, Default)]
pub(super) struct References(BTreeMap<String, (String, Template)>);

/// Types of references that flows can set.
const REFERENCE_TYPES: [(&str, &str); 5] = [
    ("URL", "URL"),
    ("STRING", "STRING"),
    ("NUMBER", "NUMBER"),
    ("DATE", "DATE"),
    ("EMAIL", "EMAIL"),
];

impl References {
    pub(super) fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let given = params.each_within("References", |inner| {
            let kind = inner.required("Type", |p, name| p.choice(name, &REFERENCE_TYPES));
            let value = inner.required("Value", Params::template);
            Ok((kind?.to_owned(), value?))
        })?;
        Ok(Self(given.unwrap_or_default()))
    }

    pub(super) fn render(&self, at: &At<'_>) -> Result<BTreeMap<String, Reference>, Failure> {
        self.0
            .iter()
            .map(|(name, (kind, value))| {
                let reference = Reference {
                    kind: kind.clone(),
                    value: value.render(at)?.into(),
                };
                Ok((name.clone(), reference))
            })
            .collect()
    }
}

/// Changes what the contact is called.
#[derive(Debug)]
pub(crate) struct UpdateContactData {
    name: Option<Template>,
    description: Option<Template>,
    language_code: Option<TextValue>,
    customer_id: Option<Template>,
    references: References,
    target: Option<TargetContact>,
    /// Whether it also sets what the product does not have yet.
    beyond: bool,
}

/// Settings of Voice ID and of the knowledge search, which are not available yet.
const BEYOND: [&str; 8] = [
    "IsVoiceIdStreamingEnabled",
    "IsVoiceAuthenticationEnabled",
    "IsFraudDetectionEnabled",
    "VoiceAuthenticationThreshold",
    "VoiceAuthenticationResponseTime",
    "FraudDetectionThreshold",
    "WatchlistId",
    "WisdomSessionArn",
];

impl Behavior for UpdateContactData {
    const SPEC: Spec = Spec::plain("UpdateContactData");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let name = params.template("Name");
        let description = params.template("Description");
        let language_code = params.whole("LanguageCode");
        let customer_id = params.template("CustomerId");
        let references = References::read(params);
        let target = params.choice("TargetContact", &TARGETS);
        let beyond: Vec<_> = BEYOND.map(|setting| params.template(setting)).into();
        let beyond: Result<Vec<_>, _> = beyond.into_iter().collect();
        let beyond = beyond?.iter().any(Option::is_some);
        let data = Self {
            name: name?,
            description: description?,
            language_code: language_code?,
            customer_id: customer_id?,
            references: references?,
            target: target?,
            beyond,
        };
        let changes_nothing = data.name.is_none()
            && data.description.is_none()
            && data.language_code.is_none()
            && data.customer_id.is_none()
            && data.references.0.is_empty()
            && !beyond;
        if changes_nothing {
            return Err(params.problem("changes nothing: name what to change, such as `Name`"));
        }
        Ok(data)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        // All or none: half of the block would look like success.
        if self.beyond {
            return Err(Failure::because(
                "Voice ID and knowledge search are not available yet",
            ));
        }
        let personal = |template: &Option<Template>, max: usize, what: &str| {
            let render = |text: &Template| text.render_at_most(max, what, at);
            let text = template.as_ref().map(render).transpose();
            text.map(|text| text.map(PersonalText::from))
        };
        let language_code = self.language_code.as_ref().map(|code| code.resolve(at));
        if language_code
            .as_ref()
            .is_some_and(|code| !is_language_code(code))
        {
            return Err(Failure::because(
                "the language code is none, such as `en-US`",
            ));
        }
        Ok(Outcome::Do(Command::SetContactData(ContactData {
            name: personal(&self.name, CONTACT_NAME_CHARS_MAX, "the name")?,
            description: personal(
                &self.description,
                CONTACT_DESCRIPTION_CHARS_MAX,
                "the description",
            )?,
            language_code,
            customer_id: personal(&self.customer_id, CUSTOMER_ID_CHARS_MAX, "the customer id")?,
            references: self.references.render(at)?,
            target: self.target,
        })))
    }
}

/// Longest id of a customer, in characters (`CustomerId`).
const CUSTOMER_ID_CHARS_MAX: usize = 128;

/// Longest language tag, in characters (RFC 5646, section 4.4.1).
const LANGUAGE_CODE_CHARS_MAX: usize = 35;

/// Whether the text has the shape of a BCP 47 language tag.
fn is_language_code(text: &str) -> bool {
    text.len() <= LANGUAGE_CODE_CHARS_MAX
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Sets the flow that runs at an event.
#[derive(Debug)]
pub(crate) struct UpdateContactEventHooks {
    hook: EventHook,
    flow: IdValue<FlowId>,
}

const HOOKS: [(&str, EventHook); 10] = [
    ("AgentHold", EventHook::AgentHold),
    ("AgentWhisper", EventHook::AgentWhisper),
    ("CustomerHold", EventHook::CustomerHold),
    ("CustomerQueue", EventHook::CustomerQueue),
    ("CustomerRemaining", EventHook::CustomerRemaining),
    ("CustomerWhisper", EventHook::CustomerWhisper),
    ("DefaultAgentUI", EventHook::DefaultAgentUI),
    ("DisconnectAgentUI", EventHook::DisconnectAgentUI),
    ("PauseContact", EventHook::PauseContact),
    ("ResumeContact", EventHook::ResumeContact),
];

impl Behavior for UpdateContactEventHooks {
    const SPEC: Spec = Spec::plain("UpdateContactEventHooks");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let names = HOOKS.map(|(name, _)| name);
        let read = params.within("EventHooks", |inner| {
            let given = inner.exactly_one(&names)?;
            let flow = inner.required(given, |p, name| p.id(name, ResourceKind::Flow))?;
            Ok((given, flow))
        })?;
        let Some((given, flow)) = read else {
            return Err(params.problem("parameter `EventHooks` is missing: add it"));
        };
        let hook = HOOKS
            .into_iter()
            .find(|(name, _)| *name == given)
            .map(|(_, hook)| hook);
        match hook {
            Some(hook) => Ok(Self { hook, flow }),
            None => Err(params.problem("parameter `EventHooks` names no known event")),
        }
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::SetEventHook {
            hook: self.hook,
            flow: self.flow.resolve(at, ResourceKind::Flow)?,
        }))
    }
}

/// Longest key of a tag, in characters.
const TAG_KEY_CHARS_MAX: usize = 128;

/// Longest value of a tag, in characters.
const TAG_VALUE_CHARS_MAX: usize = 256;

/// Adds tags to the contact.
#[derive(Debug)]
pub(crate) struct TagContact(Vec<(String, Template)>);

impl Behavior for TagContact {
    const SPEC: Spec = Spec::plain("TagContact");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let tags = params.required("Tags", Params::templates)?;
        if tags.is_empty() || tags.len() > TAGS_MAX {
            return Err(params.problem(format!("parameter `Tags` must name 1 to {TAGS_MAX} tags")));
        }
        for (key, _) in &tags {
            check_key(key, "Tags", params)?;
        }
        Ok(Self(tags))
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        let tags = render_all(&self.0, at)?;
        if tags
            .iter()
            .any(|(_, value)| value.chars().count() > TAG_VALUE_CHARS_MAX)
        {
            return Err(Failure::because(format!(
                "the value of a tag is longer than {TAG_VALUE_CHARS_MAX} characters"
            )));
        }
        Ok(Outcome::Do(Command::Tag(tags.into_iter().collect())))
    }
}

/// Removes tags from the contact.
#[derive(Debug)]
pub(crate) struct UnTagContact(Vec<String>);

impl Behavior for UnTagContact {
    const SPEC: Spec = Spec::plain("UnTagContact");

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let keys = params.required("TagKeys", Params::list)?;
        if keys.is_empty() || keys.len() > TAGS_MAX {
            return Err(params.problem(format!(
                "parameter `TagKeys` must name 1 to {TAGS_MAX} tags"
            )));
        }
        for key in &keys {
            check_key(key, "TagKeys", params)?;
        }
        Ok(Self(keys.into_iter().map(str::to_owned).collect()))
    }

    fn enter(&self, _at: &mut At<'_>) -> Result<Outcome, Failure> {
        Ok(Outcome::Do(Command::Untag(
            self.0.iter().cloned().collect(),
        )))
    }
}

fn check_key(key: &str, name: &str, params: &mut Params<'_>) -> Result<(), Reported> {
    let reserved = key
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    if key.is_empty() || key.chars().count() > TAG_KEY_CHARS_MAX || reserved {
        let shown = crate::problem::cut(key);
        return Err(params.problem(format!(
            "parameter `{name}` has the key `{shown}`, which must have 1 to {TAG_KEY_CHARS_MAX} \
             characters and not begin with `aws:`"
        )));
    }
    Ok(())
}

/// Chooses the voice that speaks texts. Chats and tasks have none, so it has no effect on them.
#[derive(Debug)]
pub(crate) struct UpdateContactTextToSpeechVoice(TextValue);

impl Behavior for UpdateContactTextToSpeechVoice {
    const SPEC: Spec = Spec {
        // Only newer exports have an error branch.
        errors: &[],
        ..Spec::plain("UpdateContactTextToSpeechVoice")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let voice = params.required("TextToSpeechVoice", Params::whole);
        params.whole("TextToSpeechEngine")?;
        params.whole("TextToSpeechStyle")?;
        voice.map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() == Some(Channel::Voice) {
            return Ok(Outcome::Do(Command::SetVoice(self.0.resolve(at))));
        }
        at.note("a voice has no effect on this channel");
        Ok(Outcome::Next)
    }
}

/// Puts the agent or the customer of the contact before on hold, while the flow speaks with the other.
#[derive(Debug)]
pub(crate) struct UpdatePreviousContactParticipantState(PreviousParticipants);

impl Behavior for UpdatePreviousContactParticipantState {
    const SPEC: Spec = Spec {
        places: Places::INBOUND.and(Places::TRANSFER),
        ..Spec::plain("UpdatePreviousContactParticipantState")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let state = params.required("PreviousContactParticipantState", |p, name| {
            p.choice(
                name,
                &[
                    ("AgentOnHold", PreviousParticipants::AgentOnHold),
                    ("CustomerOnHold", PreviousParticipants::CustomerOnHold),
                    ("OffHold", PreviousParticipants::OffHold),
                ],
            )
        });
        state.map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() != Some(Channel::Voice) {
            return Err(Failure::because("the action works on voice contacts only"));
        }
        Ok(Outcome::Do(Command::SetPreviousParticipants(self.0)))
    }
}
