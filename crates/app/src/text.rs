//! What names and texts may hold that people write and others see.

use crate::error::AppError;

/// A name: not blank, one line, nothing invisible that changes how it or its surroundings are shown.
///
/// # Errors
/// `Invalid`, with `what` and the limit in characters.
pub(crate) fn check_name(what: &str, name: &str, max: usize) -> Result<(), AppError> {
    if name.trim().is_empty() || name.chars().count() > max {
        return Err(AppError::Invalid(format!(
            "{what} has 1 to {max} characters that are not all blank"
        )));
    }
    check_characters(what, name)
}

/// The characters of a name that may be empty.
///
/// # Errors
/// `Invalid`.
pub(crate) fn check_characters(what: &str, name: &str) -> Result<(), AppError> {
    if name
        .chars()
        .any(|c| c.is_control() || is_line_separator(c) || is_direction_control(c))
    {
        return Err(AppError::Invalid(format!(
            "{what} has no line breaks, control characters or controls of writing direction"
        )));
    }
    Ok(())
}

/// A text: lines and tabs, no other control characters.
///
/// # Errors
/// `Invalid`.
pub(crate) fn check_text(what: &str, text: &str) -> Result<(), AppError> {
    let is_allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if text.chars().all(is_allowed) {
        return Ok(());
    }
    Err(AppError::Invalid(format!(
        "{what} has no control characters but line breaks and tabs"
    )))
}

const fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates (UAX #9): they can make a name read as another one. The marks that
/// right-to-left names need (U+061C, U+200E, U+200F) are none of them.
const fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_visible_line_in_its_own_direction() {
        for good in [
            "Grace",
            "G",
            "Łukasz O\u{2019}Neill",
            "\u{5D3}\u{5E0}\u{5D4}\u{200F}",
            "12345",
        ] {
            assert_eq!(check_name("DisplayName", good, 22), Ok(()), "{good:?}");
        }
        for bad in [
            "",
            " ",
            "\u{A0}\t",
            "123456",
            "a\0b",
            "a\nb",
            "a\u{7F}",
            "a\u{85}b",
            "\u{202E}ecarG",
            "a\u{2066}b",
            "a\u{2069}",
            "\u{202A}a",
            "a\u{2028}b",
        ] {
            assert!(check_name("DisplayName", bad, 5).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn texts_have_lines_and_tabs_and_no_other_controls() {
        for good in ["", "a\r\nb\tc", "\u{202B}\u{5D3}\u{202C}"] {
            assert_eq!(check_text("Content", good), Ok(()), "{good:?}");
        }
        for bad in ["a\0", "\u{1B}[2J", "\u{8}", "a\u{9B}"] {
            assert!(check_text("Content", bad).is_err(), "{bad:?}");
        }
    }
}
