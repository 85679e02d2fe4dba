//! What is logged, even where everything is.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sip::digest::{Account, Md5Use};
use sip::endpoint::{TrunkConfig, TrunkId};
use tracing_subscriber::filter::LevelFilter;

use crate::center::{Center, FAREWELL, NUMBER, QUESTION, claim, config, publish, trunk};
use crate::phone::{Keys, Phone};
use crate::raw::{Connected, Datagrams, invite, request, status};

/// Everything that is logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

const PASSWORD: &str = "a plum tree in the harbour";
const CARD: &str = "4111111111111111";
const IDENTITY: &str = "eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiJ9";
const NAME: &str = "gwendoline";
const RESPONSE: &str = "6629fae49393a05397450978507c4ef1";

/// A trunk that owes no proof.
fn other_trunk() -> TrunkConfig {
    let mut other = trunk();
    other.id = TrunkId("other".to_owned());
    other.sources = vec!["127.0.0.3".parse().unwrap()];
    other
}

/// A number that asks for that of a card.
async fn card_number(center: &Center) -> &'static str {
    let errors = json!([
        {"ErrorType": "NoMatchingError", "NextAction": "end"},
        {"ErrorType": "InvalidPhoneNumber", "NextAction": "end"},
    ]);
    let ask = json!({
        "Identifier": "ask", "Type": "GetParticipantInput",
        "Parameters": {"Text": QUESTION.to_string(), "StoreInput": "True",
            "InputTimeLimitSeconds": "20",
            "InputValidation": {"CustomValidation": {"MaximumLength": "16"}},
            "DTMFConfiguration": {"InterdigitTimeLimitSeconds": "20"}},
        "Transitions": {"NextAction": "farewell", "Errors": errors},
    });
    let content = json!({
        "Version": "2019-10-30", "StartAction": "ask",
        "Actions": [
            ask,
            {"Identifier": "farewell", "Type": "MessageParticipant",
             "Parameters": {"Text": FAREWELL.to_string()},
             "Transitions": {"NextAction": "end",
                "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {},
             "Transitions": {}},
        ],
    });
    let flow = publish(&center.app, center.instance, "Card", &content).await;
    let number = "+493088888";
    claim(&center.app, center.instance, number, Some(flow)).await;
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_identities_digits_and_numbers_are_never_logged() {
    let log = Log::start();
    let mut config = config();
    config.tcp = Some("127.0.0.1:0".parse().unwrap());
    let account = Account {
        realm: "carrier.example".to_owned(),
        username: "the-username".to_owned(),
        password: model::Secret::new(PASSWORD.to_owned()),
        md5: Md5Use::Refused,
    };
    config.endpoint.trunks[0].challenge = Some(account.clone());
    config.endpoint.trunks.push(other_trunk());
    let center = Center::with(config).await;
    let secrets = format!(
        "Identity: {IDENTITY}.sig;info=<https://cert.example>\r\n\
         Authorization: Digest username=\"the-username\", realm=\"carrier.example\", nonce=\"1\", \
         uri=\"sip:{NUMBER}@127.0.0.1\", response=\"{RESPONSE}\", cnonce=\"2\", nc=00000001, \
         qop=auth, algorithm=SHA-256\r\n"
    );
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    // Refused, broken, and of strangers.
    trunk.send(invite(NUMBER, "refused", &secrets)).await;
    trunk
        .send(invite(NUMBER, "broken", &format!("{secrets}CSeq: x\r\n")))
        .await;
    trunk
        .send(request("MESSAGE", NUMBER, "text", &secrets, CARD))
        .await;
    trunk
        .send(invite(NUMBER, "cut", &secrets).replace("v=0", "v=9"))
        .await;
    // No trunk may use TCP.
    let mut stranger = Connected::over_tcp(center.tcp.unwrap()).await;
    stranger
        .send(request("OPTIONS", "center", "stranger", &secrets, ""))
        .await;
    assert!(stranger.message().await.is_none());
    assert!(!trunk.all_until("marker").await.is_empty());
    // A call with an identity.
    let other = Datagrams::at("127.0.0.3", center.sip).await;
    other.send(invite(NUMBER, "taken", &secrets)).await;
    assert_eq!(status(&other.answer().await), 200);
    // Calls with a proof, whose keys are those of a card.
    let number = card_number(&center).await;
    for keys in [Keys::Events, Keys::Info] {
        let mut phone = Phone::with_account(center.sip, account.clone()).await;
        phone.headers = vec![("P-Asserted-Identity".to_owned(), format!("<sip:{NAME}@x>"))];
        phone.call_with(number, keys);
        phone
            .until("the question is heard", |phone| phone.hears(QUESTION))
            .await;
        for key in CARD.chars() {
            phone.press(key);
            let said = phone.said;
            phone
                .until("the key is pressed", |phone| phone.said > said + 15)
                .await;
        }
        phone
            .until("the farewell is heard", |phone| phone.hears(FAREWELL))
            .await;
        phone
            .until("the call is over", |phone| phone.ended.is_some())
            .await;
    }
    let _stopped = center.stop().await;
    let log = log.text();
    assert!(
        log.contains("a connection was closed"),
        "nothing is logged at all"
    );
    for secret in [
        PASSWORD,
        CARD,
        NAME,
        "Signal=",
        IDENTITY,
        RESPONSE,
        "the-username",
        "491701234",
        "493012345",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "`{secret}` is logged");
    }
}
