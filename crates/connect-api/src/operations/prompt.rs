//! Recorded prompts.

mod create;
mod delete;
mod describe;
mod file;
mod list;
mod update;
mod upload_audio;

use model::resource::Prompt;
use model::{AttachmentId, InstanceId, InstanceScope, ResourceKind};

use super::prelude::*;

/// The file ending of audio.
const SUFFIX: &str = ".wav";

/// Descriptions of prompts, characters.
const PROMPT_DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 1..=250;

/// The address under which a file that was uploaded is named in `S3Uri`. Nothing can be fetched there.
fn s3_uri(instance: InstanceId, audio: AttachmentId) -> String {
    format!("s3://ringfence-{instance}/prompt-audio/{audio}{SUFFIX}")
}

/// The file that an `S3Uri` of this instance names.
fn audio_of(instance: InstanceId, uri: &str) -> Result<AttachmentId, Refusal> {
    let id = uri
        .strip_suffix(SUFFIX)
        .and_then(|uri| uri.rsplit_once('/'))
        .and_then(|(_, id)| id.parse().ok())
        .filter(|id| s3_uri(instance, *id) == uri);
    id.ok_or_else(|| {
        Refusal::invalid(format!(
            "`S3Uri` must be one that `PUT /ringfence/instances/{instance}/prompt-audio` gave for a WAV file"
        ))
    })
}

/// ARN and id, as `CreatePrompt` and `UpdatePrompt` answer.
fn named(scope: &InstanceScope, prompt: &Resource) -> Value {
    json!({
        "PromptARN": scope.resource_arn(ResourceKind::Prompt, prompt.id).to_string(),
        "PromptId": prompt.id,
    })
}

/// The structure `Prompt`.
fn shown(scope: &InstanceScope, prompt: &Resource) -> Result<Value, AppError> {
    let recorded: &Prompt = body(prompt)?;
    Ok(json!({
        "PromptARN": scope.resource_arn(ResourceKind::Prompt, prompt.id).to_string(),
        "PromptId": prompt.id,
        "Name": prompt.name,
        "Description": recorded.description,
        "Tags": prompt.tags,
        "LastModifiedTime": prompt.modified_at.as_secs_f64(),
        "LastModifiedRegion": scope.region,
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_uploaded_file_is_named_for_its_own_instance_alone() {
        let (one, other) = (InstanceId::from_u128(1), InstanceId::from_u128(2));
        let audio = AttachmentId::from_u128(7);
        let uri = s3_uri(one, audio);
        assert_eq!(audio_of(one, &uri).unwrap(), audio);
        assert!(audio_of(other, &uri).is_err());
        for wrong in [
            "",
            "s3://bucket/a.wav",
            ".wav",
            &uri.to_uppercase(),
            &format!("{uri}.wav"),
            &uri.replace("/prompt-audio/", "/prompt-audio/../prompt-audio/"),
        ] {
            assert!(audio_of(one, wrong).is_err(), "{wrong}");
        }
    }
}
