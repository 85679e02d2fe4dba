//! `GetPromptFile`: where the recording can be fetched, for five minutes.

use app::action::GetPromptFile;
use model::PromptId;

use crate::operations::prelude::*;

impl Operation for GetPromptFile {
    const ROUTE: Route = Route::get("/prompts/{InstanceId}/{PromptId}/file");
    const CLEAR: &'static [&'static str] = &["InstanceId", "PromptId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.resource::<PromptId>("PromptId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let (prompt, grant) = context.app.prompt_file(&permit)?;
        let scope = context.scope(prompt.instance)?;
        Ok(json!({
            "PromptPresignedUrl": context.settings.download_url(grant.expose()),
            "LastModifiedTime": prompt.modified_at.as_secs_f64(),
            "LastModifiedRegion": scope.region,
        }))
    }
}
