//! A center with telephony, one number, and a flow that greets, asks and queues.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::action::{ClaimPhoneNumber, CreateContactFlow, CreateInstance, CreateUser};
use app::config::NewResource;
use app::numbers::NumberClaim;
use app::ports::Clock;
use app::ports::speech::{Speech, SpeechError};
use app::ports::telephony::Telephony;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, Call, Principal, Settings, Target};
use async_trait::async_trait;
use flow::command::Prompt as Text;
use media::prompt::Prompt;
use media::webrtc::DtlsIdentity;
use model::resource::{
    FlowDefinition, FlowState, FlowStatus, FlowType, PhoneConfig, PhoneType, User,
};
use model::{InstanceId, RequestId, ResourceKind, Secret, Tags, Timestamp, UserId};
use serde_json::{Value, json};
use sip::endpoint::{Advertised, EndpointConfig, PlainUdp, Transport, TrunkConfig, TrunkId};
use telephony::{BrowserPort, CallLimits, Handle, MediaPorts, Runner, TelephonyConfig};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sound::tone;

/// The number that leads to the flow.
pub(crate) const NUMBER: &str = "+493012345";
/// What the trunk brings.
const NUMBERS: [&str; 9] = [
    NUMBER,
    "+493054321",
    "+493011111",
    "+493022222",
    "+493033333",
    "+493055555",
    "+493077777",
    "+493088888",
    "+493099999",
];
/// Exported flows that can have a number each.
const EXPORTS_MAX: usize = 200;

/// The number of an exported flow.
pub(crate) fn number_of_export(at: usize) -> String {
    format!("+4930{:07}", 2_000_000 + at)
}

/// What is heard, by frequency.
pub(crate) const GREETING: u32 = 440;
pub(crate) const QUESTION: u32 = 1000;
pub(crate) const FAREWELL: u32 = 600;
pub(crate) const MUSIC: u32 = 330;

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    }
}

/// Says `440` as a tone of 440 Hz.
struct Tones;

#[async_trait]
impl Speech for Tones {
    async fn speak(
        &self,
        prompt: &Text,
        _voice: Option<&str>,
        _language: Option<&str>,
    ) -> Result<Vec<i16>, SpeechError> {
        let Text::Text(text) = prompt else {
            return Err(SpeechError("only text".to_owned()));
        };
        let hertz = text.expose().parse();
        let hertz = hertz.map_err(|_| SpeechError("not a frequency".to_owned()))?;
        Ok(tone(hertz, 3200))
    }
}

/// What the flow records before it greets.
#[derive(Default)]
pub(crate) struct Recording {
    /// `RecordedParticipants`.
    pub(crate) participants: &'static [&'static str],
    /// `IVRRecordingBehavior`.
    pub(crate) ivr: bool,
    /// The tone of the recording notice of the instance.
    pub(crate) notice: Option<u32>,
}

impl Recording {
    fn is_wanted(&self) -> bool {
        self.ivr || !self.participants.is_empty()
    }
}

pub(crate) struct Center {
    pub(crate) app: App,
    pub(crate) instance: InstanceId,
    pub(crate) ada: UserId,
    pub(crate) sip: SocketAddr,
    pub(crate) tcp: Option<SocketAddr>,
    pub(crate) tls: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
    pub(crate) folder: TempDir,
}

/// Telephony for loopback.
pub(crate) fn config() -> TelephonyConfig {
    let made = rcgen::generate_simple_self_signed(vec!["ringfence".to_owned()]).unwrap();
    TelephonyConfig {
        endpoint: EndpointConfig {
            trunks: vec![trunk()],
            advertised: Advertised {
                host: "127.0.0.1".to_owned(),
                port: 0,
                tls_port: 0,
            },
            calls_max: 100,
        },
        udp: Some("127.0.0.1:0".parse().unwrap()),
        tcp: None,
        tls: None,
        tls_client: None,
        media: MediaPorts {
            bind: "127.0.0.1".parse().unwrap(),
            advertised: "127.0.0.1".parse().unwrap(),
            ports: 20_000..=29_999,
        },
        browsers: Some(BrowserPort {
            bind: "127.0.0.1:0".parse().unwrap(),
            advertised: "127.0.0.1".parse().unwrap(),
            identity: DtlsIdentity {
                certificate: made.cert.der().to_vec(),
                key: Secret::new(made.signing_key.serialize_der()),
            },
        }),
        music: Some(Prompt::from_samples(&tone(MUSIC, 8000))),
        limits: CallLimits::default(),
        language: None,
    }
}

/// A trunk that may call from 127.0.0.1.
pub(crate) fn trunk() -> TrunkConfig {
    TrunkConfig {
        id: TrunkId("carrier".to_owned()),
        sources: vec!["127.0.0.1".parse().unwrap()],
        transports: vec![Transport::Udp, Transport::Tls],
        plain_udp: PlainUdp::Legacy,
        tls_client: None,
        targets: Vec::new(),
        domain: "carrier.example".to_owned(),
        account: None,
        challenge: None,
        calls_max: 100,
        calls_per_second: 100,
        keep_alive: None,
        registration: None,
    }
}

