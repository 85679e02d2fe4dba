#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Settings, simulate};
use crate::store::Bug;

fn settings(seed: u64, bug: Option<Bug>) -> Settings {
    Settings {
        seed,
        steps: 50,
        bug,
    }
}

#[test]
fn two_hundred_histories_hold() {
    let reports: Vec<_> = (0..200)
        .map(|seed| simulate(settings(seed, None)).unwrap())
        .collect();
    // What holds in an empty center proves nothing: these histories must have been busy.
    assert!(reports.iter().map(|r| r.answered).sum::<u64>() > 1000);
    assert!(reports.iter().map(|r| r.crashes).sum::<u64>() > 500);
    assert!(reports.iter().map(|r| r.items).sum::<u64>() > 10_000);
}

#[test]
fn a_seed_replays_its_history() {
    let twice = [
        simulate(settings(7, None)).unwrap(),
        simulate(settings(7, None)).unwrap(),
    ];
    assert_eq!(twice[0], twice[1]);
}

#[test]
fn each_fault_put_in_on_purpose_is_found() {
    for (name, bug) in Bug::ALL {
        let found = (0..100).any(|seed| simulate(settings(seed, Some(bug))).is_err());
        assert!(found, "{name}");
    }
}
