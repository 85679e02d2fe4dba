#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::{Dialog, DialogProblem, DialogSnapshot};
use crate::framing::parse_datagram;
use crate::message::{HeaderName, Message, Method, Request, ResponseBuilder, StatusCode};

fn invite(lines: &str) -> Request {
    let text = format!(
        "INVITE sip:b@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n\
         From: \"A\" <sip:a@192.0.2.2>;tag=a\r\nTo: <sip:b@192.0.2.1>\r\nCall-ID: x\r\n\
         CSeq: 7 INVITE\r\nContact: <sip:a@192.0.2.2:5070>\r\n{lines}\r\n"
    );
    match parse_datagram(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

const VIA: &str = "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2";

#[test]
fn a_called_side_answers_the_routes_in_order_and_a_calling_side_in_reverse() {
    let routes = "Record-Route: <sip:192.0.2.3;lr>\r\nRecord-Route: <sip:192.0.2.4;lr>\r\n";
    let request = invite(routes);
    let mut called = Dialog::of_request(&request, "b").unwrap();
    let bye = called.request(&Method::Bye, VIA).finish().unwrap();
    assert_eq!(bye.uri().as_str(), "sip:a@192.0.2.2:5070");
    let routes: Vec<&str> = bye.head().all(HeaderName::Route).collect();
    assert_eq!(routes, ["<sip:192.0.2.3;lr>", "<sip:192.0.2.4;lr>"]);
    assert_eq!(bye.head().from().as_str(), "<sip:b@192.0.2.1>;tag=b");
    assert_eq!(bye.head().to().as_str(), "\"A\" <sip:a@192.0.2.2>;tag=a");
    assert_eq!(bye.head().cseq().to_string(), "1 BYE");
    let ok = ResponseBuilder::new(StatusCode::OK, &request, "b")
        .header(
            HeaderName::RecordRoute,
            "<sip:192.0.2.3;lr>, <sip:192.0.2.4;lr>",
        )
        .header(HeaderName::Contact, "<sip:b@192.0.2.1:5080>")
        .finish()
        .unwrap();
    let mut calling = Dialog::of_response(&request, &ok).unwrap();
    assert_eq!(calling.next_hop().as_str(), "sip:192.0.2.4;lr");
    let bye = calling.request(&Method::Bye, VIA).finish().unwrap();
    assert_eq!(bye.head().cseq().to_string(), "8 BYE");
    assert_eq!(bye.uri().as_str(), "sip:b@192.0.2.1:5080");
    let ack = calling
        .request_with_cseq(&Method::Ack, VIA, 7)
        .finish()
        .unwrap();
    assert_eq!(ack.head().cseq().to_string(), "7 ACK");
}

#[test]
fn a_strict_router_becomes_the_request_uri() {
    let request = invite("Record-Route: <sip:192.0.2.3>, <sip:192.0.2.4;lr>\r\n");
    let mut dialog = Dialog::of_request(&request, "b").unwrap();
    let bye = dialog.request(&Method::Bye, VIA).finish().unwrap();
    assert_eq!(bye.uri().as_str(), "sip:192.0.2.3");
    let routes: Vec<&str> = bye.head().all(HeaderName::Route).collect();
    assert_eq!(routes, ["<sip:192.0.2.4;lr>", "<sip:a@192.0.2.2:5070>"]);
}

#[test]
fn requests_are_taken_in_their_order_alone() {
    let mut dialog = Dialog::of_request(&invite(""), "b").unwrap();
    let text = |number: u32| {
        String::from_utf8(invite("").to_bytes().to_vec())
            .unwrap()
            .replace("7 INVITE", &format!("{number} BYE"))
            .replace("INVITE sip", "BYE sip")
            .replace("To: <sip:b@192.0.2.1>", "To: <sip:b@192.0.2.1>;tag=b")
    };
    let bye = |number| match parse_datagram(text(number).as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    };
    assert!(dialog.has_request(&bye(8)));
    assert_eq!(dialog.accept(&bye(7)), Err(DialogProblem::OutOfOrder));
    assert_eq!(dialog.accept(&bye(6)), Err(DialogProblem::OutOfOrder));
    assert_eq!(dialog.accept(&bye(100)), Ok(()));
    assert_eq!(dialog.accept(&bye(99)), Err(DialogProblem::OutOfOrder));
    let other = Dialog::of_request(&invite(""), "c").unwrap();
    assert!(!other.has_request(&bye(8)));
}

#[test]
fn a_dialog_needs_a_place_to_call() {
    let text = |change: (&str, &str)| {
        let text = String::from_utf8(invite("").to_bytes().to_vec()).unwrap();
        match parse_datagram(text.replace(change.0, change.1).as_bytes()) {
            Ok(Message::Request(request)) => Dialog::of_request(&request, "b").err(),
            other => panic!("{other:?}"),
        }
    };
    let contact = "Contact: <sip:a@192.0.2.2:5070>\r\n";
    assert_eq!(text((contact, "")), Some(DialogProblem::NoContact));
    assert_eq!(
        text((contact, "Contact: <tel:+49>\r\n")),
        Some(DialogProblem::NoContact)
    );
    let long = format!("Call-ID: {}", "x".repeat(300));
    assert_eq!(text(("Call-ID: x", &long)), Some(DialogProblem::TooLong));
}

#[test]
fn a_snapshot_of_another_process_hangs_up_with_a_later_number() {
    let request = invite("Record-Route: <sip:192.0.2.3;lr>\r\n");
    let mut dialog = Dialog::of_request(&request, "b").unwrap();
    dialog.request(&Method::Info, VIA).finish().unwrap();
    let snapshot = dialog.snapshot("t", "udp", "192.0.2.2:5060".parse().unwrap());
    let stored = serde_json::to_string(&snapshot).unwrap();
    let read: DialogSnapshot = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, snapshot);
    let bye = Dialog::restore(&read)
        .unwrap()
        .request(&Method::Bye, VIA)
        .finish()
        .unwrap();
    assert_eq!(bye.head().cseq().number, 10_002);
    assert_eq!(bye.uri().as_str(), "sip:a@192.0.2.2:5070");
    assert_eq!(
        bye.head().first(HeaderName::Route),
        Some("<sip:192.0.2.3;lr>")
    );
    assert!(!format!("{snapshot:?} {dialog:?}").contains("192.0.2.2"));
}
