#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use flow::{ContentHash, FlowRef};
use model::contact::DisconnectReason;
use model::{FlowId, QueueId, QuickConnectId};
use serde_json::Value;

use super::*;

fn shown(kind: ContactEventKind) -> Value {
    let event = ContactEvent {
        contact: ContactId::from_u128(1),
        initial_contact: ContactId::from_u128(1),
        channel: Channel::Chat,
        at: Timestamp::from_millis(5),
        kind,
    };
    let name_of = |kind: ResourceKind, _| Some(format!("a {}", kind.row_name()));
    serde_json::to_value(entry(&event, &name_of)).unwrap()
}

#[test]
fn events_have_the_words_of_contact_events() {
    let (agent, queue) = (
        UserId::from_u128(2),
        QueueRef::Standard(QueueId::from_u128(3)),
    );
    for (kind, word) in [
        (ContactEventKind::Initiated, "INITIATED"),
        (ContactEventKind::Queued { queue }, "QUEUED"),
        (
            ContactEventKind::Offered {
                agent,
                queue: Some(queue),
            },
            "OFFERED",
        ),
        (
            ContactEventKind::Missed {
                agent,
                declined: false,
            },
            "OFFER_MISSED",
        ),
        (
            ContactEventKind::Missed {
                agent,
                declined: true,
            },
            "OFFER_DECLINED",
        ),
        (
            ContactEventKind::ConnectedToAgent { agent },
            "CONNECTED_TO_AGENT",
        ),
        (
            ContactEventKind::AfterContactWorkEnded { agent },
            "WRAP_UP_ENDED",
        ),
        (ContactEventKind::DataUpdated, "CONTACT_DATA_UPDATED"),
        (
            ContactEventKind::Transferred {
                next: ContactId::from_u128(9),
                to: None,
                quick_connect: None,
            },
            "TRANSFERRED",
        ),
        (
            ContactEventKind::Disconnected {
                reason: DisconnectReason::CustomerDisconnect,
            },
            "DISCONNECTED",
        ),
    ] {
        let json = shown(kind);
        assert_eq!(json["kind"], "event");
        assert_eq!(json["at"], 5);
        assert_eq!(json["event"], word);
    }
}

#[test]
fn an_offer_names_its_queue_and_its_agent() {
    let json = shown(ContactEventKind::Offered {
        agent: UserId::from_u128(2),
        queue: Some(QueueRef::Standard(QueueId::from_u128(3))),
    });
    assert_eq!(json["queueName"], "a queue");
    assert_eq!(json["agentUsername"], "a user");
}

#[test]
fn a_transfer_names_where_it_leads_and_no_id() {
    let to = |to| {
        shown(ContactEventKind::Transferred {
            next: ContactId::from_u128(9),
            to: Some(to),
            quick_connect: Some(QuickConnectId::from_u128(8)),
        })
    };
    let queue = to(QueueRef::Standard(QueueId::from_u128(3)));
    assert_eq!(queue["queueName"], "a queue");
    assert_eq!(queue["quickConnectName"], "a quick-connect");
    let agent = to(QueueRef::Agent(UserId::from_u128(2)));
    assert_eq!(agent["agentUsername"], "a user");
    for shown in [queue, agent] {
        assert!(
            !shown
                .to_string()
                .contains(&ContactId::from_u128(9).to_string())
        );
    }
}

#[test]
fn waiting_for_one_agent_names_that_agent() {
    let queue = QueueRef::Agent(UserId::from_u128(2));
    assert_eq!(
        shown(ContactEventKind::Queued { queue })["agentUsername"],
        "a user"
    );
}

fn step(outcome: &str) -> Value {
    shown(ContactEventKind::Flow(FlowLog {
        flow: FlowRef {
            key: FlowKey::Flow(FlowId::from_u128(4)),
            content: ContentHash::of("{}"),
        },
        block: "b1".to_owned(),
        action: "MessageParticipant".to_owned(),
        outcome: outcome.to_owned(),
        note: None,
    }))
}

#[test]
fn a_step_names_its_flow_and_its_block() {
    let json = step("NoMatchingError");
    assert_eq!(json["kind"], "flow-step");
    assert_eq!(json["flowName"], "a flow");
    assert_eq!(json["blockId"], "b1");
    assert_eq!(json["blockType"], "MessageParticipant");
    assert_eq!(json["outcome"], "NoMatchingError");
}

#[test]
fn the_only_way_on_is_no_outcome() {
    assert!(step("NextAction").get("outcome").is_none());
}
