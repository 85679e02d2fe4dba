use std::time::Duration;

use model::Timestamp;
use proptest::prelude::*;

use super::*;

fn block(lost: i32) -> ReportBlock {
    ReportBlock {
        report: ReceptionReport {
            ssrc: 9,
            fraction_lost: 51,
            lost,
            highest_sequence: 70_000,
            jitter: 12,
        },
        last_report: 0x1234_5678,
        delay: 65_536,
    }
}

fn compound() -> Compound {
    Compound {
        sender: 7,
        info: Some(SenderInfo {
            ntp: 1 << 40,
            rtp: 160,
            packets: 3,
            octets: 480,
        }),
        blocks: vec![block(-2), block(5)],
        goodbye: vec![7],
    }
}

fn written(compound: &Compound) -> Vec<u8> {
    let mut bytes = Vec::new();
    compound.write("ringfence", &mut bytes);
    bytes
}

#[test]
fn a_compound_packet_reads_back_as_written() {
    let bytes = written(&compound());
    assert_eq!(bytes.len() % 4, 0);
    assert_eq!(Compound::parse(&bytes), Ok(compound()));
    let receiver = Compound {
        info: None,
        goodbye: Vec::new(),
        ..compound()
    };
    assert_eq!(Compound::parse(&written(&receiver)), Ok(receiver));
}

#[test]
fn the_name_ends_with_a_zero_whatever_its_length() {
    for length in [0, 1, 2, 5, 254, 255, 300] {
        let mut bytes = Vec::new();
        Compound::default().write(&"n".repeat(length), &mut bytes);
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(bytes.last(), Some(&0));
        assert!(Compound::parse(&bytes).is_ok());
    }
}

#[test]
fn what_is_cut_short_or_contradicts_itself_is_refused() {
    let bytes = written(&compound());
    let report = 4 * (1 + usize::from(u16::from_be_bytes([bytes[2], bytes[3]])));
    for length in 0..bytes.len() {
        // A compound may end behind any of its packets.
        let whole = length == report || length == bytes.len() - 8;
        assert_eq!(Compound::parse(&bytes[..length]).is_ok(), whole, "{length}");
    }
    let mut other = bytes.clone();
    other[0] = 0x40;
    assert_eq!(Compound::parse(&other), Err(RtcpError::Version(1)));
    let mut other = bytes.clone();
    other[0] = 0x9F;
    assert_eq!(Compound::parse(&other), Err(RtcpError::Truncated));
    let mut other = bytes.clone();
    other[0] |= 0x20;
    assert_eq!(Compound::parse(&other), Err(RtcpError::Padding));
    assert_eq!(
        Compound::parse(&bytes[report..]),
        Err(RtcpError::NoReport(202))
    );
    assert_eq!(
        Compound::parse(&vec![0; PACKET_BYTES_MAX + 1]),
        Err(RtcpError::TooLong)
    );
}

#[test]
fn padding_at_the_end_is_taken_off() {
    let mut bytes = written(&Compound {
        goodbye: Vec::new(),
        ..compound()
    });
    bytes.extend_from_slice(&[0xA0, 201, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4]);
    assert!(Compound::parse(&bytes).is_ok());
    for wrong in [0, 3, 12] {
        *bytes.last_mut().unwrap() = wrong;
        assert_eq!(Compound::parse(&bytes), Err(RtcpError::Padding));
    }
}

#[test]
fn the_round_trip_is_that_of_the_rfcs_example() {
    // RFC 3550, figure 2: A = 0xb710:8000, LSR = 0xb705:2000, DLSR = 0x0005:4000, so 6.125 s.
    let block = ReportBlock {
        last_report: 0xB705_2000,
        delay: 0x0005_4000,
        ..block(0)
    };
    assert_eq!(
        block.round_trip(0xB710_8000 << 16),
        Some(Duration::from_millis(6125))
    );
    assert_eq!(block.round_trip(0xB705_2000 << 16), Some(Duration::ZERO));
    assert_eq!(
        ReportBlock {
            last_report: 0,
            ..block
        }
        .round_trip(1 << 40),
        None
    );
}

#[test]
fn ntp_time_begins_in_1900() {
    let ntp = ntp_at(Timestamp::from_secs(0), MediaTime::from_millis(500));
    assert_eq!(ntp >> 32, 2_208_988_800);
    assert_eq!(ntp & 0xFFFF_FFFF, 1 << 31);
    assert_eq!(middle(0x0123_4567_89AB_CDEF), 0x4567_89AB);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300), report: bool) {
        if report && bytes.len() > 4 {
            bytes[0] = 0x80 | bytes[0] & 3;
            bytes[1] = 200 + bytes[1] % 4;
            bytes[2] = 0;
            bytes[3] %= 20;
        }
        let _ = Compound::parse(&bytes);
    }

    #[test]
    fn any_report_reads_back_as_written(sender: u32, fraction: u8, lost in -0x80_0000..0x80_0000, jitter: u32, delay: u32) {
        let report = ReceptionReport { ssrc: 1, fraction_lost: fraction, lost, highest_sequence: jitter, jitter };
        let one = Compound { sender, info: None, blocks: vec![ReportBlock { report, last_report: delay, delay }], goodbye: Vec::new() };
        prop_assert_eq!(Compound::parse(&written(&one)), Ok(one));
    }
}
