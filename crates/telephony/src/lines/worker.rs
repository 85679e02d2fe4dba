//! A thread of media: waits for packets, commands and the next step of the wheel.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use engine::CallEvent;
use media::MediaTime;
use media::leg::LegConfig;
use media::prompt::MusicOnHold;
use media::webrtc::DtlsIdentity;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::line::{DATAGRAM_BYTES_MAX, Line, Read};
use super::stun;
use super::{LineCommand, LineEvent, LineId, LineNews, LineSettings, ToWorker};
use crate::clocks::Clocks;
use crate::config::BrowserPort;

/// The wheel has so many spokes: lines take turns, so that not all packets leave in one burst.
const SPOKES: usize = 4;
/// From one spoke to the next: a round takes the time of a frame.
const STEP: Duration = Duration::from_millis(5);
/// The wheel leaves steps out when it is so late.
const LATE_MAX: Duration = Duration::from_millis(500);
/// Commands that are carried out before packets have their turn.
const COMMANDS_AT_ONCE: usize = 256;
/// Datagrams of browsers that are read before others have their turn.
const BROWSER_READS_MAX: usize = 256;
/// Sockets that are reported at once.
const READY_MAX: usize = 1024;

const WAKE: Token = Token(usize::MAX);
const BROWSERS: Token = Token(usize::MAX - 1);

/// A thread and its lines.
pub(super) struct Worker {
    poll: Poll,
    commands: Receiver<ToWorker>,
    lines: Vec<Option<Line>>,
    free: Vec<usize>,
    places: BTreeMap<LineId, usize>,
    /// Lines with more to read, and whether the browsers have.
    unread: VecDeque<usize>,
    browsers_unread: Read,
    /// Browsers by our name fragment, and by address once a check was right.
    fragments: BTreeMap<String, usize>,
    sources: BTreeMap<SocketAddr, usize>,
    next_step: MediaTime,
    spoke: usize,
    around: Around,
}

/// What lines need besides themselves.
pub(super) struct Around {
    pub(super) clocks: Clocks,
    pub(super) browsers: Option<BrowserSocket>,
    pub(super) music: Option<MusicOnHold>,
    /// The packet being made.
    pub(super) packet: Vec<u8>,
    events: mpsc::Sender<LineEvent>,
    /// Events for which the signalling had no room yet.
    late: VecDeque<LineEvent>,
}

/// The port of the browsers.
pub(super) struct BrowserSocket {
    socket: UdpSocket,
    advertised: SocketAddr,
    identity: DtlsIdentity,
}

/// Whether the thread goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Wait,
    Hurry,
    Stop,
}

impl Around {
    /// Tells what happened on a line.
    pub(super) fn tell(&mut self, line: LineId, event: Option<CallEvent>) {
        if let Some(event) = event {
            let news = LineNews::Call(event);
            self.late.push_back(LineEvent { line, news });
        }
    }

    /// Tells that nothing more happens on a line.
    fn tell_closed(&mut self, line: LineId) {
        let news = LineNews::Closed;
        self.late.push_back(LineEvent { line, news });
    }

    fn flush(&mut self) {
        while let Some(event) = self.late.pop_front() {
            if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
                self.late.push_front(event);
                return;
            }
        }
    }
}

impl BrowserSocket {
    fn new(socket: std::net::UdpSocket, port: &BrowserPort) -> io::Result<Self> {
        let bound = socket.local_addr()?;
        Ok(Self {
            socket: UdpSocket::from_std(socket),
            advertised: SocketAddr::new(port.advertised, bound.port()),
            identity: port.identity.clone(),
        })
    }

    pub(super) const fn identity(&self) -> &DtlsIdentity {
        &self.identity
    }

    pub(super) const fn advertised(&self) -> SocketAddr {
        self.advertised
    }

    /// What cannot be sent is lost, as on the network.
    pub(super) fn send(&self, to: SocketAddr, datagram: &[u8]) {
        let _ = self.socket.send_to(datagram, to);
    }
}

