use std::f64::consts::TAU;
use std::sync::Arc;

use super::*;
use crate::time::MediaTime;

/// A file with these fields of the format and this audio.
fn wav(encoding: u16, channels: u16, rate: u32, bits: u16, audio: &[u8]) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut format = Vec::new();
    format.extend_from_slice(&encoding.to_le_bytes());
    format.extend_from_slice(&channels.to_le_bytes());
    format.extend_from_slice(&rate.to_le_bytes());
    format.extend_from_slice(&(rate * u32::from(block)).to_le_bytes());
    format.extend_from_slice(&block.to_le_bytes());
    format.extend_from_slice(&bits.to_le_bytes());
    riff(&[(b"fmt ", &format), (b"LIST", b"odd"), (b"data", audio)])
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (name, content) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&(content.len() as u32).to_le_bytes());
        body.extend_from_slice(content);
        if content.len() % 2 == 1 {
            body.push(0);
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(body.len() as u32).to_le_bytes());
    file.extend_from_slice(&body);
    file
}

fn pcm16(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

fn sine(rate: u32, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|at| (9000.0 * (TAU * 400.0 * at as f64 / f64::from(rate)).sin()) as i16)
        .collect()
}

fn power(samples: &[i16]) -> f64 {
    samples
        .iter()
        .map(|one| f64::from(*one).powi(2))
        .sum::<f64>()
        / samples.len() as f64
}

#[test]
fn all_encodings_rates_and_channels_give_the_same_audio() {
    let rates = [8000, 11_025, 16_000, 22_050, 44_100, 48_000];
    for rate in rates {
        let mono = sine(rate, rate as usize);
        let stereo: Vec<i16> = mono.iter().flat_map(|one| [*one, *one]).collect();
        let eight: Vec<u8> = mono.iter().map(|one| ((one >> 8) + 128) as u8).collect();
        let law = |law: Law| mono.iter().map(|one| law.encode(*one)).collect::<Vec<u8>>();
        for file in [
            wav(1, 1, rate, 16, &pcm16(&mono)),
            wav(1, 2, rate, 16, &pcm16(&stereo)),
            wav(1, 1, rate, 8, &eight),
            wav(6, 1, rate, 8, &law(Law::A)),
            wav(7, 1, rate, 8, &law(Law::Mu)),
        ] {
            let audio = parse_wav(&file).unwrap();
            assert_eq!((audio.rate, audio.duration_ms()), (rate, 1000));
            let samples = audio.to_samples(8000);
            assert_eq!(samples.len(), 8000);
            let ratio = power(&samples) / power(&sine(8000, 8000));
            assert!((0.95..1.05).contains(&ratio), "{rate} Hz: {ratio}");
        }
    }
}

#[test]
fn what_is_not_taken_is_refused_with_its_reason() {
    let good = [0; 16];
    let twice = |name: &'static [u8; 4]| {
        let format = &wav(1, 1, 8000, 8, &good)[20..36];
        let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![(b"fmt ", format), (b"data", &good)];
        chunks.push((name, if name == b"fmt " { format } else { &good }));
        riff(&chunks)
    };
    for (file, refused) in [
        (wav(3, 1, 8000, 32, &good), WavError::Encoding(3)),
        (wav(0xFFFE, 1, 8000, 16, &good), WavError::Encoding(0xFFFE)),
        (wav(1, 1, 8000, 24, &good), WavError::Bits(24)),
        (wav(7, 1, 8000, 16, &good), WavError::Bits(16)),
        (wav(1, 0, 8000, 16, &good), WavError::Channels(0)),
        (wav(1, 3, 8000, 16, &good), WavError::Channels(3)),
        (wav(1, 1, 7999, 16, &good), WavError::Rate(7999)),
        (wav(1, 1, 48_001, 16, &good), WavError::Rate(48_001)),
        (wav(1, 1, 8000, 16, &good[..3]), WavError::Audio),
        (wav(1, 1, 8000, 16, &[]), WavError::Audio),
        (twice(b"data"), WavError::Audio),
        (twice(b"fmt "), WavError::Format),
        (riff(&[(b"data", &good)]), WavError::Format),
        (riff(&[(b"fmt ", &good[..15])]), WavError::Format),
        (riff(&[]), WavError::Audio),
        (b"RIFX".to_vec(), WavError::NotWav),
        (b"RIFF\x04\0\0\0WAVX".to_vec(), WavError::NotWav),
        (Vec::new(), WavError::NotWav),
    ] {
        assert_eq!(parse_wav(&file).err(), Some(refused));
    }
}

