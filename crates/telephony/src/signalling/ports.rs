//! Ports for the audio of trunks.

use std::net::{SocketAddr, UdpSocket};

use crate::config::{MediaPorts, StartError};
use crate::lines::bind_udp;
use crate::random;

/// Even ports that are tried before a call is refused.
const TRIES_MAX: u32 = 64;

/// Binds even ports of the range, from a random one on.
pub(super) struct PortPool {
    media: MediaPorts,
    first: u16,
    pairs: u32,
    next: u32,
}

impl PortPool {
    pub(super) fn new(media: &MediaPorts) -> Result<Self, StartError> {
        let first = media.ports.start().next_multiple_of(2);
        let last = *media.ports.end();
        if media.ports.is_empty() || first > last {
            return Err(StartError::NoPorts);
        }
        let pairs = u32::from((last - first) / 2) + 1;
        Ok(Self {
            media: media.clone(),
            first,
            pairs,
            next: u32::from_be_bytes(random::bytes()) % pairs,
        })
    }

    /// A socket, and where the other side reaches it.
    pub(super) fn bind(&mut self) -> Option<(UdpSocket, SocketAddr)> {
        for _ in 0..self.pairs.min(TRIES_MAX) {
            let offset = u16::try_from(self.next * 2).ok()?;
            self.next = (self.next + 1) % self.pairs;
            let port = self.first.checked_add(offset)?;
            if let Ok(socket) = bind_udp(SocketAddr::new(self.media.bind, port)) {
                return Some((socket, SocketAddr::new(self.media.advertised, port)));
            }
        }
        None
    }
}
