use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::cipher::{Cipher, Place, Trailer, derive};
use super::*;
use crate::rtp::{RtpHeader, RtpPacket};

const ALL: [Suite; 4] = [
    Suite::AeadAes256Gcm,
    Suite::AeadAes128Gcm,
    Suite::AesCm128HmacSha1_80,
    Suite::AesCm128HmacSha1_32,
];

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(char::is_whitespace, "")).unwrap()
}

/// A key of counting bytes.
fn master(suite: Suite, first: u8) -> MasterKey {
    let length = suite.key_bytes() + suite.salt_bytes();
    let key = (0..length).map(|n| first.wrapping_add(n as u8)).collect();
    MasterKey::from_bytes(suite, key).unwrap()
}

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let header = RtpHeader {
        marker: false,
        payload_type: 0,
        sequence,
        timestamp: 160 * u32::from(sequence),
        ssrc,
    };
    let mut bytes = Vec::new();
    RtpPacket {
        header,
        payload: &[0xAB; 160],
    }
    .write(&mut bytes);
    bytes
}

fn protected(sender: &mut SrtpSender, ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut bytes = packet(ssrc, sequence);
    sender.protect(&mut bytes).unwrap();
    bytes
}

fn pair(suite: Suite) -> (SrtpSender, SrtpReceiver) {
    let key = master(suite, 1);
    (
        SrtpSender::new(&key).unwrap(),
        SrtpReceiver::new(&key).unwrap(),
    )
}

