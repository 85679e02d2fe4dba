//! What recordings hold: the right tones on the right sides, silence while keys are entered, nothing in
//! clear on the disk, and everything up to the last second after a crash.

use std::path::PathBuf;

use app::action::{HoldContact, PauseRecording};
use app::{App, AppError, Target};
use media::recording::MarkKind;
use model::{ContactId, InstanceId, RecordingPart, RecordingState};

use crate::agents::{Browser, accept, own_call};
use crate::center::{
    Center, GREETING, MUSIC, NUMBER, QUESTION, Recording, config, records, start_app,
};
use crate::flows::{call_up_to_the_question, wait_for_records};
use crate::listening::{
    bytes_of, chunk_places, copy_all, ended, files_below, has_key, hear, holds, is_silent,
    listener, playback, recordings,
};
use crate::phone::{Keys, Phone};
use crate::sound::is_tone;

const BOTH: &[&str] = &["Agent", "Customer"];
/// What the parties hum.
const CALLER: u32 = 700;
const AGENT: u32 = 1500;
/// The recording notice.
const NOTICE: u32 = 520;
/// Samples of a second.
const SECOND: usize = 8000;

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
    talk(&mut browser, &mut phone, 100).await;
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
    assert_eq!(heard.kinds(), [MarkKind::Paused, MarkKind::Resumed]);
    let [from, to] = [0, 1].map(|at| heard.marks[at].at_ms as usize * 8);
    assert!(to - from > SECOND / 2, "it was paused for a while");
    assert!(is_silent(&heard.left[from..to]) && is_silent(&heard.right[from..to]));
    assert!(holds(&heard.left[..from], CALLER) && holds(&heard.right[..from], AGENT));
    assert!(
        holds(&heard.left[to..], CALLER),
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
    talk(&mut browser, &mut phone, 100).await;
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
    assert_eq!(heard.kinds(), [MarkKind::Paused, MarkKind::Resumed]);
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
        length / 2..length / 2 + 100,
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
