use std::time::Duration;

use super::{B, CONTACT, Pair, account, at, endpoint, request, sdp_body, sdp_lines, trunk};
use crate::endpoint::{
    ConfigProblem, ConnectionId, Endpoint, EndpointConfig, Event, Network, Output, Peer, PlainUdp,
    Transport,
};
use crate::limits;
use crate::message::StatusCode;
use crate::random::TokenSource;

fn status(answer: Option<String>) -> Option<u16> {
    answer?.split(' ').nth(1)?.parse().ok()
}

fn asked(method: &str, lines: &str, body: &str) -> Option<String> {
    let mut pair = Pair::new();
    pair.raw(0, &request(method, lines, body));
    pair.answer_of(0)
}

#[test]
fn unlisted_sources_are_dropped_unread() {
    let mut pair = Pair::new();
    let stranger = Peer {
        transport: Transport::Udp,
        address: "203.0.113.66:5060".parse().unwrap(),
        certificate: None,
    };
    assert!(!pair.sides[0].accepts(Transport::Udp, stranger.address.ip()));
    assert!(pair.sides[0].accepts(Transport::Udp, "198.51.100.2".parse().unwrap()));
    assert!(!pair.sides[0].accepts(Transport::Tcp, "198.51.100.2".parse().unwrap()));
    let invite = request("INVITE", &sdp_lines(), &sdp_body());
    pair.sides[0].receive(pair.now, &stranger, invite.as_bytes());
    pair.sides[0].receive(pair.now, &stranger, b"garbage");
    assert!(pair.answer_of(0).is_none());
    assert_eq!(pair.sides[0].dropped(), 2);
    let mut over_tcp = Pair::peer(1);
    over_tcp.transport = Transport::Tcp;
    pair.sides[0].connected(ConnectionId(1), &over_tcp);
    assert!(matches!(
        pair.sides[0].next_output(),
        Some(Output::Close(ConnectionId(1)))
    ));
}

#[test]
fn networks_are_ranges_of_addresses() {
    let inside = |network: &str, address: &str| {
        network
            .parse::<Network>()
            .unwrap()
            .contains(address.parse().unwrap())
    };
    assert!(inside("192.0.2.0/24", "192.0.2.255") && !inside("192.0.2.0/24", "192.0.3.0"));
    assert!(inside("192.0.2.1", "192.0.2.1") && !inside("192.0.2.1", "192.0.2.2"));
    assert!(inside("2001:db8::/32", "2001:db8:1::1") && !inside("2001:db8::/32", "2001:db9::"));
    assert!(inside("0.0.0.0/0", "8.8.8.8") && !inside("0.0.0.0/0", "::1"));
    for bad in ["192.0.2.0/33", "x", "192.0.2.0/", "::/129", ""] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
}

#[test]
fn a_configuration_with_udp_needs_the_mark() {
    let mut plain = trunk(B);
    plain.plain_udp = PlainUdp::Refused;
    let made = |trunks| {
        let host = "192.0.2.1".to_owned();
        let config = EndpointConfig {
            trunks,
            advertised: crate::endpoint::Advertised {
                host,
                port: 5060,
                tls_port: 5061,
            },
            calls_max: 1,
        };
        Endpoint::new(at(0), config, TokenSource::from_number(1)).err()
    };
    assert!(matches!(
        made(vec![plain]),
        Some(ConfigProblem::PlainUdp(_))
    ));
    assert!(matches!(
        made(vec![trunk(B), trunk(B)]),
        Some(ConfigProblem::Doubled(_))
    ));
    let mut odd = trunk(B);
    odd.domain = "a b".to_owned();
    assert!(matches!(made(vec![odd]), Some(ConfigProblem::Uri(_))));
    assert!(made(vec![trunk(B)]).is_none());
}

