//! Who may call, and what others cannot do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sip::message::StatusCode;
use tokio::net::TcpStream;
use tokio::net::UdpSocket;

use crate::center::{Center, MUSIC, NUMBER, QUESTION, config};
use crate::phone::{Phone, refused};

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_nobody_are_refused_alike() {
    let center = Center::start().await;
    for number in ["+493099999", "0", "anna", "+4930123456"] {
        let mut phone = Phone::new(center.sip).await;
        phone.call(number);
        phone
            .until("it is refused", |phone| phone.ended.is_some())
            .await;
        assert_eq!(
            phone.ended,
            Some(refused(StatusCode::NOT_FOUND)),
            "{number}"
        );
    }
}

const OPTIONS: &str = "OPTIONS sip:ringfence SIP/2.0\r\n\
    Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKflood;rport\r\n\
    From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\
    Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_of_strangers_are_not_answered() {
    let center = Center::start().await;
    let stranger = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    let trunk = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut answer = [0; 2048];
    stranger
        .send_to(OPTIONS.as_bytes(), center.sip)
        .await
        .unwrap();
    // The trunk's comes later and is answered: then the stranger's was handled.
    trunk.send_to(OPTIONS.as_bytes(), center.sip).await.unwrap();
    let (length, _) = trunk.recv_from(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"SIP/2.0 200"));
    assert!(stranger.try_recv_from(&mut answer).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_a_stranger_disturbs_no_call() {
    let center = Center::start().await;
    let mut phone = Phone::new(center.sip).await;
    phone.call(NUMBER);
    phone
        .until("the question is heard", |phone| phone.hears(QUESTION))
        .await;
    let (over, sent) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let flood = std::net::UdpSocket::bind("127.0.0.2:0").unwrap();
    let flooding = std::thread::spawn({
        let (over, sent, target) = (Arc::clone(&over), Arc::clone(&sent), center.sip);
        move || {
            while !over.load(Ordering::Relaxed) {
                if flood.send_to(OPTIONS.as_bytes(), target).is_ok() {
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    let enough = |_: &Phone| sent.load(Ordering::Relaxed) > 20_000;
    phone.until("there was a flood", enough).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    // The music goes on without a seam while the flood does.
    let samples = phone.heard.len() + 8000;
    phone
        .until("a second is heard", |phone| phone.heard.len() > samples)
        .await;
    phone
        .until("music is still heard", |phone| phone.hears(MUSIC))
        .await;
    over.store(true, Ordering::Relaxed);
    flooding.join().unwrap();
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tls_has_encrypted_audio() {
    let made = rcgen::generate_simple_self_signed(vec!["center.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![made.cert.der().clone()];
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key)
        .unwrap();
    let mut config = config();
    config.tls = Some(("127.0.0.1:0".parse().unwrap(), Arc::new(server)));
    let center = Center::with(config).await;

    let mut roots = RootCertStore::empty();
    roots.add(chain[0].clone()).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = center.tls.unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("center.example").unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
        .unwrap();
    let mut phone = Phone::over_tls(stream, address).await;
    // It offers encrypted audio alone and opens nothing else.
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
}
