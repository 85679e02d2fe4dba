//! How many legs are relayed between trunks on one core, here and by rtpengine in user space.
//!
//! Relay and generator have a core each (0 and 1). A leg is a stream of G.711 in 20 ms both ways with
//! reports every 5 s, both on a port of its own; two legs make a call. The number of legs is found by halving:
//! more than 0.01 % lost, as the receiver counts them, or a 99th percentile of the delay of 5 ms and more
//! is too many, if it happens twice. With SRTP the two sides of a call have different suites (HMAC-SHA1 cut
//! to 80 and to 32 bits), so that no relay can pass packets on unopened. Delays include the generator's
//! own. rtpengine is left out where it is not installed (Debian: `rtpengine-daemon`).
//!
//! `-- --legs 3000` lets so many legs send once, here alone: for a profile (with ` --srtp` in SRTP).
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

mod generator;
mod ours;
mod processor;
mod rtpengine;

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use media::leg::LegKeys;
use media::srtp::Suite;
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::generator::{End, Generator, Run};
use crate::ours::Ours;
use crate::rtpengine::Rtpengine;

const RELAY_CORE: usize = 0;
const GENERATOR_CORE: usize = 1;
/// The suites of both sides of a call.
const SUITES: [Suite; 2] = [Suite::AesCm128HmacSha1_80, Suite::AesCm128HmacSha1_32];
/// What the search begins with, and where it ends.
const LEGS_FIRST: usize = 1000;
const LEGS_MAX: usize = 9000;
/// The search ends when it knows the number to this share.
const PRECISION: f64 = 0.05;
/// Before each measurement, so that addresses, caches and clocks have settled.
const WARM: Duration = Duration::from_millis(400);
const SPAN: Duration = Duration::from_millis(1500);
/// The number that was found is measured once more, for longer.
const FINAL_SPAN: Duration = Duration::from_secs(4);
const LOSS_MAX: f64 = 0.000_1;
const DELAY_MAX: Duration = Duration::from_millis(5);

/// An end of a call before the relay knows it.
#[derive(Clone, Copy)]
struct EndPlan {
    ssrc: u32,
}

enum Relay {
    Ours(Ours),
    Rtpengine(Rtpengine),
}

fn main() {
    // Built along with the tests, it is not run with them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    pin(GENERATOR_CORE);
    if let Some(legs) = legs_wanted() {
        let secured = std::env::args().any(|argument| argument == "--srtp");
        let engine = std::env::args().any(|argument| argument == "--rtpengine");
        let mut relay = if engine {
            Relay::Rtpengine(Rtpengine::start(RELAY_CORE).unwrap())
        } else {
            Relay::Ours(Ours::start(RELAY_CORE))
        };
        attempt(&mut relay, &mut Generator::new(), legs, SPAN, secured);
        return;
    }
    let mut lines = String::new();
    for secured in [false, true] {
        let with = if secured { "SRTP" } else { "RTP" };
        let ours = measure(Relay::Ours(Ours::start(RELAY_CORE)), secured);
        lines += &line(with, "here", &ours, "3,000; twice rtpengine");
        match Rtpengine::start(RELAY_CORE) {
            Some(engine) => {
                let peer = measure(Relay::Rtpengine(engine), secured);
                lines += &line(with, "rtpengine", &peer, "");
                let times = ours.run.legs as f64 / peer.run.legs.max(1) as f64;
                writeln!(
                    lines,
                    "| the same with {with}, against rtpengine | {times:.2} times | 2 times |"
                )
                .unwrap();
            }
            None => eprintln!("rtpengine is not installed or does not start: no comparison"),
        }
    }
    println!("| what | measured | target |\n|---|---|---|\n{lines}");
    // Where `scripts/bench.sh` finds them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lines");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("relay.md"), lines).unwrap();
}

/// The number behind `--legs`.
fn legs_wanted() -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--legs");
    arguments.nth(1)?.parse().ok()
}

/// The last run that was good enough, and the processor time of a packet in it.
struct Measured {
    run: Run,
    packet_ns: u64,
}