#[test]
fn what_nobody_serves_is_refused_with_what_is_served() {
    for method in ["REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH", "NOTIFY"] {
        let answer = asked(method, CONTACT, "").unwrap();
        assert!(answer.starts_with("SIP/2.0 405 "), "{method}");
        assert!(answer.contains("\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK"));
    }
    assert_eq!(status(asked("FLY", "", "")), Some(501));
    let answer = asked(
        "INVITE",
        &format!("{}Require: 100rel, x, y\r\n", sdp_lines()),
        &sdp_body(),
    );
    assert!(answer.unwrap().contains("420 Bad Extension\r\n"));
    let answer = asked("OPTIONS", "Require: nothing\r\n", "").unwrap();
    assert!(answer.contains("\r\nUnsupported: nothing\r\n"));
    let text = format!("{CONTACT}Content-Type: text/plain\r\n");
    let answer = asked("INVITE", &text, "hello").unwrap();
    assert!(
        answer.starts_with("SIP/2.0 415 ") && answer.contains("\r\nAccept: application/sdp\r\n")
    );
    let packed = format!("{}Content-Encoding: gzip\r\n", sdp_lines());
    assert_eq!(status(asked("INVITE", &packed, &sdp_body())), Some(415));
    assert_eq!(status(asked("INVITE", &sdp_lines(), "v=0\r\n")), Some(400));
    assert_eq!(status(asked("INVITE", "", "")), Some(400));
    for method in ["BYE", "INFO", "PRACK", "UPDATE", "REFER", "CANCEL"] {
        assert_eq!(status(asked(method, CONTACT, "")), Some(481), "{method}");
    }
    assert_eq!(status(asked("ACK", "", "")), None);
    let short = format!("{}Session-Expires: 30\r\nSupported: timer\r\n", sdp_lines());
    let answer = asked("INVITE", &short, &sdp_body()).unwrap();
    assert!(answer.starts_with("SIP/2.0 422 ") && answer.contains("\r\nMin-SE: 90\r\n"));
    let empty = request("OPTIONS", "", "").replace("z9hG4bKrawOPTIONS", "z9hG4bK");
    let mut pair = Pair::new();
    pair.raw(0, &empty);
    assert_eq!(status(pair.answer_of(0)), Some(400));
}

#[test]
fn every_number_is_asked_about_in_vain() {
    let ask = |user: &str| {
        let text = request("OPTIONS", "", "").replace("+49301@", &format!("{user}@"));
        let mut pair = Pair::new();
        pair.raw(0, &text);
        pair.answer_of(0).unwrap().replace(user, "USER")
    };
    assert_eq!(ask("+49301"), ask("anybody"));
    let refused = |user: &str| {
        let mut pair = Pair::new();
        let text =
            request("INVITE", &sdp_lines(), &sdp_body()).replace("+49301@", &format!("{user}@"));
        pair.raw(0, &text);
        assert!(pair.answer_of(0).unwrap().starts_with("SIP/2.0 100 "));
        assert!(pair.answer_of(0).is_none());
        let Some(Event::IncomingCall(incoming)) = pair.events[0].pop_front() else {
            panic!("no call");
        };
        pair.sides[0]
            .refuse(pair.now, incoming.call, StatusCode::NOT_FOUND)
            .unwrap();
        pair.answer_of(0).unwrap().replace(user, "USER")
    };
    assert_eq!(refused("4711"), refused("+4930123"));
}

#[test]
fn copies_over_other_ways_are_loops() {
    let mut pair = Pair::new();
    let invite = request("INVITE", &sdp_lines(), &sdp_body());
    pair.raw(0, &invite);
    assert_eq!(status(pair.answer_of(0)), Some(100));
    pair.raw(0, &invite);
    assert_eq!(status(pair.answer_of(0)), Some(100));
    pair.raw(0, &invite.replace("z9hG4bKraw", "z9hG4bKother"));
    assert_eq!(status(pair.answer_of(0)), Some(482));
    assert_eq!(pair.sides[0].open_calls(), 1);
}

#[test]
fn a_trunk_above_its_rate_is_shed_and_its_calls_go_on() {
    let mut slow = trunk(super::A);
    slow.calls_per_second = 2;
    let mut pair = Pair::with(trunk(B), slow);
    let (a, b) = pair.talking();
    let mut statuses = Vec::new();
    for n in 0..20 {
        let text = request("INVITE", &sdp_lines(), &sdp_body())
            .replace("z9hG4bKraw", &format!("z9hG4bK{n}"))
            .replace("Call-ID: raw", &format!("Call-ID: {n}"))
            .replace("198.51.100.2", "192.0.2.1");
        pair.raw(1, &text);
        while let Some(answer) = pair.answer_of(1) {
            statuses.push(status(Some(answer)).unwrap());
        }
    }
    assert_eq!(statuses[0], 100);
    assert!(statuses[1..].iter().all(|status| *status == 503));
    // Beyond a multiple of the rate not even refusals are sent.
    assert_eq!(statuses.len(), 1 + 8);
    assert_eq!(pair.sides[1].open_calls(), 2);
    pair.events[1].clear();
    pair.sides[0]
        .info(pair.now, a, "application/dtmf-relay", "Signal=5".into())
        .unwrap();
    assert!(matches!(pair.event(1), Event::Info { call, .. } if call == b));
    pair.now = pair.now.plus(Duration::from_secs(1));
    pair.raw(
        1,
        &request("INVITE", &sdp_lines(), &sdp_body()).replace("198.51.100.2", "192.0.2.1"),
    );
    assert_eq!(status(pair.answer_of(1)), Some(100));
}

