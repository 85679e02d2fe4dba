//! Tags of resources and contacts. The path names them by ARN, one encoded segment.

mod list;
mod tag;
mod untag;
