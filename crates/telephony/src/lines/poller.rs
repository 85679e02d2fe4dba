//! Waiting for sockets and commands by epoll. Level-triggered: a socket that holds more is reported again,
//! so that nobody spends a read on finding it empty.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};

/// Sockets that are reported at once.
const READY_MAX: usize = 1024;
/// What the waker is reported as.
const WAKE: u64 = u64::MAX;

/// Waits for what was added to it, and to be woken.
pub(super) struct Poller {
    epoll: OwnedFd,
    wake: Arc<OwnedFd>,
}

/// What was found ready. It stays on its thread.
pub(super) struct Ready(Vec<epoll::Event>);

/// Wakes the thread that waits.
pub(super) struct Waker(Arc<OwnedFd>);

impl Poller {
    pub(super) fn new() -> io::Result<(Self, Waker)> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let wake = Arc::new(eventfd(0, flags)?);
        let data = epoll::EventData::new_u64(WAKE);
        epoll::add(&epoll, &wake, data, epoll::EventFlags::IN)?;
        let poller = Self {
            epoll,
            wake: Arc::clone(&wake),
        };
        Ok((poller, Waker(wake)))
    }

    /// Reports a socket by this number while there is something to read.
    pub(super) fn add(&self, socket: &impl AsFd, number: usize) -> io::Result<()> {
        let number = u64::try_from(number).unwrap_or(WAKE - 1);
        let data = epoll::EventData::new_u64(number);
        Ok(epoll::add(
            &self.epoll,
            socket,
            data,
            epoll::EventFlags::IN,
        )?)
    }

    /// Waits until something is ready, somebody wakes, or the time is over.
    pub(super) fn wait(&self, time: Option<Duration>, ready: &mut Ready) -> io::Result<()> {
        ready.0.clear();
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let waited = epoll::wait(&self.epoll, spare_capacity(&mut ready.0), time.as_ref());
        match waited {
            Err(rustix::io::Errno::INTR) => {}
            waited => drop(waited?),
        }
        if let Some(at) = ready.0.iter().position(|one| one.data.u64() == WAKE) {
            ready.0.swap_remove(at);
            // It counts how often it was woken; read, it is zero again.
            let _ = rustix::io::read(&self.wake, &mut [0; 8]);
        }
        Ok(())
    }
}

impl Ready {
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(READY_MAX))
    }

    /// The numbers of the sockets that are ready.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .filter_map(|one| usize::try_from(one.data.u64()).ok())
    }
}

impl Waker {
    pub(super) fn wake(&self) -> io::Result<()> {
        match rustix::io::write(&self.0, &1_u64.to_ne_bytes()) {
            // It was woken so often that the counter is full: it wakes.
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
