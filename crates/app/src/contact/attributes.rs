//! User-defined attributes of a contact.
//!
//! Reading and writing mean the contact that is named, whatever became of it. The API calls its id
//! `InitialContactId`, and describes it as "the identifier of the contact": a transfer copies the
//! attributes into the next segment, and from then on each segment has its own. Whoever wants those of the
//! segment that goes on names that segment.

use std::sync::Arc;

use engine::Input;
use model::{Attributes, ContactId};
use serde_json::Value;

use super::rejected;
use crate::App;
use crate::action::{Access, GetContactAttributes, UpdateContactAttributes};
use crate::audit::{self, Verdict};
use crate::center::{Center, audit_write, fresh_ids, json};
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::store::{Batch, RecordRow, StoreError, Write};
use crate::principal::Call;
use crate::vault::Place;

/// How often a change of a record is tried that others change at the same time.
const RECORD_TRIES_MAX: usize = 8;

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

    /// Adds or replaces attributes of the contact that the permit names, open or over: all or none.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where they would become too large; `Conflict` where too many others change
    /// the record of a contact that is over.
    pub async fn update_contact_attributes(
        &self,
        call: &Arc<Call>,
        permit: Permit<UpdateContactAttributes>,
        changes: Vec<(String, String)>,
    ) -> Result<(), AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let access = permit.spec().access;
        let (audited, wanted) = (Arc::clone(call), changes.clone());
        let is_open = center
            .turn(move |turn| {
                if turn.engine().contact(contact).is_none() {
                    return Ok(false);
                }
                let changes = wanted;
                turn.handle(Input::SetAttributes { contact, changes })
                    .map_err(rejected)?;
                turn.audit(&audited, access, Value::Null);
                Ok(true)
            })
            .await?;
        if is_open {
            return Ok(());
        }
        // Closed for good: its record was committed before this turn began.
        self.update_record_attributes(&center, call, access, contact, changes)
            .await
    }

    async fn update_record_attributes(
        &self,
        center: &Center,
        call: &Call,
        access: Access,
        contact: ContactId,
        changes: Vec<(String, String)>,
    ) -> Result<(), AppError> {
        let store = &self.0.around.store;
        let missing = AppError::NotFound { what: "contact" };
        for _ in 0..RECORD_TRIES_MAX {
            let row = store.record(center.scope.instance, contact).await;
            let row = row
                .map_err(crate::app::unavailable)?
                .ok_or(missing.clone())?;
            let mut batch = self.changed_record(center, row, changes.clone()).await?;
            batch.push(self.change_entry(center, call, access));
            match store.commit(batch).await {
                Ok(()) => {
                    // Its entry is in the same transaction.
                    call.mark_audited();
                    return Ok(());
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(crate::app::unavailable(error)),
            }
        }
        Err(AppError::Conflict)
    }

    async fn changed_record(
        &self,
        center: &Center,
        row: RecordRow,
        changes: Vec<(String, String)>,
    ) -> Result<Batch, AppError> {
        let missing = AppError::NotFound { what: "contact" };
        let record = self.open_record(center, &row).await?;
        let mut record = record.ok_or(missing.clone())?;
        let merged = record.attributes.merge(changes);
        merged.map_err(|error| AppError::Invalid(error.to_string()))?;
        record.last_updated_at = self.now();
        let body = json(&record);
        let owner = center.keys.contact_owner(row.contact);
        let key = self.0.around.vault.key(&center.keys, owner).await?;
        let key = key.ok_or(missing)?;
        let bytes = row.contact.into_bytes();
        let mut batch = vec![Write::ReplaceRecord {
            instance: row.instance,
            contact: row.contact,
            from: row.sealed,
            sealed: center
                .keys
                .seal_under(&key, &Place::new("records", &bytes), &body),
        }];
        if self.settings().outbox {
            let topic = "contact-records";
            batch.push(Write::AppendOutbox {
                instance: row.instance,
                topic: topic.to_owned(),
                at: record.last_updated_at,
                sealed: center
                    .keys
                    .seal(&Place::new("outbox", topic.as_bytes()), &body),
            });
        }
        Ok(batch)
    }

    fn change_entry(&self, center: &Center, call: &Call, access: Access) -> Write {
        let verdict = Verdict {
            instance: Some(center.scope.instance),
            access,
            error: None,
            response: Value::Null,
        };
        let scope = Some(&center.scope);
        let entry = audit::entry(call, verdict, scope, &mut fresh_ids(), self.now());
        audit_write(&center.keys, &entry)
    }
}
