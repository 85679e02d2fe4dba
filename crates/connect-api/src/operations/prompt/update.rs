//! `UpdatePrompt`.

use app::action::UpdatePrompt;
use app::config::prompts::PromptChange;
use model::PromptId;

use super::{PROMPT_DESCRIPTION_CHARS, audio_of, named};
use crate::operations::prelude::*;

impl Operation for UpdatePrompt {
    const ROUTE: Route = Route::post("/prompts/{InstanceId}/{PromptId}");
    const CLEAR: &'static [&'static str] =
        &["InstanceId", "PromptId", "Name", "Description", "S3Uri"];
    type Input = PromptChange;

    fn parse(members: &Members<'_>) -> Parsed<PromptChange> {
        let (instance, body) = (members.instance()?, members.body());
        let audio = body.optional_text("S3Uri", 1..=2000)?;
        let change = PromptChange {
            name: body.optional_text("Name", NAME_CHARS)?,
            description: body.optional_text("Description", PROMPT_DESCRIPTION_CHARS)?,
            audio: audio.map(|uri| audio_of(instance, &uri)).transpose()?,
        };
        Ok((members.resource::<PromptId>("PromptId")?, change))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, change: PromptChange) -> Answer {
        let app = context.app;
        let changed = app.update_prompt(context.call, permit, change).await?;
        Ok(named(&context.scope(changed.instance)?, &changed))
    }
}
