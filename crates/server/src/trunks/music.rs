//! Music on hold that the program brings along: four chords, broken into soft notes, over and over.

use std::f32::consts::TAU;

use media::prompt::Prompt;

const RATE: u16 = 8000;
/// Samples of one note: a third of a second.
const NOTE_SAMPLES: u16 = 2640;
/// How loud a note begins; several sound at once.
const LOUDNESS: f32 = 3000.0;
/// How many notes go on beneath the newest.
const NOTES_AT_ONCE: usize = 4;

/// A minor, F, C, G: notes in semitones from A at 220 Hz, each chord up and down.
const CHORDS: [[i8; 4]; 4] = [[0, 3, 7, 12], [-4, 0, 3, 8], [3, 7, 10, 15], [-2, 2, 5, 10]];
const ORDER: [usize; 8] = [0, 1, 2, 3, 2, 1, 2, 1];

/// The music, about ten seconds.
pub(crate) fn music() -> Prompt {
    let notes: Vec<f32> = CHORDS
        .iter()
        .flat_map(|chord| ORDER.iter().filter_map(|at| chord.get(*at)))
        .map(|semitones| 220.0 * 2_f32.powf(f32::from(*semitones) / 12.0))
        .collect();
    let mut samples = Vec::with_capacity(notes.len() * usize::from(NOTE_SAMPLES));
    for at in 0..notes.len() {
        for sample in 0..NOTE_SAMPLES {
            let sound: f32 = (0..NOTES_AT_ONCE)
                .zip(
                    notes
                        .iter()
                        .cycle()
                        .skip(notes.len() + at + 1 - NOTES_AT_ONCE),
                )
                .map(|(age, hertz)| {
                    let notes_ago = u16::try_from(NOTES_AT_ONCE - 1 - age).unwrap_or(0);
                    let since = f32::from(sample) + f32::from(notes_ago) * f32::from(NOTE_SAMPLES);
                    note(*hertz, since)
                })
                .sum();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "four notes at most, far below the limits of the type, and casts saturate"
            )]
            samples.push(sound as i16);
        }
    }
    Prompt::from_samples(&samples)
}

/// A plucked note, so many samples after its beginning.
fn note(hertz: f32, since: f32) -> f32 {
    let seconds = since / f32::from(RATE);
    let attack = (seconds / 0.02).min(1.0);
    let decay = (-3.0 * seconds).exp();
    LOUDNESS * attack * decay * (TAU * hertz * seconds).sin()
}
