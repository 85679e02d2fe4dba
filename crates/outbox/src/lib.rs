//! What leaves the program. Nothing does unless a destination is configured.
//!
//! The one destination so far is a folder: each topic has a file a day (UTC), one JSON object a line,
//! synced before the rows are deleted. After a crash the last lines may stand twice; readers tell
//! them apart by contact and time.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::{App, OutboxItem};
use tokio::sync::watch;

/// Items taken at once.
const ITEMS_MAX: u32 = 500;
/// Pause when there is nothing to send, and after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Why items could not be delivered; they stay and are tried again.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The folder cannot be written.
    #[error("`{path}` cannot be written: {source}", path = .path.display())]
    Folder {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program could not read or delete rows.
    #[error(transparent)]
    App(#[from] app::AppError),
}

/// Delivers to `folder` until `stop` turns true.
pub async fn run(app: App, folder: PathBuf, mut stop: watch::Receiver<bool>) {
    loop {
        let pause = match deliver(&app, &folder).await {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => {
                tracing::error!(error = %error, "the outbox is not delivered: trying again");
                true
            }
        };
        let wait = if pause { PAUSE } else { Duration::ZERO };
        if tokio::time::timeout(wait, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return;
        }
    }
}

/// Delivers what waits now, up to a bounded number; returns how many items that were.
///
/// # Errors
/// Where nothing of it can be counted on to have arrived.
pub async fn deliver(app: &App, folder: &Path) -> Result<usize, DeliveryError> {
    let items = app.outbox_items(0, ITEMS_MAX).await?;
    let Some(last) = items.last().map(|item| item.number) else {
        return Ok(0);
    };
    let (count, folder) = (items.len(), folder.to_owned());
    let written = tokio::task::spawn_blocking(move || append(&folder, &items)).await;
    written.map_err(|_| app::AppError::Internal)??;
    app.outbox_sent(last).await?;
    Ok(count)
}

fn append(folder: &Path, items: &[OutboxItem]) -> Result<(), DeliveryError> {
    let mut files: Vec<(PathBuf, File)> = Vec::new();
    for item in items {
        let path = folder.join(file_name(item));
        let failed = |source| DeliveryError::Folder {
            path: path.clone(),
            source,
        };
        if !files.iter().any(|(open, _)| *open == path) {
            let opened = OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(&path);
            files.push((path.clone(), opened.map_err(failed)?));
        }
        if let Some((_, file)) = files.iter_mut().find(|(open, _)| *open == path) {
            file.write_all(&item.body)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(failed)?;
        }
    }
    for (path, file) in files {
        file.sync_all()
            .map_err(|source| DeliveryError::Folder { path, source })?;
    }
    Ok(())
}

fn file_name(item: &OutboxItem) -> String {
    let day: String = item.at.to_string().chars().take(10).collect();
    format!("{}-{day}.jsonl", item.topic)
}
