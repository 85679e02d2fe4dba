//! Which action does what to which kind.

use model::ResourceKind;
use model::hours::HoursOfOperation;
use model::resource::{
    AgentStatus, BodyOf, FlowDefinition, FlowModuleDefinition, PhoneNumber, Prompt, Queue,
    QuickConnect, RoutingProfile, SecurityProfile, User,
};

#[cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "most actions stand in the table below"
    )
)]
use crate::action::*;

/// An action that creates resources with this body.
pub trait Creates<B: BodyOf>: Action {}
/// An action that reads one resource with this body.
pub trait Reads<B: BodyOf>: Action {}
/// An action that changes resources with this body.
pub trait Updates<B: BodyOf>: Action {}
/// An action that lists resources of a kind.
pub trait Lists: Action {
    /// The kind.
    const LISTED: ResourceKind;
}
/// An action that deletes resources of a kind.
pub trait Deletes: Action {
    /// The kind.
    const DELETED: ResourceKind;
}

macro_rules! kinds {
    ($($body:ty, $kind:ident:
        creates [$($create:ident),*] reads [$($read:ident),*] updates [$($update:ident),*]
        lists [$($list:ident),*] deletes [$($delete:ident),*];)*) => {$(
        $(impl Creates<$body> for $create {})*
        $(impl Reads<$body> for $read {})*
        $(impl Updates<$body> for $update {})*
        $(impl Lists for $list {
            const LISTED: ResourceKind = ResourceKind::$kind;
        })*
        $(impl Deletes for $delete {
            const DELETED: ResourceKind = ResourceKind::$kind;
        })*
    )*};
}

kinds! {
    Queue, Queue:
        creates [CreateQueue] reads [DescribeQueue, ListQueueQuickConnects]
        updates [UpdateQueueName, UpdateQueueHoursOfOperation, UpdateQueueMaxContacts,
            UpdateQueueOutboundCallerConfig, UpdateQueueStatus, AssociateQueueQuickConnects,
            DisassociateQueueQuickConnects]
        lists [ListQueues] deletes [DeleteQueue];
    HoursOfOperation, Hours:
        creates [CreateHoursOfOperation]
        reads [DescribeHoursOfOperation, DescribeHoursOfOperationOverride, ListHoursOfOperationOverrides]
        updates [UpdateHoursOfOperation, CreateHoursOfOperationOverride,
            UpdateHoursOfOperationOverride, DeleteHoursOfOperationOverride]
        lists [ListHoursOfOperations] deletes [DeleteHoursOfOperation];
    RoutingProfile, RoutingProfile:
        creates [CreateRoutingProfile] reads [DescribeRoutingProfile, ListRoutingProfileQueues]
        updates [AssociateRoutingProfileQueues, DisassociateRoutingProfileQueues,
            UpdateRoutingProfileQueues, UpdateRoutingProfileConcurrency,
            UpdateRoutingProfileDefaultOutboundQueue, UpdateRoutingProfileName,
            UpdateRoutingProfileAgentAvailabilityTimer]
        lists [ListRoutingProfiles] deletes [DeleteRoutingProfile];
    User, User:
        creates [CreateUser] reads [DescribeUser]
        updates [UpdateUserIdentityInfo, UpdateUserPhoneConfig, UpdateUserRoutingProfile,
            UpdateUserSecurityProfiles]
        lists [ListUsers] deletes [DeleteUser];
    SecurityProfile, SecurityProfile:
        creates [CreateSecurityProfile]
        reads [DescribeSecurityProfile, ListSecurityProfilePermissions]
        updates [] lists [ListSecurityProfiles] deletes [];
    AgentStatus, AgentStatus:
        creates [CreateAgentStatus] reads [DescribeAgentStatus]
        updates [] lists [ListAgentStatuses] deletes [];
    QuickConnect, QuickConnect:
        creates [CreateQuickConnect] reads [DescribeQuickConnect]
        updates [] lists [ListQuickConnects] deletes [DeleteQuickConnect];
    PhoneNumber, PhoneNumber:
        creates [] reads [DescribePhoneNumber]
        updates [AssociatePhoneNumberContactFlow, DisassociatePhoneNumberContactFlow,
            UpdatePhoneNumber, UpdatePhoneNumberMetadata]
        lists [ListPhoneNumbers] deletes [ReleasePhoneNumber];
    Prompt, Prompt:
        creates [CreatePrompt] reads [DescribePrompt, GetPromptFile] updates [UpdatePrompt]
        lists [ListPrompts] deletes [DeletePrompt];
    FlowDefinition, Flow:
        creates [CreateContactFlow] reads [DescribeContactFlow]
        updates [UpdateContactFlowContent, UpdateContactFlowMetadata, UpdateContactFlowName]
        lists [ListContactFlows] deletes [DeleteContactFlow];
    FlowModuleDefinition, FlowModule:
        creates [CreateContactFlowModule] reads [DescribeContactFlowModule]
        updates [UpdateContactFlowModuleContent, UpdateContactFlowModuleMetadata]
        lists [ListContactFlowModules] deletes [DeleteContactFlowModule];
}
