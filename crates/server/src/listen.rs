//! TLS listeners: bounded in connections, handshake time, size and time of headers; drained at the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// Most connections of one listener.
const CONNECTIONS_MAX: usize = 20_000;
/// A TLS handshake takes at most so long.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The head of a request arrives within this time.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long open requests may take to end when the program stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest head of a request, bytes: request line and headers.
const HEAD_BYTES_MAX: u32 = 64 * 1024;
/// Most headers of a request.
const HEADERS_MAX: usize = 100;
/// Most streams of one HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// Pause after a failed accept: out of descriptors, a tight loop would not help.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound listener.
pub(crate) struct Listener {
    socket: TcpListener,
    tls: Arc<ServerConfig>,
}

impl Listener {
    /// Binds the address; port 0 is any free one.
    pub(crate) async fn bind(address: SocketAddr, tls: Arc<ServerConfig>) -> Result<Self> {
        let socket = TcpListener::bind(address).await.with_context(|| {
            format!(
                "`{address}` cannot be bound: choose another port or end the program that uses it"
            )
        })?;
        Ok(Self { socket, tls })
    }

    /// The port that was bound.
    pub(crate) fn port(&self) -> Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// Serves until `stop` turns true, then lets open requests end.
    pub(crate) async fn serve(self, router: Router, mut stop: watch::Receiver<bool>) {
        let acceptor = TlsAcceptor::from(self.tls);
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                // Full: closed at once, which costs an attacker as much as us.
                continue;
            };
            let connection = connection(stream, peer, acceptor.clone(), router.clone());
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                connection.await.serve(watcher).await;
                drop(place);
            });
        }
        drop(self.socket);
        if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some connections were still open and have been cut");
        }
    }
}

/// A connection after its handshake; nothing where that failed.
struct Handshaken(
    Option<(
        TokioIo<tokio_rustls::server::TlsStream<TcpStream>>,
        SocketAddr,
        Router,
    )>,
);

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: TlsAcceptor,
    router: Router,
) -> Handshaken {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection ended before it was set up");
    }
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Handshaken(Some((TokioIo::new(stream), peer, router))),
        Ok(Err(error)) => {
            tracing::debug!(error = %error, "a TLS handshake failed");
            Handshaken(None)
        }
        Err(_) => Handshaken(None),
    }
}

impl Handshaken {
    async fn serve(self, watcher: hyper_util::server::graceful::Watcher) {
        let Some((stream, peer, router)) = self.0 else {
            return;
        };
        let router = router
            .layer(axum::Extension(ConnectInfo(peer)))
            .layer(from_fn(bounded_head));
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .max_buf_size(usize::try_from(HEAD_BYTES_MAX).unwrap_or(usize::MAX))
            .max_headers(HEADERS_MAX)
            .header_read_timeout(HEAD_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEAD_BYTES_MAX)
            .max_concurrent_streams(STREAMS_MAX)
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .keep_alive_timeout(Duration::from_secs(20));
        let served =
            builder.serve_connection_with_upgrades(stream, TowerToHyperService::new(router));
        if let Err(error) = watcher.watch(served.into_owned()).await {
            tracing::debug!(error = %error, "a connection ended");
        }
    }
}

/// HTTP/2 bounds the size of headers alone, not their number.
async fn bounded_head(request: Request, next: Next) -> Response {
    if request.headers().len() > HEADERS_MAX {
        return StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests;
