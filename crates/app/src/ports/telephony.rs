//! The media and signalling of calls.

use async_trait::async_trait;
use engine::CallPlan;
use model::{ContactId, InstanceId, LoginSessionId, UserId};

/// Carries out what the engine wants of calls. What happens on the line comes back through
/// [`crate::App::call_event`].
#[async_trait]
pub trait Telephony: Send + Sync {
    /// The media of a call must do this from now on. `contact` is the segment as which it goes on.
    fn direct(&self, instance: InstanceId, call: ContactId, contact: ContactId, plan: CallPlan);

    /// The customer's part of a call is over: hang up, if the customer did not.
    fn hang_up(&self, instance: InstanceId, call: ContactId);

    /// An agent's browser, known by its session, offers its end of the media (SDP of WebRTC); returns
    /// ours. Again, after the network of the browser has changed, it is an ICE restart; from another
    /// browser it takes the place of the one before.
    async fn connect_agent(
        &self,
        instance: InstanceId,
        call: ContactId,
        agent: UserId,
        browser: LoginSessionId,
        offer: &str,
    ) -> Result<String, TelephonyError>;
}

/// Why an agent's browser is not connected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelephonyError {
    /// The call is not there, or the agent is not on it.
    #[error("the call is over")]
    NoCall,
    /// What the browser offers cannot be used.
    #[error("{0}")]
    Refused(String),
}
