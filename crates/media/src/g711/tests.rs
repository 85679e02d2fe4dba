use std::f64::consts::TAU;

use super::Law;

/// A sine of this many samples a period and this amplitude.
fn sine(amplitude: f64, hertz: f64, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|at| (amplitude * (TAU * hertz * at as f64 / 8000.0).sin()).round() as i16)
        .collect()
}

fn through(law: Law, samples: &[i16]) -> Vec<i16> {
    samples
        .iter()
        .map(|sample| law.decode(law.encode(*sample)))
        .collect()
}

/// Signal to distortion after coding, in dB.
fn distortion(law: Law, samples: &[i16]) -> f64 {
    let coded = through(law, samples);
    let power: f64 = samples.iter().map(|one| f64::from(*one).powi(2)).sum();
    let noise: f64 = samples
        .iter()
        .zip(&coded)
        .map(|(one, other)| (f64::from(*one) - f64::from(*other)).powi(2))
        .sum();
    10.0 * (power / noise).log10()
}

#[test]
fn known_bytes_decode_to_the_values_of_the_recommendation() {
    for (law, byte, value) in [
        (Law::Mu, 0xFF, 0),
        (Law::Mu, 0x7F, 0),
        (Law::Mu, 0x80, 32_124),
        (Law::Mu, 0x00, -32_124),
        (Law::Mu, 0xFE, 8),
        (Law::Mu, 0x8F, 16_764),
        (Law::A, 0xD5, 8),
        (Law::A, 0x55, -8),
        (Law::A, 0xAA, 32_256),
        (Law::A, 0x2A, -32_256),
        (Law::A, 0x80, 5504),
    ] {
        assert_eq!(law.decode(byte), value, "{law:?} {byte:#x}");
    }
}

#[test]
fn every_byte_comes_back_from_its_sample() {
    for law in [Law::Mu, Law::A] {
        for byte in 0..=255 {
            let again = law.encode(law.decode(byte));
            // µ-law has two zeros.
            let negative_zero = law == Law::Mu && byte == 0x7F;
            assert_eq!(again, if negative_zero { 0xFF } else { byte }, "{law:?}");
        }
    }
}

#[test]
fn the_error_is_at_most_half_a_step() {
    for law in [Law::Mu, Law::A] {
        for sample in i16::MIN..=i16::MAX {
            let got = i32::from(law.decode(law.encode(sample)));
            let sample = i32::from(sample);
            // A segment begins at 32 (A) or 33 (µ, less the bias) of its steps; below the first there
            // are steps of 16 or 8, and what was shifted out counts as well.
            let half_step = (sample.abs() + 132) / 32 + 8;
            assert!(
                (got - sample).abs() <= half_step,
                "{law:?} {sample} became {got}"
            );
        }
    }
}

#[test]
fn coding_is_monotonous() {
    for law in [Law::Mu, Law::A] {
        let coded = through(law, &(i16::MIN..=i16::MAX).collect::<Vec<_>>());
        assert!(coded.is_sorted(), "{law:?}");
    }
}

#[test]
fn the_reference_sequence_is_a_milliwatt() {
    // ITU-T G.711, tables 5 and 6: 1 kHz at 0 dBm0, eight bytes a period.
    // The load capacity is that of the highest decision value.
    for (law, sequence, full, full_dbm0) in [
        (
            Law::Mu,
            [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E],
            4.0 * 8159.0,
            3.17,
        ),
        (
            Law::A,
            [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4],
            8.0 * 4096.0,
            3.14,
        ),
    ] {
        let power: f64 = sequence
            .iter()
            .map(|byte| f64::from(law.decode(*byte)).powi(2))
            .sum::<f64>()
            / 8.0;
        let level = 10.0 * (power / (full * full / 2.0_f64)).log10() + full_dbm0;
        assert!(level.abs() < 0.01, "{law:?}: {level} dBm0");
    }
}

#[test]
fn distortion_stays_below_the_mask_of_g712() {
    // G.712, figure 12: at least 33 dB from 0 to -30 dBm0, 27 dB at -40, 22 dB at -45.
    let full = 32_000.0 / 10_f64.powf(3.14 / 20.0);
    for law in [Law::Mu, Law::A] {
        for (level, least) in [
            (0.0, 33.0),
            (-10.0, 33.0),
            (-30.0, 33.0),
            (-40.0, 27.0),
            (-45.0, 22.0),
        ] {
            let samples = sine(full * 10_f64.powf(level / 20.0), 1020.0, 8000);
            let ratio = distortion(law, &samples);
            assert!(ratio >= least, "{law:?} at {level} dBm0: {ratio} dB");
        }
    }
}

#[test]
fn changing_the_law_and_back_changes_little() {
    for byte in 0..=255 {
        let there = Law::Mu.transcode(Law::A, byte);
        let back = Law::A.transcode(Law::Mu, there);
        let (one, other) = (Law::Mu.decode(byte), Law::Mu.decode(back));
        let error = (i32::from(one) - i32::from(other)).abs();
        assert!(
            error <= 8 + i32::from(one).abs() / 16,
            "{one} became {other}"
        );
    }
}

#[test]
fn silence_decodes_to_next_to_nothing() {
    assert_eq!(Law::Mu.decode(Law::Mu.silence()), 0);
    assert_eq!(Law::A.decode(Law::A.silence()), 8);
}
