use std::time::Duration;

use super::{B, Pair, account, at, endpoint, trunk, wanted};
use crate::endpoint::{EndReason, Endpoint, Event, Output, RegistrationConfig, Target, Transport};
use crate::limits::FORKS_MAX;
use crate::message::StatusCode;

/// Everything that waits: first words with addresses, and events.
fn drain(side: &mut Endpoint) -> (Vec<(String, String)>, Vec<Event>) {
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    while let Some(output) = side.next_output() {
        match output {
            Output::Transmit(transmit) => {
                let text = String::from_utf8(transmit.bytes.to_vec()).unwrap();
                sent.push((text, transmit.address.to_string()));
            }
            Output::Event(event) => events.push(event),
            Output::Close(_) => {}
        }
    }
    (sent, events)
}

fn reply(request: &str, status: &str, lines: &str) -> String {
    let head = |name: &str| {
        let line = request.split("\r\n").find(|line| line.starts_with(name));
        format!("{}\r\n", line.unwrap())
    };
    let to = head("To").replace("\r\n", ";tag=r\r\n");
    format!(
        "SIP/2.0 {status}\r\n{}{}{to}{}{}{lines}\r\n",
        head("Via"),
        head("From"),
        head("Call-ID"),
        head("CSeq")
    )
}

fn run(side: &mut Endpoint, from: i64, to: i64) -> (Vec<(String, String)>, Vec<Event>) {
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    let mut now = at(from);
    while let Some(next) = side.next_deadline().filter(|next| *next <= at(to)) {
        now = now.max(next);
        side.on_deadline(now);
        let (more, others) = drain(side);
        sent.extend(more);
        events.extend(others);
    }
    (sent, events)
}

#[test]
fn targets_are_asked_and_calls_go_to_those_that_answer() {
    let mut config = trunk(B);
    config.keep_alive = Some(Duration::from_mins(1));
    config.targets.push(Target {
        transport: Transport::Udp,
        address: "198.51.100.3:5060".parse().unwrap(),
    });
    let mut side = endpoint(1, "192.0.2.1", vec![config]);
    side.on_deadline(at(0));
    let (sent, _) = drain(&mut side);
    assert_eq!(sent.len(), 2);
    assert!(
        sent.iter()
            .all(|(text, _)| text.starts_with("OPTIONS sip:trunk.example "))
    );
    let peer = |address: &str| {
        let mut peer = Pair::peer(1);
        peer.address = address.parse().unwrap();
        peer
    };
    side.receive(
        at(10),
        &peer("198.51.100.3:5060"),
        reply(&sent[1].0, "404 Not Found", "").as_bytes(),
    );
    side.receive(
        at(10),
        &peer(B),
        reply(&sent[0].0, "503 Down", "").as_bytes(),
    );
    let (_, events) = drain(&mut side);
    assert!(matches!(events.as_slice(), [Event::TrunkUp(_)]));
    side.invite(at(20), &wanted()).unwrap();
    let (sent, _) = drain(&mut side);
    assert_eq!(sent[0].1, "198.51.100.3:5060");
    // Nobody answers any more.
    let (_, events) = run(&mut side, 20, 120_000);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::TrunkDown(_)))
    );
}

#[test]
fn a_call_that_nobody_takes_goes_to_the_next_target() {
    let mut config = trunk(B);
    config.targets.push(Target {
        transport: Transport::Udp,
        address: "198.51.100.3:5060".parse().unwrap(),
    });
    let mut side = endpoint(1, "192.0.2.1", vec![config]);
    side.invite(at(0), &wanted()).unwrap();
    let (sent, _) = drain(&mut side);
    side.receive(
        at(10),
        &Pair::peer(1),
        reply(&sent[0].0, "503 Down", "").as_bytes(),
    );
    let (sent, events) = drain(&mut side);
    assert!(events.is_empty());
    assert!(sent[0].0.starts_with("ACK ") && sent[0].1 == B);
    assert!(sent[1].0.starts_with("INVITE ") && sent[1].1 == "198.51.100.3:5060");
    assert!(sent[1].0.contains("CSeq: 2 INVITE"));
    side.transmit_failed(at(20), Transport::Udp, "198.51.100.3:5060".parse().unwrap());
    let (_, events) = drain(&mut side);
    assert!(matches!(
        events.as_slice(),
        [Event::Ended {
            reason: EndReason::Timeout,
            ..
        }]
    ));
    assert_eq!(side.trunks[0].calls, 0);
}

