//! Floods: datagrams as fast as the machine makes them, while people talk.

use std::io::IoSlice;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::frame::FRAME_SAMPLES;
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, sendmmsg};
use sip::endpoint::TrunkId;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::center::{Center, MUSIC, NUMBER, QUESTION, config, trunk};
use crate::phone::Phone;
use crate::raw::{Datagrams, invite};
use crate::sound::{WINDOW, is_tone};

/// Calls in progress.
const CALLS: usize = 50;
/// How long a flood goes on.
const FLOOD: Duration = Duration::from_secs(10);
/// What is heard at least, however much else the machine does.
const HEARD_SECONDS_MIN: usize = 5;
/// Different messages, so that none is a copy of another one that is still remembered.
const MESSAGES: usize = 65_536;
/// Messages of one system call.
const BATCH: usize = 64;
/// What the process may grow by while a flood goes on.
const MEMORY_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Between two questions of another trunk.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether another trunk asks while the flood goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    /// It shares its buffer with the flood: what is lost there is sent again.
    None,
    /// It does not notice the flood.
    OtherTrunk,
}

/// Sends prebuilt INVITEs until it is told to end; gives how many it sent, and for how long.
struct Flood {
    over: Arc<AtomicBool>,
    thread: JoinHandle<(usize, Duration)>,
}

impl Flood {
    fn start(from: &str, to: SocketAddr, messages: Vec<String>) -> Self {
        let socket = UdpSocket::bind((from, 0)).unwrap();
        socket.connect(to).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let slices: Vec<[IoSlice<'_>; 1]> = messages
                .iter()
                .map(|message| [IoSlice::new(message.as_bytes())])
                .collect();
            let (began, mut sent) = (Instant::now(), 0);
            for batch in slices.chunks(BATCH).cycle() {
                if ends.load(Ordering::Relaxed) {
                    break;
                }
                let mut controls: Vec<_> = batch
                    .iter()
                    .map(|_| SendAncillaryBuffer::default())
                    .collect();
                let mut headers: Vec<_> = batch
                    .iter()
                    .zip(&mut controls)
                    .map(|(slice, control)| MMsgHdr::new(slice, control))
                    .collect();
                sent += sendmmsg(&socket, &mut headers, SendFlags::empty()).unwrap_or(0);
            }
            (sent, began.elapsed())
        });
        Self { over, thread }
    }

    fn end(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        let (sent, took) = self.thread.join().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let rate = sent as f64 / took.as_secs_f64();
        rate
    }
}

/// What the process holds in memory (proc(5)).
fn memory_bytes() -> u64 {
    let all = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = all.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.unwrap().trim().strip_suffix(" kB").unwrap();
    1024 * kibibytes.parse::<u64>().unwrap()
}

/// A call in the queue that hears music while the flood goes on. `all` is where calls and flood begin.
async fn waiting_call(center: SocketAddr, all: Arc<Barrier>) -> Phone {
    let mut phone = Phone::new(center).await;
    phone.call(NUMBER);
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hums = Some(700);
    phone.during(all.wait()).await;
    phone.heard.clear();
    phone.packets.clear();
    let began = Instant::now();
    phone
        .until("the flood is over", |_| began.elapsed() > FLOOD)
        .await;
    phone
}

/// What a trunk asks while strangers flood is answered, each time: nothing of it is lost on the way.
async fn asks_all_the_time(center: SocketAddr) {
    let trunk = Datagrams::at("127.0.0.1", center).await;
    let began = Instant::now();
    for round in 0_u32.. {
        let others = trunk.all_until(&format!("asked{round}")).await;
        assert!(others.is_empty(), "{others:?}");
        crate::phone::at(began + PAUSE * (round + 1)).await;
    }
}

#[expect(clippy::print_stdout, reason = "the rate, for people")]
async fn a_flood_harms_nobody(from: &str, probe: Probe) {
    let mut config = config();
    let mut flooded = trunk();
    flooded.id = TrunkId("flooded".to_owned());
    flooded.sources = vec!["127.0.0.3".parse().unwrap()];
    flooded.calls_max = 5;
    flooded.calls_per_second = 5;
    config.endpoint.trunks.push(flooded);
    let center = Center::with(config).await;
    let messages = (0..MESSAGES).map(|at| invite(NUMBER, &format!("flood{at}"), ""));
    let messages: Vec<String> = messages.collect();
    let all = Arc::new(Barrier::new(CALLS + 1));
    let calls: JoinSet<Phone> = (0..CALLS)
        .map(|_| waiting_call(center.sip, Arc::clone(&all)))
        .collect();
    all.wait().await;
    let memory = memory_bytes();
    let flood = Flood::start(from, center.sip, messages);
    let phones = match probe {
        Probe::None => calls.join_all().await,
        Probe::OtherTrunk => tokio::select! {
            phones = calls.join_all() => phones,
            () = asks_all_the_time(center.sip) => unreachable!("it never ends"),
        },
    };
    let rate = flood.end();
    let grown = memory_bytes().saturating_sub(memory);
    println!("{rate:.0} datagrams a second from {from}, {grown} bytes more");
    assert!(grown < MEMORY_BYTES_MAX, "{grown} bytes more");
    assert!(rate > 5000.0, "{rate} a second are no flood");
    // Every packet of every call is there, in order, and carries on where the last one ended.
    for phone in &phones {
        assert_eq!(phone.ended, None);
        let lost = phone
            .packets
            .windows(2)
            .filter(|two| two[1] != two[0].wrapping_add(1))
            .count();
        assert_eq!(lost, 0, "of {} packets", phone.packets.len());
        let seconds = phone.heard.len() / (50 * FRAME_SAMPLES);
        assert!(seconds >= HEARD_SECONDS_MIN, "{seconds} seconds were heard");
        let music = phone
            .heard
            .chunks_exact(WINDOW)
            .all(|some| is_tone(some, MUSIC));
        assert!(music, "what is heard is not the music alone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_a_stranger_leaves_fifty_calls_without_loss() {
    a_flood_harms_nobody("127.0.0.2", Probe::OtherTrunk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_a_trunk_above_its_limit_leaves_fifty_calls_without_loss() {
    a_flood_harms_nobody("127.0.0.3", Probe::None).await;
}
