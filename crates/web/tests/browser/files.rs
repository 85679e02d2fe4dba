//! Files of a chat, up and down.

use std::time::Duration;

use app::ports::blobs::Blobs;
use app::ports::keys::{KeyOwner, KeyStore};
use app::ports::store::Store;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::center::{Answer, Browser, Center, FILES_HOST, ORIGIN, SHOP, request};
use crate::chat::Customer;
use crate::workspace::{accept_offer, available_agent};

pub(crate) fn path_of(url: &str) -> String {
    url.strip_prefix("https://files.example")
        .unwrap()
        .to_owned()
}

pub(crate) async fn put(center: &Center, path: &str, bytes: &'static [u8]) -> Answer {
    put_as(center, path, Some("text/plain"), bytes).await
}

async fn put_as(
    center: &Center,
    path: &str,
    content_type: Option<&str>,
    bytes: &'static [u8],
) -> Answer {
    let mut upload = Request::put(path);
    if let Some(content_type) = content_type {
        upload = upload.header("content-type", content_type);
    }
    let upload = upload
        .header("host", FILES_HOST)
        .header("origin", ORIGIN)
        .body(Body::from(bytes))
        .unwrap();
    center.send_to_files(upload).await
}

async fn get(center: &Center, path: &str) -> Answer {
    let headers = [("host", FILES_HOST), ("origin", SHOP)];
    let asked = request(Method::GET, path, &headers, None);
    center.send_to_files(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_up_by_one_grant_and_comes_down_by_another() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let _customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut agent).await;
    let files = format!("/api/contacts/{contact}/attachments");

    let new = json!({"name": "<b>bill.txt", "size": 5, "contentType": "text/plain"});
    let granted = browser.post(&files, new).await.json();
    let upload = path_of(granted["url"].as_str().unwrap());
    assert!(granted["expiresAt"].is_i64());
    assert_eq!(
        get(&center, &upload.replace("upload", "download"))
            .await
            .status,
        StatusCode::NOT_FOUND,
        "a grant for uploading does not download"
    );
    assert_eq!(
        put(&center, &upload, b"123456").await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        put(&center, &upload, b"1234").await.code(),
        "attachment-refused"
    );
    for other in [None, Some("text/html"), Some("image/svg+xml;text/plain")] {
        let refused = put_as(&center, &upload, other, b"12345").await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(refused.code(), "unsupported-media-type", "{other:?}");
    }
    let named = Some("Text/Plain; charset=utf-8");
    let uploaded = put_as(&center, &upload, named, b"12345").await;
    assert_eq!(uploaded.status, StatusCode::OK);
    assert_eq!(uploaded.headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(
        put(&center, &upload, b"12345").await.status,
        StatusCode::NOT_FOUND,
        "once"
    );

    let attachment = granted["attachmentId"].as_str().unwrap();
    let done = browser
        .post(&format!("{files}/{attachment}/complete"), json!({}))
        .await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    let item = agent
        .until(|frame| frame["type"] == "chat.item" && frame["item"]["kind"] == "attachment")
        .await;
    assert_eq!(item["item"]["attachments"][0]["size"], 5);

    let granted = browser.get(&format!("{files}/{attachment}")).await.json();
    let download = path_of(granted["url"].as_str().unwrap());
    let file = get(&center, &download).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.body.as_ref(), b"12345");
    let disposition = "attachment; filename*=UTF-8''%3Cb%3Ebill.txt";
    assert_eq!(file.headers["content-disposition"], disposition);
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(file.headers["cache-control"], "no-store");
    let policy = file.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; sandbox"));
    assert_eq!(
        put(&center, &download.replace("download", "upload"), b"x")
            .await
            .status,
        StatusCode::NOT_FOUND,
        "a grant for downloading does not upload"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_the_transcript_of_a_closed_contact_fetches_its_files() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut agent).await;
    let files = format!("/api/contacts/{contact}/attachments");
    let new = json!({"name": "bill.txt", "size": 5, "contentType": "text/plain"});
    let granted = browser.post(&files, new).await.json();
    let upload = path_of(granted["url"].as_str().unwrap());
    assert_eq!(put(&center, &upload, b"12345").await.status, StatusCode::OK);
    let file = format!("{files}/{}", granted["attachmentId"].as_str().unwrap());
    browser.post(&format!("{file}/complete"), json!({})).await;
    customer.leave(&center).await;
    let complete = json!({"type": "contact.complete", "contactId": contact});
    let done = agent.ask("complete", complete).await;
    assert_eq!(done["type"], "ack", "{done}");

    let chief = center.sign_in("chief").await;
    let granted = chief.get(&file).await;
    assert_eq!(granted.status, StatusCode::OK, "{:?}", granted.json());
    let download = path_of(granted.json()["url"].as_str().unwrap());
    assert_eq!(get(&center, &download).await.body.as_ref(), b"12345");
    let elsewhere = file.replace(&contact, "00000000-0000-0000-0000-000000000009");
    for (who, path) in [("ada", &file), ("nobody", &file), ("chief", &elsewhere)] {
        let refused = center.sign_in(who).await.get(path).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_taken_are_refused_with_their_limit() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let _customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut agent).await;
    let files = format!("/api/contacts/{contact}/attachments");
    for new in [
        json!({"name": "a.exe", "size": 5, "contentType": "application/x-msdownload"}),
        json!({"name": "a.txt", "size": 21 * 1024 * 1024, "contentType": "text/plain"}),
        json!({"name": "a/b.txt", "size": 5, "contentType": "text/plain"}),
        json!({"name": "a\u{202E}txt.exe", "size": 5, "contentType": "text/plain"}),
    ] {
        let answer = browser.post(&files, new).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.code(), "attachment-refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_not_completed_leave_no_trace() {
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    let mut agent = available_agent(address, &browser).await;
    let _customer = Customer::arrive(&center).await;
    let contact = accept_offer(&mut agent).await;
    let files = format!("/api/contacts/{contact}/attachments");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let new = json!({"name": "bill.txt", "size": 5, "contentType": "text/plain"});
        let granted = browser.post(&files, new).await.json();
        let upload = path_of(granted["url"].as_str().unwrap());
        assert_eq!(put(&center, &upload, b"12345").await.status, StatusCode::OK);
        ids.push(granted["attachmentId"].as_str().unwrap().to_owned());
    }
    let [completed, left]: [String; 2] = ids.try_into().unwrap();
    let complete = async |browser: &Browser<'_>, id: &str| {
        let path = format!("{files}/{id}/complete");
        browser.post(&path, json!({})).await
    };
    assert_eq!(
        complete(&browser, &completed).await.status,
        StatusCode::NO_CONTENT
    );

    center.clock.advance(Duration::from_mins(61));
    // The session went idle meanwhile.
    let again = center.sign_in("ada").await;
    assert_eq!(
        complete(&again, &left).await.code(),
        "attachment-refused",
        "too late"
    );
    center.app.sweep().await.unwrap();
    assert!(
        is_stored(&center, &left).await,
        "a late answer may still refer to it"
    );
    center.clock.advance(Duration::from_hours(1));
    center.app.sweep().await.unwrap();
    assert!(!is_stored(&center, &left).await);
    assert!(is_stored(&center, &completed).await);
}

/// Whether key, row and file of an attachment are there; all or none of them must be.
async fn is_stored(center: &Center, attachment: &str) -> bool {
    let (instance, id) = (center.instance, attachment.parse().unwrap());
    let store = &center.store;
    let key = KeyStore::get(&**store, KeyOwner::Attachment(instance, id)).await;
    let key = key.unwrap().is_some();
    let row = store.attachment(instance, id).await.unwrap().is_some();
    let file = Blobs::get(&**store, instance, id).await.unwrap().is_some();
    assert_eq!((key, row), (file, file));
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_no_grant() {
    let center = Center::start().await;
    for grant in ["x", "%00", "..%2f..", &"x".repeat(5000)] {
        let answer = get(&center, &format!("/download/{grant}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{grant}");
        let answer = put(&center, &format!("/upload/{grant}"), b"x").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{grant}");
    }
}
