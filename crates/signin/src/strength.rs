//! How hard a password is to guess.
//!
//! A guesser tries words, sequences, repetitions, years and the user's name before it tries letters. So
//! each of these counts as one character, however long it is, and enough characters must remain.

use crate::passwords::PASSWORD_CHARS_MAX;
use crate::words::COMMON;

/// Shortest password, characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Fewest characters that must remain when what is easy to guess counts as one each.
pub const EFFECTIVE_CHARS_MIN: usize = 8;

/// Shortest run of one character, sequence or repetition that counts as one.
const RUN_MIN: usize = 3;
/// Shortest part of a user name that counts as a word.
const NAME_PART_MIN: usize = 3;
/// Years that people use: four digits beginning so.
const CENTURIES: [&str; 2] = ["19", "20"];

/// Neighbours in the alphabet and on keyboards; also read backwards.
const SEQUENCES: [&str; 11] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!@#$%^&*()",
];

/// Why a password (normalized) is refused, as advice to the user.
pub(crate) fn problem(password: &str, username: &str) -> Option<String> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Some(format!("use at least {PASSWORD_CHARS_MIN} characters"));
    }
    if chars > PASSWORD_CHARS_MAX {
        return Some(format!("use at most {PASSWORD_CHARS_MAX} characters"));
    }
    let lower = password.to_lowercase();
    if lower == username.to_lowercase() {
        return Some("the password is the user name: choose another".to_owned());
    }
    (effective_chars(&lower, username) < EFFECTIVE_CHARS_MIN).then(|| {
        "this is easy to guess: common words, names, years, sequences and repetitions count as one \
         character each; add words of your own"
            .to_owned()
    })
}

/// Characters that remain when the longest easy part at each place counts as one.
fn effective_chars(lower: &str, username: &str) -> usize {
    let password = zeroize::Zeroizing::new(lower.chars().collect::<Vec<char>>());
    let name: Vec<Vec<char>> = name_parts(username);
    let mut place = 0;
    let mut effective = 0;
    while let Some(rest) = password.get(place..).filter(|rest| !rest.is_empty()) {
        let part = [
            word(rest, &name),
            sequence(rest),
            run(rest),
            repetition(&password, place),
            year(rest),
        ]
        .into_iter()
        .max()
        .unwrap_or_default();
        place += part.max(1);
        effective += 1;
    }
    effective
}

fn name_parts(username: &str) -> Vec<Vec<char>> {
    username
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .map(|part| part.chars().collect::<Vec<_>>())
        .filter(|part| part.len() >= NAME_PART_MIN)
        .collect()
}

/// Length of the longest common word, or part of the user's name, that stands here; figures and signs
/// pass for the letters that they resemble.
fn word(rest: &[char], name: &[Vec<char>]) -> usize {
    let stands = |word: &mut dyn Iterator<Item = char>| {
        let mut length = 0;
        for letter in word {
            match rest.get(length) {
                Some(typed) if resembles(*typed, letter) => length += 1,
                _ => return 0,
            }
        }
        length
    };
    let common = COMMON.iter().map(|word| stands(&mut word.chars()));
    let own = name.iter().map(|part| stands(&mut part.iter().copied()));
    common.chain(own).max().unwrap_or_default()
}

fn resembles(typed: char, letter: char) -> bool {
    typed == letter
        || matches!(
            (typed, letter),
            ('0', 'o')
                | ('1' | '!', 'i' | 'l')
                | ('3' | '€', 'e')
                | ('4' | '@', 'a')
                | ('5' | '$', 's')
                | ('7' | '+', 't')
                | ('8', 'b')
                | ('9', 'g')
        )
}

/// Length of the longest sequence that begins here, forwards or backwards.
fn sequence(rest: &[char]) -> usize {
    SEQUENCES
        .iter()
        .flat_map(|sequence| {
            let forwards: Vec<char> = sequence.chars().collect();
            let backwards: Vec<char> = sequence.chars().rev().collect();
            [along(&forwards, rest), along(&backwards, rest)]
        })
        .max()
        .filter(|length| *length >= RUN_MIN)
        .unwrap_or_default()
}

/// How far `rest` follows `sequence` from where its first character stands in it.
fn along(sequence: &[char], rest: &[char]) -> usize {
    let Some(start) = rest
        .first()
        .and_then(|first| sequence.iter().position(|next| next == first))
    else {
        return 0;
    };
    sequence
        .iter()
        .skip(start)
        .zip(rest)
        .take_while(|(next, typed)| next == typed)
        .count()
}

/// Length of the run of one character that begins here.
fn run(rest: &[char]) -> usize {
    let length = rest
        .iter()
        .take_while(|typed| Some(*typed) == rest.first())
        .count();
    if length >= RUN_MIN { length } else { 0 }
}

/// Length of the longest part that begins here and stood earlier; both may overlap, as in a unit that is
/// repeated over and over.
fn repetition(password: &[char], place: usize) -> usize {
    let here = password.iter().skip(place);
    (0..place)
        .map(|start| {
            password
                .iter()
                .skip(start)
                .zip(here.clone())
                .take_while(|(earlier, typed)| earlier == typed)
                .count()
        })
        .max()
        .filter(|length| *length >= RUN_MIN)
        .unwrap_or_default()
}

fn year(rest: &[char]) -> usize {
    let digits: String = rest.iter().take(4).collect();
    let is_year = digits.len() == 4
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && CENTURIES.iter().any(|century| digits.starts_with(century));
    if is_year { 4 } else { 0 }
}

#[cfg(test)]
mod tests;
