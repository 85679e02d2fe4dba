//! JSONPath as flows use it: `$.Attributes.tier`, `$.Attributes['first name']`, `$['External'].rows[0]`.

use std::fmt;

/// Most segments of a path below `$`.
pub const PATH_SEGMENTS_MAX: usize = 16;

/// Longest name within a path, in bytes.
pub const PATH_NAME_BYTES_MAX: usize = 256;

/// A reference into what a run knows. Both spellings of a path are equal; an index into a list is a
/// segment of digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    segments: Box<[Box<str>]>,
}

/// The text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a JSONPath such as `$.Attributes.name` or `$.Attributes['first name']`")]
pub struct InvalidPath;

impl Path {
    /// The path that `text` spells from its first to its last character.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        match scan(text, Names::Whole) {
            Some((path, "")) => Ok(path),
            _ => Err(InvalidPath),
        }
    }

    /// The longest path at the beginning of free text, and the text after it. A dot or hyphen that
    /// no name follows belongs to the text, and so does what follows `$` in an amount (`$.50`).
    pub fn parse_prefix(text: &str) -> Option<(Self, &str)> {
        let (path, rest) = scan(text, Names::InText)?;
        let starts_with_letter = path
            .segments
            .first()
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        starts_with_letter.then_some((path, rest))
    }

    /// The names below `$`, in order; at least one.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.segments.iter().map(AsRef::as_ref)
    }

    /// Calls `read` with the names as a slice, without an allocation.
    pub(crate) fn with_segments<T>(&self, read: impl FnOnce(&[&str]) -> T) -> T {
        let mut names = [""; PATH_SEGMENTS_MAX];
        let mut count = 0;
        for (slot, name) in names.iter_mut().zip(self.segments.iter()) {
            *slot = name;
            count += 1;
        }
        read(names.get(..count).unwrap_or_default())
    }

    /// Its root, where that is none of [`Path::ROOTS`].
    pub(crate) fn unknown_root(&self) -> Option<&str> {
        let root = self.segments.first()?;
        (!Self::ROOTS.contains(&root.as_ref())).then_some(root)
    }

    /// What stands directly below `$` in Amazon Connect. Others resolve to nothing.
    pub(crate) const ROOTS: [&str; 42] = [
        "AdditionalEmailRecipients",
        "Agent",
        "Attributes",
        "AwsRegion",
        "Campaign",
        "Capabilities",
        "Case",
        "Channel",
        "ContactId",
        "Customer",
        "CustomerEndpoint",
        "CustomerId",
        "DataTables",
        "Description",
        "Email",
        "External",
        "FlowAttributes",
        "InitialContactId",
        "InitiationMethod",
        "InstanceARN",
        "LambdaInvocation",
        "LanguageCode",
        "Lex",
        "Loop",
        "Media",
        "MediaStreams",
        "Metrics",
        "Modules",
        "Name",
        "PreviousContactId",
        "Queue",
        "References",
        "RelatedContactId",
        "SegmentAttributes",
        "StoredCustomerInput",
        "SystemEndpoint",
        "Tags",
        "Task",
        "TextToSpeechVoiceId",
        "Transcript",
        "Views",
        "Wisdom",
    ];
}

/// Prints the dotted spelling where names allow it, the bracketed one elsewhere; parses back to the
/// same path.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for name in self.segments() {
            let plain = name.chars().all(|c| Names::InText.allows(c)) && !name.ends_with('-');
            if plain {
                write!(f, ".{name}")?;
            } else {
                f.write_str("['")?;
                for c in name.chars() {
                    if matches!(c, '\'' | '\\') {
                        f.write_str("\\")?;
                    }
                    write!(f, "{c}")?;
                }
                f.write_str("']")?;
            }
        }
        Ok(())
    }
}

/// Which characters a dotted name may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// The whole text is one path: all but what has a meaning in paths.
    Whole,
    /// Within text: what attribute names may have, so that a path ends where prose goes on.
    InText,
}

impl Names {
    fn allows(self, c: char) -> bool {
        match self {
            Self::Whole => {
                !matches!(c, '.' | '[' | ']' | '\'' | '"' | '$' | '\\')
                    && !c.is_whitespace()
                    && !c.is_control()
            }
            Self::InText => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
        }
    }
}

fn scan(text: &str, names: Names) -> Option<(Path, &str)> {
    let mut rest = text.strip_prefix('$')?;
    let mut segments: Vec<Box<str>> = Vec::new();
    while segments.len() < PATH_SEGMENTS_MAX {
        // Amazon Connect's guide writes `$.Attributes.['first name']`, its exports leave the dot out.
        let Some((name, after)) =
            dotted(rest, names).or_else(|| bracketed(rest.strip_prefix('.').unwrap_or(rest)))
        else {
            break;
        };
        segments.push(name);
        rest = after;
    }
    if segments.is_empty() {
        return None;
    }
    // One value, one spelling, so that the run looks in one place.
    if let [first, second, ..] = segments.as_slice()
        && first.as_ref() == "LambdaInvocation"
        && second.as_ref() == "ResultData"
    {
        segments.splice(..2, ["External".into()]);
    }
    let segments = segments.into();
    Some((Path { segments }, rest))
}

fn dotted(text: &str, names: Names) -> Option<(Box<str>, &str)> {
    let text = text.strip_prefix('.')?;
    let end = text
        .char_indices()
        .find(|(at, c)| !names.allows(*c) || *at >= PATH_NAME_BYTES_MAX)
        .map_or(text.len(), |(at, _)| at);
    let mut name = text.get(..end)?;
    if names == Names::InText {
        name = name.trim_end_matches('-');
    }
    if name.is_empty() || name.len() > PATH_NAME_BYTES_MAX {
        return None;
    }
    Some((name.into(), text.get(name.len()..)?))
}

fn bracketed(text: &str) -> Option<(Box<str>, &str)> {
    let text = text.strip_prefix('[')?;
    let quote = text.chars().next()?;
    if quote.is_ascii_digit() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (digits, rest) = text.split_at_checked(end)?;
        return (digits.len() <= 9).then_some((digits.into(), rest.strip_prefix(']')?));
    }
    if !matches!(quote, '\'' | '"') {
        return None;
    }
    let mut name = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                name.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => {
                let rest = text.get(at + 1..)?.strip_prefix(']')?;
                return (!name.is_empty()).then_some((name.into(), rest));
            }
            _ => name.push(c),
        }
        if name.len() > PATH_NAME_BYTES_MAX {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests;
