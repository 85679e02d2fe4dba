//! `CreatePrompt`. There is no S3 here: the audio is uploaded to us first, see [`super::upload_audio`].

use app::action::CreatePrompt;
use app::config::NewResource;
use model::resource::Prompt;

use super::{PROMPT_DESCRIPTION_CHARS, audio_of, named};
use crate::operations::prelude::*;

impl Operation for CreatePrompt {
    const ROUTE: Route = Route::put("/prompts/{InstanceId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "Name", "Description", "S3Uri", "Tags"];
    type Input = NewResource<Prompt>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let (instance, body) = (members.instance()?, members.body());
        let new = NewResource {
            name: body.text("Name", NAME_CHARS)?,
            tags: body.tags("Tags")?,
            body: Prompt {
                description: body.optional_text("Description", PROMPT_DESCRIPTION_CHARS)?,
                audio: audio_of(instance, &body.text("S3Uri", 1..=2000)?)?,
            },
            client_token: None,
        };
        Ok((Target::Instance(instance), new))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, new: Self::Input) -> Answer {
        let created = context.app.create_prompt(context.call, permit, new).await?;
        Ok(named(&context.scope(created.instance)?, &created))
    }
}
