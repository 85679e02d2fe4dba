//! `DisassociateApprovedOrigin`.

use app::action::DisassociateApprovedOrigin;

use super::origin;
use crate::operations::prelude::*;

impl Operation for DisassociateApprovedOrigin {
    const ROUTE: Route = Route::delete("/instance/{InstanceId}/approved-origin");
    const CLEAR: &'static [&'static str] = &["InstanceId", "origin"];
    type Input = String;

    fn parse(members: &Members<'_>) -> Parsed<String> {
        let text = members.query_text("origin")?;
        let text = text.ok_or_else(|| Refusal::invalid("`Origin` is missing"))?;
        Ok((members.in_instance()?, origin::parse(text)?))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, origin: String) -> Answer {
        let app = context.app;
        app.disapprove_origin(context.call, permit, origin).await?;
        Ok(Value::Null)
    }
}
