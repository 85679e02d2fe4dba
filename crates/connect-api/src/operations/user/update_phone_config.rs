//! `UpdateUserPhoneConfig`: replaced as a whole.

use app::action::UpdateUserPhoneConfig;
use app::config::Draft;
use model::UserId;
use model::resource::{PhoneConfig, User};

use super::parts;
use crate::operations::prelude::*;

impl Operation for UpdateUserPhoneConfig {
    const ROUTE: Route = Route::post("/users/{InstanceId}/{UserId}/phone-config");
    const CLEAR: &'static [&'static str] = &[
        "InstanceId",
        "UserId",
        "PhoneConfig.PhoneType",
        "PhoneConfig.AutoAccept",
        "PhoneConfig.AfterContactWorkTimeLimit",
    ];
    type Input = PhoneConfig;

    fn parse(members: &Members<'_>) -> Parsed<PhoneConfig> {
        let phone = parts::parse_phone(&members.body().object("PhoneConfig")?)?;
        Ok((members.resource::<UserId>("UserId")?, phone))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, phone: PhoneConfig) -> Answer {
        let change = move |draft: &mut Draft<User>| {
            draft.body.phone = phone;
            Ok(())
        };
        context.app.update(context.call, permit, change).await?;
        Ok(Value::Null)
    }
}