#[test]
fn a_trunk_has_no_more_calls_than_it_may() {
    let mut small = trunk(B);
    small.calls_max = 1;
    let mut pair = Pair::with(small, trunk(super::A));
    pair.raw(0, &request("INVITE", &sdp_lines(), &sdp_body()));
    assert_eq!(status(pair.answer_of(0)), Some(100));
    let second = request("INVITE", &sdp_lines(), &sdp_body())
        .replace("z9hG4bKraw", "z9hG4bKtwo")
        .replace("Call-ID: raw", "Call-ID: two");
    pair.raw(0, &second);
    let answer = pair.answer_of(0).unwrap();
    assert!(answer.starts_with("SIP/2.0 503 ") && answer.contains("\r\nRetry-After: 5\r\n"));
    assert!(pair.sides[0].invite(pair.now, &super::wanted()).is_err());
}

#[test]
fn responses_go_to_the_source_whatever_via_says() {
    let mut side = endpoint(1, "192.0.2.1", vec![trunk(B)]);
    let ask = |via: &str| {
        request("OPTIONS", "", "").replace("198.51.100.2:5060;branch=z9hG4bKrawOPTIONS;rport", via)
    };
    let peer = Peer {
        transport: Transport::Udp,
        address: "198.51.100.2:40000".parse().unwrap(),
        certificate: None,
    };
    for (via, address) in [
        (
            "203.0.113.66:7000;branch=z9hG4bK1;rport",
            "198.51.100.2:40000",
        ),
        ("203.0.113.66:7000;branch=z9hG4bK2", "198.51.100.2:7000"),
        (
            "203.0.113.66;branch=z9hG4bK3;maddr=203.0.113.67",
            "198.51.100.2:5060",
        ),
        (
            "203.0.113.66;branch=z9hG4bK4;received=203.0.113.67",
            "198.51.100.2:5060",
        ),
    ] {
        side.receive(at(0), &peer, ask(via).as_bytes());
        let Some(Output::Transmit(transmit)) = side.next_output() else {
            panic!("no answer");
        };
        assert_eq!(transmit.address.to_string(), address, "{via}");
    }
}

#[test]
fn connections_carry_messages_keep_alives_and_identity() {
    let mut tls = trunk(B);
    tls.transports = vec![Transport::Tls];
    tls.plain_udp = PlainUdp::Refused;
    tls.targets[0].transport = Transport::Tls;
    tls.tls_client = Some("sbc.trunk.example".to_owned());
    let mut side = endpoint(1, "192.0.2.1", vec![tls]);
    let mut peer = Peer {
        transport: Transport::Tls,
        address: "198.51.100.2:40000".parse().unwrap(),
        certificate: None,
    };
    for name in [None, Some("other.example".to_owned())] {
        peer.certificate = name;
        side.connected(ConnectionId(1), &peer);
        assert!(matches!(
            side.next_output(),
            Some(Output::Close(ConnectionId(1)))
        ));
    }
    peer.certificate = Some("SBC.trunk.example".to_owned());
    side.connected(ConnectionId(2), &peer);
    assert!(side.next_output().is_none());
    let text = request("OPTIONS", "", "").replace("/UDP", "/TLS");
    let whole = format!("\r\n\r\n{text}");
    for byte in whole.as_bytes() {
        side.receive_stream(at(0), ConnectionId(2), &[*byte]);
    }
    for expected in ["\r\n", "SIP/2.0 200 OK"] {
        let Some(Output::Transmit(transmit)) = side.next_output() else {
            panic!("nothing sent");
        };
        assert!(transmit.bytes.starts_with(expected.as_bytes()));
        assert_eq!(transmit.connection, Some(ConnectionId(2)));
    }
    let broken = text.replace("Content-Length: 0", "Content-Length: -1");
    side.receive_stream(at(0), ConnectionId(2), broken.as_bytes());
    assert!(matches!(side.next_output(), Some(Output::Transmit(_))));
    assert!(matches!(
        side.next_output(),
        Some(Output::Close(ConnectionId(2)))
    ));
    side.receive_stream(at(0), ConnectionId(2), text.as_bytes());
    assert!(side.next_output().is_none());
}

