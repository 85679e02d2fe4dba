//! Whole requests through the router, signed as clients sign them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use app::action::ReadAudit;
use app::ports::store::Store as _;
use app::{Call, Principal, Target};
use aws_lc_rs::{digest, hmac};
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::Request;
use model::{RequestId, Secret};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::answer::ERROR_TYPE;
use crate::test_center::{Center, with_center};

mod chats;
mod contacts;

/// [`crate::test_center::NOW`] as clients write it.
const DATE: &str = "20270115T080000Z";
const DAY: &str = "20270115";

struct Client {
    router: Router,
    key_id: String,
    secret: Secret<String>,
}

impl Client {
    async fn of(center: &Center) -> Self {
        let source = Service::Connect.source();
        let system = Principal::System("test");
        let call = Call::new(system, RequestId::from_u128(1), source, "CreateAccessKey");
        let account = &center.app.settings().account;
        let key = center
            .app
            .signin()
            .create_access_key(&call, account, "test")
            .await
            .unwrap();
        Self {
            router: router(center.app.clone(), center.settings.clone()),
            key_id: key.key_id,
            secret: key.secret,
        }
    }

    /// Signs host and date. Path and query of these tests need no encoding.
    fn signed(&self, service: &str, method: &str, target: &str, body: &str) -> Request<Body> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let hash = |bytes: &[u8]| hex::encode(digest::digest(&digest::SHA256, bytes));
        let canonical = format!(
            "{method}\n{path}\n{query}\nhost:localhost\nx-amz-date:{DATE}\n\nhost;x-amz-date\n{}",
            hash(body.as_bytes())
        );
        let scope = format!("{DAY}/eu-central-1/{service}/aws4_request");
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{DATE}\n{scope}\n{}",
            hash(canonical.as_bytes())
        );
        let mut key = format!("AWS4{}", self.secret.expose()).into_bytes();
        for part in scope.split('/').chain([to_sign.as_str()]) {
            let mac = hmac::Key::new(hmac::HMAC_SHA256, &key);
            key = hmac::sign(&mac, part.as_bytes()).as_ref().to_vec();
        }
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host;x-amz-date, Signature={}",
            self.key_id,
            hex::encode(key)
        );
        Request::builder()
            .method(method)
            .uri(target)
            .header("host", "localhost")
            .header("x-amz-date", DATE)
            .header("authorization", authorization)
            .body(Body::from(body.to_owned()))
            .unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn connect(&self, method: &str, target: &str, body: &str) -> Response {
        self.send(self.signed("connect", method, target, body))
            .await
    }
}

fn outcome(response: &Response) -> (u16, &str) {
    let kind = response.headers().get(ERROR_TYPE);
    let kind = kind.map_or("", |kind| kind.to_str().unwrap());
    (response.status().as_u16(), kind)
}

async fn json_of(response: Response) -> Value {
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_signed_request_is_answered() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let path = format!("/instance/{}", center.instance);
        let response = client.connect("GET", &path, "").await;
        assert_eq!(outcome(&response), (200, ""));
        assert_eq!(response.headers()["x-amzn-requestid"].len(), 36);
        let instance = &json_of(response).await["Instance"];
        assert_eq!(instance["Id"], center.instance.to_string());
        assert_eq!(instance["InstanceAlias"], "test");
    });
}

#[test]
fn what_is_created_is_described_listed_and_deleted() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let path = format!("/hours-of-operations/{}", center.instance);
        let body = r#"{"Name":"Office","TimeZone":"Europe/Berlin","Config":[]}"#;
        let created = json_of(client.connect("PUT", &path, body).await).await;
        let id = created["HoursOfOperationId"].as_str().unwrap();
        let one = format!("{path}/{id}");
        let described = json_of(client.connect("GET", &one, "").await).await;
        assert_eq!(described["HoursOfOperation"]["Name"], "Office");
        let again = client.connect("PUT", &path, body).await;
        assert_eq!(outcome(&again), (409, "DuplicateResourceException"));

        let listing = format!("/hours-of-operations-summary/{}", center.instance);
        let mut found = 0;
        let mut target = format!("{listing}?maxResults=1");
        loop {
            let page = json_of(client.connect("GET", &target, "").await).await;
            found += page["HoursOfOperationSummaryList"]
                .as_array()
                .unwrap()
                .len();
            match page["NextToken"].as_str() {
                Some(token) => target = format!("{listing}?maxResults=1&nextToken={token}"),
                None => break,
            }
        }
        assert!(found >= 1);
        let deleted = client.connect("DELETE", &one, "").await;
        assert_eq!(outcome(&deleted), (200, ""));
        let gone = client.connect("GET", &one, "").await;
        assert_eq!(outcome(&gone), (404, "ResourceNotFoundException"));
    });
}

