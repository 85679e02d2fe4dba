//! `UpdatePhoneNumberMetadata`.

use app::action::UpdatePhoneNumberMetadata;
use model::resource::PhoneNumber;

use super::DESCRIPTION_CHARS;
use crate::operations::prelude::*;

impl Operation for UpdatePhoneNumberMetadata {
    const ROUTE: Route = Route::put("/phone-number/{PhoneNumberId}/metadata");
    const CLEAR: &'static [&'static str] = &["PhoneNumberId", "PhoneNumberDescription"];
    type Input = Option<String>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let description = members
            .body()
            .optional_text("PhoneNumberDescription", DESCRIPTION_CHARS)?;
        Ok((members.phone_number()?, description))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        description: Option<String>,
    ) -> Answer {
        context
            .app
            .update::<Self, PhoneNumber>(context.call, permit, move |draft| {
                if let Some(text) = description {
                    draft.body.description = described(text);
                }
                Ok(())
            })
            .await?;
        Ok(Value::Null)
    }
}
