//! The sixteen digits and their frequencies (ITU-T Q.23).

use std::fmt;

/// Frequencies of the rows, in Hz.
pub(super) const LOW_HERTZ: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
/// Frequencies of the columns, in Hz.
pub(super) const HIGH_HERTZ: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// In the order of RFC 4733, table 3.
const BY_CODE: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];
/// Row by row, as on a keypad.
const BY_PLACE: [[char; 4]; 4] = [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
];

/// A key. What a caller types may be a card number: it cannot be printed, only [`Digit::expose`]d.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

impl Digit {
    /// The key with this sign: `0` to `9`, `*`, `#`, `A` to `D`.
    pub fn from_char(sign: char) -> Option<Self> {
        let code = BY_CODE.iter().position(|other| *other == sign)?;
        u8::try_from(code).ok().map(Self)
    }

    /// The key with this code of RFC 4733, 0 to 15.
    pub const fn from_code(code: u8) -> Option<Self> {
        if code < 16 { Some(Self(code)) } else { None }
    }

    /// The sign on the key, for those who collect digits.
    pub fn expose(self) -> char {
        BY_CODE
            .get(usize::from(self.0))
            .copied()
            .unwrap_or_default()
    }

    /// The code of RFC 4733.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The key in this row and column.
    pub(super) fn at(row: usize, column: usize) -> Option<Self> {
        Self::from_char(*BY_PLACE.get(row)?.get(column)?)
    }

    /// Low and high frequency in Hz.
    pub fn hertz(self) -> (f32, f32) {
        let sign = self.expose();
        for (row, low) in BY_PLACE.iter().zip(LOW_HERTZ) {
            for (other, high) in row.iter().zip(HIGH_HERTZ) {
                if *other == sign {
                    return (low, high);
                }
            }
        }
        (0.0, 0.0)
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit(..)")
    }
}

/// What was heard of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigitEvent {
    /// It was pressed. Given once, as soon as it is certain.
    Pressed(Digit),
    /// It was released after this many milliseconds. Given once for every `Pressed`.
    Released(Digit, u32),
}
