//! SIP as text, for what no telephone says.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::center::PATIENCE;
use crate::phone::Duplex;

/// A description of audio that nobody hears.
pub(crate) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n\
    t=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
/// What an INVITE with it says besides.
pub(crate) const SDP_LINES: &str =
    "Contact: <sip:eve@127.0.0.1>\r\nContent-Type: application/sdp\r\n";

/// A request outside of any call. `id` tells it from others.
pub(crate) fn request(method: &str, number: &str, id: &str, lines: &str, body: &str) -> String {
    format!(
        "{method} sip:{number}@127.0.0.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{id};rport\r\n\
         From: <sip:eve@127.0.0.1>;tag={id}\r\nTo: <sip:center@127.0.0.1>\r\n\
         Call-ID: {id}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n\
         {lines}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An INVITE with a description.
pub(crate) fn invite(number: &str, id: &str, lines: &str) -> String {
    request("INVITE", number, id, &format!("{SDP_LINES}{lines}"), SDP)
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    let word = answer
        .strip_prefix("SIP/2.0 ")
        .and_then(|rest| rest.get(..3));
    word.unwrap_or_else(|| panic!("no answer: {answer}"))
        .parse()
        .unwrap()
}

/// The value of a header.
pub(crate) fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = message.split("\r\n");
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Sends and receives datagrams.
pub(crate) struct Datagrams {
    pub(crate) socket: UdpSocket,
    center: SocketAddr,
}

impl Datagrams {
    pub(crate) async fn at(address: &str, center: SocketAddr) -> Self {
        let socket = UdpSocket::bind((address, 0)).await.unwrap();
        Self { socket, center }
    }

    pub(crate) async fn send(&self, bytes: impl AsRef<[u8]>) {
        let sent = self.socket.send_to(bytes.as_ref(), self.center).await;
        sent.unwrap();
    }

    /// The next message.
    pub(crate) async fn message(&self) -> String {
        let mut buffer = vec![0; 65_535];
        let received = timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await;
        let (length, _) = received.unwrap().unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    /// The next final answer.
    pub(crate) async fn answer(&self) -> String {
        loop {
            let message = self.message().await;
            if !message.starts_with("SIP/2.0 1") {
                return message;
            }
        }
    }

    /// All messages before the answer to an OPTIONS that is sent now: what was sent before has been
    /// handled then.
    pub(crate) async fn all_until(&self, id: &str) -> Vec<String> {
        self.send(request("OPTIONS", "center", id, "", "")).await;
        let mut all = Vec::new();
        loop {
            let message = self.message().await;
            if header(&message, "Call-ID") == Some(id) {
                assert_eq!(status(&message), 200);
                return all;
            }
            all.push(message);
        }
    }

    /// Whether nothing waits to be read.
    pub(crate) fn is_silent(&self) -> bool {
        self.socket.try_recv_from(&mut [0; 1]).is_err()
    }
}

/// Sends and receives over a connection.
pub(crate) struct Connected {
    stream: Box<dyn Duplex>,
    read: Vec<u8>,
}

impl Connected {
    pub(crate) async fn over_tcp(center: SocketAddr) -> Self {
        Self::over(TcpStream::connect(center).await.unwrap())
    }

    pub(crate) fn over(stream: impl Duplex + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            read: Vec::new(),
        }
    }

    /// Sends; a connection that was closed meanwhile takes nothing.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
        let _ = self.stream.flush().await;
    }

    /// The next message, which has no body; nothing once the connection is closed.
    pub(crate) async fn message(&mut self) -> Option<String> {
        loop {
            let text = String::from_utf8(self.read.clone()).unwrap();
            if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                let head = head.to_owned();
                self.read = rest.as_bytes().to_vec();
                return Some(head);
            }
            let mut buffer = [0; 4096];
            let length = timeout(PATIENCE, self.stream.read(&mut buffer)).await;
            match length.unwrap() {
                Ok(length @ 1..) => self.read.extend_from_slice(&buffer[..length]),
                _ => return None,
            }
        }
    }

    /// Whether requests over it are answered.
    pub(crate) async fn works(&mut self, id: &str) -> bool {
        self.send(request("OPTIONS", "center", id, "", "")).await;
        let answer = self.message().await;
        answer.is_some_and(|answer| status(&answer) == 200)
    }
}
