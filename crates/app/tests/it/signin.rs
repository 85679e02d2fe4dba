//! Signing in.

mod access_keys;
mod enter;
mod links;
mod sessions;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use ::signin::{Capacity, LocalVerifier};
use app::ports::Clock;
use app::ports::store::{Batch, KeyedHash, Sealed, Store, StoreError, Write};
use app::signin::{
    Directory, DirectoryUser, NewAdministrator, Sealing, SecondFactor, SessionLimits, SetUp,
    SignIn, SignInConfig, SignInOutcome, SignInPorts, SigninPlace,
};
use app::{AppError, Call, Principal};
use async_trait::async_trait;
use model::audit::AuditEntry;
use model::resource::Enablement;
use model::{InstanceId, RequestId, Secret, Timestamp, UserId};
use policy::CedarPolicy;
use seal::{Context, DataKey, KeyedHasher};
use store::SqliteStore;
use tempfile::TempDir;
use totp_rs::Builder;
use zeroize::Zeroizing;

const HERE: InstanceId = InstanceId::from_u128(1);
const PASSWORD: &str = "blue whale on a bicycle";
const START_S: i64 = 1_800_000_000;

/// Built once: the tests change nothing in it.
static REQUIRED: LazyLock<Arc<CedarPolicy>> =
    LazyLock::new(|| Arc::new(CedarPolicy::new(SecondFactor::Required).unwrap()));
static OPTIONAL: LazyLock<Arc<CedarPolicy>> =
    LazyLock::new(|| Arc::new(CedarPolicy::new(SecondFactor::Optional).unwrap()));

/// A clock that tests set.
#[derive(Debug)]
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Users of an instance in memory.
struct Users {
    store: Arc<SqliteStore>,
    users: Mutex<BTreeMap<UserId, DirectoryUser>>,
}

impl Users {
    fn add(&self, number: u128, username: &str) -> UserId {
        let id = UserId::from_u128(number);
        self.users.lock().unwrap().insert(
            id,
            DirectoryUser {
                id,
                username: username.to_owned(),
                profiles: BTreeSet::new(),
                status: Enablement::Enabled,
            },
        );
        id
    }

    fn disable(&self, id: UserId) {
        self.users.lock().unwrap().get_mut(&id).unwrap().status = Enablement::Disabled;
    }
}

#[async_trait]
impl Directory for Users {
    fn user_by_name(&self, instance: InstanceId, username: &str) -> Option<DirectoryUser> {
        let users = self.users.lock().unwrap();
        let found = users
            .values()
            .find(|user| user.username.eq_ignore_ascii_case(username));
        found.filter(|_| instance == HERE).cloned()
    }

    fn user(&self, instance: InstanceId, user: UserId) -> Option<DirectoryUser> {
        let found = self.users.lock().unwrap().get(&user).cloned();
        found.filter(|_| instance == HERE)
    }

    async fn create_administrator(
        &self,
        _call: &Call,
        _instance: InstanceId,
        new: NewAdministrator,
        also: Batch,
    ) -> Result<(), AppError> {
        self.store.commit(also).await.map_err(|error| match error {
            StoreError::Conflict(_) => AppError::Conflict,
            _ => AppError::Unavailable,
        })?;
        self.add(new.id.as_u128(), &new.username);
        Ok(())
    }
}

/// Keys of the account.
struct Keys {
    rows: DataKey,
    hasher: KeyedHasher,
}

impl Keys {
    fn context(place: &SigninPlace) -> Context {
        Context::new(place.instance, "signin", "sealed", place.version)
            .row(format!("{:?}", place.kind).as_bytes())
            .row(&place.key)
    }

    fn audit_context() -> Context {
        Context::new(None, "audit", "sealed", 0)
    }
}

#[async_trait]
impl Sealing for Keys {
    async fn seal(&self, place: &SigninPlace, clear: &[u8]) -> Result<Sealed, AppError> {
        Ok(Sealed(seal::seal(&self.rows, &Self::context(place), clear)))
    }

    async fn open(
        &self,
        place: &SigninPlace,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        seal::open(&self.rows, &Self::context(place), &sealed.0).map_err(|_| AppError::Internal)
    }

    fn keyed_hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash {
        self.hasher.hash(domain, bytes)
    }

    async fn audit_write(&self, entry: AuditEntry) -> Result<Write, AppError> {
        let clear = serde_json::to_vec(&entry).unwrap();
        Ok(Write::AppendAudit {
            id: entry.id,
            instance: entry.instance,
            at: entry.at,
            sealed: Sealed(seal::seal(&self.rows, &Self::audit_context(), &clear)),
        })
    }
}

/// Everything that signing in needs, on a data directory of its own.
struct Center {
    sign_in: SignIn,
    ports: SignInPorts,
    config: SignInConfig,
    clock: Arc<HandClock>,
    users: Arc<Users>,
    keys: Arc<Keys>,
    store: Arc<SqliteStore>,
    dir: TempDir,
}

impl Center {
    fn new() -> Self {
        Self::with(SecondFactor::Required)
    }

