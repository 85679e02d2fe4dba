//! Both ends of all legs: sends audio and reports on one core, and hears what comes back.

use std::io::IoSlice;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use media::frame::{FRAME_BYTES, FRAME_TICKS};
use media::leg::LegKeys;
use media::rtp::is_rtcp;
use media::srtp::{SrtpReceiver, SrtpSender};
use rustix::net::addr::SocketAddrArg;
use rustix::net::{
    MMsgHdr, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny, recv, sendmmsg, sockopt,
};

/// Packets handed to the kernel at once.
const BATCH: usize = 32;
/// A leg sends once in a round: 20 ms.
const ROUND: usize = 20;
/// Each turn of a round takes so long.
const TURN: Duration = Duration::from_millis(1);
/// Rest of a generator that has nothing to do.
const IDLE: Duration = Duration::from_micros(50);
/// Rounds between two reports of a leg: 5 s.
const REPORT_ROUNDS: usize = 250;
/// What the sockets of the generator hold: it must not be the one that loses packets.
const SOCKET_BYTES: usize = 64 << 20;
/// A histogram of delays has steps of 10 µs and ends at 1 s.
const STEP_NS: u64 = 10_000;
const STEPS: usize = 100_000;
/// A generator that is so late has measured itself.
const LATE_MAX: Duration = Duration::from_millis(50);
/// How long a run goes on to hear what is still on its way.
const DRAIN: Duration = Duration::from_millis(300);
/// Before the next run nothing of the last one may be on its way: so long nothing is heard, or this is
/// given up.
const QUIET: Duration = Duration::from_millis(100);
const QUIET_MAX: Duration = Duration::from_secs(5);

/// The outer end of a leg.
pub(crate) struct End {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    relay: SocketAddrAny,
    protection: Option<(SrtpSender, SrtpReceiver)>,
}

impl End {
    /// An end that sends to this address of a relay.
    pub(crate) fn new(ssrc: u32, relay: SocketAddr, keys: Option<LegKeys>) -> Self {
        let protection = keys.map(|keys| {
            let sender = SrtpSender::new(&keys.send).unwrap();
            (sender, SrtpReceiver::new(&keys.receive).unwrap())
        });
        Self {
            ssrc,
            sequence: 1,
            timestamp: 1,
            relay: relay.as_any(),
            protection,
        }
    }

    fn make_audio(&mut self, run: u32, sent_ns: u64, packet: &mut Vec<u8>) {
        packet.clear();
        packet.extend([0x80, 8]);
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(run.to_be_bytes());
        packet.extend(sent_ns.to_be_bytes());
        packet.resize(12 + FRAME_BYTES, 0xD5);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_TICKS);
        if let Some((sender, _)) = &mut self.protection {
            sender.protect(packet).unwrap();
        }
    }

    /// A sender report without blocks, and a description with a name.
    fn make_report(&mut self, packet: &mut Vec<u8>) {
        packet.clear();
        packet.extend([0x80, 200, 0, 6]);
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend([0; 8]);
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend([0; 8]);
        packet.extend([0x81, 202, 0, 3]);
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend([1, 4, b'l', b'e', b'g', b's', 0, 0]);
        if let Some((sender, _)) = &mut self.protection {
            sender.protect_rtcp(packet).unwrap();
        }
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) legs: usize,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) reports: u64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
    /// How late the generator itself was at worst.
    pub(crate) late: Duration,
}

impl Run {
    /// Share of packets that never came back.
    pub(crate) fn loss(&self) -> f64 {
        self.sent.saturating_sub(self.received) as f64 / self.sent.max(1) as f64
    }

    /// Whether the generator kept its rhythm: else the run says nothing.
    pub(crate) fn is_valid(&self) -> bool {
        self.late < LATE_MAX
    }
}

/// All ends and their socket.
pub(crate) struct Generator {
    socket: UdpSocket,
    /// Ends of a call stand side by side.
    pub(crate) ends: Vec<End>,
    zero: Instant,
    run: u32,
    round: usize,
    packets: Vec<Vec<u8>>,
}

