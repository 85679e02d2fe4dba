//! Reading a transcript.

use std::sync::Arc;

use model::transcript::{ItemContent, TranscriptItem, event_type};
use model::{ContactId, Timestamp, TranscriptItemId};

use super::bus::Receipt;
use super::connection::seat;
use crate::App;
use crate::action::GetTranscript;
use crate::center::Center;
use crate::error::AppError;
use crate::permit::Permit;
use crate::ports::keys::KeyOwner;
use crate::ports::store::TranscriptRow;
use crate::principal::Call;
use crate::vault::Place;

/// Most items on one page.
pub(super) const TRANSCRIPT_PAGE_MAX: u32 = 100;
/// Sequence numbers stay below this: stores count in signed 64 bits.
const SEQUENCE_MAX: u64 = u64::MAX >> 1;

/// In which direction a page extends from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// To later items.
    Forward,
    /// To earlier items.
    Backward,
}

/// In which order the items of a page stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Oldest first.
    Ascending,
    /// Latest first.
    Descending,
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartPosition {
    /// At this item, which is part of the page.
    Item(TranscriptItemId),
    /// At this time.
    Time(Timestamp),
    /// With the latest so many items.
    MostRecent(u32),
}

/// What of a transcript is wanted.
#[derive(Debug, Clone, Copy)]
pub struct TranscriptQuery {
    /// Direction.
    pub scan: Scan,
    /// Order within the page.
    pub sort: Sort,
    /// Start; absent: the newest item scanning backward, the first one scanning forward.
    pub start: Option<StartPosition>,
    /// `next` of the page before; overrides `start`.
    pub after: Option<u64>,
    /// Most items, 1 to [`TRANSCRIPT_PAGE_MAX`].
    pub max: u32,
}

/// A page of a transcript.
#[derive(Debug, Clone)]
pub struct TranscriptPage {
    /// First segment of the chat.
    pub initial_contact: ContactId,
    /// The items.
    pub items: Vec<TranscriptItem>,
    /// What the participants have received and read.
    pub receipts: Vec<Receipt>,
    /// Where the next page in the same direction goes on; absent at the end.
    pub next: Option<u64>,
}

impl App {
    /// A page of the participant's chat. Reading it is audited before the answer.
    ///
    /// # Errors
    /// `NotFound` where `start` names no item of the chat.
    pub async fn transcript(
        &self,
        call: &Arc<Call>,
        permit: Permit<GetTranscript>,
        query: TranscriptQuery,
    ) -> Result<TranscriptPage, AppError> {
        let seat = seat(permit.principal())?;
        let center = self.center(seat.instance)?;
        let page = self
            .transcript_page(&center, seat.initial_contact, query)
            .await?;
        center.audit_read(call, permit.spec().access).await?;
        Ok(page)
    }

    async fn transcript_page(
        &self,
        center: &Center,
        initial_contact: ContactId,
        query: TranscriptQuery,
    ) -> Result<TranscriptPage, AppError> {
        let max = query.max.clamp(1, TRANSCRIPT_PAGE_MAX);
        let newest = self.newest_sequence(center, initial_contact).await?;
        let anchor = match (query.after, query.start, query.scan) {
            (Some(after), ..) => after,
            (None, Some(StartPosition::Item(item)), _) => {
                self.sequence_of(center, initial_contact, item).await?
            }
            (None, Some(StartPosition::Time(at)), scan) => {
                self.sequence_at(center, initial_contact, at, scan, newest)
                    .await?
            }
            (None, Some(StartPosition::MostRecent(count)), Scan::Forward) => newest
                .saturating_sub(u64::from(count.max(1)))
                .saturating_add(1),
            (None, Some(StartPosition::MostRecent(_)) | None, Scan::Backward) => newest,
            (None, None, Scan::Forward) => 1,
        };
        let (from, to) = match query.scan {
            Scan::Forward => (
                anchor.max(1),
                anchor.saturating_add(u64::from(max) - 1).min(newest),
            ),
            Scan::Backward => (
                (anchor + 1).saturating_sub(u64::from(max)).max(1),
                anchor.min(newest),
            ),
        };
        let mut items = if from > to {
            Vec::new()
        } else {
            self.transcript_items(center, initial_contact, from, to, max)
                .await?
        };
        if query.sort == Sort::Descending {
            items.reverse();
        }
        let next = match query.scan {
            Scan::Forward => (to < newest).then(|| to.saturating_add(1)),
            Scan::Backward => (from > 1 && to > 0).then(|| from - 1),
        };
        let receipts = self.receipts_of(center, initial_contact).await?;
        Ok(TranscriptPage {
            initial_contact,
            items,
            receipts,
            next,
        })
    }

