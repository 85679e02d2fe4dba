//! Clients: kept connections over TLS, signatures of programs, sockets of customers and agents.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::{digest, hmac};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::header::SET_COOKIE;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use model::Timestamp;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::Program;

/// Where and how to connect.
#[derive(Clone)]
pub(crate) struct Site {
    tls: TlsConnector,
    origin: String,
    /// Host and port.
    authority: String,
}

/// The customer's end of a chat, or an agent's workspace.
pub(crate) type Socket = WebSocketStream<TlsStream<TcpStream>>;

impl Site {
    pub(crate) fn of(program: &Program) -> Self {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(program.variable("AWS_CA_BUNDLE")).unwrap();
        roots.add(ca).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let origin = program.variable("RINGFENCE_URL").to_owned();
        Self {
            tls: TlsConnector::from(Arc::new(config)),
            authority: origin.strip_prefix("https://").unwrap().to_owned(),
            origin,
        }
    }

    /// A connection from this address, which is one of the machine's own.
    async fn secured(&self, from: Ipv4Addr) -> TlsStream<TcpStream> {
        let (_, port) = self.authority.rsplit_once(':').unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().unwrap()));
        let stream = socket.connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        self.tls.connect(name, stream).await.unwrap()
    }

    /// A connection that is kept for many requests.
    pub(crate) async fn connect(&self) -> Connection {
        self.connect_from(Ipv4Addr::LOCALHOST).await
    }

    /// The same from another address of the machine.
    pub(crate) async fn connect_from(&self, address: Ipv4Addr) -> Connection {
        let stream = TokioIo::new(self.secured(address).await);
        let (sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        // It ends with its sender.
        tokio::spawn(connection);
        Connection {
            sender,
            origin: self.origin.clone(),
            authority: self.authority.clone(),
        }
    }

    /// Opens the socket at this address, as a customer's page does.
    pub(crate) async fn open_socket(&self, url: &str) -> Socket {
        self.open(url.into_client_request().unwrap()).await
    }

    /// Opens the workspace of the agent whose session this cookie names.
    pub(crate) async fn open_workspace(&self, cookie: &str) -> Socket {
        let url = format!("wss://{}/api/workspace/socket", self.authority);
        let mut request = url.into_client_request().unwrap();
        let cookie = cookie.parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
        self.open(request).await
    }

    async fn open(&self, mut request: Request<()>) -> Socket {
        let origin = self.origin.parse().unwrap();
        request.headers_mut().insert("origin", origin);
        let stream = self.secured(Ipv4Addr::LOCALHOST).await;
        let opened = tokio_tungstenite::client_async(request, stream).await;
        opened.unwrap().0
    }
}

/// One kept connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    origin: String,
    authority: String,
}

impl Connection {
    /// Sends, reads the whole answer and insists on 200.
    async fn send(&mut self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        self.sender.ready().await.unwrap();
        let response = self.sender.send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body);
        assert_eq!(head.status, StatusCode::OK, "{text}");
        Response::from_parts(head, body)
    }

    /// A signed request of a program.
    pub(crate) async fn call(
        &mut self,
        key: &AccessKey,
        method: &str,
        path: &str,
        body: &str,
    ) -> Bytes {
        let now = basic_time();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .header("x-amz-date", &now)
            .header(
                "authorization",
                key.authorization(&now, &self.authority, method, path, body),
            )
            .body(Full::from(body.to_owned()))
            .unwrap();
        self.send(request).await.into_body()
    }

    /// What a participant of a chat does, with its token.
    pub(crate) async fn participate(&mut self, token: &str, path: &str, body: &Value) -> Bytes {
        let request = Request::post(path)
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .header("x-amz-bearer", token)
            .body(Full::from(body.to_string()))
            .unwrap();
        self.send(request).await.into_body()
    }

    /// What a page does before anybody has signed in; returns the answer, and the cookie that it sets.
    pub(crate) async fn post_from_page(
        &mut self,
        path: &str,
        body: &Value,
    ) -> (Value, Option<String>) {
        let request = Request::post(path)
            .header("host", &self.authority)
            .header("origin", &self.origin)
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))
            .unwrap();
        let response = self.send(request).await;
        let cookie = response.headers().get(SET_COOKIE).map(|cookie| {
            let (cookie, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            cookie.to_owned()
        });
        (serde_json::from_slice(response.body()).unwrap(), cookie)
    }
}

/// An access key with the key derived for one day.
pub(crate) struct AccessKey {
    id: String,
    scope: String,
    signing: hmac::Key,
}

impl AccessKey {
    pub(crate) fn of(program: &Program) -> Self {
        let region = program.variable("AWS_DEFAULT_REGION");
        let now = basic_time();
        let (day, _) = now.split_once('T').unwrap();
        let scope = format!("{day}/{region}/connect/aws4_request");
        let secret = program.variable("AWS_SECRET_ACCESS_KEY");
        let mut key = hmac_key(format!("AWS4{secret}").as_bytes());
        for part in scope.split('/') {
            key = hmac_key(hmac::sign(&key, part.as_bytes()).as_ref());
        }
        Self {
            id: program.variable("AWS_ACCESS_KEY_ID").to_owned(),
            scope,
            signing: key,
        }
    }

    /// The header of a request that needs no encoding and has no query.
    fn authorization(
        &self,
        now: &str,
        authority: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> String {
        let (id, scope) = (&self.id, &self.scope);
        let canonical = format!(
            "{method}\n{path}\n\nhost:{authority}\nx-amz-date:{now}\n\nhost;x-amz-date\n{}",
            sha256_hex(body)
        );
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{now}\n{scope}\n{}",
            sha256_hex(&canonical)
        );
        let signature = hex::encode(hmac::sign(&self.signing, to_sign.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
        )
    }
}

fn hmac_key(bytes: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn sha256_hex(text: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// The time now, in whole seconds.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_secs(i64::try_from(since.as_secs()).unwrap())
}

/// The time now as SigV4 writes it: `20270115T080000Z`.
fn basic_time() -> String {
    let now = now().to_string();
    let (seconds, _) = now.split_once('.').unwrap();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}
