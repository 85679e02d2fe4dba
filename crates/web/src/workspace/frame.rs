//! What the workspace's page sends: one strict enum, parsed at the edge.

use app::Joining;
use model::{AgentStatusId, ContactId, QuickConnectId};
use serde::Deserialize;

use crate::error::ApiError;

#[cfg(test)]
mod tests;

/// Longest `requestId`, bytes.
pub(crate) const REQUEST_ID_BYTES_MAX: usize = 64;
/// Longest text of `text/plain` and `text/markdown`, Unicode scalar values.
pub(crate) const TEXT_CHARS_MAX: usize = 1024;
/// Longest text of the other content types, Unicode scalar values (`SendMessage`).
pub(crate) const STRUCTURED_TEXT_CHARS_MAX: usize = 12_000;

/// A frame of the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ClientFrame {
    /// A sign of life; answered at once.
    Ping,
    /// Something fleeting, without an answer.
    Notice(Notice),
    /// A request, answered once under its id.
    Request(RequestId, Request),
}

/// The id under which the page expects its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// As the page wrote it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: String) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let fits = (1..=REQUEST_ID_BYTES_MAX).contains(&text.len());
        (fits && text.bytes().all(plain)).then_some(Self(text))
    }
}

/// Something fleeting of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The agent types.
    Typing { contact: ContactId },
    /// This item and all before have arrived.
    Delivered { contact: ContactId, sequence: u64 },
    /// This item and all before have been seen.
    Read { contact: ContactId, sequence: u64 },
}

/// Something to be done and answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Chooses a status.
    SetStatus { status: AgentStatusId },
    /// Takes an offer.
    Accept { contact: ContactId },
    /// Lets an offer pass.
    Decline { contact: ContactId },
    /// Ends the chat or completes the task.
    End { contact: ContactId },
    /// Ends wrap-up, or clears a missed offer.
    Complete { contact: ContactId },
    /// Moves the contact.
    Transfer {
        contact: ContactId,
        quick_connect: QuickConnectId,
    },
    /// Says something.
    Send {
        contact: ContactId,
        content_type: MessageType,
        text: String,
    },
    /// Offers the media of a call.
    Connect {
        contact: ContactId,
        sdp: String,
        joining: Joining,
    },
    /// Puts the customer of a call on hold, or takes the customer back.
    Hold { contact: ContactId, on: bool },
    /// Reads items.
    History { contact: ContactId, range: Range },
}

/// Content types of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum MessageType {
    /// Plain text.
    #[serde(rename = "text/plain")]
    Plain,
    /// Markdown.
    #[serde(rename = "text/markdown")]
    Markdown,
    /// JSON.
    #[serde(rename = "application/json")]
    Json,
    /// An interactive message.
    #[serde(rename = "application/vnd.amazonaws.connect.message.interactive")]
    Interactive,
    /// What was chosen in one.
    #[serde(rename = "application/vnd.amazonaws.connect.message.interactive.response")]
    InteractiveResponse,
}

impl MessageType {
    /// As it stands in items.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Json => "application/json",
            Self::Interactive => "application/vnd.amazonaws.connect.message.interactive",
            Self::InteractiveResponse => {
                "application/vnd.amazonaws.connect.message.interactive.response"
            }
        }
    }

    const fn chars_max(self) -> usize {
        match self {
            Self::Plain | Self::Markdown => TEXT_CHARS_MAX,
            Self::Json | Self::Interactive | Self::InteractiveResponse => STRUCTURED_TEXT_CHARS_MAX,
        }
    }
}

/// Which items of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// The newest.
    Newest,
    /// The last ones before this number.
    Before(u64),
    /// The first ones after this number.
    After(u64),
}

/// Why a frame was not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It cannot be told what it was: the connection is closed.
    NotUnderstood,
    /// A request that is wrong: answered under its id.
    Answered { request: RequestId, error: ApiError },
}

/// Parses a text frame. Unknown types and members are refused.
pub(crate) fn parse(text: &str) -> Result<ClientFrame, Refusal> {
    let wire: WireFrame = match serde_json::from_str(text) {
        Ok(wire) => wire,
        Err(fault) => return Err(refuse(text, &fault)),
    };
    let (request, body) = match wire {
        WireFrame::Ping {} => return Ok(ClientFrame::Ping),
        WireFrame::Typing { contact_id } => {
            return Ok(ClientFrame::Notice(Notice::Typing {
                contact: contact_id,
            }));
        }
        WireFrame::Delivered {
            contact_id,
            sequence,
        } => {
            return Ok(ClientFrame::Notice(Notice::Delivered {
                contact: contact_id,
                sequence,
            }));
        }
        WireFrame::Read {
            contact_id,
            sequence,
        } => {
            return Ok(ClientFrame::Notice(Notice::Read {
                contact: contact_id,
                sequence,
            }));
        }
        request => request.into_request(),
    };
    let request = request
        .and_then(RequestId::parse)
        .ok_or(Refusal::NotUnderstood)?;
    match body {
        Ok(body) => Ok(ClientFrame::Request(request, body)),
        Err(error) => Err(Refusal::Answered { request, error }),
    }
}

