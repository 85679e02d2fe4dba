#![expect(clippy::unwrap_used, reason = "tests")]

use app::ports::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Apply, GROUP_JOBS_MAX, GroupFailed, Writer};

/// Inserts numbers; refuses odd ones after having inserted them.
struct Numbers {
    // Holds the thread at its first job until the test has enqueued the others.
    start: Option<oneshot::Receiver<()>>,
    commits: std::sync::mpsc::Sender<()>,
}

impl Apply for Numbers {
    type Job = i64;

    fn apply(&mut self, connection: &Connection, number: &i64) -> Result<(), StoreError> {
        if let Some(start) = self.start.take() {
            start.blocking_recv().unwrap();
        }
        connection
            .execute("INSERT INTO numbers VALUES (?)", [number])
            .unwrap();
        if number % 2 == 1 {
            return Err(StoreError::Conflict("odd".to_owned()));
        }
        Ok(())
    }

    fn committed(&mut self, _: &Connection) -> Result<(), StoreError> {
        self.commits.send(()).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn what_waits_shares_a_commit_and_a_conflict_hurts_its_job_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("numbers.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE numbers (number INTEGER)")
        .unwrap();
    let (go, start) = oneshot::channel();
    let (commits, committed) = std::sync::mpsc::channel();
    let apply = Numbers {
        start: Some(start),
        commits,
    };
    let writer = Writer::start("numbers", connection, apply).unwrap();

    let mut first = Box::pin(writer.submit(0));
    // Enqueued, and the thread waits within it.
    assert!(poll_once(&mut first).await.is_none());
    let mut others: Vec<_> = (1..100)
        .map(|number| Box::pin(writer.submit(number)))
        .collect();
    for other in &mut others {
        assert!(poll_once(other).await.is_none());
    }
    go.send(()).unwrap();
    assert_eq!(first.await, Ok(()));
    for (number, other) in (1..100).zip(others) {
        let expected = if number % 2 == 1 {
            Err(StoreError::Conflict("odd".to_owned()))
        } else {
            Ok(())
        };
        assert_eq!(other.await, expected, "{number}");
    }
    drop(writer);

    let connection = Connection::open(&path).unwrap();
    let numbers: Vec<i64> = connection
        .prepare("SELECT number FROM numbers ORDER BY rowid")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(numbers, (0..100).step_by(2).collect::<Vec<i64>>());
    // The first group may hold the first job alone, or some of those behind it.
    assert!(committed.iter().count() <= 2);
    const { assert!(100 <= GROUP_JOBS_MAX) };
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

/// Panics at its first job.
struct Broken;

impl Apply for Broken {
    type Job = ();

    #[expect(clippy::panic, reason = "what the test is about")]
    fn apply(&mut self, _: &Connection, (): &()) -> Result<(), StoreError> {
        panic!("on purpose");
    }
}

#[tokio::test]
async fn a_dead_writer_fails_its_callers_and_never_hangs_them() {
    let connection = Connection::open_in_memory().unwrap();
    let writer = Writer::start("broken", connection, Broken).unwrap();
    for _ in 0..3 {
        let problem = writer.submit(()).await.unwrap_err().to_string();
        assert!(problem.contains("restart the program"), "{problem}");
    }
}

/// Inserts a blob of this many bytes.
struct Blobs;

impl Apply for Blobs {
    type Job = usize;

    fn apply(&mut self, connection: &Connection, bytes: &usize) -> Result<(), StoreError> {
        connection
            .execute("INSERT INTO blobs VALUES (?)", [vec![7_u8; *bytes]])
            .map(|_| ())
            .map_err(|error| crate::sqlite::failed(&error))
    }
}

#[tokio::test]
async fn a_full_disk_fails_what_does_not_fit_and_the_store_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("blobs.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE blobs (content BLOB); PRAGMA max_page_count = 20;")
        .unwrap();
    let writer = Writer::start("blobs", connection, Blobs).unwrap();
    writer.submit(10).await.unwrap();
    let problem = writer.submit(1 << 20).await.unwrap_err().to_string();
    assert!(problem.contains("full"), "{problem}");
    writer.submit(20).await.unwrap();
    drop(writer);
    let lengths: Vec<usize> = Connection::open(&path)
        .unwrap()
        .prepare("SELECT length(content) FROM blobs")
        .unwrap()
        .query_map([], |row| row.get::<_, u32>(0))
        .unwrap()
        .map(|length| usize::try_from(length.unwrap()).unwrap())
        .collect();
    assert_eq!(lengths, [10, 20]);
}

#[test]
fn an_unreliable_disk_stops_the_store_and_a_full_one_does_not() {
    let stops = |code| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        GroupFailed::from(error).stops
    };
    assert!(stops(rusqlite::ffi::SQLITE_IOERR_FSYNC));
    assert!(stops(rusqlite::ffi::SQLITE_CORRUPT));
    assert!(!stops(rusqlite::ffi::SQLITE_FULL));
    assert!(!stops(rusqlite::ffi::SQLITE_BUSY));
}
