//! `ReleasePhoneNumber`.

use app::action::ReleasePhoneNumber;

use crate::operations::prelude::*;

impl Operation for ReleasePhoneNumber {
    const ROUTE: Route = Route::delete("/phone-number/{PhoneNumberId}");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.phone_number()?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
