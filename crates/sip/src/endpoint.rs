//! Everything of SIP as one value: trunks, transactions, calls.
//!
//! An adapter feeds what its sockets bring ([`Endpoint::receive`], [`Endpoint::receive_stream`]) and wakes
//! it when something is due ([`Endpoint::next_deadline`], [`Endpoint::on_deadline`]); the application calls
//! and answers. What comes of it is fetched with [`Endpoint::next_output`].
//!
//! A request goes to where its trunk is, never to an address that a message names outside of the trunk's
//! networks; a response goes to where its request came from. Nothing is looked up and nothing redirected.

mod bucket;
mod call;
mod clients;
mod config;
mod connections;
mod event;
mod incoming;
mod offers;
mod outgoing;
mod requests;
mod schedule;
mod services;
mod trunk;
mod within;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use model::Timestamp;

use call::{Call, Stage};
use clients::ClientEntry;
pub use config::{
    Advertised, ConfigProblem, EndpointConfig, Network, PlainUdp, RegistrationConfig, Target,
    Transport, TrunkConfig, TrunkId,
};
use connections::Connection;
pub use event::{
    CallHandle, CommandError, ConnectionId, EndReason, Event, IncomingCall, OutgoingCall, Output,
    Peer, Transmit,
};
use requests::{MergeKey, ServerEntry};
use schedule::Schedule;
use trunk::Trunk;

use crate::dialog::{Dialog, DialogSnapshot};
use crate::framing::{is_keep_alive, parse_datagram};
use crate::limits::{CALLS_MAX, OUTPUTS_MAX, TRANSACTIONS_MAX};
use crate::message::{DueAnswer, Message, Method, Refused, Via};
use crate::random::TokenSource;
use crate::transaction::{ClientKey, Reliability, ServerKey};

/// The SIP side of a contact center.
pub struct Endpoint {
    advertised: Advertised,
    calls_max: usize,
    random: TokenSource,
    trunks: Vec<Trunk>,
    servers: BTreeMap<ServerKey, ServerEntry>,
    /// Names of the INVITEs in `servers`, whatever way they came.
    merges: BTreeSet<MergeKey>,
    clients: BTreeMap<ClientKey, ClientEntry>,
    calls: BTreeMap<CallHandle, Call>,
    /// Calls by our tags, which are ours alone and cannot be guessed.
    tags: BTreeMap<String, CallHandle>,
    connections: BTreeMap<ConnectionId, Connection>,
    schedule: Schedule<Due>,
    outputs: VecDeque<Output>,
    next_handle: u64,
    dropped: u64,
}

/// Who has a deadline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Client(ClientKey),
    Server(ServerKey),
    Call(CallHandle),
    Trunk(usize),
    Connection(ConnectionId),
}

/// What a request of ours is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Invite(CallHandle),
    Reinvite(CallHandle),
    Update(CallHandle),
    Prack(CallHandle),
    Info(CallHandle),
    /// Nobody waits for its answer.
    Last,
    /// A sign of life of this trunk's target.
    Ping(usize, usize),
    Register(usize),
}

/// Where messages of a call go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flow {
    trunk: usize,
    transport: Transport,
    address: SocketAddr,
    connection: Option<ConnectionId>,
}

impl Flow {
    const fn to(trunk: usize, target: Target) -> Self {
        Self {
            trunk,
            transport: target.transport,
            address: target.address,
            connection: None,
        }
    }

    const fn reliability(&self) -> Reliability {
        match self.transport {
            Transport::Udp => Reliability::Datagram,
            Transport::Tcp | Transport::Tls => Reliability::Stream,
        }
    }
}

impl Endpoint {
    /// An endpoint with these trunks. Registrations and keep-alives are due at once: call
    /// [`Endpoint::on_deadline`].
    pub fn new(
        now: Timestamp,
        config: EndpointConfig,
        mut random: TokenSource,
    ) -> Result<Self, ConfigProblem> {
        config.check()?;
        let trunks: Vec<Trunk> = config
            .trunks
            .into_iter()
            .map(|trunk| Trunk::new(now, trunk, &mut random))
            .collect();
        let count = trunks.len();
        let mut endpoint = Self {
            advertised: config.advertised,
            calls_max: config.calls_max.min(CALLS_MAX),
            random,
            trunks,
            servers: BTreeMap::new(),
            merges: BTreeSet::new(),
            clients: BTreeMap::new(),
            calls: BTreeMap::new(),
            tags: BTreeMap::new(),
            connections: BTreeMap::new(),
            schedule: Schedule::new(),
            outputs: VecDeque::new(),
            next_handle: 1,
            dropped: 0,
        };
        for at in 0..count {
            endpoint.schedule_trunk(at);
        }
        Ok(endpoint)
    }

