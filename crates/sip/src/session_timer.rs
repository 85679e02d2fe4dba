//! Session timers (RFC 4028): a call whose other side has vanished ends.

use std::time::Duration;

use model::Timestamp;

use crate::limits::{MIN_SE_SECS, SESSION_EXPIRES_SECS};
use crate::message::{Head, HeaderName, Refresher, SessionExpires};

#[cfg(test)]
mod tests;

/// The timer of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimer {
    /// How long the session lives without a refresh.
    pub interval: Duration,
    /// Whether this side refreshes.
    pub we_refresh: bool,
    refreshed_at: Timestamp,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerAction {
    /// Refresh now.
    Refresh,
    /// Nobody refreshed in time: hang up.
    HangUp,
}

/// The other side asks for an interval below our minimum: 422 with `Min-SE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session interval is below {MIN_SE_SECS} seconds")]
pub struct IntervalTooSmall;

/// What a response says about the timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerAnswer {
    /// The value of `Session-Expires`.
    pub expires: SessionExpires,
    /// Whether `Require: timer` belongs to it: the other side refreshes.
    pub is_required: bool,
}

impl SessionTimer {
    /// The timer that a request asks for, and what the 2xx says. A side that does not know timers is
    /// refreshed by us.
    pub fn accept(now: Timestamp, request: &Head) -> Result<(Self, TimerAnswer), IntervalTooSmall> {
        let asked = request
            .first(HeaderName::SessionExpires)
            .and_then(SessionExpires::parse);
        let knows_timers = request.lists(HeaderName::Supported, "timer");
        let seconds = asked.map_or(SESSION_EXPIRES_SECS, |asked| asked.seconds);
        if seconds < MIN_SE_SECS {
            return Err(IntervalTooSmall);
        }
        let least = request.number(HeaderName::MinSE).unwrap_or(MIN_SE_SECS);
        let seconds = seconds.min(SESSION_EXPIRES_SECS.max(least));
        let refresher = match asked.and_then(|asked| asked.refresher) {
            Some(refresher) if knows_timers => refresher,
            None if knows_timers && asked.is_some() => Refresher::Uac,
            _ => Refresher::Uas,
        };
        let timer = Self {
            interval: Duration::from_secs(seconds.into()),
            we_refresh: refresher == Refresher::Uas,
            refreshed_at: now,
        };
        let answer = TimerAnswer {
            expires: SessionExpires {
                seconds,
                refresher: Some(refresher),
            },
            is_required: refresher == Refresher::Uac,
        };
        Ok((timer, answer))
    }

    /// The timer that a 2xx to our request sets; nothing where the other side wants none.
    pub fn from_answer(now: Timestamp, response: &Head) -> Option<Self> {
        let expires = response
            .first(HeaderName::SessionExpires)
            .and_then(SessionExpires::parse)?;
        let seconds = expires.seconds.max(MIN_SE_SECS);
        Some(Self {
            interval: Duration::from_secs(seconds.into()),
            we_refresh: expires.refresher != Some(Refresher::Uas),
            refreshed_at: now,
        })
    }

    /// The session was refreshed, by whichever side.
    pub const fn refreshed(&mut self, now: Timestamp) {
        self.refreshed_at = now;
    }

    /// When something is due.
    pub fn next_deadline(&self) -> Timestamp {
        if self.we_refresh {
            self.refreshed_at.plus(self.interval / 2)
        } else {
            self.expires_at()
        }
    }

    /// What is due at this time.
    pub fn due(&self, now: Timestamp) -> Option<TimerAction> {
        if now >= self.expires_at() {
            Some(TimerAction::HangUp)
        } else if self.we_refresh && now >= self.next_deadline() {
            Some(TimerAction::Refresh)
        } else {
            None
        }
    }

    /// The end of the session less the time that a BYE needs (RFC 4028, section 10).
    fn expires_at(&self) -> Timestamp {
        let early = (self.interval / 3).min(Duration::from_secs(32));
        self.refreshed_at.plus(self.interval).minus(early)
    }
}
