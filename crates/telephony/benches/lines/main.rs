//! Calls between a trunk and a browser on one core, and the memory of calls that hear music.
//!
//! The thread of media has core 0, both ends of all calls share core 1: browsers are played by str0m too, so
//! the ends need as much as the thread or more. What is told is therefore what the thread needs for a call,
//! besides the largest number of calls that both sides kept up with.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a bench prints its measurements"
)]

mod browser;
#[path = "../relay/processor.rs"]
mod processor;

use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::Law;
use media::frame::FRAME_BYTES;
use media::leg::{Codec, Direction, LegConfig, LegLimits};
use media::prompt::Prompt;
use media::rtp::OutgoingConfig;
use media::webrtc::DtlsIdentity;
use model::{Secret, Timestamp};
use rustix::thread::{CpuSet, sched_setaffinity};
use telephony::BrowserPort;
use telephony::bench::{Leg, MediaThreads};

use crate::browser::Browser;

const MEDIA_CORE: usize = 0;
const LOAD_CORE: usize = 1;
/// Calls that are tried, one number after the other.
const CALLS: [usize; 5] = [100, 300, 600, 900, 1200];
/// Calls in queue.
const QUEUED: usize = 2000;
const FRAME: Duration = Duration::from_millis(20);
/// Frames of a measurement, and those before it.
const FRAMES: u32 = 150;
const WARM_FRAMES: u32 = 25;
const LOSS_MAX: f64 = 0.000_1;
const DELAY_MAX: Duration = Duration::from_millis(5);
/// How long the last browser may take to connect.
const CONNECT_MAX: Duration = Duration::from_secs(30);

fn main() {
    // Built along with the tests, it is not run with them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut set = CpuSet::new();
    set.set(LOAD_CORE);
    sched_setaffinity(None, &set).unwrap();
    let lines = [measure_queue(), measure_bridge()].concat();
    println!("| what | measured | target |\n|---|---|---|\n{lines}");
    // Where `scripts/bench.sh` finds them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-lines");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lines.md"), lines).unwrap();
}

/// What calls that hear music add to the memory of this process, and to that of the kernel.
fn measure_queue() -> String {
    let music = Prompt::from_samples(&vec![1000; 80_000]);
    let mut threads = MediaThreads::start(&[MEDIA_CORE], None, Some(music)).unwrap();
    let listener = UdpSocket::bind("127.0.0.1:0").unwrap();
    // The first calls pay for what all have in common.
    for _ in 0..10 {
        threads.queue(leg(&listener));
    }
    std::thread::park_timeout(FRAME * 10);
    let (resident, slab) = (resident_kib(), slab_kib());
    for _ in 0..QUEUED {
        threads.queue(leg(&listener));
    }
    let before = processor::used_ns(std::process::id(), "media-");
    std::thread::park_timeout(FRAME * FRAMES);
    let spent = processor::used_ns(std::process::id(), "media-") - before;
    let (resident, slab) = (resident_kib() - resident, slab_kib() - slab);
    threads.stop();
    format!(
        "| media of a call that hears music | {:.2} KiB resident, {:.2} KiB of the kernel for its socket; \
         {:.1} µs of processor time a packet | part of 30 KiB |\n",
        resident as f64 / QUEUED as f64,
        slab as f64 / QUEUED as f64,
        spent as f64 / 1e3 / (QUEUED as f64 * f64::from(FRAMES)),
    )
}

/// A trunk's end and a browser's, and what they have heard.
struct Call {
    trunk: UdpSocket,
    to: std::net::SocketAddr,
    browser: Browser,
    sequence: u16,
}

#[derive(Default)]
struct Heard {
    sent: u64,
    received: u64,
    delays: Vec<Duration>,
    late: Duration,
}

fn measure_bridge() -> String {
    let made = rcgen::generate_simple_self_signed(vec!["ringfence".to_owned()]).unwrap();
    let port = BrowserPort {
        bind: "127.0.0.1:0".parse().unwrap(),
        advertised: "127.0.0.1".parse().unwrap(),
        identity: DtlsIdentity {
            certificate: made.cert.der().to_vec(),
            key: Secret::new(made.signing_key.serialize_der()),
        },
    };
    let mut threads = MediaThreads::start(&[MEDIA_CORE], Some(port), None).unwrap();
    let mut calls = Vec::new();
    let mut best = String::from("no number of calls");
    for count in CALLS {
        connect(&mut threads, &mut calls, count);
        let zero = Instant::now();
        run(&mut calls, zero, WARM_FRAMES);
        let before = processor::used_ns(std::process::id(), "media-");
        let mut heard = run(&mut calls, zero, FRAMES);
        let spent = processor::used_ns(std::process::id(), "media-") - before;
        let share = spent as f64 / 1e9 / (FRAME * FRAMES).as_secs_f64();
        heard.delays.sort_unstable();
        let p99 = heard.delays.get(heard.delays.len() * 99 / 100).copied();
        let p99 = p99.unwrap_or(Duration::MAX);
        let loss = heard.sent.saturating_sub(heard.received) as f64 / heard.sent.max(1) as f64;
        let line = format!(
            "{count} calls: {:.0} % of a core, {:.0} calls would fill it; loss {:.4} %, p99 {:.1} ms, load {}",
            100.0 * share,
            count as f64 / share,
            100.0 * loss,
            p99.as_secs_f64() * 1e3,
            processor::load(),
        );
        eprintln!("{line}; the ends were late by {:?}", heard.late);
        // An end that is late has measured itself.
        if loss <= LOSS_MAX && (p99 < DELAY_MAX || heard.late < FRAME) {
            best = line;
        }
        if heard.late > 10 * FRAME {
            break;
        }
    }
    threads.stop();
    format!(
        "| calls between trunk and browser on one core, not recorded | {best} | 600 recorded |\n"
    )
}

