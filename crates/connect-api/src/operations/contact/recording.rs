//! `StartContactRecording`, `StopContactRecording`, `SuspendContactRecording`, `ResumeContactRecording`, and
//! the recordings of a contact as `DescribeContact` shows them. Screens are not recorded.

use app::action::{
    ResumeContactRecording, StartContactRecording, StopContactRecording, SuspendContactRecording,
};
use engine::{Recorded, RecordingChange};
use model::{ContactId, InstanceScope, Recording, RecordingPart, RecordingState, Timestamp};

use crate::operations::prelude::*;

/// `VoiceRecordingTrack`.
#[derive(serde::Deserialize, Clone, Copy)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VoiceTrack {
    FromAgent,
    ToAgent,
    All,
}

/// `IvrRecordingTrack`.
#[derive(serde::Deserialize, Clone, Copy)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum IvrTrack {
    All,
}

/// `ContactRecordingType`.
#[derive(serde::Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum RecordingType {
    Agent,
    Ivr,
    Screen,
}

/// The first segment of the chain, and what is to be recorded.
pub(crate) struct Start {
    initial: ContactId,
    changes: Vec<RecordingChange>,
}

impl Operation for StartContactRecording {
    const ROUTE: Route = Route::post("/contact/start-recording");
    const CLEAR: &'static [&'static str] = CLEAR;
    type Input = Start;

    fn parse(members: &Members<'_>) -> Parsed<Start> {
        let configuration = members.body().object("VoiceRecordingConfiguration")?;
        let voice: Option<VoiceTrack> = configuration.optional_word("VoiceRecordingTrack")?;
        let ivr: Option<IvrTrack> = configuration.optional_word("IvrRecordingTrack")?;
        let mut changes = Vec::new();
        changes.extend(voice.map(|track| {
            RecordingChange::StartAgent(Recorded {
                customer: !matches!(track, VoiceTrack::FromAgent),
                agent: !matches!(track, VoiceTrack::ToAgent),
            })
        }));
        changes.extend(ivr.map(|IvrTrack::All| RecordingChange::StartIvr));
        if changes.is_empty() {
            return Err(Refusal::invalid(
                "`VoiceRecordingConfiguration` names no track: set `VoiceRecordingTrack` or \
                 `IvrRecordingTrack`",
            ));
        }
        let start = Start {
            initial: initial(members)?,
            changes,
        };
        Ok((members.contact_member("ContactId")?, start))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, start: Start) -> Answer {
        context
            .app
            .start_contact_recording(context.call, permit, start.initial, start.changes)
            .await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        code(error)
    }
}

/// The first segment of the chain, and which part is meant.
pub(crate) struct Part {
    initial: ContactId,
    part: Option<RecordingPart>,
}

impl Operation for StopContactRecording {
    const ROUTE: Route = Route::post("/contact/stop-recording");
    const CLEAR: &'static [&'static str] = CLEAR;
    type Input = Part;

    fn parse(members: &Members<'_>) -> Parsed<Part> {
        Ok((members.contact_member("ContactId")?, part(members)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, part: Part) -> Answer {
        context
            .app
            .stop_contact_recording(context.call, permit, part.initial, part.part)
            .await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        code(error)
    }
}

impl Operation for SuspendContactRecording {
    const ROUTE: Route = Route::post("/contact/suspend-recording");
    const CLEAR: &'static [&'static str] = CLEAR;
    type Input = Part;

    fn parse(members: &Members<'_>) -> Parsed<Part> {
        Ok((members.contact_member("ContactId")?, part(members)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, part: Part) -> Answer {
        context
            .app
            .suspend_contact_recording(context.call, permit, part.initial)
            .await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        code(error)
    }
}

impl Operation for ResumeContactRecording {
    const ROUTE: Route = Route::post("/contact/resume-recording");
    const CLEAR: &'static [&'static str] = CLEAR;
    type Input = Part;

    fn parse(members: &Members<'_>) -> Parsed<Part> {
        Ok((members.contact_member("ContactId")?, part(members)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, part: Part) -> Answer {
        context
            .app
            .resume_contact_recording(context.call, permit, part.initial)
            .await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        code(error)
    }
}

/// `RecordingInfo`. There is no bucket: `Location` names the file as the program knows it.
pub(super) fn write(scope: &InstanceScope, recording: &Recording) -> Value {
    let folder = match recording.part {
        RecordingPart::Agent => "CallRecordings",
        RecordingPart::Ivr => "CallRecordings/ivr",
    };
    let status = (recording.state != RecordingState::Open).then_some("AVAILABLE");
    json!({
        "Location": format!("{}/{folder}/{}.wav", scope.instance, recording.id),
        "MediaStreamType": "AUDIO",
        "ParticipantType": "ALL",
        "StartTimestamp": recording.started_at.as_secs_f64(),
        "StopTimestamp": recording.ended_at.map(Timestamp::as_secs_f64),
        "Status": status,
    })
}

const CLEAR: &[&str] = &[
    "InstanceId",
    "ContactId",
    "InitialContactId",
    "ContactRecordingType",
    "VoiceRecordingConfiguration.VoiceRecordingTrack",
    "VoiceRecordingConfiguration.IvrRecordingTrack",
];

/// The models of these operations list no `InvalidParameterException` but one.
const fn code(error: &AppError) -> Code {
    match error {
        AppError::Invalid(_) => Code::InvalidRequest,
        other => connect_code(other),
    }
}

fn initial(members: &Members<'_>) -> Result<ContactId, Refusal> {
    let text = members.body().text("InitialContactId", 1..=256)?;
    members.ids()?.contact(&text)
}

fn part(members: &Members<'_>) -> Result<Part, Refusal> {
    let body = members.body();
    let part = match body.optional_word("ContactRecordingType")? {
        None => None,
        Some(RecordingType::Agent) => Some(RecordingPart::Agent),
        Some(RecordingType::Ivr) => Some(RecordingPart::Ivr),
        Some(RecordingType::Screen) => {
            return Err(Refusal::invalid(
                "`ContactRecordingType` cannot be `SCREEN`: screens are not recorded",
            ));
        }
    };
    Ok(Part {
        initial: initial(members)?,
        part,
    })
}
