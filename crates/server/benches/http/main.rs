//! The whole program over TLS: DescribeQueue, chat messages, memory of idle chats.
//!
//! Starts `ringfence demo` (the binary that `RINGFENCE_BIN` names, else the one built along) on a free
//! port of this machine and ends it. `cargo bench -p server --bench http` prints a line of a table for
//! each. The program and its load share the machine: the processor time of both is told.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints its measurements"
)]

mod chats;
mod client;
mod program;
mod queues;

use std::path::Path;

use crate::program::Program;

fn main() {
    // Built along with the tests, it is not run with them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let program = Program::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lines = runtime.block_on(async {
        let describe = queues::measure(&program).await;
        let chats = chats::measure(&program).await;
        [describe, chats].concat()
    });
    drop(program);
    println!("| what | measured | target |\n|---|---|---|\n{lines}");
    // Where `scripts/bench.sh` finds them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lines");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("http.md"), lines).unwrap();
}
