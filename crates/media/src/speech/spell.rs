//! Text that is read sign by sign.

/// How text in `say-as` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// One digit after the other.
    Digits,
    /// The same, with a short stop where the number has a gap.
    Telephone,
    /// One character after the other.
    Characters,
    /// As the voice itself reads it.
    AsItIs,
}

impl Reading {
    /// Amazon Connect's and the standard's names.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "digits" => Some(Self::Digits),
            "telephone" => Some(Self::Telephone),
            "characters" | "spell-out" => Some(Self::Characters),
            "address" | "cardinal" | "date" | "expletive" | "fraction" | "interjection"
            | "number" | "ordinal" | "time" | "unit" => Some(Self::AsItIs),
            _ => None,
        }
    }

    /// The text as a voice should get it.
    pub(super) fn spell(self, text: &str) -> String {
        if self == Self::AsItIs {
            return text.to_owned();
        }
        let mut spelt = String::with_capacity(2 * text.len());
        let mut gap = false;
        for sign in text.chars() {
            let spoken = match self {
                Self::Digits | Self::Telephone => sign.is_ascii_digit() || "+*#".contains(sign),
                Self::Characters | Self::AsItIs => !sign.is_whitespace(),
            };
            if !spoken {
                gap = true;
                continue;
            }
            if !spelt.is_empty() {
                spelt.push_str(if gap && self == Self::Telephone {
                    ", "
                } else {
                    " "
                });
            }
            gap = false;
            spelt.push(sign);
        }
        spelt
    }
}
