use std::time::Duration;

use model::InstanceId;
use proptest::prelude::*;
use seal::{Context, DataKey, StreamEnd, StreamOpener, StreamSealer};

use super::*;
use crate::frame::FRAME_BYTES;
use crate::g711::Law;
use crate::prompt::parse_wav;
use crate::time::MediaTime;

const START: MediaTime = MediaTime::from_millis(5000);
const SILENCE: u8 = 0xFF;

fn at(ms: u64) -> MediaTime {
    START.plus(Duration::from_millis(ms))
}

/// One side of the chunks, one byte per millisecond.
fn side(chunks: &[Chunk], side: Side) -> Vec<u8> {
    let channel = usize::from(side == Side::Agent);
    let samples: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| chunk.samples.clone())
        .collect();
    samples.iter().skip(channel).step_by(16).copied().collect()
}

/// A recording of so many milliseconds in which each side says a byte of its own all the time.
fn talk(ms: u64) -> Vec<Chunk> {
    let mut recorder = Recorder::new(Law::Mu, START);
    let mut chunks = Vec::new();
    for n in (0..ms).step_by(20) {
        recorder.record(Side::Customer, at(n), &[1; FRAME_BYTES]);
        recorder.record(Side::Agent, at(n), &[2; FRAME_BYTES]);
        chunks.extend(recorder.next_chunk(at(n)));
    }
    chunks.extend(recorder.finish(at(ms)));
    chunks
}

#[test]
fn both_sides_lie_side_by_side_in_chunks_without_a_seam() {
    let chunks = talk(2340);
    let places: Vec<_> = chunks
        .iter()
        .map(|chunk| (chunk.index, chunk.start_ms, chunk.duration_ms()))
        .collect();
    assert_eq!(
        places,
        [
            (0, 0, 500),
            (1, 500, 500),
            (2, 1000, 500),
            (3, 1500, 500),
            (4, 2000, 340)
        ]
    );
    assert_eq!(side(&chunks, Side::Customer), [1; 2340]);
    assert_eq!(side(&chunks, Side::Agent), [2; 2340]);
}

#[test]
fn time_without_frames_is_silence_in_its_place() {
    let mut recorder = Recorder::new(Law::Mu, START);
    recorder.record(Side::Customer, at(0), &[1; FRAME_BYTES]);
    recorder.record(Side::Customer, at(300), &[1; FRAME_BYTES]);
    let chunks = recorder.finish(at(400));
    let mut expected = [SILENCE; 400];
    expected[..20].fill(1);
    expected[300..320].fill(1);
    assert_eq!(side(&chunks, Side::Customer), expected);
    assert_eq!(side(&chunks, Side::Agent), [SILENCE; 400]);
}

#[test]
fn a_trembling_arrival_leaves_no_holes() {
    let mut recorder = Recorder::new(Law::Mu, START);
    for n in 0..20_u64 {
        let late = [0, 9, 17, 3, 30][n as usize % 5];
        recorder.record(Side::Agent, at(20 * n + late), &[2; FRAME_BYTES]);
    }
    assert_eq!(side(&recorder.finish(at(400)), Side::Agent), [2; 400]);
}

#[test]
fn a_chunk_waits_for_what_is_late_and_drops_what_is_later() {
    let mut recorder = Recorder::new(Law::Mu, START);
    assert_eq!(recorder.next_deadline(), at(750));
    assert_eq!(recorder.next_chunk(at(749)), None);
    recorder.record(Side::Customer, at(400), &[1; FRAME_BYTES]);
    let chunk = recorder.next_chunk(at(750)).unwrap();
    assert_eq!(side(&[chunk], Side::Customer)[400..420], [1; 20]);
    recorder.record(Side::Agent, at(100), &[2; FRAME_BYTES]);
    recorder.record(Side::Agent, at(590), &[2; FRAME_BYTES]);
    let rest = side(&recorder.finish(at(700)), Side::Agent);
    assert_eq!(rest[90..110], [2; 20]);
    assert_eq!(rest[110..], [SILENCE; 90]);
}

