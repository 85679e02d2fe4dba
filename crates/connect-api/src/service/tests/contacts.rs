//! What the API says of contacts and changes in them, through the router.

use super::chats::{straight_flow, waiting_flow};
use super::*;

impl Client {
    async fn attributes(&self, center: &Center, contact: &str) -> Value {
        let path = format!("/contact/attributes/{}/{contact}", center.instance);
        json_of(self.connect("GET", &path, "").await).await["Attributes"].clone()
    }

    async fn set_attributes(&self, center: &Center, contact: &str, to: Value) -> Response {
        let body = json!({
            "InstanceId": center.instance.to_string(), "InitialContactId": contact,
            "Attributes": to,
        });
        self.connect("POST", "/contact/attributes", &body.to_string())
            .await
    }
}

async fn entries_of(center: &Center, name: &str) -> usize {
    let operator = Principal::Operator { uid: 0 };
    let source = Service::Connect.source();
    let call = Call::new(operator, RequestId::from_u128(1), source, "ReadAudit");
    let permit = center
        .app
        .authorize::<ReadAudit>(&call, Target::Account)
        .unwrap();
    let entries = center.app.audit_entries(&permit, None, 1_000).await;
    let entries = entries.unwrap();
    let done = |entry: &model::audit::AuditEntry| entry.name == name && entry.error_code.is_none();
    entries.iter().filter(|(_, entry)| done(entry)).count()
}

#[test]
fn attributes_are_of_the_very_contact_that_is_named() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let waiting = waiting_flow(center);
        let flow = client.flow(center, "Attributes wait", &waiting).await;
        let onward = "Attributes go on";
        let onward = client
            .flow_of(center, "QUEUE_TRANSFER", onward, &waiting)
            .await;
        let first = client.chat(center, &flow).await["ContactId"].clone();
        let first = first.as_str().unwrap();
        client
            .set_attributes(center, first, json!({"tier": "gold"}))
            .await;
        let queue = center
            .app
            .resource_by_name(center.instance, model::ResourceKind::Queue, "BasicQueue")
            .unwrap();
        let transfer = json!({
            "InstanceId": center.instance.to_string(), "ContactId": first,
            "ContactFlowId": onward, "QueueId": queue.id.to_string(),
        });
        let moved = client
            .connect("POST", "/contact/transfer", &transfer.to_string())
            .await;
        let moved = json_of(moved).await;
        let next = moved["ContactId"].as_str().unwrap();
        assert_ne!(next, first);
        assert_eq!(
            client.attributes(center, next).await,
            json!({"tier": "gold"}),
            "copied on transfer"
        );

        for (contact, tier) in [(first, "silver"), (next, "bronze")] {
            let changed = client
                .set_attributes(center, contact, json!({"tier": tier}))
                .await;
            assert_eq!(outcome(&changed), (200, ""));
        }
        assert_eq!(
            client.attributes(center, first).await,
            json!({"tier": "silver"})
        );
        assert_eq!(
            client.attributes(center, next).await,
            json!({"tier": "bronze"})
        );
    });
}

#[test]
fn attributes_of_a_completed_contact_are_changed_in_its_record_and_audited() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let brief = straight_flow(&[("MessageParticipant", json!({"Text": "Bye."}))]);
        let flow = client.flow(center, "Attributes end", &brief).await;
        let contact = client.chat(center, &flow).await["ContactId"].clone();
        let contact = contact.as_str().unwrap();
        let before = entries_of(center, "UpdateContactAttributes").await;
        let changed = client
            .set_attributes(center, contact, json!({"late": "1", "kept": "yes"}))
            .await;
        assert_eq!(outcome(&changed), (200, ""));
        client
            .set_attributes(center, contact, json!({"late": "2"}))
            .await;
        assert_eq!(
            client.attributes(center, contact).await,
            json!({"late": "2", "kept": "yes"})
        );
        let after = entries_of(center, "UpdateContactAttributes").await;
        assert!(after >= before + 2, "each change has its entry");

        let large = json!({"late": "x".repeat(32_767), "more": "y".repeat(100)});
        let refused = client.set_attributes(center, contact, large).await;
        assert_eq!(outcome(&refused), (400, "InvalidParameterException"));
        assert_eq!(client.attributes(center, contact).await["late"], "2");
        let nobody = "00000000-0000-0000-0000-000000000009";
        let missing = client
            .set_attributes(center, nobody, json!({"late": "1"}))
            .await;
        assert_eq!(outcome(&missing), (404, "ResourceNotFoundException"));
    });
}

