//! The `Authorization` header, parsed strictly: one spelling, nothing guessed.

/// Longest header that is looked at, bytes.
pub const AUTHORIZATION_BYTES_MAX: usize = 4096;

/// Most headers that a signature may cover.
pub const SIGNED_HEADERS_MAX: usize = 64;

/// The header's parts, as the client wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'h> {
    /// Public id of the access key.
    pub key_id: &'h str,
    /// Day of the signing key, `YYYYMMDD`.
    pub date: &'h str,
    /// Region of the credential scope.
    pub region: &'h str,
    /// Service of the credential scope.
    pub service: &'h str,
    /// Names of the headers that are signed: lower case, in order, each once.
    pub signed_headers: Vec<&'h str>,
    /// The signature.
    pub signature: [u8; 32],
}

/// Why an `Authorization` header is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// Longer than [`AUTHORIZATION_BYTES_MAX`].
    #[error("the Authorization header is longer than {AUTHORIZATION_BYTES_MAX} bytes")]
    TooLong,
    /// Another scheme than the one that is spoken.
    #[error("the Authorization header must begin with `AWS4-HMAC-SHA256 `")]
    Scheme,
    /// Something stands where `Name=value` is expected, or a part twice.
    #[error(
        "the Authorization header must hold Credential, SignedHeaders and Signature, each once"
    )]
    Parts,
    /// The credential does not have its five parts.
    #[error("Credential must be `KEY_ID/YYYYMMDD/REGION/SERVICE/aws4_request`")]
    Credential,
    /// The list of signed headers is empty, too long, unsorted or not in lower case.
    #[error(
        "SignedHeaders must name headers in lower case, sorted, each once, at most {SIGNED_HEADERS_MAX}"
    )]
    SignedHeaders,
    /// The signature is not 64 lower-case hexadecimal digits.
    #[error("Signature must be 64 lower-case hexadecimal digits")]
    Signature,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl<'h> Authorization<'h> {
    /// Parses the value of an `Authorization` header.
    pub fn parse(value: &'h str) -> Result<Self, HeaderProblem> {
        if value.len() > AUTHORIZATION_BYTES_MAX {
            return Err(HeaderProblem::TooLong);
        }
        let parts = value
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(HeaderProblem::Scheme)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            let (name, value) = part
                .trim_matches(' ')
                .split_once('=')
                .ok_or(HeaderProblem::Parts)?;
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(HeaderProblem::Parts),
            };
            if slot.replace(value).is_some() {
                return Err(HeaderProblem::Parts);
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) =
            (credential, signed_headers, signature)
        else {
            return Err(HeaderProblem::Parts);
        };
        let [key_id, date, region, service] = parse_credential(credential)?;
        Ok(Self {
            key_id,
            date,
            region,
            service,
            signed_headers: parse_signed_headers(signed_headers)?,
            signature: parse_signature(signature)?,
        })
    }

    /// Whether the signature covers this header.
    pub fn covers(&self, header: &str) -> bool {
        self.signed_headers.binary_search(&header).is_ok()
    }
}

fn parse_credential(text: &str) -> Result<[&str; 4], HeaderProblem> {
    let mut parts = text.split('/');
    let mut next = |fits: fn(&str) -> bool| {
        parts
            .next()
            .filter(|part| fits(part))
            .ok_or(HeaderProblem::Credential)
    };
    let key_id = next(is_key_id)?;
    let date = next(is_date)?;
    let region = next(is_scope_name)?;
    let service = next(is_scope_name)?;
    next(|part| part == "aws4_request")?;
    match parts.next() {
        None => Ok([key_id, date, region, service]),
        Some(_) => Err(HeaderProblem::Credential),
    }
}

fn is_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_scope_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn parse_signed_headers(text: &str) -> Result<Vec<&str>, HeaderProblem> {
    let names: Vec<&str> = text.split(';').take(SIGNED_HEADERS_MAX + 1).collect();
    let sorted = names.iter().zip(names.iter().skip(1)).all(|(a, b)| a < b);
    let named = names.iter().all(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    });
    if names.len() > SIGNED_HEADERS_MAX || !sorted || !named {
        return Err(HeaderProblem::SignedHeaders);
    }
    Ok(names)
}

fn parse_signature(text: &str) -> Result<[u8; 32], HeaderProblem> {
    let mut signature = [0; 32];
    let lower = text.bytes().all(|b| !b.is_ascii_uppercase());
    if !lower || hex::decode_to_slice(text, &mut signature).is_err() {
        return Err(HeaderProblem::Signature);
    }
    Ok(signature)
}
