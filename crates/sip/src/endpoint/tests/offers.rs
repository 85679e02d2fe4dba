use std::time::Duration;

use super::{Pair, answer, description, media};
use crate::endpoint::{CommandError, EndReason, Event};
use crate::message::StatusCode;
use crate::sdp::{Direction, reoffer};

#[test]
fn a_call_is_held_and_resumed() {
    let mut pair = Pair::new();
    let (a, b) = pair.talking();
    let held = reoffer(&description(4000), &media(4000, Direction::SendOnly));
    pair.sides[0].reinvite(pair.now, a, held.clone()).unwrap();
    assert_eq!(
        pair.sides[0].reinvite(pair.now, a, held.clone()),
        Err(CommandError::Pending)
    );
    let Event::Offer {
        description: Some(found),
        ..
    } = pair.event(1)
    else {
        panic!("no offer");
    };
    assert_eq!(*found, held);
    pair.sides[1].accept_offer(pair.now, b, answer()).unwrap();
    assert!(matches!(pair.event(0), Event::OfferAnswered { .. }));
    assert!(matches!(pair.event(1), Event::Confirmed { .. }));
    assert_eq!(pair.sent(), ["A INVITE", "B 100", "B 200", "A ACK"]);
    let resumed = reoffer(&held, &media(4000, Direction::SendReceive));
    pair.sides[0].update(pair.now, a, resumed).unwrap();
    assert!(matches!(pair.event(1), Event::Offer { .. }));
    pair.sides[1].accept_offer(pair.now, b, answer()).unwrap();
    assert_eq!(pair.sent(), ["A UPDATE", "B 200"]);
}

#[test]
fn a_refused_offer_leaves_the_call_as_it_was() {
    let mut pair = Pair::new();
    let (a, b) = pair.talking();
    pair.sides[0]
        .reinvite(pair.now, a, description(4444))
        .unwrap();
    pair.event(1);
    pair.sides[1].refuse_offer(pair.now, b).unwrap();
    let Event::OfferRefused { status, .. } = pair.event(0) else {
        panic!("not refused");
    };
    assert_eq!(status, StatusCode::NOT_ACCEPTABLE_HERE);
    assert_eq!(pair.sides[0].open_calls(), 1);
    assert_eq!(
        pair.sides[1].accept_offer(pair.now, b, answer()),
        Err(CommandError::State)
    );
}

#[test]
fn offers_that_meet_are_both_refused_and_made_again() {
    let mut pair = Pair::new();
    let (a, b) = pair.talking();
    pair.sides[0]
        .reinvite(pair.now, a, description(4444))
        .unwrap();
    pair.sides[1]
        .reinvite(pair.now, b, description(5555))
        .unwrap();
    pair.pump();
    assert_eq!(
        pair.log.iter().filter(|line| line.ends_with("491")).count(),
        2,
        "{:?}",
        pair.log
    );
    // The callee waits two seconds at most, the caller at least a little longer.
    pair.pass(Duration::from_millis(2050));
    assert!(matches!(pair.event(0), Event::Offer { call, .. } if call == a));
    pair.sides[0]
        .accept_offer(pair.now, a, description(4000))
        .unwrap();
    assert!(matches!(pair.event(1), Event::OfferAnswered { .. }));
    pair.pass(Duration::from_secs(2));
    assert!(matches!(pair.event(1), Event::Offer { call, .. } if call == b));
}

