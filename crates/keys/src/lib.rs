//! Key providers: they hold the root key and wrap the keys of instances with it.
//!
//! [`LocalKeyProvider`] keeps the root key in a file sealed by a passphrase.

mod local;

pub use local::{
    LocalKeyError, LocalKeyProvider, PASSPHRASE_BYTES_MAX, PASSPHRASE_BYTES_MIN,
    ROOT_KEY_FILE_BYTES_MAX,
};
