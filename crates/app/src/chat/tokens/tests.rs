//! Tokens are good for what they say, and only unaltered.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use seal::DataKey;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_000);
const LATER: Timestamp = Timestamp::from_secs(2_000);

fn hasher(byte: u8) -> KeyedHasher {
    KeyedHasher::new(&DataKey::from_bytes([byte; 32]))
}

fn claim() -> ChatClaim {
    ChatClaim {
        contact: ContactId::from_u128(1),
        initial_contact: ContactId::from_u128(2),
        participant: ParticipantId::from_u128(3),
        role: ParticipantRole::Customer,
    }
}

#[test]
fn token_returns_its_claim_until_it_expires() {
    let instance = InstanceId::from_u128(7);
    for claim in [
        Claim::Participant(claim()),
        Claim::Connection(claim()),
        Claim::Upload(AttachmentId::from_u128(5)),
        Claim::Download(AttachmentId::from_u128(5)),
    ] {
        let token = mint(&hasher(1), instance, &claim, LATER);
        let parsed = parse(token.expose()).unwrap();
        assert_eq!(parsed.instance, instance);
        assert_eq!(parsed.verify(&hasher(1), NOW), Some(claim));
        assert_eq!(parsed.verify(&hasher(1), LATER), None, "expired");
        assert_eq!(
            parsed.verify(&hasher(2), NOW),
            None,
            "another instance's key"
        );
    }
}

proptest! {
    #[test]
    fn no_altered_token_is_accepted(at in 0usize..400, bit in 0u8..8) {
        let token = mint(&hasher(1), InstanceId::from_u128(7), &Claim::Participant(claim()), LATER);
        let mut bytes = URL_SAFE_NO_PAD.decode(token.expose()).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let accepted = parse(&URL_SAFE_NO_PAD.encode(&bytes))
            .and_then(|parsed| parsed.verify(&hasher(1), NOW));
        prop_assert_eq!(accepted, None);
    }

    #[test]
    fn arbitrary_text_is_no_token(text in ".{0,600}") {
        prop_assert!(parse(&text).and_then(|parsed| parsed.verify(&hasher(1), NOW)).is_none());
    }
}
