use std::f64::consts::TAU;

use super::{Resampler, resample};

fn sine(hertz: f64, rate: u32, seconds: f64) -> Vec<i16> {
    (0..(f64::from(rate) * seconds) as usize)
        .map(|at| (10_000.0 * (TAU * hertz * at as f64 / f64::from(rate)).sin()).round() as i16)
        .collect()
}

/// Power in the middle half, in dB against the sine that went in.
fn level(samples: &[i16]) -> f64 {
    let quarter = samples.len() / 4;
    let middle = &samples[quarter..3 * quarter];
    let power: f64 = middle.iter().map(|one| f64::from(*one).powi(2)).sum();
    10.0 * (power / middle.len() as f64 / (10_000.0_f64.powi(2) / 2.0))
        .max(1e-20)
        .log10()
}

#[test]
fn what_fits_into_both_rates_passes_unchanged() {
    for from in [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
        for to in [8000, 16_000, 48_000] {
            let edge = f64::from(from.min(to)) * 0.41;
            for hertz in [50.0, 300.0, edge / 2.0, edge] {
                let out = resample(&sine(hertz, from, 0.5), from, to);
                let change = level(&out);
                assert!(
                    change.abs() < 0.1,
                    "{hertz} Hz from {from} to {to}: {change} dB"
                );
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_stopped_by_seventy_decibels() {
    for from in [16_000, 44_100, 48_000] {
        for share in [0.56, 0.6, 0.75, 0.9] {
            let hertz = 8000.0 * share;
            let out = resample(&sine(hertz, from, 0.5), from, 8000);
            assert!(
                level(&out) < -70.0,
                "{hertz} Hz from {from}: {} dB",
                level(&out)
            );
        }
    }
}

#[test]
fn the_image_of_a_lower_rate_is_stopped_by_seventy_decibels() {
    // What is left when the sine itself is taken out.
    let out = resample(&sine(1000.0, 8000, 0.5), 8000, 48_000);
    let ideal = sine(1000.0, 48_000, 0.5);
    let rest: Vec<i16> = out
        .iter()
        .zip(&ideal)
        .map(|(one, other)| one - other)
        .collect();
    assert!(level(&rest) < -70.0, "{} dB", level(&rest));
}

#[test]
fn the_length_is_that_of_the_new_rate() {
    assert_eq!(resample(&vec![0; 44_100], 44_100, 8000).len(), 8000);
    assert!(resample(&[], 44_100, 8000).is_empty());
    assert!(resample(&[1, 2], 0, 8000).is_empty());
    assert!(resample(&[1, 2], 8000, 0).is_empty());
    assert_eq!(resample(&[1, 2], 8000, 8000), [1, 2]);
}

#[test]
fn a_stream_in_frames_equals_the_whole_but_late() {
    for (from, to) in [
        (8000, 16_000),
        (8000, 48_000),
        (48_000, 8000),
        (16_000, 8000),
        (16_000, 48_000),
    ] {
        let samples = sine(440.0, from, 0.4);
        let whole = resample(&samples, from, to);
        let mut stream = Resampler::new(from, to).unwrap();
        let mut out = Vec::new();
        for frame in samples.chunks((from / 50) as usize) {
            stream.convert(frame, &mut out);
        }
        let delay = out.len().min(4000);
        let shift = (0..delay)
            .find(|shift| {
                out[*shift..]
                    .iter()
                    .zip(&whole)
                    .skip(200)
                    .take(400)
                    .all(|(one, other)| one.abs_diff(*other) <= 1)
            })
            .unwrap_or_else(|| panic!("{from} to {to}: not the same audio"));
        assert!(
            shift as u32 <= to / 250,
            "{from} to {to}: {shift} samples late"
        );
        let lag = whole.len().abs_diff(out.len());
        assert!(lag as u32 <= to / 100, "{lag} samples are missing");
    }
}
