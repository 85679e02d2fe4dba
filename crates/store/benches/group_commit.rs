//! Durable commits per second through the store: batches like those of a new contact, many in flight.
//!
//! `cargo bench -p store` writes one line per number in flight.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench prints its measurements"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::ports::keys::{KeyOwner, KeyStore, WrappedKey};
use app::ports::store::{Sealed, Store, Write};
use model::{AuditEntryId, ContactId, InstanceId, Timestamp};
use store::SqliteStore;

const INSTANCE: InstanceId = InstanceId::from_u128(1);
const LASTS: Duration = Duration::from_secs(5);

fn sealed(bytes: usize) -> Sealed {
    Sealed(vec![7; bytes])
}

/// State, two events, audit entry and outbox row of a contact that begins.
fn batch(contact: ContactId) -> Vec<Write> {
    let at = Timestamp::from_millis(1);
    let instance = INSTANCE;
    let event = || Write::AppendContactEvent {
        instance,
        contact,
        at,
        sealed: sealed(200),
    };
    vec![
        Write::PutContactState {
            instance,
            contact,
            sealed: sealed(1000),
        },
        event(),
        event(),
        Write::AppendAudit {
            id: AuditEntryId::from_u128(contact.as_u128()),
            instance: Some(instance),
            at,
            sealed: sealed(600),
        },
        Write::AppendOutbox {
            instance,
            topic: "contact-events".to_owned(),
            at,
            sealed: sealed(300),
        },
    ]
}

#[derive(Clone, Copy)]
enum Work {
    Data,
    KeyThenData,
}

async fn measure(in_flight: u64, work: Work) -> (f64, u64) {
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let store = Arc::new(SqliteStore::open(dir.path()).unwrap());
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..in_flight)
        .map(|_| {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            tokio::spawn(async move {
                while started.elapsed() < LASTS {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let contact = ContactId::from_u128(
                        u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
                    );
                    if matches!(work, Work::KeyThenData) {
                        let owner = KeyOwner::Contact(INSTANCE, contact);
                        let wrapped = vec![7; 73];
                        KeyStore::put(store.as_ref(), vec![WrappedKey { owner, wrapped }])
                            .await
                            .unwrap();
                    }
                    store.commit(batch(contact)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let took = started.elapsed().as_secs_f64();
    let committed = next.load(Ordering::Relaxed);
    let states = store.contact_states(INSTANCE).await.unwrap().len() as u64;
    assert_eq!(states, committed, "every commit left its row");
    (committed as f64 / took, committed)
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("work                     in flight   commits/s   commits");
    for (name, work) in [
        ("five rows", Work::Data),
        ("key, then five rows", Work::KeyThenData),
    ] {
        for in_flight in [1, 16, 64, 256] {
            let (per_second, committed) = runtime.block_on(measure(in_flight, work));
            println!("{name:<24} {in_flight:>9} {per_second:>11.0} {committed:>9}");
        }
    }
}
