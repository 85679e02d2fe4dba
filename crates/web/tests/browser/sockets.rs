//! WebSocket clients for tests.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::center::{Browser, HOST, ORIGIN};

/// A test that waits longer for a frame has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The last snapshot that came: it may have come before the answer that was waited for.
    snapshot: Option<Value>,
}

/// Opens a socket; the status where it is refused.
pub(crate) async fn open(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, u16> {
    let mut request = format!("ws://{HOST}{path}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((stream, _)) => Ok(Socket {
            stream,
            snapshot: None,
        }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

/// The workspace of a browser.
pub(crate) async fn open_workspace(address: SocketAddr, browser: &Browser<'_>) -> Socket {
    let headers = [("cookie", browser.cookie.as_str()), ("origin", ORIGIN)];
    open(address, "/api/workspace/socket", &headers)
        .await
        .unwrap()
}

impl Socket {
    pub(crate) async fn say(&mut self, frame: Value) {
        self.stream
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    pub(crate) async fn say_raw(&mut self, message: Message) -> bool {
        self.stream.send(message).await.is_ok()
    }

    /// The next frame, or the code with which the server closes.
    pub(crate) async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.stream.next()).await;
            match next.expect("the server is silent") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["type"] == "snapshot" {
                        self.snapshot = Some(frame.clone());
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.unwrap().code.into()),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => panic!("closed without a word"),
            }
        }
    }

    /// The first frame of which this is true; others are passed over.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let search = async {
            loop {
                let frame = self.next().await.unwrap();
                if wanted(&frame) {
                    return frame;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.expect("the frame does not come")
    }

    /// The newest snapshot, once this is true of it.
    pub(crate) async fn until_snapshot(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        match &self.snapshot {
            Some(snapshot) if wanted(snapshot) => snapshot.clone(),
            _ => {
                self.until(|frame| frame["type"] == "snapshot" && wanted(frame))
                    .await
            }
        }
    }

    /// The code with which the server closes; frames before are passed over.
    pub(crate) async fn until_closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }

    /// The answer to a request.
    pub(crate) async fn ask(&mut self, id: &str, mut frame: Value) -> Value {
        frame["requestId"] = json!(id);
        self.say(frame).await;
        self.until(|answer| answer["requestId"] == id && answer["type"] != "chat.item")
            .await
    }

    /// The snapshot in which the first contact is in this state.
    pub(crate) async fn until_contact_is(&mut self, state: &str) -> Value {
        self.until_snapshot(|snapshot| snapshot["contacts"][0]["state"] == state)
            .await["contacts"][0]
            .clone()
    }
}

/// The item of a push of the participant's socket.
pub(crate) fn pushed(frame: &Value) -> Value {
    serde_json::from_str(frame["content"].as_str().unwrap()).unwrap()
}
