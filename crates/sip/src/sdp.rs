//! Session descriptions (RFC 8866) and how two of them make a call (RFC 3264).

mod crypto;
mod negotiate;
mod parse;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

pub use crypto::{CryptoAttribute, SrtpKey, SrtpSuite};
pub use negotiate::{
    Agreement, ClearMedia, Codec, LocalMedia, MediaSecurity, MediaStream, NegotiationError,
    StreamSecurity, accept_answer, answer, offer, reoffer,
};
pub use parse::SdpProblem;

/// A session description. Attributes that are not understood are kept in order.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    /// Who describes, and the how-manieth description of this session it is.
    pub origin: Origin,
    /// The name of the session.
    pub name: String,
    /// Where media goes, unless a section says otherwise.
    pub connection: Option<IpAddr>,
    /// Attributes of the whole session.
    pub attributes: Vec<Attribute>,
    /// What is sent and received, section by section.
    pub media: Vec<Media>,
}

/// The `o=` line.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    /// A name without blanks; `-` for none.
    pub user: String,
    /// The number of the session.
    pub id: u64,
    /// Grows with each change of the description.
    pub version: u64,
    /// The host that the session was made on: an address or a name.
    pub host: String,
}

/// One `m=` section.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// What kind of media.
    pub kind: MediaKind,
    /// Where it is received; 0 refuses or ends the section.
    pub port: u16,
    /// How it is carried.
    pub protocol: Protocol,
    /// Payload types, preferred first.
    pub formats: Vec<String>,
    /// Where media goes, where it differs from the session's.
    pub connection: Option<IpAddr>,
    /// Attributes of this section, in order.
    pub attributes: Vec<Attribute>,
}

/// The kinds of media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaKind {
    /// `audio`
    Audio,
    /// Anything else, by its name.
    Other(String),
}

/// How media is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// `RTP/AVP`: in clear.
    RtpAvp,
    /// `RTP/SAVP`: encrypted.
    RtpSavp,
    /// Anything else, by its name.
    Other(String),
}

/// An `a=` line.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Before the colon.
    pub name: String,
    /// Behind it, where there is one.
    pub value: Option<String>,
}

/// Which way media flows, seen from the side that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendReceive,
    /// Out only: the other side is held.
    SendOnly,
    /// In only.
    ReceiveOnly,
    /// Neither.
    Inactive,
}

/// What a payload type stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpMap {
    /// The payload type, from 0 to 127.
    pub payload: u8,
    /// The name of the encoding, as it was written.
    pub encoding: String,
    /// Ticks of the timestamp per second.
    pub clock_hz: u32,
    /// Number of channels.
    pub channels: u8,
}

impl Description {
    /// The first section of audio that is not refused, and its place.
    pub fn active_audio(&self) -> Option<(usize, &Media)> {
        self.media
            .iter()
            .enumerate()
            .find(|(_, media)| media.kind == MediaKind::Audio && media.port != 0)
    }

    /// Which way a section flows: its own attribute, or the session's.
    pub fn direction_of(&self, media: &Media) -> Direction {
        Direction::among(&media.attributes)
            .or_else(|| Direction::among(&self.attributes))
            .unwrap_or_default()
    }

    /// Where a section's media is sent to. Nothing without an address.
    pub fn target_of(&self, media: &Media) -> Option<SocketAddr> {
        let address = media.connection.or(self.connection)?;
        Some(SocketAddr::new(address, media.port))
    }
}

