//! A trunk while it runs: its limits, its targets, its registration.

use std::fmt::Write as _;
use std::time::Duration;

use model::Timestamp;

use super::bucket::TokenBucket;
use super::config::{Target, TrunkConfig, TrunkId};
use super::{Endpoint, Event, Flow, Output, Purpose};
use crate::digest::Challenger;
use crate::message::{HeaderName, Method, RequestBuilder, Response, StatusCode, items};
use crate::random::TokenSource;

/// Refusals of floods that are answered, as a multiple of the calls that are allowed; beyond them floods
/// are dropped.
const SHED_ANSWERS_FACTOR: u32 = 4;
/// Requests outside of calls that are no INVITE, per second.
const OTHERS_PER_SECOND: u32 = 50;
/// First wait after a registration failed.
const REGISTER_RETRY: Duration = Duration::from_secs(30);
/// Longest wait after registrations failed.
const REGISTER_RETRY_MAX: Duration = Duration::from_mins(30);

#[derive(Debug)]
pub(super) struct Trunk {
    pub(super) config: TrunkConfig,
    pub(super) calls: usize,
    pub(super) calls_bucket: TokenBucket,
    pub(super) shed_bucket: TokenBucket,
    pub(super) others_bucket: TokenBucket,
    pub(super) challenger: Challenger,
    targets: Vec<TargetState>,
    is_up: Option<bool>,
    ping_at: Option<Timestamp>,
    registration: Option<RegistrationState>,
}

#[derive(Debug)]
struct TargetState {
    target: Target,
    is_up: bool,
    asked: bool,
}

#[derive(Debug)]
struct RegistrationState {
    call_id: String,
    tag: String,
    cseq: u32,
    expires_secs: u32,
    failures: u32,
    due_at: Option<Timestamp>,
}

impl Trunk {
    pub(super) fn new(now: Timestamp, config: TrunkConfig, random: &mut TokenSource) -> Self {
        let rate = config.calls_per_second;
        Self {
            calls: 0,
            calls_bucket: TokenBucket::new(now, rate),
            shed_bucket: TokenBucket::new(now, rate.saturating_mul(SHED_ANSWERS_FACTOR)),
            others_bucket: TokenBucket::new(now, OTHERS_PER_SECOND),
            challenger: Challenger::new(random),
            targets: config
                .targets
                .iter()
                .map(|target| TargetState {
                    target: *target,
                    is_up: true,
                    asked: false,
                })
                .collect(),
            is_up: None,
            ping_at: config.keep_alive.map(|_| now),
            registration: config
                .registration
                .as_ref()
                .map(|wanted| RegistrationState {
                    call_id: random.call_id(),
                    tag: random.tag(),
                    cseq: 0,
                    expires_secs: wanted.expires_secs,
                    failures: 0,
                    due_at: Some(now),
                }),
            config,
        }
    }

    /// Targets that answer, in order; all of them where none does, because a guess is better than nothing.
    pub(super) fn usable_targets(&self) -> Vec<Target> {
        let up: Vec<Target> = self
            .targets
            .iter()
            .filter(|state| state.is_up)
            .map(|state| state.target)
            .collect();
        if up.is_empty() {
            return self.targets.iter().map(|state| state.target).collect();
        }
        up
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        let registration = self.registration.as_ref().and_then(|state| state.due_at);
        [self.ping_at, registration].into_iter().flatten().min()
    }

    /// Whether the trunk as a whole changed: up or down.
    fn judge(&mut self) -> Option<bool> {
        let is_up = self.targets.iter().any(|state| state.is_up);
        let changed = self.is_up != Some(is_up);
        self.is_up = Some(is_up);
        changed.then_some(is_up)
    }
}

impl Endpoint {
    /// Asks all targets of a trunk for a sign of life and registers anew, now. Gives whether there is such a
    /// trunk.
    pub fn check_trunk(&mut self, now: Timestamp, id: &TrunkId) -> bool {
        let Some(at) = self.trunks.iter().position(|one| one.config.id == *id) else {
            return false;
        };
        if let Some(trunk) = self.trunks.get_mut(at) {
            trunk.ping_at = Some(now);
            if let Some(state) = &mut trunk.registration {
                state.due_at = Some(now);
            }
        }
        self.on_trunk_deadline(now, at);
        true
    }

    pub(super) fn on_trunk_deadline(&mut self, now: Timestamp, at: usize) {
        let Some(trunk) = self.trunks.get_mut(at) else {
            return;
        };
        let mut asked = Vec::new();
        if trunk.ping_at.is_some_and(|ping_at| ping_at <= now) {
            trunk.ping_at = trunk.config.keep_alive.map(|interval| now.plus(interval));
            for (place, state) in trunk.targets.iter_mut().enumerate() {
                if !state.asked {
                    state.asked = true;
                    asked.push((place, state.target));
                }
            }
        }
        let registers = trunk
            .registration
            .as_mut()
            .filter(|state| state.due_at.is_some_and(|due_at| due_at <= now))
            .is_some_and(|state| state.due_at.take().is_some());
        for (place, target) in asked {
            self.ask_target(now, at, place, target);
        }
        if registers {
            self.register(now, at);
        }
        self.schedule_trunk(at);
    }

