//! `DisassociatePhoneNumberContactFlow`.

use app::action::DisassociatePhoneNumberContactFlow;
use model::resource::PhoneNumber;

use crate::operations::prelude::*;

impl Operation for DisassociatePhoneNumberContactFlow {
    const ROUTE: Route = Route::delete("/phone-number/{PhoneNumberId}/contact-flow");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId", "instanceId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.phone_number_by_query()?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context
            .app
            .update::<Self, PhoneNumber>(context.call, permit, |draft| {
                draft.body.flow = None;
                Ok(())
            })
            .await?;
        Ok(Value::Null)
    }
}
