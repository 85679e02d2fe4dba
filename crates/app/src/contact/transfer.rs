//! Moving a contact to a queue, an agent or another flow.

use std::sync::Arc;

use engine::input::TransferTarget;
use engine::{Input, Reply};
use model::{ContactId, FlowId};
use serde_json::json;

use super::rejected;
use crate::App;
use crate::action::TransferContact;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::principal::Call;
use crate::repeat::recalled;

impl App {
    /// Moves the contact that the permit names; returns the segment in which it goes on.
    ///
    /// # Errors
    /// `NotFound` for contact or destination, `WrongState` for a flow that cannot start or a contact
    /// that cannot be moved.
    pub async fn transfer_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<TransferContact>,
        flow: FlowId,
        target: TransferTarget,
        client_token: Option<String>,
    ) -> Result<ContactId, AppError> {
        let Target::Contact(instance, contact) = *permit.target() else {
            return Err(AppError::NotFound { what: "contact" });
        };
        let center = self.center(instance)?;
        let request = json!([contact, flow, format!("{target:?}")]);
        let token = self
            .client_token(&center, call, client_token.as_deref(), &request)
            .await?;
        let (call, access) = (Arc::clone(call), permit.spec().access);
        center
            .turn(move |turn| {
                if let Some(answer) = recalled(token.as_ref(), turn)? {
                    let id = answer
                        .get("contactId")
                        .and_then(|id| id.as_str()?.parse().ok());
                    return id.ok_or(AppError::Internal);
                }
                let reply = turn
                    .handle(Input::TransferContact {
                        contact,
                        flow,
                        target,
                    })
                    .map_err(rejected)?;
                let next = match reply {
                    Reply::Transferred(next) => next,
                    Reply::Done | Reply::Started(_) | Reply::Said(_) | Reply::SaidBefore(_) => {
                        contact
                    }
                };
                let answer = json!({"contactId": next.to_string()});
                if let Some(token) = &token {
                    token.remember(turn, answer.clone());
                }
                turn.audit(&call, access, answer);
                Ok(next)
            })
            .await
    }
}
