//! What telephony is told at its start.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use media::prompt::Prompt;
use media::webrtc::DtlsIdentity;
use sip::endpoint::{ConfigProblem, EndpointConfig};

/// Everything that telephony is told at its start.
pub struct TelephonyConfig {
    /// Trunks, the public name, how many calls. A port of 0 in [`sip::endpoint::Advertised`] becomes the
    /// port that is listened on.
    pub endpoint: EndpointConfig,
    /// Where SIP over UDP is listened for.
    pub udp: Option<SocketAddr>,
    /// Where SIP over TCP is listened for.
    pub tcp: Option<SocketAddr>,
    /// Where SIP over TLS is listened for, and as whom. Its verifier decides which client certificates
    /// are worth anything.
    pub tls: Option<(SocketAddr, Arc<rustls::ServerConfig>)>,
    /// How trunks are called over TLS.
    pub tls_client: Option<Arc<rustls::ClientConfig>>,
    /// Where the audio of trunks is received.
    pub media: MediaPorts,
    /// Where browsers send their audio; absent: agents cannot take calls.
    pub browsers: Option<BrowserPort>,
    /// Music on hold; absent: silence.
    pub music: Option<Prompt>,
    /// When a call is given up.
    pub limits: CallLimits,
    /// The language that texts are spoken in, as BCP 47 tag; absent: that of the voice.
    pub language: Option<String>,
}

/// UDP ports of trunk legs: each call has an even one of its own; RTCP shares it (RFC 3605, RFC 5761).
#[derive(Debug, Clone)]
pub struct MediaPorts {
    /// The address that is listened on.
    pub bind: IpAddr,
    /// The same as trunks see it.
    pub advertised: IpAddr,
    /// Which ports.
    pub ports: RangeInclusive<u16>,
}

/// The UDP port of all browsers. A second media thread has the next one: the candidate in the answer says
/// which.
#[derive(Clone)]
pub struct BrowserPort {
    /// What is listened on; port 0 takes any.
    pub bind: SocketAddr,
    /// The same address as browsers see it.
    pub advertised: IpAddr,
    /// Certificate and key of DTLS.
    pub identity: DtlsIdentity,
}

/// When a call is given up.
#[derive(Debug, Clone, Copy)]
pub struct CallLimits {
    /// Without a packet of the other side while it should send.
    pub silence: Duration,
    /// Since it was answered.
    pub duration: Duration,
}

impl Default for CallLimits {
    /// Half a minute without audio, twelve hours in all.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            duration: Duration::from_hours(12),
        }
    }
}

/// Why telephony does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Trunks or names that cannot be.
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    /// An address that cannot be listened on.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A thread or its queue could not be made.
    #[error("the threads of media do not start")]
    Threads(#[source] io::Error),
    /// There is no port for audio.
    #[error("the range of media ports holds no even port")]
    NoPorts,
}