#[test]
fn who_does_not_sign_well_gets_the_code_that_says_why() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let spoilt = async |spoil: fn(&mut Request<Body>)| {
            let mut request = client.signed("connect", "GET", "/instance", "");
            spoil(&mut request);
            let response = client.send(request).await;
            let (status, kind) = outcome(&response);
            (status, kind.to_owned())
        };
        let code = |status, kind: &str| (status, kind.to_owned());
        assert_eq!(spoilt(|_| {}).await, code(200, ""));
        let unsigned = |request: &mut Request<Body>| {
            request.headers_mut().remove("authorization");
        };
        assert_eq!(
            spoilt(unsigned).await,
            code(403, "MissingAuthenticationTokenException")
        );
        let changed =
            |request: &mut Request<Body>| *request.uri_mut() = "/instance?a=b".parse().unwrap();
        assert_eq!(
            spoilt(changed).await,
            code(403, "InvalidSignatureException")
        );
        let swelled = |request: &mut Request<Body>| *request.body_mut() = Body::from("{}");
        assert_eq!(
            spoilt(swelled).await,
            code(403, "InvalidSignatureException")
        );
        let token = |request: &mut Request<Body>| {
            let headers = request.headers_mut();
            headers.insert("x-amz-security-token", "a".parse().unwrap());
        };
        assert_eq!(
            spoilt(token).await,
            code(403, "IncompleteSignatureException")
        );
        let stranger = Client {
            router: client.router.clone(),
            key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Secret::new("a".to_owned()),
        };
        let response = stranger.connect("GET", "/instance", "").await;
        assert_eq!(outcome(&response), (403, "UnrecognizedClientException"));
        let other = client.signed("sts", "GET", "/instance", "");
        let response = client.send(other).await;
        assert_eq!(outcome(&response), (403, "InvalidSignatureException"));
    });
}

#[test]
fn an_unknown_operation_is_never_answered() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let instance = center.instance;
        for (method, path) in [
            ("GET", "/nonsense".to_owned()),
            ("POST", format!("/queues/{instance}")),
            ("GET", format!("/queues-summary/{instance}/")),
            ("GET", format!("/instance//{instance}")),
            ("PATCH", "/instance".to_owned()),
        ] {
            let response = client.connect(method, &path, "").await;
            assert_eq!(
                outcome(&response),
                (404, "UnknownOperationException"),
                "{method} {path}"
            );
        }
    });
}

#[test]
fn bodies_are_bounded_and_parsed_before_anything_happens() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let path = format!("/queues/{}", center.instance);
        let large = "x".repeat(CONNECT_BODY_BYTES_MAX + 1);
        for (body, expected) in [
            ("{", (400, "SerializationException")),
            ("[]", (400, "SerializationException")),
            ("{}", (400, "InvalidParameterException")),
            (large.as_str(), (413, "RequestEntityTooLargeException")),
        ] {
            let response = client.connect("PUT", &path, body).await;
            assert_eq!(outcome(&response), expected);
        }
    });
}

#[test]
fn sts_says_who_the_caller_is() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let ask = |form: &str| client.signed("sts", "POST", "/", form);
        let response = client
            .send(ask("Action=GetCallerIdentity&Version=2011-06-15"))
            .await;
        assert_eq!(outcome(&response), (200, ""));
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("<Account>123456789012</Account>"));
        for form in [
            "Action=AssumeRole",
            "",
            "Action=GetCallerIdentity&Action=AssumeRole",
        ] {
            let response = client.send(ask(form)).await;
            assert_eq!(outcome(&response), (400, "InvalidAction"), "{form}");
        }
    });
}

fn participant(method: &str, origin: Option<&str>, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri("/participant/message");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    if let Some(token) = token {
        request = request.header("x-amz-bearer", token);
    }
    request.body(Body::from("{}")).unwrap()
}

#[test]
fn a_participant_without_a_good_token_is_denied() {
    with_center(async |center| {
        let client = Client::of(center).await;
        for token in [None, Some(""), Some("nonsense")] {
            let response = client.send(participant("POST", None, token)).await;
            assert_eq!(outcome(&response), (403, "AccessDeniedException"));
        }
        let mut twice = participant("POST", None, Some("a"));
        twice
            .headers_mut()
            .append("x-amz-bearer", "b".parse().unwrap());
        assert_eq!(
            outcome(&client.send(twice).await),
            (403, "AccessDeniedException")
        );
        // A signature of an administrator means nothing here.
        let signed = client.signed("execute-api", "POST", "/participant/message", "{}");
        assert_eq!(
            outcome(&client.send(signed).await),
            (403, "AccessDeniedException")
        );
    });
}

