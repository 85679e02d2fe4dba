//! `CompleteAttachmentUpload`: the file is scanned and, where clean, stands in the chat.

use app::action::CompleteAttachmentUpload;
use model::AttachmentId;

use super::CLIENT_TOKEN_CHARS;
use crate::operations::prelude::*;

impl Operation for CompleteAttachmentUpload {
    const ROUTE: Route = Route::post("/participant/complete-attachment-upload");
    const CLEAR: &'static [&'static str] = &["AttachmentIds"];
    type Input = (Vec<AttachmentId>, String);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        let ids = body
            .texts("AttachmentIds", 1..=1, 1..=256)?
            .iter()
            .map(|id| id.parse())
            .collect::<Result<_, _>>()
            .map_err(|_| body.invalid("AttachmentIds", "holds something that is not an id"))?;
        let client_token = body.text("ClientToken", CLIENT_TOKEN_CHARS)?;
        Ok((members.own_contact()?, (ids, client_token)))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (ids, client_token): Self::Input,
    ) -> Answer {
        context
            .app
            .complete_attachments(context.call, permit, ids, Some(&client_token))
            .await?;
        Ok(Value::Null)
    }
}
