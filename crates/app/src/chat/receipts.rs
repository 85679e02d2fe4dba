//! What participants have received and read.

use std::sync::Arc;

use model::{ContactId, ParticipantId, TranscriptItemId};
use tokio::sync::{Mutex, MutexGuard};

use super::bus::{ChatFrame, Receipt};
use super::connection::Seat;
use crate::App;
use crate::center::{Center, json};
use crate::error::AppError;
use crate::ports::store::Write;
use crate::vault::Place;

/// Receipts of one participant follow each other; those of others wait only where they share a lock.
const LOCKS: usize = 64;

/// Locks that keep a participant's receipts in order between reading and writing.
#[derive(Debug)]
pub(crate) struct ReceiptLocks([Mutex<()>; LOCKS]);

impl Default for ReceiptLocks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl ReceiptLocks {
    async fn of(&self, participant: ParticipantId) -> Option<MutexGuard<'_, ()>> {
        let [.., last] = participant.into_bytes();
        match self.0.get(usize::from(last) % LOCKS) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }
}

impl App {
    /// A receipt: stored, then shown to the others.
    pub(crate) async fn receipt(
        &self,
        center: &Arc<Center>,
        seat: Seat,
        item: TranscriptItemId,
        read: bool,
    ) -> Result<(), AppError> {
        let instance = center.scope.instance;
        let store = &self.0.around.store;
        let row = store
            .transcript_item(instance, item)
            .await
            .map_err(crate::app::unavailable)?;
        let row = row.filter(|row| row.initial_contact == seat.initial_contact);
        let row = row.ok_or(AppError::NotFound { what: "message" })?;
        let _in_order = center.receipts.of(seat.participant).await;
        let mut before = self.receipts_of(center, seat.initial_contact).await?;
        before.retain(|receipt| receipt.participant == seat.participant);
        let now = self.now();
        let news = Receipt {
            item: row.item,
            sequence: row.sequence,
            contact: row.contact,
            initial_contact: seat.initial_contact,
            participant: seat.participant,
            delivered_at: Some(now),
            read_at: read.then_some(now),
        };
        let Some((after, told)) = advanced(&before, news) else {
            return Ok(());
        };
        let place = receipts_row(seat.initial_contact, seat.participant);
        let sealed = center
            .keys
            .seal(&Place::new("receipts", &place), &json(&after));
        let write = Write::PutReceipts {
            instance,
            initial_contact: seat.initial_contact,
            participant: seat.participant,
            sealed,
        };
        store
            .commit(vec![write])
            .await
            .map_err(crate::app::unavailable)?;
        let frame = ChatFrame::Receipt(told);
        center.publish(row.contact, seat.initial_contact, &frame);
        Ok(())
    }

    /// Receipts of a chat: of each participant the newest item received and the newest one read.
    pub(crate) async fn receipts_of(
        &self,
        center: &Center,
        initial_contact: ContactId,
    ) -> Result<Vec<Receipt>, AppError> {
        let rows = self
            .0
            .around
            .store
            .receipts(center.scope.instance, initial_contact)
            .await
            .map_err(crate::app::unavailable)?;
        let mut receipts = Vec::new();
        for (participant, sealed) in &rows {
            let row = receipts_row(initial_contact, *participant);
            let clear = center.keys.open(&Place::new("receipts", &row), sealed)?;
            let stored: Vec<Receipt> =
                serde_json::from_slice(&clear).map_err(|_| AppError::Internal)?;
            receipts.extend(stored);
        }
        Ok(receipts)
    }
}

fn receipts_row(initial_contact: ContactId, participant: ParticipantId) -> [u8; 32] {
    let mut row = [0; 32];
    let bytes = initial_contact
        .into_bytes()
        .into_iter()
        .chain(participant.into_bytes());
    for (to, from) in row.iter_mut().zip(bytes) {
        *to = from;
    }
    row
}

/// A participant's receipts after this news, and the receipt to tell of; `None` where it is no news.
/// What was received or read stays so: the newest of each is kept, and its first time.
fn advanced(before: &[Receipt], news: Receipt) -> Option<(Vec<Receipt>, Receipt)> {
    let known = before.iter().find(|receipt| receipt.item == news.item);
    let told = Receipt {
        delivered_at: known
            .and_then(|known| known.delivered_at)
            .or(news.delivered_at),
        read_at: known.and_then(|known| known.read_at).or(news.read_at),
        ..news
    };
    let others = before.iter().filter(|receipt| receipt.item != told.item);
    let all: Vec<&Receipt> = others.chain([&told]).collect();
    let received = all.iter().max_by_key(|receipt| receipt.sequence).copied();
    let read = all
        .iter()
        .filter(|receipt| receipt.read_at.is_some())
        .max_by_key(|receipt| receipt.sequence)
        .copied();
    let mut after: Vec<Receipt> = read.into_iter().cloned().collect();
    after.extend(
        received
            .filter(|received| Some(received.item) != read.map(|read| read.item))
            .cloned(),
    );
    (after != before).then_some((after, told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn news(sequence: u64, read: bool, second: i64) -> Receipt {
        let at = Timestamp::from_secs(second);
        Receipt {
            item: TranscriptItemId::from_u128(sequence.into()),
            sequence,
            contact: ContactId::from_u128(1),
            initial_contact: ContactId::from_u128(1),
            participant: ParticipantId::from_u128(1),
            delivered_at: Some(at),
            read_at: read.then_some(at),
        }
    }

    /// The sequence numbers of the newest item read and the newest one received.
    fn after(all: &[Receipt]) -> (Option<u64>, Option<u64>) {
        let mut kept = Vec::new();
        for receipt in all {
            if let Some((next, _)) = advanced(&kept, receipt.clone()) {
                kept = next;
            }
        }
        let read = kept.iter().filter(|receipt| receipt.read_at.is_some());
        (
            read.map(|receipt| receipt.sequence).max(),
            kept.iter().map(|receipt| receipt.sequence).max(),
        )
    }

    #[test]
    fn what_was_read_stays_read_when_something_newer_is_only_received() {
        assert_eq!(
            after(&[news(3, true, 1), news(5, false, 2)]),
            (Some(3), Some(5))
        );
    }

    #[test]
    fn receipts_never_move_back() {
        let late = [news(5, true, 1), news(3, true, 2), news(4, false, 3)];
        assert_eq!(after(&late), (Some(5), Some(5)));
        assert!(advanced(&[news(5, true, 1)], news(3, true, 2)).is_none());
    }

    #[test]
    fn a_receipt_keeps_its_first_time() {
        let told = advanced(&[news(5, false, 1)], news(5, true, 9)).map(|(_, told)| told);
        let times = told.map(|told| (told.delivered_at, told.read_at));
        let (first, second) = (Timestamp::from_secs(1), Timestamp::from_secs(9));
        assert_eq!(times, Some((Some(first), Some(second))));
        assert!(advanced(&[news(5, true, 1)], news(5, true, 9)).is_none());
    }
}
