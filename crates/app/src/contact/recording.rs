//! What is recorded of a call is changed while it goes on.

use std::sync::Arc;

use engine::{Input, RecordingChange};
use model::{ContactId, RecordingPart};
use serde_json::Value;

use super::rejected;
use crate::App;
use crate::action::{
    Action, PauseRecording, ResumeContactRecording, StartContactRecording, StopContactRecording,
    SuspendContactRecording,
};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

impl App {
    /// Records the call that the permit names, whatever flows say: all of these changes or none.
    ///
    /// # Errors
    /// `NotFound` where the contact is over or another one began its chain, `WrongState` where it is no
    /// call, is recorded by this operation already, or was stopped.
    pub async fn start_contact_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<StartContactRecording>,
        initial: ContactId,
        changes: Vec<RecordingChange>,
    ) -> Result<(), AppError> {
        self.change_recording(call, &permit, initial, changes).await
    }

    /// Ends the recording of a part of the call that the permit names, or of all of it, for good.
    ///
    /// # Errors
    /// As [`App::start_contact_recording`], and `WrongState` where nothing is to be recorded.
    pub async fn stop_contact_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<StopContactRecording>,
        initial: ContactId,
        part: Option<RecordingPart>,
    ) -> Result<(), AppError> {
        let changes = vec![RecordingChange::Stop(part)];
        self.change_recording(call, &permit, initial, changes).await
    }

    /// Records silence from now on.
    ///
    /// # Errors
    /// As [`App::start_contact_recording`], and `WrongState` where nothing is recorded now.
    pub async fn suspend_contact_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<SuspendContactRecording>,
        initial: ContactId,
    ) -> Result<(), AppError> {
        let changes = vec![RecordingChange::Suspend];
        self.change_recording(call, &permit, initial, changes).await
    }

    /// Records what is said again.
    ///
    /// # Errors
    /// As [`App::start_contact_recording`], and `WrongState` where it is not suspended.
    pub async fn resume_contact_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<ResumeContactRecording>,
        initial: ContactId,
    ) -> Result<(), AppError> {
        let changes = vec![RecordingChange::Resume];
        self.change_recording(call, &permit, initial, changes).await
    }

    /// An agent pauses the recording of its call, or lets it go on.
    ///
    /// # Errors
    /// `NotFound` for a contact that is over, `WrongState` where it is no call of the agent or nothing is
    /// recorded.
    pub async fn pause_recording(
        &self,
        call: &Arc<Call>,
        permit: Permit<PauseRecording>,
        on: bool,
    ) -> Result<(), AppError> {
        let change = if on {
            RecordingChange::Suspend
        } else {
            RecordingChange::Resume
        };
        self.agent_input(call, &permit, move |agent, contact| Input::Recording {
            contact,
            by: Some(agent),
            changes: vec![change],
        })
        .await
    }

    async fn change_recording<A: Action>(
        &self,
        call: &Arc<Call>,
        permit: &Permit<A>,
        initial: ContactId,
        changes: Vec<RecordingChange>,
    ) -> Result<(), AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let (call, access) = (Arc::clone(call), A::SPEC.access);
        self.center(instance)?
            .turn(move |turn| {
                let first = turn
                    .engine()
                    .contact(contact)
                    .map(|view| view.record.initial_id);
                if first != Some(initial) {
                    return Err(AppError::NotFound { what: "contact" });
                }
                let by = None;
                turn.handle(Input::Recording {
                    contact,
                    by,
                    changes,
                })
                .map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}