#[test]
fn a_registration_is_made_refreshed_and_tried_again_later_and_later() {
    let mut config = trunk(B);
    config.account = Some(account());
    config.registration = Some(RegistrationConfig {
        registrar: "sip:trunk.example".to_owned(),
        address_of_record: "sip:ringfence@trunk.example".to_owned(),
        expires_secs: 600,
    });
    let mut side = endpoint(1, "192.0.2.1", vec![config]);
    side.on_deadline(at(0));
    let (sent, _) = drain(&mut side);
    assert!(
        sent[0]
            .0
            .contains("\r\nContact: <sip:ringfence@192.0.2.1:5060>\r\n")
    );
    let challenge = "WWW-Authenticate: Digest realm=\"trunk.example\", nonce=\"n\", \
                     algorithm=SHA-256, qop=\"auth\"\r\n";
    side.receive(
        at(1),
        &Pair::peer(1),
        reply(&sent[0].0, "401 No", challenge).as_bytes(),
    );
    let (sent, _) = drain(&mut side);
    assert!(
        sent[0]
            .0
            .contains("\r\nAuthorization: Digest username=\"ringfence\"")
    );
    let granted = "Contact: <sip:ringfence@192.0.2.1:5060>;expires=100\r\n";
    side.receive(
        at(2),
        &Pair::peer(1),
        reply(&sent[0].0, "200 OK", granted).as_bytes(),
    );
    let (_, events) = drain(&mut side);
    assert!(matches!(
        events.as_slice(),
        [Event::Registered {
            expires_secs: 100,
            ..
        }]
    ));
    let (sent, _) = run(&mut side, 2, 80_002);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].0.contains("CSeq: 3 REGISTER"));
    side.receive(
        at(80_003),
        &Pair::peer(1),
        reply(&sent[0].0, "500 Broken", "").as_bytes(),
    );
    let (_, events) = drain(&mut side);
    let failed = StatusCode::SERVER_INTERNAL_ERROR;
    assert!(matches!(
        events.as_slice(),
        [Event::RegistrationFailed { status: Some(status), .. }] if *status == failed
    ));
    // 30 seconds later, then 60 after the next failure.
    let (sent, _) = run(&mut side, 80_003, 110_003);
    assert_eq!(sent.len(), 1);
    side.receive(
        at(110_004),
        &Pair::peer(1),
        reply(&sent[0].0, "500 Broken", "").as_bytes(),
    );
    assert!(run(&mut side, 110_004, 170_003).0.is_empty());
    assert_eq!(run(&mut side, 170_003, 170_004).0.len(), 1);
}

#[test]
fn answers_of_another_trunk_are_nobodys() {
    let mut other = trunk("198.51.100.9:5060");
    other.id.0 = "other".to_owned();
    let mut side = endpoint(1, "192.0.2.1", vec![trunk(B), other]);
    side.invite(at(0), &wanted()).unwrap();
    let (sent, _) = drain(&mut side);
    let mut peer = Pair::peer(1);
    peer.address = "198.51.100.9:5060".parse().unwrap();
    side.receive(at(1), &peer, reply(&sent[0].0, "486 Busy", "").as_bytes());
    let (sent, events) = drain(&mut side);
    assert!(sent.is_empty() && events.is_empty());
}

#[test]
fn a_session_interval_that_is_too_small_is_raised_once() {
    let mut side = endpoint(1, "192.0.2.1", vec![trunk(B)]);
    side.invite(at(0), &wanted()).unwrap();
    let (sent, _) = drain(&mut side);
    let least = reply(&sent[0].0, "422 Too Small", "Min-SE: 3600\r\n");
    side.receive(at(1), &Pair::peer(1), least.as_bytes());
    let (sent, _) = drain(&mut side);
    assert!(sent[1].0.contains("\r\nSession-Expires: 3600\r\n"));
    assert!(sent[1].0.contains("\r\nMin-SE: 3600\r\n"));
    let again = reply(&sent[1].0, "422 Too Small", "Min-SE: 3600\r\n");
    side.receive(at(2), &Pair::peer(1), again.as_bytes());
    let (_, events) = drain(&mut side);
    assert!(matches!(
        events.as_slice(),
        [Event::Ended {
            reason: EndReason::Refused(_),
            ..
        }]
    ));
}

#[test]
fn a_registrar_that_wants_longer_registrations_gets_them() {
    let mut config = trunk(B);
    config.registration = Some(RegistrationConfig {
        registrar: "sip:trunk.example".to_owned(),
        address_of_record: "sip:ringfence@trunk.example".to_owned(),
        expires_secs: 60,
    });
    let id = config.id.clone();
    let mut side = endpoint(1, "192.0.2.1", vec![config]);
    side.on_deadline(at(0));
    let (sent, _) = drain(&mut side);
    let brief = reply(&sent[0].0, "423 Too Brief", "Min-Expires: 3600\r\n");
    side.receive(at(1), &Pair::peer(1), brief.as_bytes());
    side.on_deadline(at(1));
    let (sent, _) = drain(&mut side);
    assert!(sent[0].0.contains("\r\nExpires: 3600\r\n"));
    assert!(side.check_trunk(at(2), &id));
    let (sent, _) = drain(&mut side);
    let first: Vec<&str> = sent
        .iter()
        .filter_map(|(text, _)| text.split(' ').next())
        .collect();
    assert_eq!(first, ["OPTIONS", "REGISTER"]);
    assert!(!side.check_trunk(at(2), &crate::endpoint::TrunkId("none".to_owned())));
}

#[test]
fn a_call_forks_into_a_bounded_number_of_early_dialogs() {
    let mut side = endpoint(1, "192.0.2.1", vec![trunk(B)]);
    side.invite(at(0), &wanted()).unwrap();
    let (sent, _) = drain(&mut side);
    for fork in 0..=FORKS_MAX {
        let ringing = reply(&sent[0].0, "180 Ringing", "Contact: <sip:198.51.100.2>\r\n")
            .replace(";tag=r\r\n", &format!(";tag=r{fork}\r\n"));
        side.receive(at(1), &Pair::peer(1), ringing.as_bytes());
    }
    let (_, events) = drain(&mut side);
    assert_eq!(events.len(), FORKS_MAX);
}
