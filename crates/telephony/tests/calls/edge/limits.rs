//! How much a trunk may do, and that others do not notice when it does more.

use sip::endpoint::{EndReason, Transport, TrunkId};
use sip::message::StatusCode;

use crate::center::{Center, MUSIC, NUMBER, QUESTION, config, records, trunk};
use crate::flows::{call_up_to_the_question, wait_for_records};
use crate::phone::{Keys, Phone, refused};
use crate::raw::{Connected, Datagrams, header, invite, request, status};

async fn is_refused(center: &Center, address: &str) {
    let sender = Datagrams::at(address, center.sip).await;
    sender.send(invite(NUMBER, "above", "")).await;
    let answer = sender.answer().await;
    assert_eq!(status(&answer), 503);
    assert!(header(&answer, "Retry-After").is_some());
}

async fn is_taken(center: &Center, address: &str) {
    let sender = Datagrams::at(address, center.sip).await;
    // Of a name of its own: a copy of another call's would be dropped.
    let id = format!("below{}", sender.socket.local_addr().unwrap().port());
    sender.send(invite(NUMBER, &id, "")).await;
    assert_eq!(status(&sender.answer().await), 200);
}

/// Two trunks, at 127.0.0.1 and 127.0.0.3.
fn two_trunks() -> telephony::TelephonyConfig {
    let mut config = config();
    let mut other = trunk();
    other.id = TrunkId("other".to_owned());
    other.sources = vec!["127.0.0.3".parse().unwrap()];
    config.endpoint.trunks.push(other);
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_has_its_number_of_calls_and_takes_none_of_others() {
    let mut config = two_trunks();
    config.endpoint.trunks[0].calls_max = 1;
    let center = Center::with(config).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    is_refused(&center, "127.0.0.1").await;
    is_taken(&center, "127.0.0.3").await;
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    is_taken(&center, "127.0.0.1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_has_its_rate_of_calls() {
    let mut config = two_trunks();
    config.endpoint.trunks[0].calls_per_second = 1;
    let center = Center::with(config).await;
    let sender = Datagrams::at("127.0.0.1", center.sip).await;
    // Calls come faster than one in a second, however slow this machine is: all at once.
    for at in 0..20 {
        sender
            .send(invite("+493099999", &format!("call{at}"), ""))
            .await;
    }
    let refused = sender.all_until("marker").await;
    let refused = refused.iter().filter(|one| status(one) == 503).count();
    assert!(refused > 0);
    is_taken(&center, "127.0.0.3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_trunks_together_have_their_number_of_calls() {
    let mut config = two_trunks();
    config.endpoint.calls_max = 1;
    let center = Center::with(config).await;
    let _phone = call_up_to_the_question(&center, Keys::Events).await;
    is_refused(&center, "127.0.0.3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_refused_while_telephony_stops() {
    let center = Center::with(two_trunks()).await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    let sender = Datagrams::at("127.0.0.3", center.sip).await;
    center.begin_to_stop();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    sender.send(invite(NUMBER, "late", "")).await;
    let answer = sender.answer().await;
    assert_eq!(status(&answer), 503);
    assert_eq!(header(&answer, "Retry-After"), Some("5"));
}

/// A center that listens on TCP as well.
async fn tcp_center() -> Center {
    let mut config = config();
    config.tcp = Some("127.0.0.1:0".parse().unwrap());
    config.endpoint.trunks[0].transports.push(Transport::Tcp);
    Center::with(config).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tcp_is_a_call() {
    let center = tcp_center().await;
    let mut phone = Phone::over_tcp(center.tcp.unwrap()).await;
    phone.call(NUMBER);
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(EndReason::Local));
    let mut phone = Phone::over_tcp(center.tcp.unwrap()).await;
    phone.call("+493099999");
    phone
        .until("it is refused", |phone| phone.ended.is_some())
        .await;
    assert_eq!(phone.ended, Some(refused(StatusCode::NOT_FOUND)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cancelled_at_once_leaves_a_record_and_nothing_else() {
    let center = tcp_center().await;
    let mut caller = Connected::over_tcp(center.tcp.unwrap()).await;
    // Both in one piece: the center cannot answer between them.
    let both = [
        invite(NUMBER, "short", ""),
        request("CANCEL", NUMBER, "short", "", ""),
    ];
    caller.send(both.concat()).await;
    let mut statuses = Vec::new();
    while statuses.len() < 3 {
        let answer = caller.message().await.unwrap();
        let cseq = header(&answer, "CSeq").unwrap().to_owned();
        statuses.push((status(&answer), cseq));
    }
    let expected = [(100, "1 INVITE"), (200, "1 CANCEL"), (487, "1 INVITE")];
    assert_eq!(
        statuses,
        expected.map(|(status, cseq)| (status, cseq.to_owned()))
    );
    wait_for_records(&center, 1).await;
    let records = records(&center.app).await;
    assert_eq!(records[0]["disconnect_reason"], "CUSTOMER_DISCONNECT");
}

/// The bound on connections with one address.
const CONNECTIONS_MAX: usize = 128;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_number_of_connections() {
    let center = tcp_center().await;
    let address = center.tcp.unwrap();
    let mut open = Vec::new();
    for at in 0..CONNECTIONS_MAX {
        open.push(Connected::over_tcp(address).await);
        // Messages that are never whole hold nobody up.
        open[at]
            .send("OPTIONS sip:center@127.0.0.1 SIP/2.0\r\n")
            .await;
    }
    let mut above = Connected::over_tcp(address).await;
    assert!(!above.works("above").await);
    let text = request("OPTIONS", "center", "first", "", "");
    let rest = text.split_once("\r\n").unwrap().1;
    open[0].send(rest).await;
    assert_eq!(status(&open[0].message().await.unwrap()), 200);
    // A place is free as soon as a connection is closed by the other side: with a lie, it is told.
    open[1].send("Content-Length: -1\r\n\r\n").await;
    while open[1].message().await.is_some() {}
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    assert!(trunk.all_until("marker").await.is_empty());
    let mut again = Connected::over_tcp(address).await;
    assert!(again.works("again").await);
}
