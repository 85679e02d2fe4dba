//! What every request must show and every answer carries.

pub(crate) mod cookie;
pub(crate) mod headers;
pub(crate) mod origin;
