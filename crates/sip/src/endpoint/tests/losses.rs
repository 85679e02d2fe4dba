use std::time::Duration;

use proptest::prelude::*;

use super::{Pair, answer, description, wanted};
use crate::endpoint::{Endpoint, Event};

fn answer_all(pair: &mut Pair) {
    for event in std::mem::take(&mut pair.events[1]) {
        match event {
            // The call may be over by now.
            Event::IncomingCall(incoming) => {
                let _ = pair.sides[1].progress(pair.now, incoming.call, answer());
                let _ = pair.sides[1].answer(pair.now, incoming.call, None);
            }
            Event::Offer { call, .. } => {
                let _ = pair.sides[1].accept_offer(pair.now, call, answer());
            }
            _ => {}
        }
    }
}

fn is_clean(side: &Endpoint) -> bool {
    side.open_calls() == 0
        && side.servers.is_empty()
        && side.clients.is_empty()
        && side.tags.is_empty()
        && side.merges.is_empty()
        && side.trunks.iter().all(|trunk| trunk.calls == 0)
        && side.next_deadline().is_none()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_gets_lost_both_sides_end_the_call_and_forget_it(
        losses in proptest::collection::vec(proptest::bool::weighted(0.4), 0..60),
        talk_secs in 0_u64..40,
        changes in proptest::bool::ANY,
    ) {
        let mut pair = Pair::new();
        pair.losses = losses.into();
        let a = pair.sides[0].invite(pair.now, &wanted()).unwrap();
        for _ in 0..talk_secs {
            pair.pass(Duration::from_secs(1));
            answer_all(&mut pair);
            if changes {
                let _ = pair.sides[0].reinvite(pair.now, a, description(4001));
            }
        }
        let _ = pair.sides[0].hang_up(pair.now, a);
        for _ in 0..120 {
            pair.pass(Duration::from_secs(2));
            answer_all(&mut pair);
        }
        prop_assert!(is_clean(&pair.sides[0]), "{:?}", pair.sides[0]);
        // What A said goodbye to may have got lost for good: then the session's time ends it.
        pair.pass(Duration::from_hours(1));
        answer_all(&mut pair);
        pair.pass(Duration::from_hours(1));
        prop_assert!(is_clean(&pair.sides[1]), "{:?}", pair.sides[1]);
    }
}
