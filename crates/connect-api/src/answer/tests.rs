#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use axum::body::to_bytes;
use flow::FlowProblem;

use super::*;
use crate::error::{connect_code, participant_code, sts_code};

const REQUEST: RequestId = RequestId::from_u128(7);

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

fn flow_problems() -> Refusal {
    Refusal::App(AppError::FlowProblems(vec![FlowProblem {
        block: Some("a".to_owned()),
        reason: "is unknown".to_owned(),
    }]))
}

#[tokio::test]
async fn an_answer_leaves_absent_members_out_and_carries_the_request() {
    let value = json!({"A": null, "B": {"C": null, "D": [null, 1]}});
    let response = success(Service::Connect, "DescribeQueue", REQUEST, value);
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[REQUEST_ID], REQUEST.to_string());
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(text(response).await, r#"{"B":{"D":[null,1]}}"#);
}

#[tokio::test]
async fn an_operation_without_output_answers_an_empty_structure() {
    let response = success(Service::Connect, "DeleteQueue", REQUEST, Value::Null);
    assert_eq!(text(response).await, "{}");
}

#[tokio::test]
async fn an_error_has_type_status_and_message() {
    let missing = Refusal::App(AppError::NotFound { what: "queue" });
    let code = missing.code(Service::Connect, connect_code);
    let response = super::refusal(Service::Connect, code, &missing, REQUEST);
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()[ERROR_TYPE], "ResourceNotFoundException");
    assert_eq!(
        text(response).await,
        r#"{"Message":"queue not found","message":"queue not found"}"#
    );
}

#[tokio::test]
async fn flow_problems_stand_under_the_name_of_each_model() {
    for (code, name) in [
        (Code::InvalidContactFlow, "problems"),
        (Code::InvalidContactFlowModule, "Problems"),
    ] {
        let response = super::refusal(Service::Connect, code, &flow_problems(), REQUEST);
        assert_eq!(response.status(), 400);
        let body: Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(body[name], json!([{"message": "block `a`: is unknown"}]));
    }
}

#[test]
fn a_throttled_answer_says_when_to_come_again() {
    let throttled = Refusal::App(AppError::Throttled { retry_after_s: 3 });
    for (service, codes, name, status) in [
        (
            Service::Connect,
            connect_code as fn(&AppError) -> Code,
            "TooManyRequestsException",
            429,
        ),
        (
            Service::Participant,
            participant_code,
            "ThrottlingException",
            429,
        ),
        (Service::Sts, sts_code, "Throttling", 400),
    ] {
        let code = throttled.code(service, codes);
        let response = super::refusal(service, code, &throttled, REQUEST);
        assert_eq!(response.headers()[RETRY_AFTER], "3");
        assert_eq!(response.headers()[ERROR_TYPE], name);
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn sts_speaks_xml() {
    let value = json!({"Account": "123456789012", "Arn": "a<b>&'\"\u{1}"});
    let response = success(Service::Sts, "GetCallerIdentity", REQUEST, value);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/xml");
    let text = text(response).await;
    assert!(text.contains("<GetCallerIdentityResult><Account>123456789012</Account>"));
    assert!(text.contains("<Arn>a&lt;b&gt;&amp;&apos;&quot; </Arn>"));
    assert!(text.contains(&format!("<RequestId>{REQUEST}</RequestId>")));
}

#[tokio::test]
async fn sts_errors_are_xml_with_the_names_of_the_query_protocol() {
    let code = Refusal::UnknownKey.code(Service::Sts, sts_code);
    let response = super::refusal(Service::Sts, code, &Refusal::UnknownKey, REQUEST);
    assert_eq!(response.status(), 403);
    assert!(
        text(response)
            .await
            .contains("<Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>")
    );
}

#[tokio::test]
async fn a_customer_is_told_what_to_do_and_nothing_of_policies() {
    let denied = Refusal::App(AppError::AccessDenied {
        action: "execute-api:Invoke",
    });
    let code = denied.code(Service::Participant, participant_code);
    let response = super::refusal(Service::Participant, code, &denied, REQUEST);
    assert_eq!(response.status(), 403);
    let told: Value = serde_json::from_str(&text(response).await).unwrap();
    let told = told["message"].as_str().unwrap();
    assert!(told.contains("start a new chat"), "{told}");
    for word in ["policy", "execute-api", "profile"] {
        assert!(!told.contains(word), "{told}");
    }
    let program = super::refusal(Service::Connect, code, &denied, REQUEST);
    assert!(
        text(program).await.contains("policy"),
        "a program can get one"
    );
}
