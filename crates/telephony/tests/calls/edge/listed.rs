//! Who is heard at all.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sip::digest::{Account, Md5Use};
use sip::endpoint::{PlainUdp, RegistrationConfig, Target, Transport, TrunkId};
use telephony::StartError;
use tokio::net::{TcpSocket, TcpStream};

use super::OPTIONS;
use crate::center::{Center, NUMBER, config, trunk};
use crate::raw::{Connected, Datagrams, header, invite, request, status};

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_of_strangers_are_dropped_before_they_are_read_and_counted() {
    let center = Center::start().await;
    let stranger = Datagrams::at("127.0.0.2", center.sip).await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let before = dropped(center.sip.port());
    for text in [
        OPTIONS.to_owned(),
        invite(NUMBER, "stranger", ""),
        "broken".to_owned(),
        request("OPTIONS", "center", "broken", "Content-Length: 1\r\n", ""),
    ] {
        stranger.send(text).await;
    }
    assert!(trunk.all_until("marker").await.is_empty());
    assert!(stranger.is_silent());
    if cfg!(target_os = "linux") {
        assert_eq!(dropped(center.sip.port()), before + 4);
    }
}

/// What the kernel dropped at a UDP port (proc(5)).
fn dropped(port: u16) -> u64 {
    let all = std::fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let port = format!(":{port:04X}");
    let line = all.lines().find(|line| {
        line.split_whitespace()
            .nth(1)
            .is_some_and(|at| at.ends_with(&port))
    });
    let drops = line.and_then(|line| line.split_whitespace().next_back());
    drops.map_or(0, |drops| drops.parse().unwrap())
}

