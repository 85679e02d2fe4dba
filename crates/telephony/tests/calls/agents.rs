//! Agents, whose browsers are played by str0m on sockets of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::action::{AcceptContact, ConnectCall, OpenWorkspace, SetOwnStatus};
use app::{Call, Joined, Joining, MediaPlace, Principal, Target};
use media::Law;
use media::frame::FRAME_SAMPLES;
use model::agent::AgentContactState;
use model::resource::ResourceBody;
use model::{ContactId, IdSource, LoginSessionId, RequestId, ResourceKind};
use str0m::change::SdpAnswer;
use str0m::format::{Codec, FormatParams, PayloadParams};
use str0m::media::{Direction, Frequency, MediaKind, MediaTime, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;

use crate::center::{Center, MUSIC, PATIENCE};
use crate::flows::call_up_to_the_question;
use crate::phone::{Keys, Phone};
use crate::sound::{is_tone, tone};

/// A call of ada's workspace.
pub(crate) fn own_call(center: &Center, operation: &'static str) -> Arc<Call> {
    call_from(center, 1, operation)
}

/// A call of ada's workspace in the browser with this number.
fn call_from(center: &Center, browser: u8, operation: &'static str) -> Arc<Call> {
    let user = center
        .app
        .resource_by_name(center.instance, ResourceKind::User, "ada")
        .unwrap();
    let ResourceBody::User(body) = &user.body else {
        panic!("ada is a user");
    };
    let principal = Principal::User {
        instance: center.instance,
        user: center.ada,
        username: "ada".to_owned(),
        profiles: body.security_profiles.iter().copied().collect(),
        session: LoginSessionId::generate(&mut IdSource::from_seed([browser; 32])),
        second_factor: true,
    };
    let request = RequestId::from_u128(3);
    Arc::new(Call::new(principal, request, "ringfence", operation))
}

/// Ada becomes available, waits for the call and takes it.
pub(crate) async fn accept(center: &Center) -> ContactId {
    let app = &center.app;
    let presence = Target::Agent(center.instance, center.ada);
    let call = own_call(center, "OpenWorkspace");
    let permit = app.authorize::<OpenWorkspace>(&call, presence).unwrap();
    let mut workspace = app.open_workspace(&call, permit).await.unwrap();
    let status = app
        .resource_by_name(center.instance, ResourceKind::AgentStatus, "Available")
        .unwrap();
    let call = own_call(center, "SetOwnStatus");
    let permit = app.authorize::<SetOwnStatus>(&call, presence).unwrap();
    app.set_own_status(&call, permit, status.id.into())
        .await
        .unwrap();
    let contact = loop {
        let Some(app::agent::WorkspaceFrame::Snapshot(shown)) = workspace.next().await else {
            continue;
        };
        let offered = shown
            .contacts
            .into_iter()
            .find(|contact| contact.contact.state == AgentContactState::Connecting);
        if let Some(offered) = offered {
            break offered.contact.contact;
        }
    };
    let call = own_call(center, "AcceptContact");
    let target = Target::Contact(center.instance, contact);
    let permit = app.authorize::<AcceptContact>(&call, target).unwrap();
    app.accept_contact(&call, permit).await.unwrap();
    contact
}

pub(crate) struct Browser {
    rtc: Rtc,
    socket: UdpSocket,
    mid: Mid,
    hums: u32,
    zero: Instant,
    said: usize,
    pub(crate) heard: Vec<i16>,
    /// Packets of keys that came as events.
    pub(crate) events: usize,
}

impl Browser {
    /// A browser that has joined the call.
    pub(crate) async fn join(center: &Center, contact: ContactId, hums: u32) -> Self {
        let joined = Self::join_from(center, 1, contact, hums, Joining::IfFree).await;
        joined.unwrap()
    }

    /// Another browser of the same agent; nothing where the call is in another one.
    async fn join_from(
        center: &Center,
        browser: u8,
        contact: ContactId,
        hums: u32,
        joining: Joining,
    ) -> Option<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut config = RtcConfig::new().clear_codecs().enable_pcmu(true, false);
        let events = FormatParams {
            telephone_event_max: Some(15),
            ..FormatParams::default()
        };
        config.codec_config().add_config(
            Pt::new_with_value(126),
            None,
            Codec::Tele,
            Frequency::EIGHT_KHZ,
            None,
            events,
        );
        let mut rtc = config.build(Instant::now());
        let local = Candidate::host(socket.local_addr().unwrap(), Protocol::Udp).unwrap();
        rtc.add_local_candidate(local);
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        let call = call_from(center, browser, "ConnectCall");
        let target = Target::Contact(center.instance, contact);
        let permit = center.app.authorize::<ConnectCall>(&call, target).unwrap();
        let joined = center
            .app
            .connect_call(&call, permit, &offer.to_sdp_string(), joining)
            .await
            .unwrap();
        let Joined::Here(answer) = joined else {
            return None;
        };
        let answer = SdpAnswer::from_sdp_string(&answer).unwrap();
        rtc.sdp_api().accept_answer(pending, answer).unwrap();
        Some(Self {
            rtc,
            socket,
            mid,
            hums,
            zero: Instant::now(),
            said: 0,
            heard: Vec::new(),
            events: 0,
        })
    }

    /// The browser has another address from now on: its old one is gone.
    async fn change_network(&mut self, center: &Center, contact: ContactId) {
        self.socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut change = self.rtc.sdp_api();
        change.ice_restart(false);
        let (offer, pending) = change.apply().unwrap();
        let call = own_call(center, "ConnectCall");
        let target = Target::Contact(center.instance, contact);
        let permit = center.app.authorize::<ConnectCall>(&call, target).unwrap();
        let joined = center
            .app
            .connect_call(&call, permit, &offer.to_sdp_string(), Joining::IfFree)
            .await;
        let Joined::Here(answer) = joined.unwrap() else {
            panic!("the call stays with its browser");
        };
        let answer = SdpAnswer::from_sdp_string(&answer).unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        let local = Candidate::host(self.socket.local_addr().unwrap(), Protocol::Udp).unwrap();
        self.rtc.add_local_candidate(local);
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(sent) => {
                    let _ = self.socket.try_send_to(&sent.contents, sent.destination);
                }
                Output::Event(Event::MediaData(data))
                    if data.params.spec().codec == Codec::Tele =>
                {
                    self.events += 1;
                }
                Output::Event(Event::MediaData(data)) => {
                    let samples = data.data.iter().map(|byte| Law::Mu.decode(*byte));
                    self.heard.extend(samples);
                }
                Output::Event(_) => {}
            }
        }
    }

    async fn step(&mut self) {
        self.drain();
        let mut datagram = [0; 2048];
        let due = self.zero + Duration::from_millis(20 * (self.said as u64 + 1));
        tokio::select! {
            Ok((length, source)) = self.socket.recv_from(&mut datagram) => {
                self.take(source, &datagram[..length]);
            }
            () = crate::phone::at(due) => {
                self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                self.drain();
                self.speak();
                self.said += 1;
            }
        }
        self.drain();
    }

    fn take(&mut self, source: SocketAddr, datagram: &[u8]) {
        let local = self.socket.local_addr().unwrap();
        let receive = Receive::new(Protocol::Udp, source, local, datagram).unwrap();
        let input = Input::Receive(Instant::now(), receive);
        self.rtc.handle_input(input).unwrap();
    }

    fn speak(&mut self) {
        let all = tone(self.hums, (self.said + 1) * FRAME_SAMPLES);
        let mut frame = [0; FRAME_SAMPLES];
        Law::Mu.encode_all(&all[self.said * FRAME_SAMPLES..], &mut frame);
        let Some(writer) = self.rtc.writer(self.mid) else {
            return;
        };
        let Some(pt) = writer.payload_params().next().map(PayloadParams::pt) else {
            return;
        };
        let at = (self.said * FRAME_SAMPLES) as u64;
        let time = MediaTime::new(at, Frequency::EIGHT_KHZ);
        let _ = writer.write(pt, Instant::now(), time, frame.to_vec());
    }

    pub(crate) async fn lives_until(
        &mut self,
        phone: &mut Phone,
        what: &str,
        done: impl Fn(&Self, &Phone) -> bool,
    ) {
        let lives = async {
            while !done(self, phone) {
                phone.during(self.step()).await;
            }
        };
        let lived = tokio::time::timeout(PATIENCE, lives).await;
        assert!(lived.is_ok(), "in vain waited until {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_and_caller_hear_each_other() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(&center)).await;
    phone.hums = Some(700);
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, 1500))).await;
    browser
        .lives_until(&mut phone, "both hear each other", |browser, phone| {
            phone.hears(1500) && is_tone(&browser.heard, 700)
        })
        .await;
    phone.hang_up();
    phone
        .until("the call is over", |phone| phone.ended.is_some())
        .await;
}

