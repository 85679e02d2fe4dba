//! A filter in the kernel: datagrams from where no trunk is never take the room of others.
//!
//! All trunks share one socket, and with it one buffer of the kernel. A stranger who sends faster than
//! anybody reads would fill it, and the messages of calls would be lost. So the kernel drops what strangers
//! send, and counts it as dropped by the socket. [`sip::Endpoint::receive`] asks again all the same.

use std::net::IpAddr;

use sip::endpoint::{EndpointConfig, Network, Transport};

/// Longest program that the kernel takes.
#[cfg(target_os = "linux")]
const INSTRUCTIONS_MAX: usize = 4096;
/// Room for datagrams that wait to be read: a burst of all trunks. The kernel may give less.
#[cfg(target_os = "linux")]
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// From where datagrams may come at all.
pub(crate) fn sources(config: &EndpointConfig) -> Vec<Network> {
    let trunks = config.trunks.iter();
    trunks
        .filter(|trunk| trunk.transports.contains(&Transport::Udp))
        .flat_map(|trunk| {
            let targets = trunk.targets.iter();
            let targets = targets.map(|target| Network::of(target.address.ip().to_canonical()));
            trunk.sources.iter().copied().chain(targets)
        })
        .collect()
}

/// Lets the kernel drop everything that comes from elsewhere. Where it cannot, the endpoint still does.
#[cfg(target_os = "linux")]
pub(crate) fn attach(socket: &std::net::UdpSocket, sources: &[Network]) {
    let socket = socket2::SockRef::from(socket);
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES) {
        tracing::warn!(error = %error, "the buffer for datagrams of trunks stays small");
    }
    let program = program(sources);
    if program.len() > INSTRUCTIONS_MAX {
        tracing::warn!("too many networks for a filter: floods of strangers reach the program");
        return;
    }
    let program: Vec<socket2::SockFilter> = program
        .into_iter()
        .map(|one| socket2::SockFilter::new(one.code, one.then, one.otherwise, one.operand))
        .collect();
    if let Err(error) = socket.attach_filter(&program) {
        tracing::warn!(error = %error, "the kernel takes no filter: floods of strangers reach the program");
    }
}

/// Other systems have other filters.
#[cfg(not(target_os = "linux"))]
pub(crate) fn attach(_socket: &std::net::UdpSocket, _sources: &[Network]) {}

/// An instruction of the classic packet filter (linux/filter.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Instruction {
    code: u16,
    then: u8,
    otherwise: u8,
    operand: u32,
}

/// Where the header of the network layer begins: -0x100000, as the kernel says it.
const NETWORK_HEADER: u32 = 0xFFF0_0000;
/// Where the source stands in the headers of IPv4 and IPv6.
const SOURCE_V4: u32 = 12;
const SOURCE_V6: u32 = 8;

const LOAD_WORD: u16 = 0x20;
const LOAD_BYTE: u16 = 0x30;
const SHIFT_RIGHT: u16 = 0x74;
const MASK: u16 = 0x54;
const JUMP: u16 = 0x05;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

const DROP: Instruction = run(RETURN, 0);
const KEEP: Instruction = run(RETURN, u32::MAX);

const fn run(code: u16, operand: u32) -> Instruction {
    Instruction {
        code,
        then: 0,
        otherwise: 0,
        operand,
    }
}

/// Keeps a datagram whose source lies in one of the networks.
fn program(sources: &[Network]) -> Vec<Instruction> {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for network in sources {
        match network.address() {
            IpAddr::V4(address) => {
                keep_if(&mut v4, SOURCE_V4, &[address.to_bits()], network.prefix());
            }
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                let words = [96, 64, 32, 0].map(|shift| word(bits >> shift));
                keep_if(&mut v6, SOURCE_V6, &words, network.prefix());
            }
        }
    }
    v4.push(DROP);
    v6.push(DROP);
    let over_v4 = u32::try_from(v4.len()).unwrap_or(u32::MAX);
    let is_v4 = Instruction {
        then: 1,
        ..run(JUMP_IF_EQUAL, 4)
    };
    let mut all = vec![
        run(LOAD_BYTE, NETWORK_HEADER),
        run(SHIFT_RIGHT, 4),
        is_v4,
        run(JUMP, over_v4),
    ];
    all.append(&mut v4);
    all.append(&mut v6);
    all
}

