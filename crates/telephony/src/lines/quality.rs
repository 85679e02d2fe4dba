//! When figures of quality are told.

use std::time::Duration;

/// How often the figures of an open line are told: what a fault of the machine leaves behind is no older.
pub(super) const QUALITY_INTERVAL: Duration = Duration::from_secs(30);