fn line(with: &str, who: &str, measured: &Measured, target: &str) -> String {
    let Measured { run, packet_ns } = measured;
    format!(
        "| legs relayed trunk to trunk on one core, {with}, {who} | {} legs; loss {:.4} %, delay p50 {:.2} ms, \
         p99 {:.2} ms, max {:.1} ms; {:.2} µs of processor time a packet; load {} | {target} |\n",
        run.legs,
        100.0 * run.loss(),
        run.p50.as_secs_f64() * 1e3,
        run.p99.as_secs_f64() * 1e3,
        run.max.as_secs_f64() * 1e3,
        *packet_ns as f64 / 1e3,
        processor::load(),
    )
}

fn measure(mut relay: Relay, secured: bool) -> Measured {
    let mut generator = Generator::new();
    let mut good = None;
    let (mut low, mut high) = (0, LEGS_MAX);
    let mut next = LEGS_FIRST;
    while low == 0 || (high - low) as f64 > PRECISION * low as f64 {
        match attempt(&mut relay, &mut generator, next, SPAN, secured) {
            Some(run) => (low, good) = (next, Some(run)),
            None => high = next,
        }
        assert!(high >= 20, "not even a few legs are relayed");
        // Up by half until there is an upper bound, then halving.
        let up = if high == LEGS_MAX {
            low + low / 2
        } else {
            usize::midpoint(low, high)
        };
        next = up.clamp(2, LEGS_MAX) & !1;
        if low == LEGS_MAX {
            break;
        }
    }
    // For longer, and with fewer legs if need be.
    let mut legs = low;
    while legs > low / 2 {
        if let Some(run) = attempt(&mut relay, &mut generator, legs, FINAL_SPAN, secured) {
            good = Some(run);
            break;
        }
        legs = (legs as f64 * (1.0 - PRECISION)) as usize & !1;
    }
    if let Relay::Ours(ours) = relay {
        ours.stop();
    }
    good.unwrap()
}

/// Lets so many legs send; nothing where that was too much twice.
fn attempt(
    relay: &mut Relay,
    generator: &mut Generator,
    legs: usize,
    span: Duration,
    secured: bool,
) -> Option<Measured> {
    add_calls(relay, generator, legs, secured);
    for _ in 0..2 {
        generator.settle();
        generator.run(legs, WARM);
        let before = relay.processor_ns();
        let run = generator.run(legs, span);
        let packet_ns = (relay.processor_ns() - before) / run.received.max(1);
        let good = run.is_valid() && run.loss() <= LOSS_MAX && run.p99 < DELAY_MAX;
        eprintln!(
            "{legs} legs: sent {}, lost {}, reports {}, p50 {:?}, p99 {:?}, max {:?}, {packet_ns} ns a packet, \
             generator late {:?}: {}",
            run.sent,
            run.sent.saturating_sub(run.received),
            run.reports,
            run.p50,
            run.p99,
            run.max,
            run.late,
            if good { "good" } else { "too many" },
        );
        if good {
            return Some(Measured { run, packet_ns });
        }
    }
    None
}

fn add_calls(relay: &mut Relay, generator: &mut Generator, legs: usize, secured: bool) {
    while generator.ends.len() < legs {
        let ssrc = generator.ends.len() as u32;
        let plans = [EndPlan { ssrc }, EndPlan { ssrc: ssrc + 1 }];
        let made = relay.call(plans, generator.address(), secured);
        for (plan, (address, keys)) in plans.into_iter().zip(made) {
            generator.ends.push(End::new(plan.ssrc, address, keys));
        }
    }
}

impl Relay {
    fn call(
        &mut self,
        plans: [EndPlan; 2],
        remote: SocketAddr,
        secured: bool,
    ) -> [(SocketAddr, Option<LegKeys>); 2] {
        match self {
            Self::Ours(ours) => ours.call(plans, remote, secured),
            Self::Rtpengine(engine) => engine.call(plans, remote, secured),
        }
    }

    fn processor_ns(&self) -> u64 {
        match self {
            Self::Ours(_) => ours::processor_ns(),
            Self::Rtpengine(engine) => engine.processor_ns(),
        }
    }
}

fn pin(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).unwrap();
}
