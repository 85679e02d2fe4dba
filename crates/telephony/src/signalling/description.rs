//! What is agreed on with a trunk, as media wants it.

use std::net::SocketAddr;

use media::Law;
use media::leg::{Codec, Direction, LegConfig, LegKeys, LegLimits};
use media::rtp::OutgoingConfig;
use media::srtp::{MasterKey, Suite};
use model::Secret;
use sip::endpoint::Transport;
use sip::sdp::{
    ClearMedia, Codec as SdpCodec, Direction as SdpDirection, LocalMedia, MediaSecurity,
    MediaStream, SrtpKey, SrtpSuite, StreamSecurity,
};

use crate::clocks::Clocks;
use crate::config::CallLimits;
use crate::random;

/// The suites that are offered and accepted, best first.
const SUITES: [SrtpSuite; 3] = [
    SrtpSuite::AeadAes256Gcm,
    SrtpSuite::AeadAes128Gcm,
    SrtpSuite::AesCm128HmacSha1_80,
];

/// What we bring to a call. Keys are told only where nobody else can read them. `clear` says whether a peer
/// that signals over TLS may leave its audio in clear.
pub(super) fn local_media(
    address: SocketAddr,
    transport: Transport,
    clear: ClearMedia,
) -> LocalMedia {
    let security = match transport {
        Transport::Udp | Transport::Tcp => MediaSecurity::Clear,
        Transport::Tls => MediaSecurity::SdesOverTls {
            keys: SUITES.into_iter().filter_map(fresh_key).collect(),
            clear,
        },
    };
    LocalMedia {
        address,
        rtcp_port: Some(address.port()),
        codecs: vec![SdpCodec::Pcma, SdpCodec::Pcmu],
        direction: SdpDirection::SendReceive,
        packet_ms: 20,
        security,
        // Some implementations read it into 63 bits.
        session_id: u64::from_be_bytes(random::bytes()) >> 2,
    }
}

fn fresh_key(suite: SrtpSuite) -> Option<SrtpKey> {
    let random: [u8; 64] = random::bytes();
    let bytes = random.get(..suite.key_bytes())?.to_vec();
    SrtpKey::new(suite, Secret::new(bytes))
}

/// The leg that an agreement makes. Nothing where it names a codec that we did not bring.
pub(super) fn leg_config(
    stream: &MediaStream,
    clocks: Clocks,
    limits: CallLimits,
) -> Option<LegConfig> {
    let law = match stream.codec {
        SdpCodec::Pcma => Law::A,
        SdpCodec::Pcmu => Law::Mu,
        SdpCodec::G722 | SdpCodec::Opus => return None,
    };
    let keys = match &stream.security {
        StreamSecurity::Clear => None,
        StreamSecurity::Srtp { send, receive } => Some(LegKeys {
            send: master_key(send)?,
            receive: master_key(receive)?,
        }),
    };
    Some(LegConfig {
        remote: stream.remote,
        remote_rtcp: stream.remote_rtcp,
        codec: Codec::G711(law),
        payload_type: stream.receive_payload,
        event_payload_type: stream.receive_tones,
        direction: match (stream.direction.sends(), stream.direction.receives()) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        },
        keys,
        limits: LegLimits {
            silence: limits.silence,
            duration: limits.duration,
        },
        outgoing: OutgoingConfig {
            ssrc: u32::from_be_bytes(random::bytes()),
            first_sequence: u16::from_be_bytes(random::bytes()),
            first_timestamp: u32::from_be_bytes(random::bytes()),
            clock_rate: 8000,
        },
        cname: format!("{:016x}", u64::from_be_bytes(random::bytes())),
        epoch: clocks.epoch(),
    })
}

fn master_key(key: &SrtpKey) -> Option<MasterKey> {
    let suite = match key.suite() {
        SrtpSuite::AeadAes256Gcm => Suite::AeadAes256Gcm,
        SrtpSuite::AeadAes128Gcm => Suite::AeadAes128Gcm,
        SrtpSuite::AesCm128HmacSha1_80 => Suite::AesCm128HmacSha1_80,
        SrtpSuite::AesCm128HmacSha1_32 => Suite::AesCm128HmacSha1_32,
    };
    MasterKey::from_bytes(suite, key.bytes().expose().clone())
}
