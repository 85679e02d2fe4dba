//! Flows, numbers and quick connects of a test's own.

use app::Target;
use app::action::{CreateContactFlow, CreateContactFlowModule, CreateQuickConnect};
use app::config::{Creates, NewResource};
use model::resource::{
    BodyOf, FlowDefinition, FlowModuleDefinition, FlowState, FlowStatus, FlowType, QuickConnect,
    QuickConnectDestination,
};
use model::{FlowId, FlowModuleId, QueueId, QuickConnectId, ResourceId, ResourceKind};
use serde_json::{Value, json};

use crate::center::{Center, block, claim, new_resource, system_call};

impl Center {
    pub(crate) fn queue(&self) -> QueueId {
        let queue = self
            .app
            .resource_by_name(self.instance, ResourceKind::Queue, "BasicQueue");
        queue.unwrap().id.into()
    }

    pub(crate) async fn flow(&self, name: &str, kind: FlowType, actions: &[Value]) -> FlowId {
        let content = json!({
            "Version": "2019-10-30",
            "StartAction": actions[0]["Identifier"],
            "Actions": actions,
        });
        self.publish(name, kind, &content).await
    }

    /// A flow with this content.
    pub(crate) async fn publish(&self, name: &str, kind: FlowType, content: &Value) -> FlowId {
        let flow = FlowDefinition {
            kind,
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content: content.to_string(),
        };
        let created = self.create::<CreateContactFlow, _>(new_resource(name, flow));
        created.await.into()
    }

    /// A module with this content.
    pub(crate) async fn module(&self, name: &str, content: &Value) -> FlowModuleId {
        let module = FlowModuleDefinition {
            description: None,
            state: FlowState::Active,
            status: FlowStatus::Published,
            content: content.to_string(),
        };
        let created = self.create::<CreateContactFlowModule, _>(new_resource(name, module));
        created.await.into()
    }

    /// A number that leads to a flow.
    pub(crate) async fn number(&self, number: &str, flow: FlowId) {
        claim(&self.app, self.instance, number, Some(flow)).await;
    }

    /// A quick connect to the queue, by way of a flow.
    pub(crate) async fn quick_connect(&self, name: &str, flow: FlowId) -> QuickConnectId {
        let destination = QuickConnectDestination::Queue {
            queue: self.queue(),
            flow,
        };
        let quick_connect = QuickConnect {
            description: None,
            destination,
        };
        self.create::<CreateQuickConnect, _>(new_resource(name, quick_connect))
            .await
            .into()
    }

    async fn create<A: Creates<B>, B: BodyOf>(&self, new: NewResource<B>) -> ResourceId {
        let call = system_call("Create");
        let target = Target::Instance(self.instance);
        let permit = self.app.authorize::<A>(&call, target).unwrap();
        let created = self.app.create::<A, B>(&call, permit, new).await;
        created.unwrap().id
    }
}

/// Says a tone.
pub(crate) fn say(id: &str, hertz: u32, next: &str) -> Value {
    let text = json!({"Text": hertz.to_string()});
    block(id, "MessageParticipant", &text, next)
}

pub(crate) fn hook(id: &str, event: &str, flow: FlowId, next: &str) -> Value {
    let hooks = json!({"EventHooks": {event: flow.to_string()}});
    block(id, "UpdateContactEventHooks", &hooks, next)
}

/// The last blocks of a flow that queues.
pub(crate) fn queueing(queue: QueueId) -> [Value; 3] {
    let target = json!({"QueueId": queue.to_string()});
    let transfer = json!({
        "Identifier": "transfer", "Type": "TransferContactToQueue", "Parameters": {},
        "Transitions": {"NextAction": "end", "Errors": [
            {"ErrorType": "QueueAtCapacity", "NextAction": "end"},
            {"ErrorType": "NoMatchingError", "NextAction": "end"}]},
    });
    [
        block("queue", "UpdateContactTargetQueue", &target, "transfer"),
        transfer,
        end("end"),
    ]
}

pub(crate) fn end(id: &str) -> Value {
    json!({"Identifier": id, "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})
}

/// Says tones again and again; every `seconds` goes on to `interrupted`.
pub(crate) fn repeat(id: &str, tones: &[u32], seconds: u32, interrupted: &str) -> Value {
    let messages: Vec<Value> = tones
        .iter()
        .map(|hertz| json!({"Text": hertz.to_string()}))
        .collect();
    json!({
        "Identifier": id, "Type": "MessageParticipantIteratively",
        "Parameters": {"Messages": messages, "InterruptFrequencySeconds": seconds.to_string()},
        "Transitions": {
            "NextAction": id,
            "Conditions": [{"NextAction": interrupted,
                "Condition": {"Operator": "Equals", "Operands": ["MessagesInterrupted"]}}],
            "Errors": [{"ErrorType": "NoMatchingError", "NextAction": id}],
        },
    })
}
