//! The configuration file: TOML, parsed into checked types, unknown keys refused with the nearest
//! known one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::tls::TlsVersion;

/// What an operator configures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the center keeps its data.
    pub(crate) data: PathBuf,
    /// Region of this machine, such as `eu-central-1`.
    pub(crate) region: String,
    /// Account of the organisation, twelve digits.
    pub(crate) account: String,
    /// Short name of the instance that is made at the first start.
    pub(crate) alias: String,
    /// Pages, API and sockets.
    pub(crate) server: Listening,
    /// The origin of files.
    pub(crate) attachments: Listening,
    /// Certificates.
    pub(crate) tls: Tls,
    /// The root key.
    pub(crate) keys: Keys,
    /// Signing in.
    #[serde(default)]
    pub(crate) signin: SignIn,
    /// Origins of the organisation's own pages that may start chats.
    #[serde(default)]
    pub(crate) approved_origins: Vec<String>,
    /// Names of flows that visitors of public pages may start.
    #[serde(default)]
    pub(crate) public_flows: Vec<String>,
    /// Where contact events, agent events and records are written, as JSON lines; absent: nowhere.
    pub(crate) events_folder: Option<PathBuf>,
    /// Spoken to callers before anything of their call is recorded; absent: nothing.
    pub(crate) recording_notice: Option<String>,
}

/// Longest recording notice, characters: as long as a text that a flow may say.
const NOTICE_CHARS_MAX: usize = 3_000;

/// An address to listen on and the origin under which browsers reach it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listening {
    /// Such as `0.0.0.0:443`.
    pub(crate) address: SocketAddr,
    /// Such as `https://center.example`.
    pub(crate) origin: String,
}

/// Certificates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// PEM file of the certificate with its chain.
    pub(crate) certificate: PathBuf,
    /// PEM file of its private key.
    pub(crate) key: PathBuf,
    /// The oldest version to speak.
    #[serde(default)]
    pub(crate) oldest: TlsVersion,
}

/// The root key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// The sealed root key; made at the first start. Outside of the data directory.
    pub(crate) root_key: PathBuf,
    /// File with the passphrase that seals it. Outside of the data directory; a systemd credential
    /// stands under `/run/credentials/`.
    pub(crate) passphrase_file: PathBuf,
}

/// Signing in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignIn {
    /// Whether everybody must show a second factor.
    pub(crate) require_second_factor: bool,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            require_second_factor: true,
        }
    }
}

impl Config {
    /// Reads the file. What is wrong in its shape is one error; [`Config::problems`] finds the rest.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the configuration `{}` cannot be read", path.display()))?;
        match toml::from_str(&text) {
            Ok(config) => Ok(config),
            Err(error) => bail!("{}: {}", path.display(), explain(&error)),
        }
    }

    /// Everything that is wrong, each with what to do.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.account.len() != 12 || !self.account.bytes().all(|b| b.is_ascii_digit()) {
            problems.push("`account` has twelve digits".to_owned());
        }
        let region_fits = !self.region.is_empty()
            && self
                .region
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !region_fits {
            problems.push("`region` is a name such as `eu-central-1`".to_owned());
        }
        for (name, listening) in [("server", &self.server), ("attachments", &self.attachments)] {
            if listening.origin.parse::<web::Origin>().is_err() {
                problems.push(format!(
                    "`{name}.origin` is `https://` with host and, where it is not 443, port"
                ));
            }
        }
        if self.server.origin == self.attachments.origin {
            problems.push(
                "`attachments.origin` must differ from `server.origin`: files of customers are kept away from the pages"
                    .to_owned(),
            );
        }
        if let Some(notice) = &self.recording_notice
            && (notice.trim().is_empty() || notice.chars().count() > NOTICE_CHARS_MAX)
        {
            problems.push(format!(
                "`recording_notice` is a text of 1 to {NOTICE_CHARS_MAX} characters: callers would not be told"
            ));
        }
        for origin in &self.approved_origins {
            if origin.parse::<web::Origin>().is_err() {
                problems.push(format!("`approved_origins`: `{origin}` is no origin"));
            }
        }
        for (name, file) in [
            ("tls.certificate", &self.tls.certificate),
            ("tls.key", &self.tls.key),
            ("keys.passphrase_file", &self.keys.passphrase_file),
        ] {
            if let Err(error) = std::fs::metadata(file) {
                problems.push(format!(
                    "`{name}`: `{}` cannot be read: {error}",
                    file.display()
                ));
            }
        }
        for (name, file) in [
            ("keys.root_key", &self.keys.root_key),
            ("keys.passphrase_file", &self.keys.passphrase_file),
        ] {
            if file.starts_with(&self.data) {
                problems.push(format!(
                    "`{name}` lies within `data`: who copies the data would have the key with it"
                ));
            }
        }
        for (name, file) in [
            ("tls.key", &self.tls.key),
            ("keys.passphrase_file", &self.keys.passphrase_file),
        ] {
            if is_open_to_others(file) {
                problems.push(format!(
                    "`{name}`: others may read `{}`: chmod 600",
                    file.display()
                ));
            }
        }
        problems
    }

    /// Settings that are allowed, but weaker than they could be.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.signin.require_second_factor {
            warnings.push(
                "`signin.require_second_factor` is off: a password alone signs in".to_owned(),
            );
        }
        if self.tls.oldest == TlsVersion::Tls12 {
            warnings.push("`tls.oldest` is 1.2: 1.3 is the default".to_owned());
        }
        warnings
    }
}

fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// The text of a TOML error, with the nearest known key for an unknown one.
fn explain(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let mut quoted = error.message().split('`').skip(1).step_by(2);
    let nearest = quoted.next().and_then(|unknown| {
        quoted.max_by(|a, b| {
            strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b))
        })
    });
    match nearest {
        Some(nearest) if error.message().starts_with("unknown field") => {
            format!("{}\ndid you mean `{nearest}`?", text.trim_end())
        }
        _ => text.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests;