#[test]
fn the_key_stream_is_that_of_rfc_3711_b2() {
    let key = UnboundCipherKey::new(&AES_128, &bytes("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
    let key = EncryptingKey::ctr(key).unwrap();
    let block: [u8; 16] = bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000")
        .try_into()
        .unwrap();
    let mut stream = [0; 48];
    key.less_safe_encrypt(
        &mut stream,
        EncryptionContext::Iv128(FixedLength::from(block)),
    )
    .unwrap();
    assert_eq!(
        stream.to_vec(),
        bytes(
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"
        )
    );
}

#[test]
fn the_derived_keys_are_those_of_rfc_3711_b3() {
    let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    let master = MasterKey::from_bytes(Suite::AesCm128HmacSha1_80, key).unwrap();
    let derived = |label, length| {
        let mut out = vec![0; length];
        derive(&master, label, &mut out).unwrap();
        out
    };
    assert_eq!(derived(0, 16), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(derived(2, 14), bytes("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(
        derived(1, 20),
        bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")
    );
}

#[test]
fn packets_are_those_of_libsrtps_reference() {
    let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    let master = MasterKey::from_bytes(Suite::AesCm128HmacSha1_80, key).unwrap();
    let mut sender = SrtpSender::new(&master).unwrap();
    let mut rtp = bytes("800F1234DECAFBADCAFEBABE ABABABABABABABABABABABABABABABAB");
    sender.protect(&mut rtp).unwrap();
    assert_eq!(
        rtp,
        bytes("800F1234DECAFBADCAFEBABE 4E55DC4CE79978D88CA4D215949D2402 B78D6ACC99EA179B8DBB")
    );
    let mut rtcp = bytes("81C8000BCAFEBABE ABABABABABABABABABABABABABABABAB");
    sender.protect_rtcp(&mut rtcp).unwrap();
    assert_eq!(
        rtcp,
        bytes("81C8000BCAFEBABE 7128035BE487B9BDBEF89041F977A5A8 80000001 993E08CD54D6C1230798")
    );
}

#[test]
fn sealed_packets_are_those_of_rfc_7714() {
    let clear = bytes(
        "8040F17B 8041F8D3 5501A0B2 47616C6C 69612065 7374206F 6D6E6973 20646976 69736120 696E2070 61727465 73207472 6573",
    );
    let key: Vec<u8> = (0..32).collect();
    let salt: [u8; 12] = bytes("517569642070726F2071756F").try_into().unwrap();
    for (key, sealed) in [
        // Sections 16.1.1 and 16.2.1.
        (
            &key[..16],
            "8040F17B 8041F8D3 5501A0B2 F24DE3A3 FB34DE6C ACBA861C 9D7E4BCA BE633BD5 0D294E6F 42A5F47A 51C7D19B 36DE3ADF 8833899D 7F27BEB1 6A9152CF 765EE439 0CCE",
        ),
        (
            &key[..],
            "8040F17B 8041F8D3 5501A0B2 32B1DE78 A822FE12 EF9F78FA 332E33AA B1801238 9A58E2F3 B50B2A02 76FFAE0F 1BA63799 B87B7AA3 DB36DFFF D6B0F9BB 7878D7A7 6C13",
        ),
    ] {
        let cipher = Cipher::gcm(key, Zeroizing::new(salt)).unwrap();
        let place = Place {
            ssrc: 0x5501_A0B2,
            index: 0xF17B,
        };
        let mut packet = clear.clone();
        cipher
            .seal(&mut packet, 12, place, Trailer::Rollover(0))
            .unwrap();
        assert_eq!(packet, bytes(sealed));
    }
}

#[test]
fn sealed_rtcp_is_that_of_rfc_7714() {
    let clear = bytes(
        "81C8000D 4D617273 4E545031 4E545032 52545020 0000042A 0000E930 4C756E61 DEADBEEF DEADBEEF DEADBEEF DEADBEEF DEADBEEF",
    );
    let key: Vec<u8> = (0..32).collect();
    let salt: [u8; 12] = bytes("517569642070726F2071756F").try_into().unwrap();
    for (key, sealed) in [
        // Sections 17.1 and 17.2.
        (
            &key[..16],
            "81C8000D 4D617273 63E94885 DCDAB67C A727D766 2F6B7E99 7FF5C0F7 6C06F32D C676A5F1 730D6FDA 4CE09B46 86303DED 0BB9275B C84AA458 96CF4D2F C5ABF872 45D9EADE 800005D4",
        ),
        (
            &key[..],
            "81C8000D 4D617273 D50AE4D1 F5CE5D30 4BA297E4 7D470C28 2C3ECE5D BFFE0A50 A2EAA5C1 110555BE 8415F658 C61DE047 6F1B6FAD 1D1EB30C 4446839F 57FF6F6C B26AC3BE 800005D4",
        ),
    ] {
        let cipher = Cipher::gcm(key, Zeroizing::new(salt)).unwrap();
        let place = Place {
            ssrc: 0x4D61_7273,
            index: 0x5D4,
        };
        let mut packet = clear.clone();
        cipher
            .seal(&mut packet, 8, place, Trailer::RtcpIndex(0x8000_05D4))
            .unwrap();
        assert_eq!(packet, bytes(sealed));
    }
}

#[test]
fn what_is_protected_opens_to_the_same() {
    for suite in ALL {
        let (mut sender, mut receiver) = pair(suite);
        for sequence in [65_534, 65_535, 0, 1, 2] {
            let mut sent = protected(&mut sender, 7, sequence);
            assert!(sent.len() <= packet(7, 0).len() + SRTP_OVERHEAD_MAX);
            assert_ne!(sent[12..28], [0xAB; 16]);
            assert_eq!(receiver.unprotect(&mut sent).unwrap(), packet(7, sequence));
        }
        for n in 0..3 {
            let clear = [&[0x80, 200, 0, 6, 0, 0, 0, 7][..], &[n; 20]].concat();
            let mut sent = clear.clone();
            sender.protect_rtcp(&mut sent).unwrap();
            assert_ne!(sent[8..28], clear[8..28]);
            assert_eq!(receiver.unprotect_rtcp(&mut sent).unwrap(), clear);
        }
    }
}

#[test]
fn a_replayed_packet_is_refused_within_and_beyond_the_window() {
    for suite in ALL {
        let (mut sender, mut receiver) = pair(suite);
        let sent: Vec<_> = (0..300).map(|n| protected(&mut sender, 7, n)).collect();
        // The last but one is late.
        for packet in sent.iter().filter(|packet| **packet != sent[298]) {
            receiver.unprotect(&mut packet.clone()).unwrap();
        }
        receiver.unprotect(&mut sent[298].clone()).unwrap();
        for packet in &sent {
            assert_eq!(
                receiver.unprotect(&mut packet.clone()).err(),
                Some(SrtpError::Replayed)
            );
        }
        let mut rtcp = vec![0x80, 200, 0, 1, 0, 0, 0, 7, 1, 2, 3, 4];
        sender.protect_rtcp(&mut rtcp).unwrap();
        receiver.unprotect_rtcp(&mut rtcp.clone()).unwrap();
        assert_eq!(
            receiver.unprotect_rtcp(&mut rtcp).err(),
            Some(SrtpError::Replayed)
        );
    }
}

#[test]
fn a_packet_is_refused_after_the_counter_has_rolled_over() {
    let (mut sender, mut receiver) = pair(Suite::AesCm128HmacSha1_80);
    let first = protected(&mut sender, 7, 0);
    receiver.unprotect(&mut first.clone()).unwrap();
    for sequence in (1..=65_535).step_by(1000).chain([65_535, 0, 1]) {
        let mut sent = protected(&mut sender, 7, sequence);
        receiver.unprotect(&mut sent).unwrap();
    }
    // Its number stands for another index now, so its tag is wrong or its place taken.
    assert!(receiver.unprotect(&mut first.clone()).is_err());
}

#[test]
fn another_key_or_any_altered_byte_is_not_authentic_and_leaves_no_trace() {
    for suite in ALL {
        let (mut sender, mut receiver) = pair(suite);
        let mut other = SrtpReceiver::new(&master(suite, 2)).unwrap();
        let sent = protected(&mut sender, 7, 9);
        assert_eq!(
            other.unprotect(&mut sent.clone()).err(),
            Some(SrtpError::NotAuthentic)
        );
        for at in 0..sent.len() {
            let mut altered = sent.clone();
            altered[at] ^= 1;
            assert!(receiver.unprotect(&mut altered).is_err(), "byte {at}");
        }
        // Forged packets of many sources did not use the room for true ones up.
        for ssrc in 0..100 {
            assert!(receiver.unprotect(&mut packet(ssrc, 9)).is_err());
        }
        assert!(receiver.unprotect(&mut sent.clone()).is_ok());
    }
}

#[test]
fn the_number_of_sources_is_bounded() {
    let (mut sender, mut receiver) = pair(Suite::AeadAes128Gcm);
    let sent: Vec<_> = (0..SOURCES_MAX as u32)
        .map(|ssrc| protected(&mut sender, ssrc, 1))
        .collect();
    for packet in sent {
        receiver.unprotect(&mut packet.clone()).unwrap();
    }
    let mut more = packet(100, 1);
    assert_eq!(sender.protect(&mut more), Err(SrtpError::TooManySources));
    let mut another = SrtpSender::new(&master(Suite::AeadAes128Gcm, 1)).unwrap();
    let mut more = protected(&mut another, 100, 1);
    assert_eq!(
        receiver.unprotect(&mut more).err(),
        Some(SrtpError::TooManySources)
    );
}

#[test]
fn no_number_is_used_twice_for_sending() {
    let (mut sender, _) = pair(Suite::AeadAes256Gcm);
    protected(&mut sender, 7, 5);
    protected(&mut sender, 7, 300);
    for used in [5, 300, 100] {
        assert_eq!(
            sender.protect(&mut packet(7, used)),
            Err(SrtpError::NumberUsed),
            "{used}"
        );
    }
    // A straggler within the window has a number of its own.
    assert!(sender.protect(&mut packet(7, 299)).is_ok());
}

#[test]
fn rtcp_in_clear_is_refused() {
    for suite in ALL {
        let (mut sender, mut receiver) = pair(suite);
        let mut rtcp = vec![0x80, 200, 0, 1, 0, 0, 0, 7, 1, 2, 3, 4];
        sender.protect_rtcp(&mut rtcp).unwrap();
        let word = match suite {
            Suite::AeadAes256Gcm | Suite::AeadAes128Gcm => rtcp.len() - 4,
            _ => rtcp.len() - 14,
        };
        rtcp[word] &= 0x7F;
        assert_eq!(
            receiver.unprotect_rtcp(&mut rtcp).err(),
            Some(SrtpError::Clear)
        );
    }
}

#[test]
fn short_packets_are_refused() {
    for suite in ALL {
        let (mut sender, mut receiver) = pair(suite);
        let sent = protected(&mut sender, 7, 9);
        for length in 0..sent.len() {
            assert!(receiver.unprotect(&mut sent[..length].to_vec()).is_err());
            assert!(
                receiver
                    .unprotect_rtcp(&mut sent[..length].to_vec())
                    .is_err()
            );
        }
    }
}

#[test]
fn a_crypto_line_reads_back_as_written() {
    for suite in ALL {
        let line = CryptoLine {
            tag: 3,
            key: MasterKey::generate(suite),
        };
        let read = CryptoLine::parse(line.to_value().expose(), &ALL).unwrap();
        assert_eq!((read.tag, read.key.suite()), (3, suite));
        assert_eq!(read.key.key(), line.key.key());
        assert_eq!(read.key.salt(), line.key.salt());
    }
}

#[test]
fn lines_of_the_rfc_are_taken_or_refused_with_their_reason() {
    const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    let read = |value: &str| {
        CryptoLine::parse(&value.replace("KEY", KEY), &Suite::DEFAULT).map(|line| line.tag)
    };
    for (value, expected) in [
        ("1 AES_CM_128_HMAC_SHA1_80 inline:KEY", Ok(1)),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20", Ok(1)),
        ("12 AES_CM_128_HMAC_SHA1_80 inline:KEY|4294967296", Ok(12)),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^10",
            Err(CryptoLineError::Lifetime),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^99",
            Err(CryptoLineError::Malformed),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4",
            Err(CryptoLineError::Identifier),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY;inline:KEY",
            Err(CryptoLineError::Identifier),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY UNENCRYPTED_SRTP",
            Err(CryptoLineError::Parameter),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY KDR=1",
            Err(CryptoLineError::Parameter),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY=A",
            Err(CryptoLineError::Key),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 inline:WVNf",
            Err(CryptoLineError::Key),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_32 inline:KEY",
            Err(CryptoLineError::Suite),
        ),
        (
            "1 F8_128_HMAC_SHA1_80 inline:KEY",
            Err(CryptoLineError::Suite),
        ),
        (
            "+1 AES_CM_128_HMAC_SHA1_80 inline:KEY",
            Err(CryptoLineError::Malformed),
        ),
        (
            "1234567890 AES_CM_128_HMAC_SHA1_80 inline:KEY",
            Err(CryptoLineError::Malformed),
        ),
        (
            "1 AES_CM_128_HMAC_SHA1_80 uri:KEY",
            Err(CryptoLineError::Malformed),
        ),
        ("1 AES_CM_128_HMAC_SHA1_80", Err(CryptoLineError::Malformed)),
        ("", Err(CryptoLineError::Malformed)),
    ] {
        assert_eq!(read(value), expected, "{value}");
    }
    assert!(CryptoLine::parse(&format!("1 AES_CM_128_HMAC_SHA1_32 inline:{KEY}"), &ALL).is_ok());
    let long = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{}", "A".repeat(600));
    assert_eq!(
        CryptoLine::parse(&long, &ALL).err(),
        Some(CryptoLineError::Malformed)
    );
}

#[test]
fn keys_cannot_be_printed() {
    let line = CryptoLine {
        tag: 1,
        key: master(Suite::AesCm128HmacSha1_80, 65),
    };
    let printed = format!(
        "{line:?} {:?} {:?}",
        line.to_value(),
        pair(Suite::AeadAes256Gcm)
    );
    assert!(
        !printed.contains("inline") && !printed.contains("ABC") && !printed.contains("65"),
        "{printed}"
    );
}

#[test]
fn generated_keys_differ() {
    let (one, other) = (
        MasterKey::generate(Suite::AeadAes256Gcm),
        MasterKey::generate(Suite::AeadAes256Gcm),
    );
    assert_ne!(one.key(), other.key());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for suite in ALL {
            let (_, mut receiver) = pair(suite);
            prop_assert!(receiver.unprotect(&mut bytes.clone()).is_err());
            prop_assert!(receiver.unprotect_rtcp(&mut bytes.clone()).is_err());
        }
    }

    #[test]
    fn any_order_within_the_window_opens(order in Just((0..100_u16).collect::<Vec<_>>()).prop_shuffle(), first: u16) {
        let (mut sender, mut receiver) = pair(Suite::AeadAes128Gcm);
        // The first packet tells where the counter stands.
        let first = first.max(200);
        let sent: Vec<_> = (0..=100).map(|n| protected(&mut sender, 7, first.wrapping_add(n))).collect();
        receiver.unprotect(&mut sent[0].clone()).unwrap();
        for at in order {
            prop_assert!(receiver.unprotect(&mut sent[usize::from(at) + 1].clone()).is_ok());
        }
    }

    #[test]
    fn any_text_is_a_crypto_line_or_refused(value in "[ -~]{0,80}") {
        let _ = CryptoLine::parse(&value, &ALL);
    }
}
