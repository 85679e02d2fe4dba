//! What the page asks for, done through the use cases, one request after the other.

use std::sync::Arc;

use app::action::{
    AcceptContact, Action, CompleteContact, ConnectCall, Converse, DeclineContact, EndContact,
    HoldContact, ReadOwnTranscript, SetOwnStatus, TransferOwnContact,
};
use app::chat::Receipt;
use app::{AppError, Call, Joined, Joining, Permit, Target};
use model::transcript::TranscriptItem;
use model::{AgentContactState, ContactId, QuickConnectId};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::authority::user_of;
use super::frame::{MessageType, Notice, Range, Request, RequestId};
use super::socket::Connection;
use super::wire::{ItemJson, ServerFrame};
use crate::error::{self, ApiError};
use crate::socket::Close;

/// Items of one answer to a request of history.
pub(crate) const HISTORY_ITEMS_MAX: u32 = 100;

/// Does requests in their order and answers each once.
pub(crate) async fn requests(
    connection: &Connection,
    mut waiting: mpsc::Receiver<(RequestId, Request)>,
) -> Close {
    while let Some((id, request)) = waiting.recv().await {
        let answered = match perform(connection, &id, request).await {
            Ok(Done::Acknowledged) => connection.send(&ServerFrame::Ack {
                request_id: id.as_str(),
                item: None,
                sdp: None,
            }),
            Ok(Done::Connected(sdp)) => connection.send(&ServerFrame::Ack {
                request_id: id.as_str(),
                item: None,
                sdp: Some(&sdp),
            }),
            Ok(Done::Said(item)) => connection.send(&ServerFrame::Ack {
                request_id: id.as_str(),
                item: item
                    .as_ref()
                    .map(|item| ItemJson::of(item, Some(id.as_str()))),
                sdp: None,
            }),
            Ok(Done::Read(history)) => connection.send(&history.frame(connection, &id)),
            Err(error) => connection.send(&ServerFrame::refusal(id.as_str(), &error)),
        };
        if let Err(close) = answered {
            return close;
        }
    }
    Close::NORMAL
}

/// Does notices; what fails is not worth an answer.
pub(crate) async fn notices(connection: &Connection, mut waiting: mpsc::Receiver<Notice>) -> Close {
    while let Some(notice) = waiting.recv().await {
        let (contact, operation) = match notice {
            Notice::Typing { contact } => (contact, "SendTyping"),
            Notice::Delivered { contact, .. } | Notice::Read { contact, .. } => {
                (contact, "SendReceipt")
            }
        };
        let call = connection.call_on(contact, operation);
        let result = async {
            let permit = connection.permit::<Converse>(&call, contact)?;
            let app = connection.state.app();
            match notice {
                Notice::Typing { .. } => app.agent_typing(&permit),
                Notice::Delivered { sequence, .. } => {
                    app.agent_receipt(&permit, sequence, false).await
                }
                Notice::Read { sequence, .. } => app.agent_receipt(&permit, sequence, true).await,
            }
        }
        .await;
        if let Err(error) = result {
            tracing::debug!(error = %error, operation, "a notice was not taken");
        }
    }
    Close::NORMAL
}

enum Done {
    Acknowledged,
    Said(Option<Box<TranscriptItem>>),
    /// Our end of a call's media.
    Connected(String),
    Read(History),
}

struct History {
    contact: ContactId,
    items: Vec<TranscriptItem>,
    receipts: Vec<Receipt>,
    has_more: bool,
}

impl History {
    fn frame<'a>(&'a self, connection: &Connection, id: &'a RequestId) -> ServerFrame<'a> {
        let reader = connection
            .contact(self.contact)
            .and_then(|view| view.participant);
        ServerFrame::History {
            request_id: id.as_str(),
            contact_id: self.contact,
            items: self
                .items
                .iter()
                .map(|item| ItemJson::of(item, None).with_receipts(&self.receipts, reader))
                .collect(),
            has_more: self.has_more,
        }
    }
}

async fn perform(
    connection: &Connection,
    id: &RequestId,
    request: Request,
) -> Result<Done, ApiError> {
    match request {
        Request::SetStatus { status } => {
            let call =
                connection.call("SetOwnStatus", json!({"agentStatusId": status.to_string()}));
            let result = async {
                let target = connection.own_presence()?;
                let app = connection.state.app();
                let permit = app.authorize::<SetOwnStatus>(&call, target)?;
                app.set_own_status(&call, permit, status).await
            }
            .await;
            connection.done(&call, result, error::UNKNOWN_STATUS).await
        }
        Request::Accept { contact } => accept(connection, contact).await,
        Request::Decline { contact } => decline(connection, contact).await,
        Request::End { contact } => end(connection, contact).await,
        Request::Complete { contact } => complete(connection, contact).await,
        Request::Transfer {
            contact,
            quick_connect,
        } => transfer(connection, contact, quick_connect).await,
        Request::Send {
            contact,
            content_type,
            text,
        } => send(connection, id, contact, content_type, text).await,
        Request::Connect {
            contact,
            sdp,
            joining,
        } => connect(connection, contact, &sdp, joining).await,
        Request::Hold { contact, on } => hold(connection, contact, on).await,
        Request::History { contact, range } => history(connection, contact, range).await,
    }
}

