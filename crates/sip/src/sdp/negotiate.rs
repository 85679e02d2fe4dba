//! Offers and answers (RFC 3264): one stream of audio, everything else refused.

use std::net::SocketAddr;

use super::{
    Attribute, CryptoAttribute, Description, Direction, Media, MediaKind, Origin, Protocol,
    SrtpKey, SrtpSuite,
};

/// A codec of the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// G.711 A-law.
    Pcma,
    /// G.711 µ-law.
    Pcmu,
    /// G.722, 16 kHz.
    G722,
    /// Opus (RFC 7587).
    Opus,
}

/// What this side brings to a negotiation.
#[derive(Debug, Clone)]
pub struct LocalMedia {
    /// Where RTP is received, as the other side sees it.
    pub address: SocketAddr,
    /// Where RTCP is received, where that is neither the same port nor the next one.
    pub rtcp_port: Option<u16>,
    /// The codecs, preferred first.
    pub codecs: Vec<Codec>,
    /// Which way media may flow, seen from this side. `SendOnly` holds the other one.
    pub direction: Direction,
    /// Milliseconds of audio per packet.
    pub packet_ms: u32,
    /// How media is protected.
    pub security: MediaSecurity,
    /// The number of the session, kept over its life.
    pub session_id: u64,
}

/// How this side protects media.
#[derive(Debug, Clone)]
pub enum MediaSecurity {
    /// Not at all: RTP/AVP is offered and accepted, RTP/SAVP refused. All that may be done where the
    /// signalling is in clear: whoever reads a key can use it.
    Clear,
    /// With keys in the session description, because the signalling is over TLS. One key for each suite
    /// that is supported, preferred first.
    SdesOverTls {
        /// Keys that this side encrypts with, fresh for this call.
        keys: Vec<SrtpKey>,
        /// Whether a peer that offers RTP/AVP is served as well.
        clear: ClearMedia,
    },
}

/// What happens to an offer of RTP in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClearMedia {
    /// It is refused.
    Refused,
    /// It is served.
    Served,
}

/// What an offer and an answer agreed on.
#[derive(Debug, Clone)]
pub struct MediaStream {
    /// The place of the section in both descriptions.
    pub section: usize,
    /// Where RTP is sent to. Port and address are those of the other side's description.
    pub remote: SocketAddr,
    /// Where RTCP is sent to.
    pub remote_rtcp: SocketAddr,
    /// RTP and RTCP share a port.
    pub rtcp_mux: bool,
    /// The codec, both ways.
    pub codec: Codec,
    /// The payload type to send.
    pub send_payload: u8,
    /// The payload type that is received.
    pub receive_payload: u8,
    /// The payload type for tones to send (RFC 4733), where the other side takes them.
    pub send_tones: Option<u8>,
    /// The payload type of tones that are received.
    pub receive_tones: Option<u8>,
    /// Milliseconds of audio per packet that the other side asks for.
    pub packet_ms: u32,
    /// Which way media flows, seen from this side.
    pub direction: Direction,
    /// The keys.
    pub security: StreamSecurity,
}

/// How the agreed stream is protected.
#[derive(Debug, Clone)]
pub enum StreamSecurity {
    /// RTP.
    Clear,
    /// SRTP with a key for each direction, of the same suite.
    Srtp {
        /// This side encrypts with it.
        send: SrtpKey,
        /// The other side encrypts with it.
        receive: SrtpKey,
    },
}

/// An answer and what it agrees to.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// What is sent to the other side.
    pub description: Description,
    /// What media has to do.
    pub stream: MediaStream,
}

/// Why no stream comes about: 488 to an offer, BYE to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NegotiationError {
    /// There is no audio, or only refused audio.
    #[error("no section of audio is on offer")]
    NoAudio,
    /// No codec in common.
    #[error("no codec in common")]
    NoCodec,
    /// Encryption is demanded and cannot be had, or the other way round.
    #[error("no protection of media in common")]
    NoProtection,
    /// The answer does not fit its offer.
    #[error("the answer does not fit the offer")]
    Mismatch,
}

const TONES: &str = "telephone-event";
/// The first version of a description.
const FIRST_VERSION: u64 = 1;
/// Milliseconds of audio per packet where nobody says anything.
const PACKET_MS: u32 = 20;

