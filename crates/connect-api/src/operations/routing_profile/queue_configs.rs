//! `QueueConfigs` and `QueueReferences`, read.

use model::resource::RoutingProfileQueue;
use model::{Channel, QueueId};

use crate::operations::prelude::*;

/// Reads the list of queues with priority and delay.
pub(super) fn parse(
    ids: &Ids<'_>,
    body: &Object<'_>,
    count: std::ops::RangeInclusive<usize>,
) -> Result<Vec<RoutingProfileQueue>, Refusal> {
    let mut queues: Vec<RoutingProfileQueue> = Vec::new();
    for config in body.objects("QueueConfigs", count)? {
        let (queue, channel) = parse_reference(ids, &config.object("QueueReference")?)?;
        if queues
            .iter()
            .any(|known| (known.queue, known.channel) == (queue, channel))
        {
            return Err(config.invalid("QueueReference", "stands twice"));
        }
        queues.push(RoutingProfileQueue {
            queue,
            channel,
            priority: config.number("Priority", 1..=99)?,
            delay_s: config.number("Delay", 0..=9999)?,
        });
    }
    Ok(queues)
}

/// Reads which queue, for contacts of which channel.
pub(super) fn parse_reference(
    ids: &Ids<'_>,
    reference: &Object<'_>,
) -> Result<(QueueId, Channel), Refusal> {
    Ok((
        ids.member(reference, "QueueId")?,
        reference.word("Channel")?,
    ))
}
