//! The program under load, and what the system knows of its use of processor and memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Ticks a second in `/proc/PID/stat`: the same on every Linux (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;
/// Lines of the log that are shown when the program fails.
const LOG_LINES_SHOWN: usize = 40;
/// The log's file in the program's folder.
const LOG: &str = "log";
/// The file to which it writes where it is and who may sign in.
const VARIABLES: &str = "env";

/// A sample center in a folder of its own; ended when dropped.
pub(crate) struct Program {
    child: Child,
    variables: BTreeMap<String, String>,
    folder: TempDir,
}

impl Program {
    /// Starts it and returns when it says that it is ready.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut program = Self {
            child: spawn(folder.path()),
            variables: BTreeMap::new(),
            folder,
        };
        program.await_ready();
        program
    }

    /// Ends it and starts it again, with what it has stored and nothing in memory.
    pub(crate) fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = spawn(self.folder.path());
        self.await_ready();
    }

    /// Waits until it is ready and reads its variables, which are new at each start.
    fn await_ready(&mut self) {
        let mut lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.is_ok_and(|line| line == "ready"));
        assert!(ready, "the program ended before it was ready");
        self.variables = std::fs::read_to_string(self.folder.path().join(VARIABLES))
            .unwrap()
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
    }

    /// A variable of the file that the demo writes.
    pub(crate) fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap()
    }

    /// Where its data lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Memory that is resident, KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Processor time so far.
    pub(crate) fn processor_time(&self) -> ProcessorTime {
        ProcessorTime {
            program_s: seconds(&self.child.id().to_string()),
            load_s: seconds("self"),
        }
    }

    fn show_log(&self) {
        let log = std::fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let shown = lines.len().saturating_sub(LOG_LINES_SHOWN);
        let tail = lines.get(shown..).unwrap_or_default().join("\n");
        eprintln!("the program's log ends so:\n{tail}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.child.try_wait().is_ok_and(|status| status.is_some());
        if ended || std::thread::panicking() {
            self.show_log();
        }
        // It may have ended already; nothing else can be done here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of the program and of who makes the load, seconds.
#[derive(Clone, Copy)]
pub(crate) struct ProcessorTime {
    program_s: f64,
    load_s: f64,
}

impl ProcessorTime {
    /// What was spent since then in `took_s` seconds, in words.
    pub(crate) fn spent_since(self, before: Self, took_s: f64) -> String {
        let cores = |now: f64, then: f64| (now - then) / took_s;
        format!(
            "the program used {:.2} cores, the load {:.2}",
            cores(self.program_s, before.program_s),
            cores(self.load_s, before.load_s)
        )
    }
}

fn spawn(folder: &Path) -> Child {
    let binary = std::env::var_os("RINGFENCE_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_ringfence").into(), PathBuf::from);
    Command::new(binary)
        .args([
            "demo",
            "--port",
            "0",
            "--sip-port",
            "0",
            "--media-port",
            "0",
            "--data",
        ])
        .arg(folder.join("data"))
        .arg("--env-file")
        .arg(folder.join(VARIABLES))
        .stdout(Stdio::piped())
        .stderr(File::create(folder.join(LOG)).unwrap())
        .spawn()
        .unwrap()
}

fn seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name of the program stands in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    // Fields 14 and 15 of the whole line: time in user and in system mode.
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<f64>().unwrap())
        .sum();
    ticks / TICKS_PER_SECOND
}
