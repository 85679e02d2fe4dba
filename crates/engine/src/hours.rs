//! Whether hours of operation are open at a point in time.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::Timestamp;
use model::hours::{DayHours, DayTime, HoursOfOperation, Weekday};

/// Why the question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The time zone is not in the bundled database.
    #[error("unknown time zone `{0}`: use an IANA name such as `Europe/Berlin`")]
    UnknownTimeZone(String),
    /// The time lies outside of years -9999 to 9999.
    #[error("the time is out of range")]
    TimeOutOfRange,
}

/// Whether `hours` are open at `at`, by the wall clock of their time zone. An opening belongs to the date
/// on which it starts: one that reaches over midnight goes on though the next day has an override.
pub fn is_open(hours: &HoursOfOperation, at: Timestamp) -> Result<bool, HoursError> {
    let zone = TimeZone::get(&hours.time_zone)
        .map_err(|_| HoursError::UnknownTimeZone(hours.time_zone.clone()))?;
    let instant = jiff::Timestamp::from_millisecond(at.as_millis())
        .map_err(|_| HoursError::TimeOutOfRange)?;
    let local = zone.to_datetime(instant);
    let (today, time) = (local.date(), local.time());
    let open_today = hours_on(hours, today).any(|opening| match reach(*opening) {
        Reach::WholeDay => true,
        Reach::WithinDay { start, end } => start <= time && time < end,
        Reach::OverMidnight { start, .. } => start <= time,
    });
    let Ok(yesterday) = today.yesterday() else {
        return Ok(open_today);
    };
    let still_open = hours_on(hours, yesterday)
        .any(|opening| matches!(reach(*opening), Reach::OverMidnight { end, .. } if time < end));
    Ok(open_today || still_open)
}

enum Reach {
    WholeDay,
    WithinDay { start: Time, end: Time },
    OverMidnight { start: Time, end: Time },
}

fn reach(opening: DayHours) -> Reach {
    let (start, end) = (time(opening.start), time(opening.end));
    match start.cmp(&end) {
        std::cmp::Ordering::Equal => Reach::WholeDay,
        std::cmp::Ordering::Less => Reach::WithinDay { start, end },
        std::cmp::Ordering::Greater => Reach::OverMidnight { start, end },
    }
}

/// The openings that start on this date: of the first override that covers it, or else of the week.
fn hours_on(hours: &HoursOfOperation, date: Date) -> impl Iterator<Item = &DayHours> {
    let day = weekday(date);
    let name = date.to_string();
    let special = hours
        .overrides
        .iter()
        .find(|special| special.from <= name && name <= special.till);
    special
        .map_or(&hours.weekly, |special| &special.hours)
        .iter()
        .filter(move |opening| opening.day == day)
}

fn time(time: DayTime) -> Time {
    // Parsed values are in range; a value that is not counts as midnight rather than as a fault.
    let hours = i8::try_from(time.hours).unwrap_or(0);
    let minutes = i8::try_from(time.minutes).unwrap_or(0);
    Time::new(hours, minutes, 0, 0).unwrap_or(Time::midnight())
}

fn weekday(date: Date) -> Weekday {
    match date.weekday() {
        jiff::civil::Weekday::Monday => Weekday::Monday,
        jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
        jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
        jiff::civil::Weekday::Thursday => Weekday::Thursday,
        jiff::civil::Weekday::Friday => Weekday::Friday,
        jiff::civil::Weekday::Saturday => Weekday::Saturday,
        jiff::civil::Weekday::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests;
