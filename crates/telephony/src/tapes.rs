//! The thread that seals and writes recordings, so that no thread of media waits for a disk.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use app::recordings::{Tape, TapeEnd, sync_tapes};
use media::recording::Chunk;
use tokio::sync::mpsc;

/// Orders that may wait: about 32 MiB of audio, seconds of a full machine. Beyond, audio is lost and marked.
const ORDERS_MAX: usize = 4096;
/// Ends that may wait for the signalling; more wait in the thread.
const ENDS_MAX: usize = 1024;
/// How often what was written is made durable. With what the lines hold, a crash of the machine costs at
/// most a second.
const SYNC_PERIOD: Duration = Duration::from_millis(250);

/// Names a recording that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TapeId(u64);

enum Order {
    Begin(TapeId, Box<Tape>),
    Chunk(TapeId, Chunk),
    End(TapeId),
    Stop,
}

/// The thread, as the signalling has it.
pub(crate) struct Tapes {
    orders: SyncSender<Order>,
    ended: mpsc::Receiver<TapeEnd>,
    thread: JoinHandle<Vec<TapeEnd>>,
    next: u64,
}

/// The thread, as a thread of media has it: nothing here ever waits.
pub(crate) struct TapeFeed {
    orders: SyncSender<Order>,
    /// Ends for which there was no room yet.
    late: VecDeque<TapeId>,
}

impl Tapes {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (orders, waiting) = sync_channel(ORDERS_MAX);
        let (ends, ended) = mpsc::channel(ENDS_MAX);
        let writer = Writer {
            tapes: BTreeMap::new(),
            dirty: BTreeSet::new(),
            ending: Vec::new(),
            ends,
            late: VecDeque::new(),
        };
        let thread = std::thread::Builder::new()
            .name("recordings".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self {
            orders,
            ended,
            thread,
            next: 0,
        })
    }

    /// What a thread of media needs.
    pub(crate) fn feed(&self) -> TapeFeed {
        TapeFeed {
            orders: self.orders.clone(),
            late: VecDeque::new(),
        }
    }

    /// Takes a tape that was begun; lines name it so. Waits while the thread has too much to do.
    pub(crate) fn begin(&mut self, tape: Tape) -> TapeId {
        self.next += 1;
        let id = TapeId(self.next);
        self.order(Order::Begin(id, Box::new(tape)));
        id
    }

    /// Ends a tape that no line has taken.
    pub(crate) fn end(&self, id: TapeId) {
        self.order(Order::End(id));
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the thread of recordings is gone: nothing is recorded");
        }
    }

    /// The next tape that has ended and is durable.
    pub(crate) async fn next_ended(&mut self) -> Option<TapeEnd> {
        self.ended.recv().await
    }

    /// Ends all tapes and gives those of which nobody was told. Blocks.
    pub(crate) fn stop(mut self) -> Vec<TapeEnd> {
        self.order(Order::Stop);
        let Ok(mut ends) = self.thread.join() else {
            tracing::error!("the thread of recordings has failed");
            return Vec::new();
        };
        while let Ok(end) = self.ended.try_recv() {
            ends.push(end);
        }
        ends
    }
}

impl TapeFeed {
    /// Gives a chunk away; `false` where there is no room.
    pub(crate) fn chunk(&mut self, id: TapeId, chunk: Chunk) -> bool {
        self.orders.try_send(Order::Chunk(id, chunk)).is_ok()
    }

    /// Nothing more comes of this tape.
    pub(crate) fn end(&mut self, id: TapeId) {
        self.late.push_back(id);
        self.flush();
    }

    /// Tells what there was no room for.
    pub(crate) fn flush(&mut self) {
        while let Some(id) = self.late.pop_front() {
            if let Err(TrySendError::Full(_)) = self.orders.try_send(Order::End(id)) {
                self.late.push_front(id);
                return;
            }
        }
    }

    /// Whether everything was told.
    pub(crate) fn is_empty(&self) -> bool {
        self.late.is_empty()
    }
}

