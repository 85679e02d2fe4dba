//! The one writer of a database: takes what waits, applies it in one transaction, commits once, answers.

use std::thread::{self, JoinHandle};

use app::ports::store::StoreError;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::failed;

/// Jobs that may wait; further callers wait to enqueue.
const QUEUED_JOBS_MAX: usize = 1024;
/// Most jobs that share a commit.
const GROUP_JOBS_MAX: usize = 256;

/// What a writer does with a job.
pub(super) trait Apply: Send + 'static {
    /// One unit: applied as a whole or not at all.
    type Job: Send + 'static;

    /// Applies the job within the open savepoint. On an error the savepoint is rolled back.
    fn apply(&mut self, connection: &Connection, job: &Self::Job) -> Result<(), StoreError>;

    /// Runs after a commit and before its callers are answered.
    fn committed(&mut self, _connection: &Connection) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The writer's queue and thread. Dropping it lets the thread finish what waits, and joins it.
pub(super) struct Writer<J> {
    // Both are absent only while being dropped.
    queue: Option<mpsc::Sender<Request<J>>>,
    thread: Option<JoinHandle<()>>,
}

struct Request<J> {
    job: J,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl<J: Send + 'static> Writer<J> {
    /// Starts the thread.
    pub(super) fn start<A: Apply<Job = J>>(
        name: &str,
        connection: Connection,
        apply: A,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUED_JOBS_MAX);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(&connection, apply, jobs))
            .map_err(|error| StoreError::Failed(format!("cannot start a thread: {error}")))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Enqueues the job and waits until it is on disk or refused. Jobs are applied in the order in
    /// which they were enqueued, also those whose caller stopped waiting.
    pub(super) async fn submit(&self, job: J) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue
            .send(Request { job, answer })
            .await
            .map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }
}

impl<J> Drop for Writer<J> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported where it happened; its callers got errors.
            let _ = thread.join();
        }
    }
}

fn closed() -> StoreError {
    StoreError::Failed("the store is closed: restart the program and read its log".to_owned())
}

fn run<A: Apply>(connection: &Connection, mut apply: A, mut jobs: mpsc::Receiver<Request<A::Job>>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP_JOBS_MAX
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        match commit_group(connection, &mut apply, &group) {
            Ok(outcomes) => {
                for (request, outcome) in group.into_iter().zip(outcomes) {
                    // A caller that stopped waiting needs no answer.
                    let _ = request.answer.send(outcome);
                }
            }
            Err(failure) => {
                for request in group {
                    let _ = request.answer.send(Err(failure.error.clone()));
                }
                if failure.stops {
                    tracing::error!(error = %failure.error, "the store stops after a failed commit");
                    // After a failed fsync nobody knows what the disk holds: only a new start, which
                    // reads it, may go on. Dropping the receiver fails everything that waits.
                    return;
                }
            }
        }
    }
}

struct GroupFailed {
    error: StoreError,
    stops: bool,
}

impl From<rusqlite::Error> for GroupFailed {
    fn from(error: rusqlite::Error) -> Self {
        let stops = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::CannotOpen
            )
        );
        Self {
            error: failed(&error),
            stops,
        }
    }
}

/// Applies the group in one transaction. An error means that nothing of it was applied, or that this is
/// unknown.
fn commit_group<A: Apply>(
    connection: &Connection,
    apply: &mut A,
    group: &[Request<A::Job>],
) -> Result<Vec<Result<(), StoreError>>, GroupFailed> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let outcomes = apply_group(connection, apply, group).and_then(|outcomes| {
        execute(connection, "COMMIT")?;
        Ok(outcomes)
    });
    if outcomes.is_err() && !connection.is_autocommit() {
        // It failed already; what counts is its error.
        let _ = execute(connection, "ROLLBACK");
    }
    let outcomes = outcomes?;
    apply.committed(connection).map_err(|error| GroupFailed {
        error,
        stops: false,
    })?;
    Ok(outcomes)
}

fn apply_group<A: Apply>(
    connection: &Connection,
    apply: &mut A,
    group: &[Request<A::Job>],
) -> Result<Vec<Result<(), StoreError>>, GroupFailed> {
    let mut outcomes = Vec::with_capacity(group.len());
    for request in group {
        execute(connection, "SAVEPOINT job")?;
        let outcome = apply.apply(connection, &request.job);
        if let Err(error) = &outcome {
            // Some errors (a full disk) roll back the whole transaction.
            if connection.is_autocommit() {
                return Err(GroupFailed {
                    error: error.clone(),
                    stops: false,
                });
            }
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

#[cfg(test)]
mod tests;