/// A connection from an address.
async fn connect_from(address: &str, to: std::net::SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let from = format!("{address}:0").parse().unwrap();
    socket.bind(from).unwrap();
    socket.connect(to).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_strangers_are_closed() {
    let authority = Authority::new();
    let mut config = config();
    config.tcp = Some("127.0.0.1:0".parse().unwrap());
    config.tls = Some(("127.0.0.1:0".parse().unwrap(), authority.server()));
    config.endpoint.trunks[0].transports.push(Transport::Tcp);
    let center = Center::with(config).await;
    for address in [center.tcp.unwrap(), center.tls.unwrap()] {
        let mut stranger = Connected::over(connect_from("127.0.0.2", address).await);
        assert!(!stranger.works("stranger").await);
    }
    let stream = connect_from("127.0.0.2", center.tls.unwrap()).await;
    assert!(authority.connect(stream, None).await.is_err());
    let mut trunk = Connected::over(connect_from("127.0.0.1", center.tcp.unwrap()).await);
    assert!(trunk.works("trunk").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_may_not_use_a_transport_is_a_stranger_there() {
    let mut config = config();
    config.tcp = Some("127.0.0.1:0".parse().unwrap());
    let center = Center::with(config).await;
    let mut trunk = Connected::over_tcp(center.tcp.unwrap()).await;
    assert!(!trunk.works("tcp").await);
}

/// Signs certificates of one name.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        Self { issuer }
    }

    fn sign(&self, name: &str) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (vec![certificate.der().clone()], key)
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// A server that looks at certificates of clients where there are any.
    fn server(&self) -> Arc<ServerConfig> {
        let verifier = WebPkiClientVerifier::builder(self.roots());
        let verifier = verifier.allow_unauthenticated().build().unwrap();
        let (chain, key) = self.sign("center.example");
        let config = ServerConfig::builder().with_client_cert_verifier(verifier);
        Arc::new(config.with_single_cert(chain, key).unwrap())
    }

    /// Connects, perhaps as somebody.
    async fn connect(
        &self,
        stream: TcpStream,
        shown: Option<(&Self, &str)>,
    ) -> std::io::Result<Connected> {
        let config = ClientConfig::builder().with_root_certificates(self.roots());
        let config = match shown {
            None => config.with_no_client_auth(),
            Some((authority, name)) => {
                let (chain, key) = authority.sign(name);
                config.with_client_auth_cert(chain, key).unwrap()
            }
        };
        let name = ServerName::try_from("center.example").unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        Ok(Connected::over(connector.connect(name, stream).await?))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_over_tls_has_to_show_its_certificate() {
    let (authority, other) = (Authority::new(), Authority::new());
    let mut config = config();
    config.tls = Some(("127.0.0.1:0".parse().unwrap(), authority.server()));
    config.endpoint.trunks[0].tls_client = Some("sbc.carrier.example".to_owned());
    let center = Center::with(config).await;
    let address = center.tls.unwrap();
    for shown in [
        None,
        Some((&authority, "other.example")),
        Some((&authority, "carrier.example")),
        Some((&other, "sbc.carrier.example")),
    ] {
        let stream = TcpStream::connect(address).await.unwrap();
        // A certificate of another authority ends the handshake, or what follows it.
        let Ok(mut stranger) = authority.connect(stream, shown).await else {
            continue;
        };
        assert!(!stranger.works("stranger").await);
    }
    let stream = TcpStream::connect(address).await.unwrap();
    let shown = Some((&authority, "sbc.carrier.example"));
    let mut trunk = authority.connect(stream, shown).await.unwrap();
    assert!(trunk.works("trunk").await);
}

#[test]
fn plain_udp_needs_its_mark() {
    let mut config = config();
    config.endpoint.trunks[0].plain_udp = PlainUdp::Refused;
    let Err(StartError::Config(problem)) = telephony::start(config) else {
        panic!("it starts");
    };
    assert!(problem.to_string().contains("`legacy`"), "{problem}");
}

fn account(realm: &str) -> Account {
    Account {
        realm: realm.to_owned(),
        username: "ringfence".to_owned(),
        password: model::Secret::new("a plum tree".to_owned()),
        md5: Md5Use::Refused,
    }
}

/// The 401 to a request.
fn challenge(request: &str, realm: &str) -> String {
    let copy = |name: &str| format!("{name}: {}\r\n", header(request, name).unwrap());
    format!(
        "SIP/2.0 401 Unauthorized\r\n{}{}{};tag=registrar\r\n{}{}WWW-Authenticate: Digest \
         realm=\"{realm}\", nonce=\"1\", algorithm=SHA-256, qop=\"auth\"\r\nContent-Length: 0\r\n\r\n",
        copy("Via"),
        copy("From"),
        copy("To").trim_end(),
        copy("Call-ID"),
        copy("CSeq"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_are_answered_for_the_realm_and_to_the_peer_of_the_trunk_alone() {
    // Two trunks register; the second one also sends challenges for the first one's request.
    let mut config = config();
    let mut registrars = Vec::new();
    config.endpoint.trunks.clear();
    let anywhere = "127.0.0.1:9".parse().unwrap();
    for at in ["127.0.0.3", "127.0.0.4", "127.0.0.5"] {
        let registrar = Datagrams::at(at, anywhere).await;
        let mut trunk = trunk();
        trunk.id = TrunkId(at.to_owned());
        trunk.sources = Vec::new();
        trunk.transports = vec![Transport::Udp];
        trunk.targets = vec![Target {
            transport: Transport::Udp,
            address: registrar.socket.local_addr().unwrap(),
        }];
        trunk.account = Some(account("carrier.example"));
        trunk.registration = Some(RegistrationConfig {
            registrar: "sip:carrier.example".to_owned(),
            address_of_record: "sip:ringfence@carrier.example".to_owned(),
            expires_secs: 3600,
        });
        config.endpoint.trunks.push(trunk);
        registrars.push(registrar);
    }
    let center = Center::with(config).await;
    let [right, wrong, meddler] = registrars.as_slice() else {
        panic!("three registrars");
    };
    let send = async |from: &Datagrams, text: String| {
        from.socket
            .send_to(text.as_bytes(), center.sip)
            .await
            .unwrap();
    };
    let first = right.message().await;
    assert!(header(&first, "Authorization").is_none());
    // Of another peer: for nobody.
    let _own = meddler.message().await;
    send(meddler, challenge(&first, "carrier.example")).await;
    let ask = request("OPTIONS", "center", "marker", "", "");
    send(meddler, ask.clone()).await;
    assert!(meddler.message().await.starts_with("SIP/2.0 200"));
    assert!(right.is_silent(), "a stranger's challenge was answered");
    // Of the peer, but another realm: a password for one is not shown to another.
    let asked = wrong.message().await;
    send(wrong, challenge(&asked, "evil.example")).await;
    send(wrong, ask).await;
    assert!(wrong.message().await.starts_with("SIP/2.0 200"));
    // Of the peer and the realm.
    send(right, challenge(&first, "carrier.example")).await;
    let second = right.message().await;
    let proof = header(&second, "Authorization").unwrap();
    assert!(proof.contains("realm=\"carrier.example\"") && !proof.contains("a plum tree"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_owes_a_proof_learns_no_numbers_without_it() {
    let mut config = config();
    config.endpoint.trunks[0].challenge = Some(account("center.example"));
    let center = Center::with(config).await;
    let trunk = Datagrams::at("127.0.0.1", center.sip).await;
    let mut statuses = Vec::new();
    for (at, number) in [NUMBER, "+493099999"].into_iter().enumerate() {
        let id = format!("call{at}");
        trunk.send(invite(number, &id, "")).await;
        let answer = trunk.answer().await;
        assert!(
            header(&answer, "WWW-Authenticate")
                .unwrap()
                .contains("realm=\"center.example\"")
        );
        statuses.push(status(&answer));
    }
    assert_eq!(statuses, [401, 401]);
}
