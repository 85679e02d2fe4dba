//! Why a flow is refused.

use crate::path::Path;

/// One reason why a flow cannot be published. A refused flow names all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}{reason}", .block.as_ref().map(|b| format!("block `{b}`: ")).unwrap_or_default())]
pub struct FlowProblem {
    /// Identifier of the block, as the author wrote it (a long one is cut); absent where the envelope
    /// is wrong.
    pub block: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
}

/// Most problems that one refusal lists; what lies beyond is counted in the last one.
pub const PROBLEMS_MAX: usize = 500;

/// A problem has been recorded, so the value is not there. Makes readers return `Result` without
/// losing the other problems of the same block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reported;

/// Most unknown names of one content for which the name that was meant is looked up. Comparing costs
/// time, and a content may hold many thousand names.
pub const LOOK_UPS_MAX: usize = 2_000;

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<FlowProblem>,
    beyond: usize,
    looked_up: usize,
}

impl Problems {
    /// Records a problem of the envelope.
    pub(crate) fn envelope(&mut self, reason: impl Into<String>) -> Reported {
        self.push(None, reason.into())
    }

    /// Records a problem of a block.
    pub(crate) fn block(&mut self, block: &str, reason: impl Into<String>) -> Reported {
        self.push(Some(cut(block)), reason.into())
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn into_list(mut self) -> Vec<FlowProblem> {
        if self.beyond > 0 {
            self.found.push(FlowProblem {
                block: None,
                reason: format!("and {} more problems: correct these first", self.beyond),
            });
        }
        self.found
    }

    /// The known name that `name` most likely means.
    pub(crate) fn nearest<'a>(
        &mut self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if self.looked_up == LOOK_UPS_MAX {
            return None;
        }
        self.looked_up += 1;
        nearest(name, known)
    }

    /// `, did you mean …?` where a known name is near.
    pub(crate) fn hint<'a>(
        &mut self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> String {
        self.nearest(name, known)
            .map(|known| format!(", did you mean `{known}`?"))
            .unwrap_or_default()
    }

    /// What is wrong with the root of a path, where it is a slip of the pen.
    pub(crate) fn misspelling(&mut self, path: &Path) -> Option<String> {
        let meant = self.nearest(path.unknown_root()?, Path::ROOTS.iter().copied())?;
        Some(format!(
            "has the unknown path `{path}`, did you mean `$.{meant}`?"
        ))
    }

    fn push(&mut self, block: Option<String>, reason: String) -> Reported {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push(FlowProblem { block, reason });
        } else {
            self.beyond += 1;
        }
        Reported
    }
}

/// Longest piece of the author's text that a problem repeats, in characters.
const QUOTED_CHARS_MAX: usize = 80;

/// The text as a problem repeats it: a long one is cut.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The known name that `name` most likely means: the same letters in another case, or up to three
/// slips of the pen (fewer in a short name).
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; a long one is no slip of the pen, and comparing it would cost time.
    if name.len() > 64 {
        return None;
    }
    let slips_max = match name.chars().count() {
        0..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    known
        .into_iter()
        // Cheap first: a content may hold many thousand names.
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= slips_max)
        .map(|candidate| {
            let slips = if candidate.eq_ignore_ascii_case(name) {
                0
            } else {
                strsim::osa_distance(candidate, name)
            };
            (slips, candidate)
        })
        .filter(|(slips, _)| *slips <= slips_max)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}