#[test]
fn a_task_names_contacts_that_are_there_and_a_time_to_come() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let waiting = waiting_flow(center);
        let flow = client.flow(center, "Tasks", &waiting).await;
        let start = async |more: Value| {
            let mut task = json!({
                "InstanceId": center.instance.to_string(), "ContactFlowId": flow, "Name": "Call back",
            });
            for (name, value) in more.as_object().unwrap() {
                task[name] = value.clone();
            }
            client
                .connect("PUT", "/contact/task", &task.to_string())
                .await
        };
        let first = json_of(start(json!({})).await).await["ContactId"].clone();
        let nobody = "00000000-0000-0000-0000-000000000009";
        let now = crate::test_center::NOW.as_millis() / 1000;
        let day = 24 * 60 * 60;
        let missing = (404, "ResourceNotFoundException");
        let invalid = (400, "InvalidParameterException");
        for (more, expected) in [
            (json!({"PreviousContactId": nobody}), missing),
            (json!({"RelatedContactId": nobody}), missing),
            (json!({"PreviousContactId": first}), (200, "")),
            (json!({"RelatedContactId": first}), (200, "")),
            (json!({"ScheduledTime": now - 1}), invalid),
            (json!({"ScheduledTime": now}), (200, "")),
            (json!({"ScheduledTime": now + 6 * day}), (200, "")),
            (json!({"ScheduledTime": now + 6 * day + 1}), invalid),
            (json!({"Name": "a\0b"}), invalid),
            (json!({"Description": "a\0b"}), invalid),
            (json!({"Description": "two\nlines"}), (200, "")),
        ] {
            let response = start(more.clone()).await;
            assert_eq!(outcome(&response), expected, "{more}");
        }
        let chat = json!({
            "InstanceId": center.instance.to_string(), "ContactFlowId": flow,
            "ParticipantDetails": {"DisplayName": "Grace"}, "RelatedContactId": nobody,
        });
        let refused = client
            .connect("PUT", "/contact/chat", &chat.to_string())
            .await;
        assert_eq!(outcome(&refused), missing);
    });
}

#[test]
fn a_user_may_be_created_without_identity_info() {
    with_center(async |center| {
        let client = Client::of(center).await;
        let id_of = |kind, name| {
            let found = center.app.resource_by_name(center.instance, kind, name);
            found.unwrap().id.to_string()
        };
        let routing = id_of(model::ResourceKind::RoutingProfile, "Basic Routing Profile");
        let profile = id_of(model::ResourceKind::SecurityProfile, "Agent");
        let new = json!({
            "Username": "unnamed", "RoutingProfileId": routing, "SecurityProfileIds": [profile],
        });
        let path = format!("/users/{}", center.instance);
        let created = client.connect("PUT", &path, &new.to_string()).await;
        assert_eq!(outcome(&created), (200, ""));
        let id = json_of(created).await["UserId"].clone();
        let one = format!("{path}/{}", id.as_str().unwrap());
        let user = json_of(client.connect("GET", &one, "").await).await;
        assert_eq!(user["User"]["Username"], "unnamed");

        let mut spoofed = new;
        spoofed["Username"] = json!("spoofed");
        spoofed["IdentityInfo"] = json!({"FirstName": "Ada\u{202E}", "LastName": "B"});
        let refused = client.connect("PUT", &path, &spoofed.to_string()).await;
        assert_eq!(outcome(&refused), (400, "InvalidParameterException"));
    });
}
