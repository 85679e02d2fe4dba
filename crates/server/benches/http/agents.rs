//! Agents: made by a program, signed in as a person does, each with its workspace and its chats.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::chats::{PATIENCE, text_at};
use crate::client::{self, AccessKey, Connection, Site, Socket};
use crate::program::Program;

/// Chats that one agent has at once.
pub(crate) const CHATS_PER_AGENT: usize = 10;
const PASSWORD: &str = "correct-Horse-9-battery-staple";

/// An agent who has signed in.
pub(crate) struct Agent {
    cookie: String,
}

/// Makes so many agents, who serve the queue of the sample center's chats, and signs each of them in.
pub(crate) async fn sign_in(program: &Program, count: usize) -> Vec<Agent> {
    let site = Site::of(program);
    let mut maker = Maker {
        instance: program.variable("RINGFENCE_INSTANCE_ID").to_owned(),
        key: AccessKey::of(program),
        connection: site.connect().await,
    };
    let routing = maker
        .routing_profile(program.variable("RINGFENCE_QUEUE_ID"))
        .await;
    let security = maker.security_profile().await;
    let mut agents = Vec::new();
    for number in 0..count {
        let name = format!("bench-{number}");
        maker.user(&name, &routing, &security).await;
        // Sign-ins are limited by address: each agent sits at one of its own.
        let place = u8::try_from(number + 2).unwrap();
        let address = Ipv4Addr::new(127, 0, 0, place);
        let cookie = cookie_of(site.connect_from(address).await, &name).await;
        agents.push(Agent { cookie });
    }
    agents
}

/// Creates what agents need.
struct Maker {
    instance: String,
    key: AccessKey,
    connection: Connection,
}

impl Maker {
    async fn call(&mut self, method: &str, resource: &str, body: &str) -> Vec<u8> {
        let path = format!("/{resource}/{}", self.instance);
        let answer = self.connection.call(&self.key, method, &path, body);
        answer.await.to_vec()
    }

    async fn routing_profile(&mut self, queue: &str) -> String {
        let profile = json!({
            "Name": "Bench",
            "Description": "Many chats at once",
            "DefaultOutboundQueueId": queue,
            "QueueConfigs": [{
                "QueueReference": {"QueueId": queue, "Channel": "CHAT"},
                "Priority": 1,
                "Delay": 0,
            }],
            "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": CHATS_PER_AGENT}],
        });
        let created = self
            .call("PUT", "routing-profiles", &profile.to_string())
            .await;
        text_at(&created, "/RoutingProfileId")
    }

    /// The one for agents, which every instance has.
    async fn security_profile(&mut self) -> String {
        let listed = self.call("GET", "security-profiles-summary", "").await;
        let listed: Value = serde_json::from_slice(&listed).unwrap();
        let profiles = listed["SecurityProfileSummaryList"].as_array().unwrap();
        let found = profiles.iter().find(|profile| profile["Name"] == "Agent");
        found.unwrap()["Id"].as_str().unwrap().to_owned()
    }

    async fn user(&mut self, name: &str, routing: &str, security: &str) {
        let user = json!({
            "Username": name,
            "Password": PASSWORD,
            "IdentityInfo": {"FirstName": "Ada", "LastName": "Example"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
            "SecurityProfileIds": [security],
            "RoutingProfileId": routing,
        });
        self.call("PUT", "users", &user.to_string()).await;
    }
}

/// Signs in for the first time, which sets the second factor up; returns the session's cookie.
async fn cookie_of(mut connection: Connection, name: &str) -> String {
    let password = json!({"username": name, "password": PASSWORD});
    let (answer, _) = connection.post_from_page("/api/sign-in", &password).await;
    assert_eq!(answer["result"], "second-factor-enrolment");
    let secret = answer["secret"].as_str().unwrap();
    let code = signin::current_code(secret, client::now()).unwrap();
    let confirmation = json!({"enrolmentToken": answer["enrolmentToken"], "code": code});
    let (answer, cookie) = connection
        .post_from_page("/api/second-factor", &confirmation)
        .await;
    assert_eq!(answer["result"], "signed-in");
    cookie.unwrap()
}

/// A snapshot, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    agent: Person,
    contacts: Vec<Contact>,
}

#[derive(Deserialize)]
struct Person {
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    id: String,
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    contact_id: String,
    state: String,
}

impl Agent {
    /// Opens the workspace, is ready for chats, and takes each that is offered until it has as many as it
    /// may. Returns the workspace and the chats.
    pub(crate) async fn take_chats(self, site: &Site) -> (Socket, Vec<String>) {
        let mut socket = site.open_workspace(&self.cookie).await;
        let Snapshot { agent, .. } = next_snapshot(&mut socket).await;
        let ready = agent.statuses.iter().find(|s| s.kind == "ROUTABLE");
        let ready = json!({
            "type": "status.set",
            "requestId": "ready",
            "statusId": ready.unwrap().id,
        });
        send(&mut socket, &ready).await;
        let mut accepted = BTreeSet::new();
        loop {
            let Snapshot { contacts, .. } = next_snapshot(&mut socket).await;
            if contacts.len() == CHATS_PER_AGENT && contacts.iter().all(|c| c.state == "CONNECTED")
            {
                let chats = contacts.into_iter().map(|c| c.contact_id).collect();
                return (socket, chats);
            }
            for offered in contacts.into_iter().filter(|c| c.state == "CONNECTING") {
                let accept = json!({
                    "type": "contact.accept",
                    "requestId": offered.contact_id,
                    "contactId": offered.contact_id,
                });
                if accepted.insert(offered.contact_id) {
                    send(&mut socket, &accept).await;
                }
            }
        }
    }
}

async fn send(socket: &mut Socket, frame: &Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

async fn next_snapshot(socket: &mut Socket) -> Snapshot {
    loop {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await;
        let Message::Text(text) = next.unwrap().unwrap().unwrap() else {
            continue;
        };
        assert!(!text.contains(r#""type":"error""#), "{text}");
        if text.contains(r#""type":"snapshot""#) {
            return serde_json::from_str(&text).unwrap();
        }
    }
}