/// Keeps the datagram if the first bits of its source are these.
fn keep_if(program: &mut Vec<Instruction>, source: u32, words: &[u32], prefix: u8) {
    let mut tests = Vec::new();
    let places = (0_u32..).step_by(32).zip(words);
    for (first, word) in places.take_while(|(first, _)| *first < u32::from(prefix)) {
        let bits = u32::from(prefix).saturating_sub(first).min(32);
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        tests.push((first / 8, word & mask, mask));
    }
    // Where a test fails, it jumps over the rest: three instructions for each further test, and the end.
    let mut left = tests.len();
    for (offset, wanted, mask) in tests {
        left -= 1;
        let otherwise = u8::try_from(3 * left + 1).unwrap_or(u8::MAX);
        program.push(run(LOAD_WORD, NETWORK_HEADER + source + offset));
        program.push(run(MASK, mask));
        program.push(Instruction {
            otherwise,
            ..run(JUMP_IF_EQUAL, wanted)
        });
    }
    program.push(KEEP);
}

/// The last 32 bits.
fn word(bits: u128) -> u32 {
    u32::try_from(bits & u128::from(u32::MAX)).unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::net::UdpSocket;

    use super::*;

    /// Whether a datagram passes from one address to another.
    fn passes(listens: &str, sends: &str, to: &str, networks: &[&str]) -> bool {
        let networks: Vec<Network> = networks.iter().map(|one| one.parse().unwrap()).collect();
        let socket = UdpSocket::bind((listens, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        attach(&socket, &networks);
        let port = socket.local_addr().unwrap().port();
        let sender = UdpSocket::bind((sends, 0)).unwrap();
        sender.send_to(b"1", (to, port)).unwrap();
        // Over loopback, what was sent is there.
        socket.recv_from(&mut [0; 1]).is_ok()
    }

    #[test]
    fn datagrams_pass_from_listed_networks_alone() {
        let here = "127.0.0.1";
        for (networks, expected) in [
            (&["127.0.0.2"][..], true),
            (&["127.0.0.3"], false),
            (&["192.0.2.0/24", "127.0.0.2"], true),
            (&["127.0.0.0/30"], true),
            (&["127.0.0.0/31"], false),
            (&["0.0.0.0/0"], true),
            (&["::/0"], false),
            (&[], false),
        ] {
            assert_eq!(
                passes(here, "127.0.0.2", here, networks),
                expected,
                "{networks:?}"
            );
        }
    }

    #[test]
    fn datagrams_of_ipv6_pass_by_all_of_their_prefix() {
        for (networks, expected) in [
            (&["::1"][..], true),
            (&["::2"], false),
            (&["::/127"], true),
            (&["::2/127"], false),
            (&["2001:db8::/32", "::/64"], true),
            (&["0:0:0:1::/64"], false),
            (&["::/0"], true),
            (&["0.0.0.0/0"], false),
        ] {
            assert_eq!(
                passes("::1", "::1", "::1", networks),
                expected,
                "{networks:?}"
            );
        }
    }

    #[test]
    fn datagrams_of_ipv4_are_told_apart_on_a_socket_for_both() {
        assert!(passes("::", "127.0.0.2", "127.0.0.1", &["127.0.0.2"]));
        assert!(!passes(
            "::",
            "127.0.0.2",
            "127.0.0.1",
            &["127.0.0.3", "::/0"]
        ));
    }

    #[test]
    fn many_networks_still_make_a_program() {
        let many: Vec<String> = (0..1000)
            .map(|at| format!("10.{}.{}.0/24", at / 250, at % 250))
            .chain(["127.0.0.2".to_owned()])
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(passes("127.0.0.1", "127.0.0.2", "127.0.0.1", &many));
        assert!(!passes("127.0.0.1", "127.0.0.3", "127.0.0.1", &many));
    }
}
