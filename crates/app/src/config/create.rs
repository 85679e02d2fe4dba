//! Creating a resource.

use std::sync::Arc;

use model::resource::BodyOf;
use model::{Resource, ResourceId, Tags};
use serde_json::json;

use super::checks;
use super::kinds::Creates;
use super::prompts::AudioChange;
use crate::App;
use crate::action::Action;
use crate::center::Turn;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;
use crate::repeat::recalled;

/// A resource to create.
#[derive(Debug, Clone)]
pub struct NewResource<B> {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Tags,
    /// What is particular to its kind.
    pub body: B,
    /// Makes a repetition of the same request return the first one's resource.
    pub client_token: Option<String>,
}

impl App {
    /// Creates a resource in the permit's instance.
    ///
    /// # Errors
    /// `Invalid` where a value or reference is wrong, `Duplicate` where the name is taken,
    /// `FlowProblems` where a flow is refused, `LimitExceeded` where the kind is full.
    pub async fn create<A: Creates<B>, B: BodyOf>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
        new: NewResource<B>,
    ) -> Result<Arc<Resource>, AppError> {
        self.create_holding(call, permit, new, ()).await
    }

    /// The same for an action that has conditions of its own: they hold as long as `held`, which is
    /// dropped after the commit.
    pub(crate) async fn create_holding<A: Action, B: BodyOf, H: Send + 'static>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
        new: NewResource<B>,
        held: H,
    ) -> Result<Arc<Resource>, AppError> {
        let Target::Instance(instance) = *permit.target() else {
            return Err(AppError::NotFound { what: "instance" });
        };
        let center = self.center(instance)?;
        let body = new.body.wrap();
        let token = self
            .client_token(
                &center,
                call,
                new.client_token.as_deref(),
                &(&new.name, &new.tags, &body),
            )
            .await?;
        let flow = super::flows::compile(&body)?;
        let (call, kind) = (Arc::clone(call), B::KIND);
        center
            .turn(move |turn| {
                if let Some(answer) = recalled(token.as_ref(), turn)? {
                    return Ok((known(turn, kind, &answer)?, held));
                }
                let resources = turn.resources();
                checks::check(resources, &new.name, &new.tags, &body)?;
                checks::check_grants(resources, &call.principal, None, &body)?;
                if resources.by_name(kind, &new.name).is_some() {
                    return Err(AppError::Duplicate { name: new.name });
                }
                if resources.count(kind) >= checks::RESOURCES_PER_KIND_MAX {
                    return Err(AppError::LimitExceeded(format!(
                        "an instance has at most {} of the kind {}",
                        checks::RESOURCES_PER_KIND_MAX,
                        checks::noun(kind)
                    )));
                }
                let audio = AudioChange::check(resources, None, Some(&body))?;
                let resource = Arc::new(Resource {
                    instance,
                    id: ResourceId::generate(turn.ids),
                    name: new.name,
                    tags: new.tags,
                    version: 1,
                    modified_at: turn.now,
                    body,
                });
                turn.put_resource(&resource, flow)?;
                // A new prompt leaves no file behind.
                audio.write(turn, instance);
                let answer = json!({"id": resource.id.to_string()});
                if let Some(token) = token {
                    token.remember(turn, answer.clone());
                }
                turn.audit(&call, A::SPEC.access, answer);
                Ok((resource, held))
            })
            .await
            .map(|(resource, _)| resource)
    }
}

fn known(
    turn: &Turn<'_>,
    kind: model::ResourceKind,
    answer: &serde_json::Value,
) -> Result<Arc<Resource>, AppError> {
    answer
        .get("id")
        .and_then(|id| id.as_str()?.parse().ok())
        .and_then(|id| turn.resources().get(kind, id))
        .cloned()
        .ok_or(AppError::NotFound {
            what: checks::noun(kind),
        })
}