/// Where the media of ada's call is, as the browser with this number shows it.
async fn place(center: &Center, browser: u8) -> Option<MediaPlace> {
    let call = call_from(center, browser, "OpenWorkspace");
    let presence = Target::Agent(center.instance, center.ada);
    let permit = center.app.authorize::<OpenWorkspace>(&call, presence);
    let opened = center.app.open_workspace(&call, permit.unwrap()).await;
    let mut workspace = opened.unwrap();
    let Some(app::agent::WorkspaceFrame::Snapshot(shown)) = workspace.next().await else {
        panic!("a workspace begins with a snapshot");
    };
    shown.contacts[0].media
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_browser_of_the_agent_joins_only_when_it_is_told_to_take_the_call() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(&center)).await;
    let early = Browser::join_from(&center, 2, contact, 1100, Joining::IfFree);
    let early = Box::pin(phone.during(early)).await;
    assert!(early.is_none(), "the browser that answered has the call");
    phone.hums = Some(700);
    let mut first = Box::pin(phone.during(Browser::join(&center, contact, 1500))).await;
    first
        .lives_until(&mut phone, "both hear each other", |browser, phone| {
            phone.hears(1500) && is_tone(&browser.heard, 700)
        })
        .await;
    assert_eq!(place(&center, 1).await, Some(MediaPlace::Here));
    assert_eq!(place(&center, 2).await, Some(MediaPlace::Elsewhere));

    let second = Browser::join_from(&center, 2, contact, 1100, Joining::TakeOver);
    let mut second = Box::pin(phone.during(second)).await.unwrap();
    second
        .lives_until(&mut phone, "the second browser has it", |browser, phone| {
            phone.hears(1100) && is_tone(&browser.heard, 700)
        })
        .await;
    assert_eq!(place(&center, 1).await, Some(MediaPlace::Elsewhere));
    first.heard.clear();
    let begun = phone.said;
    first
        .lives_until(&mut phone, "a while has passed", |_, phone| {
            phone.said > begun + 25
        })
        .await;
    assert!(!is_tone(&first.heard, 700), "the first one is off the line");
    let again = Browser::join_from(&center, 1, contact, 1500, Joining::IfFree);
    let again = Box::pin(phone.during(again)).await;
    assert!(again.is_none(), "it does not take the call back by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_changes_its_network_keeps_the_call() {
    let center = Center::start().await;
    let mut phone = call_up_to_the_question(&center, Keys::Events).await;
    phone.press('1');
    phone
        .until("music is heard", |phone| phone.hears(MUSIC))
        .await;
    let contact = phone.during(accept(&center)).await;
    phone.hums = Some(700);
    let mut browser = Box::pin(phone.during(Browser::join(&center, contact, 1500))).await;
    let both_hear =
        |browser: &Browser, phone: &Phone| phone.hears(1500) && is_tone(&browser.heard, 700);
    browser
        .lives_until(&mut phone, "both hear each other", both_hear)
        .await;
    Box::pin(phone.during(browser.change_network(&center, contact))).await;
    phone.heard.clear();
    browser.heard.clear();
    browser
        .lives_until(&mut phone, "both hear each other again", both_hear)
        .await;
    assert_eq!(phone.ended, None);
}
