//! Read-only connections, used on threads for blocking work.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task;

use super::database::{Schema, open_reader};
use super::failed;

/// Reads at once per database; further ones wait.
const READERS: usize = 4;

/// A pool of connections of a fixed size.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(folder: &Path, schema: &Schema) -> Result<Self, StoreError> {
        let connections = (0..READERS)
            .map(|_| open_reader(folder, schema))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            idle: Arc::new(Mutex::new(connections)),
            permits: Arc::new(Semaphore::new(READERS)),
        })
    }

    /// Runs `read` on a connection, which sees what was committed before.
    pub(super) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| no_connection())?;
        let idle = Arc::clone(&self.idle);
        // The connection goes back within the task, so that a caller who stops waiting loses none.
        task::spawn_blocking(move || {
            let connection = lock(&idle).pop().ok_or_else(no_connection)?;
            let outcome = read(&connection).map_err(|error| failed(&error));
            lock(&idle).push(connection);
            drop(permit);
            outcome
        })
        .await
        .map_err(|error| StoreError::Failed(format!("a read was broken off: {error}")))?
    }
}

fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

fn no_connection() -> StoreError {
    StoreError::Failed("no connection to read with is left: restart the program".to_owned())
}
