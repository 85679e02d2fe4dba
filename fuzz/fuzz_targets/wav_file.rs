//! Any bytes as a WAV file: refused, or audio of a bounded length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media::prompt::{WAV_SECONDS_MAX, parse_wav};

fuzz_target!(|bytes: &[u8]| {
    let Ok(audio) = parse_wav(bytes) else {
        return;
    };
    assert!(audio.duration_ms() <= WAV_SECONDS_MAX * 1000);
    // Converting a long file takes time and shows nothing more.
    if bytes.len() <= 1 << 16 {
        let samples = audio.to_samples(8000);
        assert!(samples.len() <= bytes.len() + 1);
    }
});
