//! The file of a root key: JSON with the parameters of argon2id, a salt, the sealed key and a checksum.
//!
//! The key derived from the passphrase wraps the root key, bound to format, parameters and salt. The
//! checksum tells a damaged file from a wrong passphrase; it protects nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use seal::{Context, DataKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Shortest passphrase. It is kept in a file or a credential, never typed: make it random.
pub const PASSPHRASE_BYTES_MIN: usize = 16;
/// Longest passphrase.
pub const PASSPHRASE_BYTES_MAX: usize = 1024;
/// Longest root key file; ours have about 400 bytes.
pub const ROOT_KEY_FILE_BYTES_MAX: u64 = 4096;

const FORMAT: u32 = 1;
const SALT_BYTES: usize = 16;
/// Longest sealed root key, in bytes.
const SEALED_BYTES_MAX: usize = 256;

/// For new files: RFC 9106, section 4, second recommendation.
const MEMORY_KIB: u32 = 64 * 1024;
const ITERATIONS: u32 = 3;
const LANES: u32 = 4;

/// What a file may ask for. Below the least a passphrase would be guessed, above the most an altered
/// file would exhaust the machine.
const MEMORY_KIB_MIN: u32 = 19 * 1024;
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const ITERATIONS_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// Why a root key could not be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum LocalKeyError {
    /// There is a file already.
    #[error("`{}` exists: open it, or move it away before a new root key is made", .0.display())]
    Exists(PathBuf),
    /// The passphrase has not the right length.
    #[error(
        "the passphrase has {0} bytes: use {PASSPHRASE_BYTES_MIN} to {PASSPHRASE_BYTES_MAX}, as `openssl rand -base64 32` makes them"
    )]
    Passphrase(usize),
    /// The passphrase is not the one under which the file was sealed.
    #[error("the passphrase does not open `{}`: give the one that it was created with", .0.display())]
    WrongPassphrase(PathBuf),
    /// The file is not as it was written.
    #[error("`{}` is damaged or was altered: put a copy of it back", .0.display())]
    Altered(PathBuf),
    /// Written by another version.
    #[error("`{}` has format `{format}`, which is not known here: use the version that wrote it", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// The parameters are weaker or more costly than allowed.
    #[error("`{}` asks for argon2id parameters out of bounds: put a copy of it back", .0.display())]
    Parameters(PathBuf),
    /// Group or others may read it.
    #[error("`{}` can be read by others: run `chmod 600` on it", .0.display())]
    ReadableByOthers(PathBuf),
    /// The file system refused.
    #[error("`{}` cannot be read or written: check the path and its permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootKeyFile {
    format: u32,
    argon2id: Argon2id,
    sealed: String,
    checksum: String,
}

/// Parameters of the key derivation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Argon2id {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
    salt: String,
}

/// Reads the format alone, so that a newer file is told from a damaged one.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// The content of a new file.
pub(super) fn seal_root(
    root: &DataKey,
    passphrase: &Secret<String>,
) -> Result<Vec<u8>, LocalKeyError> {
    let length = passphrase.expose().len();
    if !(PASSPHRASE_BYTES_MIN..=PASSPHRASE_BYTES_MAX).contains(&length) {
        return Err(LocalKeyError::Passphrase(length));
    }
    let path = PathBuf::new();
    let mut salt = [0; SALT_BYTES];
    rand::fill(&mut salt).map_err(|_| LocalKeyError::Io {
        path: path.clone(),
        source: io::Error::other("the system gives no randomness"),
    })?;
    let argon2id = Argon2id {
        memory_kib: MEMORY_KIB,
        iterations: ITERATIONS,
        lanes: LANES,
        salt: STANDARD.encode(salt),
    };
    let kek =
        derive(&argon2id, &salt, passphrase).ok_or(LocalKeyError::Parameters(path.clone()))?;
    let sealed = STANDARD.encode(seal::wrap(&kek, &context(&argon2id, &salt), root));
    let mut file = RootKeyFile {
        format: FORMAT,
        argon2id,
        sealed,
        checksum: String::new(),
    };
    file.checksum = checksum(&file);
    serde_json::to_vec_pretty(&file).map_err(|error| LocalKeyError::Io {
        path,
        source: error.into(),
    })
}

