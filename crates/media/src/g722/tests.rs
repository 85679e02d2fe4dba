use std::f64::consts::TAU;

use proptest::prelude::*;

use super::*;

/// Numbers that any other implementation can draw as well.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> u16 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) as u16
    }
}

/// FNV-1a.
fn digest(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xCBF2_9CE4_8422_2325, |digest, byte| {
            (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}

fn encode(samples: &[i16]) -> Vec<u8> {
    let mut bytes = vec![0; samples.len() / 2];
    G722Encoder::default().encode(samples, &mut bytes);
    bytes
}

fn decode(bytes: &[u8]) -> Vec<i16> {
    let mut samples = vec![0; 2 * bytes.len()];
    G722Decoder::default().decode(bytes, &mut samples);
    samples
}

fn tone(hertz: f64, level: f64) -> Vec<i16> {
    (0..16_000)
        .map(|n| (level * (TAU * hertz * f64::from(n) / 16_000.0).sin()) as i16)
        .collect()
}

/// Share of the energy of the second half that lies at this frequency.
fn purity(samples: &[i16], hertz: f64) -> f64 {
    let half = &samples[samples.len() / 2..];
    let (mut real, mut imaginary, mut energy) = (0.0, 0.0, 0.0);
    for (n, sample) in half.iter().enumerate() {
        let angle = TAU * hertz * n as f64 / 16_000.0;
        let sample = f64::from(*sample);
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
        energy += sample * sample;
    }
    2.0 * (real * real + imaginary * imaginary) / (energy * half.len() as f64)
}

/// The digests were computed with libg722 (spandsp's and CMU's code), reset as the recommendation says.
#[test]
fn bytes_and_samples_are_those_of_another_implementation() {
    let mut noise = Noise(1);
    let samples: Vec<i16> = (0..32_000).map(|_| noise.next().cast_signed()).collect();
    let coded = encode(&samples);
    assert_eq!(coded[..8], [146, 32, 132, 32, 132, 32, 135, 10]);
    assert_eq!(digest(coded), 0x9568_699B_6E1A_D321);
    let bytes: Vec<u8> = (0..32_000).map(|_| noise.next() as u8).collect();
    let decoded = decode(&bytes);
    assert_eq!(
        digest(decoded.into_iter().flat_map(i16::to_le_bytes)),
        0x4859_F124_B532_AFF8
    );
}

#[test]
fn tones_of_both_bands_come_out_as_they_went_in() {
    for hertz in [200.0, 440.0, 1000.0, 3000.0, 5000.0, 6500.0] {
        let decoded = decode(&encode(&tone(hertz, 8000.0)));
        let purity = purity(&decoded, hertz);
        assert!(purity > 0.97, "{hertz} Hz: {purity}");
        let loudest = decoded
            .iter()
            .skip(1000)
            .map(|one| one.unsigned_abs())
            .max();
        assert!(
            (6500..11_000).contains(&loudest.unwrap()),
            "{hertz} Hz: {loudest:?}"
        );
    }
}

#[test]
fn silence_stays_silent() {
    let decoded = decode(&encode(&[0; 1600]));
    let loudest = decoded.iter().map(|sample| sample.unsigned_abs()).max();
    assert!(loudest < Some(16), "{loudest:?}");
}

#[test]
fn samples_at_8_khz_become_the_lower_band_and_come_back() {
    let narrow: Vec<i16> = tone(880.0, 8000.0).into_iter().collect();
    let mut bytes = vec![0; narrow.len()];
    G722Encoder::default().encode_narrow(&narrow, &mut bytes);
    let mut back = vec![0; bytes.len()];
    G722Decoder::default().decode_narrow(&bytes, &mut back);
    assert!(purity(&back, 880.0) > 0.97);
    // Whoever decodes all of it hears the same an octave lower in numbers: twice as many samples.
    assert!(purity(&decode(&bytes), 440.0) > 0.97);
    // And the other way around.
    let wide = encode(&tone(440.0, 8000.0));
    let mut heard = vec![0; wide.len()];
    G722Decoder::default().decode_narrow(&wide, &mut heard);
    assert!(purity(&heard, 880.0) > 0.97);
}

proptest! {
    #[test]
    fn every_byte_can_be_decoded_and_every_sample_encoded(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        samples in prop::collection::vec(any::<i16>(), 0..2000),
    ) {
        prop_assert_eq!(decode(&bytes).len(), 2 * bytes.len());
        prop_assert_eq!(encode(&samples).len(), samples.len() / 2);
    }
}
