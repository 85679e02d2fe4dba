use std::time::Duration;

use super::{CONTACT, Pair, answer, at, description, request, sdp_body, sdp_lines, wanted};
use crate::dialog::DialogSnapshot;
use crate::endpoint::{CommandError, EndReason, Event};
use crate::message::StatusCode;

#[test]
fn a_call_is_made_answered_and_hung_up() {
    let mut pair = Pair::new();
    let a = pair.sides[0].invite(pair.now, &wanted()).unwrap();
    let Event::IncomingCall(incoming) = pair.event(1) else {
        panic!("no call");
    };
    assert_eq!(incoming.called.expose(), "+49301");
    assert_eq!(incoming.caller.expose(), "+49302");
    assert_eq!(incoming.caller_name.expose(), "Anna \"A\"");
    assert_eq!(incoming.offer.as_deref(), Some(&description(4000)));
    let contact = incoming
        .headers
        .iter()
        .find(|(name, _)| name == "X-Contact");
    assert_eq!(contact.unwrap().1.expose(), "c1");
    pair.sides[1].ring(pair.now, incoming.call).unwrap();
    assert!(matches!(pair.event(0), Event::Progress { call, description: None, .. } if call == a));
    pair.sides[1]
        .answer(pair.now, incoming.call, Some(answer()))
        .unwrap();
    let Event::Answered {
        description: found, ..
    } = pair.event(0)
    else {
        panic!("not answered");
    };
    assert_eq!(*found.unwrap(), answer());
    assert!(matches!(
        pair.event(1),
        Event::Confirmed {
            description: None,
            ..
        }
    ));
    pair.sides[0].hang_up(pair.now, a).unwrap();
    assert!(matches!(
        pair.event(0),
        Event::Ended {
            reason: EndReason::Local,
            ..
        }
    ));
    assert!(matches!(
        pair.event(1),
        Event::Ended {
            reason: EndReason::Remote,
            ..
        }
    ));
    assert_eq!(
        pair.sent(),
        [
            "A INVITE", "B 100", "B 180", "B 200", "A ACK", "A BYE", "B 200"
        ]
    );
    assert_eq!(
        pair.sides[0].hang_up(pair.now, a),
        Err(CommandError::NoCall)
    );
    pair.pass(Duration::from_mins(2));
    for side in &pair.sides {
        assert_eq!((side.open_calls(), side.next_deadline()), (0, None));
        assert_eq!((side.servers.len(), side.clients.len()), (0, 0));
        assert!(side.tags.is_empty() && side.merges.is_empty());
    }
}

#[test]
fn lost_messages_are_sent_again() {
    for lost in ["A INVITE", "B 100", "B 200", "A ACK", "A BYE"] {
        let mut pair = Pair::new();
        pair.lost.push(lost.to_owned());
        let a = pair.sides[0].invite(pair.now, &wanted()).unwrap();
        pair.pass(Duration::from_secs(1));
        let Event::IncomingCall(incoming) = pair.event(1) else {
            panic!("no call");
        };
        pair.sides[1]
            .answer(pair.now, incoming.call, Some(answer()))
            .unwrap();
        pair.pass(Duration::from_secs(2));
        assert!(matches!(pair.event(0), Event::Answered { .. }), "{lost}");
        assert!(matches!(pair.event(1), Event::Confirmed { .. }), "{lost}");
        pair.sides[0].hang_up(pair.now, a).unwrap();
        pair.pass(Duration::from_secs(2));
        assert!(matches!(pair.event(1), Event::Ended { .. }), "{lost}");
        assert!(pair.lost.is_empty());
    }
}

#[test]
fn a_bye_waits_until_the_answer_is_confirmed() {
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    pair.hold = Some("A ACK".to_owned());
    pair.sides[1].answer(pair.now, b, Some(answer())).unwrap();
    pair.pump();
    pair.sides[1].hang_up(pair.now, b).unwrap();
    assert!(!pair.sent().contains(&"B BYE".to_owned()));
    pair.release();
    assert_eq!(pair.sent(), ["B BYE", "A 200"]);
    assert!(matches!(
        pair.event(1),
        Event::Ended {
            reason: EndReason::Local,
            ..
        }
    ));
}

