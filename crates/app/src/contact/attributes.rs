//! User-defined attributes of a contact.

use std::sync::Arc;

use engine::Input;
use model::Attributes;
use serde_json::Value;

use super::rejected;
use crate::App;
use crate::action::{GetContactAttributes, UpdateContactAttributes};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

impl App {
    /// Attributes of the contact that the permit names, open or over.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn contact_attributes(
        &self,
        call: &Arc<Call>,
        permit: Permit<GetContactAttributes>,
    ) -> Result<Attributes, AppError> {
        let record = self
            .read_record(call, *permit.target(), permit.spec().access)
            .await?;
        Ok(record.attributes)
    }

    /// Adds or replaces attributes, all or none.
    ///
    /// # Errors
    /// `NotFound` for a contact that is over; `Invalid` where they would become too large.
    pub async fn update_contact_attributes(
        &self,
        call: &Arc<Call>,
        permit: Permit<UpdateContactAttributes>,
        changes: Vec<(String, String)>,
    ) -> Result<(), AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let (call, access) = (Arc::clone(call), permit.spec().access);
        self.center(instance)?
            .turn(move |turn| {
                turn.handle(Input::SetAttributes { contact, changes })
                    .map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}
