//! Figures of a leg's quality, for the contact's record.

use std::time::Duration;

use model::quality::LegQuality;

#[cfg(test)]
mod tests;

/// Figures from counts. The opinion is that of the E-model (ITU-T G.107) with its default values and
/// G.711 without concealment (ITU-T G.113, appendix I: Ie = 0, Bpl = 4.3):
///
/// - delay d in ms: half of the round trip, twice the jitter for playout, 20 for the packet;
/// - R = 93.2 - 0.024 d - 0.11 max(d - 177.3, 0) - 95 loss / (loss + 4.3), loss in percent;
/// - MOS = 1 + 0.035 R + 7e-6 R (R - 60) (100 - R), and 1 where R is below 0.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of packets are below 2^53"
)]
pub fn estimate(
    received: u64,
    lost: u64,
    jitter: Duration,
    jitter_max: Duration,
    round_trip: Option<Duration>,
) -> LegQuality {
    let expected = received.saturating_add(lost).max(1);
    let loss_percent = 100.0 * lost as f64 / expected as f64;
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let delay = round_trip.map_or(0.0, ms) / 2.0 + 2.0 * ms(jitter) + PACKET_MS;
    LegQuality {
        packets_received: received,
        packets_lost: lost,
        jitter_us: micros(jitter),
        jitter_max_us: micros(jitter_max),
        round_trip_us: round_trip.map(micros),
        mos_hundredths: hundredths(mos(delay, loss_percent)),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 1 to 4.5"
)]
fn hundredths(mos: f64) -> u16 {
    (mos * 100.0).round() as u16
}

const PACKET_MS: f64 = 20.0;
/// The rating of a connection with nothing wrong, at G.107's default values.
const RATING_BEST: f64 = 93.2;
/// Delay from which conversation suffers.
const DELAY_FELT_MS: f64 = 177.3;
/// How well G.711 without concealment stands loss.
const ROBUSTNESS: f64 = 4.3;

fn mos(delay_ms: f64, loss_percent: f64) -> f64 {
    let by_delay = 0.024 * delay_ms + 0.11 * (delay_ms - DELAY_FELT_MS).max(0.0);
    let by_loss = 95.0 * loss_percent / (loss_percent + ROBUSTNESS);
    let rating = (RATING_BEST - by_delay - by_loss).clamp(0.0, 100.0);
    let mos = 1.0 + 0.035 * rating + 7e-6 * rating * (rating - 60.0) * (100.0 - rating);
    mos.clamp(1.0, 4.5)
}
