//! Connections: bytes in pieces, and who they come from.

use model::Timestamp;

use super::{ConnectionId, Due, Endpoint, Flow, Output, Peer, Transport};
use crate::framing::{Frame, StreamFramer};
use crate::limits::{CONNECTIONS_MAX, INCOMPLETE_MESSAGE_MAX, OUTPUTS_MAX};

#[derive(Debug)]
pub(super) struct Connection {
    flow: Flow,
    framer: StreamFramer,
    /// Until when the message that has begun must be whole.
    whole_by: Option<Timestamp>,
}

impl Endpoint {
    /// A connection is open, whoever opened it; over TLS after its handshake. It is closed at once if
    /// nobody listed is behind it.
    pub fn connected(&mut self, id: ConnectionId, peer: &Peer) {
        let trunk = self.trunk_of(peer).filter(|_| {
            peer.transport != Transport::Udp && self.connections.len() < CONNECTIONS_MAX
        });
        let Some(trunk) = trunk else {
            self.dropped = self.dropped.saturating_add(1);
            self.outputs.push_back(Output::Close(id));
            return;
        };
        let flow = Flow {
            trunk,
            transport: peer.transport,
            address: peer.address,
            connection: Some(id),
        };
        let framer = StreamFramer::new();
        let connection = Connection {
            flow,
            framer,
            whole_by: None,
        };
        self.connections.insert(id, connection);
    }

    /// A connection is gone. Calls go on: their next request opens another one.
    pub fn disconnected(&mut self, id: ConnectionId) {
        self.connections.remove(&id);
        self.schedule.set(Due::Connection(id), None);
        for call in self.calls.values_mut() {
            if call.flow.connection == Some(id) {
                call.flow.connection = None;
            }
        }
    }

    /// Takes what a connection brought. Bytes of unknown connections are dropped.
    pub fn receive_stream(&mut self, now: Timestamp, id: ConnectionId, bytes: &[u8]) {
        let Some(mut connection) = self.connections.remove(&id) else {
            return;
        };
        let flow = connection.flow;
        let mut rest = bytes;
        loop {
            let taken = connection.framer.feed(rest);
            rest = rest.get(taken..).unwrap_or_default();
            loop {
                match connection.framer.next_frame() {
                    Ok(None) => break,
                    Ok(Some(frame)) => {
                        connection.whole_by = None;
                        self.on_frame(now, flow, frame);
                    }
                    Err(broken) => {
                        self.on_refused(now, flow, &broken.0);
                        self.schedule.set(Due::Connection(id), None);
                        self.outputs.push_back(Output::Close(id));
                        return;
                    }
                }
            }
            if rest.is_empty() || taken == 0 {
                break;
            }
        }
        connection.whole_by = match (connection.framer.waiting(), connection.whole_by) {
            (0, _) => None,
            (_, None) => Some(now.plus(INCOMPLETE_MESSAGE_MAX)),
            (_, begun) => begun,
        };
        self.schedule.set(Due::Connection(id), connection.whole_by);
        self.connections.insert(id, connection);
    }

    /// A message that began long ago is not whole: the connection is closed. A line end alone was the
    /// answer to a keep-alive.
    pub(super) fn on_connection_deadline(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.whole_by = None;
        if !connection.framer.take_pong() {
            self.connections.remove(&id);
            self.outputs.push_back(Output::Close(id));
        }
    }

    fn on_frame(&mut self, now: Timestamp, flow: Flow, frame: Frame) {
        if self.outputs.len() > OUTPUTS_MAX {
            return;
        }
        match frame {
            Frame::Message(message) => self.on_message(now, flow, *message),
            Frame::Refused(refused) => self.on_refused(now, flow, &refused),
            Frame::Ping => self.transmit(flow, bytes::Bytes::from_static(b"\r\n")),
            Frame::Pong => {}
        }
    }
}
