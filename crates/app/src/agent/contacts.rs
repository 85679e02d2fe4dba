//! What an agent does with its contacts.

use std::sync::Arc;

use engine::Input;
use model::{ContactId, QuickConnectId, UserId};
use serde_json::Value;

use crate::App;
use crate::action::{
    AcceptContact, Action, CompleteContact, DeclineContact, EndContact, TransferOwnContact,
};
use crate::calls::Joining;
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::{Call, Principal};

macro_rules! agent_actions {
    ($($(#[$doc:meta])* $function:ident($action:ident) => $input:ident;)*) => {
        impl App {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// `NotFound` for a contact that is over, `WrongState` where it is not the agent's or in
            /// another state.
            pub async fn $function(
                &self,
                call: &Arc<Call>,
                permit: Permit<$action>,
            ) -> Result<(), AppError> {
                self.agent_input(call, &permit, |agent, contact| Input::$input { agent, contact }).await
            }
        )*}
    };
}

agent_actions! {
    /// Lets an offer go.
    decline_contact(DeclineContact) => DeclineOffer;
    /// Ends the interaction; wrap-up begins.
    end_contact(EndContact) => EndContact;
}

impl App {
    /// Takes an offer. The media of a call is this browser's from then on.
    ///
    /// # Errors
    /// `NotFound` for a contact that is over, `WrongState` where it is not offered to the agent.
    pub async fn accept_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<AcceptContact>,
    ) -> Result<(), AppError> {
        let (Target::Contact(instance, contact), Principal::User { user, session, .. }) =
            (*permit.target(), permit.principal())
        else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let (call, access) = (Arc::clone(call), permit.spec().access);
        let (agent, session) = (*user, *session);
        let center = self.center(instance)?;
        let seats = Arc::clone(&center.seats);
        center
            .turn(move |turn| {
                turn.handle(Input::AcceptOffer { agent, contact })
                    .map_err(rejected)?;
                // Before anybody is told that the call is connected: other browsers keep off the line.
                if let Some(origin) = turn.engine().call_of(agent, contact) {
                    seats.sit_down(origin, agent, session, Joining::IfFree);
                }
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }

    /// Moves the agent's contact by quick connect.
    ///
    /// # Errors
    /// `NotFound` for the destination, `WrongState` where the contact cannot be moved.
    pub async fn transfer_own_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<TransferOwnContact>,
        quick_connect: QuickConnectId,
    ) -> Result<(), AppError> {
        self.agent_input(call, &permit, move |agent, contact| Input::QuickConnect {
            agent,
            contact,
            quick_connect,
        })
        .await
    }

    /// The agent that the permit names ends its wrap-up of a contact, or clears an offer that it missed:
    /// that contact may be with somebody else, or over.
    ///
    /// # Errors
    /// `WrongState` where the agent has nothing to complete of it.
    pub async fn complete_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<CompleteContact>,
        contact: ContactId,
    ) -> Result<(), AppError> {
        let (instance, agent) = super::status::agent_of(*permit.target())?;
        let (call, access) = (Arc::clone(call), permit.spec().access);
        self.center(instance)?
            .turn(move |turn| {
                turn.handle(Input::CompleteContact { agent, contact })
                    .map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }

    pub(crate) async fn agent_input<A: Action>(
        &self,
        call: &Arc<Call>,
        permit: &Permit<A>,
        input: impl FnOnce(UserId, ContactId) -> Input + Send + 'static,
    ) -> Result<(), AppError> {
        let (Target::Contact(instance, contact), Principal::User { user, .. }) =
            (*permit.target(), permit.principal())
        else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let (call, access, user) = (Arc::clone(call), A::SPEC.access, *user);
        self.center(instance)?
            .turn(move |turn| {
                turn.handle(input(user, contact)).map_err(rejected)?;
                turn.audit(&call, access, Value::Null);
                Ok(())
            })
            .await
    }
}
