//! `DescribePrompt`.

use app::action::DescribePrompt;
use model::PromptId;
use model::resource::Prompt;

use super::shown;
use crate::operations::prelude::*;

impl Operation for DescribePrompt {
    const ROUTE: Route = Route::get("/prompts/{InstanceId}/{PromptId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "PromptId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<PromptId>("PromptId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let prompt = context.app.describe::<Self, Prompt>(&permit)?;
        Ok(json!({"Prompt": shown(&context.scope(prompt.instance)?, &prompt)?}))
    }
}
