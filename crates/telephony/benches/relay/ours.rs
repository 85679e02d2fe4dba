//! The threads of media of this crate, in this process.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use media::Law;
use media::leg::{Codec, Direction, LegConfig, LegKeys, LegLimits};
use media::rtp::OutgoingConfig;
use media::srtp::MasterKey;
use model::Timestamp;
use telephony::bench::{Leg, MediaThreads};

use crate::{EndPlan, SUITES, processor};

/// Threads on one core.
pub(crate) struct Ours(MediaThreads);

impl Ours {
    pub(crate) fn start(core: usize) -> Self {
        Self(MediaThreads::start(&[core], None, None).unwrap())
    }

    /// A call between two ends; where each of them sends, and their keys.
    pub(crate) fn call(
        &mut self,
        [caller, callee]: [EndPlan; 2],
        remote: SocketAddr,
        secured: bool,
    ) -> [(SocketAddr, Option<LegKeys>); 2] {
        let [one, other] = [(callee, 0), (caller, 1)].map(|(peer, at)| {
            let keys = secured.then(|| {
                let (here, there) = (
                    MasterKey::generate(SUITES[at]),
                    MasterKey::generate(SUITES[at]),
                );
                let inner = LegKeys {
                    send: here.clone(),
                    receive: there.clone(),
                };
                let outer = LegKeys {
                    send: there,
                    receive: here,
                };
                (inner, outer)
            });
            let (inner, outer) = keys.unzip();
            // The leg's own stream bears the number of the end whose audio it carries.
            let leg = leg(peer.ssrc, remote, inner);
            let here = leg.0.local_addr().unwrap();
            (leg, (here, outer))
        });
        self.0.bridge(one.0, other.0);
        [one.1, other.1]
    }

    pub(crate) fn stop(self) {
        self.0.stop();
    }
}

/// Which processor time its thread has used, ns.
pub(crate) fn processor_ns() -> u64 {
    processor::used_ns(std::process::id(), "media-")
}

fn leg(ssrc: u32, remote: SocketAddr, keys: Option<LegKeys>) -> Leg {
    let socket: UdpSocket = MediaThreads::bind().unwrap();
    let config = LegConfig {
        remote,
        remote_rtcp: remote,
        codec: Codec::G711(Law::A),
        payload_type: 8,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
        keys,
        limits: LegLimits {
            silence: Duration::from_hours(1),
            duration: Duration::from_hours(1),
        },
        outgoing: OutgoingConfig {
            ssrc,
            first_sequence: 1,
            first_timestamp: 1,
            clock_rate: 8000,
        },
        cname: "bench".to_owned(),
        epoch: Timestamp::from_secs(0),
    };
    (socket, config)
}