#[test]
fn contradictions_in_the_format_are_refused() {
    let mut file = wav(1, 1, 8000, 16, &[0; 16]);
    file[28] ^= 1;
    assert_eq!(parse_wav(&file).err(), Some(WavError::Contradiction));
    let mut file = wav(1, 1, 8000, 16, &[0; 16]);
    file[32] = 4;
    assert_eq!(parse_wav(&file).err(), Some(WavError::Contradiction));
}

#[test]
fn a_file_cut_short_is_refused_wherever_it_is_cut() {
    let file = wav(1, 1, 8000, 16, &[0; 320]);
    for length in 0..file.len() {
        assert!(parse_wav(&file[..length]).is_err(), "{length}");
    }
}

#[test]
fn limits_hold_to_the_sample_and_the_chunk() {
    let longest = vec![0; 8000 * WAV_SECONDS_MAX as usize];
    assert!(parse_wav(&wav(7, 1, 8000, 8, &longest)).is_ok());
    let longer = vec![0; longest.len() + 1];
    assert_eq!(
        parse_wav(&wav(7, 1, 8000, 8, &longer)).err(),
        Some(WavError::TooLong)
    );
    let large = vec![0; WAV_BYTES_MAX + 1];
    assert_eq!(
        parse_wav(&large).err(),
        Some(WavError::TooLarge(large.len()))
    );
    let chunk: (&[u8; 4], &[u8]) = (b"junk", &[]);
    assert_eq!(parse_wav(&riff(&[chunk; 63])).err(), Some(WavError::Audio));
    assert_eq!(
        parse_wav(&riff(&[chunk; 64])).err(),
        Some(WavError::TooManyChunks)
    );
}

/// A prompt whose n-th frame is full of the sample `first + 1000 n`.
fn numbered(first: i16, frames: i16) -> Prompt {
    let samples: Vec<i16> = (0..frames)
        .flat_map(|n| [first + 1000 * n; FRAME_BYTES])
        .collect();
    Prompt::from_samples(&samples)
}

fn first_sample(law: Law, frame: Option<&G711Frame>) -> Option<i16> {
    frame.map(|frame| (f64::from(law.decode(frame[0])) / 1000.0).round() as i16)
}

fn playlist() -> Arc<[Prompt]> {
    Arc::from([numbered(1000, 2), Prompt::silence(0), numbered(5000, 1)])
}

#[test]
fn prompts_are_played_one_after_the_other_and_end() {
    for law in [Law::Mu, Law::A] {
        let mut player = Player::new(playlist(), Repeat::Once).unwrap();
        let mut heard = Vec::new();
        while let Some(sample) = first_sample(law, player.next_frame(law)) {
            heard.push(sample);
        }
        assert_eq!(heard, [1, 2, 5]);
        assert!(player.is_finished());
        assert!(player.next_frame(law).is_none());
    }
}

#[test]
fn a_loop_goes_around_and_an_empty_one_plays_nothing() {
    let mut player = Player::new(playlist(), Repeat::Forever).unwrap();
    let heard: Vec<_> = (0..7)
        .map(|_| first_sample(Law::Mu, player.next_frame(Law::Mu)).unwrap())
        .collect();
    assert_eq!(heard, [1, 2, 5, 1, 2, 5, 1]);
    for prompts in [Arc::from([]), Arc::from([Prompt::silence(0)])] {
        let mut empty = Player::new(prompts, Repeat::Forever).unwrap();
        assert!(empty.next_frame(Law::Mu).is_none());
        assert!(empty.is_finished());
    }
    let many: Arc<[Prompt]> = vec![Prompt::silence(0); PLAYLIST_MAX + 1].into();
    assert!(Player::new(many, Repeat::Once).is_none());
}

#[test]
fn music_is_at_the_same_place_for_everybody() {
    let music = MusicOnHold::new(numbered(1000, 3), MediaTime::from_millis(1000));
    for (ms, heard) in [
        (1000, 1),
        (1019, 1),
        (1020, 2),
        (1040, 3),
        (1060, 1),
        (0, 1),
    ] {
        let frame = music.frame_at(MediaTime::from_millis(ms), Law::A);
        assert_eq!(first_sample(Law::A, frame), Some(heard), "{ms}");
    }
    let empty = MusicOnHold::new(Prompt::silence(0), MediaTime::default());
    assert!(empty.frame_at(MediaTime::default(), Law::A).is_none());
}

#[test]
fn a_player_costs_next_to_nothing() {
    assert!(size_of::<Player>() <= 32, "{}", size_of::<Player>());
}

#[test]
fn the_last_frame_is_filled_with_silence() {
    let prompt = Prompt::from_samples(&[1000; FRAME_BYTES + 1]);
    assert_eq!(prompt.frames(), 2);
    let last = prompt.frame(Law::Mu, 1).unwrap();
    assert_eq!(last[1..], [Law::Mu.silence(); FRAME_BYTES - 1]);
}
