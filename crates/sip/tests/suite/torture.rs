//! Each message of RFC 4475 and RFC 5118: what the RFC asks for, what the reader says, what a sender on a
//! listed trunk is answered.

use std::collections::BTreeSet;

use model::Timestamp;
use sip::TokenSource;
use sip::endpoint::{
    Advertised, Endpoint, EndpointConfig, Output, Peer, PlainUdp, Target, Transport, TrunkConfig,
    TrunkId,
};
use sip::framing::parse_datagram;
use sip::message::{HeaderName, Problem};

/// What the reader says.
type Read = Result<(), Problem>;

/// File, what the RFC asks for, what the reader says, the status that is answered (nothing: silence).
const TABLE: &[(&str, &str, Read, Option<u16>)] = &[
    (
        "rfc4475_3.1.1.1_wsinv",
        "legal; within no dialog that exists",
        Ok(()),
        Some(481),
    ),
    (
        "rfc4475_3.1.1.2_intmeth",
        "legal; the method is unknown",
        Ok(()),
        Some(501),
    ),
    ("rfc4475_3.1.1.3_esc01", "legal", Ok(()), Some(100)),
    (
        "rfc4475_3.1.1.4_escnull",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.1.1.5_esc02",
        "escapes mean nothing in methods: unknown",
        Ok(()),
        Some(501),
    ),
    ("rfc4475_3.1.1.6_lwsdisp", "legal", Ok(()), Some(200)),
    ("rfc4475_3.1.1.7_longreq", "legal", Ok(()), Some(100)),
    (
        "rfc4475_3.1.1.8_dblreq",
        "the second request is dropped",
        Ok(()),
        Some(405),
    ),
    ("rfc4475_3.1.1.9_semiuri", "legal", Ok(()), Some(200)),
    ("rfc4475_3.1.1.10_transports", "legal", Ok(()), Some(200)),
    (
        "rfc4475_3.1.1.11_mpart01",
        "legal; we serve no MESSAGE",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.1.1.12_unreason",
        "legal response, to nothing",
        Ok(()),
        None,
    ),
    (
        "rfc4475_3.1.1.13_noreason",
        "legal response, to nothing",
        Ok(()),
        None,
    ),
    (
        "rfc4475_3.1.2.1_badinv01",
        "400",
        Err(Problem::Malformed(HeaderName::Via)),
        None,
    ),
    (
        "rfc4475_3.1.2.2_clerr",
        "400",
        Err(Problem::Length),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.3_ncl",
        "400",
        Err(Problem::Malformed(HeaderName::ContentLength)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.4_scalar02",
        "400",
        Err(Problem::Malformed(HeaderName::CSeq)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.5_scalarlg",
        "dropped",
        Err(Problem::Malformed(HeaderName::CSeq)),
        None,
    ),
    (
        "rfc4475_3.1.2.6_quotbal",
        "400",
        Err(Problem::Malformed(HeaderName::To)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.7_ltgtruri",
        "400",
        Err(Problem::RequestUri),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.8_lwsruri",
        "400",
        Err(Problem::StartLine),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.9_lwsstart",
        "400",
        Err(Problem::StartLine),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.10_trws",
        "400",
        Err(Problem::StartLine),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.11_escruri",
        "400",
        Err(Problem::RequestUri),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.12_baddate",
        "400, or the date is ignored",
        Err(Problem::Malformed(HeaderName::Date)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.13_regbadct",
        "400",
        Err(Problem::Malformed(HeaderName::Contact)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.14_badaspec",
        "400, or the blanks are ignored",
        Err(Problem::Malformed(HeaderName::To)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.15_baddn",
        "400, or the name is repaired",
        Err(Problem::Malformed(HeaderName::From)),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.16_badvers",
        "505; the Via is none of ours",
        Err(Problem::Version),
        None,
    ),
    (
        "rfc4475_3.1.2.17_mismatch01",
        "400",
        Err(Problem::MethodMismatch),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.18_mismatch02",
        "501 or 400",
        Err(Problem::MethodMismatch),
        Some(400),
    ),
    (
        "rfc4475_3.1.2.19_bigcode",
        "dropped",
        Err(Problem::Status),
        None,
    ),
    (
        "rfc4475_3.2.1_badbranch",
        "400, or the rules of RFC 2543",
        Ok(()),
        Some(400),
    ),
    (
        "rfc4475_3.3.1_insuf",
        "400",
        Err(Problem::Missing(HeaderName::From)),
        Some(400),
    ),
    (
        "rfc4475_3.3.2_unkscm",
        "416",
        Err(Problem::RequestUriScheme),
        Some(416),
    ),
    (
        "rfc4475_3.3.3_novelsc",
        "416",
        Err(Problem::RequestUriScheme),
        Some(416),
    ),
    (
        "rfc4475_3.3.4_unksm2",
        "not served; we are no registrar",
        Ok(()),
        Some(405),
    ),
    ("rfc4475_3.3.5_bext01", "420", Ok(()), Some(420)),
    ("rfc4475_3.3.6_invut", "415", Ok(()), Some(415)),
    (
        "rfc4475_3.3.7_regaut01",
        "not authorized; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.3.8_multi01",
        "400",
        Err(Problem::Doubled(HeaderName::CSeq)),
        Some(400),
    ),
    (
        "rfc4475_3.3.9_mcl01",
        "400",
        Err(Problem::Doubled(HeaderName::ContentLength)),
        Some(400),
    ),
    (
        "rfc4475_3.3.10_bcast",
        "a response to nothing",
        Ok(()),
        None,
    ),
    (
        "rfc4475_3.3.11_zeromf",
        "for a proxy 483; we are where it ends",
        Ok(()),
        Some(200),
    ),
    (
        "rfc4475_3.3.12_cparam01",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.3.13_cparam02",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.3.14_regescrt",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc4475_3.3.15_sdp01",
        "406, or an answer that it did not ask for",
        Ok(()),
        Some(100),
    ),
    (
        "rfc4475_3.4.1_inv2543",
        "accepted by those that serve RFC 2543; we do not",
        Err(Problem::Malformed(HeaderName::From)),
        Some(400),
    ),
    (
        "rfc5118_4.1_ipv6_good",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc5118_4.2_ipv6_bad",
        "400",
        Err(Problem::RequestUri),
        Some(400),
    ),
    (
        "rfc5118_4.3_port_ambiguous",
        "legal: the port is a part of the address",
        Ok(()),
        Some(405),
    ),
    (
        "rfc5118_4.4_port_unambiguous",
        "legal; we are no registrar",
        Ok(()),
        Some(405),
    ),
    (
        "rfc5118_4.5_via_received_param_no_delim",
        "accepted",
        Ok(()),
        Some(200),
    ),
    (
        "rfc5118_4.5_via_received_param_with_delim",
        "accepted; no such dialog",
        Ok(()),
        Some(481),
    ),
    ("rfc5118_4.6_ipv6_in_sdp", "legal", Ok(()), Some(100)),
    (
        "rfc5118_4.7_mult_ip_in_header",
        "legal; no such dialog",
        Ok(()),
        Some(481),
    ),
    ("rfc5118_4.8_mult_ip_in_sdp", "legal", Ok(()), Some(100)),
    ("rfc5118_4.9_ipv4_mapped_ipv6", "legal", Ok(()), Some(100)),
    (
        "rfc5118_4.10_ipv6_bug_abnf_3_colons",
        "the grammar's mistake; RFC 5954 corrected it",
        Err(Problem::RequestUri),
        Some(400),
    ),
    (
        "rfc5118_4.10_ipv6_correct_abnf_2_colons",
        "legal",
        Ok(()),
        Some(200),
    ),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/torture");

fn message(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}/{name}.dat")).unwrap()
}

fn answer(bytes: &[u8]) -> Option<u16> {
    let address = "198.51.100.2:5060".parse().unwrap();
    let config = EndpointConfig {
        trunks: vec![TrunkConfig {
            id: TrunkId("t".to_owned()),
            sources: Vec::new(),
            transports: vec![Transport::Udp],
            plain_udp: PlainUdp::Legacy,
            tls_client: None,
            targets: vec![Target {
                transport: Transport::Udp,
                address,
            }],
            domain: "example.com".to_owned(),
            account: None,
            challenge: None,
            calls_max: 10,
            calls_per_second: 10,
            keep_alive: None,
            registration: None,
        }],
        advertised: Advertised {
            host: "192.0.2.1".to_owned(),
            port: 5060,
            tls_port: 5061,
        },
        calls_max: 10,
    };
    let now = Timestamp::from_millis(0);
    let mut endpoint = Endpoint::new(now, config, TokenSource::from_number(1)).unwrap();
    let peer = Peer {
        transport: Transport::Udp,
        address,
        certificate: None,
    };
    endpoint.receive(now, &peer, bytes);
    let Some(Output::Transmit(transmit)) = endpoint.next_output() else {
        return None;
    };
    // Whatever we answer is a message that we would accept, or lacks what its request lacked.
    let text = String::from_utf8(transmit.bytes.to_vec()).unwrap();
    text.split(' ').nth(1).unwrap().parse().ok()
}

#[test]
fn every_torture_message_gets_the_treatment_that_its_rfc_asks_for() {
    let mut wrong = Vec::new();
    for (name, asked, read, status) in TABLE {
        let bytes = message(name);
        let found = parse_datagram(&bytes)
            .map(drop)
            .map_err(|refused| refused.problem);
        let answered = answer(&bytes);
        if (&found, &answered) != (read, status) {
            wrong.push(format!("{name} ({asked}): {found:?}, {answered:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_message() {
    let named: BTreeSet<String> = TABLE
        .iter()
        .map(|(name, ..)| format!("{name}.dat"))
        .collect();
    let stored: BTreeSet<String> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            std::path::Path::new(name)
                .extension()
                .is_some_and(|end| end == "dat")
        })
        .collect();
    assert_eq!(named, stored);
    assert_eq!(named.len(), TABLE.len());
}

#[test]
fn what_is_accepted_reads_back_as_it_was_written() {
    for (name, _, read, _) in TABLE {
        if read.is_err() {
            continue;
        }
        let message = parse_datagram(&message(name)).unwrap();
        let written = message.to_bytes();
        let again = parse_datagram(&written).unwrap();
        assert_eq!(again.to_bytes(), written, "{name}");
    }
}
