//! Hearing recordings: their channels as samples, their files as bytes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::action::ListenRecording;
use app::recordings::Playback;
use app::{App, AppError, Call, Principal, Target};
use media::recording::{Mark, MarkKind};
use model::{
    ContactId, InstanceId, LoginSessionId, RecordingState, RequestId, ResourceKind, UserId,
};

use crate::center::PATIENCE;
use crate::sound::{WINDOW, is_tone};

/// A recording that was played to its end.
pub(crate) struct Heard {
    pub(crate) recording: model::Recording,
    pub(crate) left: Vec<i16>,
    pub(crate) right: Vec<i16>,
    pub(crate) marks: Vec<Mark>,
}

/// An administrator, who may hear recordings.
pub(crate) fn listener(app: &App, instance: InstanceId) -> Arc<Call> {
    let profile = app
        .resource_by_name(instance, ResourceKind::SecurityProfile, "Admin")
        .unwrap();
    let principal = Principal::User {
        instance,
        user: UserId::from_u128(77),
        username: "boss".to_owned(),
        profiles: [profile.id.into()].into(),
        session: LoginSessionId::from_u128(7),
        second_factor: true,
    };
    let request = RequestId::from_u128(9);
    Arc::new(Call::new(
        principal,
        request,
        "ringfence",
        "ListenRecording",
    ))
}

pub(crate) async fn recordings(
    app: &App,
    instance: InstanceId,
    contact: ContactId,
) -> Vec<model::Recording> {
    let call = listener(app, instance);
    let target = Target::Contact(instance, contact);
    let permit = app.authorize::<ListenRecording>(&call, target).unwrap();
    app.list_recordings(&call, permit).await.unwrap()
}

/// Waits until all recordings of a contact have ended.
pub(crate) async fn ended(
    app: &App,
    instance: InstanceId,
    contact: ContactId,
) -> Vec<model::Recording> {
    let all = async {
        loop {
            let found = recordings(app, instance, contact).await;
            if !found.is_empty() && found.iter().all(|one| one.state != RecordingState::Open) {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap()
}

pub(crate) async fn playback(
    app: &App,
    instance: InstanceId,
    recording: &model::Recording,
) -> Result<Playback, AppError> {
    let call = listener(app, instance);
    let target = Target::Contact(instance, recording.contact);
    let permit = app.authorize::<ListenRecording>(&call, target).unwrap();
    let overview = app.listen_to_recording(&call, permit, recording.id).await?;
    app.play_recording(overview.grant.grant.expose()).await
}

pub(crate) async fn bytes_of(mut playback: Playback) -> Result<Vec<u8>, AppError> {
    let mut file = Vec::new();
    while let Some(piece) = playback.next().await? {
        file.extend(piece);
    }
    Ok(file)
}

pub(crate) async fn hear(app: &App, instance: InstanceId, recording: &model::Recording) -> Heard {
    let call = listener(app, instance);
    let target = Target::Contact(instance, recording.contact);
    let permit = app.authorize::<ListenRecording>(&call, target).unwrap();
    let overview = app
        .listen_to_recording(&call, permit, recording.id)
        .await
        .unwrap();
    let played = playback(app, instance, recording).await.unwrap();
    let length = played.file_bytes();
    let file = bytes_of(played).await.unwrap();
    assert_eq!(file.len() as u64, length);
    assert_eq!(&file[..4], b"RIFF");
    let samples: Vec<i16> = file[58..]
        .as_chunks::<2>()
        .0
        .iter()
        .map(|s| i16::from_le_bytes(*s))
        .collect();
    let (left, right) = samples
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[l, r]| (*l, *r))
        .unzip();
    Heard {
        recording: recording.clone(),
        left,
        right,
        marks: overview.marks,
    }
}

impl Heard {
    /// What happened, without the times.
    pub(crate) fn kinds(&self) -> Vec<MarkKind> {
        self.marks.iter().map(|mark| mark.kind).collect()
    }
}

/// Whether this tone is somewhere in it.
pub(crate) fn holds(samples: &[i16], hertz: u32) -> bool {
    (WINDOW..=samples.len())
        .step_by(WINDOW / 8)
        .any(|end| is_tone(&samples[..end], hertz))
}

pub(crate) fn is_silent(samples: &[i16]) -> bool {
    samples.iter().all(|sample| sample.unsigned_abs() < 16)
}

/// The places of chunks in a sealed file, each with its length in front.
pub(crate) fn chunk_places(sealed: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut places = Vec::new();
    let mut at = 20;
    while let Some(length) = sealed.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) & 0x7FFF_FFFF;
        let end = at + 4 + length as usize + 16;
        places.push(at..end);
        at = end;
    }
    assert_eq!(at, sealed.len());
    places
}

/// Whether anything of the key 1 is in it: its higher tone is nobody else's.
pub(crate) fn has_key(samples: &[i16]) -> bool {
    (0..samples.len() / 400).any(|at| {
        let window = &samples[at * 400..(at + 1) * 400];
        let step = std::f64::consts::TAU * 1209.0 / 8000.0;
        let (mut before, mut last) = (0.0, 0.0);
        for sample in window {
            let next = f64::from(*sample) + 2.0 * step.cos() * last - before;
            before = last;
            last = next;
        }
        let power = last * last + before * before - 2.0 * step.cos() * last * before;
        power > 400.0 * 400.0 * 300.0 * 300.0 / 4.0
    })
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

pub(crate) fn copy_all(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, &target).unwrap();
    }
}
