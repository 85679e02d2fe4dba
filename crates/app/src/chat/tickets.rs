//! Single-use tickets that open a WebSocket: the only secret that stands in its address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Secret, Timestamp};

use crate::principal::Principal;

/// How long a ticket is good.
pub(crate) const TICKET_LIFETIME: Duration = Duration::from_mins(1);
/// Most tickets at once; beyond, expired ones go first, then new ones are refused.
pub(crate) const TICKETS_MAX: usize = 100_000;

/// Tickets that were given out and not redeemed yet.
#[derive(Debug, Default)]
pub(crate) struct Tickets(Mutex<HashMap<[u8; 32], (Principal, Timestamp)>>);

impl Tickets {
    /// Remembers a ticket; `false` where there are too many.
    pub(crate) fn issue(
        &self,
        ticket: &Secret<[u8; 32]>,
        holder: Principal,
        now: Timestamp,
    ) -> bool {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tickets.len() >= TICKETS_MAX {
            tickets.retain(|_, (_, expires_at)| now < *expires_at);
        }
        if tickets.len() >= TICKETS_MAX {
            return false;
        }
        tickets.insert(*ticket.expose(), (holder, now.plus(TICKET_LIFETIME)));
        true
    }

    /// Takes a ticket: who holds it, once, within its time.
    pub(crate) fn redeem(&self, ticket: &[u8; 32], now: Timestamp) -> Option<Principal> {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (holder, expires_at) = tickets.remove(ticket)?;
        (now < expires_at).then_some(holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticket_is_good_once_and_for_a_minute() {
        let tickets = Tickets::default();
        let now = Timestamp::from_secs(1000);
        for (byte, wait, redeemed) in [(1, 59, true), (2, 60, false)] {
            assert!(tickets.issue(&Secret::new([byte; 32]), Principal::Visitor, now));
            let later = now.plus(Duration::from_secs(wait));
            assert_eq!(tickets.redeem(&[byte; 32], later).is_some(), redeemed);
            assert!(tickets.redeem(&[byte; 32], now).is_none(), "a second time");
        }
    }
}
