use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn ids_are_in_the_order_of_their_bytes(one: u128, other: u128) {
        let (one, other) = (ContactId::from_u128(one), ContactId::from_u128(other));
        prop_assert_eq!(one.cmp(&other), one.into_bytes().cmp(&other.into_bytes()));
        prop_assert_eq!(one == other, one.cmp(&other) == Ordering::Equal);
    }
}
