//! Browsers as str0m plays them, on sockets of their own.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

/// The number of A-law.
const PCMA: u8 = 8;

pub(crate) struct Browser {
    socket: UdpSocket,
    local: SocketAddr,
    rtc: Rtc,
    mid: Mid,
    pending: Option<SdpPendingOffer>,
    sequence: u64,
    timestamp: u32,
    pub(crate) connected: bool,
    /// What was heard since somebody asked.
    pub(crate) heard: Vec<Arc<[u8]>>,
}

impl Browser {
    /// A browser and its offer.
    pub(crate) fn new(now: Instant) -> (Self, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let local = socket.local_addr().unwrap();
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_pcma(true, false)
            .set_rtp_mode(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(local, Protocol::Udp).unwrap());
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        let browser = Self {
            socket,
            local,
            rtc,
            mid,
            pending: Some(pending),
            sequence: 1,
            timestamp: 1,
            connected: false,
            heard: Vec::new(),
        };
        (browser, offer.to_sdp_string())
    }

    pub(crate) fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        let pending = self.pending.take().unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        self.drain();
    }

    /// Reads what came.
    pub(crate) fn read(&mut self, now: Instant) {
        let mut buffer = [0; 2048];
        while let Ok((length, source)) = self.socket.recv_from(&mut buffer) {
            if let Ok(receive) = Receive::new(Protocol::Udp, source, self.local, &buffer[..length])
            {
                let _ = self.rtc.handle_input(Input::Receive(now, receive));
                self.drain();
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.drain();
    }

    /// Says 20 ms.
    pub(crate) fn speak(&mut self, now: Instant, payload: Arc<[u8]>) {
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(self.mid, None) else {
            return;
        };
        let pt = Pt::new_with_value(PCMA);
        let (sequence, timestamp) = (self.sequence.into(), self.timestamp);
        stream.write_rtp(RtpWrite::new(pt, sequence, timestamp, now, payload));
        self.sequence += 1;
        self.timestamp = self.timestamp.wrapping_add(160);
        self.advance(now);
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(_)) | Err(_) => return,
                Ok(Output::Transmit(sent)) => {
                    let _ = self.socket.send_to(&sent.contents, sent.destination);
                }
                Ok(Output::Event(Event::Connected)) => self.connected = true,
                Ok(Output::Event(Event::RtpPacket(packet))) => self.heard.push(packet.payload),
                Ok(Output::Event(_)) => {}
            }
        }
    }
}
