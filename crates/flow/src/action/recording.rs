//! What is recorded and analysed.

use model::Channel;
use serde_json::Value;

use crate::block::{At, Behavior, Failure, Outcome, Spec};
use crate::command::{Command, FlowError};
use crate::params::Params;
use crate::places::Places;
use crate::problem::Reported;
use crate::template::JsonTemplate;

const PLACES: Places = Places::INBOUND
    .and(Places::TRANSFER)
    .and(Places::OUTBOUND_WHISPER)
    .and(Places::CUSTOMER_QUEUE);

const SWITCH: [(&str, ()); 2] = [("Enabled", ()), ("Disabled", ())];

/// Sets who is recorded and whether the talk is analysed.
#[derive(Debug)]
pub(crate) struct UpdateContactRecordingBehavior(JsonTemplate);

impl Behavior for UpdateContactRecordingBehavior {
    const SPEC: Spec = Spec {
        places: PLACES,
        errors: &[],
        ..Spec::plain("UpdateContactRecordingBehavior")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        // Checked member by member: a slip of the pen must not leave a talk unrecorded, or recorded.
        let recording = params.within("RecordingBehavior", |inner| {
            let participants = participants(inner, "RecordedParticipants", &["Agent", "Customer"]);
            let ivr = inner.choice("IVRRecordingBehavior", &SWITCH);
            participants.and(ivr.map(|_| ()))
        });
        let analytics = params.within("AnalyticsBehavior", |inner| {
            let enabled = inner.flag("Enabled");
            let language = inner.whole("AnalyticsLanguage");
            let mode = inner.choice("AnalyticsMode", &[("RealTime", ()), ("PostContact", ())]);
            let redaction = inner.choice("AnalyticsRedactionBehavior", &SWITCH);
            let results = inner.choice(
                "AnalyticsRedactionResults",
                &[
                    ("RedactedAndOriginal", ()),
                    ("RedactedOnly", ()),
                    ("None", ()),
                ],
            );
            let mask = inner.choice("AnalyticsRedactionMaskMode", &MASKS);
            let entities = inner.list("AnalyticsRedactionEntities").map(|_| ());
            let rest = [
                "ChannelConfiguration",
                "SentimentConfiguration",
                "SummaryConfiguration",
            ]
            .map(|name| inner.json(name).map(|_| ()));
            language?;
            enabled?;
            mode.and(redaction).and(results).and(mask)?;
            rest.into_iter().fold(entities, Result::and)
        });
        let given = recording?.is_some() | analytics?.is_some();
        if !given {
            return Err(
                params.problem("sets nothing: add `RecordingBehavior` or `AnalyticsBehavior`")
            );
        }
        together(params, &["RecordingBehavior", "AnalyticsBehavior"]).map(Self)
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() == Some(Channel::Task) {
            at.note("nothing of a task is recorded or analysed");
            return Ok(Outcome::Next);
        }
        Ok(Outcome::Do(Command::SetRecordingBehavior(
            self.0.render(at)?,
        )))
    }
}

const MASKS: [(&str, ()); 2] = [("PII", ()), ("EntityType", ())];

/// The newer form, for one channel.
#[derive(Debug)]
pub(crate) struct UpdateContactRecordingAndAnalyticsBehavior {
    channel: Channel,
    behavior: JsonTemplate,
}

impl Behavior for UpdateContactRecordingAndAnalyticsBehavior {
    const SPEC: Spec = Spec {
        places: PLACES,
        ..Spec::plain("UpdateContactRecordingAndAnalyticsBehavior")
    };

    fn read(params: &mut Params<'_>) -> Result<Self, Reported> {
        let given = params.exactly_one(&["ChatBehavior", "VoiceBehavior"])?;
        let chat = params.within("ChatBehavior", |inner| {
            inner
                .within("ChatAnalyticsBehavior", chat_analytics)
                .map(|_| ())
        });
        let voice = params.within("VoiceBehavior", |inner| {
            let recording = inner.object("VoiceRecordingBehavior").map(|_| ());
            recording.and(inner.object("VoiceAnalyticsBehavior").map(|_| ()))
        });
        let screen = params.within("ScreenRecordingBehavior", |inner| {
            participants(inner, "ScreenRecordedParticipants", &["Agent"])
        });
        chat.and(voice).and(screen)?;
        Ok(Self {
            channel: if given == "ChatBehavior" {
                Channel::Chat
            } else {
                Channel::Voice
            },
            behavior: together(
                params,
                &["ChatBehavior", "VoiceBehavior", "ScreenRecordingBehavior"],
            )?,
        })
    }

    fn enter(&self, at: &mut At<'_>) -> Result<Outcome, Failure> {
        if at.channel() != Some(self.channel) {
            return Err(FlowError::ChannelMismatch.into());
        }
        Ok(Outcome::Do(Command::SetRecordingBehavior(
            self.behavior.render(at)?,
        )))
    }
}

fn chat_analytics(inner: &mut Params<'_>) -> Result<(), Reported> {
    let enabled = inner.flag("Enabled").map(|_| ());
    let language = inner.whole("AnalyticsLanguage").map(|_| ());
    let redaction = inner
        .within("ConversationalAnalyticsRedactionConfiguration", |inner| {
            let enabled = inner.flag("Enabled").map(|_| ());
            let results = inner.choice(
                "RedactionResults",
                &[("RedactedAndOriginal", ()), ("RedactedOnly", ())],
            );
            let mask = inner.choice("RedactionMaskMode", &MASKS);
            let entities = inner.list("RedactionEntities").map(|_| ());
            enabled
                .and(results.map(|_| ()))
                .and(mask.map(|_| ()))
                .and(entities)
        })
        .map(|_| ());
    let in_flight = inner
        .within("InFlightChatRedactionConfiguration", |inner| {
            let enabled = inner.flag("Enabled").map(|_| ());
            let mask = inner.choice("RedactionMaskMode", &MASKS);
            let deliver = inner.flag("DeliverUnprocessedMessages").map(|_| ());
            let entities = inner.list("RedactionEntities").map(|_| ());
            enabled.and(mask.map(|_| ())).and(deliver).and(entities)
        })
        .map(|_| ());
    let modes = inner.list("AnalyticsModes").map(|_| ());
    let sentiment = inner.json("SentimentConfiguration").map(|_| ());
    let summary = inner.json("SummaryConfiguration").map(|_| ());
    [language, redaction, in_flight, modes, sentiment, summary]
        .into_iter()
        .fold(enabled, Result::and)
}

/// A list of participants, each one of `known`.
fn participants(
    params: &mut Params<'_>,
    name: &'static str,
    known: &[&str],
) -> Result<(), Reported> {
    let given = params.required(name, Params::list)?;
    match given
        .iter()
        .find(|participant| !known.contains(participant))
    {
        Some(other) => {
            let shown = crate::problem::cut(other);
            Err(params.problem(format!(
                "parameter `{name}` names `{shown}`, must be of {}",
                known.join(", ")
            )))
        }
        None => Ok(()),
    }
}

/// One object of those of these parameters that are given.
fn together(params: &mut Params<'_>, names: &[&'static str]) -> Result<JsonTemplate, Reported> {
    let mut members = Vec::new();
    for name in names {
        if let Some(template) = params.json(name)? {
            members.push(((*name).to_owned(), template));
        }
    }
    if members.is_empty() {
        return Ok(JsonTemplate::Plain(Value::Null));
    }
    Ok(JsonTemplate::Object(members))
}
