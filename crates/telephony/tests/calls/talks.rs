//! What is heard around a talk: whispers, hold, the queue's loop, and what cannot be played.

use app::Target;
use app::action::{CompleteContact, HoldContact};
use model::ContactId;
use model::resource::FlowType;
use serde_json::json;

use crate::agents::{Browser, accept, own_call};
use crate::center::{Center, FAREWELL, MUSIC, PATIENCE, records};
use crate::flows::wait_for_records;
use crate::phone::Phone;
use crate::resources::{end, hook, queueing, repeat, say};
use crate::sound::is_tone;

/// The number of each test's own flow.
const NUMBER: &str = "+493054321";
const CUSTOMER: u32 = 700;
const AGENT: u32 = 1500;
const WHISPER: u32 = 900;
const ANNOUNCEMENT: u32 = 1200;
const HOLD: u32 = 520;

async fn call(center: &Center) -> Phone {
    let mut phone = Phone::new(center.sip).await;
    phone.call(NUMBER);
    phone
        .until("the call is answered", |phone| phone.answered)
        .await;
    phone
}

fn both(browser: &Browser, phone: &Phone) -> bool {
    phone.hears(AGENT) && is_tone(&browser.heard, CUSTOMER)
}

async fn hold(center: &Center, contact: ContactId, on: bool) {
    let call = own_call(center, "HoldContact");
    let target = Target::Contact(center.instance, contact);
    let permit = center.app.authorize::<HoldContact>(&call, target).unwrap();
    center.app.hold_contact(&call, permit, on).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_hears_its_whisper_then_the_customer_theirs_then_both_talk() {
    let center = Center::start().await;
    let done = json!({
        "Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {},
    });
    let agent = [say("say", WHISPER, "end"), done.clone()];
    let agent = center
        .flow("To agent", FlowType::AgentWhisper, &agent)
        .await;
    let customer = [say("say", ANNOUNCEMENT, "end"), done];
    let customer = center
        .flow("To customer", FlowType::CustomerWhisper, &customer)
        .await;
    let mut actions = vec![
        hook("a", "AgentWhisper", agent, "b"),
        hook("b", "CustomerWhisper", customer, "queue"),
    ];
    actions.extend(queueing(center.queue()));
    let flow = center
        .flow("Whispers", FlowType::ContactFlow, &actions)
        .await;
    center.number(NUMBER, flow).await;

    let mut phone = call(&center).await;
    phone.hums = Some(CUSTOMER);
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(&center)).await;
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, AGENT))).await;
    phone.heard.clear();
    browser
        .lives_until(
            &mut phone,
            "the agent hears the whisper",
            |browser, phone| {
                assert!(!phone.hears(WHISPER), "the customer does not hear it");
                assert!(!phone.hears(AGENT), "nor the agent");
                is_tone(&browser.heard, WHISPER)
            },
        )
        .await;
    browser
        .lives_until(&mut phone, "the customer hears theirs", |browser, phone| {
            assert!(!is_tone(&browser.heard, ANNOUNCEMENT));
            phone.hears(ANNOUNCEMENT)
        })
        .await;
    browser
        .lives_until(&mut phone, "both hear each other", both)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_customer_hears_the_hold_flow_and_the_agent_does_not_hear_the_customer() {
    let center = Center::start().await;
    let music = [repeat("loop", &[HOLD], 20, "loop")];
    let held = center.flow("Hold", FlowType::CustomerHold, &music).await;
    let mut actions = vec![hook("a", "CustomerHold", held, "queue")];
    actions.extend(queueing(center.queue()));
    let flow = center.flow("Held", FlowType::ContactFlow, &actions).await;
    center.number(NUMBER, flow).await;

    let mut phone = call(&center).await;
    phone.hums = Some(CUSTOMER);
    let contact = phone.during(accept(&center)).await;
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, AGENT))).await;
    browser
        .lives_until(&mut phone, "both hear each other", both)
        .await;
    phone.during(hold(&center, contact, true)).await;
    browser
        .lives_until(
            &mut phone,
            "the customer hears the hold flow",
            |_, phone| phone.hears(HOLD),
        )
        .await;
    browser.heard.clear();
    let begun = phone.said;
    browser
        .lives_until(&mut phone, "a while has passed", |browser, phone| {
            assert!(!is_tone(&browser.heard, CUSTOMER));
            assert!(!phone.hears(AGENT));
            phone.said > begun + 50
        })
        .await;
    assert!(browser.heard.len() > 8000 / 2, "the agent hears silence");
    phone.during(hold(&center, contact, false)).await;
    browser
        .lives_until(&mut phone, "both hear each other again", both)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_spoken_takes_the_error_branch() {
    let center = Center::start().await;
    let unspeakable = json!({
        "Identifier": "a", "Type": "MessageParticipant",
        "Parameters": {"Text": "no frequency"},
        "Transitions": {"NextAction": "end",
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "failed"}]},
    });
    let actions = [unspeakable, say("failed", FAREWELL, "end"), end("end")];
    let flow = center.flow("Mute", FlowType::ContactFlow, &actions).await;
    center.number(NUMBER, flow).await;
    let mut phone = call(&center).await;
    phone
        .until("the error branch is heard", |phone| phone.hears(FAREWELL))
        .await;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_repeats_its_messages_is_interrupted_and_begins_anew() {
    let center = Center::start().await;
    let queue = [
        repeat("loop", &[HOLD, WHISPER], 2, "still"),
        say("still", ANNOUNCEMENT, "loop"),
        json!({
            "Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {},
        }),
    ];
    let waiting = center.flow("Wait", FlowType::CustomerQueue, &queue).await;
    let mut actions = vec![hook("a", "CustomerQueue", waiting, "queue")];
    actions.extend(queueing(center.queue()));
    let flow = center.flow("Queue", FlowType::ContactFlow, &actions).await;
    center.number(NUMBER, flow).await;
    let mut phone = call(&center).await;
    for tone in [HOLD, WHISPER, HOLD, WHISPER, ANNOUNCEMENT, HOLD] {
        phone
            .until(&format!("{tone} Hz is heard"), |phone| phone.hears(tone))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_how_well_caller_and_agent_were_heard() {
    let center = Center::start().await;
    let flow = center
        .flow("Queue", FlowType::ContactFlow, &queueing(center.queue()))
        .await;
    center.number(NUMBER, flow).await;
    let mut phone = call(&center).await;
    phone.hums = Some(CUSTOMER);
    phone.loses = Some(10);
    let contact = phone.during(accept(&center)).await;
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, AGENT))).await;
    let begun = phone.said;
    browser
        .lives_until(&mut phone, "they have talked a while", |browser, phone| {
            phone.said > begun + 150 && !browser.heard.is_empty()
        })
        .await;
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    let call = own_call(&center, "CompleteContact");
    let target = Target::Agent(center.instance, center.ada);
    let completed = async {
        loop {
            let permit = center.app.authorize::<CompleteContact>(&call, target);
            let done = center.app.complete_contact(&call, permit.unwrap(), contact);
            if done.await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, completed).await.unwrap();
    wait_for_records(&center, 1).await;
    let quality = &records(&center.app).await[0]["quality"];
    let number = |side: &str, name: &str| quality[side][name].as_u64().unwrap();
    let (received, lost) = (
        number("customer", "packets_received"),
        number("customer", "packets_lost"),
    );
    assert!(received > 130, "{quality}");
    assert!(
        (8..=12).contains(&(100 * lost / (received + lost))),
        "{quality}"
    );
    assert!(number("customer", "mos_hundredths") < 300, "{quality}");
    assert!(number("agent", "packets_received") > 100, "{quality}");
    assert!(number("agent", "mos_hundredths") > 350, "{quality}");
}
