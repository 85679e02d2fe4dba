#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use model::Secret;
use proptest::prelude::*;

use super::{
    ClearMedia, Codec, Description, Direction, LocalMedia, MediaSecurity, NegotiationError,
    Protocol, SdpProblem, SrtpKey, SrtpSuite, StreamSecurity, accept_answer, answer, offer,
    reoffer,
};
use crate::limits;

const HEAD: &str = "v=0\r\no=- 7 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
const KEY: &str = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

fn read(text: &str) -> Description {
    Description::parse(text.as_bytes()).unwrap()
}

fn with_audio(lines: &str) -> Description {
    read(&format!("{HEAD}m=audio 4000 RTP/AVP {lines}"))
}

fn problem(text: &str) -> SdpProblem {
    Description::parse(text.as_bytes()).unwrap_err()
}

fn key(suite: SrtpSuite, byte: u8) -> SrtpKey {
    SrtpKey::new(suite, Secret::new(vec![byte; suite.key_bytes()])).unwrap()
}

fn local(security: MediaSecurity) -> LocalMedia {
    LocalMedia {
        address: "198.51.100.7:30000".parse().unwrap(),
        rtcp_port: None,
        codecs: vec![Codec::Pcma, Codec::Pcmu, Codec::Opus],
        direction: Direction::SendReceive,
        packet_ms: 20,
        security,
        session_id: 42,
    }
}

fn clear() -> LocalMedia {
    local(MediaSecurity::Clear)
}

fn sdes() -> LocalMedia {
    local(MediaSecurity::SdesOverTls {
        keys: vec![
            key(SrtpSuite::AeadAes256Gcm, 1),
            key(SrtpSuite::AesCm128HmacSha1_80, 2),
        ],
        clear: ClearMedia::Refused,
    })
}

#[test]
fn a_description_writes_back_as_it_was_read() {
    let text = format!(
        "{HEAD}a=ice-lite\r\nm=audio 4000 RTP/AVP 8 0 101\r\nc=IN IP6 2001:db8::1\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendonly\r\n\
         a=fingerprint:sha-256 AB:CD\r\na=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n\
         m=video 0 RTP/AVP 31\r\n"
    );
    let description = read(&text);
    assert_eq!(description.to_bytes(), text.as_bytes());
    let (at, audio) = description.active_audio().unwrap();
    assert_eq!(at, 0);
    assert_eq!(
        description.target_of(audio),
        Some("[2001:db8::1]:4000".parse().unwrap())
    );
    assert_eq!(description.direction_of(audio), Direction::SendOnly);
    assert_eq!(audio.packet_ms(), Some(20));
    assert_eq!(audio.format_parameters(101), Some("0-16"));
    assert_eq!(audio.attribute("fingerprint"), Some("sha-256 AB:CD"));
    assert_eq!(audio.rtpmap(8).unwrap().encoding, "PCMA");
}

#[test]
fn malformed_descriptions_are_refused_at_their_line() {
    assert_eq!(problem(""), SdpProblem::Missing('t'));
    assert_eq!(problem("o=- 7 1 IN IP4 h\r\n"), SdpProblem::Order(1));
    assert_eq!(problem("v=1\r\n"), SdpProblem::Line(1));
    assert_eq!(problem("v=0\r\nv=0\r\n"), SdpProblem::Order(2));
    assert_eq!(
        problem("v=0\r\ns=-\r\no=- 7 1 IN IP4 h\r\n"),
        SdpProblem::Order(3)
    );
    assert_eq!(problem("v=0\r\no=- x 1 IN IP4 h\r\n"), SdpProblem::Line(2));
    assert_eq!(problem("v=0\r\ns=-\r\nt=0 0\r\n"), SdpProblem::Missing('o'));
    assert_eq!(
        problem("v=0\r\no=- 7 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n"),
        SdpProblem::Missing('c')
    );
    for (lines, expected) in [
        ("m=audio 4 RTP/AVP\r\n", SdpProblem::Line(6)),
        ("m=audio -4 RTP/AVP 0\r\n", SdpProblem::Line(6)),
        ("m=audio 4/2 RTP/AVP 0\r\n", SdpProblem::Line(6)),
        ("m=audio 65536 RTP/AVP 0\r\n", SdpProblem::Line(6)),
        ("m=audio 4 RTP/AVP 0 0\r\n", SdpProblem::Doubled(6)),
        (
            "m=audio 4 RTP/AVP 0\r\nc=IN IP4 host.example\r\n",
            SdpProblem::Line(7),
        ),
        (
            "m=audio 4 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\n",
            SdpProblem::Line(7),
        ),
        (
            "m=audio 4 RTP/AVP 0\r\nc=IN IP4 224.2.1.1\r\n",
            SdpProblem::Line(7),
        ),
        ("m=audio 4 RTP/AVP 0\r\nt=0 0\r\n", SdpProblem::Order(7)),
        (
            "m=audio 4 RTP/AVP 0\r\na=sendonly\r\na=sendrecv\r\n",
            SdpProblem::Doubled(8),
        ),
        (
            "m=audio 4 RTP/AVP 96\r\na=rtpmap:96 a/8000\r\na=rtpmap:96 b/8000\r\n",
            SdpProblem::Doubled(8),
        ),
        ("m=audio 4 RTP/AVP 0\r\na=b\0c\r\n", SdpProblem::Bytes),
        ("m=audio 4 RTP/AVP 0\r\nnonsense\r\n", SdpProblem::Line(7)),
        ("x=1\r\n", SdpProblem::Order(6)),
    ] {
        assert_eq!(problem(&format!("{HEAD}{lines}")), expected, "{lines}");
    }
}

