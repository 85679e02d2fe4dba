//! What a flow may read of its contact: Amazon Connect's system attributes, as paths below `$`.

use std::borrow::Cow;

use flow::Facts;
use model::contact::{Endpoint, PersonalText, QueueRef};
use model::resource::{Queue, User};
use model::{ResourceKind, UserId};

use crate::config::Config;
use crate::contact::Contact;

/// A contact as its flows see it.
pub(crate) struct ContactFacts<'a> {
    config: &'a Config,
    contact: &'a Contact,
}

impl<'a> ContactFacts<'a> {
    pub(crate) fn new(config: &'a Config, contact: &'a Contact) -> Self {
        Self { config, contact }
    }

    fn endpoint(&self, endpoint: Option<&'a Endpoint>, field: &str) -> Option<Cow<'a, str>> {
        match field {
            "Address" => Some(endpoint?.address.expose().into()),
            "Type" => Some(endpoint?.kind.as_str().into()),
            "DisplayName" => personal(self.contact.record.customer_display_name.as_ref()),
            _ => None,
        }
    }

    fn queue(&self, field: &str) -> Option<Cow<'a, str>> {
        let entered = self.contact.record.queue.as_ref();
        let queue = self
            .contact
            .target_queue
            .or(entered.map(|queue| queue.id))?;
        let scope = &self.config.scope;
        match (field, queue) {
            ("Name", QueueRef::Standard(id)) => match self.config.get::<Queue>(id) {
                Some((resource, _)) => Some(resource.name.as_str().into()),
                None => Some(entered?.name.as_str().into()),
            },
            ("Name", QueueRef::Agent(id)) => {
                Some(self.config.get::<User>(id)?.0.name.as_str().into())
            }
            ("ARN", QueueRef::Standard(id)) => Some(
                scope
                    .resource_arn(ResourceKind::Queue, id)
                    .to_string()
                    .into(),
            ),
            ("ARN", QueueRef::Agent(id)) => Some(agent_queue_arn(self.config, id).into()),
            _ => None,
        }
    }

    fn agent(&self, field: &str) -> Option<Cow<'a, str>> {
        let user = self.contact.record.agent.as_ref()?.user;
        let (resource, body) = self.config.get::<User>(user)?;
        match field {
            "UserName" => Some(resource.name.as_str().into()),
            "FirstName" => Some(body.first_name.expose().into()),
            "LastName" => Some(body.last_name.expose().into()),
            "ARN" => Some(
                self.config
                    .scope
                    .resource_arn(ResourceKind::User, user)
                    .to_string()
                    .into(),
            ),
            _ => None,
        }
    }

    fn plain(&self, name: &str) -> Option<Cow<'a, str>> {
        let record = &self.contact.record;
        match name {
            "Channel" => Some(record.channel.as_str().into()),
            "ContactId" => Some(record.id.to_string().into()),
            "InitialContactId" => Some(record.initial_id.to_string().into()),
            "PreviousContactId" => Some(record.previous_id?.to_string().into()),
            "RelatedContactId" => Some(record.related_id?.to_string().into()),
            "InstanceARN" => Some(self.config.scope.arn().to_string().into()),
            "AwsRegion" => Some(self.config.scope.region.as_str().into()),
            "InitiationMethod" => Some(initiation_method(record.initiation_method).into()),
            "TextToSpeechVoiceId" => Some(self.contact.call.as_ref()?.voice.as_deref()?.into()),
            "Name" => personal(record.name.as_ref()),
            "Description" => personal(record.description.as_ref()),
            "LanguageCode" => Some(record.language_code.as_deref()?.into()),
            "CustomerId" => personal(record.customer_id.as_ref()),
            _ => None,
        }
    }
}

impl Facts for ContactFacts<'_> {
    fn value(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        let record = &self.contact.record;
        match path {
            [name] => self.plain(name),
            ["Attributes", name] => Some(record.attributes.get(name)?.into()),
            ["SegmentAttributes", name] => {
                Some(record.segment_attributes.get(*name)?.as_str().into())
            }
            ["Tags", name] => Some(record.tags.get(*name)?.as_str().into()),
            ["CustomerEndpoint", field] => self.endpoint(record.customer_endpoint.as_ref(), field),
            ["SystemEndpoint", "DisplayName"] => None,
            ["SystemEndpoint", field] => self.endpoint(record.system_endpoint.as_ref(), field),
            ["Queue", field] => self.queue(field),
            ["Agent", field] => self.agent(field),
            ["References", name, field] => {
                let reference = record.references.get(*name)?;
                match *field {
                    "Value" => Some(reference.value.expose().into()),
                    "Type" => Some(reference.kind.as_str().into()),
                    _ => None,
                }
            }
            ["Media", "Sip", "Headers", name] => {
                Some(self.contact.call.as_ref()?.headers.get(*name)?.into())
            }
            ["Media", "InitialMessage"] => {
                personal(self.contact.chat.as_ref()?.initial_message.as_ref())
            }
            _ => None,
        }
    }
}

/// ARN of an agent's own queue (`…/queue/agent/USER`).
pub fn agent_queue_arn(config: &Config, user: UserId) -> String {
    format!("{}/queue/agent/{user}", config.scope.arn())
}

fn personal(text: Option<&PersonalText>) -> Option<Cow<'_, str>> {
    Some(text?.expose().into())
}

fn initiation_method(method: model::InitiationMethod) -> &'static str {
    use model::InitiationMethod as Method;
    match method {
        Method::Inbound => "INBOUND",
        Method::Outbound => "OUTBOUND",
        Method::Transfer => "TRANSFER",
        Method::QueueTransfer => "QUEUE_TRANSFER",
        Method::Callback => "CALLBACK",
        Method::Api => "API",
        Method::Disconnect => "DISCONNECT",
    }
}
