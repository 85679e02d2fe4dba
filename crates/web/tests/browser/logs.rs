//! What the log may not say.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::center::{Center, FILES_HOST, ORIGIN, PASSWORD, SHOP, request};
use crate::chat::Customer;
use crate::sockets::open;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that our own crates log from now on, in all tests of this program.
fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(
                "trace,hyper=info,h2=info,tungstenite=info,tokio_tungstenite=info",
            ))
            .with_writer(log.clone())
            .init();
        log
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_routes_and_no_secret_name_or_text() {
    let log = log();
    let center = Center::start().await;
    let address = center.listen().await;
    let browser = center.sign_in("ada").await;
    browser.get("/api/session").await;
    let answer = center
        .post(
            "/api/invitation",
            json!({"token": "link-0123456789", "password": PASSWORD}),
        )
        .await;
    assert_eq!(answer.code(), "link-refused");
    let customer = Customer::arrive(&center).await;
    customer.say(&center, "a very private sentence").await;
    let ticket = customer.ticket(&center).await;
    let path = format!("/participant/socket?ticket={ticket}");
    drop(open(address, &path, &[("origin", SHOP)]).await.unwrap());
    let grant = "grant-0123456789";
    let upload = Request::put(format!("/upload/{grant}"))
        .header("host", FILES_HOST)
        .header("origin", ORIGIN)
        .body(Body::from("x"))
        .unwrap();
    center.send_to_files(upload).await;
    let deep = request(Method::GET, "/app/invitation?x=query-0123456789", &[], None);
    center.send(deep).await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for route in [
        "/api/sign-in",
        "/chat/start",
        "/participant/socket",
        "/upload/{grant}",
    ] {
        assert!(text.contains(route), "{route} is not logged");
    }
    let (_, cookie) = browser.cookie.split_once('=').unwrap();
    for secret in [
        PASSWORD,
        cookie,
        &browser.csrf,
        &ticket,
        grant,
        "link-0123456789",
        "query-0123456789",
        "private sentence",
        "Grace",
    ] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "the log says `{secret}`");
    }
}
