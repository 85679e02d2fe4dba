//! Every operation against a running application: with a caller who holds no right, and with the id of
//! an instance that is not there. A new line in the table is tested without a word here, or fails.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::Arc;

use app::{AppError, Call, Principal, Target};
use model::transcript::ParticipantRole;
use model::{ContactId, InstanceId, LoginSessionId, ParticipantId, RequestId, UserId};
use serde_json::{Map, Value, json};

use super::TABLE;
use crate::error::{Code, Refusal};
use crate::members::Members;
use crate::operation::{Context, Entry, Service};
use crate::route::Labels;
use crate::test_center::{Center, with_center};

const ID: &str = "00000000-0000-4000-8000-00000000000a";

impl Center {
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
            query: &[
                ("tagKeys".to_owned(), "team".to_owned()),
                ("origin".to_owned(), "https://shop.example".to_owned()),
                ("instanceId".to_owned(), instance.to_string()),
            ],
            body: &body(entry, instance),
            file: &bytes::Bytes::from_static(b"no file"),
            region: "eu-central-1",
            principal: &principal,
            locate: &|number| self.app.locate_number(&principal, number),
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
    body.extend(members_of_resources(instance));
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

fn members_of_resources(instance: InstanceId) -> Map<String, Value> {
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
        "PhoneNumber": "+4930901820",
        "PhoneNumberCountryCode": "DE",
        "PhoneNumberType": "DID",
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
        "tags": {"team": "blue"},
        "S3Uri": format!("s3://ringfence-{instance}/prompt-audio/{ID}.wav"),
        "Origin": "https://shop.example",
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
                // Its model knows no other code.
                "SearchAvailablePhoneNumbers" => Some(Code::InvalidParameter),
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
