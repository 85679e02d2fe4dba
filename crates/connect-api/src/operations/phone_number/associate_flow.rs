//! `AssociatePhoneNumberContactFlow`.

use app::action::AssociatePhoneNumberContactFlow;
use model::resource::PhoneNumber;
use model::{FlowId, PhoneNumberId};

use crate::operations::prelude::*;

impl Operation for AssociatePhoneNumberContactFlow {
    const ROUTE: Route = Route::put("/phone-number/{PhoneNumberId}/contact-flow");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId", "InstanceId", "ContactFlowId"];
    type Input = FlowId;

    fn parse(members: &Members<'_>) -> Parsed<FlowId> {
        let flow = members.ids()?.member(&members.body(), "ContactFlowId")?;
        Ok((members.resource::<PhoneNumberId>("PhoneNumberId")?, flow))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, flow: FlowId) -> Answer {
        context
            .app
            .update::<Self, PhoneNumber>(context.call, permit, move |draft| {
                draft.body.flow = Some(flow);
                Ok(())
            })
            .await?;
        Ok(Value::Null)
    }
}