#[test]
fn every_limit_of_a_description_holds() {
    let long = format!("{HEAD}a={}\r\n", "a".repeat(limits::SDP_LINE_BYTES_MAX));
    assert_eq!(problem(&long), SdpProblem::Line(6));
    let lines = "a=x:yyyyyyyy\r\n".repeat(limits::SDP_ATTRIBUTES_MAX + 1);
    assert!(matches!(
        problem(&format!("{HEAD}{lines}")),
        SdpProblem::TooMany(_)
    ));
    let lines = "m=audio 4 RTP/AVP 0\r\n".repeat(limits::SDP_MEDIA_MAX + 1);
    assert!(matches!(
        problem(&format!("{HEAD}{lines}")),
        SdpProblem::TooMany(_)
    ));
    let formats: Vec<String> = (0..=limits::SDP_FORMATS_MAX)
        .map(|n| format!(" {n}"))
        .collect();
    let formats = formats.concat();
    assert!(matches!(
        problem(&format!("{HEAD}m=audio 4 RTP/AVP{formats}\r\n")),
        SdpProblem::TooMany(_)
    ));
    let long = format!("{HEAD}{}", "a=x\r\n".repeat(limits::SDP_BYTES_MAX / 5));
    assert_eq!(problem(&long), SdpProblem::TooLong);
}

#[test]
fn a_codec_that_we_have_is_answered_under_its_number() {
    let offered = with_audio(
        "18 111 97\r\na=rtpmap:111 OPUS/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n",
    );
    let agreed = answer(&offered, &clear(), None).unwrap();
    assert_eq!(agreed.stream.codec, Codec::Opus);
    assert_eq!(agreed.stream.send_payload, 111);
    assert_eq!(agreed.stream.send_tones, Some(97));
    assert_eq!(agreed.description.media[0].formats, ["111", "97"]);
    let only = with_audio("18\r\n");
    assert_eq!(
        answer(&only, &clear(), None).unwrap_err(),
        NegotiationError::NoCodec
    );
    // Tones of another clock are not those of the codec.
    let other = with_audio("8 97\r\na=rtpmap:97 telephone-event/48000\r\n");
    assert_eq!(
        answer(&other, &clear(), None).unwrap().stream.send_tones,
        None
    );
}

#[test]
fn the_codec_that_needs_no_conversion_is_answered_whatever_stands_before_it() {
    let opus = "a=rtpmap:111 opus/48000/2\r\n";
    let mut ours = clear();
    ours.codecs = vec![Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];
    for (offered, codec, payload) in [
        ("111 9 8 0\r\n", Codec::Pcma, 8),
        ("111 9 0 8\r\n", Codec::Pcmu, 0),
        ("111 9 18\r\n", Codec::G722, 9),
        ("18 111\r\n", Codec::Opus, 111),
    ] {
        let agreed = answer(&with_audio(&format!("{offered}{opus}")), &ours, None).unwrap();
        assert_eq!(agreed.stream.codec, codec, "{offered}");
        assert_eq!(agreed.stream.receive_payload, payload, "{offered}");
    }
}

#[test]
fn g722_is_told_with_the_clock_that_it_does_not_have() {
    let mut ours = clear();
    ours.codecs = vec![Codec::G722];
    let text = String::from_utf8(offer(&ours).to_bytes().to_vec()).unwrap();
    assert!(text.contains("a=rtpmap:9 G722/8000\r\n"), "{text}");
    let answered = answer(&with_audio("9\r\n"), &ours, None).unwrap();
    assert_eq!(answered.stream.codec, Codec::G722);
}

