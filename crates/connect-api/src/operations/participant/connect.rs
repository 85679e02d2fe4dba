//! `CreateParticipantConnection`: a token to act with, and a socket that opens with a single-use ticket.

use app::action::CreateParticipantConnection;
use serde::Deserialize;

use crate::operations::prelude::*;

/// `ConnectionType`, as far as there are any here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ConnectionType {
    Websocket,
    ConnectionCredentials,
}

/// What is asked for.
pub(crate) struct Wanted {
    websocket: bool,
    credentials: bool,
}

impl Operation for CreateParticipantConnection {
    const ROUTE: Route = Route::post("/participant/connection");
    const CLEAR: &'static [&'static str] = &["Type", "ConnectParticipant"];
    type Input = Wanted;

    fn parse(members: &Members<'_>) -> Parsed<Wanted> {
        let types: Vec<ConnectionType> = members.body().words("Type", 1..=3)?;
        let wanted = Wanted {
            websocket: types.contains(&ConnectionType::Websocket),
            credentials: types.contains(&ConnectionType::ConnectionCredentials),
        };
        Ok((members.own_contact()?, wanted))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, wanted: Wanted) -> Answer {
        let connection = context
            .app
            .connect_participant(context.call, permit)
            .await?;
        let websocket = wanted.websocket.then(|| {
            json!({
                "Url": context.settings.socket_url(connection.websocket_ticket.expose()),
                "ConnectionExpiry": connection.websocket_expires_at.to_string(),
            })
        });
        let credentials = wanted.credentials.then(|| {
            json!({
                "ConnectionToken": connection.token.expose(),
                "Expiry": connection.expires_at.to_string(),
            })
        });
        Ok(json!({"Websocket": websocket, "ConnectionCredentials": credentials}))
    }
}
