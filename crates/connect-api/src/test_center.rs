//! A real application on a store in a folder of its own, for tests of this crate.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use app::action::CreateInstance;
use app::chat::attachments::AttachmentLimits;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, Call, Principal, Settings, Target};
use keys::LocalKeyProvider;
use model::{IdSource, InstanceId, RequestId, Secret, Timestamp};
use policy::CedarPolicy;
use signin::{Capacity, LocalVerifier};
use store::SqliteStore;
use tempfile::TempDir;

use crate::operation::Service;
use crate::page::PageTokens;
use crate::settings::ApiSettings;
use crate::throttle::Rates;

/// The time of these tests: 2027-01-15T08:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A center in a folder of its own, with one instance.
pub(crate) struct Center {
    pub(crate) app: App,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) instance: InstanceId,
    pub(crate) settings: ApiSettings,
    pub(crate) pages: PageTokens,
    pub(crate) ids: Mutex<IdSource>,
    _folder: TempDir,
}

impl Center {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("data")).unwrap());
        let passphrase = Secret::new("correct horse battery staple".to_owned());
        let root = folder.path().join("root.key");
        let provider = LocalKeyProvider::create(&root, &passphrase).unwrap();
        let adapters = Adapters {
            store: Arc::clone(&store) as _,
            keys: Arc::clone(&store) as _,
            provider: Arc::new(provider),
            policy: Arc::new(CedarPolicy::new(SecondFactor::Optional).unwrap()),
            verifier: Arc::new(LocalVerifier::new(Capacity::of_cores(1)).unwrap()),
            blobs: Arc::clone(&store) as _,
            scanner: None,
            telephony: None,
            clock: Arc::new(StillClock),
        };
        let settings = Settings {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            outbox: false,
            phone_numbers: BTreeSet::new(),
            limits: engine::config::Limits::default(),
            attachments: AttachmentLimits::default(),
            signin: SignInConfig::default(),
        };
        let app = App::start(adapters, settings).await.unwrap();
        let request = RequestId::from_u128(1);
        let source = Service::Connect.source();
        let call = Arc::new(Call::new(
            Principal::System("test"),
            request,
            source,
            "CreateInstance",
        ));
        let permit = app
            .authorize::<CreateInstance>(&call, Target::Account)
            .unwrap();
        let instance = app.create_instance(&call, permit, "test").await.unwrap();
        Self {
            instance: instance.scope.instance,
            app,
            store,
            settings: ApiSettings {
                public_authority: "localhost".parse().unwrap(),
                attachments_authority: "localhost:1".parse().unwrap(),
                approved_origins: BTreeSet::new(),
                rates: Rates::default(),
                page_key: Secret::new([1; 32]),
            },
            pages: PageTokens::new(&Secret::new([1; 32])),
            ids: Mutex::new(IdSource::from_number(1)),
            _folder: folder,
        }
    }
}

/// Hashing the passphrase takes its time: the tests share one center.
pub(crate) fn with_center<F: Future<Output = ()>>(test: impl FnOnce(&'static Center) -> F) {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    static CENTER: OnceLock<Center> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap());
    let center = CENTER.get_or_init(|| runtime.block_on(Center::start()));
    runtime.block_on(test(center));
}