impl Media {
    /// The value of the first attribute of this name: empty for a bare one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_deref().unwrap_or_default())
    }

    /// What the payload type means: its `rtpmap`, or the static meaning of RFC 3551.
    pub fn rtpmap(&self, payload: u8) -> Option<RtpMap> {
        self.rtpmaps()
            .find(|map| map.payload == payload)
            .or_else(|| RtpMap::of_static(payload))
    }

    /// The parameters of a payload type (`fmtp`).
    pub fn format_parameters(&self, payload: u8) -> Option<&str> {
        all(&self.attributes, "fmtp").find_map(|value| {
            let (number, rest) = value.split_once(' ')?;
            (number.parse() == Ok(payload)).then_some(rest)
        })
    }

    /// Payload types that are numbers, preferred first.
    pub fn payloads(&self) -> impl Iterator<Item = u8> {
        self.formats
            .iter()
            .filter_map(|format| format.parse().ok())
            .filter(|payload| *payload <= PAYLOAD_MAX)
    }

    /// Milliseconds of audio per packet.
    pub fn packet_ms(&self) -> Option<u32> {
        self.attribute("ptime")?.trim().parse().ok()
    }

    /// Whether RTP and RTCP share a port (RFC 5761).
    pub fn has_rtcp_mux(&self) -> bool {
        self.attribute("rtcp-mux").is_some()
    }

    /// Where RTCP goes, where `a=rtcp` says so (RFC 3605).
    pub fn rtcp_target(&self) -> Option<(u16, Option<IpAddr>)> {
        let mut parts = self.attribute("rtcp")?.split(' ');
        let port = parts.next()?.parse().ok()?;
        let address = parts.nth(2).and_then(|address| address.parse().ok());
        Some((port, address))
    }

    /// The keys that are offered for SRTP, those that are understood, in order (RFC 4568).
    pub fn cryptos(&self) -> impl Iterator<Item = CryptoAttribute> {
        all(&self.attributes, "crypto").filter_map(CryptoAttribute::parse)
    }

    fn rtpmaps(&self) -> impl Iterator<Item = RtpMap> {
        all(&self.attributes, "rtpmap").filter_map(RtpMap::parse)
    }
}

/// Largest payload type.
const PAYLOAD_MAX: u8 = 127;

impl RtpMap {
    fn parse(value: &str) -> Option<Self> {
        let (payload, encoding) = value.split_once(' ')?;
        let payload = payload.parse().ok().filter(|one| *one <= PAYLOAD_MAX)?;
        let mut parts = encoding.trim().split('/');
        let encoding = parts.next().filter(|name| !name.is_empty())?.to_owned();
        let clock_hz = parts.next()?.parse().ok()?;
        let channels = match parts.next() {
            Some(channels) => channels.parse().ok()?,
            None => 1,
        };
        parts.next().is_none().then_some(Self {
            payload,
            encoding,
            clock_hz,
            channels,
        })
    }

    /// The payload types of RFC 3551 that matter on the telephone.
    fn of_static(payload: u8) -> Option<Self> {
        let encoding = match payload {
            0 => "PCMU",
            8 => "PCMA",
            // Its clock is 8000 by an old mistake that became the rule.
            9 => "G722",
            _ => return None,
        };
        Some(Self {
            payload,
            encoding: encoding.to_owned(),
            clock_hz: 8000,
            channels: 1,
        })
    }
}

impl Direction {
    /// Whether the side that says it sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendReceive | Self::SendOnly)
    }

    /// Whether the side that says it receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendReceive | Self::ReceiveOnly)
    }

    /// The same flow seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self::from_flows(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::from_flows(
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        )
    }

    /// The attribute's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    const fn from_flows(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendReceive,
            (true, false) => Self::SendOnly,
            (false, true) => Self::ReceiveOnly,
            (false, false) => Self::Inactive,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [
            Self::SendReceive,
            Self::SendOnly,
            Self::ReceiveOnly,
            Self::Inactive,
        ]
        .into_iter()
        .find(|direction| direction.as_str() == name)
    }

    fn among(attributes: &[Attribute]) -> Option<Self> {
        attributes.iter().find_map(|one| Self::parse(&one.name))
    }
}

impl Attribute {
    /// An attribute with a value.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value.into()),
        }
    }

    /// An attribute that is a bare name.
    pub fn flag(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: None,
        }
    }
}

fn all<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a str> {
    attributes
        .iter()
        .filter(move |attribute| attribute.name == name)
        .map(|attribute| attribute.value.as_deref().unwrap_or_default())
}

/// The kinds and ports of its sections: attributes hold keys.
impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Description")
            .field("version", &self.origin.version)
            .field("media", &self.media)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({} {})", self.id, self.version)
    }
}

/// The kind, port and formats: attributes hold keys.
impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .field("port", &self.port)
            .field("protocol", &self.protocol)
            .field("formats", &self.formats)
            .finish_non_exhaustive()
    }
}

/// The name alone: `crypto` holds a key.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.name)
    }
}
