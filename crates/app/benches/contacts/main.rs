//! Contacts taken durably from start to offered, the start with many contacts stored, and what recordings cost.
//!
//! Through the use cases on the real store (a disk's folder, full fsync), local keys, the real policy and
//! with the outbox on. `cargo bench -p app --bench contacts` prints a line of a table for each.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench prints its measurements"
)]

mod center;
mod offered;
mod recorded;
mod start;

use std::path::Path;

fn main() {
    // Built along with the tests, it is not run with them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let lines = [offered::measure(), start::measure(), recorded::measure()].concat();
    println!("| what | measured | target |\n|---|---|---|\n{lines}");
    // Where `scripts/bench.sh` finds them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lines");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("contacts.md"), lines).unwrap();
}
