//! Every operation against a running application: with a caller who holds no right, and with the id of
//! an instance that is not there. A new line in the table is tested without a word here, or fails.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use app::action::CreateInstance;
use app::chat::attachments::AttachmentLimits;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, AppError, Call, Principal, Settings, Target};
use keys::LocalKeyProvider;
use model::transcript::ParticipantRole;
use model::{
    ContactId, IdSource, InstanceId, LoginSessionId, ParticipantId, RequestId, Secret, Timestamp,
    UserId,
};
use policy::CedarPolicy;
use serde_json::{Map, Value, json};
use signin::{Capacity, LocalVerifier};
use store::SqliteStore;
use tempfile::TempDir;

use super::TABLE;
use crate::error::{Code, Refusal};
use crate::members::Members;
use crate::operation::{Context, Entry, Service};
use crate::page::PageTokens;
use crate::route::Labels;
use crate::settings::ApiSettings;
use crate::throttle::Rates;

const ID: &str = "00000000-0000-4000-8000-00000000000a";

struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }
}

/// A center in a folder of its own, with one instance.
struct Center {
    app: App,
    instance: InstanceId,
    settings: ApiSettings,
    pages: PageTokens,
    ids: Mutex<IdSource>,
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
            blobs: store,
            scanner: None,
            clock: Arc::new(StillClock),
        };
        let settings = Settings {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            outbox: false,
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

    /// Calls an operation with members that its model accepts. The code, or `None` on success.
    async fn call(
        &self,
        entry: &Entry,
        principal: Principal,
        instance: InstanceId,
    ) -> Option<Code> {
        let request = RequestId::from_u128(2);
        let (source, operation) = (entry.service().source(), entry.spec.operation());
        let call = Arc::new(Call::new(principal.clone(), request, source, operation));
        let context = Context {
            app: &self.app,
            call: &call,
            settings: &self.settings,
            pages: &self.pages,
            ids: &self.ids,
        };
        let members = Members {
            labels: &labels(entry, instance),
            query: &[("tagKeys".to_owned(), "team".to_owned())],
            body: &body(entry, instance),
            region: "eu-central-1",
            principal: &principal,
        };
        let result = (entry.serve)(&context, members).await;
        result.err().map(|refusal| {
            assert!(
                !matches!(&refusal, Refusal::Malformed(_)),
                "{operation}: the sample members are wrong: {refusal}"
            );
            refusal.code(entry.service(), entry.code)
        })
    }
}

fn labels(entry: &Entry, instance: InstanceId) -> Labels {
    let names = entry.route.path.split('/');
    names
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let value = match name {
                "InstanceId" => instance.to_string(),
                "AttributeType" => "INBOUND_CALLS".to_owned(),
                "resourceArn" => {
                    format!(
                        "arn:aws:connect:eu-central-1:123456789012:instance/{instance}/queue/{ID}"
                    )
                }
                _ => ID.to_owned(),
            };
            (name, value)
        })
        .collect()
}

/// Members that every operation accepts, and what some of them want otherwise.
fn body(entry: &Entry, instance: InstanceId) -> Map<String, Value> {
    let mut body = members_of_contacts(instance);
    body.extend(members_of_resources());
    let other = match entry.spec.operation() {
        "CreateContactFlow" => Some(("Status", json!("SAVED"))),
        "UpdateContactFlowModuleMetadata" => Some(("State", json!("ACTIVE"))),
        "CreateParticipantConnection" => Some(("Type", json!(["WEBSOCKET"]))),
        "GetTranscript" => Some(("ContactId", Value::Null)),
        _ => None,
    };
    body.extend(other.map(|(name, value)| (name.to_owned(), value)));
    body
}

fn members_of_resources() -> Map<String, Value> {
    let pair = json!({"QueueId": ID, "Channel": "CHAT"});
    let members = json!({
        "Name": "A",
        "Description": "A",
        "SecurityProfileName": "A",
        "Username": "somebody",
        "Password": "correct-Horse-9-battery-staple",
        "IdentityInfo": {"FirstName": "A", "LastName": "B"},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        "SecurityProfileIds": [ID],
        "RoutingProfileId": ID,
        "HoursOfOperationId": ID,
        "AgentStatusId": ID,
        "QuickConnectIds": [ID],
        "QuickConnectConfig": {
            "QuickConnectType": "QUEUE",
            "QueueConfig": {"QueueId": ID, "ContactFlowId": ID},
        },
        "TimeZone": "UTC",
        "Config": [],
        "EffectiveFrom": "2030-01-01",
        "EffectiveTill": "2030-01-02",
        "OutboundCallerConfig": {},
        "Status": "ENABLED",
        "State": "ENABLED",
        "Type": "CONTACT_FLOW",
        "Content": "{}",
        "DefaultOutboundQueueId": ID,
        "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 1}],
        "QueueConfigs": [{"QueueReference": pair.clone(), "Priority": 1, "Delay": 0}],
        "QueueReferences": [pair],
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
        "tags": {"team": "blue"},
    });
    members.as_object().unwrap().clone()
}

fn members_of_contacts(instance: InstanceId) -> Map<String, Value> {
    let members = json!({
        "InstanceId": instance,
        "ContactFlowId": ID,
        "ContactId": ID,
        "InitialContactId": ID,
        "Attributes": {"a": "b"},
        "ParticipantDetails": {"DisplayName": "A"},
        "ContentType": "text/plain",
        "AttachmentName": "a",
        "AttachmentSizeInBytes": 1,
        "AttachmentId": ID,
        "AttachmentIds": [ID],
        "ClientToken": "a",
        "SessionId": ID,
        "RedirectUri": "https://example.com",
    });
    members.as_object().unwrap().clone()
}

