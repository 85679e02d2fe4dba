//! What must hold of a resource before it is stored.

use std::collections::BTreeSet;

use model::hours::{DayHours, HoursOfOperation, HoursOverride};
use model::resource::{
    FlowDefinition, FlowType, PhoneNumber, PhoneType, Queue, QuickConnect, QuickConnectDestination,
    ResourceBody, RoutingProfile, SecurityProfile, User,
};
use model::{Channel, ResourceId, ResourceKind, SecurityProfileId, TAGS_MAX, Tags};

use crate::calls::is_e164;
use crate::center::resources::Resources;
use crate::error::AppError;
use crate::principal::Principal;
use crate::text::check_characters;

/// Longest name of most kinds, characters.
pub(crate) const NAME_CHARS_MAX: usize = 127;
/// Longest name of a flow or module.
pub(crate) const FLOW_NAME_CHARS_MAX: usize = 128;
/// Longest user name.
pub(crate) const USER_NAME_CHARS_MAX: usize = 100;
/// Longest description.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 500;
/// Most queue and channel pairs of a routing profile.
pub(crate) const ROUTING_PROFILE_QUEUES_MAX: usize = 400;
/// Most quick connects of a queue (`AssociateQueueQuickConnects`).
pub(crate) const QUEUE_QUICK_CONNECTS_MAX: usize = 700;
/// Most security profiles of a user.
pub(crate) const USER_SECURITY_PROFILES_MAX: usize = 10;
/// Most rows of weekly hours.
pub(crate) const WEEKLY_HOURS_MAX: usize = 100;
/// Most overrides of hours of operation.
pub(crate) const OVERRIDES_MAX: usize = 50;
/// Most resources of one kind in an instance.
pub(crate) const RESOURCES_PER_KIND_MAX: usize = 20_000;

/// What the body refers to.
pub(crate) fn refs(body: &ResourceBody) -> Vec<(ResourceKind, ResourceId)> {
    let mut refs = BTreeSet::new();
    match body {
        ResourceBody::Queue(queue) => {
            refs.insert((ResourceKind::Hours, queue.hours.into()));
            refs.extend(
                queue
                    .outbound
                    .flow
                    .map(|flow| (ResourceKind::Flow, flow.into())),
            );
            refs.extend(
                queue
                    .quick_connects
                    .iter()
                    .map(|id| (ResourceKind::QuickConnect, (*id).into())),
            );
        }
        ResourceBody::RoutingProfile(profile) => {
            refs.insert((ResourceKind::Queue, profile.default_outbound_queue.into()));
            refs.extend(
                profile
                    .queues
                    .iter()
                    .map(|entry| (ResourceKind::Queue, entry.queue.into())),
            );
        }
        ResourceBody::User(user) => {
            refs.insert((ResourceKind::RoutingProfile, user.routing_profile.into()));
            refs.extend(
                user.security_profiles
                    .iter()
                    .map(|id| (ResourceKind::SecurityProfile, (*id).into())),
            );
        }
        ResourceBody::QuickConnect(quick_connect) => match &quick_connect.destination {
            QuickConnectDestination::User { user, flow } => {
                refs.insert((ResourceKind::User, (*user).into()));
                refs.insert((ResourceKind::Flow, (*flow).into()));
            }
            QuickConnectDestination::Queue { queue, flow } => {
                refs.insert((ResourceKind::Queue, (*queue).into()));
                refs.insert((ResourceKind::Flow, (*flow).into()));
            }
            QuickConnectDestination::PhoneNumber(_) => {}
        },
        ResourceBody::PhoneNumber(number) => {
            refs.extend(number.flow.map(|flow| (ResourceKind::Flow, flow.into())));
        }
        ResourceBody::Hours(_)
        | ResourceBody::SecurityProfile(_)
        | ResourceBody::Flow(_)
        | ResourceBody::FlowModule(_)
        | ResourceBody::AgentStatus(_)
        | ResourceBody::Prompt(_)
        | ResourceBody::InstanceSettings(_) => {}
    }
    refs.into_iter().collect()
}