async fn accept(connection: &Connection, contact: ContactId) -> Result<Done, ApiError> {
    if connection.state_of(contact) == Some(AgentContactState::Connected) {
        // Repeated after its answer was lost.
        return Ok(Done::Acknowledged);
    }
    let call = connection.call_on(contact, "AcceptContact");
    let result = async {
        let permit = connection.permit::<AcceptContact>(&call, contact)?;
        connection.state.app().accept_contact(&call, permit).await
    }
    .await;
    connection.done(&call, result, error::OFFER_EXPIRED).await
}

async fn decline(connection: &Connection, contact: ContactId) -> Result<Done, ApiError> {
    if connection.state_of(contact).is_none() {
        return Ok(Done::Acknowledged);
    }
    let call = connection.call_on(contact, "DeclineContact");
    let result = async {
        let permit = connection.permit::<DeclineContact>(&call, contact)?;
        connection.state.app().decline_contact(&call, permit).await
    }
    .await;
    connection.done(&call, result, error::OFFER_EXPIRED).await
}

async fn end(connection: &Connection, contact: ContactId) -> Result<Done, ApiError> {
    if connection.state_of(contact) == Some(AgentContactState::Ended) {
        return Ok(Done::Acknowledged);
    }
    let call = connection.call_on(contact, "EndContact");
    let result = async {
        let permit = connection.permit::<EndContact>(&call, contact)?;
        connection.state.app().end_contact(&call, permit).await
    }
    .await;
    connection.done(&call, result, error::CONTACT_ENDED).await
}

async fn complete(connection: &Connection, contact: ContactId) -> Result<Done, ApiError> {
    if connection.state_of(contact).is_none() {
        return Ok(Done::Acknowledged);
    }
    let call = connection.call_on(contact, "CompleteContact");
    let result = async {
        let app = connection.state.app();
        let permit = app.authorize::<CompleteContact>(&call, connection.own_presence()?)?;
        app.complete_contact(&call, permit, contact).await
    }
    .await;
    connection.done(&call, result, error::CONTACT_ENDED).await
}

async fn connect(
    connection: &Connection,
    contact: ContactId,
    sdp: &str,
    joining: Joining,
) -> Result<Done, ApiError> {
    let call = connection.call_on(contact, "ConnectCall");
    let result = async {
        let permit = connection.permit::<ConnectCall>(&call, contact)?;
        connection
            .state
            .app()
            .connect_call(&call, permit, sdp, joining)
            .await
    }
    .await;
    connection.state.app().finish(&call, &result).await;
    match result {
        Ok(Joined::Here(sdp)) => Ok(Done::Connected(sdp)),
        Ok(Joined::Elsewhere) => Err(error::CALL_ELSEWHERE),
        Err(AppError::NotFound { .. } | AppError::AccessDenied { .. }) => Err(error::CONTACT_ENDED),
        Err(AppError::Invalid(why)) => Err(ApiError::call_refused(why)),
        Err(other) => Err(other.into()),
    }
}

async fn hold(connection: &Connection, contact: ContactId, on: bool) -> Result<Done, ApiError> {
    let call = connection.call_on(contact, "HoldContact");
    let result = async {
        let permit = connection.permit::<HoldContact>(&call, contact)?;
        connection.state.app().hold_contact(&call, permit, on).await
    }
    .await;
    connection.done(&call, result, error::CONTACT_ENDED).await
}

async fn transfer(
    connection: &Connection,
    contact: ContactId,
    quick_connect: QuickConnectId,
) -> Result<Done, ApiError> {
    if connection.state_of(contact) == Some(AgentContactState::Ended) {
        // Either this transfer, whose answer was lost, or the customer was quicker: both are over.
        return Ok(Done::Acknowledged);
    }
    let call = connection.call_on(contact, "TransferOwnContact");
    let result = async {
        let permit = connection.permit::<TransferOwnContact>(&call, contact)?;
        let app = connection.state.app();
        app.transfer_own_contact(&call, permit, quick_connect).await
    }
    .await;
    connection.done(&call, result, error::TRANSFER_FAILED).await
}

