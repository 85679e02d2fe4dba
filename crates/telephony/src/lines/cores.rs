//! Which cores there are, and threads that stay on theirs: what a thread needs is in that core's cache.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores that this program may use, as whoever started it has decided. At least one.
pub(crate) fn allowed() -> Vec<usize> {
    let cores: Vec<usize> = sched_getaffinity(None)
        .map(|set| {
            (0..CpuSet::MAX_CPU)
                .filter(|core| set.is_set(*core))
                .collect()
        })
        .unwrap_or_default();
    if cores.is_empty() { vec![0] } else { cores }
}

/// Lets the calling thread run on this core alone.
pub(crate) fn bind_thread(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    if core < CpuSet::MAX_CPU {
        set.set(core);
    }
    sched_setaffinity(None, &set)?;
    Ok(())
}
