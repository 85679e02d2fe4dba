//! What callers hear, and what their keys do.

use std::time::Duration;

use sip::endpoint::EndReason;
use sip::sdp::Direction;

use crate::center::{
    Center, FAREWELL, GREETING, MUSIC, NUMBER, PATIENCE, QUESTION, config, records,
};
use crate::phone::{Keys, Phone};

/// Waits until telephony and application agree that all calls are over, with so many records.
pub(crate) async fn wait_for_records(center: &Center, count: usize) {
    let all = async {
        while records(&center.app).await.len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap();
}

pub(crate) async fn call_up_to_the_question(center: &Center, keys: Keys) -> Phone {
    let mut phone = Phone::new(center.sip).await;
    phone.call_with(NUMBER, keys);
    phone
        .until("the greeting is heard", |phone| phone.hears(GREETING))
        .await;
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_leads_into_the_queue_with_music_and_the_caller_hangs_up() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hang_up();
    phone.during(wait_for_records(&center, 1)).await;
    let stopped = center.stop().await;
    let records = records(&stopped.app).await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["disconnect_reason"], "CUSTOMER_DISCONNECT");
    assert_eq!(records[0]["channel"], "VOICE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_with_g722_alone_hears_and_is_heard() {
    let center = Center::start().await;
    let mut phone = Phone::new(center.sip).await.with_wideband_alone();
    phone.call_with(NUMBER, Keys::InBand);
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    // The key is a sound: it is found in what came as G.722.
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hang_up();
    phone.during(wait_for_records(&center, 1)).await;
    center.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_leads_to_the_farewell_and_the_center_hangs_up() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('7');
    phone
        .until("the farewell is heard", |phone| phone.hears(FAREWELL))
        .await;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
    let stopped = center.stop().await;
    let records = records(&stopped.app).await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["disconnect_reason"], "CONTACT_FLOW_DISCONNECT");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_the_audio_count() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::InBand).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_the_signalling_count() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Info).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_held_and_resumed_hears_music_again() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.reinvite(Direction::Inactive);
    let begun = phone.said;
    phone
        .until("the hold is there", |phone| phone.said > begun + 20)
        .await;
    let (before, begun) = (phone.heard.len(), phone.said);
    phone
        .until("a while has passed", |phone| phone.said > begun + 20)
        .await;
    assert_eq!(
        phone.heard.len(),
        before,
        "nothing is sent to a call that is held"
    );
    phone.heard.clear();
    phone.reinvite(Direction::SendReceive);
    phone
        .until("music is heard again", |phone| phone.hears(MUSIC))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_of_whom_nothing_is_heard_is_hung_up() {
    let mut config = config();
    config.limits.silence = Duration::from_secs(1);
    let center = Center::with(config).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.mute = true;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
    wait_for_records(&center, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_hangs_up_and_closes_the_contact() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let stopped = phone.during(center.stop()).await;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
    assert_eq!(records(&stopped.app).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_crash_left_behind_is_hung_up_at_the_next_start() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let mut config = config();
    config.udp = Some(center.sip);
    let center = phone.during(center.restart(config)).await;
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
    phone.during(wait_for_records(&center, 1)).await;
}
