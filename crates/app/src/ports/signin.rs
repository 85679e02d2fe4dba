//! What sign-in needs: password hashing, one-time codes, and rows of its own.

use async_trait::async_trait;
use model::Secret;

/// Passwords and one-time codes (argon2id behind a semaphore, TOTP).
#[async_trait]
pub trait Verifier: Send + Sync {
    /// Hashes a password (PHC string).
    async fn hash_password(&self, password: Secret<String>) -> Result<String, VerifierBusy>;

    /// Compares a password with a hash; with no hash it takes the same time and answers no, so that
    /// unknown users look like known ones.
    async fn verify_password(
        &self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, VerifierBusy>;

    /// Why a password is too weak; `None` where it is fine.
    fn password_problem(&self, password: &Secret<String>, username: &str) -> Option<String>;

    /// A fresh TOTP secret (20 bytes) from the system's randomness.
    fn new_totp_secret(&self) -> Secret<Vec<u8>>;

    /// The time step in which this code is right, within one step around `now`; `None` where it is
    /// wrong. The caller refuses a step that was used before.
    fn check_totp(
        &self,
        secret: &Secret<Vec<u8>>,
        code: &str,
        now: model::Timestamp,
    ) -> Option<u64>;

    /// The `otpauth://` address for an authenticator.
    fn totp_uri(&self, secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> String;

    /// Random bytes for tokens.
    fn random(&self) -> Secret<[u8; 32]>;
}

/// Too many passwords are being checked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at once: try again in a few seconds")]
pub struct VerifierBusy;
