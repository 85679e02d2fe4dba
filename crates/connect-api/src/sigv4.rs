//! AWS Signature Version 4, the verifying side (AWS General Reference, "Signing AWS API requests").
//!
//! Two steps, so that nothing expensive happens for a stranger: [`SignedRequest::read`] checks all
//! that needs neither key nor body, [`SignedRequest::verify`] checks the signature over the body.

mod canonical;
mod header;
mod keys;
mod verify;

#[cfg(test)]
mod tests;

pub use canonical::canonical_query;
pub use header::{AUTHORIZATION_BYTES_MAX, Authorization, HeaderProblem, SIGNED_HEADERS_MAX};
pub use keys::{SIGNING_KEYS_MAX, SigningKeys};
pub use verify::{CLOCK_WINDOW, RequestHead, SignatureProblem, SignedRequest};
