//! `MediaConcurrencies`, read and written.

use std::collections::BTreeMap;

use model::Channel;
use model::resource::{ChannelConcurrency, CrossChannel};
use serde::Deserialize;

use crate::operations::prelude::*;

/// `BehaviorType`.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum BehaviorType {
    RouteCurrentChannelOnly,
    RouteAnyChannel,
}

/// Reads the list: one entry per channel.
pub(super) fn parse(body: &Object<'_>) -> Result<BTreeMap<Channel, ChannelConcurrency>, Refusal> {
    let mut channels = BTreeMap::new();
    for entry in body.objects("MediaConcurrencies", 1..=Channel::ALL.len())? {
        entry.refuse(&["WorkloadTypeConcurrencies"])?;
        let behavior = match entry.optional_object("CrossChannelBehavior")? {
            Some(behavior) => behavior.word("BehaviorType")?,
            None => BehaviorType::RouteCurrentChannelOnly,
        };
        let concurrency = ChannelConcurrency {
            slots: entry.number("Concurrency", 1..=10)?,
            cross_channel: match behavior {
                BehaviorType::RouteCurrentChannelOnly => CrossChannel::RouteCurrentChannelOnly,
                BehaviorType::RouteAnyChannel => CrossChannel::RouteAnyChannel,
            },
        };
        if channels
            .insert(entry.word("Channel")?, concurrency)
            .is_some()
        {
            return Err(entry.invalid("Channel", "stands twice"));
        }
    }
    Ok(channels)
}

/// Writes the list.
pub(super) fn write(channels: &BTreeMap<Channel, ChannelConcurrency>) -> Value {
    channels
        .iter()
        .map(|(channel, concurrency)| {
            let behavior = match concurrency.cross_channel {
                CrossChannel::RouteCurrentChannelOnly => "ROUTE_CURRENT_CHANNEL_ONLY",
                CrossChannel::RouteAnyChannel => "ROUTE_ANY_CHANNEL",
            };
            json!({
                "Channel": channel,
                "Concurrency": concurrency.slots,
                "CrossChannelBehavior": {"BehaviorType": behavior},
            })
        })
        .collect()
}
