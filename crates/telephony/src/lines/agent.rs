//! The agent's side of a line: a browser, when it is there.

use std::net::SocketAddr;
use std::time::Duration;

use app::ports::telephony::TelephonyError;
use engine::CallEvent;
use media::Law;
use media::MediaTime;
use media::frame::FRAME_TICKS;
use media::prompt::MusicOnHold;
use media::webrtc::{BrowserCodec, BrowserLeg, BrowserLegConfig, BrowserOutput};
use model::quality::LegQuality;
use model::{ContactId, LoginSessionId, UserId};

use super::sound::Party;
use super::stun;
use super::worker::BrowserSocket;
use crate::clocks::Clocks;
use crate::handle::AgentOffer;
use crate::random;

/// How long a whisper waits for the agent's browser.
const BROWSER_WAIT_MAX: Duration = Duration::from_secs(5);

/// An agent on a line.
pub(super) struct AgentSide {
    pub(super) agent: UserId,
    pub(super) party: Party,
    /// The contact as which the agent has the call.
    pub(super) contact: Option<ContactId>,
    browser: Option<Browser>,
    /// Figures of a browser that is gone.
    left: Option<LegQuality>,
    joined: MediaTime,
}

struct Browser {
    /// Which browser it is.
    session: LoginSessionId,
    leg: BrowserLeg,
    deadline: MediaTime,
    connected: bool,
    /// Our ICE name fragment, by which its checks are known.
    fragment: String,
}

impl AgentSide {
    pub(super) fn new(now: MediaTime, agent: UserId) -> Self {
        Self {
            agent,
            party: Party::new(),
            contact: None,
            browser: None,
            left: None,
            joined: now,
        }
    }

    /// Answers an offer of a browser. A second offer of the same browser is an ICE restart or another
    /// direction; one that the leg does not understand is a browser that was loaded anew. Another browser
    /// takes the place of the one before, which hears and says nothing any more.
    pub(super) fn accept_offer(
        &mut self,
        now: MediaTime,
        clocks: Clocks,
        socket: &BrowserSocket,
        law: Law,
        offer: &AgentOffer,
    ) -> Result<String, TelephonyError> {
        let again = self
            .browser
            .as_mut()
            .filter(|browser| browser.session == offer.browser)
            .and_then(|browser| browser.leg.accept_offer(now, &offer.offer).ok());
        let answer = match again {
            Some(answer) => answer,
            None => {
                let config = BrowserLegConfig {
                    identity: socket.identity().clone(),
                    local: socket.advertised(),
                    codec: BrowserCodec::G711(law),
                    first_sequence: u16::from_be_bytes(random::bytes()),
                    first_timestamp: u32::from_be_bytes(random::bytes()),
                };
                let refused = |error: media::webrtc::BrowserLegError| {
                    TelephonyError::Refused(error.to_string())
                };
                let mut leg = BrowserLeg::new(now, clocks.zero(), &config).map_err(refused)?;
                let answer = leg.accept_offer(now, &offer.offer).map_err(refused)?;
                self.left = self.quality();
                self.browser = Some(Browser {
                    session: offer.browser,
                    leg,
                    deadline: now,
                    connected: false,
                    fragment: String::new(),
                });
                answer
            }
        };
        if let Some(browser) = &mut self.browser {
            let fragment = stun::fragment_of(&answer).unwrap_or_default();
            fragment.clone_into(&mut browser.fragment);
            browser.deadline = now;
        }
        Ok(answer)
    }

    /// How well the agent was heard; nothing where no browser was there.
    pub(super) fn quality_event(&self) -> Option<CallEvent> {
        Some(CallEvent::Quality {
            contact: self.contact?,
            agent: Some(self.agent),
            quality: self.quality()?,
        })
    }

    fn quality(&self) -> Option<LegQuality> {
        let browser = self.browser.as_ref().map(|browser| browser.leg.quality());
        // One that never sent anything says nothing about the one before.
        let heard = browser.filter(|quality| quality.packets_received > 0);
        heard.or(self.left).or(browser)
    }

    /// By which name its checks are known.
    pub(super) fn fragment(&self) -> Option<&str> {
        self.browser
            .as_ref()
            .map(|browser| browser.fragment.as_str())
    }

    /// Whether a datagram is of this agent's browser.
    pub(super) fn accepts(
        &self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) -> bool {
        self.browser
            .as_ref()
            .is_some_and(|browser| browser.leg.accepts(now, source, local, datagram))
    }

    /// Takes a datagram of the browser.
    pub(super) fn receive(
        &mut self,
        now: MediaTime,
        source: SocketAddr,
        local: SocketAddr,
        datagram: &[u8],
    ) {
        if let Some(browser) = &mut self.browser {
            browser.leg.receive(now, source, local, datagram);
        }
    }

    /// What the browser's leg has for others: audio, keys. What is for the network is sent.
    pub(super) fn next_output(&mut self, socket: &BrowserSocket) -> Option<BrowserOutput> {
        loop {
            let browser = self.browser.as_mut()?;
            match browser.leg.next_output() {
                BrowserOutput::Transmit {
                    destination,
                    datagram,
                } => socket.send(destination, &datagram),
                BrowserOutput::Connected => browser.connected = true,
                BrowserOutput::Disconnected => browser.connected = false,
                BrowserOutput::Deadline(at) => {
                    browser.deadline = at;
                    return None;
                }
                BrowserOutput::Closed => {
                    self.left = self.quality();
                    self.browser = None;
                    return None;
                }
                other => return Some(other),
            }
        }
    }

    /// Passes audio or keys of the customer on.
    pub(super) fn with_leg(&mut self, send: impl FnOnce(&mut BrowserLeg)) {
        if let Some(browser) = &mut self.browser {
            send(&mut browser.leg);
        }
    }

    /// It was `due` that 20 ms have passed.
    pub(super) fn tick(
        &mut self,
        now: MediaTime,
        due: MediaTime,
        law: Law,
        music: Option<&MusicOnHold>,
    ) -> Option<CallEvent> {
        let connected = self
            .browser
            .as_ref()
            .is_some_and(|browser| browser.connected);
        if let Some(browser) = &mut self.browser
            && now >= browser.deadline
        {
            browser.leg.advance(now);
        }
        // Nobody misses the beginning of a whisper because a browser takes a moment.
        if !connected && now.since(self.joined) < BROWSER_WAIT_MAX {
            return None;
        }
        let (frame, event) = self.party.next_frame(due, law, music);
        if let (Some(frame), Some(browser)) = (frame, &mut self.browser) {
            // On hold or not yet connected, nobody waits for it.
            let _ = browser.leg.send_audio(now, FRAME_TICKS, &frame);
        }
        event
    }
}