#[test]
fn a_trunk_that_owes_a_proof_is_challenged_and_answers_only_its_realm() {
    let mut of_a = trunk(B);
    of_a.account = Some(account());
    let mut of_b = trunk(super::A);
    of_b.challenge = Some(account());
    let mut pair = Pair::with(of_a.clone(), of_b.clone());
    pair.calling();
    assert_eq!(
        pair.sent(),
        ["A INVITE", "B 401", "A ACK", "A INVITE", "B 100"]
    );
    if let Some(account) = &mut of_a.account {
        account.password = model::Secret::new("wrong".to_owned());
    }
    let mut pair = Pair::with(of_a.clone(), of_b.clone());
    pair.sides[0].invite(pair.now, &super::wanted()).unwrap();
    assert_eq!(
        pair.sent(),
        ["A INVITE", "B 401", "A ACK", "A INVITE", "B 401", "A ACK"]
    );
    assert!(matches!(pair.event(0), Event::Ended { .. }));
    if let Some(account) = &mut of_a.account {
        account.realm = "elsewhere.example".to_owned();
    }
    let mut pair = Pair::with(of_a, of_b);
    pair.sides[0].invite(pair.now, &super::wanted()).unwrap();
    assert_eq!(pair.sent(), ["A INVITE", "B 401", "A ACK"]);
}

#[test]
fn connections_and_waiting_outputs_are_bounded() {
    let mut tcp = trunk(B);
    tcp.transports = vec![Transport::Tcp];
    let mut side = endpoint(1, "192.0.2.1", vec![tcp]);
    let mut peer = Pair::peer(1);
    peer.transport = Transport::Tcp;
    let most = limits::CONNECTIONS_MAX as u64;
    for id in 0..=most {
        side.connected(ConnectionId(id), &peer);
    }
    assert!(matches!(side.next_output(), Some(Output::Close(ConnectionId(id))) if id == most));
    side.disconnected(ConnectionId(0));
    side.connected(ConnectionId(most + 1), &peer);
    assert!(side.next_output().is_none());
    // Nobody fetches what is to be sent: input is dropped above the bound.
    for _ in 0..=limits::OUTPUTS_MAX {
        side.receive_stream(at(0), ConnectionId(1), b"\r\n\r\n");
    }
    let waiting = side.outputs.len();
    side.receive_stream(at(0), ConnectionId(1), b"\r\n\r\n");
    assert_eq!(side.outputs.len(), waiting);
}

#[test]
fn all_trunks_together_have_no_more_calls_than_they_may() {
    let mut pair = Pair::new();
    pair.sides[0].calls_max = 1;
    pair.raw(0, &request("INVITE", &sdp_lines(), &sdp_body()));
    assert_eq!(status(pair.answer_of(0)), Some(100));
    assert!(pair.sides[0].invite(pair.now, &super::wanted()).is_err());
}

#[test]
fn a_message_that_never_becomes_whole_closes_its_connection() {
    let mut tcp = trunk(B);
    tcp.transports = vec![Transport::Tcp];
    let mut side = endpoint(1, "192.0.2.1", vec![tcp]);
    let mut peer = Pair::peer(1);
    peer.transport = Transport::Tcp;
    let (slow, honest) = (ConnectionId(1), ConnectionId(2));
    side.connected(slow, &peer);
    side.connected(honest, &peer);
    let text = request("OPTIONS", "", "").replace("/UDP", "/TCP");
    let patience = i64::try_from(limits::INCOMPLETE_MESSAGE_MAX.as_millis()).unwrap();
    // A byte now and then buys no time; whole messages and keep-alives do.
    for (second, byte) in (0..patience / 1000).zip(text.as_bytes()) {
        let now = at(1000 * second);
        side.on_deadline(now);
        side.receive_stream(now, slow, &[*byte]);
        side.receive_stream(now, honest, format!("{text}\r\n\r\nOPT").as_bytes());
        side.receive_stream(now, honest, &text.as_bytes()[3..]);
        while let Some(output) = side.next_output() {
            assert!(
                matches!(output, Output::Transmit(_)),
                "{second}: {output:?}"
            );
        }
    }
    side.receive_stream(at(patience - 1), honest, b"\r\n");
    assert_eq!(side.next_deadline(), Some(at(patience)));
    side.on_deadline(at(patience));
    assert!(matches!(side.next_output(), Some(Output::Close(id)) if id == slow));
    side.receive_stream(at(patience), slow, &text.as_bytes()[1..]);
    // The line end was an answer to a keep-alive, however long nothing follows it.
    side.on_deadline(at(10 * patience));
    assert!(side.next_output().is_none());
    side.receive_stream(at(10 * patience), honest, text.as_bytes());
    assert!(matches!(side.next_output(), Some(Output::Transmit(_))));
}
