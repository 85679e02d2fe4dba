//! What differs from channel to channel, in one place.

use std::time::Duration;

use model::contact::DisconnectReason;
use model::{Channel, Timestamp};

use crate::config::{CHAT_DURATION_DEFAULT_MIN, Limits};

/// How long an offer stands.
pub(crate) fn offer_timeout(channel: Channel, limits: &Limits) -> Duration {
    let millis = match channel {
        Channel::Voice => limits.voice_offer_timeout_ms,
        Channel::Chat => limits.chat_offer_timeout_ms,
        Channel::Task => limits.task_offer_timeout_ms,
    };
    Duration::from_millis(u64::from(millis.max(1)))
}

/// The reason to note when an agent ends the interaction.
pub(crate) fn agent_end_reason(channel: Channel) -> DisconnectReason {
    match channel {
        Channel::Voice | Channel::Chat => DisconnectReason::AgentDisconnect,
        Channel::Task => DisconnectReason::AgentCompleted,
    }
}

/// When a contact that starts to live at `begins_at` ends at the latest.
pub(crate) fn lifetime_end(
    channel: Channel,
    begins_at: Timestamp,
    duration_max_min: Option<u32>,
    limits: &Limits,
) -> Timestamp {
    let duration = match channel {
        Channel::Voice => Duration::from_millis(limits.call_duration_max_ms.max(1)),
        Channel::Chat => {
            let minutes = duration_max_min.unwrap_or(CHAT_DURATION_DEFAULT_MIN).max(1);
            Duration::from_secs(u64::from(minutes) * 60)
        }
        Channel::Task => Duration::from_millis(limits.task_duration_max_ms.max(1)),
    };
    begins_at.plus(duration)
}

/// Whether whisper and hold flows have anybody to play to.
pub(crate) fn has_audio(channel: Channel) -> bool {
    channel == Channel::Voice
}
