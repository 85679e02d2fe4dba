//! A telephone: a user agent of its own with real sockets.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use media::frame::{FRAME_BYTES, FRAME_SAMPLES, FRAME_TICKS};
use media::leg::{Codec, Direction, LegConfig, LegKeys, LegLimits, Received, TrunkLeg};
use media::rtp::OutgoingConfig;
use media::srtp::{MasterKey, Suite};
use media::tones::{Digit, EventSender, dtmf};
use media::{Law, MediaTime};
use model::{Personal, Secret, Timestamp};
use sip::dialog::DialogSnapshot;
use sip::digest::Account;
use sip::endpoint::{
    Advertised, CallHandle, ConnectionId, EndReason, EndpointConfig, Event, OutgoingCall, Output,
    Peer, Target, Transport, TrunkConfig, TrunkId,
};
use sip::message::StatusCode;
use sip::sdp::{
    self, ClearMedia, Description, LocalMedia, MediaSecurity, MediaStream, SrtpKey, SrtpSuite,
    StreamSecurity,
};
use sip::{Endpoint, TokenSource};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio_rustls::client::TlsStream;

use crate::center::{PATIENCE, trunk};
use crate::sound::{is_tone, tone};

/// How keys are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    Events,
    InBand,
    Info,
}

enum Wire {
    Udp(UdpSocket),
    Stream(Box<dyn Duplex>),
}

/// A connection, encrypted or not.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub(crate) struct Phone {
    endpoint: Endpoint,
    wire: Wire,
    rtp: UdpSocket,
    local: LocalMedia,
    offer: Option<Description>,
    call: Option<CallHandle>,
    pub(crate) answered: bool,
    pub(crate) ended: Option<EndReason>,
    leg: Option<TrunkLeg>,
    agreed: Option<LegConfig>,
    zero: Instant,
    /// What was heard since the beginning.
    pub(crate) heard: Vec<i16>,
    /// Sent next, 20 ms at a time; silence when empty.
    speech: Vec<i16>,
    /// A tone that is sent all the time.
    pub(crate) hums: Option<u32>,
    pub(crate) said: usize,
    events: Option<EventSender>,
    keys: Keys,
    /// Every packet with a number that this divides is lost on its way.
    pub(crate) loses: Option<usize>,
    /// Nothing is sent any more.
    pub(crate) mute: bool,
    /// Further headers of its calls.
    pub(crate) headers: Vec<(String, String)>,
    /// The numbers of packets with audio, as they came.
    pub(crate) packets: Vec<u16>,
    /// The last packets that were sent.
    spoken: VecDeque<Vec<u8>>,
}

/// Packets that a telephone remembers.
const SPOKEN_MAX: usize = 50;

/// Key and salt of AES_CM_128_HMAC_SHA1_80.
const KEY_BYTES: usize = 30;

/// How far forged packets are ahead of true ones.
const AHEAD: usize = 50;

/// Whose packets are forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forger {
    /// Somebody who knows all but the keys.
    Stranger,
    /// The telephone itself.
    Phone,
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

impl Phone {
    pub(crate) async fn new(center: SocketAddr) -> Self {
        Self::at("127.0.0.1:0", center).await
    }

    /// A telephone at this address.
    pub(crate) async fn at(address: &str, center: SocketAddr) -> Self {
        let socket = UdpSocket::bind(address).await.unwrap();
        let port = socket.local_addr().unwrap().port();
        Self::over(Wire::Udp(socket), port, Transport::Udp, center).await
    }

    /// A telephone that has connected over TLS.
    pub(crate) async fn over_tls(stream: TlsStream<TcpStream>, center: SocketAddr) -> Self {
        let port = stream.get_ref().0.local_addr().unwrap().port();
        Self::over(Wire::Stream(Box::new(stream)), port, Transport::Tls, center).await
    }

    /// A telephone that has connected over TCP.
    pub(crate) async fn over_tcp(center: SocketAddr) -> Self {
        let stream = TcpStream::connect(center).await.unwrap();
        let port = stream.local_addr().unwrap().port();
        Self::over(Wire::Stream(Box::new(stream)), port, Transport::Tcp, center).await
    }