#[test]
fn an_answer_that_is_never_confirmed_ends_the_call() {
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    pair.hold = Some("A ACK".to_owned());
    pair.sides[1].answer(pair.now, b, Some(answer())).unwrap();
    pair.pass(Duration::from_secs(40));
    let ended = Event::Ended {
        call: b,
        reason: EndReason::Unconfirmed,
    };
    assert_eq!(format!("{:?}", pair.event(1)), format!("{ended:?}"));
    let answers = pair.sent().iter().filter(|line| *line == "B 200").count();
    assert_eq!(answers, 11);
}

#[test]
fn a_caller_may_give_up_before_and_while_it_rings() {
    let mut pair = Pair::new();
    let (a, b) = pair.calling();
    pair.sides[1].ring(pair.now, b).unwrap();
    pair.event(0);
    pair.sides[0].hang_up(pair.now, a).unwrap();
    assert!(matches!(
        pair.event(1),
        Event::Ended {
            reason: EndReason::Cancelled,
            ..
        }
    ));
    assert!(matches!(
        pair.event(0),
        Event::Ended {
            reason: EndReason::Local,
            ..
        }
    ));
    // Before anything came back, the CANCEL waits for a first response.
    let mut pair = Pair::new();
    pair.hold = Some("A INVITE".to_owned());
    let a = pair.sides[0].invite(pair.now, &wanted()).unwrap();
    pair.pump();
    pair.sides[0].hang_up(pair.now, a).unwrap();
    assert_eq!(pair.sent(), ["A INVITE"]);
    pair.release();
    assert_eq!(
        pair.sent(),
        ["B 100", "A CANCEL", "B 200", "B 487", "A ACK"]
    );
}

#[test]
fn an_answer_that_crosses_a_cancel_is_confirmed_and_hung_up() {
    let mut pair = Pair::new();
    let (a, b) = pair.calling();
    pair.hold = Some("A CANCEL".to_owned());
    pair.sides[0].hang_up(pair.now, a).unwrap();
    pair.pump();
    pair.sides[1].answer(pair.now, b, Some(answer())).unwrap();
    assert!(matches!(
        pair.event(0),
        Event::Ended {
            reason: EndReason::Local,
            ..
        }
    ));
    assert_eq!(
        pair.sent(),
        [
            "A INVITE", "B 100", "A CANCEL", "B 200", "A ACK", "A BYE", "B 200"
        ]
    );
}

#[test]
fn a_refusal_ends_the_call_with_its_status_and_redirections_are_not_followed() {
    for status in [
        StatusCode::BUSY_HERE,
        StatusCode::NOT_FOUND,
        StatusCode::DECLINE,
    ] {
        let mut pair = Pair::new();
        let (_, b) = pair.calling();
        pair.sides[1].refuse(pair.now, b, status).unwrap();
        let Event::Ended { reason, .. } = pair.event(0) else {
            panic!("not ended");
        };
        assert_eq!(reason, EndReason::Refused(status));
    }
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    let moved = StatusCode::new(302).unwrap();
    assert_eq!(
        pair.sides[1].refuse(pair.now, b, moved),
        Err(CommandError::Status)
    );
    let mut pair = Pair::new();
    pair.hold = Some("A INVITE".to_owned());
    pair.sides[0].invite(pair.now, &wanted()).unwrap();
    pair.pump();
    let invite = String::from_utf8(pair.held[0].1.clone()).unwrap();
    let head = |name: &str| {
        let line = invite
            .split("\r\n")
            .find(|line| line.starts_with(name))
            .unwrap();
        format!("{line}\r\n")
    };
    let moved = format!(
        "SIP/2.0 302 Moved\r\n{}{}{}{}{}Contact: <sip:x@203.0.113.66>\r\n\r\n",
        head("Via"),
        head("From"),
        head("To").replace("\r\n", ";tag=x\r\n"),
        head("Call-ID"),
        head("CSeq")
    );
    pair.raw(0, &moved);
    let Event::Ended { reason, .. } = pair.event(0) else {
        panic!("followed");
    };
    assert_eq!(reason, EndReason::Refused(StatusCode::new(302).unwrap()));
}

