//! A customer keys in a card while the agent is on the line: nothing of it is heard there.

use app::Target;
use app::action::TransferOwnContact;
use media::frame::FRAME_SAMPLES;
use media::tones::{DigitEvent, DtmfDetector};
use model::resource::FlowType;
use serde_json::{Value, json};

use crate::agents::{Browser, accept, own_call};
use crate::center::{Center, FAREWELL, MUSIC, QUESTION, block};
use crate::flows::call_up_to_the_question;
use crate::phone::{Keys, Phone};
use crate::resources::{end, say};
use crate::sound::is_tone;

/// What the customer and the agent hum.
const CUSTOMER: u32 = 700;
const AGENT: u32 = 1500;

fn participants(id: &str, state: &str, next: &str) -> Value {
    let state = json!({"PreviousContactParticipantState": state});
    block(id, "UpdatePreviousContactParticipantState", &state, next)
}

/// Asks the customer alone for four keys, then lets both hear a farewell.
fn secure_flow() -> [Value; 6] {
    let ask = json!({
        "Text": QUESTION.to_string(), "StoreInput": "True", "InputTimeLimitSeconds": "20",
        "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
    });
    let note = json!({
        "Attributes": {"entered": "yes"}, "TargetContact": "Current",
    });
    [
        participants("hold", "AgentOnHold", "ask"),
        block("ask", "GetParticipantInput", &ask, "note"),
        block("note", "UpdateContactAttributes", &note, "both"),
        participants("both", "OffHold", "farewell"),
        say("farewell", FAREWELL, "end"),
        end("end"),
    ]
}

/// The digits in what was heard.
fn digits(heard: &[i16]) -> usize {
    let mut detector = DtmfDetector::new();
    let frames = heard.as_chunks::<FRAME_SAMPLES>().0;
    frames
        .iter()
        .flat_map(|frame| detector.listen(frame).into_iter().flatten())
        .filter(|event| matches!(event, DigitEvent::Pressed(_)))
        .count()
}

async fn press(browser: &mut Browser, phone: &mut Phone, key: char, ms: u32) {
    phone.hums = None;
    phone.press_for(key, ms);
    browser
        .lives_until(phone, "the key is released", |_, phone| {
            !phone.is_pressing()
        })
        .await;
}

async fn agent_hears_no_key(keys: Keys) {
    let center = Center::start().await;
    let flow = center
        .flow("Secure", FlowType::QueueTransfer, &secure_flow())
        .await;
    let quick_connect = center.quick_connect("Card", flow).await;
    let mut phone = call_up_to_the_question(&center, keys).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(&center)).await;
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, AGENT))).await;
    phone.hums = Some(CUSTOMER);
    let both =
        |browser: &Browser, phone: &Phone| phone.hears(AGENT) && is_tone(&browser.heard, CUSTOMER);
    browser
        .lives_until(&mut phone, "both hear each other", both)
        .await;

    let call = own_call(&center, "TransferOwnContact");
    let target = Target::Contact(center.instance, contact);
    let permit = center.app.authorize::<TransferOwnContact>(&call, target);
    let transferred = center
        .app
        .transfer_own_contact(&call, permit.unwrap(), quick_connect);
    phone.during(transferred).await.unwrap();
    phone
        .until("the customer is asked", |phone| phone.hears(QUESTION))
        .await;
    browser.heard.clear();
    for key in ['4', '1', '1'] {
        press(&mut browser, &mut phone, key, 100).await;
    }
    // The last one is still pressed when the flow has put agent and customer together.
    press(&mut browser, &mut phone, '1', 600).await;
    phone.hums = Some(CUSTOMER);
    browser
        .lives_until(&mut phone, "both hear each other again", both)
        .await;
    assert_eq!(digits(&browser.heard), 0, "no tone reached the agent");
    assert_eq!(browser.events, 0, "no key reached the agent");

    // What they tell each other in a talk is theirs.
    press(&mut browser, &mut phone, '5', 200).await;
    browser
        .lives_until(&mut phone, "the key is heard", |browser, _| {
            browser.events > 0 || digits(&browser.heard) == 1
        })
        .await;
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_as_events_do_not_reach_the_agent() {
    Box::pin(agent_hears_no_key(Keys::Events)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_the_audio_do_not_reach_the_agent() {
    Box::pin(agent_hears_no_key(Keys::InBand)).await;
}
