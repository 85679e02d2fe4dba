#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod calls;
mod edge;
mod losses;
mod offers;
mod trunks;

use std::collections::VecDeque;
use std::time::Duration;

use model::{Personal, Secret, Timestamp};

use super::{
    Advertised, CallHandle, Endpoint, EndpointConfig, Event, OutgoingCall, Output, Peer, PlainUdp,
    Target, Transport, TrunkConfig, TrunkId,
};
use crate::digest::{Account, Md5Use};
use crate::random::TokenSource;
use crate::sdp::{Codec, Description, Direction, LocalMedia, MediaSecurity, offer};

const A: &str = "192.0.2.1:5060";
const B: &str = "198.51.100.2:5060";

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(super) fn account() -> Account {
    Account {
        realm: "trunk.example".to_owned(),
        username: "ringfence".to_owned(),
        password: Secret::new("Pa55".to_owned()),
        md5: Md5Use::Refused,
    }
}

/// A trunk to `remote` over UDP.
pub(super) fn trunk(remote: &str) -> TrunkConfig {
    let address = remote.parse().unwrap();
    TrunkConfig {
        id: TrunkId("t".to_owned()),
        sources: Vec::new(),
        transports: vec![Transport::Udp],
        plain_udp: PlainUdp::Legacy,
        tls_client: None,
        targets: vec![Target {
            transport: Transport::Udp,
            address,
        }],
        domain: "trunk.example".to_owned(),
        account: None,
        challenge: None,
        calls_max: 100,
        calls_per_second: 100,
        keep_alive: None,
        registration: None,
    }
}

pub(super) fn endpoint(seed: u64, host: &str, trunks: Vec<TrunkConfig>) -> Endpoint {
    let host = host.split(':').next().unwrap().to_owned();
    let config = EndpointConfig {
        trunks,
        advertised: Advertised {
            host,
            port: 5060,
            tls_port: 5061,
        },
        calls_max: 1000,
    };
    Endpoint::new(at(0), config, TokenSource::from_number(seed)).unwrap()
}

pub(super) fn media(port: u16, direction: Direction) -> LocalMedia {
    LocalMedia {
        address: format!("203.0.113.1:{port}").parse().unwrap(),
        rtcp_port: None,
        codecs: vec![Codec::Pcma],
        direction,
        packet_ms: 20,
        security: MediaSecurity::Clear,
        session_id: port.into(),
    }
}

pub(super) fn description(port: u16) -> Description {
    offer(&media(port, Direction::SendReceive))
}

pub(super) fn wanted() -> OutgoingCall {
    OutgoingCall {
        trunks: vec![TrunkId("t".to_owned())],
        number: Personal::from("+49301"),
        caller: Personal::from("+49302"),
        caller_name: Personal::from("Anna \"A\""),
        offer: description(4000),
        headers: vec![("X-Contact".to_owned(), Personal::from("c1"))],
    }
}

/// Two endpoints and the network between them. Side 0 is A, side 1 is B.
pub(super) struct Pair {
    pub(super) now: Timestamp,
    pub(super) sides: [Endpoint; 2],
    pub(super) events: [VecDeque<Event>; 2],
    /// First lines of everything that was sent: `A INVITE`, `B 200`.
    pub(super) log: Vec<String>,
    /// Messages that begin so get lost, each once.
    pub(super) lost: Vec<String>,
    /// Messages that the network holds back.
    pub(super) held: Vec<(usize, Vec<u8>)>,
    pub(super) hold: Option<String>,
    /// Whether the next messages get lost, in order; later ones do not.
    pub(super) losses: VecDeque<bool>,
}

impl Pair {
    pub(super) fn new() -> Self {
        Self::with(trunk(B), trunk(A))
    }

    /// What A and B know of each other.
    pub(super) fn with(of_a: TrunkConfig, of_b: TrunkConfig) -> Self {
        Self {
            now: at(0),
            sides: [endpoint(1, A, vec![of_a]), endpoint(2, B, vec![of_b])],
            events: [VecDeque::new(), VecDeque::new()],
            log: Vec::new(),
            lost: Vec::new(),
            held: Vec::new(),
            hold: None,
            losses: VecDeque::new(),
        }
    }

    pub(super) fn peer(side: usize) -> Peer {
        Peer {
            transport: Transport::Udp,
            address: [A, B][side].parse().unwrap(),
            certificate: None,
        }
    }

