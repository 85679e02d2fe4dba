//! `StartAttachmentUpload`: where one file may be put, for five minutes.

use app::action::StartAttachmentUpload;
use app::chat::NewAttachment;

use super::CLIENT_TOKEN_CHARS;
use crate::operations::prelude::*;

impl Operation for StartAttachmentUpload {
    const ROUTE: Route = Route::post("/participant/start-attachment-upload");
    const CLEAR: &'static [&'static str] = &["ContentType", "AttachmentSizeInBytes"];
    type Input = NewAttachment;

    fn parse(members: &Members<'_>) -> Parsed<NewAttachment> {
        let body = members.body();
        // Each call grants an upload of its own; one that is not used leaves nothing behind.
        body.text("ClientToken", CLIENT_TOKEN_CHARS)?;
        let new = NewAttachment {
            name: body.text("AttachmentName", 1..=256)?.into(),
            content_type: body.text("ContentType", 1..=255)?,
            size_bytes: body.number("AttachmentSizeInBytes", 1..=i64::MAX)?,
        };
        Ok((members.own_contact()?, new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: NewAttachment) -> Answer {
        let content_type = new.content_type.clone();
        let granted = context
            .app
            .start_attachment(context.call, permit, new)
            .await?;
        Ok(json!({
            "AttachmentId": granted.attachment,
            "UploadMetadata": {
                "Url": context.settings.upload_url(granted.grant.expose()),
                "UrlExpiry": granted.expires_at.to_string(),
                "HeadersToInclude": {"Content-Type": content_type},
            },
        }))
    }
}
