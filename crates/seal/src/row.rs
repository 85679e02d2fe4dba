//! Rows and wrapped keys: one message each.
//!
//! Layout: format (1 byte), nonce (24), ciphertext, tag (16). The format is authenticated with the
//! context.

use aws_lc_rs::aead::Aad;
use zeroize::{Zeroize, Zeroizing};

use crate::key::{DATA_KEY_BYTES, DataKey, fill_random};
use crate::xaes::{TAG_BYTES, XAES_NONCE_BYTES};
use crate::{Context, OpenError};

/// Format of sealed rows: XAES-256-GCM.
const ROW_FORMAT: u8 = 0x01;
/// Format of wrapped keys: XAES-256-GCM.
const WRAPPED_KEY_FORMAT: u8 = 0x02;

const HEADER_BYTES: usize = 1 + XAES_NONCE_BYTES;

/// By how much a sealed row is longer than the clear one.
pub const ROW_OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

/// Seals `clear` under `key`, bound to `context`. Two calls never give the same bytes.
pub fn seal(key: &DataKey, context: &Context, clear: &[u8]) -> Vec<u8> {
    seal_as(ROW_FORMAT, key, context, clear)
}

/// Opens what [`seal`] made under the same key and context.
pub fn open(
    key: &DataKey,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    open_as(ROW_FORMAT, key, context, sealed)
}

/// Wraps `key` under the key-encryption key `kek`, bound to `context`.
pub fn wrap(kek: &DataKey, context: &Context, key: &DataKey) -> Vec<u8> {
    seal_as(WRAPPED_KEY_FORMAT, kek, context, key.expose())
}

/// Unwraps what [`wrap`] made under the same key-encryption key and context.
pub fn unwrap(kek: &DataKey, context: &Context, wrapped: &[u8]) -> Result<DataKey, OpenError> {
    // Checked first, so that nobody's gigabyte is decrypted as a key.
    if wrapped.len() != HEADER_BYTES + DATA_KEY_BYTES + TAG_BYTES {
        return Err(OpenError::NotAuthentic);
    }
    let clear = open_as(WRAPPED_KEY_FORMAT, kek, context, wrapped)?;
    let mut bytes: [u8; DATA_KEY_BYTES] = clear
        .as_slice()
        .try_into()
        .map_err(|_| OpenError::NotAuthentic)?;
    let key = DataKey::from_bytes(bytes);
    bytes.zeroize();
    Ok(key)
}

fn seal_as(format: u8, key: &DataKey, context: &Context, clear: &[u8]) -> Vec<u8> {
    let mut nonce = [0; XAES_NONCE_BYTES];
    fill_random(&mut nonce);
    let (message_key, gcm_nonce) = key.cipher().message(nonce);

    let mut sealed = Vec::with_capacity(ROW_OVERHEAD_BYTES + clear.len());
    sealed.push(format);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(clear);
    let (_, body) = sealed.split_at_mut(HEADER_BYTES);
    #[expect(
        clippy::expect_used,
        reason = "fails beyond 64 GiB only, far above every limit at the edge"
    )]
    let tag = message_key
        .seal_in_place_separate_tag(gcm_nonce, Aad::from(context.associated_data(format)), body)
        .expect("a row is shorter than 64 GiB");
    sealed.extend_from_slice(tag.as_ref());
    sealed
}

fn open_as(
    format: u8,
    key: &DataKey,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (found, rest) = sealed.split_first().ok_or(OpenError::NotAuthentic)?;
    if *found != format {
        return Err(OpenError::UnknownFormat(*found));
    }
    let (nonce, body) = rest
        .split_first_chunk::<XAES_NONCE_BYTES>()
        .ok_or(OpenError::NotAuthentic)?;
    if body.len() < TAG_BYTES {
        return Err(OpenError::NotAuthentic);
    }
    let (message_key, gcm_nonce) = key.cipher().message(*nonce);
    let mut clear = Zeroizing::new(body.to_vec());
    let length = message_key
        .open_in_place(
            gcm_nonce,
            Aad::from(context.associated_data(format)),
            clear.as_mut_slice(),
        )
        .map_err(|_| OpenError::NotAuthentic)?
        .len();
    clear.truncate(length);
    Ok(clear)
}
