//! Randomness from the crypto library.

use aws_lc_rs::rand;
use model::Secret;
use zeroize::{Zeroize, Zeroizing};

/// Fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> Secret<[u8; N]>
where
    [u8; N]: Zeroize,
{
    let mut bytes = Zeroizing::new([0; N]);
    if rand::fill(bytes.as_mut_slice()).is_err() {
        // Every secret would be guessable: nothing can be answered any more.
        tracing::error!("the system gives no randomness: the program stops");
        std::process::abort();
    }
    Secret::new(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_draw_differs() {
        assert_ne!(bytes::<32>().expose(), bytes::<32>().expose());
        assert_ne!(bytes::<20>().expose(), &[0; 20]);
    }
}
