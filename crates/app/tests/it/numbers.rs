//! Phone numbers of two instances on one trunk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::action::{
    AssociatePhoneNumberContactFlow, ClaimPhoneNumber, CreateContactFlow, CreateInstance,
    DeleteContactFlow, ReleasePhoneNumber, SearchAvailablePhoneNumbers,
};
use app::chat::attachments::AttachmentLimits;
use app::config::NewResource;
use app::numbers::NumberClaim;
use app::ports::Clock;
use app::signin::{SecondFactor, SignInConfig};
use app::{Adapters, App, AppError, Call, IncomingCall, Principal, Settings, Target};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use model::resource::{FlowDefinition, FlowState, FlowStatus, FlowType, PhoneNumber};
use model::{
    InstanceId, LoginSessionId, PhoneNumberId, RequestId, Resource, ResourceId, ResourceKind,
    Secret, Tags, Timestamp, UserId,
};
use tempfile::TempDir;

const BERLIN: &str = "+4930901820";
const FREE: &str = "+498001234567";
const OF_NOBODY: &str = "+4930901821";

struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }
}

struct TwoInstances {
    app: App,
    here: InstanceId,
    there: InstanceId,
    _folder: TempDir,
}

fn call(operation: &'static str) -> Arc<Call> {
    let principal = Principal::AccessKey {
        key_id: "AKIDEXAMPLE".to_owned(),
        account: "123456789012".to_owned(),
        name: "test".to_owned(),
    };
    let request = RequestId::from_u128(1);
    let source = "connect.amazonaws.com";
    Arc::new(Call::new(principal, request, source, operation))
}

fn claim_of(number: &str, token: Option<&str>) -> NumberClaim {
    NumberClaim {
        number: number.to_owned(),
        description: None,
        tags: Tags::new(),
        flow: None,
        client_token: token.map(str::to_owned),
    }
}

fn ring(number: &str) -> IncomingCall {
    IncomingCall {
        called: number.to_owned(),
        caller: None,
        caller_name: None,
        headers: BTreeMap::new(),
    }
}

impl TwoInstances {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Arc::new(store::SqliteStore::open(&folder.path().join("data")).unwrap());
        let passphrase = Secret::new("correct horse battery staple".to_owned());
        let root = folder.path().join("root.key");
        let provider = keys::LocalKeyProvider::create(&root, &passphrase).unwrap();
        let policy = policy::CedarPolicy::new(SecondFactor::Optional).unwrap();
        let verifier = ::signin::LocalVerifier::new(::signin::Capacity::of_cores(1)).unwrap();
        let adapters = Adapters {
            store: Arc::clone(&store) as _,
            keys: Arc::clone(&store) as _,
            provider: Arc::new(provider),
            policy: Arc::new(policy),
            verifier: Arc::new(verifier),
            blobs: Arc::clone(&store) as _,
            scanner: None,
            telephony: None,
            clock: Arc::new(StillClock),
        };
        let settings = Settings {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            outbox: false,
            phone_numbers: BTreeSet::from([BERLIN, FREE].map(str::to_owned)),
            limits: engine::config::Limits::default(),
            attachments: AttachmentLimits::default(),
            signin: SignInConfig::default(),
        };
        let app = App::start(adapters, settings).await.unwrap();
        let here = create_instance(&app, "here").await;
        let there = create_instance(&app, "there").await;
        Self {
            app,
            here,
            there,
            _folder: folder,
        }
    }

    async fn claim(
        &self,
        instance: InstanceId,
        number: &str,
        token: Option<&str>,
    ) -> Result<Arc<Resource>, AppError> {
        let call = call("ClaimPhoneNumber");
        let target = Target::Instance(instance);
        let permit = self.app.authorize::<ClaimPhoneNumber>(&call, target)?;
        let claim = claim_of(number, token);
        self.app.claim_number(&call, permit, claim).await
    }

    async fn release(&self, number: &Resource) -> Result<(), AppError> {
        let call = call("ReleasePhoneNumber");
        let target = self.app.locate_number(&call.principal, number.id.into());
        let permit = self.app.authorize::<ReleasePhoneNumber>(&call, target)?;
        self.app.delete(&call, permit).await
    }

    fn available(&self) -> Vec<String> {
        let call = call("SearchAvailablePhoneNumbers");
        let target = Target::Instance(self.here);
        let permit = self
            .app
            .authorize::<SearchAvailablePhoneNumbers>(&call, target)
            .unwrap();
        let found = self.app.available_numbers(&permit).unwrap();
        found.into_iter().map(|one| one.number).collect()
    }

    async fn flow(&self, kind: FlowType) -> ResourceId {
        let call = call("CreateContactFlow");
        let target = Target::Instance(self.here);
        let permit = self
            .app
            .authorize::<CreateContactFlow>(&call, target)
            .unwrap();
        let new = NewResource {
            name: format!("{kind:?}"),
            tags: Tags::new(),
            body: FlowDefinition {
                kind,
                description: None,
                state: FlowState::Active,
                status: FlowStatus::Saved,
                content: "{}".to_owned(),
            },
            client_token: None,
        };
        self.app.create(&call, permit, new).await.unwrap().id
    }

    async fn associate(&self, number: &Resource, flow: ResourceId) -> Result<(), AppError> {
        let call = call("AssociatePhoneNumberContactFlow");
        let target = Target::Resource(self.here, ResourceKind::PhoneNumber, number.id);
        let permit = self
            .app
            .authorize::<AssociatePhoneNumberContactFlow>(&call, target)?;
        self.app
            .update::<_, PhoneNumber>(&call, permit, move |draft| {
                draft.body.flow = Some(flow.into());
                Ok(())
            })
            .await
            .map(|_| ())
    }
}

