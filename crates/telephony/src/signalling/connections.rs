//! Connections of SIP: TCP, and TLS over it.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use sip::Endpoint;
use sip::endpoint::{ConnectionId, Peer, Transmit, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::Signalling;
use crate::config::{StartError, TelephonyConfig};

/// Connections that may be open.
const CONNECTIONS_MAX: usize = 1024;
/// Connections that may be open with one address: nobody takes the places of all trunks.
const CONNECTIONS_PER_ADDRESS_MAX: usize = 128;
/// Messages that may wait to be written to a connection.
const WAITING_MAX: usize = 256;
/// Pieces of all connections that may wait to be read.
const PIECES_MAX: usize = 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 8192;
/// How long a connection or a handshake may take.
const OPENING_TIME_MAX: Duration = Duration::from_secs(10);
/// How long writing may take.
const WRITING_TIME_MAX: Duration = Duration::from_secs(10);
/// A connection that carries nothing for so long is closed; sessions are refreshed more often.
const IDLE_TIME_MAX: Duration = Duration::from_hours(1);
/// A pause when no connection can be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bound, but not yet listened on by a runtime.
pub(super) struct Listeners {
    tcp: Option<StdTcpListener>,
    tls: Option<StdTcpListener>,
}

pub(super) struct OpenListeners {
    tcp: Option<TcpListener>,
    tls: Option<TcpListener>,
}

/// Somebody has connected.
pub(super) struct Accepted {
    transport: Transport,
    address: SocketAddr,
    stream: TcpStream,
}

/// What happens on connections.
pub(super) enum ConnectionEvent {
    Opened(ConnectionId, Peer),
    Piece(ConnectionId, Bytes),
    Closed(ConnectionId),
    /// Nobody could be reached there.
    Failed(ConnectionId, Transport, SocketAddr),
}

/// All connections.
pub(super) struct Connections {
    acceptor: Option<TlsAcceptor>,
    connector: Option<TlsConnector>,
    /// The names that certificates may have to show.
    names: Arc<[ServerName<'static>]>,
    /// The names of those that we connect to.
    hosts: BTreeMap<SocketAddr, ServerName<'static>>,
    open: BTreeMap<ConnectionId, Open>,
    next: u64,
    tasks: JoinSet<()>,
    events: mpsc::Sender<ConnectionEvent>,
    happened: mpsc::Receiver<ConnectionEvent>,
}

struct Open {
    transport: Transport,
    address: SocketAddr,
    /// Dropped, it closes the connection behind what waits.
    out: mpsc::Sender<Bytes>,
}

impl Listeners {
    pub(super) fn bind(config: &TelephonyConfig) -> Result<Self, StartError> {
        let listen = |address: SocketAddr| {
            let bound = StdTcpListener::bind(address).and_then(|listener| {
                listener.set_nonblocking(true)?;
                Ok(listener)
            });
            bound.map_err(|source| StartError::Listen { address, source })
        };
        Ok(Self {
            tcp: config.tcp.map(listen).transpose()?,
            tls: config
                .tls
                .as_ref()
                .map(|(address, _)| listen(*address))
                .transpose()?,
        })
    }

    pub(super) fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref()?.local_addr().ok()
    }

    pub(super) fn tls_address(&self) -> Option<SocketAddr> {
        self.tls.as_ref()?.local_addr().ok()
    }

    pub(super) fn into_tokio(self) -> io::Result<OpenListeners> {
        Ok(OpenListeners {
            tcp: self.tcp.map(TcpListener::from_std).transpose()?,
            tls: self.tls.map(TcpListener::from_std).transpose()?,
        })
    }
}

impl OpenListeners {
    /// The next one who connects; nothing where accepting failed.
    pub(super) async fn accept(&self) -> Option<Accepted> {
        let (transport, accepted) = tokio::select! {
            accepted = accept(self.tcp.as_ref()) => (Transport::Tcp, accepted),
            accepted = accept(self.tls.as_ref()) => (Transport::Tls, accepted),
        };
        match accepted {
            Ok((stream, address)) => Some(Accepted {
                transport,
                address: SocketAddr::new(address.ip().to_canonical(), address.port()),
                stream,
            }),
            Err(error) => {
                tracing::warn!(error = %error, "a connection cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                None
            }
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

impl Connections {
    pub(super) fn new(config: &TelephonyConfig) -> Self {
        let (events, happened) = mpsc::channel(PIECES_MAX);
        let trunks = &config.endpoint.trunks;
        let name = |name: &str| ServerName::try_from(name.to_owned()).ok();
        let hosts = trunks.iter().flat_map(|trunk| {
            let host = name(&trunk.domain);
            let targets = trunk.targets.iter().map(|target| target.address);
            targets.filter_map(move |address| Some((address, host.clone()?)))
        });
        Self {
            acceptor: config
                .tls
                .as_ref()
                .map(|(_, config)| TlsAcceptor::from(Arc::clone(config))),
            connector: config
                .tls_client
                .as_ref()
                .map(|config| TlsConnector::from(Arc::clone(config))),
            names: trunks
                .iter()
                .filter_map(|trunk| name(trunk.tls_client.as_deref()?))
                .collect(),
            hosts: hosts.collect(),
            open: BTreeMap::new(),
            next: 0,
            tasks: JoinSet::new(),
            events,
            happened,
        }
    }

    /// Takes a connection that a trunk may have opened; others are closed before a byte is read.
    pub(super) fn accept(&mut self, endpoint: &Endpoint, accepted: Accepted) {
        let Accepted {
            transport,
            address,
            stream,
        } = accepted;
        if !endpoint.accepts(transport, address.ip()) {
            tracing::debug!("a connection was closed: no trunk is there");
            return;
        }
        let of_address = self.open.values();
        let of_address = of_address.filter(|open| open.address.ip() == address.ip());
        if self.open.len() >= CONNECTIONS_MAX || of_address.count() >= CONNECTIONS_PER_ADDRESS_MAX {
            tracing::warn!("a connection was closed: there are too many");
            return;
        }
        let (connection, waiting) = self.name(transport, address);
        let acceptor = self
            .acceptor
            .clone()
            .filter(|_| transport == Transport::Tls);
        self.tasks.spawn(async move {
            match acceptor {
                None => connection.serve(stream, None, waiting).await,
                Some(acceptor) => match timeout(OPENING_TIME_MAX, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let name = connection.name_of(stream.get_ref().1.peer_certificates());
                        connection.serve(stream, name, waiting).await;
                    }
                    _ => connection.close().await,
                },
            }
        });
    }

    /// Sends a message: on its connection, on another one to the same address, or on a new one.
    pub(super) fn send(&mut self, transmit: Transmit) {
        let known = transmit
            .connection
            .and_then(|id| self.open.get(&id))
            .or_else(|| {
                self.open.values().find(|open| {
                    open.transport == transmit.transport && open.address == transmit.address
                })
            });
        match known {
            // Who does not read loses messages, and then calls.
            Some(open) => drop(open.out.try_send(transmit.bytes)),
            None => self.connect(transmit),
        }
    }

    fn connect(&mut self, transmit: Transmit) {
        if self.open.len() >= CONNECTIONS_MAX {
            return;
        }
        let Transmit {
            transport,
            address,
            bytes,
            ..
        } = transmit;
        let (connection, waiting) = self.name(transport, address);
        if let Some(open) = self.open.get(&connection.id) {
            let _ = open.out.try_send(bytes);
        }
        let tls = self
            .connector
            .clone()
            .zip(self.hosts.get(&address).cloned());
        self.tasks.spawn(async move {
            let Ok(Ok(stream)) = timeout(OPENING_TIME_MAX, TcpStream::connect(address)).await
            else {
                return connection.fail().await;
            };
            if transport == Transport::Tcp {
                return connection.serve(stream, None, waiting).await;
            }
            let Some((connector, host)) = tls else {
                return connection.fail().await;
            };
            match timeout(OPENING_TIME_MAX, connector.connect(host, stream)).await {
                Ok(Ok(stream)) => {
                    let name = connection.name_of(stream.get_ref().1.peer_certificates());
                    connection.serve(stream, name, waiting).await;
                }
                _ => connection.fail().await,
            }
        });
    }

    fn name(
        &mut self,
        transport: Transport,
        address: SocketAddr,
    ) -> (Connection, mpsc::Receiver<Bytes>) {
        self.next += 1;
        let id = ConnectionId(self.next);
        let (out, waiting) = mpsc::channel(WAITING_MAX);
        let open = Open {
            transport,
            address,
            out,
        };
        self.open.insert(id, open);
        let connection = Connection {
            id,
            transport,
            address,
            names: Arc::clone(&self.names),
            events: self.events.clone(),
        };
        (connection, waiting)
    }

    /// Closes a connection behind what waits to be written.
    pub(super) fn close(&mut self, id: ConnectionId) {
        self.open.remove(&id);
    }

    /// The next thing that happens. Never nothing while this lives.
    pub(super) async fn next(&mut self) -> Option<ConnectionEvent> {
        while self.tasks.try_join_next().is_some() {}
        self.happened.recv().await
    }

    /// Closes all connections and waits until they are.
    pub(super) async fn finish(&mut self) {
        self.open.clear();
        self.happened.close();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// One connection, on a task of its own.
struct Connection {
    id: ConnectionId,
    transport: Transport,
    address: SocketAddr,
    names: Arc<[ServerName<'static>]>,
    events: mpsc::Sender<ConnectionEvent>,
}

impl Connection {
    /// The name that a verified certificate shows, of those that trunks have to show.
    fn name_of(&self, chain: Option<&[CertificateDer<'_>]>) -> Option<String> {
        let certificate = ParsedCertificate::try_from(chain?.first()?).ok()?;
        let shown = self
            .names
            .iter()
            .find(|name| rustls::client::verify_server_name(&certificate, name).is_ok())?;
        Some(shown.to_str().into_owned())
    }

    /// Reads and writes until one side closes, or nothing moves for too long.
    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: S,
        certificate: Option<String>,
        mut waiting: mpsc::Receiver<Bytes>,
    ) {
        let peer = Peer {
            transport: self.transport,
            address: self.address,
            certificate,
        };
        let opened = ConnectionEvent::Opened(self.id, peer);
        if self.events.send(opened).await.is_err() {
            return;
        }
        let (mut read, mut write) = tokio::io::split(stream);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            tokio::select! {
                length = timeout(IDLE_TIME_MAX, read.read(&mut buffer)) => {
                    let Ok(Ok(length @ 1..)) = length else {
                        break;
                    };
                    let piece = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                    let piece = ConnectionEvent::Piece(self.id, piece);
                    if self.events.send(piece).await.is_err() {
                        break;
                    }
                }
                bytes = waiting.recv() => {
                    let Some(bytes) = bytes else {
                        break;
                    };
                    if !matches!(timeout(WRITING_TIME_MAX, write_out(&mut write, &bytes)).await, Ok(Ok(()))) {
                        break;
                    }
                }
            }
        }
        let _ = timeout(WRITING_TIME_MAX, write.shutdown()).await;
        self.close().await;
    }

    async fn close(self) {
        let _ = self.events.send(ConnectionEvent::Closed(self.id)).await;
    }

    async fn fail(self) {
        let failed = ConnectionEvent::Failed(self.id, self.transport, self.address);
        let _ = self.events.send(failed).await;
    }
}

async fn write_out<W: AsyncWrite + Unpin>(stream: &mut W, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

impl Signalling {
    pub(super) fn on_connection_event(&mut self, event: ConnectionEvent) {
        let now = self.now();
        match event {
            ConnectionEvent::Opened(id, peer) => self.endpoint.connected(id, &peer),
            ConnectionEvent::Piece(id, bytes) => self.endpoint.receive_stream(now, id, &bytes),
            ConnectionEvent::Closed(id) => {
                self.connections.close(id);
                self.endpoint.disconnected(id);
            }
            ConnectionEvent::Failed(id, transport, address) => {
                self.connections.close(id);
                self.endpoint.transmit_failed(now, transport, address);
            }
        }
    }
}
