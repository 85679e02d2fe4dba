//! `DescribeContact`.

use app::action::DescribeContact;

use super::record;
use crate::operations::prelude::*;

impl Operation for DescribeContact {
    const ROUTE: Route = Route::get("/contacts/{InstanceId}/{ContactId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "ContactId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.contact_label("ContactId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let instance = permit
            .target()
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        let scope = context.scope(instance)?;
        let (contact, recordings) = context.app.contact(context.call, permit).await?;
        Ok(json!({"Contact": record::write(&scope, &contact, &recordings)}))
    }
}