impl Generator {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        // Beyond the limit of the system, where that is allowed.
        if sockopt::set_socket_recv_buffer_size_force(&socket, SOCKET_BYTES).is_err() {
            sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BYTES).unwrap();
        }
        Self {
            socket,
            ends: Vec::new(),
            zero: Instant::now(),
            run: 0,
            round: 0,
            packets: vec![Vec::new(); BATCH],
        }
    }

    /// Where the relay sends audio and reports.
    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// Lets the first `legs` legs send for so long.
    pub(crate) fn run(&mut self, legs: usize, span: Duration) -> Run {
        self.run += 1;
        let mut heard = Heard::new();
        let (mut sent, mut late) = (0, Duration::ZERO);
        let begun = Instant::now();
        let mut due = Duration::ZERO;
        while due < span {
            for turn in 0..ROUND {
                late = late.max(begun.elapsed().saturating_sub(due));
                sent += self.send_turn(legs, turn);
                due += TURN;
                // Hear at least once in a turn, however late it is.
                loop {
                    let idle = !self.hear(&mut heard);
                    if begun.elapsed() >= due {
                        break;
                    }
                    if idle {
                        // Others need the core as well, and no packet is late by that.
                        std::thread::park_timeout(IDLE);
                    }
                }
            }
            self.round += 1;
        }
        let end = begun.elapsed() + DRAIN;
        while begun.elapsed() < end {
            self.hear(&mut heard);
        }
        Run {
            legs,
            sent,
            received: heard.received,
            reports: heard.reports,
            p50: heard.quantile(0.5),
            p99: heard.quantile(0.99),
            max: heard.max,
            late,
        }
    }

    /// Waits until a relay that was behind has sent everything.
    pub(crate) fn settle(&mut self) {
        let mut heard = Heard::new();
        let begun = Instant::now();
        let mut last = begun;
        while last.elapsed() < QUIET && begun.elapsed() < QUIET_MAX {
            if self.hear(&mut heard) {
                last = Instant::now();
            }
        }
    }

    fn send_turn(&mut self, legs: usize, turn: usize) -> u64 {
        let (run, zero, round) = (self.run, self.zero, self.round);
        let turns: Vec<usize> = (turn..legs).step_by(ROUND).collect();
        for batch in turns.chunks(BATCH) {
            let sent_ns = nanos(zero);
            for (end, packet) in batch.iter().zip(&mut self.packets) {
                self.ends[*end].make_audio(run, sent_ns, packet);
            }
            let to: Vec<_> = batch.iter().map(|end| &self.ends[*end].relay).collect();
            send_all(&self.socket, &to, &self.packets);
        }
        for end in turns
            .iter()
            .filter(|end| *end % REPORT_ROUNDS == round % REPORT_ROUNDS)
        {
            let packet = &mut self.packets[0];
            self.ends[*end].make_report(packet);
            send_all(&self.socket, &[&self.ends[*end].relay], &self.packets);
        }
        turns.len() as u64
    }

    /// Reads a bounded number of packets; whether there were any.
    fn hear(&mut self, heard: &mut Heard) -> bool {
        let mut buffer = [0; 2048];
        for at in 0..4 * BATCH {
            let Ok((length, _)) = recv(&self.socket, &mut buffer[..], RecvFlags::DONTWAIT) else {
                return at > 0;
            };
            if is_rtcp(&buffer[..length]) {
                heard.reports += 1;
                continue;
            }
            let now_ns = nanos(self.zero);
            self.hear_packet(&mut buffer[..length], now_ns, heard);
        }
        true
    }

    fn hear_packet(&mut self, packet: &mut [u8], now_ns: u64, heard: &mut Heard) {
        let Some(ssrc) = packet.get(8..12) else {
            return;
        };
        // It came from that end, so it is for the other end of the call.
        let from = u32::from_be_bytes(ssrc.try_into().unwrap()) as usize;
        let Some(end) = self.ends.get_mut(from ^ 1) else {
            return;
        };
        let clear = match &mut end.protection {
            None => packet,
            Some((_, receiver)) => match receiver.unprotect(packet) {
                Ok(clear) => clear,
                Err(_) => return,
            },
        };
        if clear.len() == 12 + FRAME_BYTES && clear[12..16] == self.run.to_be_bytes() {
            let sent_ns = u64::from_be_bytes(clear[16..24].try_into().unwrap());
            heard.note(now_ns - sent_ns);
        }
    }
}

struct Heard {
    received: u64,
    reports: u64,
    steps: Vec<u32>,
    max: Duration,
}

impl Heard {
    fn new() -> Self {
        Self {
            received: 0,
            reports: 0,
            steps: vec![0; STEPS],
            max: Duration::ZERO,
        }
    }

    fn note(&mut self, delay_ns: u64) {
        self.received += 1;
        self.max = self.max.max(Duration::from_nanos(delay_ns));
        self.steps[((delay_ns / STEP_NS) as usize).min(STEPS - 1)] += 1;
    }

    /// The delay that this share of the packets did not exceed.
    fn quantile(&self, share: f64) -> Duration {
        let wanted = (self.received as f64 * share) as u64;
        let mut below = 0;
        for (step, count) in self.steps.iter().enumerate() {
            below += u64::from(*count);
            if below >= wanted {
                return Duration::from_nanos((step as u64 + 1) * STEP_NS);
            }
        }
        Duration::ZERO
    }
}

fn send_all(socket: &UdpSocket, to: &[&SocketAddrAny], packets: &[Vec<u8>]) {
    let slices: Vec<_> = packets.iter().map(|one| [IoSlice::new(one)]).collect();
    let mut controls: Vec<_> = to.iter().map(|_| SendAncillaryBuffer::default()).collect();
    let mut messages: Vec<_> = to
        .iter()
        .zip(&slices)
        .zip(&mut controls)
        .map(|((to, slice), control)| MMsgHdr::new_with_addr(to, slice, control))
        .collect();
    let mut rest = &mut messages[..];
    while !rest.is_empty() {
        let sent = sendmmsg(socket, rest, SendFlags::empty()).unwrap();
        rest = &mut rest[sent..];
    }
}

fn nanos(zero: Instant) -> u64 {
    zero.elapsed().as_nanos() as u64
}
