//! The socket of a trunk's leg.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

use media::leg::LegConfig;

/// A socket that is connected to the other side where audio and reports come from one address: the kernel
/// then drops what anybody else sends, and looks for the way once instead of for every packet.
pub(super) struct Wire {
    socket: UdpSocket,
    peer: Option<SocketAddr>,
}

impl Wire {
    pub(super) fn new(socket: UdpSocket, config: &LegConfig) -> Self {
        let mut wire = Self { socket, peer: None };
        wire.follow(config);
        wire
    }

    /// Follows a new agreement.
    pub(super) fn follow(&mut self, config: &LegConfig) {
        let peer = Some(config.remote).filter(|remote| *remote == config.remote_rtcp);
        if self.peer == peer {
            return;
        }
        self.peer = peer.filter(|peer| self.socket.connect(peer).is_ok());
        if self.peer.is_none() {
            // It was connected to where nobody is any more. Its port stays, as it was asked for by number.
            let _ = rustix::net::connect_unspec(&self.socket);
        }
    }

    pub(super) fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        match self.peer {
            Some(peer) => self.socket.recv(buffer).map(|length| (length, peer)),
            None => self.socket.recv_from(buffer),
        }
    }

    pub(super) fn send_to(&self, packet: &[u8], to: SocketAddr) -> io::Result<usize> {
        if self.peer == Some(to) {
            self.socket.send(packet)
        } else {
            self.socket.send_to(packet, to)
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::time::Duration;

    use media::Law;
    use media::leg::{Codec, Direction, LegLimits};
    use media::rtp::OutgoingConfig;
    use model::Timestamp;

    use super::*;

    fn config(remote: SocketAddr, remote_rtcp: SocketAddr) -> LegConfig {
        let limit = Duration::from_mins(1);
        LegConfig {
            remote,
            remote_rtcp,
            codec: Codec::G711(Law::A),
            payload_type: 8,
            event_payload_type: None,
            direction: Direction::SendRecv,
            keys: None,
            limits: LegLimits {
                silence: limit,
                duration: limit,
            },
            outgoing: OutgoingConfig {
                ssrc: 1,
                first_sequence: 1,
                first_timestamp: 1,
                clock_rate: 8000,
            },
            cname: String::new(),
            epoch: Timestamp::from_secs(0),
        }
    }

    fn bind() -> (UdpSocket, SocketAddr) {
        // Asked for by its number, as the ports of media are: such a port outlives a connection.
        let any = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = any.local_addr().unwrap();
        drop(any);
        let socket = UdpSocket::bind(address).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        (socket, address)
    }

    #[test]
    fn strangers_are_not_heard_and_a_new_agreement_is_followed() {
        let (socket, ours) = bind();
        let ((first, one), (second, other)) = (bind(), bind());
        let mut wire = Wire::new(socket, &config(one, one));
        let mut buffer = [0; 16];
        second.send_to(b"stranger", ours).unwrap();
        first.send_to(b"first", ours).unwrap();
        assert_eq!(wire.recv_from(&mut buffer).unwrap(), (5, one));
        wire.send_to(b"hello", one).unwrap();
        assert_eq!(first.recv_from(&mut buffer).unwrap(), (5, ours));
        wire.follow(&config(other, other));
        second.send_to(b"second", ours).unwrap();
        assert_eq!(wire.recv_from(&mut buffer).unwrap(), (6, other));
        // Reports of another address are heard again: nothing is connected.
        wire.follow(&config(other, one));
        first.send_to(b"report", ours).unwrap();
        assert_eq!(wire.recv_from(&mut buffer).unwrap(), (6, one));
        wire.send_to(b"hello", other).unwrap();
        assert_eq!(second.recv_from(&mut buffer).unwrap(), (5, ours));
    }
}
