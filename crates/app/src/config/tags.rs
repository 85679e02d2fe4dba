//! Tags of instances, resources and contacts.

use std::sync::Arc;

use engine::Input;
use model::Tags;
use serde_json::Value;

use super::checks;
use crate::App;
use crate::action::{Action, ListTagsForResource, TagResource, UntagResource};
use crate::center::Turn;
use crate::error::AppError;
use crate::instances::settings;
use crate::permit::{Permit, Target};
use crate::principal::Call;

impl App {
    /// Tags of the instance, resource or open contact that the permit names.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn tags(&self, permit: &Permit<ListTagsForResource>) -> Result<Tags, AppError> {
        match *permit.target() {
            Target::Resource(instance, kind, id) => self
                .resource(instance, kind, id)
                .map(|resource| resource.tags.clone())
                .ok_or(AppError::NotFound {
                    what: checks::noun(kind),
                }),
            Target::Contact(instance, contact) => self
                .center(instance)?
                .contact_entry(contact)
                .map(|entry| entry.tags)
                .ok_or(AppError::NotFound { what: "contact" }),
            Target::Instance(instance) => self.instance_tags(instance),
            Target::Account | Target::Agent(..) => Err(AppError::NotFound { what: "resource" }),
        }
    }

    /// Adds tags, or replaces those of the same keys.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the tags are not fitting or become too many.
    pub async fn tag(
        &self,
        call: &Arc<Call>,
        permit: Permit<TagResource>,
        add: Tags,
    ) -> Result<(), AppError> {
        checks::check_tags(&add)?;
        self.change_tags(call, permit, add, Vec::new()).await
    }

    /// Removes tags; absent ones are fine.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn untag(
        &self,
        call: &Arc<Call>,
        permit: Permit<UntagResource>,
        remove: Vec<String>,
    ) -> Result<(), AppError> {
        self.change_tags(call, permit, Tags::new(), remove).await
    }

    async fn change_tags<A: Action>(
        &self,
        call: &Arc<Call>,
        permit: Permit<A>,
        add: Tags,
        remove: Vec<String>,
    ) -> Result<(), AppError> {
        let target = *permit.target();
        let instance = target
            .instance()
            .ok_or(AppError::NotFound { what: "resource" })?;
        let call = Arc::clone(call);
        self.center(instance)?
            .turn(move |turn| {
                match target {
                    Target::Resource(_, kind, id) => {
                        let current = turn.resources().get(kind, id).cloned();
                        let current = current.ok_or(AppError::NotFound {
                            what: checks::noun(kind),
                        })?;
                        retag(turn, &current, add, &remove)?;
                    }
                    Target::Contact(_, contact) => {
                        turn.handle(Input::SetTags {
                            contact,
                            add,
                            remove,
                        })
                        .map_err(crate::contact::rejected)?;
                    }
                    Target::Instance(_) => {
                        let current = settings::current(turn);
                        retag(turn, &current, add, &remove)?;
                    }
                    Target::Account | Target::Agent(..) => {
                        return Err(AppError::NotFound { what: "resource" });
                    }
                }
                turn.audit(&call, A::SPEC.access, Value::Null);
                Ok(())
            })
            .await
    }
}

fn retag(
    turn: &mut Turn<'_>,
    current: &model::Resource,
    add: Tags,
    remove: &[String],
) -> Result<(), AppError> {
    let mut changed = current.clone();
    changed.tags.retain(|key, _| !remove.contains(key));
    changed.tags.extend(add);
    checks::check_tags(&changed.tags)?;
    changed.version = changed.version.saturating_add(1);
    changed.modified_at = turn.now;
    let flow = super::flows::compile(&changed.body)?;
    turn.put_resource(&Arc::new(changed), flow)
}
