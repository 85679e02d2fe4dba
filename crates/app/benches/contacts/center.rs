//! A center with a flow that queues, on a store of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use app::action::{
    CreateContactFlow, CreateInstance, CreateUser, PutUserStatus, StartChatContact, StopContact,
};
use app::config::NewResource;
use app::contact::StartChat;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, Call, Principal, Settings, Target};
use keys::LocalKeyProvider;
use model::contact::DisconnectReason;
use model::resource::{
    FlowDefinition, FlowState, FlowStatus, FlowType, PhoneConfig, PhoneType, User,
};
use model::{
    ContactId, FlowId, InstanceId, RequestId, ResourceId, ResourceKind, Secret, Timestamp, UserId,
};
use serde_json::json;
use store::SqliteStore;

const ACCOUNT: &str = "123456789012";
const SOURCE: &str = "connect.amazonaws.com";

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    }
}

/// A running application with one instance.
#[derive(Clone)]
pub(crate) struct Center {
    pub(crate) app: App,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) instance: InstanceId,
    pub(crate) flow: FlowId,
}

/// The root key of a folder, made where there is none.
pub(crate) fn root_key(folder: &Path) -> LocalKeyProvider {
    let file = folder.join("root.key");
    let passphrase = Secret::new("a passphrase for benchmarks".to_owned());
    if file.exists() {
        LocalKeyProvider::open(&file, &passphrase).unwrap()
    } else {
        LocalKeyProvider::create(&file, &passphrase).unwrap()
    }
}

/// Opens store and application in this folder.
pub(crate) async fn open(folder: &Path, provider: LocalKeyProvider) -> (App, Arc<SqliteStore>) {
    let store = Arc::new(SqliteStore::open(&folder.join("data")).unwrap());
    let second_factor = SecondFactor::Optional;
    let adapters = Adapters {
        store: Arc::clone(&store) as _,
        keys: Arc::clone(&store) as _,
        provider: Arc::new(provider),
        policy: Arc::new(policy::CedarPolicy::new(second_factor).unwrap()),
        verifier: Arc::new(signin::LocalVerifier::new(signin::Capacity::of_cores(1)).unwrap()),
        blobs: Arc::clone(&store) as _,
        scanner: None,
        telephony: None,
        clock: Arc::new(SystemClock),
    };
    let settings = Settings {
        region: "eu-central-1".to_owned(),
        account: ACCOUNT.to_owned(),
        outbox: true,
        phone_numbers: BTreeSet::new(),
        limits: engine::Limits {
            // No offer expires while the bench counts.
            chat_offer_timeout_ms: 60 * 60 * 1000,
            ..engine::Limits::default()
        },
        attachments: app::chat::attachments::AttachmentLimits::default(),
        signin: SignInConfig {
            second_factor,
            ..SignInConfig::default()
        },
    };
    (App::start(adapters, settings).await.unwrap(), store)
}

/// A program with an access key calls.
fn call(number: u128, operation: &'static str) -> Arc<Call> {
    let principal = Principal::AccessKey {
        key_id: "AKIAEXAMPLE".to_owned(),
        account: ACCOUNT.to_owned(),
        name: "bench".to_owned(),
    };
    Arc::new(Call::new(
        principal,
        RequestId::from_u128(number),
        SOURCE,
        operation,
    ))
}

/// Ends a contact, as a program does.
pub(crate) async fn stop_contact(app: &App, instance: InstanceId, contact: ContactId) {
    let call = call(contact.as_u128(), "StopContact");
    let target = Target::Contact(instance, contact);
    let permit = app.authorize::<StopContact>(&call, target).unwrap();
    let stopped = app.stop_contact(&call, permit, DisconnectReason::Api).await;
    app.finish(&call, &stopped).await;
    stopped.unwrap();
}

impl Center {
    pub(crate) async fn create(folder: &Path) -> Self {
        let (app, store) = open(folder, root_key(folder)).await;
        let principal = Principal::System("bench");
        let request = RequestId::from_u128(1);
        let call = Arc::new(Call::new(principal, request, SOURCE, "CreateInstance"));
        let permit = app
            .authorize::<CreateInstance>(&call, Target::Account)
            .unwrap();
        let created = app.create_instance(&call, permit, "bench").await.unwrap();
        let instance = created.scope.instance;
        let flow = create_flow(&app, instance).await;
        Self {
            app,
            store,
            instance,
            flow,
        }
    }

    pub(crate) fn find(&self, kind: ResourceKind, name: &str) -> ResourceId {
        let found = self.app.resource_by_name(self.instance, kind, name);
        found.unwrap().id
    }

    /// An agent who waits for contacts.
    pub(crate) async fn create_free_agent(&self, number: u128) {
        let user = User {
            first_name: "Ada".into(),
            last_name: "Tester".into(),
            email: None,
            security_profiles: [self.find(ResourceKind::SecurityProfile, "Agent").into()].into(),
            routing_profile: self
                .find(ResourceKind::RoutingProfile, "Basic Routing Profile")
                .into(),
            phone: PhoneConfig {
                kind: PhoneType::SoftPhone,
                auto_accept: false,
                after_contact_work_s: 0,
                desk_phone: None,
            },
        };
        let new = new_resource(&format!("agent{number}"), user);
        let create = call(number, "CreateUser");
        let target = Target::Instance(self.instance);
        let permit = self.app.authorize::<CreateUser>(&create, target).unwrap();
        let user = self.app.create_user(&create, permit, new, None).await;
        let user: UserId = user.unwrap().id.into();
        let put = call(number, "PutUserStatus");
        let target = Target::Agent(self.instance, user);
        let permit = self.app.authorize::<PutUserStatus>(&put, target).unwrap();
        let available = self.find(ResourceKind::AgentStatus, "Available");
        self.app
            .put_user_status(&put, permit, available.into())
            .await
            .unwrap();
    }

    /// Starts a chat as a program does: asks the policy, starts, ends the call.
    pub(crate) async fn start_contact(&self, number: u128) -> ContactId {
        let call = call(number, "StartChatContact");
        let chat = StartChat {
            flow: self.flow,
            display_name: "Grace Example".into(),
            attributes: vec![
                ("tier".to_owned(), "gold".to_owned()),
                ("order".to_owned(), number.to_string()),
            ],
            initial_message: None,
            supported_content_types: vec!["text/plain".to_owned()],
            duration_min: None,
            segment_attributes: BTreeMap::new(),
            customer_id: None,
            related: None,
            client_token: None,
        };
        let target = Target::Instance(self.instance);
        let permit = self
            .app
            .authorize::<StartChatContact>(&call, target)
            .unwrap();
        let started = self.app.start_contact(&call, permit, chat).await;
        self.app.finish(&call, &started).await;
        started.unwrap().contact
    }
}

async fn create_flow(app: &App, instance: InstanceId) -> FlowId {
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
    let flow = FlowDefinition {
        kind: FlowType::ContactFlow,
        description: None,
        state: FlowState::Active,
        status: FlowStatus::Published,
        content: content.to_string(),
    };
    let call = call(2, "CreateContactFlow");
    let target = Target::Instance(instance);
    let permit = app.authorize::<CreateContactFlow>(&call, target).unwrap();
    let new = new_resource("Welcome", flow);
    let created = app.create::<CreateContactFlow, _>(&call, permit, new).await;
    created.unwrap().id.into()
}

fn new_resource<B>(name: &str, body: B) -> NewResource<B> {
    NewResource {
        name: name.to_owned(),
        tags: BTreeMap::new(),
        body,
        client_token: None,
    }
}
