//! `ringfence demo`: a complete sample center on this machine.

mod announce;
mod center;
mod trunk;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use app::Settings;
use clap::Args;
use model::Secret;
use speech::{Speaker, SpeechConfig};

use crate::config::Tls;
use crate::listen::Listener;
use crate::tls::{self, TlsVersion};
use crate::{logs, trunks, wiring};

/// Region and account of the sample center.
const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "000000000000";

/// Options of `ringfence demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where the sample center keeps its data
    #[arg(long, default_value = ".ringfence-demo")]
    data: PathBuf,
    /// Also write addresses and credentials to this file, as shell variables
    #[arg(long)]
    env_file: Option<PathBuf>,
    /// Port of pages and API; files have the next one. 0: any free ones
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Port of SIP over UDP and TCP on loopback; TLS has the next one. 0: any free ones
    #[arg(long, default_value_t = 5060)]
    sip_port: u16,
    /// First UDP port of audio; 4000 follow for trunks. 0: any free one for browsers, 20000 to 23999 for trunks
    #[arg(long, default_value_t = 20_000)]
    media_port: u16,
    /// Write contact events, agent events and records to this folder, as JSON lines
    #[arg(long)]
    events_folder: Option<PathBuf>,
}

/// Makes the sample center, or finds it, and serves it until told to stop.
pub(crate) async fn run(arguments: DemoArguments) -> Result<()> {
    logs::start();
    let told = wiring::StopSignal::catch()?;
    let data = std::path::absolute(&arguments.data)?;
    std::fs::create_dir_all(&data)
        .with_context(|| format!("`{}` cannot be made", data.display()))?;
    let settings = Settings {
        outbox: arguments.events_folder.is_some(),
        ..settings()
    };
    tls::make_local_certificate(&data)?;
    let certificate = Tls {
        certificate: data.join("server.pem"),
        key: data.join("server.key"),
        oldest: TlsVersion::Tls13,
    };
    let section = trunk::section(arguments.sip_port, arguments.media_port)?;
    let (handle, runner) = telephony::start(trunks::config(&section, &certificate)?)?;
    let speaker = Arc::new(Speaker::new(SpeechConfig::default())?);
    // The exception that `doctor` warns of: the demo's passphrase lies beside its data.
    let passphrase = passphrase(&data)?;
    let (app, store) = wiring::start_app(
        &data,
        &data.join("root.key"),
        passphrase,
        settings,
        Some(handle),
    )
    .await?;
    let sample = center::prepare(&app).await?;
    let tls = tls::server_config(
        &certificate.certificate,
        &certificate.key,
        certificate.oldest,
    )?;
    let files_port = if arguments.port == 0 {
        0
    } else {
        arguments.port.saturating_add(1)
    };
    let main = bind(arguments.port, &tls).await?;
    let files = bind(files_port, &tls).await?;
    let origin = format!("https://localhost:{}", main.port()?);
    let files_origin = format!("https://localhost:{}", files.port()?);
    let sites = wiring::Sites {
        origin,
        files_origin,
        instance: sample.instance.instance,
        approved_origins: Vec::new(),
        public_flows: vec![center::CHAT_FLOW.to_owned()],
    };
    let (main_router, files_router) = wiring::routers(&app, &sites)?;
    let reached = trunk::Reached::of(&runner)?;
    announce::announce(
        &sample,
        &sites,
        &reached,
        &data,
        arguments.env_file.as_deref(),
    )?;
    let events = arguments.events_folder;
    wiring::serve(
        &data,
        &sites.origin,
        (app, store),
        [(main, main_router), (files, files_router)],
        events,
        Some((runner, speaker)),
        told,
    )
    .await
}

async fn bind(port: u16, tls: &Arc<rustls::ServerConfig>) -> Result<Listener> {
    Listener::bind(
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        Arc::clone(tls),
    )
    .await
}

fn settings() -> Settings {
    Settings {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        outbox: false,
        phone_numbers: trunk::NUMBERS.map(str::to_owned).into(),
        limits: engine::Limits::default(),
        attachments: app::chat::attachments::AttachmentLimits::default(),
        signin: app::signin::SignInConfig {
            issuer: "Ringfence demo".to_owned(),
            ..app::signin::SignInConfig::default()
        },
    }
}

fn passphrase(data: &Path) -> Result<Secret<String>> {
    use base64::Engine as _;
    let path = data.join("passphrase");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Secret::new(text.trim_end().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text =
                base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(wiring::random_bytes());
            tls::write_private(&path, text.as_bytes())?;
            Ok(Secret::new(text))
        }
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}
