//! The control socket: commands of the machine's operator reach the running server.
//!
//! `DIR/control.sock` has mode 0600; the peer's user must be root or the server's own. One request
//! and one answer a connection, each a line of JSON.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::ports::store::Store;
use app::{App, AppError, Call, Principal, Target};
use model::RequestId;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

/// Longest request or answer, bytes.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A request arrives within this time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Write a consistent copy into this folder.
    Backup {
        /// Absolute path.
        to: PathBuf,
    },
    /// The latest entries of the audit trail, as CloudTrail records, one a line, latest first.
    Audit {
        /// How many.
        limit: u32,
    },
    /// Make an access key for a program, shown once.
    CreateAccessKey {
        /// Of which program.
        name: String,
    },
    /// All access keys, without secrets.
    ListAccessKeys,
    /// Delete an access key.
    DeleteAccessKey {
        /// Its id.
        id: String,
    },
    /// Make the link with which a user without a password chooses one.
    Invite {
        /// Name of the user.
        username: String,
    },
}

/// The answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// Done.
    Done(String),
    /// Not done, and why.
    Refused(String),
}

/// Path of the socket of a data directory.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// Serves the socket until `stop` turns true.
pub(crate) async fn serve(
    data: &Path,
    app: App,
    store: Arc<dyn Store>,
    origin: &str,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    let path = path(data);
    // Whoever holds the data directory's lock owns the socket: what is there is a leftover.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("`{}` cannot be replaced", path.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("`{}` cannot be made", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(error = %error, "the control socket could not accept");
                    continue;
                }
            },
            _ = stop.wait_for(|stop| *stop) => break,
        };
        // One at a time: operators' commands are rare, and two backups at once help nobody.
        if let Err(error) = answer(stream, &app, &*store, origin).await {
            tracing::warn!(error = %error, "a control request failed");
        }
    }
    let _ = std::fs::remove_file(&path);
    Ok(())
}

async fn answer(stream: UnixStream, app: &App, store: &dyn Store, origin: &str) -> Result<()> {
    let uid = stream.peer_cred()?.uid();
    let own =
        std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own))?;
    let (reader, mut writer) = stream.into_split();
    let answer = if uid == 0 || uid == own {
        let mut line = String::new();
        let mut reader = BufReader::new(reader.take(LINE_BYTES_MAX));
        tokio::time::timeout(REQUEST_TIMEOUT, reader.read_line(&mut line)).await??;
        match serde_json::from_str(&line) {
            Ok(request) => carry_out(app, store, origin, uid, request).await,
            Err(error) => Answer::Refused(format!("the request was not understood: {error}")),
        }
    } else {
        Answer::Refused("only root and the server's own user may give orders here".to_owned())
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    writer.write_all(&line).await?;
    Ok(())
}

async fn carry_out(
    app: &App,
    store: &dyn Store,
    origin: &str,
    uid: u32,
    request: Request,
) -> Answer {
    let operation = match request {
        Request::Backup { .. } => "Backup",
        Request::Audit { .. } => "ReadAudit",
        Request::CreateAccessKey { .. } => "CreateAccessKey",
        Request::ListAccessKeys => "ListAccessKeys",
        Request::DeleteAccessKey { .. } => "DeleteAccessKey",
        Request::Invite { .. } => "InviteUser",
    };
    let id = RequestId::generate(&mut crate::wiring::fresh_ids());
    let call = Call::new(Principal::Operator { uid }, id, "ringfence", operation);
    let result = match request {
        Request::Backup { to } => backup(app, store, &call, &to).await,
        Request::Audit { limit } => audit(app, &call, limit).await,
        Request::CreateAccessKey { name } => create_access_key(app, &call, &name).await,
        Request::ListAccessKeys => list_access_keys(app, &call).await,
        Request::DeleteAccessKey { id } => delete_access_key(app, &call, &id).await,
        Request::Invite { username } => invite(app, &call, origin, &username).await,
    };
    app.finish(&call, &result).await;
    match result {
        Ok(text) => Answer::Done(text),
        Err(error) => Answer::Refused(error.to_string()),
    }
}

async fn backup(app: &App, store: &dyn Store, call: &Call, to: &Path) -> Result<String, AppError> {
    let _permit = app.authorize::<app::action::Backup>(call, Target::Account)?;
    let written = store.backup(to).await;
    written.map_err(|error| AppError::WrongState(error.to_string()))?;
    Ok(format!("the backup is in `{}`", to.display()))
}

async fn audit(app: &App, call: &Call, limit: u32) -> Result<String, AppError> {
    let permit = app.authorize::<app::action::ReadAudit>(call, Target::Account)?;
    let entries = app.audit_entries(&permit, None, limit).await?;
    let settings = app.settings();
    let lines = entries.iter().map(|(_, entry)| {
        entry
            .cloud_trail_record(&settings.region, &settings.account)
            .to_string()
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn create_access_key(app: &App, call: &Call, name: &str) -> Result<String, AppError> {
    let account = &app.settings().account;
    let made = app.signin().create_access_key(call, account, name).await?;
    Ok(format!(
        "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_DEFAULT_REGION={}",
        made.key_id,
        made.secret.expose(),
        app.settings().region
    ))
}

async fn list_access_keys(app: &App, call: &Call) -> Result<String, AppError> {
    let keys = app.signin().access_keys(call).await?;
    let lines = keys
        .iter()
        .map(|key| format!("{}  {}  {}", key.key_id, key.created_at, key.name));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn delete_access_key(app: &App, call: &Call, id: &str) -> Result<String, AppError> {
    app.signin().delete_access_key(call, id).await?;
    Ok(format!(
        "`{id}` is deleted: what is signed with it is refused from now on"
    ))
}

async fn invite(app: &App, call: &Call, origin: &str, username: &str) -> Result<String, AppError> {
    let [(instance, user)] = *app.users_named(username) else {
        return Err(AppError::NotFound { what: "user" });
    };
    let token = app.signin().invite_user(call, instance, user).await?;
    Ok(format!("{origin}/app/invitation#{}", token.expose()))
}

/// Sends a request to the server of a data directory; `None` where none runs.
pub(crate) async fn ask(data: &Path, request: &Request) -> Result<Option<String>> {
    let path = path(data);
    let mut stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "`{}` cannot be reached: run as the server's user or root",
                    path.display()
                )
            });
        }
    };
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX))
        .read_line(&mut answer)
        .await?;
    match serde_json::from_str(&answer)? {
        Answer::Done(text) => Ok(Some(text)),
        Answer::Refused(text) => bail!("{text}"),
    }
}