    /// The event that ended a chat; `None` while it goes on, or where its key was destroyed.
    pub(crate) async fn end_of_chat(
        &self,
        center: &Center,
        initial_contact: ContactId,
    ) -> Result<Option<TranscriptItem>, AppError> {
        // Nothing is said after it.
        let last = self.newest_sequence(center, initial_contact).await?;
        let items = self
            .transcript_items(center, initial_contact, last, last, 1)
            .await?;
        Ok(items.into_iter().next().filter(|item| {
            matches!(&item.content, ItemContent::Event { content_type, .. }
                if content_type == event_type::ENDED)
        }))
    }

    /// Items of a chat between two sequence numbers, in order, in clear. Items whose key was destroyed
    /// are left out.
    pub(crate) async fn transcript_items(
        &self,
        center: &Center,
        initial_contact: ContactId,
        from: u64,
        to: u64,
        limit: u32,
    ) -> Result<Vec<TranscriptItem>, AppError> {
        let rows = self
            .0
            .around
            .store
            .transcript(
                center.scope.instance,
                initial_contact,
                from.min(SEQUENCE_MAX),
                to.min(SEQUENCE_MAX),
                limit,
            )
            .await
            .map_err(crate::app::unavailable)?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.extend(self.open_item(center, row).await?);
        }
        Ok(items)
    }

    pub(crate) async fn open_item(
        &self,
        center: &Center,
        row: &TranscriptRow,
    ) -> Result<Option<TranscriptItem>, AppError> {
        let owner = KeyOwner::Contact(center.scope.instance, row.contact);
        let Some(key) = self.0.around.vault.key(&center.keys, owner).await? else {
            return Ok(None);
        };
        let id = row.item.into_bytes();
        let place = Place {
            table: "transcripts",
            row: &id,
            version: row.sequence,
        };
        let clear = center.keys.open_under(&key, &place, &row.sealed)?;
        serde_json::from_slice(&clear)
            .map(Some)
            .map_err(|_| AppError::Internal)
    }

    async fn newest_sequence(
        &self,
        center: &Center,
        initial_contact: ContactId,
    ) -> Result<u64, AppError> {
        if let Some(last) = center.last_sequence(initial_contact) {
            return Ok(last);
        }
        // The chat is over: items are without gaps, so that their number is found by halving.
        let (mut low, mut high) = (0, 1);
        while self.has_sequence(center, initial_contact, high).await? {
            low = high;
            high = high.saturating_mul(2);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.has_sequence(center, initial_contact, middle).await? {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    async fn has_sequence(
        &self,
        center: &Center,
        initial_contact: ContactId,
        sequence: u64,
    ) -> Result<bool, AppError> {
        Ok(self
            .row_at(center, initial_contact, sequence)
            .await?
            .is_some())
    }

    async fn row_at(
        &self,
        center: &Center,
        initial_contact: ContactId,
        sequence: u64,
    ) -> Result<Option<TranscriptRow>, AppError> {
        let rows = self
            .0
            .around
            .store
            .transcript(
                center.scope.instance,
                initial_contact,
                sequence,
                sequence,
                1,
            )
            .await
            .map_err(crate::app::unavailable)?;
        Ok(rows.into_iter().next())
    }

    async fn sequence_of(
        &self,
        center: &Center,
        initial_contact: ContactId,
        item: TranscriptItemId,
    ) -> Result<u64, AppError> {
        let row = self
            .0
            .around
            .store
            .transcript_item(center.scope.instance, item)
            .await
            .map_err(crate::app::unavailable)?;
        row.filter(|row| row.initial_contact == initial_contact)
            .map(|row| row.sequence)
            .ok_or(AppError::NotFound { what: "message" })
    }

    /// The first item not before `at` (forward), or the last one not after it (backward).
    async fn sequence_at(
        &self,
        center: &Center,
        initial_contact: ContactId,
        at: Timestamp,
        scan: Scan,
        newest: u64,
    ) -> Result<u64, AppError> {
        // Times never decrease with the sequence, so that halving finds the place.
        let (mut low, mut high) = (1, newest.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.row_at(center, initial_contact, middle).await?;
            let before = row.is_some_and(|row| match scan {
                Scan::Forward => row.at < at,
                Scan::Backward => row.at <= at,
            });
            if before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(match scan {
            Scan::Forward => low,
            Scan::Backward => low - 1,
        })
    }
}
