//! Audio of others, and what is none.

use std::time::Duration;

use sip::endpoint::EndReason;
use tokio::net::UdpSocket;

use super::tls_center;
use crate::center::{Center, FAREWELL, MUSIC, NUMBER, QUESTION, config};
use crate::flows::call_up_to_the_question;
use crate::phone::{Forger, Keys, Phone};
use crate::raw::{Datagrams, header, request, status};

#[tokio::test(flavor = "multi_thread")]
async fn audio_of_strangers_is_neither_heard_nor_followed() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let strangers = [
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        UdpSocket::bind("127.0.0.2:0").await.unwrap(),
    ];
    for packet in phone.forge('1', Forger::Stranger) {
        for stranger in &strangers {
            stranger
                .send_to(&packet, phone.center_media())
                .await
                .unwrap();
        }
    }
    phone.press('7');
    phone
        .until("the farewell is heard", |phone| phone.hears(FAREWELL))
        .await;
    for stranger in &strangers {
        assert!(stranger.try_recv_from(&mut [0; 1]).is_err());
    }
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    // From where it is expected, the same counts.
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    for packet in phone.forge('1', Forger::Stranger) {
        phone.send_media(&packet);
    }
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
}

async fn tls_call(center: &super::TlsCenter) -> Phone {
    let mut phone = center.phone().await;
    phone.call(NUMBER);
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_under_another_key_is_dropped() {
    let center = tls_center(config()).await;
    let mut phone = tls_call(&center).await;
    for packet in phone.forge('1', Forger::Stranger) {
        phone.send_media(&packet);
    }
    phone.press('7');
    phone
        .until("the farewell is heard", |phone| phone.hears(FAREWELL))
        .await;
    // Under the right one, the same counts.
    let mut phone = tls_call(&center).await;
    for packet in phone.forge('1', Forger::Phone) {
        phone.send_media(&packet);
    }
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_that_is_repeated_is_as_good_as_silence() {
    let mut config = config();
    config.limits.silence = Duration::from_secs(1);
    let center = tls_center(config).await;
    let mut phone = tls_call(&center).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.mute = true;
    phone
        .until("the call is over", |phone| {
            phone.repeat();
            phone.ended.is_some()
        })
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_of_strangers_keeps_no_silent_call_alive() {
    let mut config = config();
    config.limits.silence = Duration::from_secs(1);
    let center = Center::with(config).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    phone.mute = true;
    phone
        .until("the call is over", |phone| {
            for packet in phone.forge('1', Forger::Stranger) {
                let _ = stranger.try_send_to(&packet, phone.center_media());
            }
            phone.ended.is_some()
        })
        .await;
    assert_eq!(phone.ended, Some(EndReason::Remote));
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_that_are_none_end_no_call() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let mut packets: Vec<Vec<u8>> = (0..=40).map(|length| vec![0x80; length]).collect();
    packets.extend((0..=u8::MAX).map(|first| [&[first][..], &[first; 60]].concat()));
    // Reports of somebody else: a goodbye, one that is longer than it says, one of nothing.
    packets.push(vec![0x81, 203, 0, 1, 9, 9, 9, 9]);
    packets.push(vec![0x9F, 200, 0, 6, 0, 0]);
    packets.push(vec![0x80, 201, 0xFF, 0xFF]);
    packets.push(vec![0x80; 1500]);
    for packet in packets {
        phone.send_media(&packet);
    }
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_none_end_no_call() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let dialog = phone.dialog();
    // As the call names itself, but for one of its three names.
    let whole = format!(
        "BYE {} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKone;rport\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1000 BYE\r\nMax-Forwards: 70\r\n\
         Content-Length: 0\r\n\r\n",
        dialog.remote_target, dialog.local, dialog.remote, dialog.call_id
    );
    let cut = |value: &str| value[..value.len() - 1].to_owned();
    let almost = [
        whole.replace(&dialog.call_id, &cut(&dialog.call_id)),
        whole.replace(&dialog.local, &cut(&dialog.local)),
        whole.replace(&dialog.remote, &cut(&dialog.remote)),
    ];
    for (at, bye) in almost.into_iter().enumerate() {
        let bye = bye.replace("z9hG4bKone", &format!("z9hG4bK{at}"));
        trunk.send(bye).await;
        assert_eq!(status(&trunk.answer().await), 481);
    }
    trunk
        .send(whole.replace("CSeq: 1000 BYE", "CSeq: 1000 INVITE"))
        .await;
    let broken = [
        &b"\0\0\0\0\0"[..],
        b"SIP/2.0 200 OK\r\n\r\n",
        b"BYE",
        b"\r\n\r\n\r\n\r\n\r\n",
        b"INVITE sip:a@b SIP/3.0\r\nVia: x\r\n\r\n",
        &[0xFF; 1000],
    ];
    for bytes in broken {
        trunk.send(bytes).await;
    }
    trunk
        .send(request("CANCEL", NUMBER, "nothing", "", ""))
        .await;
    let answers = trunk.all_until("marker").await;
    assert!(answers.iter().all(|one| status(one) >= 400), "{answers:?}");
    let last = answers.last().and_then(|one| header(one, "Call-ID"));
    assert_eq!(last, Some("nothing"));
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    // Whole, it ends the call: then it was the names that mattered.
    trunk.send(whole.replace("z9hG4bKone", "z9hG4bKlast")).await;
    assert_eq!(status(&trunk.answer().await), 200);
}
