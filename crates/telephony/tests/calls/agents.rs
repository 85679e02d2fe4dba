//! Agents, whose browsers are played by str0m on sockets of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::action::{AcceptContact, ConnectCall, OpenWorkspace, SetOwnStatus};
use app::{Call, Principal, Target};
use media::Law;
use media::frame::FRAME_SAMPLES;
use model::agent::AgentContactState;
use model::resource::ResourceBody;
use model::{ContactId, IdSource, LoginSessionId, RequestId, ResourceKind};
use str0m::change::SdpAnswer;
use str0m::format::PayloadParams;
use str0m::media::{Direction, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;

use crate::center::{Center, MUSIC, PATIENCE};
use crate::flows::call_up_to_the_question;
use crate::phone::{Keys, Phone};
use crate::sound::{is_tone, tone};

/// A call of ada's workspace.
pub(crate) fn own_call(center: &Center, operation: &'static str) -> Arc<Call> {
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
        session: LoginSessionId::generate(&mut IdSource::from_seed([1; 32])),
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
}

impl Browser {
    /// A browser that has joined the call.
    pub(crate) async fn join(center: &Center, contact: ContactId, hums: u32) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_pcmu(true, false)
            .build(Instant::now());
        let local = Candidate::host(socket.local_addr().unwrap(), Protocol::Udp).unwrap();
        rtc.add_local_candidate(local);
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        let call = own_call(center, "ConnectCall");
        let target = Target::Contact(center.instance, contact);
        let permit = center.app.authorize::<ConnectCall>(&call, target).unwrap();
        let answer = center
            .app
            .connect_call(&call, permit, &offer.to_sdp_string())
            .await
            .unwrap();
        let answer = SdpAnswer::from_sdp_string(&answer).unwrap();
        rtc.sdp_api().accept_answer(pending, answer).unwrap();
        Self {
            rtc,
            socket,
            mid,
            hums,
            zero: Instant::now(),
            said: 0,
            heard: Vec::new(),
        }
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(sent) => {
                    let _ = self.socket.try_send_to(&sent.contents, sent.destination);
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
        let time = MediaTime::new(at, str0m::media::Frequency::EIGHT_KHZ);
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
