//! Frames of the participant's WebSocket: `{"topic": …, "content": …}` both ways.

use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// The topic of a chat.
pub(crate) const CHAT_TOPIC: &str = "aws/chat";

/// Most topics that one frame may subscribe to.
const TOPICS_MAX: usize = 16;

/// What a client may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClientFrame {
    /// `aws/subscribe`: wants these topics.
    Subscribe(Vec<String>),
    /// `aws/ping`.
    Ping,
    /// `aws/heartbeat`.
    Heartbeat,
    /// A topic that is not ours. Clients may send what they like; it is ignored.
    Other,
}

/// The text is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a frame: expected a JSON object with `topic`")]
pub(crate) struct InvalidFrame;

/// Parses a frame of a client. Members that we do not know are ignored, as clients of later versions
/// may add some.
pub(crate) fn parse_client_frame(text: &str) -> Result<ClientFrame, InvalidFrame> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow)]
        topic: std::borrow::Cow<'a, str>,
        #[serde(default)]
        content: serde_json::Value,
    }
    #[derive(Deserialize)]
    struct Topics {
        topics: Vec<String>,
    }
    let wire: Wire<'_> = serde_json::from_str(text).map_err(|_| InvalidFrame)?;
    match wire.topic.as_ref() {
        "aws/ping" => Ok(ClientFrame::Ping),
        "aws/heartbeat" => Ok(ClientFrame::Heartbeat),
        "aws/subscribe" => {
            let Topics { topics } =
                serde_json::from_value(wire.content).map_err(|_| InvalidFrame)?;
            if topics.len() > TOPICS_MAX {
                return Err(InvalidFrame);
            }
            Ok(ClientFrame::Subscribe(topics))
        }
        _ => Ok(ClientFrame::Other),
    }
}

/// The answer to `aws/subscribe`: of the wanted topics only the chat's is granted. Refused topics are
/// answered as a failure, so that clients do not wait.
pub(crate) fn subscribed(topics: &[String]) -> String {
    let status = if topics.iter().any(|topic| topic == CHAT_TOPIC) {
        "success"
    } else {
        "failure"
    };
    let granted: Vec<&String> = topics.iter().filter(|topic| *topic == CHAT_TOPIC).collect();
    let shown = if granted.is_empty() {
        topics.iter().collect()
    } else {
        granted
    };
    serde_json::json!({
        "topic": "aws/subscribe",
        "content": {"status": status, "topics": shown},
    })
    .to_string()
}

/// The answer to `aws/ping`.
pub(crate) const PONG: &str = r#"{"topic":"aws/ping","statusCode":200,"statusContent":"OK"}"#;

/// The answer to `aws/heartbeat`.
pub(crate) const HEARTBEAT: &str = r#"{"topic":"aws/heartbeat"}"#;

/// A push: the item travels as a string of JSON within the frame.
pub(crate) fn push(item: &impl Serialize) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Push {
        topic: &'static str,
        content_type: &'static str,
        content: String,
    }
    serde_json::to_string(&Push {
        topic: CHAT_TOPIC,
        content_type: "application/json",
        content: serde_json::to_string(item)?,
    })
}
