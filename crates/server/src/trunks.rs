//! Telephony as configured: trunks, TLS, ports, music.

mod music;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use media::prompt::Prompt;
use media::webrtc::DtlsIdentity;
use model::Secret;
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use sip::digest::{Account, Md5Use};
use sip::endpoint::{
    Advertised, EndpointConfig, PlainUdp, RegistrationConfig, Target, Transport, TrunkConfig,
    TrunkId,
};
use telephony::{BrowserPort, CallLimits, MediaPorts, TelephonyConfig};

use crate::config::Tls;
use crate::config::read_secret;
use crate::config::speech::read_certificates;
use crate::config::telephony::{DigestAccount, Telephony, TransportName, Trunk};
use crate::tls;

use music::music;

/// Everything that telephony is told at its start. Secrets are read from their files now.
pub(crate) fn config(section: &Telephony, tls: &Tls) -> Result<TelephonyConfig> {
    let authorities = section
        .authorities
        .as_deref()
        .map(read_authorities)
        .transpose()?;
    let listened = match section.tls {
        None => None,
        Some(address) => Some((address, server_tls(tls, authorities.as_ref())?)),
    };
    let music = match &section.music {
        None => music(),
        Some(file) => {
            let bytes = std::fs::read(file)
                .with_context(|| format!("`{}` cannot be read", file.display()))?;
            Prompt::from_wav(&bytes)
                .with_context(|| format!("`{}` cannot be played", file.display()))?
        }
    };
    let endpoint = endpoint(section, |account| read_secret(&account.password_file));
    let endpoint = endpoint.map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(|one| format!("{one:#}")).collect();
        anyhow!("the trunks have problems: {}", problems.join("; "))
    })?;
    Ok(TelephonyConfig {
        endpoint,
        udp: section.udp,
        tcp: section.tcp,
        tls: listened,
        tls_client: authorities.map(client_tls).transpose()?,
        media: MediaPorts {
            bind: section.media.bind,
            advertised: section.media.advertised.unwrap_or(section.media.bind),
            ports: section.media.first_port..=section.media.last_port,
        },
        browsers: section
            .browsers
            .as_ref()
            .map(|browsers| {
                anyhow::Ok(BrowserPort {
                    bind: browsers.bind,
                    advertised: browsers.advertised.unwrap_or(browsers.bind.ip()),
                    identity: dtls_identity()?,
                })
            })
            .transpose()?,
        music: Some(music),
        limits: CallLimits {
            silence: Duration::from_secs(section.silence_s),
            duration: Duration::from_secs(section.duration_s),
        },
        language: None,
    })
}

/// Trunks and names, checked.
///
/// # Errors
/// Everything that does not fit, with the trunks' names.
pub(crate) fn endpoint(
    section: &Telephony,
    password: impl Fn(&DigestAccount) -> Result<Secret<String>>,
) -> Result<EndpointConfig, Vec<anyhow::Error>> {
    let (mut trunks, mut problems) = (Vec::new(), Vec::new());
    for one in &section.trunks {
        match trunk(one, &password).with_context(|| format!("`{}`", one.name)) {
            Ok(trunk) => trunks.push(trunk),
            Err(problem) => problems.push(problem),
        }
    }
    let endpoint = EndpointConfig {
        trunks,
        advertised: Advertised {
            host: section.host.clone(),
            port: section
                .udp
                .or(section.tcp)
                .map_or(0, |address| address.port()),
            tls_port: section.tls.map_or(0, |address| address.port()),
        },
        calls_max: section.calls_max,
    };
    if let Err(problem) = endpoint.check() {
        problems.push(problem.into());
    }
    if problems.is_empty() {
        Ok(endpoint)
    } else {
        Err(problems)
    }
}

