#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use model::Timestamp;

use super::{IntervalTooSmall, SessionTimer, TimerAction};
use crate::framing::parse_datagram;
use crate::message::{Message, Request};

fn invite(lines: &str) -> Request {
    let text = format!(
        "INVITE sip:b@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n\
         From: <sip:a@192.0.2.2>;tag=a\r\nTo: <sip:b@192.0.2.1>\r\nCall-ID: x\r\n\
         CSeq: 1 INVITE\r\n{lines}\r\n"
    );
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

#[test]
fn the_refresher_is_whom_the_request_names() {
    for (lines, answer, we_refresh) in [
        (
            "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n",
            "300;refresher=uac",
            false,
        ),
        (
            "Supported: timer\r\nSession-Expires: 300;refresher=uas\r\n",
            "300;refresher=uas",
            true,
        ),
        (
            "Supported: timer\r\nSession-Expires: 300\r\n",
            "300;refresher=uac",
            false,
        ),
        ("Session-Expires: 300\r\n", "300;refresher=uas", true),
        ("Supported: timer\r\n", "1800;refresher=uas", true),
        ("", "1800;refresher=uas", true),
        (
            "Supported: timer\r\nx: 7200;refresher=uac\r\n",
            "1800;refresher=uac",
            false,
        ),
        (
            "Supported: timer\r\nMin-SE: 3600\r\nx: 7200;refresher=uac\r\n",
            "3600;refresher=uac",
            false,
        ),
    ] {
        let (timer, said) = SessionTimer::accept(at(0), invite(lines).head()).unwrap();
        assert_eq!(said.expires.to_string(), answer, "{lines}");
        assert_eq!(
            (timer.we_refresh, said.is_required),
            (we_refresh, !we_refresh)
        );
    }
    let small = invite("Supported: timer\r\nSession-Expires: 89\r\n");
    assert_eq!(
        SessionTimer::accept(at(0), small.head()),
        Err(IntervalTooSmall)
    );
}

#[test]
fn our_refresh_is_due_at_half_time_and_theirs_before_the_end() {
    let request = invite("Supported: timer\r\nSession-Expires: 300;refresher=uas\r\n");
    let (mut timer, _) = SessionTimer::accept(at(0), request.head()).unwrap();
    assert_eq!((timer.next_deadline(), timer.due(at(149))), (at(150), None));
    assert_eq!(timer.due(at(150)), Some(TimerAction::Refresh));
    timer.refreshed(at(151));
    assert_eq!(timer.due(at(150)), None);
    let request = invite("Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
    let (timer, _) = SessionTimer::accept(at(0), request.head()).unwrap();
    assert_eq!(timer.next_deadline(), at(268));
    assert_eq!(timer.due(at(267)), None);
    assert_eq!(timer.due(at(268)), Some(TimerAction::HangUp));
}
