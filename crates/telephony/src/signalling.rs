//! Signalling: one task that owns the endpoint, its sockets and the calls.

mod calls;
mod connections;
mod description;
mod plan;
mod ports;
mod reporter;
mod voice;

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::ports::speech::Speech;
use model::Timestamp;
use sip::endpoint::{CallHandle, Output, Peer, Transmit, Transport};
use sip::{Endpoint, TokenSource};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use calls::{Call, Closing};
use connections::{Connections, Listeners};
use ports::PortPool;
use reporter::Started;
use voice::Voice;

use crate::clocks::Clocks;
use crate::config::{StartError, TelephonyConfig};
use crate::filter;
use crate::handle::{AgentOffer, CallName, Handle, Order};
use crate::lines::{LineEvent, LineId, LineSettings, Lines, bind_udp};
use crate::random;

/// Events of media that may wait here; more wait on their threads.
const LINE_EVENTS_MAX: usize = 4096;
/// Answers of the application that may wait; more wait in their tasks.
const STARTED_MAX: usize = 1024;
/// Datagrams that are read before others have their turn.
const READS_MAX: usize = 64;
/// Longest datagram of UDP.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// How long a stop waits for the other sides to confirm.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// Telephony that is ready to run: its ports are bound.
pub struct Runner {
    config: TelephonyConfig,
    clocks: Clocks,
    endpoint: Endpoint,
    udp: Option<StdUdpSocket>,
    listeners: Listeners,
    handle: Arc<Handle>,
    offers: mpsc::Receiver<AgentOffer>,
}

/// Binds all ports. Nothing is received before [`Runner::run`].
///
/// # Errors
/// A configuration that cannot be, or an address that is not to be had.
pub fn start(mut config: TelephonyConfig) -> Result<(Arc<Handle>, Runner), StartError> {
    let clocks = Clocks::start();
    let listen = |address, source| StartError::Listen { address, source };
    let udp = config
        .udp
        .map(|address| bind_udp(address).map_err(|source| listen(address, source)))
        .transpose()?;
    if let Some(udp) = &udp {
        filter::attach(udp, &filter::sources(&config.endpoint));
    }
    let bound = udp.as_ref().and_then(|socket| socket.local_addr().ok());
    if let (Some(tcp), Some(udp)) = (&mut config.tcp, bound)
        && tcp.port() == 0
    {
        // What is advertised is one port for both.
        tcp.set_port(udp.port());
    }
    let listeners = Listeners::bind(&config)?;
    let advertised = &mut config.endpoint.advertised;
    if let Some(address) = bound.or(listeners.tcp_address())
        && advertised.port == 0
    {
        advertised.port = address.port();
    }
    if let Some(address) = listeners.tls_address()
        && advertised.tls_port == 0
    {
        advertised.tls_port = address.port();
    }
    let tokens = TokenSource::from_seed(random::bytes());
    let endpoint = Endpoint::new(clocks.now(), config.endpoint.clone(), tokens)?;
    let (handle, offers) = Handle::new();
    let handle = Arc::new(handle);
    let runner = Runner {
        config,
        clocks,
        endpoint,
        udp,
        listeners,
        handle: Arc::clone(&handle),
        offers,
    };
    Ok((handle, runner))
}

impl Runner {
    /// Where SIP over UDP is received.
    pub fn udp_address(&self) -> Option<SocketAddr> {
        self.udp.as_ref()?.local_addr().ok()
    }

    /// Where SIP over TCP is received.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.listeners.tcp_address()
    }

    /// Where SIP over TLS is received.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.listeners.tls_address()
    }

    /// Works until `stop` turns true, then hangs up all calls. Calls that a former run of the program left
    /// behind are hung up first.
    ///
    /// # Errors
    /// Where threads or sockets cannot be used.
    pub async fn run(
        self,
        app: App,
        speech: Arc<dyn Speech>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StartError> {
        let (line_events, heard) = mpsc::channel(LINE_EVENTS_MAX);
        let settings = LineSettings {
            clocks: self.clocks,
            browsers: self.config.browsers.clone(),
            music: self.config.music.clone(),
        };
        let (started, answers) = mpsc::channel(STARTED_MAX);
        let udp = self
            .udp
            .map(UdpSocket::from_std)
            .transpose()
            .map_err(StartError::Threads)?;
        let listeners = self.listeners.into_tokio().map_err(StartError::Threads)?;
        let voice = Voice::new(speech, self.config.language.clone());
        let connections = Connections::new(&self.config);
        let mut signalling = Signalling {
            lines: Lines::start(&settings, &line_events)?,
            ports: PortPool::new(&self.config.media)?,
            config: self.config,
            clocks: self.clocks,
            endpoint: self.endpoint,
            udp,
            app,
            calls: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_line: BTreeMap::new(),
            closing: BTreeMap::new(),
            early: BTreeMap::new(),
            starting: 0,
            started,
            reporters: JoinSet::new(),
            voice,
            connections,
            stopping: None,
        };
        let inbox = Inbox {
            handle: self.handle,
            offers: self.offers,
            heard,
            answers,
            listeners,
            stop,
        };
        signalling.hang_up_lost_calls().await;
        signalling.work(inbox).await;
        signalling.finish().await;
        Ok(())
    }
}

