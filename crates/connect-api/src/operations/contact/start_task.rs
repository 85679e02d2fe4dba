//! `StartTaskContact`.

use std::collections::BTreeMap;

use app::action::StartTaskContact;
use app::contact::StartTask;
use engine::input::Destination;
use model::contact::Reference;

use super::{optional_contact, parse_attributes, quota_code};
use crate::operations::prelude::*;

/// Types of references that have their value in the call itself.
const REFERENCE_TYPES: &[&str] = &["URL", "STRING", "NUMBER", "DATE", "EMAIL"];

impl Operation for StartTaskContact {
    const ROUTE: Route = Route::put("/contact/task");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "PreviousContactId",
        "ContactFlowId",
        "ScheduledTime",
        "QuickConnectId",
        "RelatedContactId",
    ];
    type Input = StartTask;

    fn parse(members: &Members<'_>) -> Parsed<StartTask> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&["TaskTemplateId", "SegmentAttributes", "Attachments"])?;
        let flow = ids.optional(&body, "ContactFlowId")?;
        let quick_connect = ids.optional(&body, "QuickConnectId")?;
        let destination = match (flow, quick_connect) {
            (Some(flow), None) => Destination::Flow(flow),
            (None, Some(quick_connect)) => Destination::QuickConnect(quick_connect),
            _ => {
                return Err(Refusal::invalid(
                    "either `ContactFlowId` or `QuickConnectId` must say where the task goes",
                ));
            }
        };
        let task = StartTask {
            destination,
            name: body.text("Name", 1..=512)?.into(),
            description: body.optional_text("Description", 0..=4096)?.map(Into::into),
            references: parse_references(&body)?,
            attributes: parse_attributes(&body)?,
            scheduled_at: body.optional_time("ScheduledTime")?,
            previous: optional_contact(&ids, &body, "PreviousContactId")?,
            related: optional_contact(&ids, &body, "RelatedContactId")?,
            client_token: body.optional_text("ClientToken", 1..=500)?,
        };
        Ok((Target::Instance(ids.instance), task))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, task: StartTask) -> Answer {
        let contact = context.app.start_task(context.call, permit, task).await?;
        Ok(json!({"ContactId": contact}))
    }

    fn code(error: &AppError) -> Code {
        quota_code(error)
    }
}

fn parse_references(body: &Object<'_>) -> Result<BTreeMap<String, Reference>, Refusal> {
    body.object_map("References")?
        .into_iter()
        .map(|(name, reference)| {
            reference.refuse(&["Status", "Arn", "StatusReason"])?;
            let kind = reference.text("Type", 1..=50)?;
            if !REFERENCE_TYPES.contains(&kind.as_str()) {
                return Err(reference.invalid("Type", "is not supported"));
            }
            let value = reference.text("Value", 0..=4096)?.into();
            Ok((name.to_owned(), Reference { kind, value }))
        })
        .collect()
}