    fn with(second_factor: SecondFactor) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(dir.path()).unwrap());
        let clock = Arc::new(HandClock(AtomicI64::new(START_S * 1_000)));
        let users = Arc::new(Users {
            store: Arc::clone(&store),
            users: Mutex::default(),
        });
        let keys = Arc::new(Keys {
            rows: DataKey::generate(),
            hasher: KeyedHasher::new(&DataKey::generate()),
        });
        let config = SignInConfig {
            second_factor,
            sessions: SessionLimits::default(),
            issuer: "Test Center".to_owned(),
        };
        let policy = Arc::clone(match second_factor {
            SecondFactor::Required => &*REQUIRED,
            SecondFactor::Optional => &*OPTIONAL,
        });
        let ports = SignInPorts {
            store: Arc::<SqliteStore>::clone(&store),
            verifier: Arc::new(LocalVerifier::new(Capacity::of_cores(2)).unwrap()),
            clock: Arc::<HandClock>::clone(&clock),
            policy,
            sealing: Arc::<Keys>::clone(&keys),
            directory: Arc::<Users>::clone(&users),
        };
        Self {
            sign_in: SignIn::new(ports.clone(), config.clone()),
            ports,
            config,
            clock,
            users,
            keys,
            store,
            dir,
        }
    }

    /// The same center after a restart: what was only in memory is gone.
    fn restarted(self) -> Self {
        Self {
            sign_in: SignIn::new(self.ports.clone(), self.config.clone()),
            ..self
        }
    }

    fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Lets so much time pass that the next code is another one.
    fn next_code(&self, secret: &Secret<String>) -> String {
        self.pass(Duration::from_secs(30));
        code(secret, self.clock.now())
    }

    /// A user with [`PASSWORD`] and an authenticator, whose secret it gives.
    async fn user(&self, number: u128, username: &str) -> (UserId, Secret<String>) {
        let id = self.users.add(number, username);
        let secret = self.ports.verifier.new_totp_secret();
        let text = totp_rs::Secret::from(secret.expose().clone()).to_base32();
        self.write_credential(id, username, Some(secret)).await;
        (id, Secret::new(text))
    }

    /// A user with [`PASSWORD`] alone.
    async fn user_without_factor(&self, number: u128, username: &str) -> UserId {
        let id = self.users.add(number, username);
        self.write_credential(id, username, None).await;
        id
    }

    async fn write_credential(&self, id: UserId, username: &str, totp: Option<Secret<Vec<u8>>>) {
        let write = self
            .sign_in
            .first_credential(HERE, id, username, secret(PASSWORD), totp)
            .await
            .unwrap();
        self.store.commit(vec![write]).await.unwrap();
    }

    async fn enter(&self, call: &Call, username: &str, code: Option<&str>) -> SignInOutcome {
        self.sign_in
            .sign_in(call, HERE, username, secret(PASSWORD), code)
            .await
            .unwrap()
    }

    /// Entries of the audit trail, the oldest first.
    async fn audit(&self) -> Vec<AuditEntry> {
        let rows = self.store.audit(None, 1_000).await.unwrap();
        rows.into_iter()
            .rev()
            .map(|(.., sealed)| {
                let clear = seal::open(&self.keys.rows, &Keys::audit_context(), &sealed.0).unwrap();
                serde_json::from_slice(&clear).unwrap()
            })
            .collect()
    }

    async fn audited(&self) -> Vec<String> {
        self.audit()
            .await
            .into_iter()
            .map(|entry| entry.name)
            .collect()
    }

    /// Whether these bytes stand in any file of the store.
    fn stored_in_clear(&self, text: &str) -> bool {
        std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .any(|path| {
                let bytes = std::fs::read(path).unwrap();
                bytes
                    .windows(text.len())
                    .any(|window| window == text.as_bytes())
            })
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn code(secret: &Secret<String>, now: Timestamp) -> String {
    let totp = Builder::new()
        .with_secret(totp_rs::Secret::try_from_base32(secret.expose()).unwrap())
        .build()
        .unwrap();
    totp.generate(u64::try_from(now.as_secs()).unwrap())
        .to_string()
}

fn call(principal: Principal) -> Call {
    let mut call = Call::new(
        principal,
        RequestId::from_u128(7),
        "signin.amazonaws.com",
        "ConsoleLogin",
    );
    call.source_ip = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    call
}

fn visitor() -> Call {
    call(Principal::Visitor)
}

fn visitor_from(last: u8) -> Call {
    let mut call = visitor();
    call.source_ip = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
    call
}

fn operator() -> Call {
    call(Principal::Operator { uid: 0 })
}

fn new_administrator() -> SetUp {
    SetUp {
        username: "root.admin".to_owned(),
        first_name: "Ann".into(),
        last_name: "Admin".into(),
        password: secret(PASSWORD),
    }
}

/// Cookie of a session that began.
fn cookie(outcome: SignInOutcome) -> Secret<String> {
    match outcome {
        SignInOutcome::SignedIn { session, .. } => session,
        other => panic!("not signed in: {other:?}"),
    }
}

/// Token and secret of an enrolment.
fn enrolment(outcome: SignInOutcome) -> (Secret<String>, Secret<String>) {
    match outcome {
        SignInOutcome::Enrol { token, secret, .. } => (token, secret),
        other => panic!("no enrolment: {other:?}"),
    }
}

const fn refused(outcome: &SignInOutcome) -> bool {
    matches!(outcome, SignInOutcome::Refused)
}