    /// Whether anything from this address over this transport can be for us. Cheap: ask before reading, or
    /// before a TLS handshake.
    pub fn accepts(&self, transport: Transport, address: IpAddr) -> bool {
        self.trunks
            .iter()
            .any(|trunk| trunk.config.may_come_from(transport, address))
    }

    /// Takes a datagram. What comes from unlisted sources is counted and dropped unread.
    pub fn receive(&mut self, now: Timestamp, peer: &Peer, bytes: &[u8]) {
        let Some(trunk) = self.trunk_of(peer) else {
            self.dropped = self.dropped.saturating_add(1);
            return;
        };
        if is_keep_alive(bytes) || self.outputs.len() > OUTPUTS_MAX {
            return;
        }
        let flow = Flow {
            trunk,
            transport: peer.transport,
            address: peer.address,
            connection: None,
        };
        match parse_datagram(bytes) {
            Ok(message) => self.on_message(now, flow, message),
            Err(refused) => self.on_refused(now, flow, &refused),
        }
    }

    /// What has to be done next, in order.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Endpoint::on_deadline`].
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.schedule.next()
    }

    /// Does everything that is due.
    pub fn on_deadline(&mut self, now: Timestamp) {
        while let Some(due) = self.schedule.pop(now) {
            match due {
                Due::Client(key) => self.on_client_deadline(now, &key),
                Due::Server(key) => self.on_server_deadline(now, &key),
                Due::Call(call) => self.on_call_deadline(now, call),
                Due::Trunk(at) => self.on_trunk_deadline(now, at),
                Due::Connection(id) => self.on_connection_deadline(id),
            }
        }
    }

    /// The adapter could not send to this address: requests that wait for an answer from there fail now.
    pub fn transmit_failed(&mut self, now: Timestamp, transport: Transport, address: SocketAddr) {
        let failed: Vec<ClientKey> = self
            .clients
            .iter()
            .filter(|(_, entry)| {
                entry.is_waiting()
                    && entry.flow.transport == transport
                    && entry.flow.address == address
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in failed {
            self.fail_client(now, &key);
        }
    }

    /// How many datagrams and connections of unlisted sources were dropped.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many calls are open.
    pub fn open_calls(&self) -> usize {
        self.calls.len()
    }

    /// What a later process needs to hang up this call. Nothing before a call of ours is answered; of a call
    /// that came in at once, so that it can be stored before the answer.
    pub fn snapshot(&self, call: CallHandle) -> Option<DialogSnapshot> {
        let call = self.calls.get(&call)?;
        let lasts = call.is_answered() || matches!(call.stage, Stage::Incoming(_));
        let dialog = call.dialog.as_ref().filter(|_| lasts)?;
        let trunk = self.trunks.get(call.flow.trunk)?;
        Some(dialog.snapshot(
            &trunk.config.id.0,
            call.flow.transport.as_lower(),
            call.flow.address,
        ))
    }

    /// Hangs up a call of an earlier process. Gives whether that was possible: its trunk is still there
    /// and the snapshot is whole.
    pub fn hang_up_snapshot(&mut self, now: Timestamp, snapshot: &DialogSnapshot) -> bool {
        let place = self.trunks.iter().position(|trunk| {
            trunk.config.id.0 == snapshot.trunk && trunk.config.has_address(snapshot.address.ip())
        });
        let (Some(trunk), Some(transport), Some(mut dialog)) = (
            place,
            Transport::parse(&snapshot.transport),
            Dialog::restore(snapshot),
        ) else {
            return false;
        };
        let flow = Flow::to(
            trunk,
            Target {
                transport,
                address: snapshot.address,
            },
        );
        self.send_bye(now, flow, &mut dialog)
    }

    fn trunk_of(&self, peer: &Peer) -> Option<usize> {
        self.trunks.iter().position(|trunk| {
            let named = match (&trunk.config.tls_client, peer.transport) {
                (Some(name), Transport::Tls) => peer
                    .certificate
                    .as_ref()
                    .is_some_and(|found| found.eq_ignore_ascii_case(name)),
                _ => true,
            };
            named
                && trunk
                    .config
                    .may_come_from(peer.transport, peer.address.ip())
        })
    }

    fn on_message(&mut self, now: Timestamp, flow: Flow, message: Message) {
        match message {
            Message::Request(request) => self.on_request(now, flow, request),
            Message::Response(response) => self.on_response(now, flow, response),
        }
    }

    fn on_refused(&mut self, now: Timestamp, flow: Flow, refused: &Refused) {
        let DueAnswer::Status(status, reply) = &refused.answer else {
            return;
        };
        // Broken requests cost a place in the same bucket as other requests outside of calls.
        let allowed = self
            .trunks
            .get_mut(flow.trunk)
            .is_some_and(|trunk| trunk.others_bucket.take(now));
        if allowed {
            let tag = self.random.tag();
            let bytes = reply.response(*status, &tag, &[]);
            let flow = reply_flow(flow, reply.via());
            self.transmit(flow, bytes);
        }
    }

    fn transmit(&mut self, flow: Flow, bytes: Bytes) {
        self.outputs.push_back(Output::Transmit(Transmit {
            transport: flow.transport,
            address: flow.address,
            connection: flow.connection,
            bytes,
        }));
    }

    fn has_room_for_transactions(&self) -> bool {
        self.servers.len() + self.clients.len() < TRANSACTIONS_MAX
    }

    /// A hop of ours with a fresh branch.
    fn via(&mut self, transport: Transport) -> String {
        format!(
            "SIP/2.0/{} {};branch={};rport",
            transport.as_str(),
            self.advertised.host_and_port(transport),
            self.random.branch()
        )
    }

    /// Where we are called, for this user.
    fn contact_for(&self, user: &str, transport: Transport) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        let host = self.advertised.host_and_port(transport);
        match transport {
            Transport::Udp => format!("<sip:{user}{at}{host}>"),
            other => format!("<sip:{user}{at}{host};transport={}>", other.as_lower()),
        }
    }

    fn contact(&self, transport: Transport) -> String {
        self.contact_for("", transport)
    }

    /// Ends a dialog with a BYE that nobody waits for.
    fn send_bye(&mut self, now: Timestamp, flow: Flow, dialog: &mut Dialog) -> bool {
        let via = self.via(flow.transport);
        let Ok(bye) = dialog.request(&Method::Bye, &via).finish() else {
            return false;
        };
        let flow = self.flow_of(flow, dialog);
        self.start_client(now, bye, flow, Purpose::Last, 0);
        true
    }

    /// Where requests of a dialog go: the next hop, if it is an address of the trunk; else where the call
    /// came from or went to. Connections are kept.
    fn flow_of(&self, flow: Flow, dialog: &Dialog) -> Flow {
        if flow.transport != Transport::Udp {
            return flow;
        }
        let hop = dialog.next_hop();
        let trusted = |address: &IpAddr| {
            self.trunks
                .get(flow.trunk)
                .is_some_and(|trunk| trunk.config.has_address(*address))
        };
        match hop.host_address().filter(trusted) {
            Some(address) => {
                let port = hop.port().unwrap_or(flow.transport.default_port());
                Flow {
                    address: SocketAddr::new(address, port),
                    ..flow
                }
            }
            None => flow,
        }
    }
}

/// Where a response goes: back on its connection; over UDP to the address that the request came from, and
/// to the port that it came from or that its sender listens on (RFC 3261, section 18.2.2; RFC 3581). What
/// `maddr` and `received` say is not followed.
fn reply_flow(flow: Flow, via: &Via) -> Flow {
    if flow.transport != Transport::Udp || via.wants_source_port() {
        return flow;
    }
    let port = via.port().unwrap_or(flow.transport.default_port());
    Flow {
        address: SocketAddr::new(flow.address.ip(), port),
        ..flow
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("trunks", &self.trunks.len())
            .field("calls", &self.calls.len())
            .field("servers", &self.servers.len())
            .field("clients", &self.clients.len())
            .finish_non_exhaustive()
    }
}
