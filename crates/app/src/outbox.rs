//! What leaves: rows written with the changes they tell of, fetched and acknowledged by a destination.

use model::{InstanceId, Timestamp};
use zeroize::Zeroizing;

use crate::App;
use crate::error::AppError;
use crate::ports::store::Write;
use crate::vault::Place;

/// Something to be sent outside.
#[derive(Debug)]
pub struct OutboxItem {
    /// Its place in the order of all.
    pub number: u64,
    /// The instance it tells of.
    pub instance: InstanceId,
    /// `contact-events`, `agent-events` or `contact-records`.
    pub topic: String,
    /// When it was written.
    pub at: Timestamp,
    /// JSON.
    pub body: Zeroizing<Vec<u8>>,
}

impl App {
    /// Items after this number, in order.
    ///
    /// # Errors
    /// `Unavailable` where the store does not answer, `Internal` where a row does not open.
    pub async fn outbox_items(&self, after: u64, limit: u32) -> Result<Vec<OutboxItem>, AppError> {
        let rows = self
            .0
            .around
            .store
            .outbox(after, limit)
            .await
            .map_err(crate::app::unavailable)?;
        rows.into_iter()
            .map(|(number, instance, topic, at, sealed)| {
                let center = self.center(instance)?;
                let body = center
                    .keys
                    .open(&Place::new("outbox", topic.as_bytes()), &sealed)?;
                Ok(OutboxItem {
                    number,
                    instance,
                    topic,
                    at,
                    body,
                })
            })
            .collect()
    }

    /// Everything up to this number has been taken durably by its destination.
    ///
    /// # Errors
    /// `Unavailable`; the items will be sent again.
    pub async fn outbox_sent(&self, up_to: u64) -> Result<(), AppError> {
        let batch = vec![Write::DeleteOutbox { up_to }];
        self.0
            .around
            .store
            .commit(batch)
            .await
            .map_err(crate::app::unavailable)
    }
}
