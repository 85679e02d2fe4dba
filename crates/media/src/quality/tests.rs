use std::time::Duration;

use super::estimate;

fn mos(lost: u64, jitter_ms: u64, round_trip_ms: u64) -> u16 {
    let jitter = Duration::from_millis(jitter_ms);
    let trip = Duration::from_millis(round_trip_ms);
    estimate(1000 - lost, lost, jitter, jitter, Some(trip)).mos_hundredths
}

#[test]
fn a_good_line_is_good_and_each_fault_makes_it_worse() {
    assert!((438..=442).contains(&mos(0, 0, 0)), "{}", mos(0, 0, 0));
    let by_loss = [0, 5, 10, 50, 200].map(|lost| mos(lost, 2, 40));
    assert!(
        by_loss.is_sorted_by(|one, other| one > other),
        "{by_loss:?}"
    );
    let by_trip = [0, 100, 400, 1000].map(|trip| mos(0, 2, trip));
    assert!(
        by_trip.is_sorted_by(|one, other| one > other),
        "{by_trip:?}"
    );
    assert!(mos(0, 30, 40) < mos(0, 3, 40));
}

#[test]
fn the_estimate_is_that_of_the_formula() {
    // 1 % loss, 5 ms, 100 ms: d = 80, R = 93.2 - 1.92 - 95 / 5.3 = 73.355, MOS = 3.75.
    assert_eq!(mos(10, 5, 100), 375);
}

#[test]
fn nothing_received_is_the_worst_and_no_number_is_strange() {
    let dead = estimate(0, 500, Duration::ZERO, Duration::ZERO, None);
    assert!((100..110).contains(&dead.mos_hundredths), "{dead:?}");
    let none = estimate(0, 0, Duration::ZERO, Duration::ZERO, None);
    assert!(none.mos_hundredths > 400, "{none:?}");
    assert!(mos(1000, 60_000, 60_000) >= 100);
}

#[test]
fn an_unknown_round_trip_is_no_number() {
    let (jitter, most) = (Duration::from_millis(3), Duration::from_millis(9));
    let quality = estimate(99, 1, jitter, most, None);
    assert_eq!(quality.packets_lost, 1);
    assert_eq!(quality.jitter_us, 3000);
    assert_eq!(quality.jitter_max_us, 9000);
    assert_eq!(quality.round_trip_us, None);
}
