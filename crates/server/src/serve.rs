//! `ringfence serve`: the center that a configuration file describes.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use app::action::CreateInstance;
use app::signin::{SecondFactor, SignInConfig};
use app::{App, Call, Principal, Settings, Target};
use model::{InstanceScope, RequestId, Secret};
use speech::Speaker;

use crate::config::Config;
use crate::listen::Listener;
use crate::{logs, tls, trunks, wiring};

/// Serves until told to stop.
pub(crate) async fn run(path: &Path) -> Result<()> {
    logs::start();
    let told = wiring::StopSignal::catch()?;
    let config = Config::read(path)?;
    let problems = config.problems();
    if !problems.is_empty() {
        bail!(
            "the configuration has problems:\n- {}",
            problems.join("\n- ")
        );
    }
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("`{}` cannot be made", config.data.display()))?;
    let passphrase = std::fs::read_to_string(&config.keys.passphrase_file)?;
    let passphrase = Secret::new(passphrase.trim_end().to_owned());
    let speaker = Arc::new(Speaker::new(config.speech.config()?)?);
    let calls = match &config.telephony {
        Some(section) => Some(telephony::start(trunks::config(section, &config.tls)?)?),
        None => None,
    };
    let (handle, runner) = calls.unzip();
    let (app, store) = wiring::start_app(
        &config.data,
        &config.keys.root_key,
        passphrase,
        settings(&config),
        handle,
    )
    .await?;
    let scope = instance(&app, &config).await?;
    let tls = tls::server_config(&config.tls.certificate, &config.tls.key, config.tls.oldest)?;
    let main = Listener::bind(config.server.address, Arc::clone(&tls)).await?;
    let files = Listener::bind(config.attachments.address, tls).await?;
    let sites = wiring::Sites {
        origin: config.server.origin.clone(),
        files_origin: config.attachments.origin.clone(),
        instance: scope.instance,
        approved_origins: config.approved_origins.clone(),
        public_flows: config.public_flows.clone(),
    };
    let (main_router, files_router) = wiring::routers(&app, &sites)?;
    tracing::info!(origin = %sites.origin, "serving");
    let events = config.events_folder;
    wiring::serve(
        &config.data,
        &sites.origin,
        (app, store),
        [(main, main_router), (files, files_router)],
        events,
        runner.map(|runner| (runner, speaker as _)),
        told,
    )
    .await
}

fn settings(config: &Config) -> Settings {
    Settings {
        region: config.region.clone(),
        account: config.account.clone(),
        outbox: config.events_folder.is_some(),
        phone_numbers: config
            .telephony
            .iter()
            .flat_map(|section| &section.trunks)
            .flat_map(|trunk| trunk.numbers.iter().cloned())
            .collect(),
        limits: engine::Limits::default(),
        attachments: app::chat::attachments::AttachmentLimits::default(),
        signin: SignInConfig {
            second_factor: if config.signin.require_second_factor {
                SecondFactor::Required
            } else {
                SecondFactor::Optional
            },
            issuer: format!("Ringfence {}", config.alias),
            ..SignInConfig::default()
        },
    }
}

/// The instance of this center; the first start makes it and prints the link that sets its first
/// administrator up.
#[expect(
    clippy::print_stdout,
    reason = "the link is for the person at the machine, not for logs"
)]
async fn instance(app: &App, config: &Config) -> Result<InstanceScope> {
    let request = RequestId::generate(&mut wiring::fresh_ids());
    let call = Call::new(
        Principal::System("start"),
        request,
        "connect.amazonaws.com",
        "CreateInstance",
    );
    let call = Arc::new(call);
    let scope = match app.first_instance() {
        Some(scope) => scope,
        None => {
            let permit = app.authorize::<CreateInstance>(&call, Target::Account)?;
            app.create_instance(&call, permit, &config.alias)
                .await?
                .scope
        }
    };
    if let Some(token) = app.set_up_link(&call, scope.instance).await? {
        println!("Set the first administrator up (once, within 24 hours):");
        println!("  {}/app/set-up#{}", config.server.origin, token.expose());
    }
    Ok(scope)
}
