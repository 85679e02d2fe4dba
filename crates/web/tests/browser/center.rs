//! A center on a store of its own, with two agents, a flow that queues, and its pages' routers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::action::{
    Action, CreateContactFlow, CreateInstance, CreateUser, TransferContact,
    UpdateUserSecurityProfiles,
};
use app::config::NewResource;
use app::limiter::Rate;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, Call, Principal, Settings, Target};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use engine::input::TransferTarget;
use model::resource::{
    FlowDefinition, FlowState, FlowStatus, FlowType, PhoneConfig, PhoneType, User,
};
use model::{FlowId, InstanceId, RequestId, ResourceKind, Secret, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{Pages, WebLimits, WebSettings};

pub(crate) const HOST: &str = "center.example";
pub(crate) const ORIGIN: &str = "https://center.example";
pub(crate) const SHOP: &str = "https://shop.example";
pub(crate) const FILES_HOST: &str = "files.example";
pub(crate) const PASSWORD: &str = "a plum tree in the harbour";

/// The time, and how far tests have moved it ahead.
#[derive(Default)]
pub(crate) struct MovedClock(Mutex<Duration>);

impl MovedClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
            .plus(*self.0.lock().unwrap())
    }
}

pub(crate) struct Center {
    pub(crate) app: App,
    pub(crate) store: Arc<store::SqliteStore>,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) instance: InstanceId,
    pub(crate) flow: FlowId,
    pub(crate) main: Router,
    pub(crate) files: Router,
    _folder: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    }
}

/// A browser that is signed in.
pub(crate) struct Browser<'a> {
    center: &'a Center,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Center {
    pub(crate) async fn start() -> Self {
        Self::with_limits(WebLimits::default()).await
    }

    pub(crate) async fn with_limits(limits: WebLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(store::SqliteStore::open(&folder.path().join("data")).unwrap());
        let clock = Arc::<MovedClock>::default();
        let app = start_app(&folder, &store, &clock).await;
        let call = system_call("CreateInstance");
        let permit = app
            .authorize::<CreateInstance>(&call, Target::Account)
            .unwrap();
        let created = app.create_instance(&call, permit, "test").await.unwrap();
        let instance = created.scope.instance;
        let flow = create_flow(&app, instance, "Welcome").await;
        create_user(&app, instance, "ada", &["Agent"]).await;
        create_user(&app, instance, "grace", &["Agent"]).await;
        create_user(&app, instance, "chief", &["CallCenterManager"]).await;
        create_user(&app, instance, "nobody", &[]).await;
        let settings = WebSettings {
            origin: ORIGIN.parse().unwrap(),
            attachments_origin: format!("https://{FILES_HOST}").parse().unwrap(),
            instance,
            approved_origins: BTreeSet::from([SHOP.parse().unwrap()]),
            public_flows: vec!["welcome".to_owned(), "Later".to_owned()],
            pages: Pages::Served,
            limits,
        };
        Self {
            main: web::router(app.clone(), settings.clone()),
            files: web::attachments_router(app.clone(), settings),
            app,
            store,
            clock,
            instance,
            flow,
            _folder: folder,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(self.main.clone(), request).await
    }

    pub(crate) async fn send_to_files(&self, request: Request<Body>) -> Answer {
        answer(self.files.clone(), request).await
    }

    /// A `POST` of our own page, without a session.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(request(
            Method::POST,
            path,
            &[("origin", ORIGIN)],
            Some(body),
        ))
        .await
    }

    pub(crate) async fn sign_in(&self, username: &str) -> Browser<'_> {
        let body = json!({"username": username, "password": PASSWORD});
        let answer = self.post("/api/sign-in", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json());
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let session = &answer.json()["session"];
        Browser {
            center: self,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: session["csrfToken"].as_str().unwrap().to_owned(),
        }
    }

    /// An administrator's program takes all security profiles from a user.
    pub(crate) async fn take_profiles_of(&self, username: &str) {
        let user = self
            .app
            .resource_by_name(self.instance, ResourceKind::User, username)
            .unwrap();
        let call = program_call("UpdateUserSecurityProfiles");
        let target = Target::Resource(self.instance, ResourceKind::User, user.id);
        let permit = self
            .app
            .authorize::<UpdateUserSecurityProfiles>(&call, target)
            .unwrap();
        self.app
            .update::<UpdateUserSecurityProfiles, User>(&call, permit, |draft| {
                draft.body.security_profiles.clear();
                Ok(())
            })
            .await
            .unwrap();
    }

    /// A program hands a contact on to the queue of all.
    pub(crate) async fn transfer(&self, contact: &str) {
        let queue = self
            .app
            .resource_by_name(self.instance, ResourceKind::Queue, "BasicQueue")
            .unwrap();
        let call = program_call("TransferContact");
        let target = Target::Contact(self.instance, contact.parse().unwrap());
        let permit = self
            .app
            .authorize::<TransferContact>(&call, target)
            .unwrap();
        let to = TransferTarget::Queue(queue.id.into());
        self.app
            .transfer_contact(&call, permit, self.flow, to, None)
            .await
            .unwrap();
    }

    /// Listens on a port of its own, for sockets.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = self.main.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str())];
        self.center
            .send(request(Method::GET, path, &headers, None))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("origin", ORIGIN),
            ("x-ringfence-csrf", self.csrf.as_str()),
        ];
        self.center
            .send(request(method, path, &headers, body))
            .await
    }
}

