//! Trunks: who may call, who is called, and how much.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use crate::digest::Account;
use crate::message::Uri;

/// Everything that an endpoint is told at its start.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The trunks. Where their networks overlap, the first one that fits counts.
    pub trunks: Vec<TrunkConfig>,
    /// Where we are reached, as the outside sees it.
    pub advertised: Advertised,
    /// Calls that may be open at the same time over all trunks, at most
    /// [`CALLS_MAX`](crate::limits::CALLS_MAX).
    pub calls_max: usize,
}

/// The public address that stands in `Via` and `Contact`.
#[derive(Debug, Clone)]
pub struct Advertised {
    /// A host name or address; IPv6 in brackets.
    pub host: String,
    /// The port for UDP and TCP.
    pub port: u16,
    /// The port for TLS.
    pub tls_port: u16,
}

/// The name of a trunk in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrunkId(pub String);

/// One trunk.
#[derive(Debug, Clone)]
pub struct TrunkConfig {
    /// Its name.
    pub id: TrunkId,
    /// From where it may send. Anything else is dropped unread.
    pub sources: Vec<Network>,
    /// What it may use.
    pub transports: Vec<Transport>,
    /// Whether UDP, which anybody can forge, may be among them.
    pub plain_udp: PlainUdp,
    /// The name in the client certificate that its TLS connections have to show.
    pub tls_client: Option<String>,
    /// Where its calls and registrations go, in order; later ones are used when earlier ones are down.
    pub targets: Vec<Target>,
    /// The host of URIs that we send over it.
    pub domain: String,
    /// Who we are to it.
    pub account: Option<Account>,
    /// Who it has to be to us: its INVITEs are challenged.
    pub challenge: Option<Account>,
    /// Calls that it may have open at the same time.
    pub calls_max: usize,
    /// New calls that it may begin per second.
    pub calls_per_second: u32,
    /// How often its targets are asked whether they are alive.
    pub keep_alive: Option<Duration>,
    /// Where and as whom we register.
    pub registration: Option<RegistrationConfig>,
}

/// Registration with a provider.
#[derive(Debug, Clone)]
pub struct RegistrationConfig {
    /// The request URI: `sip:provider.example`.
    pub registrar: String,
    /// Who is registered: `sip:user@provider.example`.
    pub address_of_record: String,
    /// For how long, in seconds.
    pub expires_secs: u32,
}

/// A place that requests are sent to. Names are resolved by whoever makes the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Over what.
    pub transport: Transport,
    /// Where.
    pub address: SocketAddr,
}

/// What carries messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams in clear.
    Udp,
    /// A connection in clear.
    Tcp,
    /// An encrypted connection.
    Tls,
}

/// What becomes of UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainUdp {
    /// It is refused.
    Refused,
    /// It is accepted, because the configuration calls the trunk `legacy`.
    Legacy,
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigProblem {
    /// Two trunks of one name.
    #[error("two trunks are named `{}`", .0.0)]
    Doubled(TrunkId),
    /// UDP without the mark.
    #[error("the trunk `{}` uses UDP, which anybody can forge: use TLS, or mark it `legacy`", .0.0)]
    PlainUdp(TrunkId),
    /// A URI or host that is none.
    #[error("`{0}` is no SIP URI or host")]
    Uri(String),
    /// Not `address` or `address/prefix`.
    #[error(
        "`{0}` is no network: write an address, or an address with a prefix such as `192.0.2.0/24`"
    )]
    Network(String),
}

impl EndpointConfig {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConfigProblem> {
        check_uri(&format!("sip:{}", self.advertised.host))?;
        for (at, trunk) in self.trunks.iter().enumerate() {
            let earlier = self.trunks.iter().take(at);
            if earlier.into_iter().any(|other| other.id == trunk.id) {
                return Err(ConfigProblem::Doubled(trunk.id.clone()));
            }
            let uses_udp = trunk.transports.contains(&Transport::Udp)
                || trunk
                    .targets
                    .iter()
                    .any(|target| target.transport == Transport::Udp);
            if uses_udp && trunk.plain_udp == PlainUdp::Refused {
                return Err(ConfigProblem::PlainUdp(trunk.id.clone()));
            }
            check_uri(&format!("sip:{}", trunk.domain))?;
            if let Some(registration) = &trunk.registration {
                check_uri(&registration.registrar)?;
                check_uri(&registration.address_of_record)?;
            }
        }
        Ok(())
    }
}

fn check_uri(text: &str) -> Result<(), ConfigProblem> {
    match Uri::parse(text) {
        Ok(uri) if !uri.host().is_empty() => Ok(()),
        _ => Err(ConfigProblem::Uri(text.to_owned())),
    }
}

impl TrunkConfig {
    /// Whether anything from this address over this transport may be this trunk.
    pub(super) fn may_come_from(&self, transport: Transport, address: IpAddr) -> bool {
        self.transports.contains(&transport) && self.has_address(address)
    }

    /// Whether the address is one of its own.
    pub(super) fn has_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.sources.iter().any(|network| network.contains(address))
            || self
                .targets
                .iter()
                .any(|target| target.address.ip().to_canonical() == address)
    }
}

impl Network {
    /// The range of this address alone.
    pub const fn of(address: IpAddr) -> Self {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Self { address, prefix }
    }

    /// The address that it was written with.
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many of the first bits count.
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let shift = 32_u32.saturating_sub(self.prefix.into());
                let cut = |address: u32| address.checked_shr(shift).unwrap_or(0);
                cut(ours.to_bits()) == cut(theirs.to_bits())
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let shift = 128_u32.saturating_sub(self.prefix.into());
                let cut = |address: u128| address.checked_shr(shift).unwrap_or(0);
                cut(ours.to_bits()) == cut(theirs.to_bits())
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ConfigProblem;

    fn from_str(text: &str) -> Result<Self, ConfigProblem> {
        let problem = || ConfigProblem::Network(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| problem())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| problem())?,
            None => longest,
        };
        (prefix <= longest)
            .then_some(Self { address, prefix })
            .ok_or_else(problem)
    }
}

impl Transport {
    /// As it stands in `Via`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// As it stands in a URI and in snapshots.
    pub(super) const fn as_lower(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls]
            .into_iter()
            .find(|one| one.as_lower() == name)
    }

    /// The port where none is named.
    pub(super) const fn default_port(self) -> u16 {
        match self {
            Self::Tls => 5061,
            _ => 5060,
        }
    }
}

impl Advertised {
    pub(super) fn host_and_port(&self, transport: Transport) -> String {
        let port = match transport {
            Transport::Tls => self.tls_port,
            _ => self.port,
        };
        format!("{}:{port}", self.host)
    }
}

impl fmt::Display for TrunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
