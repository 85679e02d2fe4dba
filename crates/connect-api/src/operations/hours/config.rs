//! `Config` of hours and overrides, read and written.

use model::hours::{DayHours, DayTime};

use crate::operations::prelude::*;

/// Rows of weekly hours that one call may carry.
const ROWS: std::ops::RangeInclusive<usize> = 0..=100;

/// Reads the list.
pub(super) fn parse(body: &Object<'_>) -> Result<Vec<DayHours>, Refusal> {
    body.objects("Config", ROWS)?
        .iter()
        .map(|row| {
            Ok(DayHours {
                day: row.word("Day")?,
                start: parse_time(&row.object("StartTime")?)?,
                end: parse_time(&row.object("EndTime")?)?,
            })
        })
        .collect()
}

fn parse_time(time: &Object<'_>) -> Result<DayTime, Refusal> {
    Ok(DayTime {
        hours: time.number("Hours", 0..=23)?,
        minutes: time.number("Minutes", 0..=59)?,
    })
}

/// Writes the list.
pub(super) fn write(rows: &[DayHours]) -> Value {
    rows.iter()
        .map(|row| {
            json!({
                "Day": row.day,
                "StartTime": {"Hours": row.start.hours, "Minutes": row.start.minutes},
                "EndTime": {"Hours": row.end.hours, "Minutes": row.end.minutes},
            })
        })
        .collect()
}