/// The word for a kind in errors.
pub(crate) const fn noun(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Queue => "queue",
        ResourceKind::Hours => "hours of operation",
        ResourceKind::RoutingProfile => "routing profile",
        ResourceKind::User => "user",
        ResourceKind::SecurityProfile => "security profile",
        ResourceKind::Flow => "flow",
        ResourceKind::FlowModule => "flow module",
        ResourceKind::AgentStatus => "agent status",
        ResourceKind::QuickConnect => "quick connect",
        ResourceKind::PhoneNumber => "phone number",
        ResourceKind::Prompt => "prompt",
        ResourceKind::InstanceSettings => "instance",
    }
}

/// Checks name, tags, body and what the body refers to.
pub(crate) fn check(
    resources: &Resources,
    name: &str,
    tags: &Tags,
    body: &ResourceBody,
) -> Result<(), AppError> {
    check_name(body.kind(), name)?;
    check_tags(tags)?;
    check_body(body)?;
    for (kind, id) in refs(body) {
        if resources.get(kind, id).is_none() {
            return Err(AppError::Invalid(format!(
                "the {} `{id}` does not exist",
                noun(kind)
            )));
        }
    }
    match body {
        ResourceBody::PhoneNumber(number) => check_flow_of_number(resources, number),
        _ => Ok(()),
    }
}

/// Calls run flows of one type.
fn check_flow_of_number(resources: &Resources, number: &PhoneNumber) -> Result<(), AppError> {
    let flow = number
        .flow
        .and_then(|flow| resources.body::<FlowDefinition>(flow));
    if flow.is_none_or(|flow| flow.kind == FlowType::ContactFlow) {
        Ok(())
    } else {
        invalid("calls run flows of the type CONTACT_FLOW: choose one".to_owned())
    }
}

/// Nobody grants what they lack: a person who gives a user security profiles must hold all of their
/// permissions. Programs with the account's keys hold everything.
pub(crate) fn check_grants(
    resources: &Resources,
    principal: &Principal,
    before: Option<&ResourceBody>,
    after: &ResourceBody,
) -> Result<(), AppError> {
    let (Principal::User { profiles: own, .. }, ResourceBody::User(after)) = (principal, after)
    else {
        return Ok(());
    };
    let kept = match before {
        Some(ResourceBody::User(before)) => before.security_profiles.clone(),
        _ => BTreeSet::new(),
    };
    let permissions = |profiles: &mut dyn Iterator<Item = SecurityProfileId>| {
        profiles
            .filter_map(|profile| resources.body::<SecurityProfile>(profile))
            .flat_map(|profile| profile.permissions.iter().copied())
            .collect::<BTreeSet<_>>()
    };
    let held = permissions(&mut own.iter().copied());
    let granted = permissions(&mut after.security_profiles.difference(&kept).copied());
    if granted.is_subset(&held) {
        Ok(())
    } else {
        Err(AppError::AccessDenied {
            action: "connect:UpdateUserSecurityProfiles",
        })
    }
}

fn check_name(kind: ResourceKind, name: &str) -> Result<(), AppError> {
    let longest = match kind {
        ResourceKind::Flow | ResourceKind::FlowModule => FLOW_NAME_CHARS_MAX,
        ResourceKind::User => USER_NAME_CHARS_MAX,
        _ => NAME_CHARS_MAX,
    };
    let characters = name.chars().count();
    if characters == 0 || characters > longest {
        return invalid(format!(
            "the name of a {} has 1 to {longest} characters",
            noun(kind)
        ));
    }
    if name.chars().any(char::is_control) {
        return invalid("a name has no control characters".to_owned());
    }
    if kind == ResourceKind::PhoneNumber {
        return check_phone_number(name);
    }
    if kind == ResourceKind::User
        && !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.@+".contains(c))
    {
        return invalid("a user name holds letters, digits and `_ - . @ +`".to_owned());
    }
    Ok(())
}