/// The root key of a file with this content.
pub(super) fn open_root(
    path: &Path,
    content: &[u8],
    passphrase: &Secret<String>,
) -> Result<DataKey, LocalKeyError> {
    let altered = || LocalKeyError::Altered(path.to_owned());
    let FormatOnly { format } = serde_json::from_slice(content).map_err(|_| altered())?;
    if format != FORMAT {
        return Err(LocalKeyError::UnknownFormat {
            path: path.to_owned(),
            format,
        });
    }
    let file: RootKeyFile = serde_json::from_slice(content).map_err(|_| altered())?;
    if file.checksum != checksum(&file) || file.sealed.len() > SEALED_BYTES_MAX {
        return Err(altered());
    }
    let salt: [u8; SALT_BYTES] = STANDARD
        .decode(&file.argon2id.salt)
        .ok()
        .and_then(|salt| salt.try_into().ok())
        .ok_or_else(altered)?;
    let sealed = STANDARD.decode(&file.sealed).map_err(|_| altered())?;
    if passphrase.expose().len() > PASSPHRASE_BYTES_MAX {
        return Err(LocalKeyError::Passphrase(passphrase.expose().len()));
    }
    let kek = derive(&file.argon2id, &salt, passphrase)
        .ok_or_else(|| LocalKeyError::Parameters(path.to_owned()))?;
    seal::unwrap(&kek, &context(&file.argon2id, &salt), &sealed)
        .map_err(|_| LocalKeyError::WrongPassphrase(path.to_owned()))
}

/// Writes a file that does not exist yet, durably: it is there as a whole or not at all.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), LocalKeyError> {
    let failed = |source| LocalKeyError::Io {
        path: path.to_owned(),
        source,
    };
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // Left by a crash: nobody used that key.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(failed)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    // A link, because a rename would replace a root key that is in use.
    let linked = written.and_then(|()| fs::hard_link(&part, path));
    let removed = fs::remove_file(&part);
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(LocalKeyError::Exists(path.to_owned()));
        }
        linked => linked.and(removed).map_err(failed)?,
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// The content of a file that only its owner may read.
pub(super) fn read_private(path: &Path) -> Result<Vec<u8>, LocalKeyError> {
    let failed = |source| LocalKeyError::Io {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(LocalKeyError::ReadableByOthers(path.to_owned()));
    }
    read_bounded(path).map_err(failed)
}

/// The content of a file, or its first bytes where it is too long to be one of ours.
pub(super) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(ROOT_KEY_FILE_BYTES_MAX)
        .read_to_end(&mut content)?;
    Ok(content)
}

/// SHA-256.
pub(super) fn digest(content: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash
        .iter_mut()
        .zip(digest::digest(&digest::SHA256, content).as_ref())
    {
        *to = *from;
    }
    hash
}

fn context(argon2id: &Argon2id, salt: &[u8]) -> Context {
    Context::new(None, "root key file", "sealed", u64::from(FORMAT))
        .row(&argon2id.memory_kib.to_be_bytes())
        .row(&argon2id.iterations.to_be_bytes())
        .row(&argon2id.lanes.to_be_bytes())
        .row(salt)
}

fn checksum(file: &RootKeyFile) -> String {
    let kdf = &file.argon2id;
    let text = format!(
        "{} {} {} {} {} {}",
        file.format, kdf.memory_kib, kdf.iterations, kdf.lanes, kdf.salt, file.sealed
    );
    STANDARD.encode(digest(text.as_bytes()))
}

/// The key that the passphrase gives; `None` where the parameters are out of bounds.
fn derive(argon2id: &Argon2id, salt: &[u8], passphrase: &Secret<String>) -> Option<DataKey> {
    let allowed = (MEMORY_KIB_MIN..=MEMORY_KIB_MAX).contains(&argon2id.memory_kib)
        && (1..=ITERATIONS_MAX).contains(&argon2id.iterations)
        && (1..=LANES_MAX).contains(&argon2id.lanes);
    if !allowed {
        return None;
    }
    let (memory, iterations, lanes) = (argon2id.memory_kib, argon2id.iterations, argon2id.lanes);
    let mut key = Zeroizing::new([0; seal::DATA_KEY_BYTES]);
    let parameters = Params::new(memory, iterations, lanes, Some(key.len())).ok()?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(DataKey::from_bytes(*key))
}
