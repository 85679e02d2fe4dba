//! `TagResource`.

use app::action::TagResource;
use model::Tags;

use crate::operations::prelude::*;

impl Operation for TagResource {
    const ROUTE: Route = Route::post("/tags/{resourceArn}");
    const CLEAR: &'static [&'static str] = &["resourceArn", "tags"];
    type Input = Tags;

    fn parse(members: &Members<'_>) -> Parsed<Tags> {
        let body = members.body();
        let tags = body.tags("tags")?;
        if tags.is_empty() {
            return Err(body.invalid("tags", "must hold at least one tag"));
        }
        Ok((members.arn("resourceArn")?, tags))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, tags: Tags) -> Answer {
        context.app.tag(context.call, permit, tags).await?;
        Ok(Value::Null)
    }
}