    /// A telephone that proves who it is.
    pub(crate) async fn with_account(center: SocketAddr, account: Account) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let mut config = trunk();
        config.account = Some(account);
        Self::of_trunk(config, Wire::Udp(socket), port, Transport::Udp, center).await
    }

    async fn over(wire: Wire, port: u16, transport: Transport, center: SocketAddr) -> Self {
        Self::of_trunk(trunk(), wire, port, transport, center).await
    }

    async fn of_trunk(
        mut config: TrunkConfig,
        wire: Wire,
        port: u16,
        transport: Transport,
        center: SocketAddr,
    ) -> Self {
        let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        config.transports = vec![transport];
        config.targets = vec![Target {
            transport,
            address: center,
        }];
        let config = EndpointConfig {
            trunks: vec![config],
            advertised: Advertised {
                host: "127.0.0.1".to_owned(),
                port,
                tls_port: port,
            },
            calls_max: 10,
        };
        let seed = TokenSource::from_number(u64::from(port));
        let mut endpoint = Endpoint::new(wall(), config, seed).unwrap();
        if transport != Transport::Udp {
            endpoint.connected(ConnectionId(1), &peer(transport, center));
        }
        let security = match transport {
            Transport::Tls => {
                let suite = SrtpSuite::AesCm128HmacSha1_80;
                let key = SrtpKey::new(suite, Secret::new(vec![7; suite.key_bytes()])).unwrap();
                MediaSecurity::SdesOverTls {
                    keys: vec![key],
                    clear: ClearMedia::Refused,
                }
            }
            _ => MediaSecurity::Clear,
        };
        let local = LocalMedia {
            address: rtp.local_addr().unwrap(),
            rtcp_port: None,
            codecs: vec![sdp::Codec::Pcmu],
            direction: sdp::Direction::SendReceive,
            packet_ms: 20,
            security,
            session_id: 1,
        };
        Self {
            endpoint,
            wire,
            rtp,
            local,
            offer: None,
            call: None,
            answered: false,
            ended: None,
            leg: None,
            agreed: None,
            zero: Instant::now(),
            heard: Vec::new(),
            speech: Vec::new(),
            hums: None,
            said: 0,
            events: None,
            keys: Keys::Events,
            loses: None,
            mute: false,
            headers: Vec::new(),
            packets: Vec::new(),
            spoken: VecDeque::new(),
        }
    }

    /// Calls a number.
    pub(crate) fn call(&mut self, number: &str) {
        self.call_with(number, Keys::Events);
    }

    /// Calls a number as a telephone that sends keys this way.
    pub(crate) fn call_with(&mut self, number: &str, keys: Keys) {
        self.keys = keys;
        let mut offer = sdp::offer(&self.local);
        if keys != Keys::Events {
            for media in &mut offer.media {
                media.formats.retain(|format| format != "101");
                media
                    .attributes
                    .retain(|one| !one.value.as_deref().unwrap_or("").starts_with("101 "));
            }
        }
        let wanted = OutgoingCall {
            trunks: vec![TrunkId("carrier".to_owned())],
            number: Personal::from(number),
            caller: Personal::from("+491701234"),
            caller_name: Personal::from("Anna"),
            offer: offer.clone(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), Personal::from(value.as_str())))
                .collect(),
        };
        self.offer = Some(offer);
        self.call = Some(self.endpoint.invite(wall(), &wanted).unwrap());
    }

    pub(crate) fn hang_up(&mut self) {
        self.endpoint.hang_up(wall(), self.call.unwrap()).unwrap();
    }

    /// Presses a key for a tenth of a second.
    pub(crate) fn press(&mut self, key: char) {
        self.press_for(key, 100);
    }

    /// Whether a key is still being sent.
    pub(crate) fn is_pressing(&self) -> bool {
        self.events.is_some() || !self.speech.is_empty()
    }

    /// Presses a key for so many milliseconds.
    pub(crate) fn press_for(&mut self, key: char, ms: u32) {
        let digit = Digit::from_char(key).unwrap();
        let pressed = Duration::from_millis(u64::from(ms));
        match self.keys {
            Keys::Events => {
                let at = self.now();
                let begins = self.leg.as_ref().unwrap().event_timestamp(at);
                self.events = Some(EventSender::new(digit, pressed, begins));
            }
            Keys::InBand => self.speech.extend(dtmf(digit, ms, 100)),
            Keys::Info => {
                let body = format!("Signal={key}\r\nDuration=100\r\n").into();
                let kind = "application/dtmf-relay";
                self.endpoint
                    .info(wall(), self.call.unwrap(), kind, body)
                    .unwrap();
            }
        }
    }

    /// Where the center hears this telephone.
    pub(crate) fn center_media(&self) -> SocketAddr {
        self.leg.as_ref().unwrap().remote()
    }

    /// The packets of a key, as if they followed what was sent.
    pub(crate) fn forge(&self, key: char, forger: Forger) -> Vec<Vec<u8>> {
        let mut config = self.agreed.clone().unwrap();
        if let (Some(keys), Forger::Stranger) = (&mut config.keys, forger) {
            let suite = Suite::AesCm128HmacSha1_80;
            let wrong = vec![8; KEY_BYTES];
            keys.send = MasterKey::from_bytes(suite, wrong).unwrap();
        }
        let now = self.now();
        let mut leg = TrunkLeg::new(now, config).unwrap();
        // With numbers that come next, or soon.
        for _ in 0..self.said + AHEAD {
            let frame = [0; FRAME_BYTES];
            leg.send_audio(now, FRAME_TICKS, &frame, &mut Vec::new())
                .unwrap();
        }
        let pressed = Duration::from_millis(100);
        let begins = leg.event_timestamp(now);
        let events = EventSender::new(Digit::from_char(key).unwrap(), pressed, begins);
        let packets = events.map(|event| {
            let mut packet = Vec::new();
            leg.send_event(now, &event, &mut packet).unwrap();
            packet
        });
        packets.collect()
    }

    /// Sends this to where the center hears this telephone, from where it expects it.
    pub(crate) fn send_media(&self, packet: &[u8]) {
        self.rtp.try_send_to(packet, self.center_media()).unwrap();
    }

    /// Sends again what was sent before.
    pub(crate) fn repeat(&self) {
        for packet in &self.spoken {
            self.send_media(packet);
        }
    }

    /// What names the call in messages.
    pub(crate) fn dialog(&self) -> DialogSnapshot {
        self.endpoint.snapshot(self.call.unwrap()).unwrap()
    }

    /// Offers the same call again, with another direction.
    pub(crate) fn reinvite(&mut self, direction: sdp::Direction) {
        self.local.direction = direction;
        let offer = sdp::reoffer(self.offer.as_ref().unwrap(), &self.local);
        self.offer = Some(offer.clone());
        let call = self.call.unwrap();
        self.endpoint.reinvite(wall(), call, offer).unwrap();
    }

    pub(crate) fn hears(&self, hertz: u32) -> bool {
        is_tone(&self.heard, hertz)
    }

    /// Lives until something is so.
    pub(crate) async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let lives = async {
            while !done(self) {
                self.step().await;
            }
        };
        let lived = tokio::time::timeout(PATIENCE, lives).await;
        assert!(lived.is_ok(), "in vain waited until {what}");
    }

    /// Lives for as long as something else takes.
    pub(crate) async fn during<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = std::pin::pin!(other);
        loop {
            tokio::select! {
                result = &mut other => return result,
                () = self.step() => {}
            }
        }
    }

    fn now(&self) -> MediaTime {
        MediaTime::default().plus(self.zero.elapsed())
    }

    async fn flush(&mut self) {
        while let Some(output) = self.endpoint.next_output() {
            match output {
                Output::Transmit(transmit) => match &mut self.wire {
                    Wire::Udp(socket) => {
                        socket
                            .send_to(&transmit.bytes, transmit.address)
                            .await
                            .unwrap();
                    }
                    Wire::Stream(stream) => stream.write_all(&transmit.bytes).await.unwrap(),
                },
                Output::Close(_) => {}
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Answered {
                description: Some(answer),
                ..
            } => {
                self.answered = true;
                self.agree(&answer);
            }
            Event::OfferAnswered { description, .. } => self.agree(&description),
            Event::OfferRefused { status, .. } => panic!("the offer was refused: {status}"),
            Event::Ended { reason, .. } => self.ended = Some(reason),
            _ => {}
        }
    }

    fn agree(&mut self, answer: &Description) {
        let offer = self.offer.as_ref().unwrap();
        let stream = sdp::accept_answer(offer, answer, &self.local).unwrap();
        let config = leg_config(&stream);
        self.agreed = Some(config.clone());
        let now = self.now();
        match &mut self.leg {
            Some(leg) => leg.renegotiate(now, config).unwrap(),
            None => self.leg = Some(TrunkLeg::new(now, config).unwrap()),
        }
    }

    /// A packet, a deadline, or 20 ms.
    async fn step(&mut self) {
        self.flush().await;
        self.endpoint.on_deadline(wall());
        let mut message = vec![0; 65_535];
        let mut packet = [0; 2048];
        let due = MediaTime::from_millis(20 * (self.said as u64 + 1));
        let wait = due.since(self.now());
        tokio::select! {
            received = receive(&mut self.wire, &mut message) => {
                match (&self.wire, received) {
                    (_, None) => {}
                    (Wire::Udp(_), Some((length, Some(source)))) => {
                        let peer = peer(Transport::Udp, source);
                        self.endpoint.receive(wall(), &peer, &message[..length]);
                    }
                    (_, Some((length, _))) => {
                        let id = ConnectionId(1);
                        self.endpoint.receive_stream(wall(), id, &message[..length]);
                    }
                }
            }
            Ok((length, source)) = self.rtp.recv_from(&mut packet) => {
                self.hear(source, &mut packet[..length]);
            }
            () = at(Instant::now() + wait) => {
                self.said += 1;
                self.speak().await;
            }
        }
        self.flush().await;
    }

    fn hear(&mut self, source: SocketAddr, packet: &mut [u8]) {
        let now = self.now();
        let Some(leg) = &mut self.leg else {
            return;
        };
        if let Received::Audio {
            header, payload, ..
        } = leg.receive(now, source, packet)
        {
            self.packets.push(header.sequence);
            self.heard
                .extend(payload.iter().map(|byte| Law::Mu.decode(*byte)));
        }
    }

    async fn speak(&mut self) {
        let now = self.now();
        let Some(leg) = self.leg.as_mut().filter(|_| !self.mute) else {
            return;
        };
        let mut packet = Vec::new();
        let sent = if let Some(event) = self.events.as_mut().and_then(Iterator::next) {
            leg.send_event(now, &event, &mut packet)
        } else {
            self.events = None;
            if let Some(hertz) = self.hums {
                // From the beginning, so that frames join without a seam.
                let all = tone(hertz, (self.said + 1) * FRAME_SAMPLES);
                self.speech = all[self.said * FRAME_SAMPLES..].to_vec();
            }
            let length = FRAME_SAMPLES.min(self.speech.len());
            let mut samples: Vec<i16> = self.speech.drain(..length).collect();
            samples.resize(FRAME_SAMPLES, 0);
            let mut frame = [0; FRAME_BYTES];
            Law::Mu.encode_all(&samples, &mut frame);
            leg.send_audio(now, FRAME_TICKS, &frame, &mut packet)
        };
        let is_lost = self
            .loses
            .is_some_and(|every| self.said.is_multiple_of(every));
        if sent.is_ok() && !is_lost {
            let _ = self.rtp.send_to(&packet, leg.remote()).await;
            self.spoken.push_back(packet);
            if self.spoken.len() > SPOKEN_MAX {
                self.spoken.pop_front();
            }
        }
    }
}

