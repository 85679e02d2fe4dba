//! Amazon Resource Names of an instance and what it holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, InstanceId, PhoneNumberId, ResourceId};
use crate::resource::ResourceKind;

/// The text is no ARN of this service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ARN of this service: expected `arn:aws:connect:REGION:ACCOUNT:instance/ID[/…]`")]
pub struct InvalidArn;

/// Where an instance lives: the parts that all its ARNs share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InstanceScope {
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Account, twelve digits.
    pub account: String,
    /// The instance.
    pub instance: InstanceId,
}

impl InstanceScope {
    /// ARN of the instance itself.
    pub fn arn(&self) -> Arn {
        Arn {
            scope: self.clone(),
            target: ArnTarget::Instance,
        }
    }

    /// ARN of a configuration resource.
    pub fn resource_arn(&self, kind: ResourceKind, id: impl Into<ResourceId>) -> Arn {
        Arn {
            scope: self.clone(),
            target: ArnTarget::Resource(kind, id.into()),
        }
    }

    /// ARN of a phone number.
    pub fn phone_number_arn(&self, id: impl Into<PhoneNumberId>) -> PhoneNumberArn {
        PhoneNumberArn {
            region: self.region.clone(),
            account: self.account.clone(),
            id: id.into(),
        }
    }

    /// ARN of a contact.
    pub fn contact_arn(&self, id: ContactId) -> Arn {
        Arn {
            scope: self.clone(),
            target: ArnTarget::Contact(id),
        }
    }
}

/// What within the instance an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArnTarget {
    /// The instance itself.
    Instance,
    /// A configuration resource.
    Resource(ResourceKind, ResourceId),
    /// A contact.
    Contact(ContactId),
}

/// A parsed ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    /// Region, account and instance.
    pub scope: InstanceScope,
    /// What within it.
    pub target: ArnTarget,
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InstanceScope {
            region,
            account,
            instance,
        } = &self.scope;
        write!(f, "arn:aws:connect:{region}:{account}:instance/{instance}")?;
        match &self.target {
            ArnTarget::Instance => Ok(()),
            ArnTarget::Resource(kind, id) => write!(f, "/{}/{id}", kind.arn_segment()),
            ArnTarget::Contact(id) => write!(f, "/contact/{id}"),
        }
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or(InvalidArn);
        if (next()?, next()?, next()?) != ("arn", "aws", "connect") {
            return Err(InvalidArn);
        }
        let (region, account, path) = (next()?, next()?, next()?);
        let mut segments = path.split('/');
        if segments.next() != Some("instance") {
            return Err(InvalidArn);
        }
        let instance = segments
            .next()
            .and_then(|id| id.parse().ok())
            .ok_or(InvalidArn)?;
        let target = match (segments.next(), segments.next()) {
            (None, _) => ArnTarget::Instance,
            (Some("contact"), Some(id)) => ArnTarget::Contact(id.parse().map_err(|_| InvalidArn)?),
            (Some(segment), Some(id)) => ArnTarget::Resource(
                ResourceKind::from_arn_segment(segment).ok_or(InvalidArn)?,
                id.parse().map_err(|_| InvalidArn)?,
            ),
            (Some(_), None) => return Err(InvalidArn),
        };
        if segments.next().is_some() {
            return Err(InvalidArn);
        }
        Ok(Self {
            scope: InstanceScope {
                region: region.to_owned(),
                account: account.to_owned(),
                instance,
            },
            target,
        })
    }
}

/// ARN of a phone number, as Amazon Connect writes it: without the instance that has claimed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumberArn {
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Account, twelve digits.
    pub account: String,
    /// The number.
    pub id: PhoneNumberId,
}

impl fmt::Display for PhoneNumberArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            account,
            id,
        } = self;
        write!(f, "arn:aws:connect:{region}:{account}:phone-number/{id}")
    }
}

impl FromStr for PhoneNumberArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let rest = text.strip_prefix("arn:aws:connect:").ok_or(InvalidArn)?;
        let mut parts = rest.splitn(3, ':');
        let (Some(region), Some(account), Some(path)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidArn);
        };
        let id = path.strip_prefix("phone-number/").ok_or(InvalidArn)?;
        Ok(Self {
            region: region.to_owned(),
            account: account.to_owned(),
            id: id.parse().map_err(|_| InvalidArn)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const ID: &str = "00000000-0000-4000-8000-00000000000a";

    #[test]
    fn the_arn_of_a_phone_number_names_no_instance() {
        let scope = InstanceScope {
            region: "eu-central-1".to_owned(),
            account: "123456789012".to_owned(),
            instance: InstanceId::from_u128(1),
        };
        let id: PhoneNumberId = ID.parse().unwrap();
        let arn = scope.phone_number_arn(id);
        let text = format!("arn:aws:connect:eu-central-1:123456789012:phone-number/{ID}");
        assert_eq!(arn.to_string(), text);
        assert_eq!(text.parse(), Ok(arn));
    }

    #[test]
    fn other_texts_are_no_arn_of_a_phone_number() {
        for text in [
            "",
            ID,
            "arn:aws:connect:eu-central-1:123456789012",
            "arn:aws:connect:eu-central-1:123456789012:phone-number/",
            &format!("arn:aws:s3:eu-central-1:123456789012:phone-number/{ID}"),
            &format!("arn:aws:connect:eu-central-1:123456789012:phone-number/{ID}/x"),
            &format!("arn:aws:connect:eu-central-1:123456789012:x:phone-number/{ID}"),
            &format!("arn:aws:connect:eu-central-1:123456789012:instance/{ID}"),
        ] {
            assert_eq!(text.parse::<PhoneNumberArn>(), Err(InvalidArn), "{text}");
        }
    }
}
