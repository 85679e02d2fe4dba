//! What recordings hold: the right tones on the right sides, silence while keys are entered, nothing in
//! clear on the disk, and everything up to the last second after a crash.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::App;
use app::action::{HoldContact, ListenRecording, PauseRecording};
use app::recordings::Playback;
use app::{AppError, Call, Principal, Target};
use media::recording::MarkKind;
use model::{
    ContactId, InstanceId, LoginSessionId, RecordingPart, RecordingState, RequestId, ResourceKind,
    UserId,
};

use crate::agents::{Browser, accept, own_call};
use crate::center::{
    Center, GREETING, MUSIC, NUMBER, PATIENCE, QUESTION, Recording, config, records, start_app,
};
use crate::flows::{call_up_to_the_question, wait_for_records};
use crate::phone::{Keys, Phone};
use crate::sound::{WINDOW, is_tone};

const BOTH: &[&str] = &["Agent", "Customer"];
/// What the parties hum.
const CALLER: u32 = 700;
const AGENT: u32 = 1500;
/// The recording notice.
const NOTICE: u32 = 520;
/// Samples of a second.
const SECOND: usize = 8000;

/// A recording that was played to its end.
struct Heard {
    recording: model::Recording,
    left: Vec<i16>,
    right: Vec<i16>,
    marks: Vec<MarkKind>,
}

