//! From text to descriptions.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{
    Attribute, CryptoAttribute, Description, Direction, Media, MediaKind, Origin, Protocol,
};
use crate::limits::{
    SDP_ATTRIBUTES_MAX, SDP_BYTES_MAX, SDP_FORMATS_MAX, SDP_LINE_BYTES_MAX, SDP_MEDIA_MAX,
};
use crate::message::scan::{self, DIGIT, TOKEN};

/// Why a text is no session description. Names places, never values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpProblem {
    /// Longer than [`SDP_BYTES_MAX`].
    #[error("the session description is longer than {SDP_BYTES_MAX} bytes")]
    TooLong,
    /// Not UTF-8, or with control characters.
    #[error("the session description holds bytes that it may not hold")]
    Bytes,
    /// A line that is too long or not `letter=value`.
    #[error("line {0} of the session description is malformed")]
    Line(usize),
    /// A line where it does not belong.
    #[error("line {0} of the session description is out of order")]
    Order(usize),
    /// A line that must be there is not.
    #[error("the session description has no line `{0}=`")]
    Missing(char),
    /// Too many sections, formats or attributes.
    #[error("line {0} of the session description is one too many")]
    TooMany(usize),
    /// An attribute that may stand once stands twice in its section.
    #[error("line {0} of the session description says something a second time")]
    Doubled(usize),
}

