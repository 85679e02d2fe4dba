//! `DescribeView`: what a view shows stands in its message, and no flow hands out view tokens: none is found.

use app::action::DescribeView;

use crate::operations::prelude::*;

impl Operation for DescribeView {
    const ROUTE: Route = Route::get("/participant/views/{ViewToken}");
    const CLEAR: &'static [&'static str] = &[];
    type Input = ();

    fn parse(members: &Members<'_>) -> Parsed<()> {
        Ok((members.own_contact()?, ()))
    }

    async fn run(_context: &Context<'_>, _permit: Permit<Self>, (): ()) -> Answer {
        Err(AppError::NotFound { what: "view" })
    }
}