#[test]
fn early_media_is_confirmed_by_prack_and_holds_the_answer_back() {
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    pair.hold = Some("A PRACK".to_owned());
    pair.sides[1].progress(pair.now, b, answer()).unwrap();
    let Event::Progress {
        description: Some(early),
        status,
        ..
    } = pair.event(0)
    else {
        panic!("no early media");
    };
    assert_eq!((*early, status), (answer(), StatusCode::SESSION_PROGRESS));
    assert_eq!(
        pair.sides[1].progress(pair.now, b, answer()),
        Err(CommandError::Pending)
    );
    pair.sides[1].answer(pair.now, b, None).unwrap();
    assert_eq!(pair.sent(), ["A INVITE", "B 100", "B 183", "A PRACK"]);
    pair.release();
    assert_eq!(pair.sent(), ["B 200", "B 200", "A ACK"]);
    // What was confirmed is not said again.
    assert!(matches!(
        pair.event(0),
        Event::Answered {
            description: None,
            ..
        }
    ));
    assert!(matches!(pair.event(1), Event::Confirmed { .. }));
}

#[test]
fn an_early_call_is_changed_once_its_first_answer_is_confirmed() {
    for confirmed in [false, true] {
        let mut pair = Pair::new();
        let (_, b) = pair.calling();
        if confirmed {
            pair.sides[1].progress(pair.now, b, answer()).unwrap();
        } else {
            pair.sides[1].ring(pair.now, b).unwrap();
        }
        pair.pump();
        let ours = pair.sides[1].calls[&b].local_tag.clone();
        let dialog = pair.sides[1].calls[&b].dialog.clone().unwrap();
        let update = request("UPDATE", &sdp_lines(), &sdp_body())
            .replace("198.51.100.2", "192.0.2.1")
            .replace("tag=raw", &format!("tag={}", dialog.remote_tag()))
            .replace("Call-ID: raw", &format!("Call-ID: {}", dialog.call_id()))
            .replace("CSeq: 1 ", "CSeq: 9 ")
            .replace(
                "To: <sip:+49301@192.0.2.1>",
                &format!("To: <sip:b@192.0.2.1>;tag={ours}"),
            )
            .replace("4000", "4040");
        pair.events[1].clear();
        pair.raw(1, &update);
        if confirmed {
            assert!(matches!(pair.event(1), Event::Offer { call, .. } if call == b));
            pair.sides[1]
                .accept_offer(pair.now, b, description(5050))
                .unwrap();
            assert!(pair.answer_of(1).unwrap().starts_with("SIP/2.0 200 "));
        } else {
            assert!(pair.answer_of(1).unwrap().starts_with("SIP/2.0 491 "));
        }
    }
}

#[test]
fn a_call_that_nobody_answers_is_refused_in_the_end() {
    let mut pair = Pair::new();
    pair.raw(0, &request("INVITE", &sdp_lines(), &sdp_body()));
    while pair.answer_of(0).is_some() {}
    pair.now = at(600_000);
    pair.sides[0].on_deadline(pair.now);
    assert!(pair.answer_of(0).unwrap().starts_with("SIP/2.0 480 "));
    assert_eq!(pair.sides[0].open_calls(), 0);
}