async fn create_instance(app: &App, alias: &str) -> InstanceId {
    let call = Call::new(
        Principal::System("test"),
        RequestId::from_u128(1),
        "connect.amazonaws.com",
        "CreateInstance",
    );
    let permit = app
        .authorize::<CreateInstance>(&call, Target::Account)
        .unwrap();
    let created = app.create_instance(&Arc::new(call), permit, alias).await;
    created.unwrap().scope.instance
}

#[tokio::test]
async fn a_number_is_claimed_once_over_all_instances_even_at_the_same_moment() {
    let two = TwoInstances::start().await;
    let claims = (0..20).map(|turn| {
        let instance = if turn % 2 == 0 { two.here } else { two.there };
        two.claim(instance, BERLIN, None)
    });
    let outcomes = join_all(claims).await;
    let taken = AppError::Duplicate {
        name: BERLIN.to_owned(),
    };
    let granted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(granted, 1, "{outcomes:?}");
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(refused.into_iter().all(|error| *error == taken));
    assert_eq!(two.available(), [FREE]);
}

#[tokio::test]
async fn a_claim_whose_caller_went_away_counts_against_the_next_one() {
    let two = TwoInstances::start().await;
    // It has reached the loop of its instance, which has not run yet.
    let begun = Box::pin(two.claim(two.here, BERLIN, None)).now_or_never();
    assert!(begun.is_none());
    let second = two.claim(two.there, BERLIN, None).await;
    assert!(
        matches!(second, Err(AppError::Duplicate { .. })),
        "{second:?}"
    );
}

#[tokio::test]
async fn only_numbers_of_trunks_can_be_claimed_and_released_ones_again() {
    let two = TwoInstances::start().await;
    let unknown = two.claim(two.here, OF_NOBODY, None).await;
    assert!(matches!(unknown, Err(AppError::NotFound { .. })));
    let nonsense = two.claim(two.here, "4930901820", None).await;
    assert!(matches!(nonsense, Err(AppError::Invalid(_))));
    let first = two.claim(two.here, BERLIN, Some("token")).await.unwrap();
    let again = two.claim(two.here, BERLIN, Some("token")).await.unwrap();
    assert_eq!(first.id, again.id);
    let body = match &first.body {
        model::ResourceBody::PhoneNumber(number) => number,
        other => panic!("{other:?}"),
    };
    assert_eq!(body.country.as_deref(), Some("DE"));
    two.release(&first).await.unwrap();
    assert_eq!(two.available(), [BERLIN, FREE]);
    let second = two.claim(two.there, BERLIN, None).await.unwrap();
    assert_eq!(second.instance, two.there);
    let gone = two.release(&first).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })));
}

#[tokio::test]
async fn a_number_is_located_by_its_id_and_strangers_cannot_tell_it_from_none() {
    let two = TwoInstances::start().await;
    let number = two.claim(two.there, BERLIN, None).await.unwrap();
    let located = |principal: &Principal, id| two.app.locate_number(principal, id);
    let at = |instance, id: PhoneNumberId| {
        Target::Resource(instance, ResourceKind::PhoneNumber, id.into())
    };
    let (id, none) = (number.id.into(), PhoneNumberId::from_u128(9));
    let key = &call("DescribePhoneNumber").principal;
    assert_eq!(located(key, id), at(two.there, id));
    assert_eq!(located(key, none), Target::Account);
    let stranger = Principal::User {
        instance: two.here,
        user: UserId::from_u128(7),
        username: "somebody".to_owned(),
        profiles: BTreeSet::new(),
        session: LoginSessionId::from_u128(7),
        second_factor: true,
    };
    assert_eq!(located(&stranger, id), at(two.here, id));
    assert_eq!(located(&stranger, none), at(two.here, none));
}

#[tokio::test]
async fn a_number_keeps_its_flow_from_being_deleted_and_takes_inbound_flows_only() {
    let two = TwoInstances::start().await;
    let number = two.claim(two.here, BERLIN, None).await.unwrap();
    let hold = two.flow(FlowType::CustomerHold).await;
    let refused = two.associate(&number, hold).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    let flow = two.flow(FlowType::ContactFlow).await;
    two.associate(&number, flow).await.unwrap();
    let delete = async || {
        let call = call("DeleteContactFlow");
        let target = Target::Resource(two.here, ResourceKind::Flow, flow);
        let permit = two.app.authorize::<DeleteContactFlow>(&call, target);
        two.app.delete(&call, permit.unwrap()).await
    };
    assert!(matches!(delete().await, Err(AppError::InUse { .. })));
    two.release(&number).await.unwrap();
    assert_eq!(delete().await, Ok(()));
    // A released number and one that never was get the same answer.
    let released = two.app.incoming_call(ring(BERLIN)).await;
    assert_eq!(released, two.app.incoming_call(ring(OF_NOBODY)).await);
    assert!(matches!(released, Err(AppError::NotFound { .. })));
}
