//! Phone numbers: paths and ARNs name them without their instance.

use app::Target;
use model::arn::ArnTarget;
use model::{Arn, InstanceId, PhoneNumberId, ResourceKind};

use super::{ID_BYTES_MAX, Ids, Members, Named, PageRequest, not_an_id, not_found};
use crate::error::Refusal;

/// Longest token of a listing that is asked for in the body, characters.
const TOKEN_CHARS_MAX: usize = 100_000;

impl Members<'_> {
    /// The phone number that the path names, in whichever instance it is.
    pub(crate) fn phone_number(&self) -> Result<Target, Refusal> {
        let text = self.label("PhoneNumberId")?;
        match self.parse_id(text)? {
            Named::Id(id) => {
                let id: PhoneNumberId = id.parse().map_err(|_| not_an_id(text))?;
                Ok((self.locate)(id))
            }
            Named::Number(id) => Ok((self.locate)(id)),
            Named::Arn(Arn {
                scope,
                target: ArnTarget::Resource(kind @ ResourceKind::PhoneNumber, id),
            }) => Ok(Target::Resource(scope.instance, kind, id)),
            Named::Arn(_) => Err(not_found("phone number")),
        }
    }

    /// The phone number that the path names, in the instance that the query names.
    pub(crate) fn phone_number_by_query(&self) -> Result<Target, Refusal> {
        let text = self
            .query_text("instanceId")?
            .ok_or_else(|| Refusal::invalid("`InstanceId` is required"))?;
        let ids = Ids {
            instance: self.parse_instance(text)?,
            members: *self,
        };
        let id: PhoneNumberId = ids.parse(self.label("PhoneNumberId")?)?;
        Ok(Target::Resource(
            ids.instance,
            ResourceKind::PhoneNumber,
            id.into(),
        ))
    }

    /// The instance that `TargetArn`, `InstanceId` or both name.
    pub(crate) fn target_instance(&self) -> Result<Option<InstanceId>, Refusal> {
        let body = self.body();
        let by_arn = match body.optional_text("TargetArn", 1..=ID_BYTES_MAX)? {
            Some(text) if !text.starts_with("arn:") => {
                return Err(body.invalid("TargetArn", "must be an ARN"));
            }
            Some(text) => Some(self.parse_instance(&text)?),
            None => None,
        };
        let by_id = match body.optional_text("InstanceId", 1..=100)? {
            Some(text) => Some(self.parse_instance(&text)?),
            None => None,
        };
        match (by_arn, by_id) {
            (Some(one), Some(other)) if one != other => {
                Err(body.invalid("TargetArn", "must name the same instance as `InstanceId`"))
            }
            _ => Ok(by_arn.or(by_id)),
        }
    }

    /// The same where one of both must be there.
    pub(crate) fn required_target(&self) -> Result<InstanceId, Refusal> {
        self.target_instance()?
            .ok_or_else(|| Refusal::invalid("`TargetArn` or `InstanceId` is required"))
    }

    /// `NextToken` and `MaxResults` of the body.
    pub(crate) fn page_in_body(&self, most: u32) -> Result<PageRequest, Refusal> {
        let body = self.body();
        Ok(PageRequest {
            token: body.optional_text("NextToken", 1..=TOKEN_CHARS_MAX)?,
            limit: body
                .optional_number("MaxResults", 1..=i64::from(most))?
                .unwrap_or(most),
        })
    }
}
