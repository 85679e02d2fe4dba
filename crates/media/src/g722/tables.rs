//! Tables of ITU-T G.722.

/// Taps of each half of the mirror filter.
pub(super) const QMF_TAPS: usize = 12;

/// The mirror filter (table 11).
pub(super) const QMF: [i32; QMF_TAPS] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// Where the steps of the lower band's quantizer end (Q6).
pub(super) const LOW_LIMITS: [i32; 31] = [
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940,
    1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919, 0,
];

/// Codes of negative differences (ILN).
pub(super) const LOW_CODES_MINUS: [u8; 31] = [
    0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11,
    10, 9, 8, 7, 6, 5, 4,
];

/// Codes of positive differences (ILP).
pub(super) const LOW_CODES_PLUS: [u8; 31] = [
    0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39,
    38, 37, 36, 35, 34, 33, 32,
];

/// How the scale of the lower band changes (WL), and by which entry (RL42).
pub(super) const LOW_STEPS: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
pub(super) const LOW_RANKS: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];

/// Powers of two between 2048 and 4096 (ILB).
pub(super) const LEVELS: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];

/// What the first four bits of a code of the lower band stand for (QM4).
pub(super) const LOW_LEVELS: [i32; 16] = [
    0, -20_456, -12_896, -8968, -6288, -4240, -2584, -1200, 20_456, 12_896, 8968, 6288, 4240, 2584,
    1200, 0,
];

/// What all six stand for (QM6).
pub(super) const LOW_LEVELS_FINE: [i32; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192,
    -10_232, -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168,
    -2776, -2400, -2032, -1688, -1360, -1040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512,
    12_280, 11_192, 10_232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168,
    2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];

/// What codes of the upper band stand for (QM2), and how they change its scale (WH by RH2).
pub(super) const HIGH_LEVELS: [i32; 4] = [-7408, -1616, 7408, 1616];
pub(super) const HIGH_STEPS: [i32; 4] = [798, -214, 798, -214];

/// Codes of the upper band: negative and positive, near and far (IHN, IHP).
pub(super) const HIGH_CODES: [[u8; 2]; 2] = [[1, 0], [3, 2]];