/// A signed-in user without any security profile.
fn nobody(instance: InstanceId) -> Principal {
    Principal::User {
        instance,
        user: UserId::from_u128(7),
        username: "nobody".to_owned(),
        profiles: BTreeSet::new(),
        session: LoginSessionId::from_u128(7),
        second_factor: true,
    }
}

fn access_key() -> Principal {
    Principal::AccessKey {
        key_id: "AKIDEXAMPLE".to_owned(),
        account: "123456789012".to_owned(),
        name: "test".to_owned(),
    }
}

/// A participant of a chat that this program does not run.
fn stranger(instance: InstanceId) -> Principal {
    Principal::Participant {
        instance,
        contact: ContactId::from_u128(7),
        initial_contact: ContactId::from_u128(7),
        participant: ParticipantId::from_u128(7),
        role: ParticipantRole::Customer,
    }
}

/// Hashing the passphrase takes its time: the tests share one center.
fn with_center<F: Future<Output = ()>>(test: impl FnOnce(&'static Center) -> F) {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    static CENTER: OnceLock<Center> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap());
    let center = CENTER.get_or_init(|| runtime.block_on(Center::start()));
    runtime.block_on(test(center));
}

#[test]
fn a_caller_without_rights_is_denied_every_signed_operation() {
    with_center(async |center| {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.service() != Service::Participant)
        {
            let code = center
                .call(entry, nobody(center.instance), center.instance)
                .await;
            let denied = match entry.service() {
                Service::Sts => Code::StsAccessDenied,
                _ => Code::AccessDenied,
            };
            assert_eq!(code, Some(denied), "{}", entry.spec.name);
        }
    });
}

#[test]
fn a_caller_with_all_rights_finds_nothing_under_the_id_of_another_instance() {
    let elsewhere = InstanceId::from_u128(0x99);
    with_center(async |center| {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.service() == Service::Connect)
        {
            let code = center.call(entry, access_key(), elsewhere).await;
            let expected = match entry.spec.operation() {
                // It names no instance.
                "ListInstances" => None,
                _ => Some(Code::ResourceNotFound),
            };
            assert_eq!(code, expected, "{}", entry.spec.name);
        }
    });
}

#[test]
fn a_user_is_denied_everything_in_another_instance() {
    let elsewhere = InstanceId::from_u128(0x99);
    with_center(async |center| {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.service() == Service::Connect)
        {
            let code = center.call(entry, nobody(elsewhere), center.instance).await;
            assert_eq!(code, Some(Code::AccessDenied), "{}", entry.spec.name);
        }
    });
}

fn of_participants() -> impl Iterator<Item = &'static Entry> {
    TABLE
        .iter()
        .filter(|entry| entry.service() == Service::Participant)
}

#[test]
fn operations_of_participants_refuse_whoever_is_none() {
    with_center(async |center| {
        for entry in of_participants() {
            for principal in [access_key(), nobody(center.instance)] {
                let code = center.call(entry, principal, center.instance).await;
                assert_eq!(code, Some(Code::ResourceNotFound), "{}", entry.spec.name);
            }
        }
    });
}

#[test]
fn a_participant_of_a_chat_that_is_not_here_does_nothing() {
    with_center(async |center| {
        for entry in of_participants() {
            let caller = stranger(center.instance);
            let code = center.call(entry, caller, center.instance).await;
            // Of a chat in which nothing was said, the transcript is empty.
            let empty = entry.spec.operation() == "GetTranscript";
            assert_eq!(code.is_none(), empty, "{}: {code:?}", entry.spec.name);
            assert_ne!(code, Some(Code::InternalServer), "{}", entry.spec.name);
        }
    });
}

#[test]
fn a_participant_is_denied_every_signed_operation() {
    with_center(async |center| {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.service() == Service::Connect)
        {
            let code = center
                .call(entry, stranger(center.instance), center.instance)
                .await;
            assert_eq!(code, Some(Code::AccessDenied), "{}", entry.spec.name);
        }
    });
}

#[test]
fn an_administrator_is_permitted_every_signed_operation() {
    with_center(async |center| {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.service() == Service::Connect)
        {
            let code = center.call(entry, access_key(), center.instance).await;
            assert_ne!(code, Some(Code::AccessDenied), "{}", entry.spec.name);
        }
    });
}

#[test]
fn a_refusal_says_the_same_of_what_exists_and_what_does_not() {
    with_center(async |center| {
        let target = |id: u128| {
            Target::Resource(
                center.instance,
                model::ResourceKind::Queue,
                model::ResourceId::from_u128(id),
            )
        };
        let principal = nobody(center.instance);
        let call = Call::new(
            principal,
            RequestId::from_u128(3),
            "connect.amazonaws.com",
            "DescribeQueue",
        );
        let refused = |id| {
            let outcome = center
                .app
                .authorize::<app::action::DescribeQueue>(&call, target(id));
            outcome.map(|_| ()).unwrap_err()
        };
        assert_eq!(refused(1), refused(2));
        assert!(matches!(refused(1), AppError::AccessDenied { .. }));
    });
}