impl Codec {
    /// What a call in it costs beside others: nothing where no party needs a conversion.
    const fn cost(self) -> u8 {
        match self {
            Self::Pcma | Self::Pcmu => 0,
            Self::G722 => 1,
            Self::Opus => 2,
        }
    }

    /// The name in a session description.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
            Self::G722 => "G722",
            Self::Opus => "opus",
        }
    }

    /// Ticks of the RTP timestamp per second. G.722 says 8000 by an old mistake that became the rule.
    pub const fn clock_hz(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            _ => 8000,
        }
    }

    const fn payload(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::Opus => 111,
        }
    }

    const fn tones_payload(self) -> u8 {
        match self {
            Self::Opus => 110,
            _ => 101,
        }
    }

    const fn channels(self) -> u8 {
        match self {
            Self::Opus => 2,
            _ => 1,
        }
    }

    /// The payload type under which a section offers this codec.
    fn payload_in(self, media: &Media) -> Option<u8> {
        media.payloads().find(|payload| {
            media.rtpmap(*payload).is_some_and(|map| {
                map.encoding.eq_ignore_ascii_case(self.as_str())
                    && map.clock_hz == self.clock_hz()
                    && map.channels == self.channels()
            })
        })
    }

    /// The payload type of tones with this codec's clock.
    fn tones_in(self, media: &Media) -> Option<u8> {
        media.payloads().find(|payload| {
            media.rtpmap(*payload).is_some_and(|map| {
                map.encoding.eq_ignore_ascii_case(TONES) && map.clock_hz == self.clock_hz()
            })
        })
    }
}

/// A first offer.
pub fn offer(local: &LocalMedia) -> Description {
    let mut media = section(local, &local.codecs, None);
    media.attributes.push(Attribute::flag("rtcp-mux"));
    match &local.security {
        MediaSecurity::Clear => {}
        MediaSecurity::SdesOverTls { keys, .. } => {
            media.protocol = Protocol::RtpSavp;
            for (tag, key) in (1..).zip(keys) {
                let crypto = CryptoAttribute {
                    tag,
                    key: key.clone(),
                };
                media
                    .attributes
                    .push(Attribute::new("crypto", crypto.to_value()));
            }
        }
    }
    describe(local, FIRST_VERSION, vec![media])
}

/// A further offer of a session: the sections of `current`, which this side sent last, keep their places,
/// and the version grows (RFC 3264, section 8).
pub fn reoffer(current: &Description, local: &LocalMedia) -> Description {
    let mut next = offer(local);
    let active = current.active_audio().map_or(0, |(at, _)| at);
    if let Some(media) = next.media.pop() {
        let mut sections = current.media.clone();
        match sections.get_mut(active) {
            Some(place) => *place = media,
            None => sections.push(media),
        }
        next.media = sections;
    }
    next.origin = Origin {
        version: current.origin.version.saturating_add(1),
        ..current.origin.clone()
    };
    next
}

/// The answer to an offer. `current` is the description that this side sent last, where there is one: the
/// version grows only if something changes.
pub fn answer(
    offer: &Description,
    local: &LocalMedia,
    current: Option<&Description>,
) -> Result<Agreement, NegotiationError> {
    let mut error = NegotiationError::NoAudio;
    let mut found = None;
    for (at, media) in offer.media.iter().enumerate() {
        if media.kind != MediaKind::Audio || media.port == 0 {
            continue;
        }
        match agree(offer, at, media, local) {
            Ok(stream) => {
                found = Some(stream);
                break;
            }
            Err(problem) => error = problem,
        }
    }
    let (stream, ours) = found.ok_or(error)?;
    let sections = offer
        .media
        .iter()
        .enumerate()
        .map(|(at, media)| {
            if at == stream.section {
                ours.clone()
            } else {
                refused(media)
            }
        })
        .collect();
    let mut description = describe(local, FIRST_VERSION, sections);
    if let Some(current) = current {
        description.origin = current.origin.clone();
        if description != *current {
            description.origin.version = description.origin.version.saturating_add(1);
        }
    }
    Ok(Agreement {
        description,
        stream,
    })
}

