//! How well calls were heard.

use engine::call::CallEvent;
use engine::{Input, Rejection};
use model::ContactId;
use model::quality::{CallQuality, LegQuality};

use crate::calls::*;
use crate::harness::*;

fn quality(n: u128, of: Option<model::UserId>, segment: ContactId, mos: u16) -> Input {
    let quality = LegQuality {
        mos_hundredths: mos,
        ..LegQuality::default()
    };
    Input::Call {
        call: contact(n),
        event: CallEvent::Quality {
            contact: segment,
            agent: of,
            quality,
        },
    }
}

fn opinions(quality: CallQuality) -> (Option<u16>, Option<u16>) {
    let mos = |leg: Option<LegQuality>| leg.map(|leg| leg.mos_hundredths);
    (mos(quality.customer), mos(quality.agent))
}

#[test]
fn the_record_says_how_well_the_parties_were_heard_also_when_the_last_figures_come_late() {
    let mut center = center();
    let id = connected(&mut center, 1);
    center.done(quality(1, None, id, 300));
    center.done(quality(1, None, id, 310));
    center.restart();
    center.end(1, id);
    center.done(quality(1, Some(user(1)), id, 420));
    assert_eq!(
        center.give(quality(1, Some(user(2)), id, 100)),
        Err(Rejection::UnknownContact),
        "nobody who was on the line"
    );
    assert_eq!(
        center.give(quality(7, None, id, 100)),
        Err(Rejection::UnknownContact),
        "no such call"
    );
    center.complete(1, id);
    assert_eq!(opinions(center.record(id).quality), (Some(310), Some(420)));
    let late = quality(1, None, id, 100);
    assert_eq!(center.give(late), Err(Rejection::UnknownContact));
}
