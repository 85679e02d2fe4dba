//! `DeletePrompt`.

use app::action::DeletePrompt;
use model::PromptId;

use crate::operations::prelude::*;

impl Operation for DeletePrompt {
    const ROUTE: Route = Route::delete("/prompts/{InstanceId}/{PromptId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "PromptId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<PromptId>("PromptId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        context.app.delete(context.call, permit).await?;
        Ok(Value::Null)
    }
}
