//! Password hashing with argon2id, a few at once.

use std::sync::{Arc, Mutex, PoisonError};

use app::ports::signin::VerifierBusy;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use model::Secret;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::random;

/// Longest password, characters.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Most passwords that wait for their turn; more are refused at once.
pub const WAITING_MAX: usize = 64;

/// Longest password looked at, bytes: room for [`PASSWORD_CHARS_MAX`] of any script.
const PASSWORD_BYTES_MAX: usize = 4 * PASSWORD_CHARS_MAX;
/// NFKC makes at most eighteen characters of one, so that nothing is copied while it grows.
const NORMALIZED_GROWTH_MAX: usize = 18;

/// Memory per hash, KiB, passes and lanes: what OWASP's Password Storage Cheat Sheet recommends.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes that ask for more than this are refused, whoever wrote them.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 16;
const SALT_BYTES: usize = 16;
/// Blocks of 1 KiB that a memory keeps.
const MEMORY_BLOCKS_KEPT: usize = MEMORY_KIB as usize;

/// How many passwords are hashed at once, and how many may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    at_once: usize,
    waiting: usize,
}

impl Capacity {
    /// One per core at once, at least one, and [`WAITING_MAX`] waiting.
    pub fn of_cores(cores: usize) -> Self {
        Self {
            at_once: cores.max(1),
            waiting: WAITING_MAX,
        }
    }
}

/// Passwords cannot be hashed.
#[derive(Debug, thiserror::Error)]
#[error("passwords cannot be hashed: {0}")]
pub struct HashingFailed(String);

/// Hashes and compares.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Compared with where there is no hash, so that no user costs what a user costs.
    decoy: PasswordHash,
    running: Arc<Semaphore>,
    room: Arc<Semaphore>,
    /// One for each that runs at once, so that hashing does not leave the allocator full of holes.
    memories: Arc<Mutex<Vec<Memory>>>,
}

/// What a hash is computed in. Empty until it is needed.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0.resize(count, Block::new());
        }
        &mut self.0
    }

    /// Forgets what was computed.
    fn wipe(&mut self) {
        for block in &mut self.0 {
            block.zeroize();
        }
    }

    /// Whether it grew beyond what our own hashes need.
    fn is_oversized(&self) -> bool {
        self.0.len() > MEMORY_BLOCKS_KEPT
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Memory").field(&self.0.len()).finish()
    }
}

impl Passwords {
    pub(crate) fn new(capacity: Capacity) -> Result<Self, HashingFailed> {
        let mut memory = Memory::default();
        let decoy = hash(random::bytes::<32>().expose(), &mut memory)?;
        memory.wipe();
        Ok(Self {
            decoy,
            running: Arc::new(Semaphore::new(capacity.at_once)),
            room: Arc::new(Semaphore::new(
                capacity.at_once.saturating_add(capacity.waiting),
            )),
            memories: Arc::new(Mutex::new(vec![memory])),
        })
    }

    /// The hash of a password, in PHC form.
    pub(crate) async fn hash(&self, password: Secret<String>) -> Result<String, VerifierBusy> {
        let hashed = self
            .in_turn(move |memory| hash(normalized(&password).as_bytes(), memory))
            .await?;
        match hashed {
            Ok(hash) => Ok(hash.to_string()),
            Err(error) => {
                tracing::error!(%error, "a password could not be hashed");
                Err(VerifierBusy)
            }
        }
    }

    /// Whether the password is that of the hash. Without a usable hash, or for a password longer than
    /// any, the same work is done on the decoy and the answer is no.
    pub(crate) async fn verify(
        &self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, VerifierBusy> {
        let fits = password.expose().len() <= PASSWORD_BYTES_MAX;
        let stored = hash.and_then(|text| usable(&text));
        let known = stored.is_some() && fits;
        let compared = stored.unwrap_or_else(|| self.decoy.clone());
        let matches = self
            .in_turn(move |memory| {
                let normalized = if fits {
                    normalized(&password)
                } else {
                    Zeroizing::default()
                };
                is_hash_of(&compared, normalized.as_bytes(), memory).unwrap_or(false)
            })
            .await?;
        Ok(matches && known)
    }

    /// Runs `work` on a thread for blocking work, and in a memory that is empty after it, when its turn
    /// comes. The turn is over when the work is, even if the caller went away in between.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, VerifierBusy> {
        let place = Arc::clone(&self.room)
            .try_acquire_owned()
            .map_err(|_| VerifierBusy)?;
        let turn = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| VerifierBusy)?;
        let memories = Arc::clone(&self.memories);
        tokio::task::spawn_blocking(move || {
            let lock = || memories.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = lock().pop().unwrap_or_default();
            let result = work(&mut memory);
            memory.wipe();
            if !memory.is_oversized() {
                lock().push(memory);
            }
            drop((turn, place));
            result
        })
        .await
        .map_err(|_| VerifierBusy)
    }
}

/// One spelling of what looks alike, so that another keyboard makes the same password (NFKC, as
/// NIST SP 800-63B recommends).
pub(crate) fn normalized(password: &Secret<String>) -> Zeroizing<String> {
    let text = password.expose();
    let mut normalized = Zeroizing::new(String::with_capacity(text.len() * NORMALIZED_GROWTH_MAX));
    normalized.extend(text.nfkc());
    normalized
}

fn argon2() -> Result<Argon2<'static>, HashingFailed> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8], memory: &mut Memory) -> Result<PasswordHash, HashingFailed> {
    let argon2 = argon2()?;
    let salt = Salt::new(random::bytes::<SALT_BYTES>().expose()).map_err(failed)?;
    let output = output(&argon2, password, &salt, memory)?;
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(failed)?,
        salt: Some(salt),
        hash: Some(output),
    })
}

/// Whether the password is that of a [`usable`] hash; takes the same time either way.
fn is_hash_of(
    stored: &PasswordHash,
    password: &[u8],
    memory: &mut Memory,
) -> Result<bool, HashingFailed> {
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from);
    let params = Params::try_from(stored).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, version.map_err(failed)?, params);
    let salt = stored.salt.ok_or_else(|| failed("a hash has a salt"))?;
    let output = output(&argon2, password, &salt, memory)?;
    Ok(Some(output) == stored.hash)
}

fn output(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Output, HashingFailed> {
    let params = argon2.params();
    let bytes = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut output = Zeroizing::new(vec![0; bytes]);
    let blocks = memory.blocks(params.block_count());
    argon2
        .hash_password_into_with_memory(password, salt, &mut output, blocks)
        .map_err(failed)?;
    Output::new(&output).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> HashingFailed {
    HashingFailed(error.to_string())
}

/// A stored hash, where it is argon2id and does not ask for unreasonable work.
fn usable(text: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let bounded = params.m_cost() <= MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES
        && hash.salt.is_some()
        && hash.hash.is_some();
    let usable = bounded && hash.algorithm.as_str() == Algorithm::Argon2id.as_str();
    if !usable {
        tracing::error!("a stored password hash cannot be used");
    }
    usable.then_some(hash)
}

#[cfg(test)]
mod tests;
