#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use bytes::Bytes;
use model::Timestamp;

use super::{
    ClientKey, ClientOutput, InviteClient, InviteServer, NonInviteClient, NonInviteServer,
    Reliability, ServerKey, ServerOutput,
};
use crate::framing::parse_datagram;
use crate::message::{Message, Request, Response, ResponseBuilder, StatusCode};

fn request(method: &str, branch: &str) -> Request {
    let text = format!(
        "{method} sip:b@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2{branch}\r\n\
         From: <sip:a@192.0.2.2>;tag=a\r\nTo: <sip:b@192.0.2.1>\r\nCall-ID: x\r\n\
         CSeq: 1 {method}\r\nRoute: <sip:192.0.2.9;lr>\r\nContact: <sip:a@192.0.2.2>\r\n\r\n"
    );
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

fn invite() -> Request {
    request("INVITE", ";branch=z9hG4bK1")
}

fn response(request: &Request, status: u16) -> Response {
    let status = StatusCode::new(status).unwrap();
    ResponseBuilder::new(status, request, "t").finish().unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// `send`, `180`, `timeout` and so on.
fn names(outputs: &[ClientOutput]) -> Vec<String> {
    outputs
        .iter()
        .map(|output| match output {
            ClientOutput::Send(bytes) => String::from_utf8_lossy(bytes)
                .split(' ')
                .next()
                .unwrap()
                .to_owned(),
            ClientOutput::Response(response) => response.status().as_u16().to_string(),
            ClientOutput::TimedOut => "timeout".to_owned(),
            ClientOutput::ProvisionalTimedOut => "cancel".to_owned(),
            ClientOutput::Terminated => "end".to_owned(),
        })
        .collect()
}

/// Runs the deadlines of a machine until it has none: when, and what happened.
macro_rules! run {
    ($machine:expr, $show:expr) => {{
        let mut seen = Vec::new();
        while let Some(deadline) = $machine.next_deadline() {
            let outputs = $machine.on_deadline(deadline);
            seen.push((deadline.as_millis(), $show(&outputs)));
        }
        seen
    }};
}

#[test]
fn an_invite_is_repeated_at_doubling_intervals_until_it_times_out() {
    let (mut machine, outputs) = InviteClient::start(at(0), invite(), Reliability::Datagram);
    assert_eq!(names(&outputs), ["INVITE"]);
    let seen = run!(machine, names);
    let times: Vec<i64> = seen.iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [500, 1500, 3500, 7500, 15_500, 31_500, 32_000]);
    assert_eq!(seen.last().unwrap().1, ["timeout", "end"]);
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Stream);
    assert_eq!(run!(machine, names).len(), 1);
}

#[test]
fn a_provisional_response_stops_repeating_and_lasts_three_minutes() {
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Datagram);
    assert!(!machine.is_proceeding());
    assert_eq!(
        names(&machine.on_response(at(100), response(&invite(), 180))),
        ["180"]
    );
    assert!(machine.is_proceeding());
    assert_eq!(machine.next_deadline(), Some(at(180_100)));
    assert_eq!(names(&machine.on_deadline(at(180_100))), ["cancel"]);
    assert_eq!(
        names(&machine.on_response(at(180_200), response(&invite(), 487))),
        ["ACK", "487"]
    );
}

#[test]
fn an_invite_that_is_never_answered_for_good_ends_after_its_cancel() {
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Datagram);
    machine.on_response(at(0), response(&invite(), 180));
    let seen = run!(machine, names);
    let expected = [
        (180_000, vec!["cancel".to_owned()]),
        (212_000, vec!["timeout".to_owned(), "end".to_owned()]),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_refusal_is_confirmed_once_for_each_time_it_comes() {
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Datagram);
    let outputs = machine.on_response(at(10), response(&invite(), 486));
    assert_eq!(names(&outputs), ["ACK", "486"]);
    let Some(ClientOutput::Send(ack)) = outputs.first() else {
        panic!("no ACK");
    };
    let ack = String::from_utf8_lossy(ack);
    assert!(ack.contains("branch=z9hG4bK1") && ack.contains("Route: <sip:192.0.2.9;lr>"));
    assert!(ack.contains("To: <sip:b@192.0.2.1>;tag=t") && ack.contains("CSeq: 1 ACK"));
    assert_eq!(
        names(&machine.on_response(at(20), response(&invite(), 486))),
        ["ACK"]
    );
    assert!(
        machine
            .on_response(at(20), response(&invite(), 200))
            .is_empty()
    );
    assert_eq!(run!(machine, names), [(33_010, vec!["end".to_owned()])]);
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Stream);
    let outputs = machine.on_response(at(10), response(&invite(), 486));
    assert_eq!(names(&outputs), ["ACK", "486", "end"]);
}

#[test]
fn every_success_is_handed_up_for_32_seconds() {
    let (mut machine, _) = InviteClient::start(at(0), invite(), Reliability::Datagram);
    assert_eq!(
        names(&machine.on_response(at(10), response(&invite(), 200))),
        ["200"]
    );
    assert_eq!(
        names(&machine.on_response(at(20), response(&invite(), 200))),
        ["200"]
    );
    assert!(
        machine
            .on_response(at(30), response(&invite(), 486))
            .is_empty()
    );
    assert_eq!(run!(machine, names), [(32_010, vec!["end".to_owned()])]);
}

