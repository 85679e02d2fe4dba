//! The trunk of the sample center: anybody on this machine, over loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use telephony::Runner;

use crate::config::telephony::{Browsers, Media, Telephony, TransportName, Trunk};

/// Numbers that the trunk brings, from the range that German films may use; the first one is taken.
pub(super) const NUMBERS: [&str; 3] = ["+493023125000", "+493023125110", "+493023125220"];
/// Ports of audio for trunks: two for each call.
const MEDIA_PORTS: u16 = 4000;
/// Where they begin when any will do.
const MEDIA_PORT: u16 = 20_000;
/// Ports between those of browsers, one for each core, and those of trunks.
const BROWSER_PORTS: u16 = 256;

const CALLS_MAX: usize = 2000;
const CALLS_PER_SECOND: u32 = 1000;

/// Where telephones reach the center.
pub(super) struct Reached {
    /// Over UDP and TCP.
    pub(super) sip: SocketAddr,
    /// Over TLS.
    pub(super) tls: SocketAddr,
}

impl Reached {
    pub(super) fn of(runner: &Runner) -> Result<Self> {
        Ok(Self {
            sip: runner.udp_address().context("no port of SIP is open")?,
            tls: runner
                .tls_address()
                .context("no port of SIP over TLS is open")?,
        })
    }
}

/// The configuration that an operator would write.
pub(super) fn section(sip_port: u16, media_port: u16) -> Result<Telephony> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let on = |port| Some(SocketAddr::new(loopback, port));
    let next = |port: u16, by| match port {
        0 => Some(0),
        port => port.checked_add(by),
    };
    let tls_port = next(sip_port, 1).context("`--sip-port` is too high: TLS needs the next one")?;
    let first_port = match media_port {
        0 => MEDIA_PORT,
        port => port.saturating_add(BROWSER_PORTS),
    };
    let last_port = first_port
        .checked_add(MEDIA_PORTS - 1)
        .context("`--media-port` is too high: 4256 ports follow it")?;
    Ok(Telephony {
        host: loopback.to_string(),
        udp: on(sip_port),
        tcp: on(sip_port),
        tls: on(tls_port),
        authorities: None,
        media: Media {
            bind: loopback,
            advertised: None,
            first_port,
            last_port,
        },
        browsers: Some(Browsers {
            bind: SocketAddr::new(loopback, media_port),
            advertised: None,
        }),
        music: None,
        calls_max: CALLS_MAX,
        silence_s: 30,
        duration_s: 3600,
        trunks: vec![Trunk {
            name: "loopback".to_owned(),
            sources: vec![loopback.to_string()],
            transports: vec![TransportName::Udp, TransportName::Tcp, TransportName::Tls],
            legacy: true,
            certificate_name: None,
            targets: Vec::new(),
            domain: "localhost".to_owned(),
            numbers: NUMBERS.map(str::to_owned).to_vec(),
            account: None,
            challenge: None,
            calls_max: CALLS_MAX,
            calls_per_second: CALLS_PER_SECOND,
            keep_alive_s: None,
            registration: None,
        }],
    })
}