/// What the answer to our offer agrees to.
pub fn accept_answer(
    offer: &Description,
    answer: &Description,
    local: &LocalMedia,
) -> Result<MediaStream, NegotiationError> {
    if offer.media.len() != answer.media.len() {
        return Err(NegotiationError::Mismatch);
    }
    let (at, ours) = offer.active_audio().ok_or(NegotiationError::NoAudio)?;
    let theirs = answer.media.get(at).ok_or(NegotiationError::Mismatch)?;
    if theirs.kind != ours.kind || theirs.protocol != ours.protocol {
        return Err(NegotiationError::Mismatch);
    }
    if theirs.port == 0 {
        return Err(NegotiationError::NoAudio);
    }
    // The answer's numbers are those that its sender wants to receive; ours are those of our offer.
    let (codec, send_payload) =
        first_codec(theirs, &local.codecs).ok_or(NegotiationError::NoCodec)?;
    let receive_payload = codec.payload_in(ours).ok_or(NegotiationError::NoCodec)?;
    let security = match (&ours.protocol, theirs.cryptos().next()) {
        (Protocol::RtpAvp, _) => StreamSecurity::Clear,
        (Protocol::RtpSavp, Some(chosen)) => {
            let send = ours
                .cryptos()
                .find(|one| one.tag == chosen.tag && one.key.suite() == chosen.key.suite())
                .ok_or(NegotiationError::NoProtection)?;
            StreamSecurity::Srtp {
                send: send.key,
                receive: chosen.key,
            }
        }
        _ => return Err(NegotiationError::NoProtection),
    };
    let rtcp_mux = ours.has_rtcp_mux() && theirs.has_rtcp_mux();
    stream(answer, at, theirs, rtcp_mux, local).map(|base| MediaStream {
        codec,
        send_payload,
        receive_payload,
        send_tones: codec.tones_in(theirs),
        receive_tones: codec.tones_in(ours),
        security,
        ..base
    })
}

/// The stream and our section of the answer, if this section of an offer can be served.
fn agree(
    offer: &Description,
    at: usize,
    media: &Media,
    local: &LocalMedia,
) -> Result<(MediaStream, Media), NegotiationError> {
    let (codec, payload) = best_codec(media, &local.codecs).ok_or(NegotiationError::NoCodec)?;
    let (security, crypto) = protect(media, &local.security)?;
    let tones = codec.tones_in(media);
    let base = stream(offer, at, media, media.has_rtcp_mux(), local)?;
    let mut ours = section(local, &[codec], Some((payload, tones)));
    ours.protocol = media.protocol.clone();
    set_direction(&mut ours, base.direction);
    if media.has_rtcp_mux() {
        ours.attributes.push(Attribute::flag("rtcp-mux"));
    }
    if let Some(crypto) = crypto {
        ours.attributes
            .push(Attribute::new("crypto", crypto.to_value()));
    }
    let stream = MediaStream {
        codec,
        send_payload: payload,
        receive_payload: payload,
        send_tones: tones,
        receive_tones: tones,
        security,
        ..base
    };
    Ok((stream, ours))
}

/// The codec of an answer: the first in the other side's order that this side has.
fn first_codec(media: &Media, codecs: &[Codec]) -> Option<(Codec, u8)> {
    common_codecs(media, codecs).next()
}

/// The codec to answer an offer with: the one that costs least, and of those that cost the same the first
/// in the other side's order.
fn best_codec(media: &Media, codecs: &[Codec]) -> Option<(Codec, u8)> {
    common_codecs(media, codecs).min_by_key(|(codec, _)| codec.cost())
}

/// What both sides have, in the other side's order.
fn common_codecs(media: &Media, codecs: &[Codec]) -> impl Iterator<Item = (Codec, u8)> {
    media.payloads().filter_map(|payload| {
        codecs
            .iter()
            .find(|codec| codec.payload_in(media) == Some(payload))
            .map(|codec| (*codec, payload))
    })
}

/// The keys for a section on offer, and the line that tells ours.
fn protect(
    media: &Media,
    security: &MediaSecurity,
) -> Result<(StreamSecurity, Option<CryptoAttribute>), NegotiationError> {
    match (&media.protocol, security) {
        (
            Protocol::RtpAvp,
            MediaSecurity::Clear
            | MediaSecurity::SdesOverTls {
                clear: ClearMedia::Served,
                ..
            },
        ) => Ok((StreamSecurity::Clear, None)),
        (Protocol::RtpSavp, MediaSecurity::SdesOverTls { keys, .. }) => {
            let suite_key = |suite: SrtpSuite| keys.iter().find(|key| key.suite() == suite);
            let (offered, ours) = media
                .cryptos()
                .find_map(|one| {
                    let key = suite_key(one.key.suite())?.clone();
                    Some((one, key))
                })
                .ok_or(NegotiationError::NoProtection)?;
            let line = CryptoAttribute {
                tag: offered.tag,
                key: ours.clone(),
            };
            let security = StreamSecurity::Srtp {
                send: ours,
                receive: offered.key,
            };
            Ok((security, Some(line)))
        }
        _ => Err(NegotiationError::NoProtection),
    }
}

