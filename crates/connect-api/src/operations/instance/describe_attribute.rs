//! `DescribeInstanceAttribute`.

use app::action::DescribeInstanceAttribute;

use super::attributes::ATTRIBUTES;
use crate::operations::prelude::*;

impl Operation for DescribeInstanceAttribute {
    const ROUTE: Route = Route::get("/instance/{InstanceId}/attribute/{AttributeType}");
    const CLEAR: &'static [&'static str] = &["InstanceId", "AttributeType"];
    type Input = (&'static str, &'static str);

    fn parse(members: &Members<'_>) -> Parsed<Self::Input> {
        let name = members.label("AttributeType")?;
        let attribute = ATTRIBUTES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Refusal::invalid("`AttributeType` is not known"))?;
        Ok((members.in_instance()?, *attribute))
    }

    async fn run(
        context: &Context<'_>,
        permit: Permit<Self>,
        (name, value): Self::Input,
    ) -> Answer {
        let instance = permit
            .target()
            .instance()
            .and_then(|id| context.app.scope(id));
        instance.ok_or(AppError::NotFound { what: "instance" })?;
        Ok(json!({"Attribute": {"AttributeType": name, "Value": value}}))
    }
}
