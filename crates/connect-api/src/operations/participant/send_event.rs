//! `SendEvent`: typing, receipts, and the acknowledgement of a connection.

use app::action::SendEvent;

use super::{CLIENT_TOKEN_CHARS, CONTENT_CHARS, CONTENT_TYPE_CHARS};
use crate::operations::prelude::*;

/// Type, content and client token.
pub(crate) struct Event {
    content_type: String,
    content: Option<String>,
    client_token: Option<String>,
}

impl Operation for SendEvent {
    const ROUTE: Route = Route::post("/participant/event");
    const CLEAR: &'static [&'static str] = &["ContentType"];
    type Input = Event;

    fn parse(members: &Members<'_>) -> Parsed<Event> {
        let body = members.body();
        let event = Event {
            content_type: body.text("ContentType", CONTENT_TYPE_CHARS)?,
            content: body.optional_text("Content", CONTENT_CHARS)?,
            client_token: body.optional_text("ClientToken", CLIENT_TOKEN_CHARS)?,
        };
        Ok((members.own_contact()?, event))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, event: Event) -> Answer {
        let said = context
            .app
            .send_event(
                context.call,
                permit,
                &event.content_type,
                event.content.as_deref(),
                event.client_token.as_deref(),
            )
            .await?;
        Ok(json!({"Id": said.item, "AbsoluteTime": said.at.to_string()}))
    }
}
