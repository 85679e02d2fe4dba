//! The whole program over TLS: DescribeQueue, chat messages, memory of idle and of connected chats.
//!
//! Starts `ringfence demo` (the binary that `RINGFENCE_BIN` names, else the one built along) on a free
//! port of this machine and ends it. `cargo bench -p server --bench http` prints a line of a table for
//! each. The program and its load share the machine: the processor time of both is told.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints its measurements"
)]

mod agents;
mod chats;
mod client;
mod delays;
mod messages;
mod program;
mod queues;

use std::path::Path;

use crate::program::Program;

fn main() {
    // Built along with the tests, it is not run with them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut program = Program::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let agents = runtime.block_on(agents::sign_in(&program, chats::AGENTS));
    // Checking passwords takes memory that the allocator keeps and chats would use unseen. Sessions are
    // stored.
    program.restart();
    let lines = runtime.block_on(async {
        let describe = queues::measure(&program).await;
        let chats = chats::measure(&program, agents).await;
        [describe, chats].concat()
    });
    drop(program);
    println!("| what | measured | target |\n|---|---|---|\n{lines}");
    // Where `scripts/bench.sh` finds them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lines");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("http.md"), lines).unwrap();
}
