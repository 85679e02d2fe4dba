//! Time-based one-time passwords (RFC 6238) as all authenticator apps know them: SHA-1, six digits,
//! thirty seconds.

use model::{Secret, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// Length of a secret: that of the hash (RFC 4226, section 4).
pub(crate) const SECRET_BYTES: usize = 20;

const DIGITS: u8 = 6;
const STEP_S: u64 = 30;
/// Steps before and after the present one in which a code counts: clocks differ.
const SKEW_STEPS: u64 = 1;

/// What need not be escaped in the parts of an `otpauth://` address.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The latest step around `now` in which the code is right. All steps are computed whichever matches.
pub(crate) fn check(secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Option<u64> {
    let totp = generator(secret)?;
    let present = u64::try_from(now.as_secs()).ok()? / STEP_S;
    let well_formed = code.len() == usize::from(DIGITS) && code.bytes().all(|b| b.is_ascii_digit());
    let mut matched = 0_u64;
    let mut found = Choice::from(0);
    for step in present.saturating_sub(SKEW_STEPS)..=present.saturating_add(SKEW_STEPS) {
        let expected = Zeroizing::new(totp.generate(step.saturating_mul(STEP_S)).to_string());
        let right = expected.as_bytes().ct_eq(code.as_bytes());
        matched.conditional_assign(&step, right);
        found |= right;
    }
    (well_formed && bool::from(found)).then_some(matched)
}

/// The address that authenticator apps read from a QR code.
pub(crate) fn uri(secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> String {
    let escaped = |text| utf8_percent_encode(text, UNESCAPED);
    let text = Zeroizing::new(
        generator(secret)
            .map(|totp| totp.secret().to_base32())
            .unwrap_or_default(),
    );
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}",
        *text,
        issuer = escaped(issuer),
        account = escaped(account),
    )
}

/// What an authenticator with this secret shows at `now`.
pub(crate) fn code(secret: &Secret<Vec<u8>>, now: Timestamp) -> Option<String> {
    let second = u64::try_from(now.as_secs()).ok()?;
    Some(generator(secret)?.generate(second).to_string())
}

/// The secret that this base32 text (RFC 4648, without padding) spells.
pub(crate) fn parse_base32(text: &str) -> Option<Secret<Vec<u8>>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for character in text.trim().bytes() {
        let value = match character.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        buffer = (buffer << 5 | u32::from(value)) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).ok()?);
        }
    }
    Some(Secret::new(bytes))
}

/// `None` for a secret that is too short to be one.
fn generator(secret: &Secret<Vec<u8>>) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_S)
        .with_secret(secret.expose().as_slice())
        .build()
        .ok()
}

#[cfg(test)]
mod tests;
