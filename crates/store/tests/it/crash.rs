//! A process killed in the midst of commits: what was acknowledged is there, nothing is there by half.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use app::ports::keys::{KeyOwner, KeyStore, WrappedKey};
use app::ports::store::{Store, Write};
use store::SqliteStore;
use tokio::task::JoinSet;

use crate::conformance::rows::*;

const TEST: &str = "crash::what_was_acknowledged_survives_a_kill_and_nothing_is_left_by_half";
/// Tells the test that it is the process to be killed, and which data directory it uses.
const CHILD_DIR: &str = "RINGFENCE_TEST_CRASH_DIR";
const WRITERS: u128 = 32;
const ACKNOWLEDGED_BEFORE_KILL: usize = 400;

#[test]
fn what_was_acknowledged_survives_a_kill_and_nothing_is_left_by_half() {
    if let Some(dir) = std::env::var_os(CHILD_DIR) {
        write_until_killed(Path::new(&dir));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // Twice: the second process starts from what the first one left.
    let mut acknowledged = Vec::new();
    for _ in 0..2 {
        acknowledged.extend(run_and_kill(dir.path()));
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(check(dir.path(), &acknowledged));
}

/// Runs this test as a child, kills it after some acknowledgements, and gives all that it made.
fn run_and_kill(dir: &Path) -> Vec<u128> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    while acknowledged.len() < ACKNOWLEDGED_BEFORE_KILL {
        let line = lines.next().unwrap();
        acknowledged.extend(number_of(&line.unwrap()));
    }
    // SIGKILL on Unix.
    child.kill().unwrap();
    // What it had said before it died counts as well.
    acknowledged.extend(
        lines
            .map_while(Result::ok)
            .filter_map(|line| number_of(&line)),
    );
    child.wait().unwrap();
    acknowledged
}

fn number_of(line: &str) -> Option<u128> {
    line.strip_prefix("committed ")?.parse().ok()
}

fn write_until_killed(dir: &Path) {
    let store = Arc::new(SqliteStore::open(dir).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let first = store.records(HERE, None, u32::MAX).await.unwrap();
        // Beyond every number of an earlier process, acknowledged or not.
        let start = first
            .iter()
            .map(|row| row.contact.as_u128() / 1_000_000 + 1);
        let start = start.max().unwrap_or(1) * 1_000_000;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let store = Arc::clone(&store);
            writers.spawn(async move {
                let mut number = start + writer;
                loop {
                    commit_one(&store, number).await;
                    // Around the capture of the test harness, and whole lines only.
                    let line = format!("committed {number}\n");
                    let mut out = std::io::stdout().lock();
                    out.write_all(line.as_bytes()).unwrap();
                    out.flush().unwrap();
                    drop(out);
                    number += WRITERS;
                }
            });
        }
        writers.join_next().await;
    });
}

async fn commit_one(store: &SqliteStore, number: u128) {
    let owner = KeyOwner::Contact(HERE, contact(number));
    let wrapped = number.to_be_bytes().to_vec();
    KeyStore::put(store, vec![WrappedKey { owner, wrapped }])
        .await
        .unwrap();
    store
        .commit(vec![
            state(number, "open"),
            event(number, "initiated"),
            Write::InsertTranscriptItem(item(number, 1)),
            Write::InsertRecord(record(number, 1)),
        ])
        .await
        .unwrap();
}

async fn check(dir: &Path, acknowledged: &[u128]) {
    let store = SqliteStore::open(dir).unwrap();
    let records = store.records(HERE, None, u32::MAX).await.unwrap();
    let mut recorded: Vec<u128> = records.iter().map(|row| row.contact.as_u128()).collect();
    recorded.sort_unstable();
    for number in acknowledged {
        assert!(recorded.binary_search(number).is_ok(), "{number} is lost");
    }
    // Each batch wrote one row of each kind; so as many of each are there, of the same contacts.
    let states = store.contact_states(HERE).await.unwrap();
    let open: Vec<u128> = states
        .iter()
        .map(|(contact, _)| contact.as_u128())
        .collect();
    assert_eq!(open, recorded);
    for number in recorded {
        let events = store.contact_events(HERE, contact(number), 0, 9).await;
        assert_eq!(events.unwrap().len(), 1);
        let items = store.transcript(HERE, contact(number), 0, 9, 9).await;
        assert_eq!(items.unwrap(), [item(number, 1)]);
        let owner = KeyOwner::Contact(HERE, contact(number));
        let key = KeyStore::get(&store, owner).await.unwrap().unwrap();
        assert_eq!(key.wrapped, number.to_be_bytes());
    }
}
