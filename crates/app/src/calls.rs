//! Calls: how they come in, what happens on the line, and how agents join.

mod seats;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::input::{Destination, StartContact};
use engine::{CallEvent, Input};
use model::contact::{Attributes, Endpoint};
use model::resource::{BodyOf, PhoneNumber};
use model::{
    Channel, ContactId, FlowId, InitiationMethod, InstanceId, RequestId, ResourceKind, Tags,
};
use serde_json::{Value, json};

use crate::App;
use crate::action::{Action, ConnectCall, HoldContact, TakeCall};
use crate::center::fresh_ids;
use crate::chat::bus::AgentFrame;
use crate::contact::rejected;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::telephony::TelephonyError;
use crate::principal::{Call, Principal};

use seats::Seated;
pub(crate) use seats::Seats;
pub use seats::{Joining, MediaPlace};

/// Longest offer of a browser, bytes.
pub const BROWSER_OFFER_BYTES_MAX: usize = 20_000;
/// Kind of endpoint of a phone number.
const TELEPHONE_NUMBER: &str = "TELEPHONE_NUMBER";

/// A call that a trunk brings.
#[derive(Clone)]
pub struct IncomingCall {
    /// The number that was called, as the trunk says it.
    pub called: String,
    /// The caller's number, where it is told.
    pub caller: Option<String>,
    /// The caller's name, where it is told.
    pub caller_name: Option<String>,
    /// Headers that flows may read, by name.
    pub headers: BTreeMap<String, String>,
}

/// A call whose media went with a former run of the program.
pub struct LostCall {
    /// Its instance.
    pub instance: InstanceId,
    /// Its first contact.
    pub call: ContactId,
    /// What [`CallEvent::Answered`] stored, with which it can be hung up.
    pub dialog: Option<Vec<u8>>,
}

/// Whether this is how E.164 numbers are written: `+` and 8 to 15 digits.
pub fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

impl App {
    /// Starts the contact of a call that came in. Acknowledged, it is durable.
    ///
    /// # Errors
    /// `NotFound` where the number is nobody's or has no flow, `WrongState` for a flow that cannot start,
    /// `LimitExceeded` with too many open contacts.
    pub async fn incoming_call(
        &self,
        incoming: IncomingCall,
    ) -> Result<(InstanceId, ContactId), AppError> {
        let (instance, flow) = self
            .flow_of_number(&incoming.called)
            .ok_or(AppError::NotFound {
                what: "phone number",
            })?;
        let (call, permit) = self.line(instance, "StartVoiceContact")?;
        let result = self.start_call(&call, permit, flow, incoming).await;
        self.finish(&call, &result).await;
        result.map(|contact| (instance, contact))
    }

    /// The instance and the flow of a number.
    fn flow_of_number(&self, called: &str) -> Option<(InstanceId, FlowId)> {
        self.centers().into_iter().find_map(|center| {
            center.resources(|resources| {
                let found = resources.by_name(ResourceKind::PhoneNumber, called)?;
                let number = PhoneNumber::of(&found.body)?;
                Some((center.scope.instance, number.flow?))
            })
        })
    }

    async fn start_call(
        &self,
        call: &Arc<Call>,
        permit: Permit<TakeCall>,
        flow: FlowId,
        incoming: IncomingCall,
    ) -> Result<ContactId, AppError> {
        let call = Arc::clone(call);
        let access = permit.spec().access;
        let number = |number: String| Endpoint {
            kind: TELEPHONE_NUMBER.to_owned(),
            address: number.into(),
        };
        self.center_of(permit.target())?
            .turn(move |turn| {
                let contact = ContactId::generate(turn.ids);
                let start = StartContact {
                    contact,
                    channel: Channel::Voice,
                    initiation_method: InitiationMethod::Inbound,
                    destination: Destination::Flow(flow),
                    attributes: Attributes::default(),
                    segment_attributes: BTreeMap::from([(
                        "connect:Subtype".to_owned(),
                        "connect:Telephony".to_owned(),
                    )]),
                    name: None,
                    description: None,
                    references: BTreeMap::new(),
                    tags: Tags::new(),
                    customer_endpoint: incoming.caller.map(number),
                    system_endpoint: Some(number(incoming.called)),
                    customer: None,
                    sip_headers: incoming.headers,
                    initial_message: None,
                    duration_max_min: None,
                    scheduled_at: None,
                    previous: None,
                    related: None,
                    customer_id: None,
                };
                turn.handle(Input::StartContact(start)).map_err(rejected)?;
                turn.audit(&call, access, json!({"contactId": contact.to_string()}));
                Ok(contact)
            })
            .await
    }

