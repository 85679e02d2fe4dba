//! `sts`: who am I.

mod get_caller_identity;
