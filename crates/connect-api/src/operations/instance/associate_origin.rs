//! `AssociateApprovedOrigin`.

use app::action::AssociateApprovedOrigin;

use super::origin;
use crate::operations::prelude::*;

impl Operation for AssociateApprovedOrigin {
    const ROUTE: Route = Route::put("/instance/{InstanceId}/approved-origin");
    const CLEAR: &'static [&'static str] = &["InstanceId", "Origin"];
    type Input = String;

    fn parse(members: &Members<'_>) -> Parsed<String> {
        let text = members
            .body()
            .text("Origin", 1..=origin::ORIGIN_CHARS_MAX)?;
        Ok((members.in_instance()?, origin::parse(&text)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, origin: String) -> Answer {
        let app = context.app;
        app.approve_origin(context.call, permit, origin).await?;
        Ok(Value::Null)
    }

    fn code(error: &AppError) -> Code {
        match error {
            AppError::LimitExceeded(_) => Code::ServiceQuotaExceeded,
            other => connect_code(other),
        }
    }
}
