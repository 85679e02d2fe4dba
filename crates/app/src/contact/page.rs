//! The console's pages about contacts.

use std::sync::Arc;

use engine::ContactEvent;
use model::contact::ContactRecord;
use model::transcript::TranscriptItem;
use model::{AttachmentId, ContactId};
use serde_json::Value;

use crate::App;
use crate::action::{ListContacts, ReadContactPage, ReadContactTranscript};
use crate::center::Center;
use crate::center::commit::events_place;
use crate::chat::attachments::DownloadGrant;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;

/// Most events that a page shows.
pub(super) const TIMELINE_EVENTS_MAX: u32 = 1_000;
/// Most contacts on one page of the list.
pub(super) const CONTACTS_PAGE_MAX: u32 = 100;

/// Everything about one contact.
#[derive(Debug, Clone)]
pub struct ContactPage {
    /// Its record, as it stands.
    pub record: ContactRecord,
    /// Whether it is still open.
    pub open: bool,
    /// What happened, in order.
    pub events: Vec<ContactEvent>,
    /// Whether there are more events than are shown.
    pub events_truncated: bool,
}

/// A page of contacts.
#[derive(Debug, Clone)]
pub struct RecordPage {
    /// Records, latest first; open contacts come before closed ones on the first page.
    pub records: Vec<ContactRecord>,
    /// The last closed contact shown; the next page begins after it.
    pub next: Option<ContactId>,
}

impl App {
    /// Recent contacts of the permit's instance: on the first page the open ones, then those that are
    /// over, latest first.
    ///
    /// # Errors
    /// `NotFound` where `after` is no contact that is over.
    pub async fn list_contacts(
        &self,
        call: &Arc<Call>,
        permit: Permit<ListContacts>,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<RecordPage, AppError> {
        let center = self.center_of(permit.target())?;
        let limit = limit.clamp(1, CONTACTS_PAGE_MAX);
        let store = &self.0.around.store;
        let before = match after {
            None => None,
            Some(contact) => {
                let row = store.record(center.scope.instance, contact).await;
                let row = row.map_err(crate::app::unavailable)?;
                let row = row.ok_or(AppError::NotFound { what: "contact" })?;
                Some((row.initiated_at, row.contact))
            }
        };
        let rows = store
            .records(center.scope.instance, before, limit)
            .await
            .map_err(crate::app::unavailable)?;
        let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if full {
            rows.last().map(|row| row.contact)
        } else {
            None
        };
        let mut closed = Vec::with_capacity(rows.len());
        for row in &rows {
            closed.extend(self.open_record(&center, row).await?);
        }
        let (call, access) = (Arc::clone(call), permit.spec().access);
        let mut records = center
            .turn(move |turn| {
                let open = match before {
                    None => latest_open(turn.engine(), limit),
                    Some(_) => Vec::new(),
                };
                turn.audit(&call, access, Value::Null);
                Ok(open)
            })
            .await?;
        // A contact in wrap-up is open and has no record yet; one that closed meanwhile has both.
        closed.retain(|record| records.iter().all(|open| open.id != record.id));
        records.extend(closed);
        Ok(RecordPage { records, next })
    }

    /// Record and timeline of the contact that the permit names.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn contact_page(
        &self,
        call: &Arc<Call>,
        permit: Permit<ReadContactPage>,
    ) -> Result<ContactPage, AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let record = self
            .read_record(call, *permit.target(), permit.spec().access)
            .await?;
        let mut events = self.contact_events(&center, contact).await?;
        let most = usize::try_from(TIMELINE_EVENTS_MAX).unwrap_or(usize::MAX);
        let events_truncated = events.len() > most;
        events.truncate(most);
        let open = center.contact_entry(contact).is_some();
        Ok(ContactPage {
            record,
            open,
            events,
            events_truncated,
        })
    }

    async fn contact_events(
        &self,
        center: &Center,
        contact: ContactId,
    ) -> Result<Vec<ContactEvent>, AppError> {
        let owner = center.keys.contact_owner(contact);
        let Some(key) = self.0.around.vault.key(&center.keys, owner).await? else {
            return Ok(Vec::new());
        };
        let rows = self
            .0
            .around
            .store
            .contact_events(center.scope.instance, contact, 0, TIMELINE_EVENTS_MAX + 1)
            .await
            .map_err(crate::app::unavailable)?;
        let row = contact.into_bytes();
        rows.iter()
            .map(|(_, at, sealed)| {
                let place = events_place("contact_events", &row, *at);
                let clear = center.keys.open_under(&key, &place, sealed)?;
                serde_json::from_slice(&clear).map_err(|_| AppError::Internal)
            })
            .collect()
    }

    /// Leave to fetch a file of the chat to which the contact that the permit names belongs, open or over:
    /// whoever may read the transcript may fetch what it shows.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn contact_attachment_grant(
        &self,
        call: &Arc<Call>,
        permit: Permit<ReadContactTranscript>,
        attachment: AttachmentId,
    ) -> Result<DownloadGrant, AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let initial = self.initial_contact(instance, contact).await?;
        let center = self.center(instance)?;
        let grant = self.grant_download(&center, initial, attachment).await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(grant)
    }

    /// Items of the chat to which the contact that the permit names belongs.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn contact_transcript(
        &self,
        call: &Arc<Call>,
        permit: Permit<ReadContactTranscript>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TranscriptItem>, AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let initial = self.initial_contact(instance, contact).await?;
        let center = self.center(instance)?;
        let from = after.saturating_add(1);
        let items = self
            .transcript_items(&center, initial, from, u64::MAX >> 1, limit)
            .await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(items)
    }
}

/// Open contacts, latest first.
fn latest_open(engine: &engine::Engine, limit: u32) -> Vec<ContactRecord> {
    let mut open: Vec<_> = engine.open_contacts().map(|view| view.record).collect();
    open.sort_by_key(|record| std::cmp::Reverse((record.initiated_at, record.id)));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    open.into_iter().take(limit).cloned().collect()
}