pub(crate) fn refused(status: StatusCode) -> EndReason {
    EndReason::Refused(status)
}

fn peer(transport: Transport, address: SocketAddr) -> Peer {
    Peer {
        transport,
        address,
        certificate: None,
    }
}

/// How much came, and from where unless that is known.
async fn receive(wire: &mut Wire, buffer: &mut [u8]) -> Option<(usize, Option<SocketAddr>)> {
    match wire {
        Wire::Udp(socket) => {
            let (length, source) = socket.recv_from(buffer).await.ok()?;
            Some((length, Some(source)))
        }
        Wire::Stream(stream) => {
            let length = stream.read(buffer).await.unwrap();
            if length == 0 {
                return std::future::pending().await;
            }
            Some((length, None))
        }
    }
}

fn leg_config(stream: &MediaStream) -> LegConfig {
    let key = |key: &SrtpKey| {
        let suite = Suite::AesCm128HmacSha1_80;
        MasterKey::from_bytes(suite, key.bytes().expose().clone()).unwrap()
    };
    LegConfig {
        remote: stream.remote,
        remote_rtcp: stream.remote_rtcp,
        codec: Codec::G711(Law::Mu),
        payload_type: stream.receive_payload,
        event_payload_type: stream.receive_tones,
        direction: match (stream.direction.sends(), stream.direction.receives()) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        },
        keys: match &stream.security {
            StreamSecurity::Clear => None,
            StreamSecurity::Srtp { send, receive } => Some(LegKeys {
                send: key(send),
                receive: key(receive),
            }),
        },
        limits: LegLimits {
            silence: Duration::from_mins(10),
            duration: Duration::from_hours(1),
        },
        outgoing: OutgoingConfig {
            ssrc: 77,
            first_sequence: 65_530,
            first_timestamp: 5,
            clock_rate: 8000,
        },
        cname: "phone".to_owned(),
        epoch: Timestamp::from_secs(1_700_000_000),
    }
}

/// When the next frame of audio is to be said: whoever speaks keeps time.
pub(crate) async fn at(due: Instant) {
    let never = std::future::pending::<()>();
    let _elapsed = tokio::time::timeout_at(due.into(), never).await;
}
