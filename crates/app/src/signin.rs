//! Signing in.

/// Whether users must show a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// Yes.
    Required,
    /// No.
    Optional,
}
