//! `UntagResource`.

use app::action::UntagResource;
use model::TAGS_MAX;

use crate::operations::prelude::*;

impl Operation for UntagResource {
    const ROUTE: Route = Route::delete("/tags/{resourceArn}");
    const CLEAR: &'static [&'static str] = &["resourceArn", "tagKeys"];
    type Input = Vec<String>;

    fn parse(members: &Members<'_>) -> Parsed<Vec<String>> {
        let keys: Vec<String> = members.query_texts("tagKeys").map(str::to_owned).collect();
        if !(1..=TAGS_MAX).contains(&keys.len()) {
            return Err(Refusal::invalid("`tagKeys` must hold 1 to 50 keys"));
        }
        Ok((members.arn("resourceArn")?, keys))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, keys: Vec<String>) -> Answer {
        context.app.untag(context.call, permit, keys).await?;
        Ok(Value::Null)
    }
}
