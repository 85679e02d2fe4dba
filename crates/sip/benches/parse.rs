//! Messages read and checked per second on one core, and what stands beside that.

#![expect(clippy::expect_used, reason = "a benchmark")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use model::Timestamp;
use sip::TokenSource;
use sip::endpoint::{
    Advertised, Endpoint, EndpointConfig, Peer, PlainUdp, Target, Transport, TrunkConfig, TrunkId,
};
use sip::framing::parse_datagram;
use sip::sdp::Description;

const SDP: &str = "v=0\r\n\
    o=sbc 1694093455 1694093456 IN IP4 203.0.113.20\r\n\
    s=-\r\n\
    c=IN IP4 203.0.113.20\r\n\
    t=0 0\r\n\
    m=audio 21496 RTP/AVP 8 0 9 101\r\n\
    a=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:9 G722/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\n\
    a=ptime:20\r\n\
    a=sendrecv\r\n";

/// What an SBC of a carrier sends.
fn invite() -> String {
    format!(
        "INVITE sip:+4930123456@sip.ringfence.example:5060;user=phone SIP/2.0\r\n\
         Via: SIP/2.0/UDP 203.0.113.10:5060;branch=z9hG4bK0cB4e4b3d1a7f6c2e9b;rport\r\n\
         Record-Route: <sip:203.0.113.10:5060;lr;ftag=gK0c1a2b3c>\r\n\
         Max-Forwards: 68\r\n\
         From: \"Anna Example\" <sip:+49891234567@carrier.example;user=phone>;tag=gK0c1a2b3c\r\n\
         To: <sip:+4930123456@sip.ringfence.example;user=phone>\r\n\
         Call-ID: 1288472_82930471@203.0.113.10\r\n\
         CSeq: 471882 INVITE\r\n\
         Contact: <sip:+49891234567@203.0.113.10:5060;transport=udp>\r\n\
         Allow: INVITE, ACK, CANCEL, BYE, REGISTER, REFER, INFO, SUBSCRIBE, NOTIFY, PRACK, UPDATE, \
         OPTIONS\r\n\
         Supported: timer, 100rel, precondition\r\n\
         Session-Expires: 1800;refresher=uac\r\n\
         Min-SE: 90\r\n\
         P-Asserted-Identity: <sip:+49891234567@carrier.example;user=phone>\r\n\
         Privacy: none\r\n\
         User-Agent: Carrier SBC 9.2\r\n\
         Accept: application/sdp\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{SDP}",
        SDP.len()
    )
}

fn endpoint() -> (Endpoint, Peer) {
    let address = "203.0.113.10:5060".parse().expect("an address");
    let trunk = TrunkConfig {
        id: TrunkId("carrier".to_owned()),
        sources: Vec::new(),
        transports: vec![Transport::Udp],
        plain_udp: PlainUdp::Legacy,
        tls_client: None,
        targets: vec![Target {
            transport: Transport::Udp,
            address,
        }],
        domain: "carrier.example".to_owned(),
        account: None,
        challenge: None,
        calls_max: 10_000,
        calls_per_second: 1_000_000,
        keep_alive: None,
        registration: None,
    };
    let config = EndpointConfig {
        trunks: vec![trunk],
        advertised: Advertised {
            host: "192.0.2.1".to_owned(),
            port: 5060,
            tls_port: 5061,
        },
        calls_max: 10_000,
    };
    let now = Timestamp::from_millis(0);
    let endpoint =
        Endpoint::new(now, config, TokenSource::from_number(1)).expect("a configuration");
    let peer = Peer {
        transport: Transport::Udp,
        address,
        certificate: None,
    };
    (endpoint, peer)
}

fn parse(c: &mut Criterion) {
    let invite = invite();
    let ok = "SIP/2.0 200 OK\r\n\
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK5d2;rport=5060;received=192.0.2.1\r\n\
        From: <sip:192.0.2.1>;tag=a1\r\nTo: <sip:carrier.example>;tag=b2\r\n\
        Call-ID: 77a1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    let mut group = c.benchmark_group("sip");
    group.throughput(Throughput::Elements(1));
    group.bench_function("INVITE read and checked, description left alone", |b| {
        b.iter(|| parse_datagram(black_box(invite.as_bytes())));
    });
    group.bench_function("INVITE read and checked, with its description", |b| {
        b.iter(|| {
            let message = parse_datagram(black_box(invite.as_bytes())).expect("an INVITE");
            Description::parse(message.body())
        });
    });
    group.bench_function("response read and checked", |b| {
        b.iter(|| parse_datagram(black_box(ok.as_bytes())));
    });
    group.bench_function("description read", |b| {
        b.iter(|| Description::parse(black_box(SDP.as_bytes())));
    });
    group.bench_function("INVITE taken by an endpoint, 100 Trying sent", |b| {
        b.iter_batched_ref(
            endpoint,
            |(endpoint, peer)| {
                endpoint.receive(
                    Timestamp::from_millis(1),
                    peer,
                    black_box(invite.as_bytes()),
                );
                endpoint.next_output()
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
