//! `UpdateContactAttributes`: adds or replaces; all or none. Of the very contact that `InitialContactId`
//! names, ongoing or completed: the service model calls it "the identifier of the contact", and
//! attributes are copied on transfer. What is written here is what `GetContactAttributes` reads.

use app::action::UpdateContactAttributes;

use super::parse_attributes;
use crate::operations::prelude::*;

impl Operation for UpdateContactAttributes {
    const ROUTE: Route = Route::post("/contact/attributes");
    const CLEAR: &'static [&'static str] = &["InstanceId", "InitialContactId"];
    type Input = Vec<(String, String)>;

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let body = members.body();
        body.object("Attributes")?;
        Ok((
            members.contact_member("InitialContactId")?,
            parse_attributes(&body)?,
        ))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, changes: Self::Input) -> Answer {
        context
            .app
            .update_contact_attributes(context.call, permit, changes)
            .await?;
        Ok(Value::Null)
    }
}
