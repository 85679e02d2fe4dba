//! Tells the application of one call, in order, while signalling goes on.

use std::time::Duration;

use app::{App, AppError, IncomingCall};
use engine::CallEvent;
use sip::endpoint::CallHandle;
use tokio::sync::{mpsc, oneshot};

use crate::handle::CallName;

/// Events of a call that may wait for the application. A plan brings few, so only an application that
/// does not answer lets them pile up.
const EVENTS_MAX: usize = 32;
/// How often an event is told again while the application is not available, and the first pause.
const TRIES_MAX: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// The application's answer to a call.
pub(super) struct Started {
    pub(super) call: CallHandle,
    pub(super) result: Result<CallName, AppError>,
}

/// What a call has to tell.
pub(super) struct Reporter {
    events: mpsc::Sender<CallEvent>,
    last: oneshot::Sender<CallEvent>,
}

/// The other end of a [`Reporter`].
pub(super) struct Report {
    events: mpsc::Receiver<CallEvent>,
    last: oneshot::Receiver<CallEvent>,
}

impl Reporter {
    pub(super) fn new() -> (Self, Report) {
        let (events, told) = mpsc::channel(EVENTS_MAX);
        let (last, last_told) = oneshot::channel();
        let report = Report {
            events: told,
            last: last_told,
        };
        (Self { events, last }, report)
    }

    /// Tells an event. Gives whether there was room.
    pub(super) fn tell(&self, event: CallEvent) -> bool {
        self.events.try_send(event).is_ok()
    }

    /// Tells the last event behind all others; without one, the application knows that the call is over.
    pub(super) fn finish(self, last: Option<CallEvent>) {
        if let Some(event) = last {
            let _ = self.last.send(event);
        }
    }
}

/// Starts the contact of a call, with what a later run of the program needs to hang it up, and tells what happens until the call is over.
pub(super) async fn report(
    app: App,
    call: CallHandle,
    incoming: IncomingCall,
    dialog: Option<Vec<u8>>,
    mut report: Report,
    started: mpsc::Sender<Started>,
) {
    let result = app.incoming_call(incoming).await;
    let name = result.as_ref().ok().copied();
    // Before the caller is answered: after a crash, whoever was can be hung up.
    if let (Some(name), Some(dialog)) = (name, dialog) {
        tell(&app, name, CallEvent::Answered { dialog }).await;
    }
    if started.send(Started { call, result }).await.is_err() {
        tracing::error!("a call began while telephony ended");
    }
    let Some(name) = name else {
        return;
    };
    while let Some(event) = report.events.recv().await {
        tell(&app, name, event).await;
    }
    if let Ok(event) = report.last.await {
        tell(&app, name, event).await;
    }
}

/// Tells an event; again while the application is not available.
pub(super) async fn tell(app: &App, (instance, call): CallName, event: CallEvent) {
    for attempt in 0..TRIES_MAX {
        match app.call_event(instance, call, event.clone()).await {
            Err(AppError::Unavailable) => {
                tokio::time::sleep(PAUSE * 2_u32.saturating_pow(attempt)).await;
            }
            // Over already: both sides may hang up at the same time.
            Ok(()) | Err(AppError::NotFound { .. }) => return,
            Err(error) => {
                tracing::warn!(error = %error, "an event of a call was refused");
                return;
            }
        }
    }
    tracing::error!("an event of a call could not be told");
}
