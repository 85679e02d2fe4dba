//! The threads of media without signalling, for the benches of this crate: no part of its interface.

use std::net::UdpSocket;

use media::leg::LegConfig;
use media::prompt::Prompt;
use model::{ContactId, InstanceId, LoginSessionId, UserId};
use tokio::sync::{mpsc, oneshot};

use crate::clocks::Clocks;
use crate::config::{BrowserPort, StartError};
use crate::handle::AgentOffer;
use crate::lines::{
    Hears, LineCommand, LineEvent, LineId, LineSettings, Lines, Parties, Sound, bind_udp,
};
use crate::tapes::Tapes;

/// Events that may wait: a bench reads none, and a full channel harms nobody.
const EVENTS_MAX: usize = 64;

/// Threads of media, bound to cores.
pub struct MediaThreads {
    lines: Lines,
    tapes: Tapes,
    _events: mpsc::Receiver<LineEvent>,
}

/// A line on one of the threads.
#[derive(Clone, Copy)]
pub struct BenchLine(LineId);

/// The socket of a leg and what was agreed on for it.
pub type Leg = (UdpSocket, LegConfig);

impl MediaThreads {
    /// Starts a thread on each of these cores, two at most.
    pub fn start(
        cores: &[usize],
        browsers: Option<BrowserPort>,
        music: Option<Prompt>,
    ) -> Result<Self, StartError> {
        let settings = LineSettings {
            clocks: Clocks::start(),
            browsers,
            music,
            cores: cores.to_vec(),
        };
        let (events, waiting) = mpsc::channel(EVENTS_MAX);
        let tapes = Tapes::start().map_err(StartError::Threads)?;
        Ok(Self {
            lines: Lines::start(&settings, &tapes, &events)?,
            tapes,
            _events: waiting,
        })
    }

    /// A socket as lines have them, on any port of this machine.
    pub fn bind() -> std::io::Result<UdpSocket> {
        bind_udp(([127, 0, 0, 1], 0).into())
    }

    /// A line whose customer hears music, as in a queue.
    pub fn queue(&mut self, customer: Leg) -> BenchLine {
        let line = self.open(customer);
        self.hear(line, Sound::Music, None);
        line
    }

    /// A line on which two trunks hear each other.
    pub fn bridge(&mut self, customer: Leg, third: Leg) -> BenchLine {
        let line = self.open(customer);
        let join = LineCommand::Join(third.0, Box::new(third.1));
        self.lines.tell(line.0, join);
        line
    }

    /// A line on which a trunk and a browser hear each other; gives the answer to the browser's offer.
    pub fn connect(&mut self, customer: Leg, offer: String) -> (BenchLine, Option<String>) {
        let line = self.open(customer);
        let agent = UserId::from_u128(1);
        self.hear(line, Sound::Other, Some((agent, Sound::Other)));
        let (reply, answer) = oneshot::channel();
        let offer = AgentOffer {
            call: (InstanceId::from_u128(1), ContactId::from_u128(1)),
            agent,
            browser: LoginSessionId::from_u128(1),
            offer,
            reply,
        };
        self.lines
            .tell(line.0, LineCommand::ConnectAgent(Box::new(offer)));
        (line, answer.blocking_recv().ok().and_then(Result::ok))
    }

    /// Ends a line.
    pub fn close(&self, line: BenchLine) {
        self.lines.tell(line.0, LineCommand::Close);
    }

    /// Ends the threads.
    pub fn stop(self) {
        self.lines.stop();
        self.tapes.stop();
    }

    fn open(&mut self, (socket, config): Leg) -> BenchLine {
        let line = self.lines.name();
        let open = LineCommand::Open(socket, Box::new(config));
        self.lines.tell(line, open);
        BenchLine(line)
    }

    fn hear(&self, line: BenchLine, customer: Sound, agent: Option<(UserId, Sound)>) {
        let parties = Parties {
            contact: None,
            customer: Hears::New(customer),
            agent: agent.map(|(agent, sound)| (agent, Hears::New(sound))),
        };
        let direct = LineCommand::Direct(Box::new(parties));
        self.lines.tell(line.0, direct);
    }
}