#[test]
fn a_reliable_response_is_repeated_and_its_copies_are_confirmed_once() {
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    pair.lost.push("A PRACK".to_owned());
    pair.sides[1].progress(pair.now, b, answer()).unwrap();
    pair.pass(Duration::from_millis(600));
    let sent = pair.sent();
    assert_eq!(
        sent,
        ["A INVITE", "B 100", "B 183", "A PRACK", "B 183", "B 200"]
    );
    assert!(matches!(pair.event(0), Event::Progress { .. }));
    pair.no_event(0);
    // Never confirmed, the call fails.
    let mut pair = Pair::new();
    let (_, b) = pair.calling();
    pair.hold = Some("A PRACK".to_owned());
    pair.sides[1].progress(pair.now, b, answer()).unwrap();
    pair.pass(Duration::from_secs(40));
    assert!(matches!(
        pair.event(1),
        Event::Ended {
            reason: EndReason::Unconfirmed,
            ..
        }
    ));
}

#[test]
fn a_call_without_an_offer_is_answered_with_one() {
    let mut pair = Pair::new();
    pair.raw(0, &request("INVITE", CONTACT, ""));
    while pair.answer_of(0).is_some() {}
    let Some(Event::IncomingCall(incoming)) = pair.events[0].pop_front() else {
        panic!("no call");
    };
    assert!(incoming.offer.is_none());
    assert_eq!(
        pair.sides[0].progress(pair.now, incoming.call, answer()),
        Err(CommandError::State)
    );
    pair.sides[0]
        .answer(pair.now, incoming.call, Some(description(6000)))
        .unwrap();
    let ok = pair.answer_of(0).unwrap();
    let tag = ok
        .split("tag=")
        .nth(2)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    let ack = request("ACK", "Content-Type: application/sdp\r\n", &sdp_body()).replace(
        "To: <sip:+49301@192.0.2.1>",
        &format!("To: <sip:+49301@192.0.2.1>;tag={tag}"),
    );
    pair.raw(0, &ack);
    assert!(pair.answer_of(0).is_none());
    let Some(Event::Confirmed {
        description: Some(found),
        ..
    }) = pair.events[0].pop_front()
    else {
        panic!("no answer");
    };
    assert_eq!(*found, description(4000));
}

#[test]
fn other_forks_that_answer_are_confirmed_and_hung_up() {
    let mut pair = Pair::new();
    pair.hold = Some("B 200".to_owned());
    let (_, b) = pair.calling();
    pair.sides[1].answer(pair.now, b, Some(answer())).unwrap();
    pair.pump();
    let ok = String::from_utf8(pair.held[0].1.clone()).unwrap();
    pair.release();
    assert!(matches!(pair.event(0), Event::Answered { .. }));
    pair.log.clear();
    let tag = ok
        .split("To: ")
        .nth(1)
        .unwrap()
        .split("tag=")
        .nth(1)
        .unwrap();
    let tag = tag.split("\r\n").next().unwrap();
    pair.raw(0, &ok.replace(tag, "fork"));
    let ack = pair.answer_of(0).unwrap();
    let bye = pair.answer_of(0).unwrap();
    assert!(ack.starts_with("ACK ") && ack.contains(";tag=fork\r\n"));
    assert!(bye.starts_with("BYE ") && bye.contains(";tag=fork\r\n"));
    assert_eq!(pair.sides[0].open_calls(), 1);
    // The answer that was taken, come again, gets its ACK again.
    pair.raw(0, &ok);
    assert!(pair.answer_of(0).unwrap().starts_with("ACK "));
    assert!(pair.answer_of(0).is_none());
}

