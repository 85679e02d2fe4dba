//! What a commit that fails leaves behind: a caller who knows, and an audit entry that says so.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use app::action::{CreateAgentStatus, CreateInstance, ReadAudit};
use app::chat::attachments::AttachmentLimits;
use app::config::NewResource;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, AppError, Call, Principal, Settings, Target};
use keys::LocalKeyProvider;
use model::audit::AuditEntry;
use model::resource::{AgentStatus, Enablement};
use model::{AgentStatusType, InstanceId, RequestId, Secret, Tags, Timestamp};
use policy::CedarPolicy;
use signin::{Capacity, LocalVerifier};
use store::SqliteStore;

struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }
}

async fn start(folder: &Path) -> App {
    let store = Arc::new(SqliteStore::open(&folder.join("data")).unwrap());
    let passphrase = Secret::new("correct horse battery staple".to_owned());
    let provider = LocalKeyProvider::create(&folder.join("root.key"), &passphrase).unwrap();
    let adapters = Adapters {
        store: Arc::clone(&store) as _,
        keys: Arc::clone(&store) as _,
        provider: Arc::new(provider),
        policy: Arc::new(CedarPolicy::new(SecondFactor::Optional).unwrap()),
        verifier: Arc::new(LocalVerifier::new(Capacity::of_cores(1)).unwrap()),
        blobs: store,
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
    App::start(adapters, settings).await.unwrap()
}

fn call(request: u128, principal: Principal, operation: &'static str) -> Arc<Call> {
    let request = RequestId::from_u128(request);
    Arc::new(Call::new(
        principal,
        request,
        "connect.amazonaws.com",
        operation,
    ))
}

/// Creates an agent status with a client token, in the request of this number.
async fn create_status(app: &App, instance: InstanceId, request: u128) -> Result<(), AppError> {
    let call = call(request, Principal::System("test"), "CreateAgentStatus");
    let permit = app
        .authorize::<CreateAgentStatus>(&call, Target::Instance(instance))
        .unwrap();
    let new = NewResource {
        name: format!("Status {request}"),
        tags: Tags::new(),
        body: AgentStatus {
            description: None,
            kind: AgentStatusType::Custom,
            state: Enablement::Enabled,
            display_order: None,
        },
        client_token: Some(format!("token {request}")),
    };
    let result = app.create(&call, permit, new).await.map(|_| ());
    app.finish(&call, &result).await;
    result
}

async fn entries_of(app: &App, request: u128) -> Vec<AuditEntry> {
    let call = call(1000, Principal::Operator { uid: 0 }, "ReadAudit");
    let permit = app.authorize::<ReadAudit>(&call, Target::Account).unwrap();
    let entries = app.audit_entries(&permit, None, 100).await.unwrap();
    entries
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| entry.request == Some(RequestId::from_u128(request)))
        .collect()
}

#[tokio::test]
async fn call_whose_commit_fails_is_audited_as_failed() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await;
    let creation = call(1, Principal::System("test"), "CreateInstance");
    let permit = app
        .authorize::<CreateInstance>(&creation, Target::Account)
        .unwrap();
    let created = app.create_instance(&creation, permit, "test").await;
    let instance = created.unwrap().scope.instance;
    create_status(&app, instance, 2).await.unwrap();

    // From now on the store refuses a second client token, and with it the whole transaction.
    let beside = rusqlite::Connection::open(folder.path().join("data/data.db")).unwrap();
    beside
        .execute_batch("CREATE UNIQUE INDEX refusing ON client_tokens (instance)")
        .unwrap();
    let refused = create_status(&app, instance, 3).await;
    assert_eq!(refused, Err(AppError::Unavailable));
    beside.execute_batch("DROP INDEX refusing").unwrap();

    // Who comes while the instance is read back is told so, and is audited as well.
    let mut request = 4;
    while create_status(&app, instance, request).await == Err(AppError::Unavailable) {
        request += 1;
    }
    for failed in 3..request {
        let entries = entries_of(&app, failed).await;
        let codes: Vec<_> = entries.iter().map(|it| it.error_code.as_deref()).collect();
        assert_eq!(
            codes,
            [Some("InternalServiceException")],
            "request {failed}"
        );
    }
    for done in [2, request] {
        let entries = entries_of(&app, done).await;
        let codes: Vec<_> = entries.iter().map(|it| it.error_code.as_deref()).collect();
        assert_eq!(codes, [None], "request {done}");
    }
}