/// Everything that the task waits for besides its own sockets.
struct Inbox {
    handle: Arc<Handle>,
    offers: mpsc::Receiver<AgentOffer>,
    heard: mpsc::Receiver<LineEvent>,
    answers: mpsc::Receiver<Started>,
    listeners: connections::OpenListeners,
    stop: watch::Receiver<bool>,
}

struct Signalling {
    config: TelephonyConfig,
    clocks: Clocks,
    endpoint: Endpoint,
    udp: Option<UdpSocket>,
    app: App,
    lines: Lines,
    ports: PortPool,
    calls: BTreeMap<CallHandle, Call>,
    by_name: BTreeMap<CallName, CallHandle>,
    by_line: BTreeMap<LineId, CallHandle>,
    closing: BTreeMap<LineId, Closing>,
    /// Orders for calls whose names the application has not told yet. Empty while none is starting.
    early: BTreeMap<CallName, Order>,
    /// Calls that the application has not answered yet.
    starting: usize,
    started: mpsc::Sender<Started>,
    reporters: JoinSet<()>,
    voice: Voice,
    connections: Connections,
    /// Until when the last messages may come, once it was told to stop.
    stopping: Option<Timestamp>,
}

impl Signalling {
    fn now(&self) -> Timestamp {
        self.clocks.now()
    }

    /// Works until it has stopped.
    async fn work(&mut self, mut inbox: Inbox) {
        let mut datagram = vec![0; DATAGRAM_BYTES_MAX];
        while !self.has_stopped() {
            self.flush();
            let deadline = self.next_deadline();
            let stopping = self.stopping.is_some();
            let timer = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = readable(self.udp.as_ref()) => self.receive(&mut datagram),
                () = timer => {
                    let now = self.now();
                    self.endpoint.on_deadline(now);
                }
                () = inbox.handle.orders().came() => self.carry_out(inbox.handle.orders().take()),
                Some(offer) = inbox.offers.recv() => {
                    self.carry_out(inbox.handle.orders().take());
                    self.connect_agent(offer);
                }
                Some(event) = inbox.heard.recv() => self.on_line_event(event),
                Some(started) = inbox.answers.recv() => {
                    self.on_started(started);
                    self.carry_out(inbox.handle.orders().take());
                }
                Some(spoken) = self.voice.next() => self.on_spoken(&spoken),
                Some(accepted) = inbox.listeners.accept(), if !stopping => {
                    self.connections.accept(&self.endpoint, accepted);
                }
                Some(event) = self.connections.next() => self.on_connection_event(event),
                Some(_) = self.reporters.join_next() => {}
                _ = inbox.stop.wait_for(|stop| *stop), if !stopping => self.stop(),
            }
        }
        self.flush();
    }

    fn next_deadline(&self) -> Option<Instant> {
        let due = self.endpoint.next_deadline();
        let at = match (due, self.stopping) {
            (Some(due), Some(end)) => Some(due.min(end)),
            (due, end) => due.or(end),
        };
        at.map(|at| Instant::from_std(self.clocks.instant_of(at)))
    }

    fn has_stopped(&self) -> bool {
        self.stopping.is_some_and(|end| self.now() >= end)
    }

    /// Reads what came over UDP. The endpoint drops what no trunk sent before it looks at it.
    fn receive(&mut self, buffer: &mut [u8]) {
        let now = self.now();
        for _ in 0..READS_MAX {
            let Some(Ok((length, source))) = self.udp.as_ref().map(|udp| udp.try_recv_from(buffer))
            else {
                return;
            };
            let peer = Peer {
                transport: Transport::Udp,
                address: SocketAddr::new(source.ip().to_canonical(), source.port()),
                certificate: None,
            };
            self.endpoint
                .receive(now, &peer, buffer.get(..length).unwrap_or_default());
        }
    }

    /// Does what the endpoint wants done.
    fn flush(&mut self) {
        while let Some(output) = self.endpoint.next_output() {
            match output {
                Output::Transmit(transmit) => self.transmit(transmit),
                Output::Close(id) => self.connections.close(id),
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    fn transmit(&mut self, transmit: Transmit) {
        if transmit.transport != Transport::Udp {
            self.connections.send(transmit);
            return;
        }
        let Some(udp) = &self.udp else {
            return;
        };
        let sent = udp.try_send_to(&transmit.bytes, transmit.address);
        // A full buffer is a loss like others: what matters is sent again.
        if sent.is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock) {
            let now = self.now();
            self.endpoint
                .transmit_failed(now, transmit.transport, transmit.address);
        }
    }

    /// Hangs up all calls and waits a moment for the other sides.
    fn stop(&mut self) {
        let now = self.now();
        let open: Vec<CallHandle> = self.calls.keys().copied().collect();
        let wait = if open.is_empty() {
            Duration::ZERO
        } else {
            FAREWELL_MAX
        };
        for call in open {
            self.lose(call);
        }
        self.stopping = Some(now.plus(wait));
    }

    /// Waits for everything that was begun.
    async fn finish(mut self) {
        self.abandon_calls();
        self.connections.finish().await;
        while self.reporters.join_next().await.is_some() {}
        let lines = self.lines;
        if tokio::task::spawn_blocking(|| lines.stop()).await.is_err() {
            tracing::error!("the threads of media could not be awaited");
        }
    }
}

async fn readable(udp: Option<&UdpSocket>) {
    match udp {
        Some(udp) if udp.readable().await.is_ok() => {}
        _ => std::future::pending().await,
    }
}