    /// Delivers until nobody has anything to send.
    pub(super) fn pump(&mut self) {
        loop {
            let mut quiet = true;
            for side in 0..2 {
                while let Some(output) = self.sides[side].next_output() {
                    quiet = false;
                    match output {
                        Output::Event(event) => self.events[side].push_back(event),
                        Output::Close(_) => panic!("no connections here"),
                        Output::Transmit(transmit) => {
                            assert_eq!(transmit.address.to_string(), [B, A][side]);
                            self.carry(side, &transmit.bytes);
                        }
                    }
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn carry(&mut self, side: usize, bytes: &[u8]) {
        let line = format!("{} {}", ["A", "B"][side], first_word(bytes));
        if self.losses.pop_front() == Some(true) {
            return;
        }
        if let Some(place) = self.lost.iter().position(|lost| *lost == line) {
            self.lost.remove(place);
            return;
        }
        self.log.push(line.clone());
        if self.hold.as_ref() == Some(&line) {
            self.held.push((side, bytes.to_vec()));
            return;
        }
        let peer = Self::peer(side);
        self.sides[1 - side].receive(self.now, &peer, bytes);
    }

    /// Lets go of what was held.
    pub(super) fn release(&mut self) {
        self.hold = None;
        for (side, bytes) in std::mem::take(&mut self.held) {
            let peer = Self::peer(side);
            self.sides[1 - side].receive(self.now, &peer, &bytes);
        }
        self.pump();
    }

    /// Lets the time pass, deadline by deadline.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.now.plus(duration);
        loop {
            self.pump();
            let next = self.sides.iter().filter_map(Endpoint::next_deadline).min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            for side in &mut self.sides {
                side.on_deadline(self.now);
            }
        }
        self.now = end;
    }

    pub(super) fn event(&mut self, side: usize) -> Event {
        self.pump();
        self.events[side].pop_front().unwrap()
    }

    pub(super) fn no_event(&mut self, side: usize) {
        self.pump();
        assert!(self.events[side].is_empty(), "{:?}", self.events[side]);
    }

    /// What was sent since the last time this was asked.
    pub(super) fn sent(&mut self) -> Vec<String> {
        self.pump();
        std::mem::take(&mut self.log)
    }

    /// A calls, B has the call: both handles.
    pub(super) fn calling(&mut self) -> (CallHandle, CallHandle) {
        let a = self.sides[0].invite(self.now, &wanted()).unwrap();
        let Event::IncomingCall(incoming) = self.event(1) else {
            panic!("no call");
        };
        (a, incoming.call)
    }

    /// A calls, B has answered, and both know.
    pub(super) fn talking(&mut self) -> (CallHandle, CallHandle) {
        let (a, b) = self.calling();
        self.sides[1].answer(self.now, b, Some(answer())).unwrap();
        assert!(matches!(self.event(0), Event::Answered { .. }));
        assert!(matches!(self.event(1), Event::Confirmed { .. }));
        self.log.clear();
        (a, b)
    }

    pub(super) fn raw(&mut self, side: usize, text: &str) {
        let peer = Self::peer(1 - side);
        self.sides[side].receive(self.now, &peer, text.as_bytes());
    }

    /// What a side sends next, as text.
    pub(super) fn answer_of(&mut self, side: usize) -> Option<String> {
        while let Some(output) = self.sides[side].next_output() {
            match output {
                Output::Transmit(transmit) => {
                    return Some(String::from_utf8(transmit.bytes.to_vec()).unwrap());
                }
                Output::Event(event) => self.events[side].push_back(event),
                Output::Close(_) => {}
            }
        }
        None
    }
}

pub(super) fn answer() -> Description {
    description(5000)
}

fn first_word(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut words = text.split(' ');
    match words.next().unwrap() {
        "SIP/2.0" => words.next().unwrap().to_owned(),
        method => method.to_owned(),
    }
}

/// A request of B's that reaches A.
pub(super) fn request(method: &str, lines: &str, body: &str) -> String {
    format!(
        "{method} sip:+49301@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bKraw{method};rport\r\n\
         From: \"Eve\" <sip:+49302@trunk.example>;tag=raw\r\nTo: <sip:+49301@192.0.2.1>\r\n\
         Call-ID: raw\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n\
         {lines}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(super) const CONTACT: &str = "Contact: <sip:+49302@198.51.100.2:5060>\r\n";

pub(super) fn sdp_lines() -> String {
    format!("{CONTACT}Content-Type: application/sdp\r\n")
}

pub(super) fn sdp_body() -> String {
    String::from_utf8(description(4000).to_bytes().to_vec()).unwrap()
}