#[test]
fn while_paused_both_sides_are_silent_and_the_marks_say_so() {
    let mut chunks = Vec::new();
    let mut recorder = Recorder::new(Law::Mu, START);
    for n in (0..2000).step_by(20) {
        if n == 600 {
            recorder.pause(at(n));
            recorder.pause(at(n));
        }
        if n == 1400 {
            recorder.resume(at(n));
        }
        recorder.record(Side::Customer, at(n), &[1; FRAME_BYTES]);
        recorder.record(Side::Agent, at(n), &[2; FRAME_BYTES]);
        assert_eq!(recorder.is_paused(), (600..1400).contains(&n));
        chunks.extend(recorder.next_chunk(at(n)));
    }
    chunks.extend(recorder.finish(at(2000)));
    for (who, byte) in [(Side::Customer, 1), (Side::Agent, 2)] {
        let heard = side(&chunks, who);
        assert_eq!(heard[..600], [byte; 600]);
        assert_eq!(heard[600..1400], [SILENCE; 800]);
        assert_eq!(heard[1400..], [byte; 600]);
    }
    let marks: Vec<_> = chunks
        .iter()
        .flat_map(|chunk| chunk.marks.clone())
        .collect();
    assert_eq!(
        marks,
        [
            Mark {
                at_ms: 600,
                kind: MarkKind::Paused
            },
            Mark {
                at_ms: 1400,
                kind: MarkKind::Resumed
            },
        ]
    );
    assert_eq!(chunks[1].marks.len(), 1);
}

#[test]
fn a_pause_silences_what_was_taken_for_a_later_time() {
    let mut recorder = Recorder::new(Law::Mu, START);
    recorder.record(Side::Customer, at(0), &[1; FRAME_BYTES]);
    recorder.record(Side::Customer, at(20), &[1; FRAME_BYTES]);
    recorder.pause(at(20));
    let heard = side(&recorder.finish(at(40)), Side::Customer);
    assert_eq!(heard[..20], [1; 20]);
    assert_eq!(heard[20..], [SILENCE; 20]);
}

#[test]
fn an_empty_recording_has_one_empty_chunk() {
    let chunks = Recorder::new(Law::A, START).finish(START);
    assert_eq!(chunks.len(), 1);
    assert_eq!(chunks[0].duration_ms(), 0);
}

#[test]
fn marks_are_bounded() {
    let mut recorder = Recorder::new(Law::Mu, START);
    for n in 0..100 {
        recorder.mark_gap(at(n));
    }
    let chunks = recorder.finish(at(200));
    assert_eq!(chunks[0].marks.len(), MARKS_MAX);
    assert_eq!(Chunk::parse(&chunks[0].to_bytes()), Ok(chunks[0].clone()));
}

#[test]
fn nothing_is_recorded_beyond_a_day() {
    let mut recorder = Recorder::new(Law::Mu, START);
    recorder.record(
        Side::Agent,
        at(u64::from(RECORDING_MS_MAX)),
        &[2; FRAME_BYTES],
    );
    recorder.record(Side::Agent, MediaTime::default(), &[2; FRAME_BYTES]);
    assert_eq!(side(&recorder.finish(at(100)), Side::Agent), [SILENCE; 100]);
}

#[test]
fn a_recording_is_a_wav_file_of_the_right_length() {
    let chunks = talk(1730);
    for format in [
        WavFormat::Pcm16,
        WavFormat::G711(Law::Mu),
        WavFormat::G711(Law::A),
    ] {
        let writer = WavWriter::new(format, 1730).unwrap();
        assert_eq!(writer.header().len(), WAV_HEADER_BYTES);
        let file: Vec<u8> = writer.file(chunks.clone()).flatten().collect();
        assert_eq!(file.len() as u64, writer.file_bytes());
        let audio = parse_wav(&file).unwrap();
        assert_eq!(
            (audio.channels, audio.rate, audio.duration_ms()),
            (2, 8000, 1730)
        );
    }
    assert!(WavWriter::new(WavFormat::Pcm16, u64::from(RECORDING_MS_MAX)).is_ok());
    assert_eq!(
        WavWriter::new(WavFormat::Pcm16, 200_000_000).err(),
        Some(WavTooLong(200_000_000))
    );
}