fn trunk(
    trunk: &Trunk,
    password: impl Fn(&DigestAccount) -> Result<Secret<String>>,
) -> Result<TrunkConfig> {
    if trunk.sources.is_empty() && trunk.targets.is_empty() {
        bail!("nobody may call over it: name `sources`, its networks");
    }
    if let Some(number) = trunk
        .numbers
        .iter()
        .find(|number| !app::calls::is_e164(number))
    {
        bail!("`{number}` is no number as E.164: write it such as `+4930123456`");
    }
    let account = |account: &DigestAccount| {
        anyhow::Ok(Account {
            realm: account.realm.clone(),
            username: account.username.clone(),
            password: password(account)?,
            md5: if account.md5 {
                Md5Use::Allowed
            } else {
                Md5Use::Refused
            },
        })
    };
    Ok(TrunkConfig {
        id: TrunkId(trunk.name.clone()),
        sources: trunk
            .sources
            .iter()
            .map(|network| network.parse().map_err(anyhow::Error::new))
            .collect::<Result<_>>()?,
        transports: trunk
            .transports
            .iter()
            .map(|name| transport(*name))
            .collect(),
        plain_udp: if trunk.legacy {
            PlainUdp::Legacy
        } else {
            PlainUdp::Refused
        },
        tls_client: trunk.certificate_name.clone(),
        targets: trunk
            .targets
            .iter()
            .map(|text| target(text))
            .collect::<Result<_>>()?,
        domain: trunk.domain.clone(),
        account: trunk.account.as_ref().map(account).transpose()?,
        challenge: trunk.challenge.as_ref().map(account).transpose()?,
        calls_max: trunk.calls_max,
        calls_per_second: trunk.calls_per_second,
        keep_alive: trunk.keep_alive_s.map(Duration::from_secs),
        registration: trunk.registration.as_ref().map(|one| RegistrationConfig {
            registrar: one.registrar.clone(),
            address_of_record: one.address_of_record.clone(),
            expires_secs: one.expires_s,
        }),
    })
}

const fn transport(name: TransportName) -> Transport {
    match name {
        TransportName::Tls => Transport::Tls,
        TransportName::Tcp => Transport::Tcp,
        TransportName::Udp => Transport::Udp,
    }
}

/// `tls:192.0.2.7:5061`.
fn target(text: &str) -> Result<Target> {
    let parsed = text.split_once(':').and_then(|(name, address)| {
        let transport = match name {
            "tls" => Transport::Tls,
            "tcp" => Transport::Tcp,
            "udp" => Transport::Udp,
            _ => return None,
        };
        let address = address.parse().ok()?;
        Some(Target { transport, address })
    });
    parsed.with_context(|| format!("`{text}` is no target: write it such as `tls:192.0.2.7:5061`"))
}

fn read_authorities(file: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(file)? {
        roots.add(certificate)?;
    }
    if roots.is_empty() {
        bail!("`{}` holds no certificate", file.display());
    }
    Ok(roots)
}

/// The TLS that trunks reach. Which of them must show which certificate, the trunks say; here it is
/// decided only whether a certificate that is shown is worth anything.
fn server_tls(tls: &Tls, authorities: Option<&RootCertStore>) -> Result<Arc<rustls::ServerConfig>> {
    let verifier = match authorities {
        None => WebPkiClientVerifier::no_client_auth(),
        Some(roots) => {
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots.clone()), tls::provider())
                .allow_unauthenticated()
                .build()?
        }
    };
    Ok(Arc::new(tls::with_clients(
        &tls.certificate,
        &tls.key,
        tls.oldest,
        verifier,
    )?))
}

fn client_tls(roots: RootCertStore) -> Result<Arc<rustls::ClientConfig>> {
    let config = rustls::ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Certificate and key of DTLS, made at each start: browsers know it by its fingerprint in the answer.
fn dtls_identity() -> Result<DtlsIdentity> {
    let made = rcgen::generate_simple_self_signed(vec!["ringfence".to_owned()])?;
    Ok(DtlsIdentity {
        certificate: made.cert.der().to_vec(),
        key: Secret::new(made.signing_key.serialize_der()),
    })
}
