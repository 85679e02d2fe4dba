#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use proptest::prelude::*;

use super::{Frame, StreamFramer, is_keep_alive, parse_datagram};
use crate::limits::{HEAD_BYTES_MAX, STREAM_BUFFER_BYTES_MAX};
use crate::message::{DueAnswer, Message, Problem};

fn options(body: &str, length: &str) -> String {
    format!(
        "OPTIONS sip:a@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/TCP 192.0.2.2;branch=z9hG4bKa\r\n\
         From: <sip:b@192.0.2.2>;tag=a\r\n\
         To: <sip:a@192.0.2.1>\r\n\
         Call-ID: x\r\n\
         CSeq: 1 OPTIONS\r\n\
         {length}\r\n\r\n{body}"
    )
}

fn good(body: &str) -> String {
    options(body, &format!("Content-Length: {}", body.len()))
}

/// What a stream brings, fed in these pieces: bodies of messages, `ping`, `pong`, refusals.
fn frames(pieces: &[&[u8]]) -> Vec<String> {
    let mut framer = StreamFramer::new();
    let mut frames = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        loop {
            let taken = framer.feed(rest);
            rest = &rest[taken..];
            loop {
                match framer.next_frame() {
                    Ok(Some(Frame::Message(message))) => {
                        frames.push(String::from_utf8(message.body().to_vec()).unwrap());
                    }
                    Ok(Some(Frame::Ping)) => frames.push("ping".to_owned()),
                    Ok(Some(Frame::Pong)) => frames.push("pong".to_owned()),
                    Ok(Some(Frame::Refused(refused))) => frames.push(refused.problem.to_string()),
                    Ok(None) => break,
                    Err(broken) => {
                        frames.push(broken.to_string());
                        return frames;
                    }
                }
            }
            if rest.is_empty() {
                break;
            }
        }
    }
    frames
}

#[test]
fn bytes_behind_the_body_of_a_datagram_are_dropped_and_a_short_body_is_refused() {
    let long = options("12345", "Content-Length: 3");
    let Ok(Message::Request(request)) = parse_datagram(long.as_bytes()) else {
        panic!("refused");
    };
    assert_eq!(&request.body()[..], b"123");
    let short = options("12", "Content-Length: 3");
    let refused = parse_datagram(short.as_bytes()).unwrap_err();
    assert_eq!(refused.problem, Problem::Length);
    assert!(matches!(refused.answer, DueAnswer::Status(status, _) if status.as_u16() == 400));
    let without = options("all of it", "Q: y");
    assert_eq!(
        &parse_datagram(without.as_bytes()).unwrap().body()[..],
        b"all of it"
    );
}

#[test]
fn keep_alives_are_no_messages() {
    for bytes in [&b"\r\n\r\n"[..], b"\r\n", b"\0", b""] {
        assert!(is_keep_alive(bytes));
    }
    assert!(!is_keep_alive(b"OPT"));
}

#[test]
fn a_stream_brings_messages_pings_and_pongs() {
    let stream = format!("{}\r\n\r\n{}\r\n{}", good("one"), good(""), good("two"));
    assert_eq!(
        frames(&[stream.as_bytes()]),
        ["one", "ping", "", "pong", "two"]
    );
    let mut framer = StreamFramer::new();
    framer.feed(b"\r\n");
    assert!(framer.next_frame().unwrap().is_none());
    assert!(framer.take_pong());
    assert!(!framer.take_pong());
}

#[test]
fn lengths_that_could_smuggle_a_second_request_break_the_stream() {
    let inner = good("inner");
    for length in [
        "Q: y".to_owned(),
        "Content-Length: -1".to_owned(),
        "Content-Length: 0\r\nContent-Length: 0".to_owned(),
        "Content-Length: 0\r\nl: 400".to_owned(),
        "Content-Length: 0, 0".to_owned(),
        "Content-Length: 18446744073709551617".to_owned(),
        "Content-Length: 99999999".to_owned(),
        "Content-Length:".to_owned(),
    ] {
        let stream = options(&inner, &length);
        let seen = frames(&[stream.as_bytes()]);
        assert_eq!(seen.len(), 1, "{length}: {seen:?}");
        assert!(
            seen[0].starts_with("the connection has to be closed"),
            "{length}"
        );
    }
    let spaced = options(&inner, &format!("Content-Length : {}", inner.len()));
    assert_eq!(frames(&[spaced.as_bytes()]), std::slice::from_ref(&inner));
    let folded = options(&inner, &format!("Content-Length:\r\n {}", inner.len()));
    assert_eq!(frames(&[folded.as_bytes()]), [inner]);
}

#[test]
fn a_refused_message_whose_end_is_known_leaves_the_stream_usable() {
    let bad = good("x").replace("CSeq: 1 OPTIONS", "CSeq: 1 BYE");
    let stream = format!("{bad}{}", good("after"));
    assert_eq!(
        frames(&[stream.as_bytes()]),
        ["`CSeq` names another method", "after"]
    );
}

#[test]
fn a_head_without_end_breaks_the_stream_within_the_bound() {
    let mut framer = StreamFramer::new();
    let fed = framer.feed(&vec![b'a'; STREAM_BUFFER_BYTES_MAX * 2]);
    assert_eq!(fed, STREAM_BUFFER_BYTES_MAX);
    assert!(framer.waiting() > HEAD_BYTES_MAX);
    let broken = framer.next_frame().unwrap_err();
    assert_eq!(broken.0.problem, Problem::MessageTooLong);
    assert!(framer.next_frame().unwrap().is_none());
}

proptest! {
    #[test]
    fn pieces_bring_the_same_as_the_whole(cuts in proptest::collection::vec(0_usize..900, 0..12)) {
        let stream = format!(
            "{}\r\n\r\n{}{}\r\n\r\n{}",
            good("one"),
            good("second body"),
            good("x").replace("CSeq: 1 OPTIONS", "CSeq: 1 BYE"),
            good("three"),
        );
        let bytes = stream.as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(frames(&pieces), frames(&[bytes]));
    }

    #[test]
    fn any_stream_is_followed_or_broken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = frames(&[&bytes]);
    }
}

#[test]
fn byte_by_byte_brings_the_same_as_the_whole() {
    let stream = format!("{}\r\n\r\n{}", good("one"), good("two"));
    let pieces: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
    assert_eq!(frames(&pieces), ["one", "ping", "two"]);
}
