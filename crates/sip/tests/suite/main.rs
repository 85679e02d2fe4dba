//! Tests through the public face: the torture messages, and the corpora of the fuzz targets.
#![expect(clippy::unwrap_used, reason = "tests")]

mod corpus;
mod torture;
