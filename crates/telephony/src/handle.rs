//! What the application holds of telephony: orders go in and are carried out elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use app::ports::telephony::{Telephony, TelephonyError};
use async_trait::async_trait;
use engine::CallPlan;
use model::{ContactId, InstanceId, LoginSessionId, UserId};
use tokio::sync::{Notify, mpsc, oneshot};

/// Offers of browsers that may wait.
pub(crate) const OFFERS_MAX: usize = 256;

/// Names a call as the application does: its instance and its first contact.
pub(crate) type CallName = (InstanceId, ContactId);

/// Carries the application's orders to the running telephony.
pub struct Handle {
    orders: Orders,
    offers: mpsc::Sender<AgentOffer>,
}

/// The newest order for each call. A plan says all that a call must do, so that an older one which was not
/// carried out yet may be forgotten: this is never larger than the number of open calls.
#[derive(Default)]
pub(crate) struct Orders {
    newest: Mutex<BTreeMap<CallName, Order>>,
    came: Notify,
}

/// What a call must do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The contact as which the call goes on, and what it does.
    Direct(ContactId, Box<CallPlan>),
    HangUp,
}

/// An agent's browser wants to be heard in a call.
pub(crate) struct AgentOffer {
    pub(crate) call: CallName,
    pub(crate) agent: UserId,
    /// The session of the browser.
    pub(crate) browser: LoginSessionId,
    pub(crate) offer: String,
    pub(crate) reply: oneshot::Sender<Result<String, TelephonyError>>,
}

impl Handle {
    pub(crate) fn new() -> (Self, mpsc::Receiver<AgentOffer>) {
        let (offers, waiting) = mpsc::channel(OFFERS_MAX);
        let handle = Self {
            orders: Orders::default(),
            offers,
        };
        (handle, waiting)
    }

    pub(crate) const fn orders(&self) -> &Orders {
        &self.orders
    }
}

impl Orders {
    fn put(&self, call: CallName, order: Order) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.insert(call, order);
        drop(newest);
        self.came.notify_one();
    }

    /// All that came since the last time.
    pub(crate) fn take(&self) -> BTreeMap<CallName, Order> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *newest)
    }

    /// Waits until something came.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }
}

#[async_trait]
impl Telephony for Handle {
    fn direct(&self, instance: InstanceId, call: ContactId, contact: ContactId, plan: CallPlan) {
        let order = Order::Direct(contact, Box::new(plan));
        self.orders.put((instance, call), order);
    }

    fn hang_up(&self, instance: InstanceId, call: ContactId) {
        self.orders.put((instance, call), Order::HangUp);
    }

    async fn connect_agent(
        &self,
        instance: InstanceId,
        call: ContactId,
        agent: UserId,
        browser: LoginSessionId,
        offer: &str,
    ) -> Result<String, TelephonyError> {
        let (reply, answer) = oneshot::channel();
        let offer = AgentOffer {
            call: (instance, call),
            agent,
            browser,
            offer: offer.to_owned(),
            reply,
        };
        let sent = self.offers.try_send(offer);
        sent.map_err(|_| TelephonyError::Refused("too many browsers connect: try again".into()))?;
        answer.await.unwrap_or(Err(TelephonyError::NoCall))
    }
}
