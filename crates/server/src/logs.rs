//! The program's own log: to standard error, without personal values.

use tracing_subscriber::EnvFilter;

/// Starts logging. `RINGFENCE_LOG` chooses levels, as in `info,app=debug`.
pub(crate) fn start() {
    let filter =
        EnvFilter::try_from_env("RINGFENCE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start, in tests, keeps the first one's settings.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
