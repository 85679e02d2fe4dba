//! Certificates and the TLS that every listener speaks.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Deserialize;

/// The oldest version of TLS that a listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum TlsVersion {
    /// TLS 1.3 alone.
    #[default]
    #[serde(rename = "1.3")]
    Tls13,
    /// TLS 1.2 as well, for clients that cannot do better.
    #[serde(rename = "1.2")]
    Tls12,
}

/// The TLS of a listener of HTTP.
pub(crate) fn server_config(
    certificate: &Path,
    key: &Path,
    oldest: TlsVersion,
) -> Result<Arc<ServerConfig>> {
    let clients = WebPkiClientVerifier::no_client_auth();
    let mut config = with_clients(certificate, key, oldest, clients)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The cryptography of all TLS. Key exchange prefers the hybrid of X25519 and ML-KEM where the peer has it.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The TLS of a listener, with what becomes of certificates of clients.
pub(crate) fn with_clients(
    certificate: &Path,
    key: &Path,
    oldest: TlsVersion,
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<ServerConfig> {
    let certificates = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| {
            format!(
                "the certificate `{}` cannot be read: expected PEM",
                certificate.display()
            )
        })?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| {
        format!(
            "the private key `{}` cannot be read: expected PEM",
            key.display()
        )
    })?;
    let versions: &[&rustls::SupportedProtocolVersion] = match oldest {
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
        TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
    };
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)?
        .with_client_cert_verifier(clients)
        .with_single_cert(certificates, key)
        .context("certificate and private key do not belong together")
}

/// Makes a certification authority and a certificate for this machine: `ca.pem`, `server.pem`,
/// `server.key` in `folder`. The authority's private key is not kept.
pub(crate) fn make_local_certificate(folder: &Path) -> Result<()> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "Ringfence demo authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let names = ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec();
    let mut server = CertificateParams::new(names)?;
    server
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server_key = KeyPair::generate()?;
    let issuer = Issuer::new(authority, authority_key);
    let certificate = server.signed_by(&server_key, &issuer)?;

    write_private(
        &folder.join("ca.pem"),
        authority_certificate.pem().as_bytes(),
    )?;
    write_private(&folder.join("server.pem"), certificate.pem().as_bytes())?;
    write_private(
        &folder.join("server.key"),
        server_key.serialize_pem().as_bytes(),
    )
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    // Removed first: an old file may have wider permissions, which opening it would keep.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("`{}` cannot be replaced", path.display()));
        }
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("`{}` cannot be written", path.display()))?;
    file.write_all(content)
        .with_context(|| format!("`{}` cannot be written", path.display()))
}
