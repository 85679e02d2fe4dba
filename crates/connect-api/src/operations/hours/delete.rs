//! `DeleteHoursOfOperation`.

use app::action::DeleteHoursOfOperation;
use model::HoursId;

use crate::operations::prelude::*;

impl Operation for DeleteHoursOfOperation {
    const ROUTE: Route = Route::delete("/hours-of-operations/{InstanceId}/{HoursOfOperationId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "HoursOfOperationId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<HoursId>("HoursOfOperationId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
