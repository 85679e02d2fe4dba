//! Deleting a resource.

use std::sync::Arc;

use engine::{ConfigChange, ContactState, Input};
use model::contact::QueueRef;
use model::{QueueId, ResourceKind};
use serde_json::Value;

use super::checks;
use super::kinds::Deletes;
use super::prompts::AudioChange;
use crate::App;
use crate::center::{ConfigurationChange, Turn};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::store::Write;
use crate::principal::Call;

impl App {
    /// Deletes the resource that the permit names.
    ///
    /// # Errors
    /// `NotFound`; `InUse` while another resource refers to it, or contacts wait in the queue.
    pub async fn delete<A: Deletes>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
    ) -> Result<(), AppError> {
        let Target::Resource(instance, kind, id) = *permit.target() else {
            return Err(AppError::NotFound {
                what: checks::noun(A::DELETED),
            });
        };
        if kind != A::DELETED {
            return Err(AppError::NotFound {
                what: checks::noun(A::DELETED),
            });
        }
        let call = Arc::clone(call);
        let audio = self
            .center(instance)?
            .turn(move |turn| {
                let what = checks::noun(kind);
                let current = turn.resources().get(kind, id).cloned();
                let current = current.ok_or(AppError::NotFound { what })?;
                if let Some(referrer) = turn.resources().referrer(kind, id) {
                    let by = format!("{} `{}`", checks::noun(referrer.body.kind()), referrer.id);
                    return Err(AppError::InUse { what, by });
                }
                if kind == ResourceKind::Queue && is_waited_in(turn, id.into()) {
                    return Err(AppError::InUse {
                        what,
                        by: "contacts that wait in it".to_owned(),
                    });
                }
                let audio = AudioChange::check(turn.resources(), Some(&current.body), None)?;
                turn.write(Write::DeleteResource { instance, kind, id });
                turn.change_configuration(ConfigurationChange::Remove(kind, id));
                // The engine takes every change of configuration.
                let _ = turn.handle(Input::Config(ConfigChange::Remove(kind, id)));
                turn.audit(&call, A::SPEC.access, Value::Null);
                Ok(audio.write(turn, instance))
            })
            .await?;
        self.forget_audio(instance, audio).await?;
        if kind == ResourceKind::User {
            self.forget_user(instance, id.into()).await?;
        }
        Ok(())
    }
}

fn is_waited_in(turn: &Turn<'_>, queue: QueueId) -> bool {
    let here = QueueRef::Standard(queue);
    turn.engine().open_contacts().any(|view| match view.state {
        ContactState::Queued(stay) | ContactState::Offered { stay, .. } => stay.queue == here,
        _ => false,
    })
}
