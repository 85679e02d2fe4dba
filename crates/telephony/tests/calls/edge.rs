//! Who may call, and what others cannot do.

mod limits;
mod listed;
mod logs;
mod media;
mod refused;

use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sip::message::StatusCode;
use telephony::TelephonyConfig;
use tokio::net::TcpStream;

use crate::center::{Center, MUSIC, NUMBER, QUESTION, config};
use crate::phone::{Phone, refused as refusal};

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
            Some(refusal(StatusCode::NOT_FOUND)),
            "{number}"
        );
    }
}

/// A request that every trunk gets an answer to.
const OPTIONS: &str = "OPTIONS sip:ringfence SIP/2.0\r\n\
    Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKflood;rport\r\n\
    From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\
    Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

/// A center that is called over TLS, and whom its callers trust.
struct TlsCenter {
    center: Center,
    client: Arc<ClientConfig>,
}

async fn tls_center(mut config: TelephonyConfig) -> TlsCenter {
    let made = rcgen::generate_simple_self_signed(vec!["center.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![made.cert.der().clone()];
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key)
        .unwrap();
    config.tls = Some(("127.0.0.1:0".parse().unwrap(), Arc::new(server)));
    let center = Center::with(config).await;
    let mut roots = RootCertStore::empty();
    roots.add(chain[0].clone()).unwrap();
    let client = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Arc::new(client);
    TlsCenter { center, client }
}

impl TlsCenter {
    /// A telephone that offers encrypted audio alone and opens nothing else.
    async fn phone(&self) -> Phone {
        let address = self.center.tls.unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("center.example").unwrap();
        let stream = tokio_rustls::TlsConnector::from(Arc::clone(&self.client))
            .connect(name, stream)
            .await
            .unwrap();
        Phone::over_tls(stream, address).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tls_has_encrypted_audio() {
    let center = tls_center(config()).await;
    let mut phone = center.phone().await;
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
