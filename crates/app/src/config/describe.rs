//! Reading one resource.

use std::sync::Arc;

use model::resource::BodyOf;
use model::{InstanceId, Resource, ResourceId, ResourceKind};

use super::checks;
use super::kinds::Reads;
use crate::App;
use crate::error::AppError;
use crate::permit::{Permit, Target};

impl App {
    /// The resource that the permit names.
    ///
    /// # Errors
    /// `NotFound` where the instance has none of this kind and id.
    pub fn describe<A: Reads<B>, B: BodyOf>(
        &self,
        permit: &Permit<A>,
    ) -> Result<Arc<Resource>, AppError> {
        let Target::Resource(instance, kind, id) = *permit.target() else {
            return Err(AppError::NotFound {
                what: checks::noun(B::KIND),
            });
        };
        if kind != B::KIND {
            return Err(AppError::NotFound {
                what: checks::noun(B::KIND),
            });
        }
        self.resource(instance, kind, id).ok_or(AppError::NotFound {
            what: checks::noun(kind),
        })
    }

    /// A resource that an answer refers to: for its name and ARN, after a permit for the answer was had.
    pub fn resource(
        &self,
        instance: InstanceId,
        kind: ResourceKind,
        id: ResourceId,
    ) -> Option<Arc<Resource>> {
        let center = self.center(instance).ok()?;
        center.resources(|resources| resources.get(kind, id).cloned())
    }

    /// A resource by its name, compared without regard to ASCII case: for the program's own start.
    pub fn resource_by_name(
        &self,
        instance: InstanceId,
        kind: ResourceKind,
        name: &str,
    ) -> Option<Arc<Resource>> {
        let center = self.center(instance).ok()?;
        center.resources(|resources| resources.by_name(kind, name).cloned())
    }
}
