#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use super::{Verdict, run_folder};

/// The folder with real exported flows, where one is named; flows of our own otherwise.
fn folder() -> std::path::PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
    std::env::var_os("RINGFENCE_FLOWS_DIR").map_or(own, Into::into)
}

#[test]
fn every_flow_that_publishes_ends_and_every_other_is_refused_with_reasons() {
    let outcomes = run_folder(&folder()).unwrap();
    let ran = outcomes
        .iter()
        .filter(|o| matches!(o.verdict, Verdict::Ended { .. }))
        .count();
    assert!(ran > 0, "no flow ran");
    for outcome in &outcomes {
        if let Verdict::Refused(problems) = &outcome.verdict {
            assert!(!problems.is_empty(), "{outcome}");
            assert!(
                problems.iter().all(|problem| !problem.reason.is_empty()),
                "{outcome}"
            );
        }
    }
}
