//! Which browser of an agent has the media of a call: the one that answered, until another one of the same
//! agent is told to take the call over.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{ContactId, LoginSessionId, UserId};

#[cfg(test)]
mod tests;

/// The seats of an instance, by the first contact of each call: at most as many as there are calls. They end
/// with the program, as media does.
#[derive(Debug, Default)]
pub(crate) struct Seats(Mutex<BTreeMap<ContactId, Seat>>);

/// A browser is known by the session that is signed in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seat {
    agent: UserId,
    session: LoginSessionId,
}

/// What a browser wants of a call's media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// To join, or go on, where no other browser of the agent has the call.
    IfFree,
    /// To take the call over from another browser: the agent said so there.
    TakeOver,
}

/// Where the media of an agent's call is, seen from one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaPlace {
    /// In this one.
    Here,
    /// In another one of the same agent.
    Elsewhere,
}

/// What became of a wish to sit down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seated {
    /// This browser had the seat already.
    Still,
    /// It has it from now on.
    Anew,
    /// Another one has it.
    No,
}

impl Seats {
    /// A browser wants the media of a call.
    pub(crate) fn sit_down(
        &self,
        call: ContactId,
        agent: UserId,
        session: LoginSessionId,
        joining: Joining,
    ) -> Seated {
        let mut seats = self.lock();
        // Who had the call before this agent has it no longer.
        let held = seats.get(&call).filter(|seat| seat.agent == agent);
        match (held, joining) {
            (Some(seat), _) if seat.session == session => Seated::Still,
            (Some(_), Joining::IfFree) => Seated::No,
            _ => {
                seats.insert(call, Seat { agent, session });
                Seated::Anew
            }
        }
    }

    /// Where the media of this agent's call is; nothing while no browser has it.
    pub(crate) fn place(
        &self,
        call: ContactId,
        agent: UserId,
        session: LoginSessionId,
    ) -> Option<MediaPlace> {
        let seats = self.lock();
        let seat = seats.get(&call).filter(|seat| seat.agent == agent)?;
        Some(if seat.session == session {
            MediaPlace::Here
        } else {
            MediaPlace::Elsewhere
        })
    }

    /// A call is over.
    pub(crate) fn forget(&self, call: ContactId) {
        self.lock().remove(&call);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ContactId, Seat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