/// The thread's own.
struct Writer {
    tapes: BTreeMap<TapeId, Tape>,
    /// Tapes that have something that is not durable yet.
    dirty: BTreeSet<TapeId>,
    /// Finished or broken, but not durable.
    ending: Vec<Tape>,
    ends: mpsc::Sender<TapeEnd>,
    /// Durable ends for which the signalling had no room.
    late: VecDeque<TapeEnd>,
}

impl Writer {
    /// Works until told to stop; gives the ends of which nobody was told.
    fn run(mut self, orders: &Receiver<Order>) -> Vec<TapeEnd> {
        let mut next_sync = Instant::now() + SYNC_PERIOD;
        loop {
            let wait = next_sync.saturating_duration_since(Instant::now());
            match orders.recv_timeout(wait) {
                Ok(Order::Stop) => break,
                Ok(order) => self.carry_out(order),
                Err(RecvTimeoutError::Timeout) => {}
                // Whoever gave telephony up wants nothing more; what was written stays.
                Err(RecvTimeoutError::Disconnected) => return Vec::new(),
            }
            if Instant::now() >= next_sync {
                self.sync();
                next_sync = Instant::now() + SYNC_PERIOD;
            }
        }
        for (_, tape) in std::mem::take(&mut self.tapes) {
            self.finish(tape);
        }
        self.sync();
        self.late.into()
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Begin(id, tape) => drop(self.tapes.insert(id, *tape)),
            Order::Chunk(id, chunk) => self.append(id, &chunk),
            Order::End(id) => {
                if let Some(tape) = self.tapes.remove(&id) {
                    self.finish(tape);
                }
            }
            Order::Stop => {}
        }
    }

    fn append(&mut self, id: TapeId, chunk: &Chunk) {
        let Some(tape) = self.tapes.get_mut(&id) else {
            return;
        };
        self.dirty.insert(id);
        if let Err(error) = tape.append(chunk) {
            tracing::error!(
                recording.id = %tape.id(),
                error = %error,
                "a recording breaks off"
            );
            self.ending.extend(self.tapes.remove(&id));
        }
    }

    fn finish(&mut self, mut tape: Tape) {
        if let Err(error) = tape.finish() {
            tracing::error!(recording.id = %tape.id(), error = %error, "a recording has no end");
        }
        self.ending.push(tape);
    }

    /// Makes everything durable, and only then tells what has ended.
    fn sync(&mut self) {
        let dirty = std::mem::take(&mut self.dirty);
        let going_on = dirty.iter().filter_map(|id| self.tapes.get(id));
        let tapes: Vec<&Tape> = going_on.chain(&self.ending).collect();
        if !tapes.is_empty() {
            // What failed was logged. Whether it is there, the next start finds out.
            let failed = sync_tapes(&tapes);
            self.ending.retain(|tape| !failed.contains(&tape.id()));
        }
        self.late.extend(self.ending.drain(..).map(Tape::end));
        while let Some(end) = self.late.pop_front() {
            if let Err(
                mpsc::error::TrySendError::Full(end) | mpsc::error::TrySendError::Closed(end),
            ) = self.ends.try_send(end)
            {
                self.late.push_front(end);
                return;
            }
        }
    }
}

/// Room of [`testing`].
#[cfg(test)]
pub(crate) const TESTING_ORDERS_MAX: usize = 8;

/// A feed, and what comes out of it.
#[cfg(test)]
pub(crate) fn testing() -> (Testing, TapeFeed) {
    let (orders, waiting) = sync_channel(TESTING_ORDERS_MAX);
    let late = VecDeque::new();
    (Testing(waiting), TapeFeed { orders, late })
}

/// Any recording.
#[cfg(test)]
pub(crate) const TESTING_TAPE: TapeId = TapeId(1);

/// The other end of a feed.
#[cfg(test)]
pub(crate) struct Testing(Receiver<Order>);

#[cfg(test)]
impl Testing {
    /// The chunks that came since the last time.
    pub(crate) fn chunks(&mut self) -> Vec<Chunk> {
        let chunks = self.0.try_iter().filter_map(|order| match order {
            Order::Chunk(_, chunk) => Some(chunk),
            _ => None,
        });
        chunks.collect()
    }
}
