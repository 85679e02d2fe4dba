//! Passwords and one-time codes: argon2id, strength, TOTP, and randomness.

mod passwords;
mod random;
mod strength;
mod totp;
mod words;

use app::ports::signin::{Verifier, VerifierBusy};
use async_trait::async_trait;
use model::{Secret, Timestamp};

pub use passwords::{Capacity, HashingFailed, PASSWORD_CHARS_MAX, WAITING_MAX};
pub use strength::{EFFECTIVE_CHARS_MIN, PASSWORD_CHARS_MIN};

use passwords::Passwords;

/// Checks passwords and codes in this process.
#[derive(Debug)]
pub struct LocalVerifier {
    passwords: Passwords,
}

impl LocalVerifier {
    /// A verifier that hashes as many passwords at once as `capacity` says.
    ///
    /// # Errors
    /// Where a password cannot be hashed at all, such as for lack of memory.
    pub fn new(capacity: Capacity) -> Result<Self, HashingFailed> {
        Ok(Self {
            passwords: Passwords::new(capacity)?,
        })
    }
}

/// What an authenticator with this secret (base32) shows at `now`; `None` where it is no such secret.
pub fn current_code(secret: &str, now: Timestamp) -> Option<String> {
    totp::code(&totp::parse_base32(secret)?, now)
}

#[async_trait]
impl Verifier for LocalVerifier {
    async fn hash_password(&self, password: Secret<String>) -> Result<String, VerifierBusy> {
        self.passwords.hash(password).await
    }

    async fn verify_password(
        &self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, VerifierBusy> {
        self.passwords.verify(password, hash).await
    }

    fn password_problem(&self, password: &Secret<String>, username: &str) -> Option<String> {
        strength::problem(&passwords::normalized(password), username)
    }

    fn new_totp_secret(&self) -> Secret<Vec<u8>> {
        let bytes = random::bytes::<{ totp::SECRET_BYTES }>();
        Secret::new(bytes.expose().to_vec())
    }

    fn check_totp(&self, secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Option<u64> {
        totp::check(secret, code, now)
    }

    fn totp_uri(&self, secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> String {
        totp::uri(secret, issuer, account)
    }

    fn random(&self) -> Secret<[u8; 32]> {
        random::bytes()
    }
}
