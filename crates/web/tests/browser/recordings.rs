//! Recordings: who may hear them, what is audited, what a player gets.

use std::time::Duration;

use app::action::ReadAudit;
use app::recordings::{RECORDING_GRANT_LIFETIME, sync_tapes};
use app::{Call, Principal, Target};
use axum::http::{Method, StatusCode};
use media::Law;
use media::recording::{Chunk, Mark, MarkKind};
use model::{RecordingPart, RequestId};

use crate::center::{Answer, Browser, Center, FILES_HOST, request};
use crate::chat::Customer;
use crate::files::path_of;

const NOBODYS: &str = "00000000-0000-0000-0000-000000000009";

/// Half a second of a loud left and a silent right channel.
fn chunk(index: u32) -> Chunk {
    Chunk {
        index,
        start_ms: index * 500,
        law: Law::Mu,
        marks: vec![Mark {
            at_ms: index * 500,
            kind: MarkKind::Paused,
        }],
        samples: [0x00, 0xFF].repeat(4000),
    }
}

/// A recording of one and a half seconds, of which the middle is missing; its contact goes on.
async fn recorded(center: &Center) -> (String, String) {
    let customer = Customer::arrive(center).await;
    let contact = customer.contact.parse().unwrap();
    let app = &center.app;
    let mut tape = app
        .begin_recording(center.instance, contact, RecordingPart::Agent)
        .await
        .unwrap();
    let id = tape.id().to_string();
    for index in [0, 2] {
        tape.append(&chunk(index)).unwrap();
    }
    tape.finish().unwrap();
    assert!(sync_tapes(&[&tape]).is_empty());
    app.end_recording(tape.end()).await.unwrap();
    (customer.contact, id)
}

async fn overview(browser: &Browser<'_>, contact: &str, recording: &str) -> Answer {
    let path = format!("/api/contacts/{contact}/recordings/{recording}");
    browser.get(&path).await
}

async fn play(center: &Center, path: &str, range: Option<&str>) -> Answer {
    let mut headers = vec![("host", FILES_HOST)];
    headers.extend(range.map(|range| ("range", range)));
    let asked = request(Method::GET, path, &headers, None);
    center.send_to_files(asked).await
}

async fn audited(center: &Center, operation: &str) -> Vec<String> {
    let request = RequestId::from_u128(5);
    let operator = Principal::Operator { uid: 0 };
    let call = Call::new(operator, request, "ringfence", "ReadAudit");
    let permit = center
        .app
        .authorize::<ReadAudit>(&call, Target::Account)
        .unwrap();
    let entries = center.app.audit_entries(&permit, None, 100).await.unwrap();
    let shown = entries
        .iter()
        .map(|(_, entry)| serde_json::to_string(entry).unwrap());
    shown.filter(|entry| entry.contains(operation)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_hears_a_recording_and_that_is_audited_first() {
    let center = Center::start().await;
    let (contact, recording) = recorded(&center).await;
    let chief = center.sign_in("chief").await;
    let list = chief
        .get(&format!("/api/contacts/{contact}/recordings"))
        .await
        .json();
    assert_eq!(list["downloadPermitted"], true);
    assert_eq!(list["recordings"][0]["recordingId"], recording.as_str());
    assert_eq!(list["recordings"][0]["state"], "COMPLETE");
    assert_eq!(list["recordings"][0]["part"], "AGENT");
    assert_eq!(list["recordings"][0]["lengthMs"], 1500);

    assert!(audited(&center, "ListenRecording").await.is_empty());
    let shown = overview(&chief, &contact, &recording).await.json();
    let entries = audited(&center, "ListenRecording").await;
    assert_eq!(entries.len(), 1, "before the first byte is fetched");
    assert!(entries[0].contains(&recording), "{entries:?}");
    assert_eq!(
        shown["customer"].as_array().unwrap().len(),
        15,
        "a peak each 100 ms"
    );
    assert_eq!(shown["customer"][0], 250);
    assert_eq!(shown["customer"][7], 0, "what is missing is silence");
    assert_eq!(shown["agent"][0], 0);
    assert_eq!(shown["marks"][0]["kind"], "PAUSED");

    let path = path_of(shown["url"].as_str().unwrap());
    let file = play(&center, &path, None).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.headers["content-type"], "audio/wav");
    assert_eq!(file.headers["accept-ranges"], "bytes");
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(file.headers["cache-control"], "no-store");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; filename*=UTF-8''recording-"));
    let policy = file.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; sandbox"));
    assert_eq!(file.body.len(), 58 + 1500 * 32);
    assert_eq!(
        file.headers["content-length"],
        file.body.len().to_string().as_str()
    );
    let silence = &file.body[58 + 500 * 32..58 + 1000 * 32];
    assert!(
        silence.iter().all(|byte| *byte == 0),
        "the gap keeps its place"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_gets_the_part_it_asks_for() {
    let center = Center::start().await;
    let (contact, recording) = recorded(&center).await;
    let chief = center.sign_in("chief").await;
    let shown = overview(&chief, &contact, &recording).await.json();
    let path = path_of(shown["url"].as_str().unwrap());
    let whole = play(&center, &path, None).await.body;
    let part = play(&center, &path, Some("bytes=16000-16099")).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes 16000-16099/{}", whole.len());
    assert_eq!(part.headers["content-range"], range.as_str());
    assert_eq!(part.body, whole.slice(16_000..16_100));
    let beyond = play(&center, &path, Some("bytes=999999-")).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(
        beyond.headers["content-range"],
        format!("bytes */{}", whole.len()).as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_hears_it_or_learns_that_it_exists() {
    let center = Center::start().await;
    let (contact, recording) = recorded(&center).await;
    let chief = center.sign_in("chief").await;
    for who in ["ada", "nobody"] {
        let browser = center.sign_in(who).await;
        for path in [
            format!("/api/contacts/{contact}/recordings"),
            format!("/api/contacts/{contact}/recordings/{recording}"),
            format!("/api/contacts/{contact}/recordings/{recording}/file"),
        ] {
            let refused = browser.get(&path).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
    }
    for (of, which) in [(NOBODYS, recording.as_str()), (contact.as_str(), NOBODYS)] {
        let missing = overview(&chief, of, which).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{of} {which}");
    }
    // Refusals are audited as well; their answers do not wait for it.
    let all = async {
        while audited(&center, "ListenRecording").await.len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_for_one_recording_and_ends() {
    let center = Center::start().await;
    let (contact, recording) = recorded(&center).await;
    let chief = center.sign_in("chief").await;
    let file = format!("/api/contacts/{contact}/recordings/{recording}/file");
    let granted = chief.get(&file).await.json();
    assert_eq!(audited(&center, "DownloadRecording").await.len(), 1);
    let path = path_of(granted["url"].as_str().unwrap());
    assert_eq!(play(&center, &path, None).await.status, StatusCode::OK);
    let as_file = path.replace("/recording/", "/download/");
    assert_eq!(
        play(&center, &as_file, None).await.status,
        StatusCode::NOT_FOUND
    );
    let mut altered = path.clone();
    altered.replace_range(path.len() - 4..path.len() - 3, "-");
    assert_eq!(
        play(&center, &altered, None).await.status,
        StatusCode::NOT_FOUND
    );
    center
        .clock
        .advance(RECORDING_GRANT_LIFETIME + Duration::from_secs(1));
    assert_eq!(
        play(&center, &path, None).await.status,
        StatusCode::NOT_FOUND
    );
}
