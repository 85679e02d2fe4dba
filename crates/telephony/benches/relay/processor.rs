//! Processor time as the kernel knows it.

use std::path::Path;

/// What the threads of a process have used whose names begin so, ns.
pub(crate) fn used_ns(process: u32, name: &str) -> u64 {
    let folder = format!("/proc/{process}/task");
    let Ok(threads) = std::fs::read_dir(folder) else {
        return 0;
    };
    threads
        .flatten()
        .filter(|thread| {
            let called = std::fs::read_to_string(thread.path().join("comm"));
            called.is_ok_and(|called| called.starts_with(name))
        })
        .map(|thread| thread_ns(&thread.path()))
        .sum()
}

/// The mean number of processes that wanted to run in the last minute.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn thread_ns(thread: &Path) -> u64 {
    let used = std::fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
    used.split(' ')
        .next()
        .and_then(|ns| ns.parse().ok())
        .unwrap_or(0)
}
