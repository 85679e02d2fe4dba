//! What criterion writes becomes a line of the table.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{parse, render};

fn line(throughput: &str, nanoseconds: f64) -> String {
    let benchmark = format!(r#"{{"full_id": "engine/match", "throughput": {throughput}}}"#);
    let estimates = format!(r#"{{"mean": {{"point_estimate": {nanoseconds:.1}}}}}"#);
    let table = render("a machine", vec![parse(&benchmark, &estimates).unwrap()]);
    table.lines().last().unwrap().to_owned()
}

#[test]
fn a_rate_counts_what_one_iteration_does() {
    assert_eq!(
        line("null", 500.0),
        "| engine/match | 500 ns | 2,000,000 iterations |"
    );
    assert_eq!(
        line(r#"{"Elements": 64}"#, 32_000_000.0),
        "| engine/match | 32.0 ms | 2,000 |"
    );
    assert_eq!(
        line(r#"{"Bytes": 1048576}"#, 1e6),
        "| engine/match | 1.00 ms | 1,000 MiB |"
    );
}

#[test]
fn lines_are_ordered_by_name() {
    let one = |name: &str| {
        let benchmark = format!(r#"{{"full_id": "{name}", "throughput": null}}"#);
        parse(&benchmark, r#"{"mean": {"point_estimate": 4.5}}"#).unwrap()
    };
    let table = render("a machine", vec![one("b"), one("a")]);
    let names: Vec<&str> = table
        .lines()
        .skip(4)
        .map(|line| line.get(2..3).unwrap())
        .collect();
    assert_eq!(names, ["a", "b"]);
}
