#![expect(clippy::unwrap_used, reason = "tests")]

use model::hours::{DayHours, DayTime, HoursOfOperation, HoursOverride, Weekday};
use model::{HoursOverrideId, Timestamp};

use super::{HoursError, is_open};

fn day(day: Weekday, start: (u8, u8), end: (u8, u8)) -> DayHours {
    let time = |(hours, minutes)| DayTime { hours, minutes };
    DayHours {
        day,
        start: time(start),
        end: time(end),
    }
}

fn berlin(weekly: Vec<DayHours>) -> HoursOfOperation {
    HoursOfOperation {
        description: None,
        time_zone: "Europe/Berlin".to_owned(),
        weekly,
        overrides: Vec::new(),
    }
}

fn special(from: &str, till: &str, hours: Vec<DayHours>) -> HoursOverride {
    HoursOverride {
        id: HoursOverrideId::from_u128(1),
        name: from.to_owned(),
        description: None,
        from: from.to_owned(),
        till: till.to_owned(),
        hours,
    }
}

/// Checks whether it is open at times given with their offset from UTC.
fn check(hours: &HoursOfOperation, expected: &[(&str, bool)]) {
    for (at, open) in expected {
        let at: jiff::Timestamp = at.parse().unwrap();
        let found = is_open(hours, Timestamp::from_millis(at.as_millisecond())).unwrap();
        assert_eq!(found, *open, "{at}");
    }
}

#[test]
fn open_from_start_until_before_end_on_its_day() {
    let hours = berlin(vec![day(Weekday::Monday, (9, 0), (17, 30))]);
    check(
        &hours,
        &[
            ("2026-03-23T08:59:59.999+01:00", false),
            ("2026-03-23T09:00:00+01:00", true),
            ("2026-03-23T17:29:59.999+01:00", true),
            ("2026-03-23T17:30:00+01:00", false),
            ("2026-03-24T12:00:00+01:00", false),
        ],
    );
}

#[test]
fn end_before_start_reaches_into_the_next_day() {
    let hours = berlin(vec![day(Weekday::Sunday, (22, 0), (6, 0))]);
    check(
        &hours,
        &[
            ("2026-03-22T21:59:00+01:00", false),
            ("2026-03-22T23:59:00+01:00", true),
            ("2026-03-23T05:59:00+01:00", true),
            ("2026-03-23T06:00:00+01:00", false),
            ("2026-03-22T05:00:00+01:00", false),
        ],
    );
}

#[test]
fn equal_start_and_end_is_the_whole_day() {
    let hours = berlin(vec![day(Weekday::Tuesday, (9, 0), (9, 0))]);
    check(
        &hours,
        &[
            ("2026-03-23T23:59:59+01:00", false),
            ("2026-03-24T00:00:00+01:00", true),
            ("2026-03-24T23:59:59+01:00", true),
            ("2026-03-25T00:00:00+01:00", false),
        ],
    );
}

#[test]
fn several_openings_of_a_day_stand_side_by_side() {
    let hours = berlin(vec![
        day(Weekday::Monday, (8, 0), (12, 0)),
        day(Weekday::Monday, (13, 0), (17, 0)),
    ]);
    check(
        &hours,
        &[
            ("2026-03-23T11:59:00+01:00", true),
            ("2026-03-23T12:30:00+01:00", false),
            ("2026-03-23T13:00:00+01:00", true),
        ],
    );
}

#[test]
fn the_wall_clock_counts_when_the_clocks_change() {
    // On 29 March 2026 at 02:00 the clocks go to 03:00, on 25 October at 03:00 back to 02:00.
    let hours = berlin(vec![day(Weekday::Sunday, (2, 0), (4, 0))]);
    check(
        &hours,
        &[
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", true),
            ("2026-03-29T01:59:59Z", true),
            ("2026-03-29T02:00:00Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T01:30:00Z", true),
            ("2026-10-25T02:59:59Z", true),
            ("2026-10-25T03:00:00Z", false),
        ],
    );
}

#[test]
fn an_override_replaces_the_week_and_the_first_one_counts() {
    let mut hours = berlin(vec![day(Weekday::Monday, (9, 0), (17, 0))]);
    hours.overrides = vec![
        special(
            "2026-03-23",
            "2026-03-23",
            vec![day(Weekday::Monday, (11, 0), (12, 0))],
        ),
        special("2026-03-20", "2026-03-30", Vec::new()),
    ];
    check(
        &hours,
        &[
            ("2026-03-16T10:00:00+01:00", true),
            ("2026-03-23T10:00:00+01:00", false),
            ("2026-03-23T11:30:00+01:00", true),
            ("2026-03-30T10:00:00+02:00", false),
            ("2026-04-06T10:00:00+02:00", true),
        ],
    );
}

#[test]
fn an_opening_over_midnight_goes_on_into_an_override() {
    let mut hours = berlin(vec![day(Weekday::Sunday, (22, 0), (6, 0))]);
    hours.overrides = vec![special("2026-03-23", "2026-03-23", Vec::new())];
    check(
        &hours,
        &[
            ("2026-03-23T05:00:00+01:00", true),
            ("2026-03-23T07:00:00+01:00", false),
        ],
    );
}

#[test]
fn an_unknown_time_zone_is_an_error() {
    let mut hours = berlin(Vec::new());
    hours.time_zone = "Mars/Base".to_owned();
    assert_eq!(
        is_open(&hours, Timestamp::from_secs(0)),
        Err(HoursError::UnknownTimeZone("Mars/Base".to_owned()))
    );
}

#[test]
fn a_time_out_of_range_is_an_error() {
    let hours = berlin(Vec::new());
    let at = Timestamp::from_millis(i64::MAX);
    assert_eq!(is_open(&hours, at), Err(HoursError::TimeOutOfRange));
}
