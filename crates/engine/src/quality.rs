//! How well the parties of a call were heard: into the record of the segment.

use model::quality::LegQuality;
use model::{ContactId, UserId};

use crate::effect::{Rejection, Reply};
use crate::engine::Engine;

impl Engine {
    /// Notes figures of a call, also where it is over and its agent still writes up. `contact` is the
    /// segment as which the line knew the call; an agent who stayed on the line of a next segment has them
    /// in the own one.
    pub(crate) fn note_quality(
        &mut self,
        call: ContactId,
        contact: ContactId,
        agent: Option<UserId>,
        quality: LegQuality,
    ) -> Result<Reply, Rejection> {
        let named = self
            .contacts
            .get(&contact)
            .filter(|contact| contact.origin == call)
            .ok_or(Rejection::UnknownContact)?;
        let id = match agent {
            None => Some(contact),
            Some(user) => [Some(contact), named.record.previous_id]
                .into_iter()
                .flatten()
                .find(|id| self.had_agent(*id, user)),
        };
        let found = id.and_then(|id| self.contacts.get_mut(&id));
        let found = found.ok_or(Rejection::UnknownContact)?;
        let place = match agent {
            None => &mut found.record.quality.customer,
            Some(_) => &mut found.record.quality.agent,
        };
        *place = Some(quality);
        let id = found.id();
        self.touch(id);
        Ok(Reply::Done)
    }

    fn had_agent(&self, id: ContactId, user: UserId) -> bool {
        let contact = self.contacts.get(&id);
        contact
            .and_then(|contact| contact.record.agent.as_ref())
            .is_some_and(|agent| agent.user == user)
    }
}
