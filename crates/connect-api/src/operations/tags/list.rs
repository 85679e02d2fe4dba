//! `ListTagsForResource`.

use app::action::ListTagsForResource;

use crate::operations::prelude::*;

impl Operation for ListTagsForResource {
    const ROUTE: Route = Route::get("/tags/{resourceArn}");
    const CLEAR: &'static [&'static str] = &["resourceArn"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.arn("resourceArn")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        Ok(json!({"tags": context.app.tags(&permit)?}))
    }
}
