//! `QuickConnectConfig`, read and written.

use model::resource::QuickConnectDestination;
use serde::{Deserialize, Serialize};

use crate::operations::prelude::*;

/// `QuickConnectType`, as far as there are any here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum QuickConnectType {
    User,
    Queue,
    PhoneNumber,
}

/// The type of a destination.
pub(super) const fn type_of(destination: &QuickConnectDestination) -> QuickConnectType {
    match destination {
        QuickConnectDestination::User { .. } => QuickConnectType::User,
        QuickConnectDestination::Queue { .. } => QuickConnectType::Queue,
        QuickConnectDestination::PhoneNumber(_) => QuickConnectType::PhoneNumber,
    }
}

/// Reads the structure.
pub(super) fn parse(
    ids: &Ids<'_>,
    config: &Object<'_>,
) -> Result<QuickConnectDestination, Refusal> {
    Ok(match config.word("QuickConnectType")? {
        QuickConnectType::User => {
            let user = config.object("UserConfig")?;
            QuickConnectDestination::User {
                user: ids.member(&user, "UserId")?,
                flow: ids.member(&user, "ContactFlowId")?,
            }
        }
        QuickConnectType::Queue => {
            let queue = config.object("QueueConfig")?;
            QuickConnectDestination::Queue {
                queue: ids.member(&queue, "QueueId")?,
                flow: ids.member(&queue, "ContactFlowId")?,
            }
        }
        QuickConnectType::PhoneNumber => {
            let phone = config.object("PhoneConfig")?;
            QuickConnectDestination::PhoneNumber(phone.text("PhoneNumber", 2..=16)?.into())
        }
    })
}

/// Writes the structure.
pub(super) fn write(destination: &QuickConnectDestination) -> Value {
    let kind = type_of(destination);
    match destination {
        QuickConnectDestination::User { user, flow } => json!({
            "QuickConnectType": kind,
            "UserConfig": {"UserId": user, "ContactFlowId": flow},
        }),
        QuickConnectDestination::Queue { queue, flow } => json!({
            "QuickConnectType": kind,
            "QueueConfig": {"QueueId": queue, "ContactFlowId": flow},
        }),
        QuickConnectDestination::PhoneNumber(number) => json!({
            "QuickConnectType": kind,
            "PhoneConfig": {"PhoneNumber": number.expose()},
        }),
    }
}