    fn ask_target(&mut self, now: Timestamp, at: usize, place: usize, target: Target) {
        let Some(domain) = self.trunks.get(at).map(|trunk| trunk.config.domain.clone()) else {
            return;
        };
        let flow = Flow::to(at, target);
        let options = RequestBuilder::new(&Method::Options, &format!("sip:{domain}"))
            .header(HeaderName::Via, self.via(target.transport))
            .header(HeaderName::MaxForwards, 70)
            .header(
                HeaderName::From,
                format_args!("<sip:{}>;tag={}", self.advertised.host, self.random.tag()),
            )
            .header(HeaderName::To, format_args!("<sip:{domain}>"))
            .header(HeaderName::CallId, self.random.call_id())
            .header(HeaderName::CSeq, "1 OPTIONS")
            .finish();
        if let Ok(options) = options {
            self.start_client(now, options, flow, Purpose::Ping(at, place), 0);
        }
    }

    /// A target answered, or did not (no status).
    pub(super) fn on_pong(&mut self, at: usize, place: usize, status: Option<StatusCode>) {
        let Some(trunk) = self.trunks.get_mut(at) else {
            return;
        };
        if let Some(state) = trunk.targets.get_mut(place) {
            state.asked = false;
            // Any answer is a sign of life, except that of somebody who cannot serve.
            state.is_up = status.is_some_and(|status| status != StatusCode::SERVICE_UNAVAILABLE);
        }
        let id = trunk.config.id.clone();
        if let Some(is_up) = trunk.judge() {
            self.tell(if is_up {
                Event::TrunkUp(id)
            } else {
                Event::TrunkDown(id)
            });
        }
    }

    fn register(&mut self, now: Timestamp, at: usize) {
        let Some(trunk) = self.trunks.get_mut(at) else {
            return;
        };
        let target = trunk.usable_targets().into_iter().next();
        let (Some(wanted), Some(state), Some(target)) =
            (&trunk.config.registration, &mut trunk.registration, target)
        else {
            return;
        };
        state.cseq = state.cseq.saturating_add(1);
        let mut from = String::new();
        let _ = write!(from, "<{}>;tag={}", wanted.address_of_record, state.tag);
        let user = wanted
            .address_of_record
            .split_once(':')
            .and_then(|(_, rest)| rest.split_once('@'))
            .map_or("", |(user, _)| user)
            .to_owned();
        let builder = RequestBuilder::new(&Method::Register, &wanted.registrar);
        let to = format!("<{}>", wanted.address_of_record);
        let call_id = state.call_id.clone();
        let (cseq, expires) = (state.cseq, state.expires_secs);
        let request = builder
            .header(HeaderName::Via, self.via(target.transport))
            .header(HeaderName::MaxForwards, 70)
            .header(HeaderName::From, from)
            .header(HeaderName::To, to)
            .header(HeaderName::CallId, call_id)
            .header(HeaderName::CSeq, format_args!("{cseq} REGISTER"))
            .header(
                HeaderName::Contact,
                self.contact_for(&user, target.transport),
            )
            .header(HeaderName::Expires, expires)
            .finish();
        if let Ok(request) = request {
            self.start_client(now, request, Flow::to(at, target), Purpose::Register(at), 0);
        }
    }

    /// The registrar answered, or did not.
    pub(super) fn on_registered(
        &mut self,
        now: Timestamp,
        at: usize,
        cseq: u32,
        response: Option<&Response>,
    ) {
        let Some(trunk) = self.trunks.get_mut(at) else {
            return;
        };
        let Some(state) = &mut trunk.registration else {
            return;
        };
        state.cseq = state.cseq.max(cseq);
        let id = trunk.config.id.clone();
        let status = response.map(|response| response.status);
        let event = match response {
            Some(response) if response.status.is_success() => {
                let granted = granted_secs(response).unwrap_or(state.expires_secs).max(30);
                state.failures = 0;
                // Early enough that one lost refresh does no harm.
                state.due_at = Some(now.plus(Duration::from_secs(u64::from(granted) * 4 / 5)));
                Event::Registered {
                    trunk: id,
                    expires_secs: granted,
                }
            }
            Some(response)
                if response.status == StatusCode::INTERVAL_TOO_BRIEF && state.failures == 0 =>
            {
                let least = response.head.number(HeaderName::MinExpires);
                state.expires_secs = least.unwrap_or(state.expires_secs).min(86_400);
                state.failures = 1;
                state.due_at = Some(now);
                self.schedule_trunk(at);
                return;
            }
            _ => {
                let asked = response
                    .and_then(|response| response.head.first(HeaderName::RetryAfter))
                    .and_then(crate::message::retry_after)
                    .map(|seconds| Duration::from_secs(seconds.into()));
                let doubled = REGISTER_RETRY
                    .saturating_mul(1_u32.checked_shl(state.failures).unwrap_or(u32::MAX));
                let wait = doubled
                    .max(asked.unwrap_or_default())
                    .min(REGISTER_RETRY_MAX);
                state.failures = state.failures.saturating_add(1).min(16);
                state.due_at = Some(now.plus(wait));
                Event::RegistrationFailed { trunk: id, status }
            }
        };
        self.tell(event);
        self.schedule_trunk(at);
    }

    pub(super) fn schedule_trunk(&mut self, at: usize) {
        let deadline = self.trunks.get(at).and_then(Trunk::next_deadline);
        self.schedule.set(super::Due::Trunk(at), deadline);
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}

/// For how long a registrar registered us.
fn granted_secs(response: &Response) -> Option<u32> {
    let contact = response
        .head
        .first(HeaderName::Contact)
        .and_then(|value| items(value).next())
        .and_then(crate::message::Address::parse)
        .and_then(|contact| contact.parameter("expires")?.parse().ok());
    contact.or_else(|| response.head.number(HeaderName::Expires))
}
