//! Reading a contact: from the engine while it is open, from its record afterwards.

use std::sync::Arc;

use model::contact::ContactRecord;
use model::{ContactId, InstanceId, Recording};
use serde_json::Value;

use crate::App;
use crate::action::{Access, DescribeContact};
use crate::center::Center;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::store::RecordRow;
use crate::principal::Call;
use crate::vault::Place;

impl App {
    /// The contact that the permit names, open or over, and its recordings. The answer waits for its audit
    /// entry.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<DescribeContact>,
    ) -> Result<(ContactRecord, Vec<Recording>), AppError> {
        let record = self
            .read_record(call, *permit.target(), permit.spec().access)
            .await?;
        let center = self.center_of(permit.target())?;
        let recordings = self.recordings_of(&center, record.id).await?;
        Ok((record, recordings))
    }

    pub(crate) async fn read_record(
        &self,
        call: &Arc<Call>,
        target: Target,
        access: Access,
    ) -> Result<ContactRecord, AppError> {
        let Target::Contact(instance, contact) = target else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let stored = self.stored_record(&center, contact).await?;
        let audited = Arc::clone(call);
        let found = center
            .turn(move |turn| {
                // What is open is newer than what was read before this turn.
                let record = turn
                    .engine()
                    .contact(contact)
                    .map(|view| view.record.clone())
                    .or(stored);
                if record.is_some() {
                    turn.audit(&audited, access, Value::Null);
                }
                Ok(record)
            })
            .await?;
        if let Some(record) = found {
            return Ok(record);
        }
        // It may have ended between the two looks: its record is there by now.
        let ended = self.stored_record(&center, contact).await?;
        let record = ended.ok_or(AppError::NotFound { what: "contact" })?;
        center.audit_read(call, access).await?;
        Ok(record)
    }

    pub(crate) async fn stored_record(
        &self,
        center: &Center,
        contact: ContactId,
    ) -> Result<Option<ContactRecord>, AppError> {
        let row = self
            .0
            .around
            .store
            .record(center.scope.instance, contact)
            .await
            .map_err(crate::app::unavailable)?;
        match row {
            Some(row) => self.open_record(center, &row).await,
            None => Ok(None),
        }
    }

    /// A stored record in clear; `None` where its key was destroyed.
    pub(crate) async fn open_record(
        &self,
        center: &Center,
        row: &RecordRow,
    ) -> Result<Option<ContactRecord>, AppError> {
        let owner = center.keys.contact_owner(row.contact);
        let Some(key) = self.0.around.vault.key(&center.keys, owner).await? else {
            return Ok(None);
        };
        let bytes = row.contact.into_bytes();
        let clear = center
            .keys
            .open_under(&key, &Place::new("records", &bytes), &row.sealed)?;
        serde_json::from_slice(&clear).map(Some).map_err(|error| {
            tracing::error!(contact.id = %row.contact, error = %error, "a stored record does not parse");
            AppError::Internal
        })
    }

    /// The first segment of a contact's chain, open or over.
    pub(crate) async fn initial_contact(
        &self,
        instance: InstanceId,
        contact: ContactId,
    ) -> Result<ContactId, AppError> {
        let center = self.center(instance)?;
        if let Some(entry) = center.contact_entry(contact) {
            return Ok(entry.initial_contact);
        }
        let row = self
            .0
            .around
            .store
            .record(instance, contact)
            .await
            .map_err(crate::app::unavailable)?;
        row.map(|row| row.initial_contact)
            .ok_or(AppError::NotFound { what: "contact" })
    }
}
