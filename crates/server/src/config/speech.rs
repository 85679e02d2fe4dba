//! The section `speech` of the configuration: how prompts are spoken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use speech::{ProviderConfig, SpeechConfig};

use super::{Holds, NamedFile, read_secret};

/// How prompts are spoken.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Speech {
    /// The language of prompts whose flow chooses none, such as `de-DE`.
    pub(crate) language: Option<String>,
    /// A service that speaks better; the built-in voice stands in for it.
    pub(crate) provider: Option<Provider>,
}

/// A service that speaks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    /// Such as `https://speech.example/v1`.
    pub(crate) url: String,
    /// File with the bearer token.
    pub(crate) token_file: Option<PathBuf>,
    /// PEM file of the authorities that sign its certificate; absent: those of the operating system.
    pub(crate) authorities: Option<PathBuf>,
    /// How long it may take, milliseconds.
    pub(crate) timeout_ms: Option<u64>,
}

impl Speech {
    /// The files that it names.
    pub(super) fn files(&self) -> Vec<NamedFile<'_>> {
        let mut files = Vec::new();
        if let Some(provider) = &self.provider {
            for (name, file, holds) in [
                ("authorities", &provider.authorities, Holds::NoSecret),
                ("token_file", &provider.token_file, Holds::KeySecret),
            ] {
                let named = |path| NamedFile::new(format!("speech.provider.{name}"), path, holds);
                files.extend(file.as_deref().map(named));
            }
        }
        files
    }

    /// What is wrong besides files.
    pub(super) fn problems(&self) -> Vec<String> {
        let language = self
            .language
            .as_ref()
            .map(|name| name.parse::<speech::Language>());
        match language {
            Some(Err(error)) => vec![format!("`speech.language`: {error}")],
            _ => Vec::new(),
        }
    }

    /// As the adapter takes it. Secrets are read from their files now.
    pub(crate) fn config(&self) -> Result<SpeechConfig> {
        let language = self
            .language
            .as_ref()
            .map(|name| name.parse())
            .transpose()?;
        Ok(SpeechConfig {
            language: language.unwrap_or_default(),
            threads: None,
            provider: self.provider.as_ref().map(Provider::config).transpose()?,
        })
    }
}

impl Provider {
    fn config(&self) -> Result<ProviderConfig> {
        Ok(ProviderConfig {
            url: self.url.clone(),
            token: self.token_file.as_deref().map(read_secret).transpose()?,
            authorities: match self.authorities.as_deref() {
                None => Vec::new(),
                Some(file) => read_certificates(file)?,
            },
            timeout: self
                .timeout_ms
                .map_or(ProviderConfig::TIMEOUT, Duration::from_millis),
        })
    }
}

/// The certificates of a PEM file.
pub(crate) fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("`{}` cannot be read: expected PEM", file.display()))
}
