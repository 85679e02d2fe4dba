//! `GetContactAttributes`, of the very contact that `InitialContactId` names, as
//! [`super::update_attributes`].

use app::action::GetContactAttributes;

use crate::operations::prelude::*;

impl Operation for GetContactAttributes {
    const ROUTE: Route = Route::get("/contact/attributes/{InstanceId}/{InitialContactId}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "InitialContactId"];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.contact_label("InitialContactId")?, ()))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, (): ()) -> Answer {
        let attributes = context.app.contact_attributes(context.call, permit).await?;
        let shown: serde_json::Map<String, Value> = attributes
            .iter()
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        Ok(json!({"Attributes": shown}))
    }

    fn code(error: &AppError) -> Code {
        invalid_request(error)
    }
}
