#![expect(clippy::unwrap_used, reason = "tests")]

use app::AppError;
use model::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::*;

static EMPTY: bytes::Bytes = bytes::Bytes::new();
const INSTANCE: InstanceId = InstanceId::from_u128(0x1);
const QUEUE: QueueId = QueueId::from_u128(0x2);
/// Where phone numbers are.
const HOLDER: InstanceId = InstanceId::from_u128(0x3);

struct Given {
    labels: Labels,
    query: Vec<(String, String)>,
    body: Map<String, Value>,
    principal: Principal,
}

impl Given {
    fn members(&self) -> Members<'_> {
        Members {
            labels: &self.labels,
            query: &self.query,
            body: &self.body,
            file: &EMPTY,
            region: "eu-central-1",
            principal: &self.principal,
            locate: &|number| Target::Resource(HOLDER, ResourceKind::PhoneNumber, number.into()),
        }
    }
}

fn given(labels: &[(&'static str, &str)], query: &[(&str, &str)], body: Value) -> Given {
    Given {
        labels: labels.iter().map(|(n, v)| (*n, (*v).to_owned())).collect(),
        query: query
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect(),
        body: body.as_object().unwrap().clone(),
        principal: Principal::AccessKey {
            key_id: "AKIDEXAMPLE".to_owned(),
            account: "123456789012".to_owned(),
            name: "test".to_owned(),
        },
    }
}

fn body(value: Value) -> Given {
    given(&[], &[], value)
}

fn arn(region: &str, account: &str, instance: InstanceId, rest: &str) -> String {
    format!("arn:aws:connect:{region}:{account}:instance/{instance}{rest}")
}

#[track_caller]
fn malformed<T: std::fmt::Debug>(result: Result<T, Refusal>) {
    assert!(matches!(result, Err(Refusal::Malformed(_))), "{result:?}");
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(result: Result<T, Refusal>) {
    assert!(
        matches!(result, Err(Refusal::App(AppError::Invalid(_)))),
        "{result:?}"
    );
}

#[track_caller]
fn not_found<T: std::fmt::Debug>(result: Result<T, Refusal>) {
    assert!(
        matches!(result, Err(Refusal::App(AppError::NotFound { .. }))),
        "{result:?}"
    );
}

#[test]
fn an_instance_is_named_by_id_or_arn_in_path_or_body() {
    let id = INSTANCE.to_string();
    let whole = arn("eu-central-1", "123456789012", INSTANCE, "");
    for text in [&id, &whole] {
        let path = given(&[("InstanceId", text)], &[], json!({}));
        assert_eq!(path.members().instance(), Ok(INSTANCE));
    }
    let in_body = body(json!({"InstanceId": id}));
    assert_eq!(in_body.members().instance(), Ok(INSTANCE));
    invalid(body(json!({})).members().instance());
    invalid(
        given(&[("InstanceId", "nonsense")], &[], json!({}))
            .members()
            .instance(),
    );
    malformed(body(json!({"InstanceId": 7})).members().instance());
}

#[test]
fn arns_of_another_region_account_or_kind_name_nothing_here() {
    for text in [
        arn("us-east-1", "123456789012", INSTANCE, ""),
        arn("eu-central-1", "999999999999", INSTANCE, ""),
        arn(
            "eu-central-1",
            "123456789012",
            INSTANCE,
            &format!("/queue/{QUEUE}"),
        ),
    ] {
        not_found(
            given(&[("InstanceId", &text)], &[], json!({}))
                .members()
                .instance(),
        );
    }
}

#[test]
fn a_resource_is_named_by_id_or_by_an_arn_of_this_instance_and_kind() {
    let target = |queue: &str| {
        let instance = INSTANCE.to_string();
        let given = given(
            &[("InstanceId", &instance), ("QueueId", queue)],
            &[],
            json!({}),
        );
        given.members().resource::<QueueId>("QueueId")
    };
    let expected = Target::Resource(INSTANCE, ResourceKind::Queue, QUEUE.into());
    assert_eq!(target(&QUEUE.to_string()), Ok(expected));
    let own = |rest: &str| arn("eu-central-1", "123456789012", INSTANCE, rest);
    assert_eq!(target(&own(&format!("/queue/{QUEUE}"))), Ok(expected));
    not_found(target(&own(&format!("/agent/{QUEUE}"))));
    not_found(target(&own("")));
    let other = InstanceId::from_u128(9);
    not_found(target(&arn(
        "eu-central-1",
        "123456789012",
        other,
        &format!("/queue/{QUEUE}"),
    )));
    invalid(target("arn:aws:s3:::bucket"));
    invalid(target("../queue"));
    invalid(target(&"a".repeat(600)));
    invalid(target(&QUEUE.to_string().replace('-', "")));
}

#[test]
fn a_phone_number_is_named_by_id_or_arn_with_or_without_its_instance() {
    let id = PhoneNumberId::from_u128(5);
    let target = |text: &str| {
        given(&[("PhoneNumberId", text)], &[], json!({}))
            .members()
            .phone_number()
    };
    let tagged = |text: &str| {
        given(&[("resourceArn", text)], &[], json!({}))
            .members()
            .arn("resourceArn")
    };
    let in_instance = |instance| Target::Resource(instance, ResourceKind::PhoneNumber, id.into());
    let short = |region: &str, account: &str| {
        format!("arn:aws:connect:{region}:{account}:phone-number/{id}")
    };
    let own = short("eu-central-1", "123456789012");
    let long = arn(
        "eu-central-1",
        "123456789012",
        INSTANCE,
        &format!("/phone-number/{id}"),
    );
    assert_eq!(target(&id.to_string()), Ok(in_instance(HOLDER)));
    for named in [&target as &dyn Fn(&str) -> Result<Target, Refusal>, &tagged] {
        assert_eq!(named(&own), Ok(in_instance(HOLDER)));
        assert_eq!(named(&long), Ok(in_instance(INSTANCE)));
        not_found(named(&short("us-east-1", "123456789012")));
        not_found(named(&short("eu-central-1", "999999999999")));
    }
    not_found(target(&arn("eu-central-1", "123456789012", INSTANCE, "")));
    invalid(target("list"));
    // Where the instance is said, the number is sought there.
    let given = given(
        &[("PhoneNumberId", &own)],
        &[],
        json!({"InstanceId": INSTANCE}),
    );
    let said = given.members().resource::<PhoneNumberId>("PhoneNumberId");
    assert_eq!(said, Ok(in_instance(INSTANCE)));
    not_found(given.members().resource::<QueueId>("PhoneNumberId"));
}

#[test]
fn the_target_of_a_number_is_an_instance_by_arn_or_id() {
    let whole = arn("eu-central-1", "123456789012", INSTANCE, "");
    let target = |given: Value| body(given).members().target_instance();
    assert_eq!(target(json!({"TargetArn": whole})), Ok(Some(INSTANCE)));
    assert_eq!(target(json!({"InstanceId": INSTANCE})), Ok(Some(INSTANCE)));
    let both = json!({"TargetArn": whole, "InstanceId": INSTANCE});
    assert_eq!(target(both), Ok(Some(INSTANCE)));
    assert_eq!(target(json!({})), Ok(None));
    invalid(target(json!({"TargetArn": whole, "InstanceId": HOLDER})));
    invalid(target(json!({"TargetArn": INSTANCE})));
}

#[test]
fn a_page_may_be_asked_for_in_the_body() {
    let page = |given: Value| body(given).members().page_in_body(10);
    let next = page(json!({"NextToken": "abc", "MaxResults": 3})).unwrap();
    assert_eq!((next.token.as_deref(), next.limit), (Some("abc"), 3));
    assert_eq!(page(json!({})).unwrap().limit, 10);
    invalid(page(json!({"MaxResults": 11})));
    malformed(page(json!({"MaxResults": "3"})));
}

#[test]
fn a_page_is_bounded_by_the_model() {
    let page = |query: &[(&str, &str)]| given(&[], query, json!({})).members().page(100);
    assert_eq!(
        page(&[]).unwrap(),
        PageRequest {
            token: None,
            limit: 100
        }
    );
    assert_eq!(page(&[("maxResults", "1")]).unwrap().limit, 1);
    let next = page(&[("nextToken", "abc"), ("maxResults", "100")]).unwrap();
    assert_eq!(
        next,
        PageRequest {
            token: Some("abc".to_owned()),
            limit: 100
        }
    );
    invalid(page(&[("maxResults", "0")]));
    invalid(page(&[("maxResults", "101")]));
    invalid(page(&[("maxResults", "1"), ("maxResults", "2")]));
    malformed(page(&[("maxResults", "ten")]));
    malformed(page(&[("maxResults", "-1")]));
}

#[test]
fn texts_are_measured_in_characters() {
    let given = body(json!({"A": "äöü", "B": 1, "C": null}));
    let object = given.members().body();
    assert_eq!(object.text("A", 3..=3).unwrap(), "äöü");
    invalid(object.text("A", 4..=9));
    invalid(object.text("A", 0..=2));
    malformed(object.text("B", 0..=9));
    invalid(object.text("C", 0..=9));
    assert_eq!(object.optional_text("C", 1..=9), Ok(None));
    assert_eq!(object.optional_text("D", 1..=9), Ok(None));
}

#[test]
fn numbers_are_whole_and_in_range() {
    let given = body(json!({"A": 5, "B": "5", "C": 5.5, "D": -1, "E": u64::MAX}));
    let object = given.members().body();
    assert_eq!(object.number::<u8>("A", 0..=5), Ok(5));
    invalid(object.number::<u8>("A", 6..=9));
    malformed(object.number::<u8>("B", 0..=9));
    malformed(object.number::<u8>("C", 0..=9));
    invalid(object.number::<u8>("D", -5..=9));
    malformed(object.number::<u8>("E", 0..=9));
}

#[test]
fn times_are_seconds_with_or_without_fraction() {
    let given = body(json!({"A": 1.5, "B": 2, "C": "2026-01-01", "D": -1, "E": 1e300}));
    let object = given.members().body();
    assert_eq!(
        object.optional_time("A"),
        Ok(Some(Timestamp::from_millis(1500)))
    );
    assert_eq!(object.optional_time("B"), Ok(Some(Timestamp::from_secs(2))));
    malformed(object.optional_time("C"));
    invalid(object.optional_time("D"));
    invalid(object.optional_time("E"));
}

#[test]
fn words_are_those_of_the_model() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Word {
        Yes,
    }
    let given = body(json!({"A": "YES", "B": "yes", "C": ["YES"], "D": true}));
    let object = given.members().body();
    assert_eq!(object.word::<Word>("A"), Ok(Word::Yes));
    invalid(object.word::<Word>("B"));
    malformed(object.word::<Word>("C"));
    malformed(object.word::<Word>("D"));
    assert_eq!(object.words::<Word>("C", 1..=1), Ok(vec![Word::Yes]));
}

#[test]
fn structures_and_lists_have_their_types_and_sizes() {
    let given =
        body(json!({"A": {"B": 1}, "L": [{"B": 2}], "M": [1], "T": {"k": "v"}, "N": {"k": 1}}));
    let object = given.members().body();
    assert_eq!(object.object("A").unwrap().number::<u8>("B", 0..=9), Ok(1));
    malformed(object.object("L"));
    assert_eq!(object.objects("L", 1..=1).unwrap().len(), 1);
    invalid(object.objects("L", 2..=3));
    malformed(object.objects("A", 0..=9));
    malformed(object.objects("M", 0..=9));
    malformed(object.texts("M", 0..=9, 0..=9));
    assert_eq!(object.tags("T").unwrap().get("k").unwrap(), "v");
    malformed(object.tags("N"));
}

#[test]
fn an_error_names_the_member_with_its_place() {
    let given = body(json!({"A": {"B": "x"}}));
    let object = given.members().body().object("A").unwrap();
    let refusal = object.number::<u8>("B", 0..=9).unwrap_err();
    assert_eq!(refusal.to_string(), "`A.B` must be a whole number");
}

#[test]
fn members_that_are_not_supported_are_refused_unless_they_promise_nothing() {
    let given = body(json!({"A": 1, "B": [], "C": null, "D": false, "E": {}, "F": [1]}));
    let object = given.members().body();
    assert_eq!(object.refuse(&["B", "C", "D", "E", "G"]), Ok(()));
    invalid(object.refuse(&["A"]));
    invalid(object.refuse(&["F"]));
}

#[test]
fn errors_repeat_little_of_outside_text() {
    let long = "x".repeat(400);
    let given = body(json!({"InstanceId": "y".repeat(100), "A": long}));
    let refusal = given.members().body().word::<bool>("A").unwrap_err();
    assert!(refusal.to_string().len() < 200);
}
