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
