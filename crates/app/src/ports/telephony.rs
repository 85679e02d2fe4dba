//! The media and signalling of calls.

use engine::CallPlan;
use model::{ContactId, InstanceId};

/// Carries out what the engine wants of calls. What happens on the line comes back through
/// [`crate::App::call_event`].
pub trait Telephony: Send + Sync {
    /// The media of a call must do this from now on. `contact` is the segment as which it goes on.
    fn direct(&self, instance: InstanceId, call: ContactId, contact: ContactId, plan: CallPlan);

    /// The customer's part of a call is over: hang up, if the customer did not.
    fn hang_up(&self, instance: InstanceId, call: ContactId);
}
