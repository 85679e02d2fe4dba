//! Recorded prompts, uploaded and then heard by callers.

use std::sync::Arc;

use app::action::{
    CreateContactFlow, CreateInstance, CreatePrompt, DeletePrompt, UpdatePrompt, UploadPromptAudio,
};
use app::config::prompts::PromptChange;
use app::{App, AppError, Target};
use bytes::Bytes;
use model::resource::{FlowDefinition, FlowState, FlowStatus, FlowType, Prompt};
use model::{AttachmentId, InstanceId, Resource, ResourceKind};
use serde_json::json;

use crate::center::{Center, FAREWELL, block, claim, new_resource, system_call};
use crate::phone::{Keys, Phone};
use crate::sound::tone;

/// What recordings sound like.
const FIRST: u32 = 700;
const SECOND: u32 = 900;

/// A second of a tone as a WAV file of 16 kHz.
fn wav(hertz: u32) -> Bytes {
    // At twice the rate half the pitch is the same tone.
    let samples = tone(hertz / 2, 16_000);
    let length = u32::try_from(samples.len() * 2).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(16_000_u32.to_le_bytes());
    file.extend(32_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    Bytes::from(file)
}

async fn upload(app: &App, instance: InstanceId, file: Bytes) -> Result<AttachmentId, AppError> {
    let call = system_call("UploadPromptAudio");
    let permit = app.authorize::<UploadPromptAudio>(&call, Target::Instance(instance))?;
    app.upload_prompt_audio(&call, permit, file).await
}

async fn create_prompt(
    app: &App,
    instance: InstanceId,
    name: &str,
    audio: AttachmentId,
) -> Result<Arc<Resource>, AppError> {
    let call = system_call("CreatePrompt");
    let permit = app.authorize::<CreatePrompt>(&call, Target::Instance(instance))?;
    let prompt = Prompt {
        description: None,
        audio,
    };
    app.create_prompt(&call, permit, new_resource(name, prompt))
        .await
}

async fn other_instance(app: &App) -> InstanceId {
    let call = system_call("CreateInstance");
    let permit = app.authorize::<CreateInstance>(&call, Target::Account);
    let created = app.create_instance(&call, permit.unwrap(), "other").await;
    created.unwrap().scope.instance
}

/// A number whose flow plays this prompt; where that fails, it says farewell.
async fn number_that_plays(center: &Center, number: &str, prompt: &str) {
    let content = json!({
        "Version": "2019-10-30",
        "StartAction": "play",
        "Actions": [
            {"Identifier": "play", "Type": "MessageParticipant", "Parameters": {"PromptId": prompt},
             "Transitions": {"NextAction": "end",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "farewell"}]}},
            block("farewell", "MessageParticipant", &json!({"Text": FAREWELL.to_string()}), "end"),
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    let flow = FlowDefinition {
        kind: FlowType::ContactFlow,
        description: None,
        state: FlowState::Active,
        status: FlowStatus::Published,
        content: content.to_string(),
    };
    let target = Target::Instance(center.instance);
    let call = system_call("CreateContactFlow");
    let permit = center.app.authorize::<CreateContactFlow>(&call, target);
    let new = new_resource(&format!("Flow of {number}"), flow);
    let flow = center.app.create(&call, permit.unwrap(), new).await;
    let flow = flow.unwrap().id.into();
    claim(&center.app, center.instance, number, Some(flow)).await;
}

async fn hears(center: &Center, number: &str, hertz: u32) {
    let mut phone = Phone::new(center.sip).await;
    phone.call_with(number, Keys::Events);
    phone
        .until("the recording is heard", |phone| phone.hears(hertz))
        .await;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_hears_the_recording_that_a_prompt_has_now() {
    let center = Center::start().await;
    let (app, instance) = (&center.app, center.instance);
    let audio = upload(app, instance, wav(FIRST)).await.unwrap();
    let prompt = create_prompt(app, instance, "Welcome", audio)
        .await
        .unwrap();
    let scope = app.scope(instance).unwrap();
    let arn = scope.resource_arn(ResourceKind::Prompt, prompt.id);
    number_that_plays(&center, "+493011111", &arn.to_string()).await;
    number_that_plays(&center, "+493022222", &prompt.id.to_string()).await;
    number_that_plays(&center, "+493033333", "welcome").await;
    for number in ["+493011111", "+493022222", "+493033333"] {
        hears(&center, number, FIRST).await;
    }

    let target = Target::Resource(instance, ResourceKind::Prompt, prompt.id);
    let call = system_call("UpdatePrompt");
    let permit = app.authorize::<UpdatePrompt>(&call, target).unwrap();
    let change = PromptChange {
        audio: Some(upload(app, instance, wav(SECOND)).await.unwrap()),
        ..PromptChange::default()
    };
    app.update_prompt(&call, permit, change).await.unwrap();
    hears(&center, "+493011111", SECOND).await;

    let call = system_call("DeletePrompt");
    let permit = app.authorize::<DeletePrompt>(&call, target).unwrap();
    app.delete(&call, permit).await.unwrap();
    hears(&center, "+493011111", FAREWELL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_instance_recorded_is_not_heard() {
    let center = Center::start().await;
    let app = &center.app;
    let other = other_instance(app).await;
    let audio = upload(app, other, wav(FIRST)).await.unwrap();
    let prompt = create_prompt(app, other, "Welcome", audio).await.unwrap();
    let scope = app.scope(other).unwrap();
    let arn = scope.resource_arn(ResourceKind::Prompt, prompt.id);
    for (number, name) in [
        ("+493011111", arn.to_string()),
        ("+493022222", prompt.id.to_string()),
        ("+493033333", "Welcome".to_owned()),
    ] {
        assert!(app.recording(other, &name).is_some(), "{name}");
        assert!(app.recording(center.instance, &name).is_none(), "{name}");
        number_that_plays(&center, number, &name).await;
    }
    hears(&center, "+493011111", FAREWELL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_belongs_to_one_prompt_of_its_own_instance_and_goes_with_it() {
    let center = Center::start().await;
    let (app, instance) = (&center.app, center.instance);
    let other = other_instance(app).await;
    let audio = upload(app, instance, wav(FIRST)).await.unwrap();
    let is_invalid = |result: Result<Arc<Resource>, AppError>| {
        assert!(matches!(result, Err(AppError::Invalid(_))), "{result:?}");
    };
    is_invalid(create_prompt(app, other, "Stolen", audio).await);
    is_invalid(create_prompt(app, instance, "Made up", AttachmentId::from_u128(1)).await);
    let prompt = create_prompt(app, instance, "Welcome", audio)
        .await
        .unwrap();
    is_invalid(create_prompt(app, instance, "Twice", audio).await);

    let recording = app.recording(instance, "Welcome").unwrap();
    let heard = app.recorded_audio(recording).await.unwrap();
    assert!(heard.len().abs_diff(8000) <= 1);
    let target = Target::Resource(instance, ResourceKind::Prompt, prompt.id);
    let call = system_call("DeletePrompt");
    let permit = app.authorize::<DeletePrompt>(&call, target).unwrap();
    app.delete(&call, permit).await.unwrap();
    assert_eq!(app.recording(instance, "Welcome"), None);
    let gone = app.recorded_audio(recording).await;
    assert_eq!(gone, Err(AppError::NotFound { what: "attachment" }));
    is_invalid(create_prompt(app, instance, "Again", audio).await);

    let refused = upload(app, instance, Bytes::from_static(b"OggS")).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
}
