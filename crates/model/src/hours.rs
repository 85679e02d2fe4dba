//! Hours of operation: weekly hours in a time zone, with overrides for single days.

use serde::{Deserialize, Serialize};

use crate::ids::HoursOverrideId;

/// When a queue or line is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursOfOperation {
    /// What they are for.
    pub description: Option<String>,
    /// IANA name of the time zone, such as `Europe/Berlin`; known to the bundled database.
    pub time_zone: String,
    /// Weekly hours; several per day may stand side by side.
    pub weekly: Vec<DayHours>,
    /// Exceptions by date; where several match a date, the first one counts.
    pub overrides: Vec<HoursOverride>,
}

/// Hours of one day of the week. An end at or before the start reaches into the next day; equal
/// start and end mean the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayHours {
    /// The day on which it starts.
    pub day: Weekday,
    /// Opening time.
    pub start: DayTime,
    /// Closing time.
    pub end: DayTime,
}

/// A time of day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DayTime {
    /// 0 to 23.
    pub hours: u8,
    /// 0 to 59.
    pub minutes: u8,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names say all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All days, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// Other hours from one date to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursOverride {
    /// Its id.
    pub id: HoursOverrideId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// First date, `YYYY-MM-DD`, in the time zone of the hours.
    pub from: String,
    /// Last date, included.
    pub till: String,
    /// The hours within; empty means closed.
    pub hours: Vec<DayHours>,
}