#[test]
fn a_survey_shows_who_spoke_when() {
    let mut recorder = Recorder::new(Law::Mu, START);
    let loud = Law::Mu.encode(16_000);
    for n in (0..200).step_by(20) {
        recorder.record(Side::Customer, at(n), &[loud; FRAME_BYTES]);
    }
    for n in (300..400).step_by(20) {
        recorder.record(Side::Agent, at(n), &[loud; FRAME_BYTES]);
    }
    let mut survey = Survey::default();
    for chunk in recorder.finish(at(450)) {
        survey.add(&chunk);
    }
    assert_eq!(survey.duration_ms, 450);
    assert_eq!(survey.customer, [124, 124, 0, 0, 0]);
    assert_eq!(survey.agent, [0, 0, 0, 124, 0]);
}

/// A recording sealed as it is written; without its end where the process was killed.
fn sealed(chunks: &[Chunk], killed: bool) -> Vec<u8> {
    let (key, context) = place();
    let mut sealer = StreamSealer::new(&key, &context);
    let (last, inner) = chunks.split_last().unwrap();
    let mut file: Vec<u8> = inner
        .iter()
        .flat_map(|chunk| sealer.seal(&chunk.to_bytes()).unwrap())
        .collect();
    if !killed {
        file.extend(sealer.finish(&last.to_bytes()).unwrap());
    }
    file
}

fn place() -> (DataKey, Context) {
    let context = Context::new(Some(InstanceId::from_u128(1)), "recordings", "file", 1);
    (DataKey::from_bytes([3; 32]), context)
}

fn opened(file: &[u8]) -> (Vec<Chunk>, StreamEnd) {
    let (key, context) = place();
    let mut opener = StreamOpener::new(&key, &context);
    let mut clear = Vec::new();
    opener.push(file, &mut clear).unwrap();
    let chunks = clear
        .iter()
        .map(|bytes| Chunk::parse(bytes).unwrap())
        .collect();
    (chunks, opener.finish().unwrap())
}

#[test]
fn a_sealed_recording_opens_to_its_chunks_and_a_cut_one_up_to_where_it_was_cut() {
    let chunks = talk(2200);
    let whole = sealed(&chunks, false);
    assert_eq!(opened(&whole), (chunks.clone(), StreamEnd::Complete));
    let cut = sealed(&chunks, true);
    assert_eq!(opened(&cut), (chunks[..4].to_vec(), StreamEnd::CutOff));
    // Killed while a chunk was being written.
    assert_eq!(
        opened(&cut[..cut.len() - 5]),
        (chunks[..3].to_vec(), StreamEnd::CutOff)
    );
    // Nothing of the audio is readable in the file.
    assert!(
        !whole
            .windows(8)
            .any(|window| window == [1, 2, 1, 2, 1, 2, 1, 2])
    );
}

proptest! {
    #[test]
    fn a_chunk_reads_back_as_written(index: u32, start_ms: u32, mu: bool, marks in prop::collection::vec((any::<u32>(), 0..3_u8), 0..8), ms in 0..500_usize) {
        let kinds = [MarkKind::Paused, MarkKind::Resumed, MarkKind::Gap];
        let chunk = Chunk {
            index,
            start_ms,
            law: if mu { Law::Mu } else { Law::A },
            marks: marks.into_iter().map(|(at_ms, kind)| Mark { at_ms, kind: kinds[usize::from(kind)] }).collect(),
            samples: vec![7; 16 * ms],
        };
        prop_assert_eq!(Chunk::parse(&chunk.to_bytes()), Ok(chunk));
    }

    #[test]
    fn any_bytes_are_a_chunk_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(chunk) = Chunk::parse(&bytes) {
            prop_assert_eq!(chunk.to_bytes(), bytes);
        }
    }
}