impl Center {
    pub(crate) async fn start() -> Self {
        Self::with(config()).await
    }

    pub(crate) async fn with(config: TelephonyConfig) -> Self {
        Self::with_speech(config, Arc::new(Tones)).await
    }

    pub(crate) async fn with_speech(config: TelephonyConfig, speech: Arc<dyn Speech>) -> Self {
        Self::made(config, speech, Recording::default()).await
    }

    /// A center whose flow records.
    pub(crate) async fn with_recording(config: TelephonyConfig, recording: Recording) -> Self {
        Self::made(config, Arc::new(Tones), recording).await
    }

    async fn made(config: TelephonyConfig, speech: Arc<dyn Speech>, recording: Recording) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (handle, runner) = telephony::start(config).unwrap();
        let notice = recording.notice.map(|hertz| hertz.to_string());
        let app = start_app(folder.path(), Some(handle), notice).await;
        let call = system_call("CreateInstance");
        let permit = app
            .authorize::<CreateInstance>(&call, Target::Account)
            .unwrap();
        let created = app.create_instance(&call, permit, "test").await.unwrap();
        let instance = created.scope.instance;
        let ada = create_user(&app, instance, "ada").await;
        let flow = create_flow(&app, instance, &recording).await;
        claim(&app, instance, NUMBER, Some(flow)).await;
        Self::run((folder, app), instance, ada, runner, speech)
    }

    fn run(
        (folder, app): (TempDir, App),
        instance: InstanceId,
        ada: UserId,
        runner: Runner,
        speech: Arc<dyn Speech>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let sip = runner.udp_address().unwrap();
        let (tcp, tls) = (runner.tcp_address(), runner.tls_address());
        let running = {
            let app = app.clone();
            tokio::spawn(async move { runner.run(app, speech, stopped).await.unwrap() })
        };
        Self {
            app,
            instance,
            ada,
            sip,
            tcp,
            tls,
            stop,
            running,
            folder,
        }
    }

    /// Tells telephony to stop.
    pub(crate) fn begin_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Stops telephony in order.
    pub(crate) async fn stop(self) -> Stopped {
        self.stop.send_replace(true);
        self.running.await.unwrap();
        Stopped {
            app: self.app,
            folder: self.folder,
        }
    }

    /// Ends telephony as a crash does, without a word to anybody, and starts it again.
    pub(crate) async fn restart(self, config: TelephonyConfig) -> Self {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled());
        let (_, runner) = telephony::start(config).unwrap();
        let kept = (self.folder, self.app);
        Self::run(kept, self.instance, self.ada, runner, Arc::new(Tones))
    }
}

/// What is left of a center without telephony.
pub(crate) struct Stopped {
    pub(crate) app: App,
    pub(crate) folder: TempDir,
}

/// The records of contacts that have ended.
pub(crate) async fn records(app: &App) -> Vec<Value> {
    let items = app.outbox_items(0, 500).await.unwrap();
    items
        .into_iter()
        .filter(|item| item.topic == "contact-records")
        .map(|item| serde_json::from_slice(&item.body).unwrap())
        .collect()
}

/// The application on what lies in a folder, with the root key beside it.
pub(crate) async fn start_app(
    folder: &Path,
    handle: Option<Arc<Handle>>,
    recording_notice: Option<String>,
) -> App {
    let data = folder.join("data");
    let store = Arc::new(store::SqliteStore::open(&data).unwrap());
    let root = folder.join("root.key");
    let provider = tokio::task::spawn_blocking(move || {
        let passphrase = Secret::new("a passphrase for tests".to_owned());
        if root.exists() {
            keys::LocalKeyProvider::open(&root, &passphrase)
        } else {
            keys::LocalKeyProvider::create(&root, &passphrase)
        }
    });
    let second_factor = SecondFactor::Optional;
    let adapters = Adapters {
        store: Arc::clone(&store) as _,
        keys: Arc::clone(&store) as _,
        provider: Arc::new(provider.await.unwrap().unwrap()),
        policy: Arc::new(policy::CedarPolicy::new(second_factor).unwrap()),
        verifier: Arc::new(signin::LocalVerifier::new(signin::Capacity::of_cores(2)).unwrap()),
        blobs: Arc::clone(&store) as _,
        recordings: Arc::clone(&store) as _,
        scanner: None,
        telephony: handle.map(|handle| handle as Arc<dyn Telephony>),
        clock: Arc::new(SystemClock),
    };
    let settings = Settings {
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        outbox: true,
        phone_numbers: NUMBERS
            .map(str::to_owned)
            .into_iter()
            .chain((0..EXPORTS_MAX).map(number_of_export))
            .collect(),
        limits: engine::Limits::default(),
        recording_notice,
        attachments: app::chat::attachments::AttachmentLimits::default(),
        signin: SignInConfig {
            second_factor,
            ..SignInConfig::default()
        },
    };
    App::start(adapters, settings).await.unwrap()
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

pub(crate) fn block(id: &str, kind: &str, parameters: &Value, next: &str) -> Value {
    json!({
        "Identifier": id, "Type": kind, "Parameters": parameters,
        "Transitions": {"NextAction": next,
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]},
    })
}

