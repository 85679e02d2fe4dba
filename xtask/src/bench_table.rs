//! Results of the last benchmarks as a Markdown table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

#[cfg(test)]
mod tests;

/// What was measured, in order of name, under what it was measured on.
pub(crate) fn table() -> anyhow::Result<String> {
    let folder = criterion_folder()?;
    let mut measurements = Vec::new();
    collect(&folder, &mut measurements)?;
    if measurements.is_empty() {
        bail!(
            "there are no results in `{}`: run `make bench`",
            folder.display()
        );
    }
    Ok(render(&machine(), measurements))
}

/// One benchmark: how long one iteration takes, how much it does.
#[derive(Debug, PartialEq)]
struct Measurement {
    name: String,
    nanoseconds: f64,
    done: Option<Done>,
}

/// What one iteration does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Done {
    Elements(f64),
    Bytes(f64),
}

fn criterion_folder() -> anyhow::Result<PathBuf> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?
            .join("target"),
    };
    Ok(target.join("criterion"))
}

/// Gathers from all folders `new`, which hold the last run.
fn collect(folder: &Path, measurements: &mut Vec<Measurement>) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        if path.file_name().is_some_and(|name| name == "new") {
            let read = |name: &str| {
                std::fs::read_to_string(path.join(name))
                    .with_context(|| format!("cannot read `{name}` in `{}`", path.display()))
            };
            measurements.push(parse(&read("benchmark.json")?, &read("estimates.json")?)?);
        } else {
            collect(&path, measurements)?;
        }
    }
    Ok(())
}

/// Reads the two files that criterion writes for a benchmark.
fn parse(benchmark: &str, estimates: &str) -> anyhow::Result<Measurement> {
    #[derive(Deserialize)]
    struct Benchmark {
        full_id: String,
        throughput: Option<serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Estimates {
        mean: Estimate,
    }
    #[derive(Deserialize)]
    struct Estimate {
        point_estimate: f64,
    }
    let benchmark: Benchmark = serde_json::from_str(benchmark)?;
    let estimates: Estimates = serde_json::from_str(estimates)?;
    let amount = |kind: &str| {
        benchmark
            .throughput
            .as_ref()
            .and_then(|throughput| throughput.get(kind)?.as_f64())
    };
    Ok(Measurement {
        name: benchmark.full_id.clone(),
        nanoseconds: estimates.mean.point_estimate,
        done: amount("Elements")
            .map(Done::Elements)
            .or_else(|| amount("Bytes").map(Done::Bytes)),
    })
}

fn render(machine: &str, mut measurements: Vec<Measurement>) -> String {
    measurements.sort_by(|one, other| one.name.cmp(&other.name));
    let mut text =
        format!("{machine}\n\n| benchmark | one iteration | a second |\n|---|---:|---:|\n");
    for measurement in measurements {
        let each_second = 1e9 / measurement.nanoseconds;
        let rate = match measurement.done {
            None => format!("{} iterations", grouped(each_second)),
            Some(Done::Elements(count)) => grouped(each_second * count),
            Some(Done::Bytes(count)) => {
                format!("{} MiB", grouped(each_second * count / 1_048_576.0))
            }
        };
        let _ = writeln!(
            text,
            "| {} | {} | {rate} |",
            measurement.name,
            duration(measurement.nanoseconds)
        );
    }
    text
}

/// Three digits that matter, in the unit that fits.
fn duration(nanoseconds: f64) -> String {
    let (value, unit) = if nanoseconds < 1e3 {
        (nanoseconds, "ns")
    } else if nanoseconds < 1e6 {
        (nanoseconds / 1e3, "µs")
    } else if nanoseconds < 1e9 {
        (nanoseconds / 1e6, "ms")
    } else {
        (nanoseconds / 1e9, "s")
    };
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.digits$} {unit}")
}

/// `1234567.8` as `1,234,568`.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Processor, cores and compiler.
fn machine() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            text.lines()
                .find(|line| line.starts_with("model name"))
                .and_then(|line| line.split_once(": "))
                .map(|(_, name)| name.to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let compiler = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    format!("{processor}, {cores} cores, {compiler}")
}