impl Worker {
    pub(super) fn new(
        settings: &LineSettings,
        port: Option<std::net::UdpSocket>,
        commands: Receiver<ToWorker>,
        events: mpsc::Sender<LineEvent>,
    ) -> io::Result<(Self, Waker)> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let mut browsers = port
            .zip(settings.browsers.as_ref())
            .map(|(socket, port)| BrowserSocket::new(socket, port))
            .transpose()?;
        if let Some(browsers) = &mut browsers {
            poll.registry()
                .register(&mut browsers.socket, BROWSERS, Interest::READABLE)?;
        }
        let now = settings.clocks.media_now();
        let music = settings.music.clone();
        let worker = Self {
            poll,
            commands,
            lines: Vec::new(),
            free: Vec::new(),
            places: BTreeMap::new(),
            unread: VecDeque::new(),
            browsers_unread: Read::Empty,
            fragments: BTreeMap::new(),
            sources: BTreeMap::new(),
            next_step: now,
            spoke: 0,
            around: Around {
                clocks: settings.clocks,
                browsers,
                music: music.map(|music| MusicOnHold::new(music, now)),
                packet: Vec::with_capacity(DATAGRAM_BYTES_MAX),
                events,
                late: VecDeque::new(),
            },
        };
        Ok((worker, waker))
    }

    /// Works until told to stop.
    pub(super) fn run(mut self) {
        let mut ready = Events::with_capacity(READY_MAX);
        let mut next = Next::Wait;
        loop {
            let wait = self.time_to_wait(&next);
            if let Err(error) = self.poll.poll(&mut ready, wait)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(error = %error, "the thread of media cannot wait for packets");
                return;
            }
            let now = self.now();
            for event in &ready {
                match event.token() {
                    WAKE => {}
                    BROWSERS => self.browsers_unread = Read::More,
                    Token(at) => self.unread.push_back(at),
                }
            }
            for _ in 0..self.unread.len() {
                self.read_line(now);
            }
            next = self.carry_out();
            if next == Next::Stop {
                return;
            }
            if self.browsers_unread == Read::More {
                self.browsers_unread = self.read_browsers(now);
            }
            self.turn_wheel();
            self.around.flush();
        }
    }

    fn now(&self) -> MediaTime {
        self.around.clocks.media_now()
    }

    fn time_to_wait(&self, next: &Next) -> Option<Duration> {
        let unread = !self.unread.is_empty() || self.browsers_unread == Read::More;
        if *next == Next::Hurry || unread {
            return Some(Duration::ZERO);
        }
        if self.places.is_empty() && self.around.late.is_empty() {
            return None;
        }
        Some(self.next_step.since(self.now()))
    }

    fn read_line(&mut self, now: MediaTime) {
        let Some(at) = self.unread.pop_front() else {
            return;
        };
        if let Some(Some(line)) = self.lines.get_mut(at)
            && line.read(now, &mut self.around) == Read::More
        {
            self.unread.push_back(at);
        }
    }

    fn read_browsers(&mut self, now: MediaTime) -> Read {
        for _ in 0..BROWSER_READS_MAX {
            let mut buffer = [0; DATAGRAM_BYTES_MAX];
            let Some(browsers) = &self.around.browsers else {
                return Read::Empty;
            };
            let local = browsers.advertised;
            let Ok((length, source)) = browsers.socket.recv_from(&mut buffer) else {
                return Read::Empty;
            };
            let source = SocketAddr::new(source.ip().to_canonical(), source.port());
            let datagram = buffer.get(..length).unwrap_or_default();
            if let Some(at) = self.line_of(now, source, local, datagram)
                && let Some(Some(line)) = self.lines.get_mut(at)
            {
                line.receive_browser(now, source, local, datagram, &mut self.around);
            }
        }
        Read::More
    }

    /// The line that a datagram of a browser is for. An address counts once it has shown a check that the
    /// line's leg finds authentic.
    fn line_of(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) -> Option<usize> {
        let Some(fragment) = stun::local_fragment(datagram) else {
            return self.sources.get(&source).copied();
        };
        let at = *self.fragments.get(fragment)?;
        let line = self.lines.get(at)?.as_ref()?;
        if !line.accepts_browser(now, source, local, datagram) {
            return None;
        }
        self.sources.insert(source, at);
        Some(at)
    }

    fn carry_out(&mut self) -> Next {
        for _ in 0..COMMANDS_AT_ONCE {
            match self.commands.try_recv() {
                Ok(ToWorker::Line(line, command)) => self.command(line, command),
                Err(TryRecvError::Empty) => return Next::Wait,
                Ok(ToWorker::Stop) | Err(TryRecvError::Disconnected) => return Next::Stop,
            }
        }
        Next::Hurry
    }

    fn command(&mut self, id: LineId, command: LineCommand) {
        let now = self.now();
        if let LineCommand::Open(socket, config) = command {
            if let Err(error) = self.open(now, id, socket, *config) {
                tracing::error!(error = %error, "a line cannot be opened");
                self.around.tell(id, Some(CallEvent::Lost));
            }
            return;
        }
        let Some(at) = self.places.get(&id).copied() else {
            if matches!(command, LineCommand::Close) {
                self.around.tell_closed(id);
            }
            return;
        };
        let Some(Some(line)) = self.lines.get_mut(at) else {
            return;
        };
        match command {
            LineCommand::Open(..) => {}
            LineCommand::Change(config) => line.change(now, *config),
            LineCommand::Direct(parties) => line.direct(now, *parties, &mut self.around),
            LineCommand::Press(digit) => line.press(now, digit, &mut self.around),
            LineCommand::ConnectAgent(offer) => {
                let answer = line.connect_agent(now, &offer, &mut self.around);
                let fragment = line.browser_fragment().map(str::to_owned);
                self.fragments.retain(|_, place| *place != at);
                if let Some(fragment) = fragment {
                    self.fragments.insert(fragment, at);
                }
                let _ = offer.reply.send(answer);
            }
            LineCommand::Close => self.close(now, id, at),
        }
    }

    fn open(
        &mut self,
        now: MediaTime,
        id: LineId,
        socket: std::net::UdpSocket,
        config: LegConfig,
    ) -> io::Result<()> {
        let socket = UdpSocket::from_std(socket);
        let mut line = Line::new(now, id, socket, config).map_err(io::Error::other)?;
        let at = self.free.pop().unwrap_or_else(|| {
            self.lines.push(None);
            self.lines.len() - 1
        });
        self.poll
            .registry()
            .register(&mut line.socket, Token(at), Interest::READABLE)?;
        if self.places.is_empty() {
            self.next_step = now;
        }
        self.places.insert(id, at);
        if let Some(place) = self.lines.get_mut(at) {
            *place = Some(line);
        }
        Ok(())
    }

    fn close(&mut self, now: MediaTime, id: LineId, at: usize) {
        self.fragments.retain(|_, place| *place != at);
        self.sources.retain(|_, place| *place != at);
        self.places.remove(&id);
        if let Some(mut line) = self.lines.get_mut(at).and_then(Option::take) {
            line.close(now, &mut self.around);
            let _ = self.poll.registry().deregister(&mut line.socket);
            self.free.push(at);
        }
        self.around.tell_closed(id);
    }

    fn turn_wheel(&mut self) {
        let now = self.now();
        if now.since(self.next_step) > LATE_MAX {
            self.next_step = now;
        }
        while self.next_step <= now {
            let due = self.next_step;
            self.next_step = self.next_step.plus(STEP);
            self.spoke = (self.spoke + 1) % SPOKES;
            let turn = self.lines.iter_mut().skip(self.spoke).step_by(SPOKES);
            for line in turn.flatten() {
                line.tick(now, due, &mut self.around);
            }
        }
    }
}