/// Greets, asks; 1 leads into the queue, everything else to a farewell.
async fn create_flow(app: &App, instance: InstanceId, recording: &Recording) -> model::FlowId {
    let queue = app
        .resource_by_name(instance, ResourceKind::Queue, "BasicQueue")
        .unwrap();
    let say = |id: &str, hertz: u32, next: &str| {
        let text = json!({"Text": hertz.to_string()});
        block(id, "MessageParticipant", &text, next)
    };
    let ask = json!({
        "Identifier": "ask", "Type": "GetParticipantInput",
        "Parameters": {"Text": QUESTION.to_string(), "StoreInput": "False",
            "InputTimeLimitSeconds": "5"},
        "Transitions": {
            "NextAction": "farewell",
            "Conditions": [{"NextAction": "queue",
                "Condition": {"Operator": "Equals", "Operands": ["1"]}}],
            "Errors": [
                {"ErrorType": "NoMatchingCondition", "NextAction": "farewell"},
                {"ErrorType": "NoMatchingError", "NextAction": "end"},
                {"ErrorType": "InputTimeLimitExceeded", "NextAction": "farewell"},
            ],
        },
    });
    let transfer = json!({
        "Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {},
        "Transitions": {"NextAction": "end", "Errors": [
            {"ErrorType": "QueueAtCapacity", "NextAction": "end"},
            {"ErrorType": "NoMatchingError", "NextAction": "end"}]},
    });
    let target = json!({"QueueId": queue.id.to_string()});
    let ivr = if recording.ivr { "Enabled" } else { "Disabled" };
    let behavior = json!({"RecordingBehavior": {
        "RecordedParticipants": recording.participants, "IVRRecordingBehavior": ivr}});
    let start = if recording.is_wanted() {
        "record"
    } else {
        "greeting"
    };
    let record = json!({
        "Identifier": "record", "Type": "UpdateContactRecordingBehavior",
        "Parameters": behavior, "Transitions": {"NextAction": "greeting"},
    });
    let content = json!({
        "Version": "2019-10-30",
        "StartAction": start,
        "Actions": [
            record,
            say("greeting", GREETING, "ask"),
            ask,
            block("queue", "UpdateContactTargetQueue", &target, "transfer"),
            transfer,
            say("farewell", FAREWELL, "end"),
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    publish(app, instance, "Calls", &content).await
}

/// A published flow.
pub(crate) async fn publish(
    app: &App,
    instance: InstanceId,
    name: &str,
    content: &Value,
) -> model::FlowId {
    let flow = FlowDefinition {
        kind: FlowType::ContactFlow,
        description: None,
        state: FlowState::Active,
        status: FlowStatus::Published,
        content: content.to_string(),
    };
    let call = system_call("CreateContactFlow");
    let permit = app
        .authorize::<CreateContactFlow>(&call, Target::Instance(instance))
        .unwrap();
    let new = new_resource(name, flow);
    let created = app.create::<CreateContactFlow, _>(&call, permit, new).await;
    created.unwrap().id.into()
}

/// Lets a number lead to a flow, or to none.
pub(crate) async fn claim(
    app: &App,
    instance: InstanceId,
    number: &str,
    flow: Option<model::FlowId>,
) {
    let claim = NumberClaim {
        number: number.to_owned(),
        description: None,
        tags: Tags::new(),
        flow,
        client_token: None,
    };
    let call = system_call("ClaimPhoneNumber");
    let permit = app
        .authorize::<ClaimPhoneNumber>(&call, Target::Instance(instance))
        .unwrap();
    app.claim_number(&call, permit, claim).await.unwrap();
}

async fn create_user(app: &App, instance: InstanceId, name: &str) -> UserId {
    let find = |kind, name: &str| app.resource_by_name(instance, kind, name).unwrap().id;
    let user = User {
        first_name: name.into(),
        last_name: "Tester".into(),
        email: None,
        security_profiles: [find(ResourceKind::SecurityProfile, "Agent").into()].into(),
        routing_profile: find(ResourceKind::RoutingProfile, "Basic Routing Profile").into(),
        phone: PhoneConfig {
            kind: PhoneType::SoftPhone,
            auto_accept: false,
            after_contact_work_s: 0,
            desk_phone: None,
        },
    };
    let call = system_call("CreateUser");
    let permit = app
        .authorize::<CreateUser>(&call, Target::Instance(instance))
        .unwrap();
    let password = Secret::new("a plum tree in the harbour".to_owned());
    let created = app
        .create_user(&call, permit, new_resource(name, user), Some(password))
        .await;
    created.unwrap().id.into()
}

pub(crate) fn new_resource<B>(name: &str, body: B) -> NewResource<B> {
    NewResource {
        name: name.to_owned(),
        tags: BTreeMap::new(),
        body,
        client_token: None,
    }
}

/// Longest time that a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
