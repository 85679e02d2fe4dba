use std::time::Duration;

use super::Quality;

fn mos(lost: u64, jitter_ms: u64, round_trip_ms: u64) -> f64 {
    let jitter = Duration::from_millis(jitter_ms);
    let trip = Duration::from_millis(round_trip_ms);
    Quality::estimate(1000 - lost, lost, jitter, jitter, Some(trip)).mos
}

#[test]
fn a_good_line_is_good_and_each_fault_makes_it_worse() {
    assert!((mos(0, 0, 0) - 4.4).abs() < 0.02, "{}", mos(0, 0, 0));
    let by_loss: Vec<f64> = [0, 5, 10, 50, 200].map(|lost| mos(lost, 2, 40)).to_vec();
    assert!(
        by_loss.is_sorted_by(|one, other| one > other),
        "{by_loss:?}"
    );
    let by_trip: Vec<f64> = [0, 100, 400, 1000].map(|trip| mos(0, 2, trip)).to_vec();
    assert!(
        by_trip.is_sorted_by(|one, other| one > other),
        "{by_trip:?}"
    );
    assert!(mos(0, 30, 40) < mos(0, 3, 40));
}

#[test]
fn the_estimate_is_that_of_the_formula() {
    // 1 % loss, 5 ms, 100 ms: d = 80, R = 93.2 - 1.92 - 95 / 5.3 = 73.355, MOS = 3.75.
    assert!(
        (mos(10, 5, 100) - 3.750).abs() < 0.002,
        "{}",
        mos(10, 5, 100)
    );
}

#[test]
fn nothing_received_is_the_worst_and_no_number_is_strange() {
    let dead = Quality::estimate(0, 500, Duration::ZERO, Duration::ZERO, None);
    assert!((dead.loss_percent - 100.0).abs() < 1e-9);
    assert!((1.0..1.1).contains(&dead.mos), "{}", dead.mos);
    let none = Quality::estimate(0, 0, Duration::ZERO, Duration::ZERO, None);
    assert!(none.loss_percent.abs() < 1e-9);
    assert!(mos(1000, 60_000, 60_000) >= 1.0);
}

#[test]
fn an_unknown_round_trip_is_left_out_of_the_record() {
    let quality = Quality::estimate(
        99,
        1,
        Duration::from_millis(3),
        Duration::from_millis(9),
        None,
    );
    let json = serde_json::to_value(quality).unwrap();
    assert_eq!(json["lossPercent"], 1.0);
    assert_eq!(json["jitterMaxMs"], 9.0);
    assert!(json.get("roundTripMs").is_none());
    assert_eq!(serde_json::from_value::<Quality>(json).unwrap(), quality);
}