#[test]
fn other_sections_are_refused_in_their_place() {
    let offered = read(&format!(
        "{HEAD}m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/AVP 8\r\n"
    ));
    let agreed = answer(&offered, &clear(), None).unwrap();
    let ports: Vec<u16> = agreed
        .description
        .media
        .iter()
        .map(|media| media.port)
        .collect();
    assert_eq!(ports, [0, 30000, 0]);
    assert_eq!(agreed.stream.section, 1);
    let video = read(&format!("{HEAD}m=video 5000 RTP/AVP 31\r\n"));
    assert_eq!(
        answer(&video, &clear(), None).unwrap_err(),
        NegotiationError::NoAudio
    );
}

#[test]
fn hold_and_resume_flow_both_ways() {
    for (theirs, ours) in [
        ("sendrecv", Direction::SendReceive),
        ("sendonly", Direction::ReceiveOnly),
        ("recvonly", Direction::SendOnly),
        ("inactive", Direction::Inactive),
    ] {
        let offered = with_audio(&format!("8\r\na={theirs}\r\n"));
        let agreed = answer(&offered, &clear(), None).unwrap();
        assert_eq!(agreed.stream.direction, ours, "{theirs}");
        assert!(
            agreed.description.media[0]
                .attribute(ours.as_str())
                .is_some()
        );
    }
    let mut held = clear();
    held.direction = Direction::SendOnly;
    let agreed = answer(&with_audio("8\r\n"), &held, None).unwrap();
    assert_eq!(agreed.stream.direction, Direction::SendOnly);
    let old_hold = format!("{HEAD}m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n");
    let agreed = answer(&read(&old_hold), &clear(), None).unwrap();
    assert!(!agreed.stream.direction.sends());
    let session_wide = read(&format!("{HEAD}a=sendonly\r\nm=audio 4000 RTP/AVP 8\r\n"));
    let agreed = answer(&session_wide, &clear(), None).unwrap();
    assert_eq!(agreed.stream.direction, Direction::ReceiveOnly);
}

#[test]
fn rtcp_goes_where_the_description_says() {
    let rtcp = |lines: &str| {
        let agreed = answer(&with_audio(lines), &clear(), None).unwrap();
        (
            agreed.stream.remote_rtcp.to_string(),
            agreed.stream.rtcp_mux,
        )
    };
    assert_eq!(rtcp("8\r\n"), ("192.0.2.1:4001".to_owned(), false));
    assert_eq!(
        rtcp("8\r\na=rtcp:4444\r\n"),
        ("192.0.2.1:4444".to_owned(), false)
    );
    assert_eq!(
        rtcp("8\r\na=rtcp:4444 IN IP4 192.0.2.9\r\n"),
        ("192.0.2.9:4444".to_owned(), false)
    );
    assert_eq!(
        rtcp("8\r\na=rtcp-mux\r\n"),
        ("192.0.2.1:4000".to_owned(), true)
    );
}

#[test]
fn keys_are_taken_only_where_the_signalling_is_encrypted() {
    let text = format!(
        "{HEAD}m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{KEY}\r\n\
         a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^31\r\n"
    );
    let offered = read(&text);
    assert_eq!(
        answer(&offered, &clear(), None).unwrap_err(),
        NegotiationError::NoProtection
    );
    let agreed = answer(&offered, &sdes(), None).unwrap();
    let StreamSecurity::Srtp { send, receive } = agreed.stream.security else {
        unreachable!("encrypted");
    };
    assert_eq!(receive.suite(), SrtpSuite::AesCm128HmacSha1_80);
    assert_eq!(receive.bytes().expose()[..3], *b"wDf");
    assert_eq!(send.bytes().expose()[0], 2);
    let line = agreed.description.media[0].attribute("crypto").unwrap();
    assert!(line.starts_with("7 AES_CM_128_HMAC_SHA1_80 inline:AgIC"));
    assert_eq!(agreed.description.media[0].protocol, Protocol::RtpSavp);
    // In clear although encryption is demanded.
    assert_eq!(
        answer(&with_audio("8\r\n"), &sdes(), None).unwrap_err(),
        NegotiationError::NoProtection
    );
}

#[test]
fn keys_with_identifiers_parameters_or_wrong_lengths_are_not_used() {
    for line in [
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}AAAA"),
        format!("1 AEAD_AES_256_GCM inline:{KEY}"),
        format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        "1 AES_CM_128_HMAC_SHA1_80 inline:%%%".to_owned(),
    ] {
        let offered = read(&format!(
            "{HEAD}m=audio 4000 RTP/SAVP 8\r\na=crypto:{line}\r\n"
        ));
        assert_eq!(
            answer(&offered, &sdes(), None).unwrap_err(),
            NegotiationError::NoProtection,
            "{line}"
        );
    }
}