    /// Something happened on the line of a call. `call` is its first contact.
    ///
    /// # Errors
    /// `NotFound` where the call is over.
    pub async fn call_event(
        &self,
        instance: InstanceId,
        call: ContactId,
        event: CallEvent,
    ) -> Result<(), AppError> {
        let (_, permit) = self.line(instance, "CallEvent")?;
        self.center_of(permit.target())?
            .turn(move |turn| {
                turn.handle(Input::Call { call, event }).map_err(rejected)?;
                Ok(())
            })
            .await
    }

    /// The calls of a former run of the program. Each must be hung up, and then be told as
    /// [`CallEvent::Lost`].
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn lost_calls(&self) -> Result<Vec<LostCall>, AppError> {
        let mut lost = Vec::new();
        for center in self.centers() {
            let instance = center.scope.instance;
            let open = center
                .turn(|turn| {
                    let calls = turn.engine().open_calls();
                    Ok(calls
                        .map(|call| (call, turn.engine().dialog_of(call).map(<[u8]>::to_vec)))
                        .collect::<Vec<_>>())
                })
                .await?;
            lost.extend(open.into_iter().map(|(call, dialog)| LostCall {
                instance,
                call,
                dialog,
            }));
        }
        Ok(lost)
    }

    /// The telephony speaks for itself: a call of the program, and its permit.
    fn line(
        &self,
        instance: InstanceId,
        operation: &'static str,
    ) -> Result<(Arc<Call>, Permit<TakeCall>), AppError> {
        let call = Call::new(
            Principal::System("telephony"),
            RequestId::generate(&mut fresh_ids()),
            "ringfence",
            operation,
        );
        let permit = self.authorize::<TakeCall>(&call, Target::Instance(instance))?;
        Ok((Arc::new(call), permit))
    }

    /// An agent puts the customer of its call on hold, or takes the customer back.
    ///
    /// # Errors
    /// `NotFound` for a contact that is over, `WrongState` where it is no call of the agent.
    pub async fn hold_contact(
        &self,
        call: &Arc<Call>,
        permit: Permit<HoldContact>,
        on: bool,
    ) -> Result<(), AppError> {
        self.agent_input(call, &permit, move |agent, contact| Input::Hold {
            agent,
            contact,
            on,
        })
        .await
    }

    /// The browser of an agent joins the agent's call: takes the browser's SDP, returns ours. Where another
    /// browser of the same agent has the call, it joins only if it is to take it over.
    ///
    /// # Errors
    /// `NotFound` for a contact that is over, `WrongState` where it is no call of the agent, `Invalid` for
    /// an offer that cannot be used.
    pub async fn connect_call(
        &self,
        call: &Arc<Call>,
        permit: Permit<ConnectCall>,
        offer: &str,
        joining: Joining,
    ) -> Result<Joined, AppError> {
        let (Target::Contact(instance, contact), Principal::User { user, session, .. }) =
            (*permit.target(), permit.principal())
        else {
            return Err(AppError::NotFound { what: "contact" });
        };
        if offer.len() > BROWSER_OFFER_BYTES_MAX {
            return Err(AppError::Invalid(format!(
                "an offer has at most {BROWSER_OFFER_BYTES_MAX} bytes"
            )));
        }
        let Some(telephony) = &self.0.around.telephony else {
            return Err(AppError::WrongState(
                "this center has no telephony: configure a trunk".to_owned(),
            ));
        };
        let (audited, access, user) = (Arc::clone(call), ConnectCall::SPEC.access, *user);
        let session = *session;
        let center = self.center(instance)?;
        let origin = center
            .turn(move |turn| {
                let origin = turn.engine().call_of(user, contact);
                let origin = origin.ok_or(AppError::NotFound { what: "contact" })?;
                turn.audit(&audited, access, Value::Null);
                Ok(origin)
            })
            .await?;
        match center.seats.sit_down(origin, user, session, joining) {
            Seated::No => return Ok(Joined::Elsewhere),
            // The browser before is told by what its workspace shows.
            Seated::Anew => center.bus.publish_to_agent(user, || AgentFrame::Changed),
            Seated::Still => {}
        }
        telephony
            .connect_agent(instance, origin, user, session, offer)
            .await
            .map(Joined::Here)
            .map_err(|error| match error {
                TelephonyError::NoCall => AppError::NotFound { what: "contact" },
                TelephonyError::Refused(why) => AppError::Invalid(why),
            })
    }
}

/// What became of a browser that wanted to join a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// It has joined; our SDP.
    Here(String),
    /// Another browser of the same agent has the call.
    Elsewhere,
}
