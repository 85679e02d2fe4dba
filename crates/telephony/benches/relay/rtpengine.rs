//! rtpengine in user space, steered by its `ng` protocol: bencoded dictionaries over UDP.

use std::fmt::Write;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use media::leg::LegKeys;
use media::srtp::{CryptoLine, MasterKey, Suite};

use crate::processor;
use crate::{EndPlan, SUITES};

/// Where it is told what to do.
const CONTROL: &str = "127.0.0.1:22222";
/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// How long its start may take.
const START_MAX: Duration = Duration::from_secs(10);

/// A running daemon; ended when dropped.
pub(crate) struct Rtpengine {
    child: Child,
    control: UdpSocket,
    asked: u32,
}

impl Rtpengine {
    /// Starts it on one core; nothing where it is not installed.
    pub(crate) fn start(core: usize) -> Option<Self> {
        let child = Command::new("taskset")
            .args(["-c", &core.to_string(), "rtpengine", "--foreground"])
            .args([
                "--log-stderr",
                "--log-level=2",
                "--table=-1",
                "--num-threads=1",
            ])
            .args(["--interface=lo/127.0.0.1", "--listen-ng", CONTROL])
            .args(["--port-min=20000", "--port-max=60000"])
            .args(["--timeout=3600", "--silent-timeout=3600", "--tos=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let control = UdpSocket::bind("127.0.0.1:0").unwrap();
        control.connect(CONTROL).unwrap();
        control.set_read_timeout(Some(ANSWER_MAX)).unwrap();
        let mut engine = Self {
            child,
            control,
            asked: 0,
        };
        let begun = Instant::now();
        while engine.child.try_wait().unwrap().is_none() && begun.elapsed() < START_MAX {
            if engine.ask(&[("command", "ping")]).is_some() {
                return Some(engine);
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        None
    }

    /// Which processor time it has used, ns.
    pub(crate) fn processor_ns(&self) -> u64 {
        processor::used_ns(self.child.id(), "")
    }

    /// A call between two ends; where each of them sends, and their keys.
    pub(crate) fn call(
        &mut self,
        [caller, _]: [EndPlan; 2],
        rtp: SocketAddr,
        secured: bool,
    ) -> [(SocketAddr, Option<LegKeys>); 2] {
        let name = format!("call-{}", caller.ssrc);
        let common = [
            ("call-id", name.as_str()),
            ("from-tag", "caller"),
            ("ICE", "remove"),
        ];
        let describe = |key: Option<&CryptoLine>| description(rtp, key);
        let ours = |at: usize| secured.then(|| MasterKey::generate(SUITES[at]));
        let (caller_key, callee_key) = (ours(0), ours(1));
        let line = |tag: u32, key: &MasterKey| CryptoLine {
            tag,
            key: key.clone(),
        };
        let offer = describe(caller_key.as_ref().map(|key| line(1, key)).as_ref());
        let to_callee = self
            .ask(
                &[
                    &common[..],
                    &[("command", "offer"), ("DTLS", "off"), ("sdp", &offer)],
                ]
                .concat(),
            )
            .unwrap();
        let to_callee = Description::read(&to_callee);
        let chosen = to_callee.key(SUITES[1]);
        let key = callee_key.as_ref().zip(chosen.as_ref());
        let answer = describe(key.map(|(key, chosen)| line(chosen.tag, key)).as_ref());
        let to_caller = self
            .ask(
                &[
                    &common[..],
                    &[
                        ("to-tag", "callee"),
                        ("command", "answer"),
                        ("sdp", &answer),
                    ],
                ]
                .concat(),
            )
            .unwrap();
        let to_caller = Description::read(&to_caller);
        let keys = |ours: Option<MasterKey>, theirs: Option<CryptoLine>| {
            ours.map(|send| LegKeys {
                send,
                receive: theirs.unwrap().key,
            })
        };
        let caller_keys = keys(caller_key, to_caller.key(SUITES[0]));
        [
            (to_caller.rtp, caller_keys),
            (to_callee.rtp, keys(callee_key, chosen)),
        ]
    }

    /// Sends a command; the description in the answer, or nothing where there is none.
    fn ask(&mut self, members: &[(&str, &str)]) -> Option<String> {
        self.asked += 1;
        let cookie = format!("{} ", self.asked);
        let mut request = format!("{cookie}d");
        let mut members = members.to_vec();
        members.sort_unstable();
        for (key, value) in members {
            write!(request, "{}:{key}{}:{value}", key.len(), value.len()).unwrap();
        }
        request.push('e');
        let mut buffer = vec![0; 65_536];
        self.control.send(request.as_bytes()).ok()?;
        loop {
            let length = self.control.recv(&mut buffer).ok()?;
            let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let Some(answer) = answer.strip_prefix(&cookie) else {
                continue;
            };
            if answer.contains("6:result4:pong") {
                return Some(String::new());
            }
            let at = answer
                .find("3:sdp")
                .unwrap_or_else(|| panic!("rtpengine says {answer}"));
            let (length, sdp) = answer[at + 5..].split_once(':')?;
            return Some(sdp[..length.parse().ok()?].to_owned());
        }
    }
}

impl Drop for Rtpengine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reports share the port of the audio.
fn description(rtp: SocketAddr, key: Option<&CryptoLine>) -> String {
    let profile = if key.is_some() { "RTP/SAVP" } else { "RTP/AVP" };
    let key = key.map_or(String::new(), |key| {
        format!("a=crypto:{}\r\n", key.to_value().expose())
    });
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {} {profile} 8\r\na=rtcp-mux\r\n{key}a=sendrecv\r\n",
        rtp.port()
    )
}

/// What a description of rtpengine says.
struct Description {
    rtp: SocketAddr,
    keys: Vec<CryptoLine>,
}

impl Description {
    fn read(sdp: &str) -> Self {
        let value = |name: &str| sdp.lines().find_map(|line| line.strip_prefix(name));
        let port: u16 = value("m=audio ")
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .unwrap();
        let keys = sdp
            .lines()
            .filter_map(|line| line.strip_prefix("a=crypto:"))
            .filter_map(|line| CryptoLine::parse(line.trim(), &SUITES).ok())
            .collect();
        Self {
            rtp: ([127, 0, 0, 1], port).into(),
            keys,
        }
    }

    fn key(&self, suite: Suite) -> Option<CryptoLine> {
        self.keys
            .iter()
            .find(|line| line.key.suite() == suite)
            .cloned()
    }
}