impl Description {
    /// Reads a description. Lines end with CR LF, or with LF alone as RFC 8866 tolerates.
    pub fn parse(bytes: &[u8]) -> Result<Self, SdpProblem> {
        if bytes.len() > SDP_BYTES_MAX {
            return Err(SdpProblem::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SdpProblem::Bytes)?;
        let mut reader = Reader::default();
        for (at, line) in text.lines().enumerate() {
            reader.line(at + 1, line)?;
        }
        reader.finish()
    }
}

/// The order of lines in the session part; equal ranks may repeat, except those that stand once.
const SESSION_ORDER: &[(char, u8)] = &[
    ('v', 0),
    ('o', 1),
    ('s', 2),
    ('i', 3),
    ('u', 4),
    ('e', 5),
    ('p', 6),
    ('c', 7),
    ('b', 8),
    ('t', 9),
    ('r', 9),
    ('z', 10),
    ('k', 11),
    ('a', 12),
];

/// The same below an `m=` line.
const MEDIA_ORDER: &[(char, u8)] = &[('i', 1), ('c', 2), ('b', 3), ('k', 4), ('a', 5)];

/// What may repeat.
const REPEATED: &[char] = &['e', 'p', 'b', 't', 'r', 'a'];

#[derive(Default)]
struct Reader {
    /// The rank of the last line and its letter.
    last: Option<(u8, char)>,
    has_time: bool,
    origin: Option<Origin>,
    name: Option<String>,
    connection: Option<IpAddr>,
    attributes: Vec<Attribute>,
    media: Vec<Media>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), SdpProblem> {
        let malformed = SdpProblem::Line(number);
        if line.len() > SDP_LINE_BYTES_MAX {
            return Err(malformed);
        }
        if line
            .bytes()
            .any(|byte| byte.is_ascii_control() && byte != b'\t')
        {
            return Err(SdpProblem::Bytes);
        }
        let mut letters = line.chars();
        let (Some(letter), Some('=')) = (letters.next(), letters.next()) else {
            return Err(malformed);
        };
        let value = letters.as_str();
        if letter == 'm' {
            return self.media_line(number, value);
        }
        self.check_order(number, letter)?;
        match letter {
            'v' if value != "0" => return Err(malformed),
            'o' => self.origin = Some(parse_origin(value).ok_or(malformed)?),
            's' => self.name = Some(value.to_owned()),
            't' => {
                self.has_time = true;
                let valid = value.split_once(' ').is_some_and(|(start, end)| {
                    scan::all(start, DIGIT) && scan::all(end.trim_end(), DIGIT)
                });
                valid.then_some(()).ok_or(malformed)?;
            }
            'c' => {
                let address = parse_connection(value).ok_or(malformed)?;
                match self.media.last_mut() {
                    Some(media) => media.connection = Some(address),
                    None => self.connection = Some(address),
                }
            }
            'a' => {
                let attribute = parse_attribute(value).ok_or(malformed)?;
                let attributes = match self.media.last_mut() {
                    Some(media) => &mut media.attributes,
                    None => &mut self.attributes,
                };
                add_attribute(attributes, attribute, number)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn check_order(&mut self, number: usize, letter: char) -> Result<(), SdpProblem> {
        let order = if self.media.is_empty() {
            SESSION_ORDER
        } else {
            MEDIA_ORDER
        };
        let rank = order
            .iter()
            .find(|(other, _)| *other == letter)
            .map(|(_, rank)| *rank)
            .ok_or(SdpProblem::Order(number))?;
        if let Some((last_rank, last)) = self.last
            && (rank < last_rank || (last == letter && !REPEATED.contains(&letter)))
        {
            return Err(SdpProblem::Order(number));
        }
        if self.last.is_none() && self.media.is_empty() && letter != 'v' {
            return Err(SdpProblem::Order(number));
        }
        self.last = Some((rank, letter));
        Ok(())
    }

    fn media_line(&mut self, number: usize, value: &str) -> Result<(), SdpProblem> {
        let malformed = SdpProblem::Line(number);
        if !self.has_time {
            return Err(SdpProblem::Missing('t'));
        }
        if self.media.len() == SDP_MEDIA_MAX {
            return Err(SdpProblem::TooMany(number));
        }
        let mut parts = value.trim_end().split(' ');
        let kind = parts.next().filter(|kind| scan::all(kind, TOKEN));
        let port = parts.next();
        let protocol = parts
            .next()
            .filter(|protocol| protocol.split('/').all(|part| scan::all(part, TOKEN)));
        let (Some(kind), Some(port), Some(protocol)) = (kind, port, protocol) else {
            return Err(malformed);
        };
        // `port/number` would mean several streams, which nothing on the telephone uses.
        let port = scan::number(port, u64::from(u16::MAX))
            .and_then(|port| u16::try_from(port).ok())
            .ok_or(malformed)?;
        let formats: Vec<String> = parts.map(str::to_owned).collect();
        if formats.is_empty() || formats.iter().any(|format| !scan::all(format, TOKEN)) {
            return Err(malformed);
        }
        if formats.len() > SDP_FORMATS_MAX {
            return Err(SdpProblem::TooMany(number));
        }
        if formats.iter().collect::<BTreeSet<_>>().len() != formats.len() {
            return Err(SdpProblem::Doubled(number));
        }
        self.last = None;
        self.media.push(Media {
            kind: match kind {
                "audio" => MediaKind::Audio,
                other => MediaKind::Other(other.to_owned()),
            },
            port,
            protocol: match protocol {
                "RTP/AVP" => Protocol::RtpAvp,
                "RTP/SAVP" => Protocol::RtpSavp,
                other => Protocol::Other(other.to_owned()),
            },
            formats,
            connection: None,
            attributes: Vec::new(),
        });
        Ok(())
    }

    fn finish(self) -> Result<Description, SdpProblem> {
        if !self.has_time {
            return Err(SdpProblem::Missing('t'));
        }
        let description = Description {
            origin: self.origin.ok_or(SdpProblem::Missing('o'))?,
            name: self.name.ok_or(SdpProblem::Missing('s'))?,
            connection: self.connection,
            attributes: self.attributes,
            media: self.media,
        };
        let lacks_address = |media: &Media| media.connection.or(description.connection).is_none();
        if description.media.iter().any(lacks_address) {
            return Err(SdpProblem::Missing('c'));
        }
        Ok(description)
    }
}

/// `user id version IN IP4 host`.
fn parse_origin(value: &str) -> Option<Origin> {
    let parts: Vec<&str> = value.trim_end().split(' ').collect();
    let [user, id, version, "IN", "IP4" | "IP6", host] = parts.as_slice() else {
        return None;
    };
    let name = |text: &str| !text.is_empty() && text.len() <= 255;
    (name(user) && name(host)).then_some(())?;
    Some(Origin {
        user: (*user).to_owned(),
        id: scan::number(id, u64::MAX)?,
        version: scan::number(version, u64::MAX)?,
        host: (*host).to_owned(),
    })
}

/// `IN IP4 192.0.2.1`: a unicast address. Names would need the outside to be asked, and groups are no
/// telephone's.
fn parse_connection(value: &str) -> Option<IpAddr> {
    let (kind, address) = value.trim_end().strip_prefix("IN IP")?.split_once(' ')?;
    let address = match kind {
        "4" => IpAddr::V4(address.parse().ok()?),
        "6" => IpAddr::V6(address.parse().ok()?),
        _ => return None,
    };
    (!address.is_multicast()).then_some(address)
}

fn parse_attribute(value: &str) -> Option<Attribute> {
    let (name, value) = match value.split_once(':') {
        Some((name, value)) => (name, Some(value.trim_end().to_owned())),
        None => (value.trim_end(), None),
    };
    scan::all(name, TOKEN).then(|| Attribute {
        name: name.to_owned(),
        value,
    })
}

/// INVARIANT: what decides where, how and under which key media flows stands once in its section.
fn add_attribute(
    attributes: &mut Vec<Attribute>,
    attribute: Attribute,
    number: usize,
) -> Result<(), SdpProblem> {
    if attributes.len() == SDP_ATTRIBUTES_MAX {
        return Err(SdpProblem::TooMany(number));
    }
    let key = |one: &Attribute| {
        if Direction::parse(&one.name).is_some() {
            return Some("direction".to_owned());
        }
        match one.name.as_str() {
            "ptime" | "maxptime" | "rtcp" => Some(one.name.clone()),
            "rtpmap" | "fmtp" => {
                let value = one.value.as_deref().unwrap_or_default();
                let payload = value.split(' ').next().unwrap_or_default();
                Some(format!("{} {payload}", one.name))
            }
            "crypto" => CryptoAttribute::tag_of(one.value.as_deref().unwrap_or_default())
                .map(|tag| format!("crypto {tag}")),
            _ => None,
        }
    };
    if let Some(new) = key(&attribute)
        && attributes.iter().any(|one| key(one).as_ref() == Some(&new))
    {
        return Err(SdpProblem::Doubled(number));
    }
    attributes.push(attribute);
    Ok(())
}
