//! Recordings of calls: begun, changed and ended as plans say. Each part of each segment has its own.

use app::AppError;
use app::recordings::{Tape, TapeEnd};
use engine::{CallPlan, RecordingRun};
use model::{ContactId, RecordingPart};
use sip::endpoint::CallHandle;

use super::Signalling;
use crate::lines::{Capture, LineCommand, RecordCommand, Right};
use crate::tapes::TapeId;

/// Which recording: of this part of this segment.
type Subject = (ContactId, RecordingPart);

/// What is recorded of a call, and how far that has come.
#[derive(Default)]
pub(super) struct CallRecording {
    wanted: Option<(Subject, Capture)>,
    stage: Stage,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    None,
    /// The application makes its key, file and row. Nothing is recorded before they are durable.
    Beginning(Subject),
    Running(Subject, TapeId),
    /// The application refused it: this one is not asked for again.
    Refused(Subject),
}

/// The application's answer.
pub(super) struct Begun {
    call: CallHandle,
    subject: Subject,
    result: Result<Tape, AppError>,
}

impl CallRecording {
    /// Takes a new plan.
    pub(super) fn update(&mut self, contact: ContactId, plan: &CallPlan) {
        let part = match plan.agent {
            Some(_) => RecordingPart::Agent,
            None => RecordingPart::Ivr,
        };
        let right = match part {
            RecordingPart::Agent if plan.recorded.agent => Right::Agent,
            RecordingPart::Agent => Right::Nobody,
            RecordingPart::Ivr => Right::System,
        };
        let capture = Capture {
            customer: plan.recorded.customer,
            right,
            paused: plan.recording != RecordingRun::On,
        };
        self.wanted = match plan.recording {
            RecordingRun::Off => None,
            RecordingRun::Paused | RecordingRun::On => Some(((contact, part), capture)),
        };
    }

    fn subject(&self) -> Option<Subject> {
        self.wanted.map(|(subject, _)| subject)
    }
}

impl Signalling {
    /// Lets the line of a call record what is wanted.
    pub(super) fn record(&mut self, handle: CallHandle) {
        if !self.is_line_open(handle) {
            return;
        }
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let (line, name) = (call.line, call.name);
        let recording = &mut call.recording;
        let subject = recording.subject();
        match recording.stage {
            Stage::Running(running, _) if Some(running) != subject => {
                self.lines
                    .tell(line, LineCommand::Record(RecordCommand::End));
                recording.stage = Stage::None;
            }
            Stage::Beginning(of) | Stage::Refused(of) if Some(of) != subject => {
                recording.stage = Stage::None;
            }
            _ => {}
        }
        let (Some((subject, capture)), Some((instance, _))) = (recording.wanted, name) else {
            return;
        };
        match recording.stage {
            Stage::Running(..) => {
                let change = RecordCommand::Change(capture);
                self.lines.tell(line, LineCommand::Record(change));
            }
            // A recording does not begin with a pause.
            Stage::None if !capture.paused => {
                recording.stage = Stage::Beginning(subject);
                let (app, begun) = (self.app.clone(), self.begun.clone());
                self.reporters.spawn(async move {
                    let (contact, part) = subject;
                    let result = app.begin_recording(instance, contact, part).await;
                    let answer = Begun {
                        call: handle,
                        subject,
                        result,
                    };
                    if begun.send(answer).await.is_err() {
                        tracing::warn!("a recording began while telephony ended");
                    }
                });
            }
            Stage::None | Stage::Beginning(_) | Stage::Refused(_) => {}
        }
    }

    /// The application has begun a recording: from now on the line records.
    pub(super) fn on_recording_begun(&mut self, begun: Begun) {
        let expected = Stage::Beginning(begun.subject);
        let call = self.calls.get_mut(&begun.call);
        let call = call.filter(|call| call.recording.stage == expected);
        match (begun.result, call) {
            (Ok(tape), Some(call)) => {
                let id = self.tapes.begin(tape);
                call.recording.stage = Stage::Running(begun.subject, id);
                if let Some((_, capture)) = call.recording.wanted {
                    let begin = RecordCommand::Begin(id, capture);
                    self.lines.tell(call.line, LineCommand::Record(begin));
                }
            }
            // It is over already.
            (Ok(tape), None) => {
                let id = self.tapes.begin(tape);
                self.tapes.end(id);
            }
            (Err(error), call) => {
                tracing::error!(error = %error, "a call is not recorded although it should be");
                if let Some(call) = call {
                    call.recording.stage = Stage::Refused(begun.subject);
                }
            }
        }
    }

    /// A recording has ended and is durable.
    pub(super) fn on_recording_ended(&mut self, end: TapeEnd) {
        let app = self.app.clone();
        self.reporters
            .spawn(async move { tell_end(&app, end).await });
    }
}

/// Tells the application. What fails is put right at its next start.
pub(super) async fn tell_end(app: &app::App, end: TapeEnd) {
    if let Err(error) = app.end_recording(end).await {
        tracing::error!(error = %error, "the end of a recording is not noted");
    }
}
