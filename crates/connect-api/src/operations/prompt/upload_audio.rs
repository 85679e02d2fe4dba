//! `UploadPromptAudio`, an operation of our own: takes a WAV file where Amazon Connect reads it from S3.
//!
//! The body is the file; the answer's `S3Uri` names it in `CreatePrompt` and `UpdatePrompt` for an hour.

use app::action::UploadPromptAudio;
use app::config::prompts::PROMPT_BYTES_MAX;
use bytes::Bytes;

use super::s3_uri;
use crate::operation::RequestBody;
use crate::operations::prelude::*;

impl Operation for UploadPromptAudio {
    const ROUTE: Route = Route::put("/ringfence/instances/{InstanceId}/prompt-audio");
    const CLEAR: &'static [&'static str] = &["InstanceId"];
    const BODY: RequestBody = RequestBody::File {
        bytes_max: PROMPT_BYTES_MAX,
    };
    type Input = Bytes;

    fn parse(members: &Members<'_>) -> Parsed<Bytes> {
        Ok((members.in_instance()?, members.file.clone()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, file: Bytes) -> Answer {
        let instance = permit.target().instance();
        let instance = instance.ok_or(AppError::NotFound { what: "instance" })?;
        let app = context.app;
        let audio = app.upload_prompt_audio(context.call, permit, file).await?;
        Ok(json!({"S3Uri": s3_uri(instance, audio)}))
    }
}
