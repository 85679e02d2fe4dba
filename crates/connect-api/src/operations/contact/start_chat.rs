//! `StartChatContact`.

use std::collections::BTreeMap;

use app::action::StartChatContact;
use app::contact::StartChat;

use super::{optional_contact, parse_attributes};
use crate::operations::prelude::*;

impl Operation for StartChatContact {
    const ROUTE: Route = Route::put("/contact/chat");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "ContactFlowId",
        "InitialMessage.ContentType",
        "ChatDurationInMinutes",
        "SupportedMessagingContentTypes",
        "RelatedContactId",
    ];
    type Input = StartChat;

    fn parse(members: &Members<'_>) -> Parsed<StartChat> {
        let (ids, body) = (members.ids()?, members.body());
        body.refuse(&[
            "ParticipantConfiguration",
            "PersistentChat",
            "DisconnectOnCustomerExit",
            "ConnectionTypes",
            "ChatStreamingConfiguration",
        ])?;
        let initial_message = match body.optional_object("InitialMessage")? {
            None => None,
            Some(message) => Some((
                message.text("ContentType", 1..=100)?,
                message.text("Content", 1..=16_384)?.into(),
            )),
        };
        let chat = StartChat {
            flow: ids.member(&body, "ContactFlowId")?,
            display_name: body
                .object("ParticipantDetails")?
                .text("DisplayName", 1..=256)?
                .into(),
            attributes: parse_attributes(&body)?,
            initial_message,
            supported_content_types: body.texts(
                "SupportedMessagingContentTypes",
                0..=50,
                1..=100,
            )?,
            duration_min: body.optional_number("ChatDurationInMinutes", 60..=10_080)?,
            segment_attributes: parse_segment_attributes(&body)?,
            customer_id: body.optional_text("CustomerId", 1..=128)?.map(Into::into),
            related: optional_contact(&ids, &body, "RelatedContactId")?,
            client_token: body.optional_text("ClientToken", 1..=500)?,
        };
        Ok((Target::Instance(ids.instance), chat))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, chat: StartChat) -> Answer {
        let started = context
            .app
            .start_contact(context.call, permit, chat)
            .await?;
        Ok(json!({
            "ContactId": started.contact,
            "ParticipantId": started.participant,
            "ParticipantToken": started.token.expose(),
        }))
    }
}

/// Only texts: flows know no other values.
fn parse_segment_attributes(body: &Object<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    body.object_map("SegmentAttributes")?
        .into_iter()
        .map(|(name, value)| {
            value.refuse(&["ValueMap", "ValueInteger", "ValueList", "ValueArn"])?;
            Ok((name.to_owned(), value.text("ValueString", 0..=1024)?))
        })
        .collect()
}
