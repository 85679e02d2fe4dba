//! Tokens of paged listings: opaque, bound to operation and listing, refused when altered.

use app::AppError;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Secret;

/// Longest token that is looked at, characters.
const TOKEN_CHARS_MAX: usize = 256;

/// Makes and checks the tokens.
pub(crate) struct PageTokens(hmac::Key);

impl PageTokens {
    /// Tokens under this key.
    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The token with which `listing` goes on after `position`.
    pub(crate) fn seal(&self, listing: &str, position: u128) -> String {
        let mut bytes = position.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.tag(listing, &bytes).as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position in a token of the same listing.
    pub(crate) fn open(&self, listing: &str, token: &str) -> Result<u128, AppError> {
        let refused = || {
            AppError::Invalid(
                "NextToken is not one of this listing: start again without it".to_owned(),
            )
        };
        if token.len() > TOKEN_CHARS_MAX {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
        let (position, tag) = bytes.split_at_checked(16).ok_or_else(refused)?;
        hmac::verify(&self.0, &message(listing, position), tag).map_err(|_| refused())?;
        let position = position.try_into().map_err(|_| refused())?;
        Ok(u128::from_be_bytes(position))
    }

    fn tag(&self, listing: &str, position: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, &message(listing, position))
    }
}

fn message(listing: &str, position: &[u8]) -> Vec<u8> {
    let mut message = position.to_vec();
    message.extend_from_slice(listing.as_bytes());
    message
}

/// One page of items that are all at hand: the items, and where the next page begins.
pub(crate) fn slice<T>(items: Vec<T>, after: usize, limit: usize) -> (Vec<T>, Option<u128>) {
    let end = after.saturating_add(limit);
    let more = items.len() > end;
    let page = items.into_iter().skip(after).take(limit).collect();
    (page, more.then_some(end as u128))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn tokens(key: u8) -> PageTokens {
        PageTokens::new(&Secret::new([key; 32]))
    }

    #[test]
    fn a_token_goes_on_where_it_says() {
        let token = tokens(1).seal("ListQueues/a", 77);
        assert_eq!(tokens(1).open("ListQueues/a", &token), Ok(77));
    }

    #[test]
    fn an_altered_token_is_refused() {
        let token = tokens(1).seal("ListQueues/a", 77);
        for index in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(altered == token || tokens(1).open("ListQueues/a", &altered).is_err());
        }
    }

    #[test]
    fn a_token_of_another_listing_or_key_is_refused() {
        let token = tokens(1).seal("ListQueues/a", 77);
        assert!(tokens(1).open("ListQueues/b", &token).is_err());
        assert!(tokens(2).open("ListQueues/a", &token).is_err());
        assert!(tokens(1).open("ListQueues/a", "").is_err());
        assert!(tokens(1).open("ListQueues/a", &"A".repeat(10_000)).is_err());
    }

    #[test]
    fn the_last_page_has_no_next() {
        assert_eq!(slice(vec![1, 2, 3], 0, 2), (vec![1, 2], Some(2)));
        assert_eq!(slice(vec![1, 2, 3], 2, 2), (vec![3], None));
        assert_eq!(slice(vec![1, 2], 0, 2), (vec![1, 2], None));
        assert_eq!(slice(vec![1, 2], 9, usize::MAX), (vec![], None));
    }
}