#[test]
fn a_later_process_hangs_up_from_a_snapshot() {
    for side in 0..2 {
        let mut pair = Pair::new();
        let (a, b) = pair.calling();
        // Whoever answers stores it before that.
        let early = pair.sides[side].snapshot([a, b][side]);
        assert_eq!(early.is_some(), side == 1);
        pair.sides[1].answer(pair.now, b, Some(answer())).unwrap();
        pair.pump();
        let snapshot = pair.sides[side].snapshot([a, b][side]).unwrap();
        let snapshot = early.unwrap_or(snapshot);
        let stored = serde_json::to_string(&snapshot).unwrap();
        let mut later = Pair::new();
        std::mem::swap(&mut later.sides[1 - side], &mut pair.sides[1 - side]);
        let read: DialogSnapshot = serde_json::from_str(&stored).unwrap();
        assert!(later.sides[side].hang_up_snapshot(at(1), &read));
        let Event::Ended { reason, .. } = later.event(1 - side) else {
            panic!("still open");
        };
        assert_eq!(reason, EndReason::Remote);
        let mut elsewhere = read;
        elsewhere.address = "203.0.113.66:5060".parse().unwrap();
        assert!(!later.sides[side].hang_up_snapshot(at(1), &elsewhere));
    }
}

#[test]
fn a_call_takes_the_place_of_the_one_that_it_names() {
    let mut pair = Pair::new();
    let (_, b) = pair.talking();
    let dialog = pair.sides[1].calls[&b].dialog.clone().unwrap();
    let mut second = wanted();
    let value = |tag: &str| {
        format!(
            "{};to-tag={};from-tag={tag}",
            dialog.call_id(),
            dialog.local_tag()
        )
    };
    second.headers = vec![("Replaces".to_owned(), value(dialog.remote_tag()).into())];
    pair.sides[0].invite(pair.now, &second).unwrap();
    let Event::IncomingCall(incoming) = pair.event(1) else {
        panic!("no call");
    };
    assert_eq!(incoming.replaces, Some(b));
    second.headers = vec![("Replaces".to_owned(), value("other").into())];
    pair.sides[0].invite(pair.now, &second).unwrap();
    let Event::Ended { reason, .. } = pair.event(0) else {
        panic!("accepted");
    };
    assert_eq!(reason, EndReason::Refused(StatusCode::NO_SUCH_CALL));
}

#[test]
fn headers_that_route_or_prove_are_not_the_applications_to_set() {
    let mut pair = Pair::new();
    for (name, value, expected) in [
        ("Route", "<sip:203.0.113.66;lr>", CommandError::Header),
        ("Authorization", "x", CommandError::Header),
        ("From", "<sip:a@b>", CommandError::Header),
        ("s", "short", CommandError::Header),
        ("X Y", "x", CommandError::Header),
    ] {
        let mut call = wanted();
        call.headers = vec![(name.to_owned(), value.into())];
        assert_eq!(
            pair.sides[0].invite(pair.now, &call),
            Err(expected),
            "{name}"
        );
    }
    let mut call = wanted();
    call.headers = vec![("X-A".to_owned(), "a\r\nRoute: <sip:b@c>".into())];
    assert!(matches!(
        pair.sides[0].invite(pair.now, &call),
        Err(CommandError::Build(_))
    ));
    let mut call = wanted();
    call.number = "1@203.0.113.66;x".into();
    call.headers.clear();
    pair.sides[0].invite(pair.now, &call).unwrap();
    let invite = pair.answer_of(0).unwrap();
    assert!(invite.starts_with("INVITE sip:1%40203.0.113.66%3Bx@trunk.example SIP/2.0\r\n"));
}

#[test]
fn what_a_caller_sends_in_headers_is_bounded() {
    let mut pair = Pair::new();
    let lines: String = (0..100)
        .map(|n| format!("X-{n}: {}\r\n", "ä".repeat(600)))
        .take(10)
        .collect();
    let lines = format!("{lines}Identity: secret\r\n{}", sdp_lines());
    pair.raw(0, &request("INVITE", &lines, &sdp_body()));
    while pair.answer_of(0).is_some() {}
    let Some(Event::IncomingCall(incoming)) = pair.events[0].pop_front() else {
        panic!("no call");
    };
    assert!(
        incoming
            .headers
            .iter()
            .all(|(_, value)| value.expose().len() <= 512)
    );
    assert!(incoming.headers.iter().all(|(name, _)| name != "Identity"));
    assert!(!format!("{incoming:?}").contains("Eve"));
}