#[test]
fn approval_of_an_origin_counts_from_the_next_request_on_until_it_is_taken_back() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let origin = "https://later.example";
        let asked = async || {
            let response = client
                .send(participant("OPTIONS", Some(origin), None))
                .await;
            response.status().as_u16()
        };
        assert_eq!(asked().await, 403);
        let path = format!("/instance/{}/approved-origin", center.instance);
        let body = format!("{{\"Origin\":\"{origin}\"}}");
        let signed = client.signed("connect", "PUT", &path, &body);
        assert_eq!(client.send(signed).await.status(), 200);
        assert_eq!(asked().await, 204);
        let path = format!("{path}?origin=https%3A%2F%2Flater.example");
        let signed = client.signed("connect", "DELETE", &path, "");
        assert_eq!(client.send(signed).await.status(), 200);
        assert_eq!(asked().await, 403);
    });
}

#[test]
fn only_pages_of_approved_origins_are_answered() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let allowed = |response: &Response| {
            let origin = response.headers().get("access-control-allow-origin");
            origin.map(|origin| origin.to_str().unwrap().to_owned())
        };
        let own = "https://localhost";
        let preflight = client.send(participant("OPTIONS", Some(own), None)).await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(allowed(&preflight), Some(own.to_owned()));
        let headers = preflight.headers()["access-control-allow-headers"]
            .to_str()
            .unwrap();
        assert!(headers.split(',').any(|name| name == "x-amz-bearer"));
        // A refusal that the page may read.
        let denied = client.send(participant("POST", Some(own), None)).await;
        assert_eq!(
            (denied.status().as_u16(), allowed(&denied)),
            (403, Some(own.to_owned()))
        );
        for origin in [
            "https://evil.example",
            "http://localhost",
            "null",
            "https://localhost.evil",
        ] {
            let response = client
                .send(participant("OPTIONS", Some(origin), None))
                .await;
            assert_eq!(
                (response.status().as_u16(), allowed(&response)),
                (403, None),
                "{origin}"
            );
        }
    });
}

#[test]
fn strangers_are_counted_in_the_audit_trail() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let path = format!("/instance/{}", center.instance);
        let unsigned = || Request::get(&path).header("host", "localhost");
        for _ in 0..3 {
            let response = client.send(unsigned().body(Body::empty()).unwrap()).await;
            assert_eq!(
                outcome(&response),
                (403, "MissingAuthenticationTokenException")
            );
        }
        client.send(participant("POST", None, Some("x"))).await;
        center.app.signin().write_all_refusals().await.unwrap();

        let operator = Principal::Operator { uid: 0 };
        let source = Service::Connect.source();
        let call = Call::new(operator, RequestId::from_u128(1), source, "ReadAudit");
        let call = Arc::new(call);
        let permit = center
            .app
            .authorize::<ReadAudit>(&call, Target::Account)
            .unwrap();
        let entries = center.app.audit_entries(&permit, None, 100).await.unwrap();
        let counted = |source: &str, code: &str| {
            let alike = entries.iter().map(|(_, entry)| entry).filter(|entry| {
                entry.name == "Authenticate"
                    && entry.source == source
                    && entry.error_code.as_deref() == Some(code)
            });
            alike
                .map(|entry| entry.parameters["count"].as_u64().unwrap())
                .sum::<u64>()
        };
        // Tests beside this one may be refused likewise.
        assert!(counted(source, "MissingAuthenticationTokenException") >= 3);
        let participants = Service::Participant.source();
        assert!(counted(participants, "AccessDeniedException") >= 1);
    });
}

#[test]
fn content_of_a_flow_that_nobody_runs_is_deleted_from_the_store() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let contents = async || {
            let rows = center.store.flow_contents(center.instance).await.unwrap();
            rows.len()
        };
        let content = |text: &str| {
            json!({
                "Version": "2019-10-30",
                "StartAction": "say",
                "Actions": [
                    {"Identifier": "say", "Type": "MessageParticipant",
                     "Parameters": {"Text": text}, "Transitions": {"NextAction": "end",
                        "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
                    {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {},
                     "Transitions": {}},
                ],
            })
            .to_string()
        };
        let before = contents().await;
        let path = format!("/contact-flows/{}", center.instance);
        let new = json!({"Name": "Short-lived", "Type": "CONTACT_FLOW", "Content": content("one")});
        let created = json_of(client.connect("PUT", &path, &new.to_string()).await).await;
        let one = format!("{path}/{}", created["ContactFlowId"].as_str().unwrap());
        assert_eq!(contents().await, before + 1);
        for text in ["two", "one", "one"] {
            let changed = json!({"Content": content(text)}).to_string();
            let answer = client
                .connect("POST", &format!("{one}/content"), &changed)
                .await;
            assert_eq!(outcome(&answer), (200, ""));
            assert_eq!(contents().await, before + 1);
        }
        let deleted = client.connect("DELETE", &one, "").await;
        assert_eq!(outcome(&deleted), (200, ""));
        assert_eq!(contents().await, before);
    });
}
