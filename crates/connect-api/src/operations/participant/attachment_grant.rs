//! `GetAttachment`: where one file can be fetched, for five minutes. It is always served for download,
//! never inline.

use app::action::GetAttachment;
use model::AttachmentId;

use crate::operations::prelude::*;

impl Operation for GetAttachment {
    const ROUTE: Route = Route::post("/participant/attachment");
    const CLEAR: &'static [&'static str] = &[
        "AttachmentId",
        "UrlExpiryInSeconds",
        "UrlContentDisposition",
    ];
    type Input = AttachmentId;

    fn parse(members: &Members<'_>) -> Parsed<AttachmentId> {
        let body = members.body();
        body.optional_number::<u32>("UrlExpiryInSeconds", 5..=300)?;
        let id = body
            .text("AttachmentId", 1..=256)?
            .parse()
            .map_err(|_| body.invalid("AttachmentId", "is not an id"))?;
        Ok((members.own_contact()?, id))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, id: AttachmentId) -> Answer {
        let granted = context
            .app
            .attachment_grant(context.call, permit, id)
            .await?;
        Ok(json!({
            "Url": context.settings.download_url(granted.grant.expose()),
            "UrlExpiry": granted.expires_at.to_string(),
            "AttachmentSizeInBytes": granted.size_bytes,
        }))
    }
}
