//! `IdentityInfo` and `PhoneConfig`, read and written.

use std::collections::BTreeSet;

use model::SecurityProfileId;
use model::contact::PersonalText;
use model::resource::{PhoneConfig, PhoneType, User};

use crate::operations::prelude::*;

/// What is known of a person.
pub(crate) struct Identity {
    pub(super) first_name: PersonalText,
    pub(super) last_name: PersonalText,
    pub(super) email: Option<PersonalText>,
}

/// Who says nothing of itself.
pub(super) fn unnamed() -> Identity {
    Identity {
        first_name: PersonalText::from(""),
        last_name: PersonalText::from(""),
        email: None,
    }
}

/// Reads `IdentityInfo`. Where it is there, names must be, because identities are managed here.
pub(super) fn parse_identity(body: &Object<'_>) -> Result<Identity, Refusal> {
    let info = body.object("IdentityInfo")?;
    info.refuse(&["SecondaryEmail", "Mobile"])?;
    Ok(Identity {
        first_name: info.text("FirstName", 1..=255)?.into(),
        last_name: info.text("LastName", 1..=300)?.into(),
        email: info.optional_text("Email", 1..=320)?.map(Into::into),
    })
}

/// Reads `PhoneConfig`.
pub(super) fn parse_phone(config: &Object<'_>) -> Result<PhoneConfig, Refusal> {
    config.refuse(&["PersistentConnection"])?;
    Ok(PhoneConfig {
        kind: config
            .optional_word("PhoneType")?
            .unwrap_or(PhoneType::SoftPhone),
        auto_accept: config.flag("AutoAccept")?,
        after_contact_work_s: config
            .optional_number("AfterContactWorkTimeLimit", 0..=2_000_000)?
            .unwrap_or(0),
        desk_phone: config
            .optional_text("DeskPhoneNumber", 1..=50)?
            .map(Into::into),
    })
}

/// What users have who name nothing else.
pub(super) const fn default_phone() -> PhoneConfig {
    PhoneConfig {
        kind: PhoneType::SoftPhone,
        auto_accept: false,
        after_contact_work_s: 0,
        desk_phone: None,
    }
}

/// Reads `SecurityProfileIds`.
pub(super) fn parse_profiles(
    ids: &Ids<'_>,
    body: &Object<'_>,
) -> Result<BTreeSet<SecurityProfileId>, Refusal> {
    ids.list(body, "SecurityProfileIds", 1..=10)
}

/// Writes `IdentityInfo`.
pub(super) fn write_identity(user: &User) -> Value {
    json!({
        "FirstName": user.first_name.expose(),
        "LastName": user.last_name.expose(),
        "Email": user.email.as_ref().map(PersonalText::expose),
    })
}

/// Writes `PhoneConfig`.
pub(super) fn write_phone(phone: &PhoneConfig) -> Value {
    json!({
        "PhoneType": phone.kind,
        "AutoAccept": phone.auto_accept,
        "AfterContactWorkTimeLimit": phone.after_contact_work_s,
        "DeskPhoneNumber": phone.desk_phone.as_ref().map(PersonalText::expose),
    })
}