#[test]
fn other_requests_are_repeated_at_intervals_of_at_most_four_seconds() {
    let options = request("OPTIONS", ";branch=z9hG4bK1");
    let (mut machine, _) = NonInviteClient::start(at(0), options.clone(), Reliability::Datagram);
    let times: Vec<i64> = run!(machine, names).iter().map(|(time, _)| *time).collect();
    assert_eq!(
        times,
        [
            500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000
        ]
    );
    let (mut machine, _) = NonInviteClient::start(at(0), options.clone(), Reliability::Datagram);
    assert_eq!(
        names(&machine.on_response(at(10), response(&options, 100))),
        ["100"]
    );
    assert_eq!(machine.next_deadline(), Some(at(4010)));
    assert_eq!(
        names(&machine.on_response(at(20), response(&options, 200))),
        ["200"]
    );
    assert!(
        machine
            .on_response(at(30), response(&options, 200))
            .is_empty()
    );
    assert_eq!(run!(machine, names), [(5020, vec!["end".to_owned()])]);
    let (mut machine, _) = NonInviteClient::start(at(0), options.clone(), Reliability::Stream);
    assert_eq!(
        names(&machine.on_response(at(10), response(&options, 200))),
        ["200", "end"]
    );
}

fn shown(outputs: &[ServerOutput]) -> Vec<String> {
    outputs
        .iter()
        .map(|output| match output {
            ServerOutput::Send(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            ServerOutput::Unconfirmed => "unconfirmed".to_owned(),
            ServerOutput::Terminated => "end".to_owned(),
        })
        .collect()
}

#[test]
fn a_refusal_of_ours_is_repeated_until_it_is_confirmed() {
    let mut machine = InviteServer::new(Reliability::Datagram);
    assert!(machine.on_retransmission().is_empty());
    machine.respond(at(0), StatusCode::TRYING, Bytes::from("100"));
    assert_eq!(shown(&machine.on_retransmission()), ["100"]);
    machine.respond(at(0), StatusCode::BUSY_HERE, Bytes::from("486"));
    assert!(
        machine
            .respond(at(1), StatusCode::OK, Bytes::from("200"))
            .is_empty()
    );
    assert_eq!(shown(&machine.on_retransmission()), ["486"]);
    let times: Vec<i64> = run!(machine, shown).iter().map(|(time, _)| *time).collect();
    assert_eq!(
        times,
        [
            500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000
        ]
    );
    let mut machine = InviteServer::new(Reliability::Datagram);
    machine.respond(at(0), StatusCode::BUSY_HERE, Bytes::from("486"));
    assert!(machine.on_ack(at(100)).is_empty());
    assert!(machine.on_retransmission().is_empty());
    assert_eq!(run!(machine, shown), [(5100, vec!["end".to_owned()])]);
    let mut machine = InviteServer::new(Reliability::Stream);
    machine.respond(at(0), StatusCode::BUSY_HERE, Bytes::from("486"));
    assert_eq!(shown(&machine.on_ack(at(100))), ["end"]);
}

#[test]
fn after_a_success_retransmissions_are_absorbed() {
    let mut machine = InviteServer::new(Reliability::Datagram);
    assert!(machine.is_open());
    machine.respond(at(0), StatusCode::OK, Bytes::from("200"));
    assert!(!machine.is_open());
    assert!(machine.on_retransmission().is_empty());
    assert_eq!(run!(machine, shown), [(32_000, vec!["end".to_owned()])]);
}

#[test]
fn other_requests_get_the_same_answer_again() {
    let mut machine = NonInviteServer::new(at(0), Reliability::Datagram);
    assert!(machine.on_retransmission().is_empty());
    machine.respond(at(0), StatusCode::OK, Bytes::from("200"));
    assert_eq!(shown(&machine.on_retransmission()), ["200"]);
    assert_eq!(run!(machine, shown), [(32_000, vec!["end".to_owned()])]);
    let mut machine = NonInviteServer::new(at(0), Reliability::Stream);
    let outputs = machine.respond(at(0), StatusCode::OK, Bytes::from("200"));
    assert_eq!(shown(&outputs), ["200", "end"]);
}

#[test]
fn transactions_are_told_apart_by_branch_host_and_method() {
    let key = |method, branch| ServerKey::of(&request(method, branch));
    assert_eq!(
        key("INVITE", ";branch=z9hG4bK1"),
        key("ACK", ";branch=z9hG4bK1")
    );
    assert_ne!(
        key("INVITE", ";branch=z9hG4bK1"),
        key("INVITE", ";branch=z9hG4bK2")
    );
    assert_ne!(
        key("INVITE", ";branch=z9hG4bK1"),
        key("INVITE", ":5070;branch=z9hG4bK1")
    );
    assert_ne!(
        key("INVITE", ";branch=z9hG4bK1"),
        key("CANCEL", ";branch=z9hG4bK1")
    );
    let cancelled = ServerKey::cancelled_by(&request("CANCEL", ";branch=z9hG4bK1"));
    assert_eq!(cancelled, key("INVITE", ";branch=z9hG4bK1"));
    assert!(key("INVITE", ";branch=z9hG4bK").is_err());
    // Without the cookie, the rules of RFC 2543.
    assert_eq!(key("INVITE", ";branch=1"), key("ACK", ";branch=1"));
    assert_ne!(key("INVITE", ";branch=1"), key("INVITE", ";branch=2"));
    let sent = invite();
    assert_eq!(
        ClientKey::of(&sent),
        ClientKey::answered_by(&response(&sent, 200))
    );
}
