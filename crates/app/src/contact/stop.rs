//! Ending a contact from outside.

use std::sync::Arc;

use engine::Input;
use model::contact::DisconnectReason;
use serde_json::Value;

use super::rejected;
use crate::App;
use crate::action::StopContact;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

impl App {
    /// Ends the contact that the permit names. One that is over already is not found.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn stop_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<StopContact>,
        reason: DisconnectReason,
    ) -> Result<(), AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let (call, access) = (Arc::clone(call), permit.spec().access);
        self.center(instance)?
            .turn(move |turn| {
                turn.handle(Input::StopContact { contact, reason })
                    .map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}
