//! Heads that are too large are refused, in both versions of HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Request;
use axum::routing::get;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::tls::{TlsVersion, make_local_certificate, server_config};

struct Site {
    port: u16,
    connector: TlsConnector,
    /// Dropped, it ends the listener.
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

impl Site {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_local_certificate(folder.path()).unwrap();
        let file = |name| folder.path().join(name);
        let tls = server_config(&file("server.pem"), &file("server.key"), TlsVersion::Tls13);
        let address = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(address, tls.unwrap()).await.unwrap();
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(file("ca.pem")).unwrap();
        roots.add(authority).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let port = listener.port().unwrap();
        let (stop, stopped) = watch::channel(false);
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(listener.serve(router, stopped));
        Self {
            port,
            connector: TlsConnector::from(Arc::new(config)),
            _stop: stop,
            _folder: folder,
        }
    }

    async fn secured(&self) -> TokioIo<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TokioIo::new(self.connector.connect(name, stream).await.unwrap())
    }

    /// What a request with these headers is answered, by HTTP/1.1 and by HTTP/2.
    async fn answers(&self, headers: &[(String, String)]) -> [u16; 2] {
        let (mut first, connection) = http1::handshake(self.secured().await).await.unwrap();
        tokio::spawn(connection);
        let first = first.send_request(request("/", headers)).await.unwrap();
        let handshake = http2::handshake(TokioExecutor::new(), self.secured().await);
        let (mut second, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let second = second.send_request(request("https://localhost/", headers));
        [
            first.status().as_u16(),
            second.await.unwrap().status().as_u16(),
        ]
    }
}

fn request(target: &str, headers: &[(String, String)]) -> Request<Empty<Bytes>> {
    let mut request = Request::get(target);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Empty::new()).unwrap()
}

fn header(number: usize, length: usize) -> (String, String) {
    (format!("x-{number}"), "a".repeat(length))
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let site = Site::start().await;
    let limit = usize::try_from(HEAD_BYTES_MAX).unwrap();
    assert_eq!(site.answers(&[header(0, limit - 1024)]).await, [200, 200]);
    assert_eq!(site.answers(&[header(0, limit)]).await, [431, 431]);
}

#[tokio::test]
async fn heads_with_too_many_headers_are_refused() {
    let site = Site::start().await;
    let many = |count| {
        (0..count)
            .map(|number| header(number, 1))
            .collect::<Vec<_>>()
    };
    assert_eq!(site.answers(&many(HEADERS_MAX)).await, [200, 200]);
    assert_eq!(site.answers(&many(HEADERS_MAX + 1)).await, [431, 431]);
}
