use super::{INVITE, problem, request};
use crate::framing::parse_datagram;
use crate::limits;
use crate::message::{DueAnswer, HeaderName, Problem, Scheme, StatusCode};

fn with_line(line: &str) -> String {
    INVITE.replace(
        "Max-Forwards: 70\r\n",
        &format!("{line}\r\nMax-Forwards: 70\r\n"),
    )
}

fn status(text: &str) -> Option<u16> {
    match parse_datagram(text.as_bytes()).err()?.answer {
        DueAnswer::Drop => None,
        DueAnswer::Status(status, _) => Some(status.as_u16()),
    }
}

#[test]
fn what_may_stand_once_is_refused_twice() {
    for name in [
        "Call-ID: other",
        "i: other",
        "CSeq: 314159 INVITE",
        "From: <sip:a@192.0.2.3>;tag=x",
        "To: <sip:a@192.0.2.3>",
        "Content-Length: 0",
        "l: 0",
        "Max-Forwards: 70",
    ] {
        let text = with_line(name);
        assert!(matches!(problem(&text), Problem::Doubled(_)), "{name}");
        assert_eq!(status(&text), Some(400), "{name}");
    }
    assert_eq!(
        problem(&with_line("Contact: <sip:b@192.0.2.1>")),
        Problem::Malformed(HeaderName::Contact)
    );
}

#[test]
fn what_must_be_there_is_missed() {
    for (line, name) in [
        ("Call-ID: a84b4c76e66710@192.0.2.1\r\n", HeaderName::CallId),
        ("CSeq: 314159 INVITE\r\n", HeaderName::CSeq),
        (
            "To: <sip:+4930123456@ringfence.example;user=phone>\r\n",
            HeaderName::To,
        ),
    ] {
        assert_eq!(problem(&INVITE.replace(line, "")), Problem::Missing(name));
    }
}

#[test]
fn lengths_that_could_be_read_in_two_ways_are_refused() {
    for length in [
        "-1",
        "+0",
        "0, 0",
        "0x0",
        "",
        "18446744073709551616",
        "4294967296",
        "1",
    ] {
        let text = INVITE.replace("Content-Length: 0", &format!("Content-Length: {length}"));
        assert_eq!(status(&text), Some(400), "{length}");
    }
    let spaced = INVITE.replace("Content-Length: 0", "Content-Length : 5") + "12345";
    assert_eq!(request(&spaced).body().len(), 5);
}

#[test]
fn start_lines_have_one_form() {
    for line in [
        "INVITE  sip:a@192.0.2.1 SIP/2.0",
        "INVITE sip:a@192.0.2.1  SIP/2.0",
        "INVITE sip:a@192.0.2.1 SIP/2.0 ",
        " INVITE sip:a@192.0.2.1 SIP/2.0",
        "INVITE <sip:a@192.0.2.1> SIP/2.0",
        "INVITE sip:a@192.0.2.1?Route=%3Csip:b@192.0.2.1%3E SIP/2.0",
        "INVITE sip:a@192.0.2.1",
        "INVITE sip:a@192.0.2.1 HTTP/1.1",
    ] {
        let text = INVITE.replacen(INVITE.split("\r\n").next().unwrap(), line, 1);
        let expected = if line.starts_with("INVITE") || line.starts_with(" INVITE") {
            Some(400)
        } else {
            None
        };
        assert_eq!(status(&text), expected, "{line}");
    }
    assert_eq!(
        problem(&INVITE.replace(" SIP/2.0\r\n", " SIP/7.0\r\n")),
        Problem::Version
    );
    assert_eq!(
        status(&INVITE.replace(" SIP/2.0\r\n", " SIP/7.0\r\n")),
        Some(505)
    );
    let isbn = INVITE.replacen(
        "sip:+4930123456@ringfence.example;user=phone",
        "isbn:2983792873",
        1,
    );
    assert_eq!(status(&isbn), Some(416));
    let tel = INVITE.replacen(
        "sip:+4930123456@ringfence.example;user=phone",
        "tel:+4930-123",
        1,
    );
    assert_eq!(request(&tel).uri().scheme(), Scheme::Tel);
}

#[test]
fn bytes_that_split_lines_elsewhere_are_refused() {
    for text in [
        INVITE.replace("Max-Forwards: 70\r\n", "Max-Forwards: 70\n"),
        INVITE.replace("Max-Forwards: 70\r\n", "Max-Forwards: 70\r"),
        with_line("Subject: a\nVia: b"),
        with_line("Subject: a\u{0}b"),
        with_line("Sub\u{7f}ject: a"),
    ] {
        assert_eq!(problem(&text), Problem::Bytes, "{text}");
    }
    let mut bytes = with_line("Subject: a").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'S').unwrap();
    bytes.splice(at..at, [0xff]);
    assert_eq!(parse_datagram(&bytes).unwrap_err().problem, Problem::Bytes);
    assert_eq!(problem(&with_line("Subject")), Problem::HeaderLine);
    assert_eq!(problem(&with_line("Sub ject: a")), Problem::HeaderLine);
}