/// A request to the main origin.
pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        builder = builder.header("host", HOST);
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    match body {
        None => builder.body(Body::empty()),
        Some(body) => builder
            .header("content-type", "application/json")
            .body(Body::from(body.to_string())),
    }
    .unwrap()
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
    }
}

async fn start_app(
    folder: &TempDir,
    store: &Arc<store::SqliteStore>,
    clock: &Arc<MovedClock>,
) -> App {
    let root = folder.path().join("root.key");
    let provider = tokio::task::spawn_blocking(move || {
        keys::LocalKeyProvider::create(&root, &Secret::new("a passphrase for tests".to_owned()))
    });
    let second_factor = SecondFactor::Optional;
    let adapters = Adapters {
        store: Arc::clone(store) as _,
        keys: Arc::clone(store) as _,
        provider: Arc::new(provider.await.unwrap().unwrap()),
        policy: Arc::new(policy::CedarPolicy::new(second_factor).unwrap()),
        verifier: Arc::new(signin::LocalVerifier::new(signin::Capacity::of_cores(2)).unwrap()),
        blobs: Arc::clone(store) as _,
        scanner: None,
        telephony: None,
        clock: Arc::clone(clock) as _,
    };
    let settings = Settings {
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        outbox: false,
        phone_numbers: BTreeSet::new(),
        limits: engine::Limits::default(),
        attachments: app::chat::attachments::AttachmentLimits::default(),
        signin: SignInConfig {
            second_factor,
            ..SignInConfig::default()
        },
    };
    App::start(adapters, settings).await.unwrap()
}

/// A call of an administrator's program.
fn program_call(operation: &'static str) -> Arc<Call> {
    let principal = Principal::AccessKey {
        key_id: "AKIAEXAMPLE".to_owned(),
        account: "123456789012".to_owned(),
        name: "test".to_owned(),
    };
    let request = RequestId::from_u128(2);
    let source = "connect.amazonaws.com";
    Arc::new(Call::new(principal, request, source, operation))
}

pub(crate) fn system_call(operation: &'static str) -> Arc<Call> {
    let request = RequestId::from_u128(u128::from(std::process::id()));
    Arc::new(Call::new(
        Principal::System("test"),
        request,
        "connect.amazonaws.com",
        operation,
    ))
}

pub(crate) async fn create_flow(app: &App, instance: InstanceId, name: &str) -> FlowId {
    let queue = app
        .resource_by_name(instance, ResourceKind::Queue, "BasicQueue")
        .unwrap()
        .id;
    let content = json!({
        "Version": "2019-10-30",
        "StartAction": "queue",
        "Actions": [
            {"Identifier": "queue", "Type": "UpdateContactTargetQueue",
             "Parameters": {"QueueId": queue.to_string()},
             "Transitions": {"NextAction": "transfer",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}},
            {"Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {},
             "Transitions": {"NextAction": "bye", "Errors": [
                {"ErrorType": "QueueAtCapacity", "NextAction": "bye"},
                {"ErrorType": "NoMatchingError", "NextAction": "bye"}]}},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    create_flow_of(app, instance, name, &content).await
}

pub(crate) async fn create_flow_of(
    app: &App,
    instance: InstanceId,
    name: &str,
    content: &Value,
) -> FlowId {
    let flow = FlowDefinition {
        kind: FlowType::ContactFlow,
        description: None,
        state: FlowState::Active,
        status: FlowStatus::Published,
        content: content.to_string(),
    };
    let call = system_call("CreateContactFlow");
    let target = Target::Instance(instance);
    let permit = app.authorize::<CreateContactFlow>(&call, target).unwrap();
    let new = new_resource(name, flow);
    let created = app.create::<CreateContactFlow, _>(&call, permit, new).await;
    created.unwrap().id.into()
}

async fn create_user(app: &App, instance: InstanceId, name: &str, profiles: &[&str]) {
    let find = |kind, name: &str| app.resource_by_name(instance, kind, name).unwrap().id;
    let user = User {
        first_name: name.into(),
        last_name: "Tester".into(),
        email: None,
        security_profiles: profiles
            .iter()
            .map(|profile| find(ResourceKind::SecurityProfile, profile).into())
            .collect(),
        routing_profile: find(ResourceKind::RoutingProfile, "Basic Routing Profile").into(),
        phone: PhoneConfig {
            kind: PhoneType::SoftPhone,
            auto_accept: false,
            after_contact_work_s: 0,
            desk_phone: None,
        },
    };
    let call = system_call(CreateUser::SPEC.operation());
    let target = Target::Instance(instance);
    let permit = app.authorize::<CreateUser>(&call, target).unwrap();
    let password = Secret::new(PASSWORD.to_owned());
    app.create_user(&call, permit, new_resource(name, user), Some(password))
        .await
        .unwrap();
}

fn new_resource<B>(name: &str, body: B) -> NewResource<B> {
    NewResource {
        name: name.to_owned(),
        tags: BTreeMap::new(),
        body,
        client_token: None,
    }
}

/// A limit that a test reaches with its third request.
pub(crate) fn two_only() -> Rate {
    Rate::every(std::time::Duration::from_mins(10), 2)
}
