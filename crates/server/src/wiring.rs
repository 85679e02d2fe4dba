//! From adapters to a running program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use app::ports::Clock;
use app::ports::speech::Speech;
use app::ports::store::Store;
use app::{Adapters, App, Settings};
use axum::Router;
use keys::LocalKeyProvider;
use model::{IdSource, InstanceId, Secret, Timestamp};
use policy::CedarPolicy;
use seal::{DataKey, KeyedHasher};
use signin::{Capacity, LocalVerifier};
use store::SqliteStore;
use telephony::{Handle, Runner};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::control;
use crate::listen::Listener;

/// How often counts of refusals are written.
const REFUSALS_PERIOD: Duration = Duration::from_secs(5);
/// How often what has expired is deleted.
const SWEEP_PERIOD: Duration = Duration::from_mins(10);

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The time now, by the machine's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A source of ids from the operating system's randomness.
pub(crate) fn fresh_ids() -> IdSource {
    IdSource::from_seed(random_bytes())
}

pub(crate) fn random_bytes() -> [u8; 32] {
    KeyedHasher::new(&DataKey::generate()).hash("random bytes", &[])
}

fn authority(origin: &str) -> Result<axum::http::uri::Authority> {
    let host = origin
        .strip_prefix("https://")
        .context("an origin begins with `https://`")?;
    Ok(host.parse()?)
}

/// Store, keys and policy joined into an application.
pub(crate) async fn start_app(
    data: &Path,
    root_key: &Path,
    passphrase: Secret<String>,
    settings: Settings,
    telephony: Option<Arc<Handle>>,
) -> Result<(App, Arc<SqliteStore>)> {
    let store = Arc::new(SqliteStore::open(data)?);
    let root = root_key.to_owned();
    // argon2id takes its time by design.
    let provider = tokio::task::spawn_blocking(move || {
        if root.exists() {
            LocalKeyProvider::open(&root, &passphrase)
        } else {
            LocalKeyProvider::create(&root, &passphrase)
        }
    })
    .await??;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let adapters = Adapters {
        store: Arc::clone(&store) as Arc<dyn Store>,
        keys: Arc::clone(&store) as _,
        provider: Arc::new(provider),
        policy: Arc::new(CedarPolicy::new(settings.signin.second_factor)?),
        verifier: Arc::new(LocalVerifier::new(Capacity::of_cores(cores))?),
        blobs: Arc::clone(&store) as _,
        scanner: None,
        telephony: telephony.map(|handle| handle as _),
        clock: Arc::new(SystemClock),
    };
    let app = App::start(adapters, settings)
        .await
        .context("the center does not start: the log above names the reason")?;
    Ok((app, store))
}

/// Where the program is reached and what it shows there.
pub(crate) struct Sites {
    /// Pages, API and sockets.
    pub(crate) origin: String,
    /// Files.
    pub(crate) files_origin: String,
    /// The instance that the pages serve.
    pub(crate) instance: InstanceId,
    /// Origins of the organisation's own pages.
    pub(crate) approved_origins: Vec<String>,
    /// Flows that visitors may start.
    pub(crate) public_flows: Vec<String>,
}

/// The routers of the main origin (pages first, the API for everything else) and of files.
pub(crate) fn routers(app: &App, sites: &Sites) -> Result<(Router, Router)> {
    let approved = sites
        .approved_origins
        .iter()
        .map(|origin| origin.parse())
        .collect::<Result<_, _>>()?;
    let settings = web::WebSettings {
        origin: sites.origin.parse()?,
        attachments_origin: sites.files_origin.parse()?,
        instance: sites.instance,
        approved_origins: approved,
        public_flows: sites.public_flows.clone(),
        pages: web::Pages::Served,
        limits: web::WebLimits::default(),
    };
    let api = connect_api::ApiSettings {
        public_authority: authority(&sites.origin)?,
        attachments_authority: authority(&sites.files_origin)?,
        approved_origins: sites.approved_origins.iter().cloned().collect(),
        rates: connect_api::Rates::default(),
        page_key: app.derived_key("page tokens"),
    };
    let api = connect_api::router(app.clone(), api);
    let main = web::router_with_api(app.clone(), settings.clone(), api);
    Ok((main, web::attachments_router(app.clone(), settings)))
}

/// Serves until the process is told to stop, then drains. `origin` is that of the pages.
pub(crate) async fn serve(
    data: &Path,
    origin: &str,
    (app, store): (App, Arc<SqliteStore>),
    [main, attachments]: [(Listener, Router); 2],
    events_folder: Option<PathBuf>,
    calls: Option<(Runner, Arc<dyn Speech>)>,
    told: StopSignal,
) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let for_control = Arc::clone(&store) as _;
    let control = control::serve(data, app.clone(), for_control, origin, stopped.clone());
    let delivery = async {
        if let Some(folder) = events_folder {
            outbox::run(app.clone(), folder, stopped.clone()).await;
        }
    };
    let house = async {
        tokio::join!(keep_house(&app, stopped.clone()), sweep_orphan_keys(&store));
    };
    let listeners = async {
        tokio::join!(
            main.0.serve(main.1, stopped.clone()),
            attachments.0.serve(attachments.1, stopped.clone())
        )
    };
    let calls = async {
        match calls {
            Some((runner, speech)) => runner.run(app.clone(), speech, stopped.clone()).await,
            None => Ok(()),
        }
    };
    let ending = async {
        told.came().await;
        tracing::info!("stopping: open requests may end");
        stop.send_replace(true);
    };
    let (controlled, _, (), (), (), called) =
        tokio::join!(control, listeners, ending, delivery, house, calls);
    app.stop().await;
    called.context("calls are not served any more")?;
    controlled
}

/// Refusals of unknown senders are counted; every few seconds the counts join the audit trail. What has
/// expired is deleted now and then.
async fn keep_house(app: &App, mut stop: watch::Receiver<bool>) {
    let mut swept_at = Instant::now();
    loop {
        let stopped = tokio::time::timeout(REFUSALS_PERIOD, stop.wait_for(|stop| *stop)).await;
        let written = match stopped {
            Ok(_) => app.signin().write_all_refusals().await,
            Err(_) => app.signin().write_refusals().await,
        };
        if let Err(error) = written {
            tracing::error!(error = %error, "counts of refusals could not be written");
        }
        if swept_at.elapsed() >= SWEEP_PERIOD {
            swept_at = Instant::now();
            if let Err(error) = app.sweep().await {
                tracing::error!(error = %error, "what has expired could not be deleted");
            }
        }
        if stopped.is_ok() {
            return;
        }
    }
}

/// A crash between a key and the data that it seals leaves the key: it is destroyed at the next start.
async fn sweep_orphan_keys(store: &SqliteStore) {
    match store.sweep_orphan_keys().await {
        Ok(0) => {}
        Ok(swept) => tracing::info!(keys = swept, "destroyed keys that seal nothing"),
        Err(error) => tracing::error!(error = %error, "orphaned keys could not be destroyed"),
    }
}

/// SIGTERM and interrupts, caught from the moment this is made.
pub(crate) struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// Catches both from now on.
    pub(crate) fn catch() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn came(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
