use super::{PARTIES_MAX, mix};
use crate::frame::FRAME_SAMPLES;

#[test]
fn everybody_hears_the_sum_of_the_others() {
    let spoken = [
        [100; FRAME_SAMPLES],
        [-30; FRAME_SAMPLES],
        [7; FRAME_SAMPLES],
    ];
    let mut heard = [[0; FRAME_SAMPLES]; 3];
    mix(&spoken, &mut heard);
    assert_eq!(
        heard,
        [
            [-23; FRAME_SAMPLES],
            [107; FRAME_SAMPLES],
            [70; FRAME_SAMPLES]
        ]
    );
}

#[test]
fn a_loud_sum_stays_within_sixteen_bits_and_a_loud_voice_does_not_clip_its_own_mix() {
    let spoken = [
        [i16::MAX; FRAME_SAMPLES],
        [i16::MAX; FRAME_SAMPLES],
        [i16::MIN; FRAME_SAMPLES],
        [i16::MIN; FRAME_SAMPLES],
    ];
    let mut heard = [[0; FRAME_SAMPLES]; 4];
    mix(&spoken, &mut heard);
    assert_eq!(heard[0], [i16::MIN; FRAME_SAMPLES]);
    assert_eq!(heard[2], [32_766; FRAME_SAMPLES]);
}

#[test]
fn alone_there_is_silence_and_too_many_are_left_out() {
    let mut heard = [[9; FRAME_SAMPLES]];
    mix(&[[5; FRAME_SAMPLES]], &mut heard);
    assert_eq!(heard[0], [0; FRAME_SAMPLES]);
    let spoken = [[1; FRAME_SAMPLES]; PARTIES_MAX + 1];
    let mut heard = [[9; FRAME_SAMPLES]; PARTIES_MAX + 1];
    mix(&spoken, &mut heard);
    assert_eq!(heard[0], [5; FRAME_SAMPLES]);
    assert_eq!(heard[PARTIES_MAX], [0; FRAME_SAMPLES]);
}
