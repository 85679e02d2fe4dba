//! What a check found.

use std::fmt::Write as _;

/// One violation: where it is, and what is wrong or to be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File, `file:line`, crate or advisory.
    pub(crate) place: String,
    /// What is wrong.
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

/// The result of one check. It passed when there are no findings.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// What was looked at, in a few words.
    pub(crate) looked_at: String,
    /// What a reader should know although it is no violation.
    pub(crate) notes: Vec<String>,
    /// The violations.
    pub(crate) findings: Vec<Finding>,
}

impl Report {
    /// One line for the check, then one for each note and finding.
    pub(crate) fn render(&self, name: &str) -> String {
        let verdict = if self.findings.is_empty() {
            "ok"
        } else {
            "FAILED"
        };
        let mut text = format!("{name:<11} {verdict:<6}  {}\n", self.looked_at);
        for note in &self.notes {
            let _ = writeln!(text, "  note: {note}");
        }
        for finding in &self.findings {
            let _ = writeln!(text, "  {}: {}", finding.place, finding.message);
        }
        text
    }
}
