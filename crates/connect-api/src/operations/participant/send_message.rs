//! `SendMessage`. Acknowledged, the message is durable.

use app::action::SendMessage;
use model::transcript::ItemContent;

use super::{CLIENT_TOKEN_CHARS, CONTENT_CHARS, CONTENT_TYPE_CHARS};
use crate::operations::prelude::*;

impl Operation for SendMessage {
    const ROUTE: Route = Route::post("/participant/message");
    const CLEAR: &'static [&'static str] = &["ContentType"];
    type Input = (ItemContent, Option<String>);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let content = ItemContent::Message {
            content_type: body.text("ContentType", CONTENT_TYPE_CHARS)?,
            text: body.text("Content", CONTENT_CHARS)?.into(),
        };
        let client_token = body.optional_text("ClientToken", CLIENT_TOKEN_CHARS)?;
        Ok((members.own_contact()?, (content, client_token)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (content, client_token): Self::Input,
    ) -> Answer {
        let said = context
            .app
            .say(context.call, permit, content, client_token.as_deref())
            .await?;
        Ok(json!({"Id": said.item, "AbsoluteTime": said.at.to_string()}))
    }
}
