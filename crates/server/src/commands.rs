//! Commands that act on a center, running or not.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use app::ports::store::Store;
use clap::Subcommand;
use store::SqliteStore;

use crate::control::{self, Request};

const NOT_RUNNING: &str = "no center runs on this data directory: start it first";

/// `ringfence backup`: through the running server, or with the data directory's lock.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) async fn backup(data: &Path, to: &Path) -> Result<()> {
    let to = absolute(to)?;
    let request = Request::Backup { to: to.clone() };
    let said = match control::ask(data, &request).await? {
        Some(said) => said,
        None => {
            let store = SqliteStore::open(data)?;
            store.backup(&to).await?;
            format!("the backup is in `{}`", to.display())
        }
    };
    println!("{said}");
    Ok(())
}

/// `ringfence audit`: the latest entries of a running center.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) async fn audit(data: &Path, limit: u32) -> Result<()> {
    let said = control::ask(data, &Request::Audit { limit }).await?;
    println!("{}", said.context(NOT_RUNNING)?);
    Ok(())
}

/// `ringfence iam …`.
#[derive(Debug, Subcommand)]
pub(crate) enum Iam {
    /// Make an access key; its secret is shown this once, as shell variables
    CreateAccessKey {
        /// The program that will use it
        name: String,
    },
    /// List the access keys, without secrets
    ListAccessKeys,
    /// Delete an access key
    DeleteAccessKey {
        /// Its id, `AKIA…`
        id: String,
    },
    /// Print a link with which a user without a password chooses one, once
    Invite {
        /// Name of the user
        username: String,
    },
}

/// `ringfence iam`: through the running server.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) async fn iam(data: &Path, command: Iam) -> Result<()> {
    let request = match command {
        Iam::CreateAccessKey { name } => Request::CreateAccessKey { name },
        Iam::ListAccessKeys => Request::ListAccessKeys,
        Iam::DeleteAccessKey { id } => Request::DeleteAccessKey { id },
        Iam::Invite { username } => Request::Invite { username },
    };
    let said = control::ask(data, &request).await?;
    println!("{}", said.context(NOT_RUNNING)?);
    Ok(())
}

/// `ringfence restore`.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) fn restore(from: &Path, data: &Path) -> Result<()> {
    store::restore(from, data)?;
    println!(
        "restored into `{}`: start the center with it",
        data.display()
    );
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("`{}` is no path", path.display()))
}

/// `ringfence code`: what an authenticator with this secret shows now.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) fn code(secret: &str) -> Result<()> {
    let code = signin::current_code(secret, crate::wiring::now());
    println!(
        "{}",
        code.context("this is no authenticator secret: it is base32 without spaces")?
    );
    Ok(())
}
