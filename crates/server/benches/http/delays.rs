//! How long things took.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Flushes of a page that are measured.
const FLUSHES: u64 = 500;
const PAGE: [u8; 4096] = [0x5A; 4096];

/// Durations in order of size.
pub(crate) struct Delays(Vec<Duration>);

impl Delays {
    pub(crate) fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Self(durations)
    }

    /// Of flushes of one page to the disk that holds this folder, one after the other: what any commit
    /// waits for.
    pub(crate) fn of_flushes(folder: &Path) -> Self {
        let path = folder.join("flushes");
        let file = File::create(&path).unwrap();
        let flush = |page: u64| {
            file.write_all_at(&PAGE, page * PAGE.len() as u64).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed()
        };
        let delays = Self::of((0..FLUSHES).map(flush).collect());
        std::fs::remove_file(path).unwrap();
        delays
    }

    /// Half of them and all but one of a hundred took no longer, in words.
    pub(crate) fn in_words(&self) -> String {
        let millis = |share: f64| self.quantile(share).as_secs_f64() * 1e3;
        format!("p50 {:.1} ms, p99 {:.1} ms", millis(0.5), millis(0.99))
    }

    /// What this share of them does not exceed.
    fn quantile(&self, share: f64) -> Duration {
        let index = (self.0.len() as f64 * share).ceil() as usize;
        let delay = self.0.get(index.saturating_sub(1));
        delay.copied().unwrap()
    }
}
