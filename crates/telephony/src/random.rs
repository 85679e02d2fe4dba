//! Randomness of the operating system.

/// This many random bytes.
#[expect(
    clippy::expect_used,
    reason = "without randomness there are no keys: nothing may go on"
)]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    bytes
}
