//! The start with many contacts stored.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use app::ports::keys::{KeyOwner, KeyStore, WrappedKey};
use app::ports::store::{Batch, RecordRow, Sealed, Store, TranscriptRow, Write};
use model::{AuditEntryId, ContactId, InstanceId, Timestamp, TranscriptItemId};
use tokio::runtime::Runtime;

use crate::center::{self, Center};
use crate::offered::start_contacts;

const CLOSED: usize = 100_000;
const OPEN: usize = 1_000;
/// Closed contacts written in one transaction.
const CONTACTS_PER_BATCH: usize = 250;

/// From opening the store until the first contact was ended. The root key is open before: deriving it
/// from the passphrase takes its time by design, whatever is stored.
pub(crate) fn measure() -> String {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (instance, open) = fill(folder.path());
    let provider = center::root_key(folder.path());
    let contact = *open.first().unwrap();
    let runtime = Runtime::new().unwrap();
    let (opened, ready) = runtime.block_on(async {
        let began = Instant::now();
        let (app, store) = center::open(folder.path(), provider).await;
        let opened = began.elapsed();
        center::stop_contact(&app, instance, contact).await;
        let ready = began.elapsed();
        let states = store.contact_states(instance).await.unwrap();
        assert_eq!(states.len(), OPEN - 1, "one of the open contacts was ended");
        let records = count_records(&store, instance).await;
        assert_eq!(records, CLOSED + 2, "all closed contacts are there");
        (opened, ready)
    });
    format!(
        "| start with {CLOSED} closed contacts stored and {OPEN} open ones, files in the page cache \
         | {:.2} s, first contact ended after {:.2} s | 2 s |\n",
        opened.as_secs_f64(),
        ready.as_secs_f64()
    )
}

/// One contact is taken and closed by the use cases; the other closed ones are its rows under ids of
/// their own, in everything else like real ones: same tables, sizes and indexes. The open ones are real.
fn fill(folder: &Path) -> (InstanceId, BTreeSet<ContactId>) {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let center = Center::create(folder).await;
        let model = ClosedContact::take(&center).await;
        let numbers: Vec<u64> = (0..CLOSED as u64).collect();
        for numbers in numbers.chunks(CONTACTS_PER_BATCH) {
            let store = Arc::clone(&center.store);
            let (keys, batch) = model.copies(center.instance, numbers);
            KeyStore::put(store.as_ref(), keys).await.unwrap();
            store.commit(batch).await.unwrap();
        }
        let open = start_contacts(&center, OPEN).await;
        assert_eq!(open.len(), OPEN);
        (center.instance, open)
    })
}

async fn count_records(store: &Arc<store::SqliteStore>, instance: InstanceId) -> usize {
    let (mut before, mut count) = (None, 0);
    loop {
        let page = store.records(instance, before, 10_000).await.unwrap();
        let Some(last) = page.last() else {
            return count;
        };
        before = Some((last.initiated_at, last.contact));
        count += page.len();
    }
}

/// What is stored of a contact that is over.
struct ClosedContact {
    record: RecordRow,
    events: Vec<(u64, Timestamp, Sealed)>,
    items: Vec<TranscriptRow>,
    audit: Vec<(Timestamp, Sealed)>,
    key: WrappedKey,
}

impl ClosedContact {
    async fn take(center: &Center) -> Self {
        let (store, instance) = (&center.store, center.instance);
        let before = store.audit(None, 1).await.unwrap();
        let before = before.first().map_or(0, |(number, ..)| *number);
        let contact = center.start_contact(u128::MAX).await;
        center::stop_contact(&center.app, instance, contact).await;
        let audit = store.audit(None, 10).await.unwrap();
        let owner = KeyOwner::Contact(instance, contact);
        let key = KeyStore::get(store.as_ref(), owner).await.unwrap();
        Self {
            record: store.record(instance, contact).await.unwrap().unwrap(),
            events: store
                .contact_events(instance, contact, 0, 100)
                .await
                .unwrap(),
            items: store
                .transcript(instance, contact, 0, 100, 100)
                .await
                .unwrap(),
            audit: audit
                .into_iter()
                .filter(|(number, ..)| *number > before)
                .map(|(_, _, _, at, sealed)| (at, sealed))
                .collect(),
            key: key.unwrap(),
        }
    }

    /// Rows and keys like this contact's, one set for each number.
    fn copies(&self, instance: InstanceId, numbers: &[u64]) -> (Vec<WrappedKey>, Batch) {
        let mut batch = Vec::new();
        let mut keys = Vec::new();
        for number in numbers {
            let contact = ContactId::from_u128(spread(*number, 0));
            keys.push(WrappedKey {
                owner: KeyOwner::Contact(instance, contact),
                wrapped: self.key.wrapped.clone(),
            });
            batch.push(Write::InsertRecord(RecordRow {
                contact,
                initial_contact: contact,
                ..self.record.clone()
            }));
            for (_, at, sealed) in &self.events {
                batch.push(Write::AppendContactEvent {
                    instance,
                    contact,
                    at: *at,
                    sealed: sealed.clone(),
                });
            }
            for item in &self.items {
                batch.push(Write::InsertTranscriptItem(TranscriptRow {
                    initial_contact: contact,
                    contact,
                    item: TranscriptItemId::from_u128(spread(*number, item.sequence + 1)),
                    ..item.clone()
                }));
            }
            for (index, (at, sealed)) in self.audit.iter().enumerate() {
                batch.push(Write::AppendAudit {
                    id: AuditEntryId::from_u128(spread(*number, index as u64)),
                    instance: Some(instance),
                    at: *at,
                    sealed: sealed.clone(),
                });
            }
        }
        (keys, batch)
    }
}

/// Ids as spread as random ones, a different one for each pair.
fn spread(number: u64, salt: u64) -> u128 {
    (u128::from(number) << 8 | u128::from(salt))
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}