/// Checks number, keys and values of tags.
pub(crate) fn check_tags(tags: &Tags) -> Result<(), AppError> {
    if tags.len() > TAGS_MAX {
        return invalid(format!("at most {TAGS_MAX} tags"));
    }
    for (key, value) in tags {
        let fits = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !fits || key.to_ascii_lowercase().starts_with("aws:") {
            return invalid(format!(
                "tag `{key}`: keys have 1 to 128 characters and do not begin with `aws:`, values up to 256"
            ));
        }
    }
    Ok(())
}

fn check_body(body: &ResourceBody) -> Result<(), AppError> {
    let description = match body {
        ResourceBody::Queue(queue) => queue.description.as_deref(),
        ResourceBody::Hours(hours) => hours.description.as_deref(),
        ResourceBody::RoutingProfile(profile) => Some(profile.description.as_str()),
        ResourceBody::SecurityProfile(profile) => profile.description.as_deref(),
        ResourceBody::Flow(flow) => flow.description.as_deref(),
        ResourceBody::FlowModule(module) => module.description.as_deref(),
        ResourceBody::AgentStatus(status) => status.description.as_deref(),
        ResourceBody::QuickConnect(quick_connect) => quick_connect.description.as_deref(),
        ResourceBody::PhoneNumber(number) => number.description.as_deref(),
        ResourceBody::Prompt(prompt) => prompt.description.as_deref(),
        ResourceBody::User(_) | ResourceBody::InstanceSettings(_) => None,
    };
    if description.is_some_and(|text| text.chars().count() > DESCRIPTION_CHARS_MAX) {
        return invalid(format!(
            "a description has at most {DESCRIPTION_CHARS_MAX} characters"
        ));
    }
    match body {
        ResourceBody::Queue(queue) => check_queue(queue),
        ResourceBody::Hours(hours) => check_hours(hours),
        ResourceBody::RoutingProfile(profile) => check_routing_profile(profile),
        ResourceBody::User(user) => check_user(user),
        ResourceBody::QuickConnect(quick_connect) => check_quick_connect(quick_connect),
        ResourceBody::SecurityProfile(_)
        | ResourceBody::Flow(_)
        | ResourceBody::FlowModule(_)
        | ResourceBody::AgentStatus(_)
        | ResourceBody::PhoneNumber(_)
        | ResourceBody::Prompt(_)
        | ResourceBody::InstanceSettings(_) => Ok(()),
    }
}

fn check_queue(queue: &Queue) -> Result<(), AppError> {
    if queue
        .contacts_max
        .is_some_and(|max| max > model::resource::QUEUED_CONTACTS_MAX)
    {
        return invalid(format!(
            "MaxContacts is at most {}",
            model::resource::QUEUED_CONTACTS_MAX
        ));
    }
    if queue.quick_connects.len() > QUEUE_QUICK_CONNECTS_MAX {
        return invalid(format!(
            "a queue has at most {QUEUE_QUICK_CONNECTS_MAX} quick connects"
        ));
    }
    Ok(())
}

fn check_routing_profile(profile: &RoutingProfile) -> Result<(), AppError> {
    if profile.queues.len() > ROUTING_PROFILE_QUEUES_MAX {
        return invalid(format!(
            "a routing profile has at most {ROUTING_PROFILE_QUEUES_MAX} queues"
        ));
    }
    for (channel, concurrency) in &profile.concurrency {
        let most = if *channel == Channel::Voice { 1 } else { 10 };
        if concurrency.slots > most {
            return invalid(format!(
                "concurrency of {} is at most {most}",
                channel.as_str()
            ));
        }
    }
    let mut seen = BTreeSet::new();
    for entry in &profile.queues {
        if !(1..=99).contains(&entry.priority) || entry.delay_s > 9999 {
            return invalid(
                "priority of a queue is 1 to 99, its delay 0 to 9999 seconds".to_owned(),
            );
        }
        if !profile.concurrency.contains_key(&entry.channel) {
            return invalid(format!(
                "queue `{}` is served on {}, for which the profile has no concurrency",
                entry.queue,
                entry.channel.as_str()
            ));
        }
        if !seen.insert((entry.queue, entry.channel)) {
            return invalid(format!(
                "queue `{}` stands twice for {}",
                entry.queue,
                entry.channel.as_str()
            ));
        }
    }
    Ok(())
}

