//! The configuration file: TOML, parsed into checked types, unknown keys refused with the nearest
//! known one.

mod read;
pub(crate) mod speech;
pub(crate) mod telephony;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use model::Secret;
use serde::Deserialize;

use self::read::Reading;
use self::speech::Speech;
use self::telephony::Telephony;
use crate::tls::{self, TlsVersion};

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
    /// Calls over trunks; absent: there are none.
    pub(crate) telephony: Option<Telephony>,
    /// How prompts are spoken.
    #[serde(default)]
    pub(crate) speech: Speech,
}

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
    /// Reads a file that has the right shape; otherwise the error names everything that is wrong with it.
    /// [`Config::problems`] finds what is wrong besides.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let reading = Self::reading(path)?;
        match reading.mended {
            Some(config) if reading.faults.is_empty() => Ok(config),
            _ => bail!("{}: {}", path.display(), reading.problems().join("\n")),
        }
    }

    /// Everything that is wrong with a file, and what is weaker than it could be.
    pub(crate) fn examine(path: &Path) -> Result<(Vec<String>, Vec<String>)> {
        let reading = Self::reading(path)?;
        Ok((reading.problems(), reading.warnings()))
    }

    fn reading(path: &Path) -> Result<Reading<Self>> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the configuration `{}` cannot be read", path.display()))?;
        Ok(read::read(&text))
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
        for origin in &self.approved_origins {
            if origin.parse::<web::Origin>().is_err() {
                problems.push(format!("`approved_origins`: `{origin}` is no origin"));
            }
        }
        problems.extend(self.tls.problem());
        if self.server.address == self.attachments.address && self.server.address.port() != 0 {
            problems.push(
                "`attachments.address` must differ from `server.address`: one port cannot be both"
                    .to_owned(),
            );
        }
        problems.extend(
            self.files()
                .iter()
                .flat_map(|file| file.problems(&self.data)),
        );
        problems.extend(self.telephony.iter().flat_map(Telephony::problems));
        problems.extend(self.speech.problems());
        problems
    }

    /// The files that it names.
    fn files(&self) -> Vec<NamedFile<'_>> {
        let named = |name: &str, path, holds| NamedFile::new(name, path, holds);
        let mut files = vec![
            named("tls.certificate", &self.tls.certificate, Holds::NoSecret),
            named("tls.key", &self.tls.key, Holds::Secret),
            named("keys.root_key", &self.keys.root_key, Holds::SealedKey),
            named(
                "keys.passphrase_file",
                &self.keys.passphrase_file,
                Holds::KeySecret,
            ),
        ];
        files.extend(self.telephony.iter().flat_map(Telephony::files));
        files.extend(self.speech.files());
        files
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
        warnings.extend(self.telephony.iter().flat_map(Telephony::warnings));
        warnings
    }
}

/// A file that a setting names.
struct NamedFile<'a> {
    setting: String,
    path: &'a Path,
    holds: Holds,
}

/// What is in a file, which decides where it may lie and who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    NoSecret,
    /// Only its owner may read it.
    Secret,
    /// Only its owner may read it, and who copies the data must not have it.
    KeySecret,
    /// Who copies the data must not have it; the program makes it.
    SealedKey,
}

impl<'a> NamedFile<'a> {
    fn new(setting: impl Into<String>, path: &'a Path, holds: Holds) -> Self {
        Self {
            setting: setting.into(),
            path,
            holds,
        }
    }

    fn problems(&self, data: &Path) -> Vec<String> {
        let (setting, path) = (&self.setting, self.path.display());
        let mut problems = Vec::new();
        if self.holds != Holds::SealedKey
            && let Err(error) = std::fs::metadata(self.path)
        {
            problems.push(format!("`{setting}`: `{path}` cannot be read: {error}"));
        }
        if matches!(self.holds, Holds::KeySecret | Holds::SealedKey) && self.path.starts_with(data)
        {
            problems.push(format!(
                "`{setting}` lies within `data`: who copies the data would have the key with it"
            ));
        }
        if matches!(self.holds, Holds::Secret | Holds::KeySecret) && is_open_to_others(self.path) {
            problems.push(format!("`{setting}`: others may read `{path}`: chmod 600"));
        }
        problems
    }
}

/// The secret in a file, without the end of its line.
pub(crate) fn read_secret(file: &Path) -> Result<Secret<String>> {
    if is_open_to_others(file) {
        bail!("others may read `{}`: chmod 600", file.display());
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    Ok(Secret::new(text.trim_end().to_owned()))
}

impl Tls {
    /// Why no listener can use them, where they can be read.
    fn problem(&self) -> Option<String> {
        let are_there = [&self.certificate, &self.key]
            .iter()
            .all(|file| std::fs::File::open(file).is_ok());
        let used = tls::server_config(&self.certificate, &self.key, self.oldest);
        let error = used.err().filter(|_| are_there)?;
        Some(format!("`tls.certificate` and `tls.key`: {error}"))
    }
}

impl Reading<Config> {
    /// What is wrong in the shape, and besides.
    fn problems(&self) -> Vec<String> {
        let shape = self.faults.iter().map(|fault| fault.text().to_owned());
        let besides = self.mended.iter().flat_map(Config::problems);
        shape.chain(self.of_the_file(besides)).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let warnings = self.mended.iter().flat_map(Config::warnings);
        self.of_the_file(warnings).collect()
    }

    /// Without what is said of a value that only stands in for a wrong one.
    fn of_the_file(&self, said: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
        said.filter(|text| !self.faults.iter().any(|fault| fault.is_named_in(text)))
    }
}

fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests;