/// An administrator, who may hear recordings.
fn listener(app: &App, instance: InstanceId) -> Arc<Call> {
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

async fn recordings(app: &App, instance: InstanceId, contact: ContactId) -> Vec<model::Recording> {
    let call = listener(app, instance);
    let target = Target::Contact(instance, contact);
    let permit = app.authorize::<ListenRecording>(&call, target).unwrap();
    app.list_recordings(&call, permit).await.unwrap()
}

/// Waits until all recordings of a contact have ended.
async fn ended(app: &App, instance: InstanceId, contact: ContactId) -> Vec<model::Recording> {
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

async fn playback(
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

async fn bytes_of(mut playback: Playback) -> Result<Vec<u8>, AppError> {
    let mut file = Vec::new();
    while let Some(piece) = playback.next().await? {
        file.extend(piece);
    }
    Ok(file)
}

async fn hear(app: &App, instance: InstanceId, recording: &model::Recording) -> Heard {
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
        marks: overview.marks.iter().map(|mark| mark.kind).collect(),
    }
}

/// Whether this tone is somewhere in it.
fn holds(samples: &[i16], hertz: u32) -> bool {
    (WINDOW..=samples.len())
        .step_by(WINDOW / 8)
        .any(|end| is_tone(&samples[..end], hertz))
}

fn is_silent(samples: &[i16]) -> bool {
    samples.iter().all(|sample| sample.unsigned_abs() < 16)
}

/// Lives until the agent's part was recorded for as long as this.
async fn talk(browser: &mut Browser, phone: &mut Phone, frames: usize) {
    phone.hums = Some(CALLER);
    browser
        .lives_until(phone, "both hear each other", |browser, phone| {
            phone.hears(AGENT) && is_tone(&browser.heard, CALLER)
        })
        .await;
    live(browser, phone, frames).await;
}

async fn live(browser: &mut Browser, phone: &mut Phone, frames: usize) {
    let until = phone.said + frames;
    browser
        .lives_until(phone, "a while has passed", |_, phone| phone.said >= until)
        .await;
}

async fn recorded_call(center: &Center) -> (Phone, Browser, ContactId) {
    let mut phone = call_up_to_the_question(center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(center)).await;
    let browser = Box::pin(phone.during(Browser::join(center, contact, AGENT))).await;
    (phone, browser, contact)
}

async fn hang_up(phone: &mut Phone) {
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_side_is_on_its_channel_and_a_pause_is_silence() {
    let agent_alone = Recording {
        participants: BOTH,
        ..Recording::default()
    };
    let center = Center::with_recording(config(), agent_alone).await;
    let (mut phone, mut browser, contact) = recorded_call(&center).await;
    talk(&mut browser, &mut phone, 60).await;
    pause(&center, contact, true).await;
    live(&mut browser, &mut phone, 60).await;
    pause(&center, contact, false).await;
    live(&mut browser, &mut phone, 60).await;
    hang_up(&mut phone).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    assert_eq!(
        found.len(),
        1,
        "the part before the agent is not recorded: {found:?}"
    );
    let heard = hear(&center.app, center.instance, &found[0]).await;
    assert_eq!(heard.recording.part, RecordingPart::Agent);
    assert_eq!(heard.recording.state, RecordingState::Complete);
    assert!(heard.recording.length_ms > 3_000, "{:?}", heard.recording);
    assert!(holds(&heard.left, CALLER) && !holds(&heard.left, AGENT));
    assert!(holds(&heard.right, AGENT) && !holds(&heard.right, CALLER));
    assert_eq!(heard.marks, [MarkKind::Paused, MarkKind::Resumed]);
    let silent = heard.left.windows(SECOND * 8 / 10).position(is_silent);
    let from = silent.expect("the pause is silent");
    assert!(is_silent(&heard.right[from..from + SECOND * 8 / 10]));
    assert!(
        holds(&heard.left[from + SECOND..], CALLER),
        "it went on behind the pause"
    );
}

async fn pause(center: &Center, contact: ContactId, on: bool) {
    let call = own_call(center, "PauseRecording");
    let target = Target::Contact(center.instance, contact);
    let permit = center
        .app
        .authorize::<PauseRecording>(&call, target)
        .unwrap();
    center.app.pause_recording(&call, permit, on).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_hold_nothing_is_recorded() {
    let center = Center::with_recording(
        config(),
        Recording {
            participants: BOTH,
            ..Recording::default()
        },
    )
    .await;
    let (mut phone, mut browser, contact) = recorded_call(&center).await;
    talk(&mut browser, &mut phone, 20).await;
    let call = own_call(&center, "HoldContact");
    let target = Target::Contact(center.instance, contact);
    let permit = center.app.authorize::<HoldContact>(&call, target).unwrap();
    center.app.hold_contact(&call, permit, true).await.unwrap();
    live(&mut browser, &mut phone, 60).await;
    hang_up(&mut phone).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    let heard = hear(&center.app, center.instance, &found[0]).await;
    let end = heard.left.len() - SECOND / 4;
    assert!(is_silent(&heard.left[end - SECOND / 2..end]));
    assert!(!holds(&heard.left, MUSIC) && !holds(&heard.right, MUSIC));
    assert!(holds(&heard.left, CALLER));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_keys_are_entered_both_channels_are_silent() {
    let ivr_alone = Recording {
        ivr: true,
        ..Recording::default()
    };
    let center = Center::with_recording(config(), ivr_alone).await;
    let mut phone = Phone::new(center.sip).await;
    phone.call_with(NUMBER, Keys::InBand);
    phone
        .until("the greeting is heard", |phone| phone.hears(GREETING))
        .await;
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hums = Some(CALLER);
    let until = phone.said + 60;
    phone
        .until("a while has passed", |phone| phone.said >= until)
        .await;
    hang_up(&mut phone).await;
    phone.during(wait_for_records(&center, 1)).await;
    let contact = last_contact(&center.app).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    assert_eq!(found.len(), 1);
    let heard = hear(&center.app, center.instance, &found[0]).await;
    assert_eq!(heard.recording.part, RecordingPart::Ivr);
    assert!(holds(&heard.right, GREETING), "the system is on the right");
    assert!(holds(&heard.right, MUSIC));
    assert!(
        !holds(&heard.right, QUESTION),
        "it is asked while keys count"
    );
    assert!(holds(&heard.left, CALLER), "the caller is on the left");
    assert!(
        !has_key(&heard.left) && !has_key(&heard.right),
        "no key is heard"
    );
    assert_eq!(heard.marks, [MarkKind::Paused, MarkKind::Resumed]);
}

/// Whether anything of the key 1 is in it: its higher tone is nobody else's.
fn has_key(samples: &[i16]) -> bool {
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

async fn last_contact(app: &App) -> ContactId {
    let records = records(app).await;
    records.last().unwrap()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_comes_before_anything_is_recorded() {
    let recording = Recording {
        participants: BOTH,
        ivr: true,
        notice: Some(NOTICE),
    };
    let center = Center::with_recording(config(), recording).await;
    let mut phone = Phone::new(center.sip).await;
    phone.call(NUMBER);
    phone
        .until("the notice is heard", |phone| phone.hears(NOTICE))
        .await;
    assert!(!holds(&phone.heard, GREETING), "it comes first");
    phone
        .until("the greeting is heard", |phone| phone.hears(GREETING))
        .await;
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    hang_up(&mut phone).await;
    phone.during(wait_for_records(&center, 1)).await;
    let contact = last_contact(&center.app).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    let heard = hear(&center.app, center.instance, &found[0]).await;
    assert!(
        !holds(&heard.right, NOTICE),
        "what came before it is not recorded, itself included"
    );
    assert!(holds(&heard.right, GREETING));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_does_not_say_so_records_nothing() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    hang_up(&mut phone).await;
    phone.during(wait_for_records(&center, 1)).await;
    let contact = last_contact(&center.app).await;
    let stopped = center.stop().await;
    let folder = stopped.folder.path().join("data/recordings");
    assert_eq!(files_below(&folder), Vec::<PathBuf>::new());
    let instance = stopped.app.first_instance().unwrap().instance;
    assert!(recordings(&stopped.app, instance, contact).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_leaves_is_heard_up_to_the_last_second() {
    let ivr_alone = Recording {
        ivr: true,
        ..Recording::default()
    };
    let center = Center::with_recording(config(), ivr_alone).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hums = Some(CALLER);
    let until = phone.said + 150;
    phone
        .until("three seconds have passed", |phone| phone.said >= until)
        .await;
    // A copy of everything as it is on the disk at this moment: what the next start finds after a crash.
    let crashed = tempfile::tempdir().unwrap();
    copy_all(center.folder.path(), crashed.path());
    hang_up(&mut phone).await;
    phone.during(wait_for_records(&center, 1)).await;
    let contact = last_contact(&center.app).await;
    let whole = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    let whole = hear(&center.app, center.instance, &whole[0]).await;

    let app = start_app(crashed.path(), None, None).await;
    let cut = recordings(&app, center.instance, contact).await;
    assert_eq!(cut[0].state, RecordingState::CutOff);
    let ended_at = cut[0].ended_at.unwrap();
    assert_eq!(
        ended_at.since(cut[0].started_at).as_millis(),
        u128::from(cut[0].length_ms)
    );
    let heard = hear(&app, center.instance, &cut[0]).await;
    assert_eq!(
        heard.left,
        whole.left[..heard.left.len()],
        "it is the same audio"
    );
    assert_eq!(heard.right, whole.right[..heard.right.len()]);
    let frames_missing = whole.left.len().saturating_sub(heard.left.len()) / 160;
    let frames_since = phone.said - until;
    assert!(
        frames_missing <= frames_since + 50,
        "at most a second is missing, not {frames_missing} frames of which {frames_since} came later"
    );
    assert!(holds(&heard.left, CALLER));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_exchanged_or_cut_recording_is_not_heard() {
    let recording = Recording {
        participants: BOTH,
        ivr: true,
        ..Recording::default()
    };
    let center = Center::with_recording(config(), recording).await;
    let (mut phone, mut browser, contact) = recorded_call(&center).await;
    talk(&mut browser, &mut phone, 100).await;
    hang_up(&mut phone).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    let instance = center.instance;
    assert_eq!(found.len(), 2, "each part has its own: {found:?}");
    let stopped = center.stop().await;
    let app = &stopped.app;
    let folder = stopped
        .folder
        .path()
        .join("data/recordings")
        .join(instance.to_string());
    let paths: Vec<PathBuf> = found
        .iter()
        .map(|one| folder.join(one.id.to_string()))
        .collect();
    let originals: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert_nothing_is_in_clear(&originals[1]);
    let agent = &found[1];
    assert!(play_all(app, instance, agent).await.is_ok());

    let mut flipped = originals[1].clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let mut swapped = originals[1].clone();
    let chunks = chunk_places(&swapped);
    let (first, second) = (chunks[0].clone(), chunks[1].clone());
    assert_eq!(first.len(), second.len());
    let moved = originals[1][first.clone()].to_vec();
    swapped.copy_within(second.clone(), first.start);
    swapped[second].copy_from_slice(&moved);
    let without_end = originals[1][..chunks.last().unwrap().start].to_vec();
    let cut = originals[1][..chunks[2].start].to_vec();
    let mut longer = originals[1].clone();
    longer.extend_from_slice(&moved);
    for (what, altered) in [
        ("a bit is flipped", flipped),
        ("two chunks are exchanged", swapped),
        ("the end is gone", without_end),
        ("it is shorter", cut),
        ("something follows the end", longer),
        ("it is another recording's", originals[0].clone()),
        ("it is empty", Vec::new()),
    ] {
        std::fs::write(&paths[1], altered).unwrap();
        assert!(play_all(app, instance, agent).await.is_err(), "{what}");
    }
    std::fs::write(&paths[1], &originals[1]).unwrap();
    assert!(play_all(app, instance, agent).await.is_ok());
}

async fn play_all(
    app: &App,
    instance: InstanceId,
    recording: &model::Recording,
) -> Result<Vec<u8>, AppError> {
    // By a grant of its own: the overview reads the whole file and would refuse first.
    let played = app.play_recording(&grant(app, instance, recording)).await?;
    bytes_of(played).await
}

fn grant(app: &App, instance: InstanceId, recording: &model::Recording) -> String {
    use app::action::DownloadRecording;
    let call = listener(app, instance);
    let target = Target::Contact(instance, recording.contact);
    let permit = app.authorize::<DownloadRecording>(&call, target).unwrap();
    let granted = tokio::task::block_in_place(|| {
        let download = app.download_recording(&call, permit, recording.id);
        tokio::runtime::Handle::current().block_on(download)
    });
    granted.unwrap().grant.expose().clone()
}

/// The places of chunks in a sealed file, each with its length in front.
fn chunk_places(sealed: &[u8]) -> Vec<std::ops::Range<usize>> {
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

/// A tone in G.711 repeats itself; sealed bytes do not, and hardly ever show long runs of one byte.
fn assert_nothing_is_in_clear(sealed: &[u8]) {
    let mut counts = [0_usize; 256];
    for byte in sealed {
        counts[usize::from(*byte)] += 1;
    }
    let expected = sealed.len() / 256;
    assert!(
        counts.iter().all(|count| *count < expected * 2),
        "some byte is far too frequent for sealed ones"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_gets_any_part_of_a_file() {
    let ivr_alone = Recording {
        ivr: true,
        ..Recording::default()
    };
    let center = Center::with_recording(config(), ivr_alone).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    hang_up(&mut phone).await;
    phone.during(wait_for_records(&center, 1)).await;
    let contact = last_contact(&center.app).await;
    let found = phone
        .during(ended(&center.app, center.instance, contact))
        .await;
    let whole = play_all(&center.app, center.instance, &found[0])
        .await
        .unwrap();
    let length = whole.len();
    for part in [
        0..1,
        0..58,
        10..60,
        57..59,
        16_100..16_200,
        length - 5..length,
        0..length,
    ] {
        let mut played = playback(&center.app, center.instance, &found[0])
            .await
            .unwrap();
        played.only(part.start as u64..part.end as u64);
        assert_eq!(
            bytes_of(played).await.unwrap(),
            whole[part.clone()],
            "{part:?}"
        );
    }
    let mut beyond = playback(&center.app, center.instance, &found[0])
        .await
        .unwrap();
    beyond.only(length as u64..length as u64 + 10);
    assert!(bytes_of(beyond).await.unwrap().is_empty());
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
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

fn copy_all(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, &target).unwrap();
    }
}