#[test]
fn an_offer_of_ours_and_its_answer_agree_on_both_sides() {
    for side in [clear(), sdes()] {
        let offered = offer(&side);
        let again = read(std::str::from_utf8(&offered.to_bytes()).unwrap());
        assert_eq!(again, offered);
        let mut peer = side.clone();
        peer.address = "203.0.113.5:9000".parse().unwrap();
        let agreed = answer(&again, &peer, None).unwrap();
        let stream = accept_answer(&offered, &agreed.description, &side).unwrap();
        assert_eq!(stream.codec, agreed.stream.codec);
        assert_eq!(stream.remote, peer.address);
        assert!(stream.rtcp_mux && agreed.stream.rtcp_mux);
        assert_eq!(stream.send_tones, Some(101));
        assert_eq!(stream.receive_payload, agreed.stream.send_payload);
        if let StreamSecurity::Srtp { send, .. } = &stream.security {
            let StreamSecurity::Srtp { receive, .. } = &agreed.stream.security else {
                unreachable!("both are encrypted");
            };
            assert_eq!(send.bytes().expose(), receive.bytes().expose());
        }
    }
}

#[test]
fn an_answer_that_does_not_fit_is_refused() {
    let side = sdes();
    let offered = offer(&side);
    let good = answer(&offered, &side, None).unwrap().description;
    let changed = |change: &dyn Fn(&mut Description)| {
        let mut changed = good.clone();
        change(&mut changed);
        accept_answer(&offered, &changed, &side).unwrap_err()
    };
    assert_eq!(
        changed(&|one| one.media.clear()),
        NegotiationError::Mismatch
    );
    assert_eq!(
        changed(&|one| one.media[0].port = 0),
        NegotiationError::NoAudio
    );
    assert_eq!(
        changed(&|one| one.media[0].protocol = Protocol::RtpAvp),
        NegotiationError::Mismatch
    );
    assert_eq!(
        changed(&|one| one.media[0].attributes.retain(|line| line.name != "crypto")),
        NegotiationError::NoProtection
    );
    assert_eq!(
        changed(&|one| one.media[0].formats = vec!["18".to_owned()]),
        NegotiationError::NoCodec
    );
}

#[test]
fn the_version_grows_with_changes_alone_and_sections_keep_their_places() {
    let offered = read(&format!(
        "{HEAD}m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\n"
    ));
    let first = answer(&offered, &clear(), None).unwrap().description;
    let same = answer(&offered, &clear(), Some(&first))
        .unwrap()
        .description;
    assert_eq!(same, first);
    let mut held = clear();
    held.direction = Direction::Inactive;
    let second = answer(&offered, &held, Some(&first)).unwrap().description;
    assert_eq!(second.origin.version, first.origin.version + 1);
    let third = reoffer(&second, &clear());
    assert_eq!(third.origin.version, second.origin.version + 1);
    assert_eq!(
        third
            .media
            .iter()
            .map(|media| media.port)
            .collect::<Vec<_>>(),
        [0, 30000]
    );
}

#[test]
fn keys_are_not_printed() {
    let offered = offer(&sdes());
    let text = std::str::from_utf8(&offered.to_bytes()).unwrap().to_owned();
    assert!(text.contains("inline:AQEB"));
    let agreed = answer(&offered, &sdes(), None).unwrap();
    let printed = format!("{offered:?} {agreed:?} {:?}", sdes());
    for secret in ["AQEB", "inline", "[1, 1", "[2, 2"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_description_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Description::parse(&bytes);
    }

    #[test]
    fn lines_in_any_mix_are_refused_or_read_back(
        lines in proptest::collection::vec(
            prop_oneof![
                "a=(sendrecv|ptime:20|rtcp-mux|rtpmap:8 PCMA/8000|crypto:1 x)",
                "m=(audio|video) [0-9]{1,5} (RTP/AVP|RTP/SAVP|udptl) [0-9]{1,3}( [0-9]{1,3}){0,3}",
                "c=IN IP4 192\\.0\\.2\\.[0-9]",
                "[a-z]=[ -~]{0,20}",
            ],
            0..12,
        )
    ) {
        let text = format!("{HEAD}{}\r\n", lines.join("\r\n"));
        if let Ok(description) = Description::parse(text.as_bytes()) {
            let again = Description::parse(&description.to_bytes()).unwrap();
            prop_assert_eq!(again, description);
        }
    }
}