/// A frame that does not fit the enum still gets its answer where it has a request id.
fn refuse(text: &str, fault: &serde_json::Error) -> Refusal {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "requestId")]
        request_id: String,
    }
    let request = serde_json::from_str::<Envelope>(text)
        .ok()
        .and_then(|envelope| RequestId::parse(envelope.request_id));
    match request {
        Some(request) => Refusal::Answered {
            request,
            // What serde says names members and positions, never values of other members.
            error: ApiError::invalid(format!("the frame does not fit its type: {fault}")),
        },
        None => Refusal::NotUnderstood,
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", deny_unknown_fields, rename_all_fields = "camelCase")]
enum WireFrame {
    #[serde(rename = "ping")]
    Ping {},
    #[serde(rename = "status.set")]
    SetStatus {
        request_id: String,
        status_id: AgentStatusId,
    },
    #[serde(rename = "contact.accept")]
    Accept {
        request_id: String,
        contact_id: ContactId,
    },
    #[serde(rename = "contact.decline")]
    Decline {
        request_id: String,
        contact_id: ContactId,
    },
    #[serde(rename = "contact.end")]
    End {
        request_id: String,
        contact_id: ContactId,
    },
    #[serde(rename = "contact.complete")]
    Complete {
        request_id: String,
        contact_id: ContactId,
    },
    #[serde(rename = "contact.transfer")]
    Transfer {
        request_id: String,
        contact_id: ContactId,
        quick_connect_id: QuickConnectId,
    },
    #[serde(rename = "call.connect")]
    Connect {
        request_id: String,
        contact_id: ContactId,
        sdp: String,
        #[serde(default)]
        take: bool,
    },
    #[serde(rename = "call.hold")]
    Hold {
        request_id: String,
        contact_id: ContactId,
        on: bool,
    },
    #[serde(rename = "chat.send")]
    Send {
        request_id: String,
        contact_id: ContactId,
        content_type: MessageType,
        text: String,
    },
    #[serde(rename = "chat.typing")]
    Typing { contact_id: ContactId },
    #[serde(rename = "chat.delivered")]
    Delivered {
        contact_id: ContactId,
        sequence: u64,
    },
    #[serde(rename = "chat.read")]
    Read {
        contact_id: ContactId,
        sequence: u64,
    },
    #[serde(rename = "chat.history")]
    History {
        request_id: String,
        contact_id: ContactId,
        #[serde(default)]
        before_sequence: Option<u64>,
        #[serde(default)]
        after_sequence: Option<u64>,
    },
}

impl WireFrame {
    /// The request id, where it has one, and the request.
    fn into_request(self) -> (Option<String>, Result<Request, ApiError>) {
        let (id, request) = match self {
            Self::SetStatus {
                request_id,
                status_id: status,
            } => (request_id, Ok(Request::SetStatus { status })),
            Self::Accept {
                request_id,
                contact_id: contact,
            } => (request_id, Ok(Request::Accept { contact })),
            Self::Decline {
                request_id,
                contact_id: contact,
            } => (request_id, Ok(Request::Decline { contact })),
            Self::End {
                request_id,
                contact_id: contact,
            } => (request_id, Ok(Request::End { contact })),
            Self::Complete {
                request_id,
                contact_id: contact,
            } => (request_id, Ok(Request::Complete { contact })),
            Self::Transfer {
                request_id,
                contact_id: contact,
                quick_connect_id: quick_connect,
            } => {
                let request = Request::Transfer {
                    contact,
                    quick_connect,
                };
                (request_id, Ok(request))
            }
            Self::Connect {
                request_id,
                contact_id: contact,
                sdp,
                take,
            } => {
                let joining = if take {
                    Joining::TakeOver
                } else {
                    Joining::IfFree
                };
                let request = Request::Connect {
                    contact,
                    sdp,
                    joining,
                };
                (request_id, Ok(request))
            }
            Self::Hold {
                request_id,
                contact_id: contact,
                on,
            } => (request_id, Ok(Request::Hold { contact, on })),
            Self::Send {
                request_id,
                contact_id,
                content_type,
                text,
            } => (request_id, send(contact_id, content_type, text)),
            Self::History {
                request_id,
                contact_id,
                before_sequence,
                after_sequence,
            } => (
                request_id,
                history(contact_id, before_sequence, after_sequence),
            ),
            Self::Ping {} | Self::Typing { .. } | Self::Delivered { .. } | Self::Read { .. } => {
                return (None, Err(ApiError::invalid("not a request")));
            }
        };
        (Some(id), request)
    }
}

fn send(contact: ContactId, content_type: MessageType, text: String) -> Result<Request, ApiError> {
    let max = content_type.chars_max();
    if text.is_empty() {
        return Err(ApiError::invalid("`text` is empty: write something"));
    }
    // Counting stops where it is clear.
    if text.chars().nth(max).is_some() {
        return Err(ApiError::message_too_long(max));
    }
    Ok(Request::Send {
        contact,
        content_type,
        text,
    })
}

fn history(
    contact: ContactId,
    before: Option<u64>,
    after: Option<u64>,
) -> Result<Request, ApiError> {
    let range = match (before, after) {
        (None, None) => Range::Newest,
        (Some(before), None) => Range::Before(before),
        (None, Some(after)) => Range::After(after),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "give `beforeSequence` or `afterSequence`, not both",
            ));
        }
    };
    Ok(Request::History { contact, range })
}
