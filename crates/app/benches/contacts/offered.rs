//! Contacts taken durably from start to offered.

use std::collections::BTreeSet;
use std::time::Instant;

use app::ports::keys::{KeyOwner, KeyStore};
use app::ports::store::Store;
use engine::ContactEvent;
use engine::effect::ContactEventKind;
use futures_util::StreamExt;
use model::{ContactId, Timestamp};
use tokio::runtime::Runtime;

use crate::center::Center;

const CONTACTS: usize = 5_000;
/// Each takes two chats; some stay free, so that no contact waits.
const AGENTS: usize = CONTACTS / 2 + 100;
pub(crate) const IN_FLIGHT: usize = 64;

pub(crate) fn measure() -> String {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let center = Center::create(folder.path()).await;
        futures_util::stream::iter(0..AGENTS)
            .map(|number| {
                let center = center.clone();
                async move { center.create_free_agent(number as u128).await }
            })
            .buffer_unordered(IN_FLIGHT)
            .collect::<Vec<()>>()
            .await;
        let mut bounds = Bounds::before(&center).await;
        let began = Instant::now();
        let contacts = start_contacts(&center, CONTACTS).await;
        let took = began.elapsed().as_secs_f64();
        bounds.ended_at = center.app.now();
        let outbox_rows = assert_rows(&center, &contacts, &bounds).await;
        let written = format!(
            "{CONTACTS} states, keys and audit entries, {outbox_rows} outbox rows, all there"
        );
        format!(
            "| contacts taken durably from start to offered, {IN_FLIGHT} in flight ({written}) \
             | {:.0} a second | 1,500 a second |\n",
            CONTACTS as f64 / took
        )
    })
}

/// Starts so many contacts, [`IN_FLIGHT`] at a time; all of them are acknowledged when it returns.
pub(crate) async fn start_contacts(center: &Center, count: usize) -> BTreeSet<ContactId> {
    futures_util::stream::iter(0..count)
        .map(|number| {
            let center = center.clone();
            tokio::spawn(async move { center.start_contact(number as u128).await })
        })
        .buffer_unordered(IN_FLIGHT)
        .map(Result::unwrap)
        .collect()
        .await
}

/// What belongs to the measured time.
struct Bounds {
    /// Numbers of the last rows before it.
    audit: u64,
    outbox: u64,
    /// When the last contact was acknowledged.
    ended_at: Timestamp,
}

impl Bounds {
    async fn before(center: &Center) -> Self {
        let audit = center.store.audit(None, 1).await.unwrap();
        let mut outbox = 0;
        loop {
            let rows = center.store.outbox(outbox, 1_000).await.unwrap();
            match rows.last() {
                Some((number, ..)) => outbox = *number,
                None => break,
            }
        }
        Self {
            audit: audit.first().map_or(0, |(number, ..)| *number),
            outbox,
            ended_at: center.app.now(),
        }
    }
}

/// Everything that was acknowledged is there: state, key and history of each contact, one audit entry and
/// one offer for each. Returns how many rows are in the outbox.
async fn assert_rows(center: &Center, contacts: &BTreeSet<ContactId>, bounds: &Bounds) -> usize {
    let (store, instance) = (&center.store, center.instance);
    assert_eq!(contacts.len(), CONTACTS, "each is a contact of its own");
    let states = store.contact_states(instance).await.unwrap();
    let states: BTreeSet<ContactId> = states.into_iter().map(|(contact, _)| contact).collect();
    assert_eq!(states, *contacts, "each has its state");

    let mut history_rows = 0;
    for contact in contacts {
        let owner = KeyOwner::Contact(instance, *contact);
        let key = KeyStore::get(store.as_ref(), owner).await.unwrap();
        assert!(key.is_some(), "each has its key");
        let events = store.contact_events(instance, *contact, 0, 100).await;
        history_rows += events.unwrap().len();
    }

    let limit = u32::try_from(2 * CONTACTS).unwrap();
    let audit = store.audit(None, limit).await.unwrap();
    let fresh = audit.iter().filter(|(number, ..)| *number > bounds.audit);
    assert_eq!(fresh.count(), CONTACTS, "each start is in the audit trail");

    let (mut after, mut outbox_rows, mut events) = (bounds.outbox, 0, 0);
    let mut offered = BTreeSet::new();
    loop {
        let items = center.app.outbox_items(after, 1_000).await.unwrap();
        let Some(last) = items.last() else {
            break;
        };
        after = last.number;
        outbox_rows += items.len();
        for item in items.iter().filter(|item| item.topic == "contact-events") {
            events += 1;
            let event: ContactEvent = serde_json::from_slice(&item.body).unwrap();
            if matches!(event.kind, ContactEventKind::Offered { .. }) {
                assert!(event.at <= bounds.ended_at, "none was offered later");
                offered.insert(event.contact);
            }
        }
    }
    assert_eq!(offered, *contacts, "each was offered");
    assert_eq!(events, history_rows, "each event is in the outbox");
    outbox_rows
}