#[test]
fn every_limit_holds() {
    let long = "a".repeat(limits::HEADER_BYTES_MAX);
    assert_eq!(
        problem(&with_line(&format!("Subject: {long}"))),
        Problem::HeaderTooLong
    );
    let many = "Q: y\r\n".repeat(limits::HEADERS_MAX);
    assert_eq!(
        problem(&with_line(many.trim_end())),
        Problem::TooManyHeaders
    );
    let uri = format!("sip:{}@192.0.2.1", "a".repeat(limits::URI_BYTES_MAX));
    let text = INVITE.replacen("sip:+4930123456@ringfence.example;user=phone", &uri, 1);
    assert_eq!(
        (problem(&text), status(&text)),
        (Problem::RequestUriTooLong, Some(414))
    );
    let vias = "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n".repeat(limits::VIAS_MAX);
    let text = with_line(vias.trim_end());
    assert_eq!(status(&text), Some(483));
    let head = format!("Q: {}\r\n", "a".repeat(1000)).repeat(17);
    let text = with_line(head.trim_end());
    assert_eq!(
        (problem(&text), status(&text)),
        (Problem::MessageTooLong, Some(513))
    );
    let body = "a".repeat(limits::BODY_BYTES_MAX + 1);
    let text = INVITE.replace(
        "Content-Length: 0",
        &format!("Content-Length: {}", body.len()),
    ) + &body;
    assert_eq!(
        (problem(&text), status(&text)),
        (Problem::BodyTooLong, Some(413))
    );
    let text = INVITE.to_owned() + &"a".repeat(limits::MESSAGE_BYTES_MAX);
    assert_eq!(
        (problem(&text), status(&text)),
        (Problem::MessageTooLong, Some(513))
    );
    let parameters: Vec<String> = (0..=limits::PARAMETERS_MAX)
        .map(|n| format!(";p{n}"))
        .collect();
    let parameters = parameters.concat();
    assert_eq!(
        problem(&INVITE.replace(";tag=1928301774", &format!("{parameters};tag=1928301774"))),
        Problem::Malformed(HeaderName::From)
    );
    let contacts = vec!["<sip:a@192.0.2.1>"; limits::LIST_ITEMS_MAX + 1].join(",");
    let text = INVITE
        .replace("<sip:alice@192.0.2.1:5060>", &contacts)
        .replace("INVITE", "REGISTER");
    assert_eq!(problem(&text), Problem::TooManyItems(HeaderName::Contact));
    let routes = vec!["<sip:192.0.2.1;lr>"; limits::LIST_ITEMS_MAX + 1].join(",");
    assert_eq!(
        problem(&with_line(&format!("Record-Route: {routes}"))),
        Problem::TooManyItems(HeaderName::RecordRoute)
    );
}

#[test]
fn responses_and_acks_are_never_answered() {
    let broken = with_line("Call-ID: other");
    assert_eq!(status(&broken.replace("INVITE", "ACK")), None);
    let response = broken.replacen(INVITE.split("\r\n").next().unwrap(), "SIP/2.0 200 OK", 1);
    assert_eq!(status(&response), None);
    assert_eq!(status("nonsense"), None);
    assert_eq!(status(""), None);
}

#[test]
fn an_answer_goes_back_with_what_could_be_read() {
    let text = INVITE.replace("CSeq: 314159 INVITE", "CSeq: 314159 BYE");
    let refused = parse_datagram(text.as_bytes()).unwrap_err();
    assert_eq!(refused.problem, Problem::MethodMismatch);
    let DueAnswer::Status(status, reply) = refused.answer else {
        unreachable!("a request is answered");
    };
    let answer = reply.response(status, "t1", &[]);
    let answer = String::from_utf8(answer.to_vec()).unwrap();
    assert!(answer.starts_with("SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;"));
    assert!(answer.contains("\r\nCSeq: 314159 BYE\r\n"));
    assert!(answer.contains("\r\nTo: <sip:+4930123456@ringfence.example;user=phone>;tag=t1\r\n"));
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[test]
fn malformed_values_of_known_headers_are_refused() {
    for line in [
        "Route: sip:a@192.0.2.1",
        "Route: <sip:a@192.0.2.1>,",
        "Route: ",
        "Supported: a b",
        "Require: ,",
        "Session-Expires: soon",
        "Min-SE: -1",
        "RSeq: 4294967296",
        "RAck: 1 INVITE",
        "Replaces: a;to-tag=b",
        "Refer-To: \"x <sip:a@192.0.2.1>",
        "Expires: 1h",
        "Date: Fri, 01 Jan 2010 16:00:00 EST",
        "Authorization: Digest",
        "Content-Type: sdp",
        "Retry-After: later",
        "P-Asserted-Identity: <sip:a@192.0.2.1",
        "Diversion: <sip:a@>",
        "Via: SIP/2.0/UDP",
        "Via: SIP/3.0/UDP 192.0.2.1",
        "Contact: *",
        "User-to-User: a b",
    ] {
        let text = if line.starts_with("Contact") {
            INVITE.replace("Contact: <sip:alice@192.0.2.1:5060>", line)
        } else {
            with_line(line)
        };
        assert!(matches!(problem(&text), Problem::Malformed(_)), "{line}");
    }
}
