//! Tests across modules: the corpora of the fuzz targets, as ordinary tests. What once broke a parser stays mended.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use media::MediaTime;
use media::g722::{G722Decoder, G722Encoder};
use media::prompt::{WAV_SECONDS_MAX, parse_wav};
use media::recording::{Chunk, Survey};
use media::rtcp::Compound;
use media::rtp::{Playout, Reception, RtpPacket};
use media::tones::{DigitEvent, EventReceiver, TelephoneEvent};

/// Name and content of every file.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    assert!(!files.is_empty(), "no corpus for {target}");
    files
}

#[test]
fn the_corpus_of_rtp_is_refused_or_reads_back() {
    let mut reception = Reception::new(8000);
    let mut playout = Playout::new(0xFF);
    let mut taken = 0;
    for (name, bytes) in corpus("rtp_packet") {
        let Ok(packet) = RtpPacket::parse(&bytes) else {
            continue;
        };
        taken += 1;
        let mut written = Vec::new();
        packet.write(&mut written);
        assert_eq!(RtpPacket::parse(&written), Ok(packet), "{name}");
        reception.receive(MediaTime::default(), &packet.header);
        playout.insert(packet.header.timestamp, packet.payload);
        playout.play(&mut [0; 160]);
    }
    assert!(taken >= 5, "only {taken} are packets");
}

#[test]
fn the_corpus_of_recordings_is_refused_or_reads_back() {
    let mut taken = 0;
    for (name, bytes) in corpus("recording") {
        let Ok(chunk) = Chunk::parse(&bytes) else {
            continue;
        };
        taken += 1;
        assert_eq!(chunk.to_bytes(), bytes, "{name}");
        let mut survey = Survey::default();
        survey.add(&chunk);
        assert_eq!(survey.duration_ms, u64::from(chunk.duration_ms()), "{name}");
    }
    assert!(taken >= 2, "only {taken} are chunks");
}

#[test]
fn the_corpus_of_rtcp_is_refused_or_reads_back() {
    let mut taken = 0;
    for (name, bytes) in corpus("rtcp_packet") {
        let Ok(compound) = Compound::parse(&bytes) else {
            continue;
        };
        taken += 1;
        let mut written = Vec::new();
        compound.write("name", &mut written);
        assert_eq!(Compound::parse(&written), Ok(compound), "{name}");
    }
    assert!(taken >= 5, "only {taken} are packets");
}

#[test]
fn the_corpus_of_wav_files_is_refused_or_bounded() {
    let mut taken = 0;
    for (name, bytes) in corpus("wav_file") {
        let Ok(audio) = parse_wav(&bytes) else {
            continue;
        };
        taken += 1;
        assert!(audio.duration_ms() <= WAV_SECONDS_MAX * 1000, "{name}");
        assert!(audio.to_samples(8000).len() <= bytes.len(), "{name}");
    }
    assert!(taken >= 5, "only {taken} are files");
}

#[test]
fn in_the_corpus_of_telephone_events_no_key_is_pressed_twice_or_released_unpressed() {
    let mut pressed = 0;
    for (name, bytes) in corpus("telephone_event") {
        let mut receiver = EventReceiver::new();
        let mut now = MediaTime::default();
        let mut held = 0;
        for packet in bytes.as_chunks::<8>().0 {
            let delay = u16::from_be_bytes([packet[2], packet[3]]);
            now = MediaTime::from_micros(now.as_micros() + 10 * u64::from(delay));
            let expired = receiver.expire(now);
            let event = TelephoneEvent::parse(&packet[4..]).unwrap();
            let timestamp = u32::from(u16::from_be_bytes([packet[0], packet[1]]));
            let given = receiver.receive(now, timestamp, event);
            for event in expired.into_iter().chain(given.into_iter().flatten()) {
                let press = matches!(event, DigitEvent::Pressed(_));
                held += if press { 1 } else { -1 };
                pressed += i32::from(press);
                assert!((0..=1).contains(&held), "{name}");
            }
        }
    }
    assert!(pressed >= 5, "only {pressed} keys");
}

#[test]
fn the_corpus_of_g722_is_heard_and_said_again() {
    for (name, bytes) in corpus("g722") {
        let mut wide = vec![0; 2 * bytes.len()];
        G722Decoder::default().decode(&bytes, &mut wide);
        let mut narrow = vec![0; bytes.len()];
        G722Decoder::default().decode_narrow(&bytes, &mut narrow);
        let mut again = vec![0; bytes.len()];
        G722Encoder::default().encode_narrow(&narrow, &mut again);
        let mut heard = vec![0; bytes.len()];
        G722Decoder::default().decode_narrow(&again, &mut heard);
        let loudest = |samples: &[i16]| samples.iter().map(|one| one.unsigned_abs()).max();
        // What was silent stays so.
        if loudest(&narrow) < Some(16) {
            assert!(loudest(&heard) < Some(64), "{name}");
        }
    }
}
