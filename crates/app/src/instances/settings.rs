//! What is set up of an instance itself: its tags, and the origins of pages that may use its chats.

use std::sync::Arc;

use model::resource::{BodyOf, InstanceSettings};
use model::{InstanceId, Resource, ResourceBody, ResourceId, ResourceKind, Tags};
use serde_json::Value;

use crate::App;
use crate::action::{
    Action, AssociateApprovedOrigin, DisassociateApprovedOrigin, ListApprovedOrigins,
};
use crate::center::Turn;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

/// Most approved origins of an instance.
pub(crate) const APPROVED_ORIGINS_MAX: usize = 100;

impl App {
    /// Lets pages of an origin start chats of the permit's instance and hold their sockets; one that may
    /// already still may. `origin` is in its one spelling, as browsers send it.
    ///
    /// # Errors
    /// `NotFound`, and `LimitExceeded` where there are too many.
    pub async fn approve_origin(
        &self,
        call: &Arc<Call>,
        permit: Permit<AssociateApprovedOrigin>,
        origin: String,
    ) -> Result<(), AppError> {
        self.change_settings(call, permit, move |settings| {
            settings.approved_origins.insert(origin);
            if settings.approved_origins.len() > APPROVED_ORIGINS_MAX {
                return Err(AppError::LimitExceeded(format!(
                    "an instance has at most {APPROVED_ORIGINS_MAX} approved origins: remove some first"
                )));
            }
            Ok(())
        })
        .await
    }

    /// Takes the approval back, from the next request on.
    ///
    /// # Errors
    /// `NotFound`, also of an origin that was not approved this way.
    pub async fn disapprove_origin(
        &self,
        call: &Arc<Call>,
        permit: Permit<DisassociateApprovedOrigin>,
        origin: String,
    ) -> Result<(), AppError> {
        self.change_settings(call, permit, move |settings| {
            if settings.approved_origins.remove(&origin) {
                Ok(())
            } else {
                Err(AppError::NotFound {
                    what: "approved origin",
                })
            }
        })
        .await
    }

    /// The origins approved of the permit's instance, in order. Those that the configuration of the
    /// program approves are not among them.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn approved_origins(
        &self,
        permit: &Permit<ListApprovedOrigins>,
    ) -> Result<Vec<String>, AppError> {
        let instance = instance_of(*permit.target())?;
        self.center(instance)?;
        Ok(self
            .settings_of(instance, |settings| {
                settings.approved_origins.iter().cloned().collect()
            })
            .unwrap_or_default())
    }

    /// Whether pages of this origin may start chats of the instance and hold their sockets.
    pub fn approves_origin(&self, instance: InstanceId, origin: &str) -> bool {
        self.settings_of(instance, |settings| {
            settings.approved_origins.contains(origin)
        })
        .unwrap_or(false)
    }

    /// Whether some instance approves the origin: for questions that name no instance.
    pub fn is_origin_approved(&self, origin: &str) -> bool {
        let mut centers = self.centers().into_iter();
        centers.any(|center| self.approves_origin(center.scope.instance, origin))
    }

    /// Tags of the instance.
    pub(crate) fn instance_tags(&self, instance: InstanceId) -> Result<Tags, AppError> {
        self.center(instance)?;
        let settings = self.resource(instance, ResourceKind::InstanceSettings, id_of(instance));
        Ok(settings.map_or_else(Tags::new, |settings| settings.tags.clone()))
    }

    fn settings_of<R>(
        &self,
        instance: InstanceId,
        read: impl FnOnce(&InstanceSettings) -> R,
    ) -> Option<R> {
        let center = self.center(instance).ok()?;
        center.resources(|all| all.body::<InstanceSettings>(id_of(instance)).map(read))
    }

    async fn change_settings<A: Action>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
        change: impl FnOnce(&mut InstanceSettings) -> Result<(), AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        let instance = instance_of(*permit.target())?;
        let call = Arc::clone(call);
        self.center(instance)?
            .turn(move |turn| {
                let mut changed = current(turn);
                let mut settings = InstanceSettings::of(&changed.body)
                    .cloned()
                    .unwrap_or_default();
                change(&mut settings)?;
                changed.body = settings.wrap();
                changed.version = changed.version.saturating_add(1);
                changed.modified_at = turn.now;
                turn.put_resource(&Arc::new(changed), None)?;
                turn.audit(&call, A::SPEC.access, Value::Null);
                Ok(())
            })
            .await
    }
}

/// The settings of the turn's instance; of version 0 where nothing was ever set up.
pub(crate) fn current(turn: &Turn<'_>) -> Resource {
    let instance = turn.center.scope.instance;
    let id = id_of(instance);
    let known = turn.resources().get(ResourceKind::InstanceSettings, id);
    known.map_or_else(
        || Resource {
            instance,
            id,
            name: turn.center.alias.clone(),
            tags: Tags::new(),
            version: 0,
            modified_at: turn.now,
            body: ResourceBody::InstanceSettings(InstanceSettings::default()),
        },
        |known| Resource::clone(known),
    )
}

fn instance_of(target: Target) -> Result<InstanceId, AppError> {
    match target {
        Target::Instance(instance) => Ok(instance),
        _ => Err(AppError::NotFound { what: "instance" }),
    }
}

/// There is one for each instance, under the instance's id.
fn id_of(instance: InstanceId) -> ResourceId {
    ResourceId::from_u128(instance.as_u128())
}