fn check_user(user: &User) -> Result<(), AppError> {
    for name in [&user.first_name, &user.last_name] {
        if name.expose().chars().count() > 255 {
            return invalid("first and last name have at most 255 characters".to_owned());
        }
        check_characters("a first or last name", name.expose())?;
    }
    if user.security_profiles.len() > USER_SECURITY_PROFILES_MAX {
        return invalid(format!(
            "a user has at most {USER_SECURITY_PROFILES_MAX} security profiles"
        ));
    }
    if user.phone.kind == PhoneType::DeskPhone && user.phone.desk_phone.is_none() {
        return invalid("a desk phone needs a DeskPhoneNumber".to_owned());
    }
    if user.phone.after_contact_work_s > 2_000_000 {
        return invalid("AfterContactWorkTimeLimit is at most 2000000 seconds".to_owned());
    }
    Ok(())
}

fn check_quick_connect(quick_connect: &QuickConnect) -> Result<(), AppError> {
    if let QuickConnectDestination::PhoneNumber(number) = &quick_connect.destination {
        return check_phone_number(number.expose());
    }
    Ok(())
}

fn check_phone_number(number: &str) -> Result<(), AppError> {
    if is_e164(number) {
        Ok(())
    } else {
        invalid("a phone number stands in E.164: `+` and 8 to 15 digits".to_owned())
    }
}

fn check_hours(hours: &HoursOfOperation) -> Result<(), AppError> {
    engine::hours::is_open(hours, model::Timestamp::default())
        .map_err(|error| AppError::Invalid(error.to_string()))?;
    if hours.weekly.len() > WEEKLY_HOURS_MAX || hours.overrides.len() > OVERRIDES_MAX {
        return invalid(format!(
            "at most {WEEKLY_HOURS_MAX} rows of hours and {OVERRIDES_MAX} overrides"
        ));
    }
    check_day_hours(&hours.weekly)?;
    let mut names = BTreeSet::new();
    for exception in &hours.overrides {
        check_override(exception)?;
        if !names.insert(exception.name.to_ascii_lowercase()) {
            return Err(AppError::Duplicate {
                name: exception.name.clone(),
            });
        }
    }
    Ok(())
}

fn check_override(exception: &HoursOverride) -> Result<(), AppError> {
    // Ten characters: one date has one spelling, and dates compare as text.
    let is_date = |text: &str| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    let dates_fit =
        is_date(&exception.from) && is_date(&exception.till) && exception.from <= exception.till;
    if !dates_fit {
        return invalid(format!(
            "override `{}`: dates stand as YYYY-MM-DD, the first not after the last",
            exception.name
        ));
    }
    if exception.name.is_empty() || exception.name.chars().count() > NAME_CHARS_MAX {
        return invalid(format!(
            "the name of an override has 1 to {NAME_CHARS_MAX} characters"
        ));
    }
    check_day_hours(&exception.hours)
}

fn check_day_hours(rows: &[DayHours]) -> Result<(), AppError> {
    let in_range = |time: &model::hours::DayTime| time.hours < 24 && time.minutes < 60;
    if rows
        .iter()
        .all(|row| in_range(&row.start) && in_range(&row.end))
    {
        Ok(())
    } else {
        invalid("times of day lie between 00:00 and 23:59".to_owned())
    }
}

fn invalid<T>(reason: String) -> Result<T, AppError> {
    Err(AppError::Invalid(reason))
}
