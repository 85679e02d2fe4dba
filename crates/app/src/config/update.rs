//! Changing a resource.

use std::sync::Arc;

use model::resource::BodyOf;
use model::{Resource, Tags};
use serde_json::Value;

use super::checks;
use super::kinds::Updates;
use super::prompts::AudioChange;
use crate::App;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

/// A resource while it is being changed.
#[derive(Debug, Clone)]
pub struct Draft<B> {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Tags,
    /// What is particular to its kind.
    pub body: B,
}

impl App {
    /// Changes the resource that the permit names. `change` sees its latest state; where it fails
    /// nothing happens.
    ///
    /// # Errors
    /// `NotFound`, the error of `change`, and what [`App::create`] refuses.
    pub async fn update<A: Updates<B>, B: BodyOf>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
        change: impl FnOnce(&mut Draft<B>) -> Result<(), AppError> + Send + 'static,
    ) -> Result<Arc<Resource>, AppError> {
        let missing = AppError::NotFound {
            what: checks::noun(B::KIND),
        };
        let Target::Resource(instance, kind, id) = *permit.target() else {
            return Err(missing);
        };
        if kind != B::KIND {
            return Err(missing);
        }
        let call = Arc::clone(call);
        let (changed, audio) = self
            .center(instance)?
            .turn(move |turn| {
                let current = turn.resources().get(kind, id).cloned().ok_or(missing)?;
                let body = B::of(&current.body).cloned().ok_or(AppError::Internal)?;
                let mut draft = Draft {
                    name: current.name.clone(),
                    tags: current.tags.clone(),
                    body,
                };
                change(&mut draft)?;
                let body = draft.body.wrap();
                checks::check(turn.resources(), &draft.name, &draft.tags, &body)?;
                let before = Some(&current.body);
                checks::check_grants(turn.resources(), &call.principal, before, &body)?;
                let holder = turn
                    .resources()
                    .by_name(kind, &draft.name)
                    .map(|holder| holder.id);
                if holder.is_some_and(|holder| holder != id) {
                    return Err(AppError::Duplicate { name: draft.name });
                }
                let flow = super::flows::compile(&body)?;
                let audio = AudioChange::check(turn.resources(), before, Some(&body))?;
                let resource = Arc::new(Resource {
                    instance,
                    id,
                    name: draft.name,
                    tags: draft.tags,
                    version: current.version.saturating_add(1),
                    modified_at: turn.now,
                    body,
                });
                turn.put_resource(&resource, flow)?;
                turn.audit(&call, A::SPEC.access, Value::Null);
                let left = audio.write(turn, instance);
                Ok((resource, left))
            })
            .await?;
        self.forget_audio(instance, audio).await?;
        Ok(changed)
    }
}
