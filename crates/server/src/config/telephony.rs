//! The section `telephony` of the configuration: trunks, ports of audio, languages.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use model::Secret;
use serde::Deserialize;

use super::{Holds, NamedFile};

/// Calls over trunks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telephony {
    /// The host name or address under which trunks reach this machine.
    pub(crate) host: String,
    /// Where SIP over UDP is listened for; only trunks that are marked `legacy` may use it.
    pub(crate) udp: Option<SocketAddr>,
    /// Where SIP over TCP, in clear, is listened for.
    pub(crate) tcp: Option<SocketAddr>,
    /// Where SIP over TLS is listened for.
    pub(crate) tls: Option<SocketAddr>,
    /// PEM file of the authorities that sign the certificates of trunks: those that trunks show us as
    /// clients, and those of the trunks that we call.
    pub(crate) authorities: Option<PathBuf>,
    /// Audio of trunks.
    pub(crate) media: Media,
    /// Audio of agents' browsers; absent: agents cannot take calls.
    pub(crate) browsers: Option<Browsers>,
    /// A WAV file that plays on hold; absent: music that the program brings along.
    pub(crate) music: Option<PathBuf>,
    /// Calls that may be open at the same time.
    #[serde(default = "calls_max")]
    pub(crate) calls_max: usize,
    /// A call ends after so many seconds without audio of the other side.
    #[serde(default = "silence_s")]
    pub(crate) silence_s: u64,
    /// A call ends after so many seconds in all.
    #[serde(default = "duration_s")]
    pub(crate) duration_s: u64,
    /// The trunks. Where their addresses overlap, the first one that fits counts.
    pub(crate) trunks: Vec<Trunk>,
}

/// Audio of trunks: each call has an even UDP port of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    /// The address that is listened on.
    pub(crate) bind: IpAddr,
    /// The same as trunks see it; absent: the same.
    pub(crate) advertised: Option<IpAddr>,
    /// First port.
    pub(crate) first_port: u16,
    /// Last port.
    pub(crate) last_port: u16,
}

/// Audio of browsers: one UDP port for each core, beginning with this one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Browsers {
    /// What is listened on.
    pub(crate) bind: SocketAddr,
    /// The address as browsers see it; absent: the same.
    pub(crate) advertised: Option<IpAddr>,
}

/// One trunk.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trunk {
    /// Its name, for logs.
    pub(crate) name: String,
    /// From which networks it may send; the addresses of `targets` are among them in any case.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    /// What it may use: `tls`, `tcp`, `udp`.
    #[serde(default = "transports")]
    pub(crate) transports: Vec<TransportName>,
    /// Whether UDP, whose senders anybody can forge, may be among them.
    #[serde(default)]
    pub(crate) legacy: bool,
    /// The name that stands in the client certificate of its TLS connections.
    pub(crate) certificate_name: Option<String>,
    /// Where it is called, in order, such as `tls:192.0.2.7:5061`.
    #[serde(default)]
    pub(crate) targets: Vec<String>,
    /// The host of SIP addresses at the trunk.
    pub(crate) domain: String,
    /// The numbers that it brings, as E.164; they can be claimed for instances.
    #[serde(default)]
    pub(crate) numbers: Vec<String>,
    /// Who we are to it.
    pub(crate) account: Option<DigestAccount>,
    /// Who it has to be to us.
    pub(crate) challenge: Option<DigestAccount>,
    /// Calls that it may have open at the same time.
    #[serde(default = "calls_max")]
    pub(crate) calls_max: usize,
    /// New calls that it may begin in a second.
    #[serde(default = "calls_per_second")]
    pub(crate) calls_per_second: u32,
    /// Every so many seconds its targets are asked whether they are alive; absent: never.
    pub(crate) keep_alive_s: Option<u64>,
    /// Where and as whom we register.
    pub(crate) registration: Option<Registration>,
}

/// What carries messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TransportName {
    /// Encrypted.
    Tls,
    /// A connection in clear.
    Tcp,
    /// Datagrams in clear.
    Udp,
}

/// A name and password for digest authentication.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DigestAccount {
    /// The realm that challenges name.
    pub(crate) realm: String,
    /// The name.
    pub(crate) username: String,
    /// File with the password. Outside of the data directory.
    pub(crate) password_file: PathBuf,
    /// Whether MD5 will do where the peer knows nothing better.
    #[serde(default)]
    pub(crate) md5: bool,
}

/// Registration with a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// Such as `sip:provider.example`.
    pub(crate) registrar: String,
    /// Who is registered, such as `sip:user@provider.example`.
    pub(crate) address_of_record: String,
    /// For how long, seconds.
    #[serde(default = "registration_s")]
    pub(crate) expires_s: u32,
}

const fn calls_max() -> usize {
    1000
}

const fn silence_s() -> u64 {
    30
}

const fn duration_s() -> u64 {
    12 * 60 * 60
}

const fn calls_per_second() -> u32 {
    50
}

const fn registration_s() -> u32 {
    3600
}

fn transports() -> Vec<TransportName> {
    vec![TransportName::Tls]
}

impl Telephony {
    /// The files that it names.
    pub(super) fn files(&self) -> Vec<NamedFile<'_>> {
        let mut files = Vec::new();
        for (name, file) in [("authorities", &self.authorities), ("music", &self.music)] {
            let named = |path| NamedFile::new(format!("telephony.{name}"), path, Holds::NoSecret);
            files.extend(file.as_deref().map(named));
        }
        for trunk in &self.trunks {
            for (kind, account) in [("account", &trunk.account), ("challenge", &trunk.challenge)] {
                files.extend(account.as_ref().map(|account| {
                    let name = format!("telephony.trunks `{}` {kind}.password_file", trunk.name);
                    NamedFile::new(name, &account.password_file, Holds::KeySecret)
                }));
            }
        }
        files
    }

    /// What is wrong besides files.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if [self.udp, self.tcp, self.tls].iter().all(Option::is_none) {
            problems
                .push("`telephony`: set `tls`, `tcp` or `udp`, where trunks reach us".to_owned());
        }
        let unread = |_: &DigestAccount| Ok(Secret::new(String::new()));
        match crate::trunks::endpoint(self, unread) {
            Ok(_) => {}
            Err(errors) => {
                let errors = errors.iter();
                problems.extend(errors.map(|error| format!("`telephony.trunks`: {error:#}")));
            }
        }
        for trunk in &self.trunks {
            if trunk.certificate_name.is_some() && self.authorities.is_none() {
                problems.push(format!(
                    "`telephony.trunks` `{}`: `certificate_name` needs `telephony.authorities`, which sign such certificates",
                    trunk.name
                ));
            }
        }
        problems
    }

    /// Settings that are allowed, but weaker than they could be.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for trunk in &self.trunks {
            let name = &trunk.name;
            if trunk.legacy {
                warnings.push(format!(
                    "the trunk `{name}` is `legacy`: over UDP anybody can forge who calls, and everybody on the way can listen"
                ));
            } else if trunk.transports.contains(&TransportName::Tcp) {
                warnings.push(format!(
                    "the trunk `{name}` may use TCP: everybody on the way can listen"
                ));
            } else if trunk.certificate_name.is_none() {
                warnings.push(format!(
                    "the trunk `{name}` is known by its addresses alone: set `certificate_name`"
                ));
            }
        }
        warnings
    }
}
