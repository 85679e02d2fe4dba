//! `TransferContact`: to a queue, to an agent, or where the flow decides.

use app::action::TransferContact;
use engine::input::TransferTarget;
use model::arn::ArnTarget;
use model::{Arn, FlowId, InstanceScope};

use super::quota_code;
use crate::operations::prelude::*;

/// The flow that the new segment runs, where it goes, and what makes a repetition one.
pub(crate) struct Transfer {
    flow: FlowId,
    to: TransferTarget,
    client_token: Option<String>,
}

impl Operation for TransferContact {
    const ROUTE: Route = Route::post("/contact/transfer");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "ContactId",
        "QueueId",
        "UserId",
        "ContactFlowId",
    ];
    type Input = Transfer;

    fn parse(members: &Members<'_>) -> Parsed<Transfer> {
        let (ids, body) = (members.ids()?, members.body());
        let queue = ids.optional(&body, "QueueId")?;
        let agent = ids.optional(&body, "UserId")?;
        let to = match (queue, agent) {
            (Some(queue), None) => TransferTarget::Queue(queue),
            (None, Some(agent)) => TransferTarget::Agent(agent),
            (None, None) => TransferTarget::Flow,
            (Some(_), Some(_)) => {
                return Err(Refusal::invalid("name `QueueId` or `UserId`, not both"));
            }
        };
        let transfer = Transfer {
            flow: ids.member(&body, "ContactFlowId")?,
            to,
            client_token: body.optional_text("ClientToken", 1..=500)?,
        };
        Ok((members.contact_member("ContactId")?, transfer))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, transfer: Transfer) -> Answer {
        let instance = permit
            .target()
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        let scope: InstanceScope = context.scope(instance)?;
        let Transfer {
            flow,
            to,
            client_token,
        } = transfer;
        let contact = context
            .app
            .transfer_contact(context.call, permit, flow, to, client_token)
            .await?;
        let arn = Arn {
            scope,
            target: ArnTarget::Contact(contact),
        };
        Ok(json!({"ContactId": contact, "ContactArn": arn.to_string()}))
    }

    fn code(error: &AppError) -> Code {
        match error {
            AppError::Invalid(_) => Code::InvalidRequest,
            other => quota_code(other),
        }
    }
}
