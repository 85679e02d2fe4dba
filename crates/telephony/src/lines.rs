//! Lines: the media of calls, on threads without an async runtime. A line stays on its thread.

mod agent;
mod guard;
mod keys;
mod line;
mod quality;
mod sound;
mod stun;
mod worker;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use engine::CallEvent;
use media::leg::LegConfig;
use media::prompt::Prompt;
use media::tones::Digit;
use model::{ContactId, UserId};
use tokio::sync::mpsc;

use crate::clocks::Clocks;
use crate::config::{BrowserPort, StartError};
use crate::handle::AgentOffer;
pub(crate) use sound::Sound;
use worker::Worker;

/// Most threads: behind the second one, the network is the bottleneck of a machine of this kind.
const THREADS_MAX: usize = 2;
/// Commands that may wait for a thread. Whoever sends waits while it is full: a thread never waits for the
/// signalling, so this ends.
const COMMANDS_MAX: usize = 16_384;

/// Names a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineId(u64);

/// What a line must do.
pub(crate) enum LineCommand {
    /// Begin with the agreed stream.
    Open(UdpSocket, Box<LegConfig>),
    /// Follow a new agreement.
    Change(Box<LegConfig>),
    /// Let the parties hear this.
    Direct(Box<Parties>),
    /// A key came with the signalling.
    Press(Digit),
    /// Take the offer of an agent's browser.
    ConnectAgent(Box<AgentOffer>),
    /// End.
    Close,
}

/// Who is on a line and hears what.
pub(crate) struct Parties {
    /// The contact as which the call goes on: figures are told for it.
    pub(crate) contact: Option<ContactId>,
    pub(crate) customer: Hears,
    pub(crate) agent: Option<(UserId, Hears)>,
}

/// Whether something else is heard from now on.
pub(crate) enum Hears {
    /// What played goes on.
    Same,
    /// This, from its beginning.
    New(Sound),
}

/// Something happened on a line.
pub(crate) struct LineEvent {
    pub(crate) line: LineId,
    pub(crate) news: LineNews,
}

/// What happened on a line.
pub(crate) enum LineNews {
    /// `Lost` says that nothing is heard of the customer, or for too long.
    Call(CallEvent),
    /// The line is closed: these were the last news.
    Closed,
}

enum ToWorker {
    Line(LineId, LineCommand),
    Stop,
}

/// All threads.
pub(crate) struct Lines {
    threads: Vec<Thread>,
    next: u64,
}

struct Thread {
    commands: SyncSender<ToWorker>,
    waker: mio::Waker,
    worker: JoinHandle<()>,
}

/// What all threads have in common.
#[derive(Clone)]
pub(crate) struct LineSettings {
    pub(crate) clocks: Clocks,
    pub(crate) browsers: Option<BrowserPort>,
    pub(crate) music: Option<Prompt>,
}

impl Lines {
    /// Starts the threads: one per core, up to a few.
    pub(crate) fn start(
        settings: &LineSettings,
        events: &mpsc::Sender<LineEvent>,
    ) -> Result<Self, StartError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (0..cores.min(THREADS_MAX)).map(|at| {
            let port = settings
                .browsers
                .as_ref()
                .map(|port| bind_browser_port(port, at))
                .transpose()?;
            start_thread(at, settings, port, events.clone()).map_err(StartError::Threads)
        });
        Ok(Self {
            threads: threads.collect::<Result<_, _>>()?,
            next: 0,
        })
    }

    /// A name for a new line. Lines take turns with the threads.
    pub(crate) fn name(&mut self) -> LineId {
        self.next += 1;
        LineId(self.next)
    }

    /// Tells a line what to do. Waits while its thread has too much to do.
    pub(crate) fn tell(&self, line: LineId, command: LineCommand) {
        let count = u64::try_from(self.threads.len()).unwrap_or(1).max(1);
        let at = usize::try_from(line.0 % count).unwrap_or(0);
        let Some(thread) = self.threads.get(at) else {
            return;
        };
        let told = thread.commands.send(ToWorker::Line(line, command));
        if told.is_err() || thread.waker.wake().is_err() {
            tracing::error!("a thread of media is gone: calls on it are silent");
        }
    }

    /// Ends all lines and waits for the threads.
    pub(crate) fn stop(mut self) {
        for thread in std::mem::take(&mut self.threads) {
            thread.stop();
            if thread.worker.join().is_err() {
                tracing::error!("a thread of media has failed");
            }
        }
    }
}

impl Thread {
    fn stop(&self) {
        let _ = self.commands.send(ToWorker::Stop);
        let _ = self.waker.wake();
    }
}

/// Whoever gives up telephony without waiting leaves no thread behind.
impl Drop for Lines {
    fn drop(&mut self) {
        for thread in &self.threads {
            thread.stop();
        }
    }
}

fn bind_browser_port(port: &BrowserPort, at: usize) -> Result<UdpSocket, StartError> {
    let mut address = port.bind;
    if address.port() != 0 {
        let offset = u16::try_from(at).unwrap_or(0);
        address.set_port(address.port().saturating_add(offset));
    }
    bind_udp(address).map_err(|source| StartError::Listen { address, source })
}

/// A socket that does not block.
pub(crate) fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn start_thread(
    at: usize,
    settings: &LineSettings,
    port: Option<UdpSocket>,
    events: mpsc::Sender<LineEvent>,
) -> io::Result<Thread> {
    let (commands, waiting) = sync_channel(COMMANDS_MAX);
    let (worker, waker) = Worker::new(settings, port, waiting, events)?;
    let worker = std::thread::Builder::new()
        .name(format!("media-{at}"))
        .spawn(move || worker.run())?;
    Ok(Thread {
        commands,
        waker,
        worker,
    })
}
