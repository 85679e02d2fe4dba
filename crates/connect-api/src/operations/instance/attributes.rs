//! What instances can do, in Amazon Connect's words. The same for all: the program decides.

/// `InstanceAttributeType` and value, in the order in which they are listed.
pub(super) const ATTRIBUTES: &[(&str, &str)] = &[
    ("INBOUND_CALLS", "false"),
    ("OUTBOUND_CALLS", "false"),
    ("CONTACTFLOW_LOGS", "true"),
    ("CONTACT_LENS", "false"),
    ("AUTO_RESOLVE_BEST_VOICES", "false"),
    ("USE_CUSTOM_TTS_VOICES", "false"),
    ("EARLY_MEDIA", "false"),
    ("MULTI_PARTY_CONFERENCE", "false"),
    ("HIGH_VOLUME_OUTBOUND", "false"),
    ("ENHANCED_CONTACT_MONITORING", "false"),
    ("ENHANCED_CHAT_MONITORING", "false"),
    ("MULTI_PARTY_CHAT_CONFERENCE", "false"),
];
