//! What a packet, a frame and a second of audio cost.
#![expect(
    clippy::expect_used,
    reason = "a benchmark of something that cannot be made ends"
)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use media::frame::{FRAME_BYTES, FRAME_SAMPLES};
use media::leg::{Codec, Direction, LegConfig, LegKeys, LegLimits, Received, RelayKind, TrunkLeg};
use media::mix::mix;
use media::recording::{Recorder, Side};
use media::rtp::OutgoingConfig;
use media::srtp::{MasterKey, Suite};
use media::tones::{Digit, DtmfDetector, dtmf};
use media::{Law, MediaTime};
use model::Timestamp;

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4000))
}

fn leg(ssrc: u32, keys: Option<LegKeys>) -> TrunkLeg {
    let config = LegConfig {
        remote: peer(),
        remote_rtcp: peer(),
        codec: Codec::G711(Law::A),
        payload_type: 8,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
        keys,
        limits: LegLimits {
            silence: Duration::from_mins(1),
            duration: Duration::from_hours(1),
        },
        outgoing: OutgoingConfig {
            ssrc,
            first_sequence: 0,
            first_timestamp: 0,
            clock_rate: 8000,
        },
        cname: "bench".to_owned(),
        epoch: Timestamp::from_secs(0),
    };
    TrunkLeg::new(MediaTime::default(), config).expect("the keys are usable")
}

fn keys(suite: Suite) -> (LegKeys, LegKeys) {
    let (one, other) = (MasterKey::generate(suite), MasterKey::generate(suite));
    let ours = LegKeys {
        send: one.clone(),
        receive: other.clone(),
    };
    let theirs = LegKeys {
        send: other,
        receive: one,
    };
    (ours, theirs)
}

/// A packet comes in on one leg and goes out on the other. Making it is measured too and shown apart.
fn relay(c: &mut Criterion) {
    let mut group = c.benchmark_group("relay of a packet, made, received and sent on");
    group.throughput(Throughput::Elements(1));
    for (name, suite) in [
        ("in clear", None),
        (
            "AES-CM and HMAC-SHA1 on both sides",
            Some(Suite::AesCm128HmacSha1_80),
        ),
        ("AES-256-GCM on both sides", Some(Suite::AeadAes256Gcm)),
    ] {
        let (mut caller, mut here, mut onward) = match suite {
            None => (leg(1, None), leg(2, None), leg(3, None)),
            Some(suite) => {
                let (ours, theirs) = keys(suite);
                (
                    leg(1, Some(theirs)),
                    leg(2, Some(ours)),
                    leg(3, Some(keys(suite).0)),
                )
            }
        };
        let (mut packet, mut out) = (Vec::new(), Vec::new());
        let mut n = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                n += 1;
                let now = MediaTime::from_millis(20 * n);
                let _ = caller.send_audio(now, 160, black_box(&[0x55; FRAME_BYTES]), &mut packet);
                if let Received::Audio {
                    header,
                    restarted,
                    payload,
                } = here.receive(now, peer(), &mut packet)
                {
                    let _ =
                        onward.relay(now, &header, restarted, RelayKind::Audio, payload, &mut out);
                }
                out.len()
            });
        });
    }
    group.finish();
}

fn codecs(c: &mut Criterion) {
    let samples: Vec<i16> = (0..160_i16).map(|n| n * 190).collect();
    let mut coded = [0; FRAME_BYTES];
    Law::A.encode_all(&samples, &mut coded);
    let mut group = c.benchmark_group("G.711, a frame of 20 ms");
    group.throughput(Throughput::Elements(1));
    group.bench_function("encode", |b| {
        let mut out = [0; FRAME_BYTES];
        b.iter(|| Law::A.encode_all(black_box(&samples), black_box(&mut out)));
    });
    group.bench_function("decode", |b| {
        let mut out = [0; FRAME_SAMPLES];
        b.iter(|| Law::A.decode_all(black_box(&coded), black_box(&mut out)));
    });
    group.finish();
}

fn audio(c: &mut Criterion) {
    let mut frame = [0; FRAME_SAMPLES];
    let digit = Digit::from_char('5').expect("a digit");
    for (slot, sample) in frame.iter_mut().zip(dtmf(digit, 100, 0)) {
        *slot = sample;
    }
    let mut group = c.benchmark_group("a frame of 20 ms");
    group.throughput(Throughput::Elements(1));
    group.bench_function("listen for digits", |b| {
        let mut detector = DtmfDetector::new();
        b.iter(|| detector.listen(black_box(&frame)));
    });
    group.bench_function("mix of four parties", |b| {
        let spoken = [frame; 4];
        let mut heard = [[0; FRAME_SAMPLES]; 4];
        b.iter(|| mix(black_box(&spoken), black_box(&mut heard)));
    });
    group.finish();
}

fn recording(c: &mut Criterion) {
    let mut group = c.benchmark_group("recording");
    group.throughput(Throughput::Elements(1));
    group.bench_function("a second of both sides, to chunks", |b| {
        let mut recorder = Recorder::new(Law::A, MediaTime::default());
        let mut now_ms = 0;
        b.iter(|| {
            let mut bytes = 0;
            for _ in 0..50 {
                // A day is the most that is recorded; the bench begins anew.
                if now_ms > 80_000_000 {
                    recorder = Recorder::new(Law::A, MediaTime::default());
                    now_ms = 0;
                }
                let now = MediaTime::from_millis(now_ms);
                recorder.record(Side::Customer, now, black_box(&[0x55; FRAME_BYTES]));
                recorder.record(Side::Agent, now, black_box(&[0x56; FRAME_BYTES]));
                if let Some(chunk) = recorder.next_chunk(now) {
                    bytes += chunk.to_bytes().len();
                }
                now_ms += 20;
            }
            bytes
        });
    });
    group.finish();
}

criterion_group!(benches, relay, codecs, audio, recording);
criterion_main!(benches);