async fn send(
    connection: &Connection,
    id: &RequestId,
    contact: ContactId,
    content_type: MessageType,
    text: String,
) -> Result<Done, ApiError> {
    let app = connection.state.app();
    let call = connection.call_on(contact, "SendMessage");
    let result = async {
        let permit = connection.permit::<Converse>(&call, contact)?;
        let item = app.agent_item_id(&permit, id.as_str())?;
        // Before it is said: its push may be here before its answer.
        connection.remember_said(item, id);
        app.agent_say(&call, permit, id.as_str(), content_type.as_str(), text)
            .await
    }
    .await;
    app.finish(&call, &result).await;
    let said = result.map_err(|error| refusal(error, error::CONTACT_ENDED))?;
    // It is said, whatever comes of reading it back; the page gets it by its push as well.
    let call = connection.call_on(contact, "SendMessage");
    let item = match connection.permit::<Converse>(&call, contact) {
        Ok(permit) => app.agent_item(&permit, said.item).await.ok(),
        Err(_) => None,
    };
    Ok(Done::Said(item.map(Box::new)))
}

async fn history(
    connection: &Connection,
    contact: ContactId,
    range: Range,
) -> Result<Done, ApiError> {
    let newest = connection
        .contact(contact)
        .and_then(|view| view.last_sequence)
        .unwrap_or(0);
    let page = page_of(range, newest);
    let app = connection.state.app();
    let call = connection.call_on(contact, "ReadOwnTranscript");
    let result = async {
        let permit = connection.permit::<ReadOwnTranscript>(&call, contact)?;
        app.agent_transcript(&call, permit, page.from, page.to, page.limit)
            .await
    }
    .await;
    app.finish(&call, &result).await;
    let (mut items, receipts) = result.map_err(|error| refusal(error, error::CONTACT_ENDED))?;
    let has_more = match range {
        Range::After(_) => items.len() > HISTORY_ITEMS_MAX as usize,
        Range::Before(_) | Range::Newest => page.from > 1,
    };
    items.truncate(HISTORY_ITEMS_MAX as usize);
    Ok(Done::Read(History {
        contact,
        items,
        receipts,
        has_more,
    }))
}

/// Which numbers to read, and how many at most.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    from: u64,
    to: u64,
    limit: u32,
}

/// Numbers are without gaps, so that a page before a number is known without looking. A page after one
/// asks for one item more, to know whether there are more.
fn page_of(range: Range, newest: u64) -> Page {
    let most = u64::from(HISTORY_ITEMS_MAX);
    match range {
        Range::After(after) => Page {
            from: after.saturating_add(1),
            to: after.saturating_add(most + 1),
            limit: HISTORY_ITEMS_MAX + 1,
        },
        Range::Before(before) => Page {
            from: before.saturating_sub(most).max(1),
            to: before.saturating_sub(1),
            limit: HISTORY_ITEMS_MAX,
        },
        // What came after the last snapshot is pushed; it fits into the page as well.
        Range::Newest => Page {
            from: (newest + 1).saturating_sub(most).max(1),
            to: u64::MAX,
            limit: HISTORY_ITEMS_MAX,
        },
    }
}

/// What is not the agent's, or no longer, is answered alike, whether or not it exists.
fn refusal(error: AppError, gone: ApiError) -> ApiError {
    match error {
        AppError::AccessDenied { .. } | AppError::NotFound { .. } | AppError::WrongState(_) => gone,
        other => other.into(),
    }
}

impl Connection {
    fn call(&self, operation: &'static str, parameters: Value) -> Arc<Call> {
        let id = self.state.new_request_id();
        let principal = self.holder.principal();
        let arrival = self.holder.arrival();
        arrival.call_as(id, principal, operation, parameters)
    }

    fn call_on(&self, contact: ContactId, operation: &'static str) -> Arc<Call> {
        self.call(operation, json!({"contactId": contact.to_string()}))
    }

    fn permit<A: Action>(&self, call: &Call, contact: ContactId) -> Result<Permit<A>, AppError> {
        let target = Target::Contact(self.state.settings().instance, contact);
        self.state.app().authorize::<A>(call, target)
    }

    fn own_presence(&self) -> Result<Target, AppError> {
        let (_, user) =
            user_of(&self.holder.principal()).ok_or(AppError::NotFound { what: "user" })?;
        Ok(Target::Agent(self.state.settings().instance, user))
    }

    fn state_of(&self, contact: ContactId) -> Option<AgentContactState> {
        self.contact(contact).map(|view| view.state)
    }

    async fn done(
        &self,
        call: &Call,
        result: Result<(), AppError>,
        gone: ApiError,
    ) -> Result<Done, ApiError> {
        self.state.app().finish(call, &result).await;
        result
            .map(|()| Done::Acknowledged)
            .map_err(|error| refusal(error, gone))
    }
}

#[cfg(test)]
mod tests;
