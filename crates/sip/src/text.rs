//! Text that shares the buffer it was read from.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A part of a message's head. A clone costs one reference count and keeps the whole head alive: state
/// that outlives its message holds [`Text::detached`] copies.
#[derive(Clone)]
pub struct Text {
    whole: Arc<str>,
    start: u32,
    end: u32,
}

impl Text {
    /// A copy of `text` with a buffer of its own. Beyond 4 GiB (no message is) it is empty.
    pub fn new(text: &str) -> Self {
        Self::whole(Arc::from(text))
    }

    /// All of a buffer.
    pub(crate) fn whole(whole: Arc<str>) -> Self {
        let end = u32::try_from(whole.len()).unwrap_or(0);
        Self {
            whole,
            start: 0,
            end,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.whole
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// A part of this text, by byte positions within it. Empty where they are no part of it.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let at = |offset: usize| {
            u32::try_from(offset)
                .unwrap_or(u32::MAX)
                .saturating_add(self.start)
                .min(self.end)
        };
        Self {
            whole: Arc::clone(&self.whole),
            start: at(range.start),
            end: at(range.end),
        }
    }

    /// The same text in a buffer of its own.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::new(self.as_str())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::whole(Arc::from(text))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Its length alone: parts of messages are about people, or are credentials.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.len())
    }
}