fn connect(threads: &mut MediaThreads, calls: &mut Vec<Call>, count: usize) {
    let begun = Instant::now();
    while calls.len() < count {
        let trunk = UdpSocket::bind("127.0.0.1:0").unwrap();
        trunk.set_nonblocking(true).unwrap();
        let leg = leg(&trunk);
        let to = leg.0.local_addr().unwrap();
        let (mut browser, offer) = Browser::new(Instant::now());
        let (_, answer) = threads.connect(leg, offer);
        browser.accept(&answer.unwrap());
        calls.push(Call {
            trunk,
            to,
            browser,
            sequence: 1,
        });
    }
    while calls.iter().any(|call| !call.browser.connected) {
        assert!(begun.elapsed() < CONNECT_MAX, "browsers do not connect");
        for call in calls.iter_mut().filter(|call| !call.browser.connected) {
            call.browser.read(Instant::now());
            call.browser.advance(Instant::now());
        }
    }
}

/// Both ends speak and listen for so many frames; calls take turns within a frame.
fn run(calls: &mut [Call], zero: Instant, frames: u32) -> Heard {
    let mut heard = Heard::default();
    let begun = Instant::now();
    let count = calls.len() as u32;
    for frame in 0..frames {
        for (at, call) in calls.iter_mut().enumerate() {
            let due = FRAME * frame + FRAME * at as u32 / count;
            while begun.elapsed() < due {
                std::hint::spin_loop();
            }
            heard.late = heard.late.max(begun.elapsed().saturating_sub(due));
            call.listen(zero, &mut heard);
            call.speak(zero);
            heard.sent += 2;
        }
    }
    std::thread::park_timeout(Duration::from_millis(100));
    for call in calls {
        call.listen(zero, &mut heard);
    }
    heard
}

impl Call {
    fn speak(&mut self, zero: Instant) {
        let now = Instant::now();
        let mut payload = [0xD5; FRAME_BYTES];
        payload[..8].copy_from_slice(&(zero.elapsed().as_nanos() as u64).to_be_bytes());
        self.browser.speak(now, Arc::from(&payload[..]));
        let mut packet = vec![0x80, 8];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend((u32::from(self.sequence) * 160).to_be_bytes());
        packet.extend([0, 0, 0, 9]);
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.trunk.send_to(&packet, self.to).unwrap();
    }

    /// Delays are known no better than to a frame here: an end listens once in a frame. What counts is the
    /// time since the packet was sent less that frame.
    fn listen(&mut self, zero: Instant, heard: &mut Heard) {
        let mut buffer = [0; 2048];
        while let Ok(length) = self.trunk.recv(&mut buffer) {
            if length == 12 + FRAME_BYTES && buffer[1] & 0x7F == 8 {
                heard.note(zero, &buffer[12..20]);
            }
        }
        self.browser.read(Instant::now());
        for payload in std::mem::take(&mut self.browser.heard) {
            heard.note(zero, &payload[..8]);
        }
    }
}

impl Heard {
    fn note(&mut self, zero: Instant, stamp: &[u8]) {
        self.received += 1;
        let sent = Duration::from_nanos(u64::from_be_bytes(stamp.try_into().unwrap()));
        self.delays
            .push(zero.elapsed().saturating_sub(sent).saturating_sub(FRAME));
    }
}

fn leg(remote: &UdpSocket) -> Leg {
    let remote = remote.local_addr().unwrap();
    let config = LegConfig {
        remote,
        remote_rtcp: remote,
        codec: Codec::G711(Law::A),
        payload_type: 8,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
        keys: None,
        limits: LegLimits {
            silence: Duration::from_hours(1),
            duration: Duration::from_hours(1),
        },
        outgoing: OutgoingConfig {
            ssrc: 7,
            first_sequence: 1,
            first_timestamp: 1,
            clock_rate: 8000,
        },
        cname: "bench".to_owned(),
        epoch: Timestamp::from_secs(0),
    };
    (MediaThreads::bind().unwrap(), config)
}

fn resident_kib() -> u64 {
    field_kib("/proc/self/status", "VmRSS:")
}

fn slab_kib() -> u64 {
    field_kib("/proc/meminfo", "Slab:")
}

fn field_kib(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