/// What a section of the other side says about addresses, packets and direction. Codec and keys are the
/// caller's to fill in.
fn stream(
    description: &Description,
    section: usize,
    media: &Media,
    rtcp_mux: bool,
    local: &LocalMedia,
) -> Result<MediaStream, NegotiationError> {
    let remote = description
        .target_of(media)
        .ok_or(NegotiationError::Mismatch)?;
    let remote_rtcp = if rtcp_mux {
        remote
    } else {
        match media.rtcp_target() {
            Some((port, address)) => SocketAddr::new(address.unwrap_or(remote.ip()), port),
            None => SocketAddr::new(remote.ip(), remote.port().saturating_add(1)),
        }
    };
    let mut theirs = description.direction_of(media);
    // The hold of RFC 2543: nothing can be sent to this address.
    if remote.ip().is_unspecified() {
        theirs = theirs.and(Direction::SendOnly);
    }
    Ok(MediaStream {
        section,
        remote,
        remote_rtcp,
        rtcp_mux,
        codec: Codec::Pcma,
        send_payload: 0,
        receive_payload: 0,
        send_tones: None,
        receive_tones: None,
        packet_ms: media
            .packet_ms()
            .filter(|packet| (10..=120).contains(packet))
            .unwrap_or(PACKET_MS),
        direction: theirs.reversed().and(local.direction),
        security: StreamSecurity::Clear,
    })
}

/// Our section with these codecs; an answer takes the numbers of the offer.
fn section(local: &LocalMedia, codecs: &[Codec], numbers: Option<(u8, Option<u8>)>) -> Media {
    let mut formats = Vec::new();
    let mut attributes = Vec::new();
    let mut tones = Vec::new();
    for codec in codecs {
        let payload = numbers.map_or(codec.payload(), |(payload, _)| payload);
        formats.push(payload.to_string());
        let channels = if codec.channels() > 1 { "/2" } else { "" };
        let map = format!(
            "{payload} {}/{}{channels}",
            codec.as_str(),
            codec.clock_hz()
        );
        attributes.push(Attribute::new("rtpmap", map));
        let payload = match numbers {
            None => Some(codec.tones_payload()),
            Some((_, payload)) => payload,
        };
        if let Some(payload) = payload
            && !tones.contains(&(payload, codec.clock_hz()))
        {
            tones.push((payload, codec.clock_hz()));
        }
    }
    for (payload, clock) in tones {
        formats.push(payload.to_string());
        attributes.push(Attribute::new(
            "rtpmap",
            format!("{payload} {TONES}/{clock}"),
        ));
        attributes.push(Attribute::new("fmtp", format!("{payload} 0-15")));
    }
    attributes.push(Attribute::new("ptime", local.packet_ms.to_string()));
    attributes.push(Attribute::flag(local.direction.as_str()));
    if let Some(port) = local.rtcp_port {
        attributes.push(Attribute::new("rtcp", port.to_string()));
    }
    Media {
        kind: MediaKind::Audio,
        port: local.address.port(),
        protocol: Protocol::RtpAvp,
        formats,
        connection: None,
        attributes,
    }
}

fn set_direction(media: &mut Media, direction: Direction) {
    for attribute in &mut media.attributes {
        if Direction::parse(&attribute.name).is_some() {
            direction.as_str().clone_into(&mut attribute.name);
        }
    }
}

/// The same section with port 0 and without attributes.
fn refused(media: &Media) -> Media {
    Media {
        port: 0,
        connection: None,
        attributes: Vec::new(),
        ..media.clone()
    }
}

fn describe(local: &LocalMedia, version: u64, media: Vec<Media>) -> Description {
    Description {
        origin: Origin {
            user: "-".to_owned(),
            id: local.session_id,
            version,
            host: local.address.ip().to_string(),
        },
        name: "-".to_owned(),
        connection: Some(local.address.ip()),
        attributes: Vec::new(),
        media,
    }
}