#[test]
fn a_second_offer_before_the_first_is_answered_is_refused() {
    let mut pair = Pair::new();
    let (a, _) = pair.talking();
    pair.hold = Some("A INVITE".to_owned());
    pair.sides[0]
        .reinvite(pair.now, a, description(4444))
        .unwrap();
    pair.pump();
    let text = String::from_utf8(pair.held[0].1.clone()).unwrap();
    pair.release();
    let cseq = text
        .split("CSeq: ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let later: u32 = cseq.parse::<u32>().unwrap() + 1;
    let second = text
        .replace(&format!("CSeq: {cseq}"), &format!("CSeq: {later}"))
        .replace("z9hG4bK", "z9hG4bKx");
    pair.raw(1, &second);
    let refusal = pair.answer_of(1).unwrap();
    assert!(refusal.starts_with("SIP/2.0 500 ") && refusal.contains("Retry-After"));
    // An old number is no request of this dialog any more.
    pair.raw(
        1,
        &text
            .replace("z9hG4bK", "z9hG4bKy")
            .replace("INVITE", "INFO"),
    );
    assert!(pair.answer_of(1).unwrap().starts_with("SIP/2.0 500 "));
}

#[test]
fn a_session_is_refreshed_by_update_and_ends_when_nobody_refreshes() {
    let mut pair = Pair::new();
    let (_, b) = pair.talking();
    // A called and refreshes at half of 1800 seconds; B sees it and tells nobody.
    pair.pass(Duration::from_secs(899));
    assert!(pair.sent().is_empty());
    pair.pass(Duration::from_secs(2));
    assert_eq!(pair.sent(), ["A UPDATE", "B 200"]);
    pair.no_event(0);
    pair.no_event(1);
    pair.pass(Duration::from_mins(15));
    assert_eq!(pair.sent(), ["A UPDATE", "B 200"]);
    // A vanishes.
    let refreshed = pair.now;
    let (mut gone, _) = Pair::new().sides.into();
    std::mem::swap(&mut pair.sides[0], &mut gone);
    pair.pass(Duration::from_mins(30));
    let Event::Ended { call, reason } = pair.event(1) else {
        panic!("still open");
    };
    assert_eq!((call, reason), (b, EndReason::SessionExpired));
    assert!(pair.now.since(refreshed) <= Duration::from_mins(30));
}

#[test]
fn tones_and_referrals_reach_the_application() {
    let mut pair = Pair::new();
    let (a, b) = pair.talking();
    pair.sides[0]
        .info(
            pair.now,
            a,
            "application/dtmf-relay",
            "Signal=5\r\nDuration=160".into(),
        )
        .unwrap();
    let Event::Info { subtype, body, .. } = pair.event(1) else {
        panic!("no tones");
    };
    assert_eq!(
        (subtype.as_str(), &body.expose()[..8]),
        ("dtmf-relay", &b"Signal=5"[..])
    );
    pair.sides[0]
        .info(pair.now, a, "text/plain", "x".into())
        .unwrap();
    assert_eq!(pair.sent(), ["A INFO", "B 200", "A INFO", "B 415"]);
    pair.no_event(1);
    let dialog = pair.sides[0]
        .calls
        .get_mut(&a)
        .unwrap()
        .dialog
        .as_mut()
        .unwrap();
    let refer = dialog
        .request(
            &crate::message::Method::Refer,
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKr;rport",
        )
        .header(crate::message::HeaderName::Contact, "<sip:192.0.2.1:5060>")
        .header(
            crate::message::HeaderName::ReferTo,
            "<sip:carol@trunk.example?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>",
        )
        .finish()
        .unwrap();
    let peer = Pair::peer(0);
    pair.sides[1].receive(pair.now, &peer, &refer.to_bytes());
    let Event::Referral {
        target, replaces, ..
    } = pair.event(1)
    else {
        panic!("no referral");
    };
    assert_eq!(target.expose(), "sip:carol@trunk.example");
    assert_eq!(replaces.unwrap().call_id, "x@y");
    pair.sides[1].accept_referral(pair.now, b).unwrap();
    pair.sides[1]
        .notify_referral(pair.now, b, StatusCode::OK)
        .unwrap();
    let sent = pair.sent();
    assert_eq!(sent, ["B 202", "B NOTIFY", "B NOTIFY", "A 405", "A 405"]);
    assert_eq!(
        pair.sides[1].accept_referral(pair.now, b),
        Err(CommandError::State)
    );
}

#[test]
fn a_bye_answers_an_open_offer() {
    let mut pair = Pair::new();
    let (a, b) = pair.talking();
    pair.sides[0]
        .reinvite(pair.now, a, description(4444))
        .unwrap();
    pair.event(1);
    pair.sides[0].hang_up(pair.now, a).unwrap();
    assert!(matches!(pair.event(1), Event::Ended { call, reason: EndReason::Remote } if call == b));
    assert_eq!(
        pair.sent(),
        ["A INVITE", "B 100", "A BYE", "B 200", "B 487", "A ACK"]
    );
}
