//! Everything that can be permitted: one type per action, with its name, the permissions that grant it
//! to users, and who else may hold it.

/// What an action is and what grants it.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionSpec {
    /// Name in IAM's form, such as `connect:DescribeQueue`.
    pub name: &'static str,
    /// Permissions of security profiles of which any one grants it to a user; empty: no profile does.
    pub permissions: &'static [&'static str],
    /// Which of a user's targets the permission covers.
    pub scope: Scope,
    /// Whether it only reads.
    pub access: Access,
    /// Who besides users and access keys may do it.
    pub others: &'static [Other],
}

impl ActionSpec {
    /// Name of the operation, without the service.
    pub fn operation(&self) -> &'static str {
        self.name
            .split_once(':')
            .map_or(self.name, |(_, operation)| operation)
    }

    /// Whether a participant may still do it when its chat is over: connect, and read what was said.
    pub(crate) fn is_open_after_chat(&self) -> bool {
        self.access != Access::Write || self == CreateParticipantConnection::SPEC
    }
}

/// Which targets a user's permission covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of the instance.
    Any,
    /// Only the user's own: its presence, contacts it works on.
    Own,
}

/// Reading or changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads configuration.
    Read,
    /// Reads personal data: the answer waits for the commit of its audit entry.
    ReadPersonal,
    /// Changes something.
    Write,
}

/// Principals besides users and access keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// A participant, on its own contact.
    Participant,
    /// A visitor of a public page.
    Visitor,
    /// Whoever signs in or out: visitors, and users whatever they hold and showed.
    Anyone,
    /// A person on the machine.
    Operator,
    /// The program itself.
    System,
}

/// A type that stands for an action.
pub trait Action: Send + Sync + 'static {
    /// What it is.
    const SPEC: &'static ActionSpec;
}

macro_rules! actions {
    ($($name:ident: $prefix:literal, $access:ident, $scope:ident, [$($permission:literal),*], [$($other:ident),*];)*) => {
        $(
            #[doc = concat!("`", $prefix, ":", stringify!($name), "`.")]
            #[derive(Debug)]
            pub struct $name;

            impl Action for $name {
                const SPEC: &'static ActionSpec = &ActionSpec {
                    name: concat!($prefix, ":", stringify!($name)),
                    permissions: &[$($permission),*],
                    scope: Scope::$scope,
                    access: Access::$access,
                    others: &[$(Other::$other),*],
                };
            }
        )*

        /// All actions, in the order of the table.
        pub const ALL: &[&ActionSpec] = &[$($name::SPEC,)*];
    };
}

actions! {
    // Account and instances.
    GetCallerIdentity: "sts", Read, Any, [], [];
    CreateInstance: "connect", Write, Any, [], [Operator, System];
    ListInstances: "connect", Read, Any, [], [Operator];
    DescribeInstance: "connect", Read, Any, ["BasicAgentAccess", "Users.View"], [Operator];
    ListInstanceAttributes: "connect", Read, Any, ["Users.View"], [];
    DescribeInstanceAttribute: "connect", Read, Any, ["Users.View"], [];
    AssociateApprovedOrigin: "connect", Write, Any, [], [];
    DisassociateApprovedOrigin: "connect", Write, Any, [], [];
    ListApprovedOrigins: "connect", Read, Any, [], [];
    // Queues.
    CreateQueue: "connect", Write, Any, ["Queues.Create"], [System];
    DescribeQueue: "connect", Read, Any, ["Queues.View"], [];
    ListQueues: "connect", Read, Any, ["Queues.View"], [];
    UpdateQueueName: "connect", Write, Any, ["Queues.Edit"], [];
    UpdateQueueHoursOfOperation: "connect", Write, Any, ["Queues.Edit"], [];
    UpdateQueueMaxContacts: "connect", Write, Any, ["Queues.Edit"], [];
    UpdateQueueOutboundCallerConfig: "connect", Write, Any, ["Queues.Edit"], [];
    UpdateQueueStatus: "connect", Write, Any, ["Queues.EnableAndDisable"], [];
    DeleteQueue: "connect", Write, Any, ["Queues.Edit"], [];
    AssociateQueueQuickConnects: "connect", Write, Any, ["Queues.Edit"], [System];
    DisassociateQueueQuickConnects: "connect", Write, Any, ["Queues.Edit"], [];
    ListQueueQuickConnects: "connect", Read, Any, ["Queues.View"], [];
    // Hours of operation.
    CreateHoursOfOperation: "connect", Write, Any, ["HoursOfOperation.Create"], [System];
    DescribeHoursOfOperation: "connect", Read, Any, ["HoursOfOperation.View"], [];
    ListHoursOfOperations: "connect", Read, Any, ["HoursOfOperation.View"], [];
    UpdateHoursOfOperation: "connect", Write, Any, ["HoursOfOperation.Edit"], [];
    DeleteHoursOfOperation: "connect", Write, Any, ["HoursOfOperation.Delete"], [];
    CreateHoursOfOperationOverride: "connect", Write, Any, ["HoursOfOperation.Edit"], [];
    DescribeHoursOfOperationOverride: "connect", Read, Any, ["HoursOfOperation.View"], [];
    ListHoursOfOperationOverrides: "connect", Read, Any, ["HoursOfOperation.View"], [];
    UpdateHoursOfOperationOverride: "connect", Write, Any, ["HoursOfOperation.Edit"], [];
    DeleteHoursOfOperationOverride: "connect", Write, Any, ["HoursOfOperation.Edit"], [];
    // Routing profiles.
    CreateRoutingProfile: "connect", Write, Any, ["RoutingPolicies.Create"], [System];
    DescribeRoutingProfile: "connect", Read, Any, ["RoutingPolicies.View"], [];
    ListRoutingProfiles: "connect", Read, Any, ["RoutingPolicies.View"], [];
    ListRoutingProfileQueues: "connect", Read, Any, ["RoutingPolicies.View"], [];
    AssociateRoutingProfileQueues: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    DisassociateRoutingProfileQueues: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    UpdateRoutingProfileQueues: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    UpdateRoutingProfileConcurrency: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    UpdateRoutingProfileDefaultOutboundQueue: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    UpdateRoutingProfileName: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    UpdateRoutingProfileAgentAvailabilityTimer: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    DeleteRoutingProfile: "connect", Write, Any, ["RoutingPolicies.Edit"], [];
    // Users.
    CreateUser: "connect", Write, Any, ["Users.Create"], [System];
    DescribeUser: "connect", Read, Any, ["Users.View"], [];
    ListUsers: "connect", Read, Any, ["Users.View"], [];
    UpdateUserIdentityInfo: "connect", Write, Any, ["Users.Edit"], [];
    UpdateUserPhoneConfig: "connect", Write, Any, ["Users.Edit"], [];
    UpdateUserRoutingProfile: "connect", Write, Any, ["Users.Edit"], [];
    UpdateUserSecurityProfiles: "connect", Write, Any, ["Users.EditPermission"], [];
    DeleteUser: "connect", Write, Any, ["Users.Delete"], [];
    PutUserStatus: "connect", Write, Any, ["AgentStates.EnableAndDisable"], [];
    ListAgentStatuses: "connect", Read, Any, ["AgentStates.View"], [];
    DescribeAgentStatus: "connect", Read, Any, ["AgentStates.View"], [];
    CreateAgentStatus: "connect", Write, Any, ["AgentStates.Create"], [System];
    // Security profiles.
    CreateSecurityProfile: "connect", Write, Any, ["SecurityProfiles.Create"], [System];
    DescribeSecurityProfile: "connect", Read, Any, ["SecurityProfiles.View"], [];
    ListSecurityProfiles: "connect", Read, Any, ["SecurityProfiles.View"], [];
    ListSecurityProfilePermissions: "connect", Read, Any, ["SecurityProfiles.View"], [];
    // Quick connects.
    CreateQuickConnect: "connect", Write, Any, ["TransferDestinations.Create"], [System];
    DescribeQuickConnect: "connect", Read, Any, ["TransferDestinations.View"], [];
    ListQuickConnects: "connect", Read, Any, ["TransferDestinations.View"], [];
    DeleteQuickConnect: "connect", Write, Any, ["TransferDestinations.Delete"], [];
    // Recorded prompts.
    CreatePrompt: "connect", Write, Any, ["Prompts.Create"], [System];
    DescribePrompt: "connect", Read, Any, ["Prompts.View"], [];
    UpdatePrompt: "connect", Write, Any, ["Prompts.Edit"], [System];
    DeletePrompt: "connect", Write, Any, ["Prompts.Delete"], [System];
    ListPrompts: "connect", Read, Any, ["Prompts.View"], [];
    GetPromptFile: "connect", Read, Any, ["Prompts.View"], [];
    // Ours, where Amazon Connect reads from S3. A key that may create prompts must reach it.
    UploadPromptAudio: "connect", Write, Any, ["Prompts.Create", "Prompts.Edit"], [System];
    // Flows and modules.
    CreateContactFlow: "connect", Write, Any, ["ContactFlows.Create"], [System];
    DescribeContactFlow: "connect", Read, Any, ["ContactFlows.View"], [];
    ListContactFlows: "connect", Read, Any, ["ContactFlows.View"], [];
    UpdateContactFlowContent: "connect", Write, Any, ["ContactFlows.Edit"], [];
    UpdateContactFlowMetadata: "connect", Write, Any, ["ContactFlows.Edit"], [];
    UpdateContactFlowName: "connect", Write, Any, ["ContactFlows.Edit"], [];
    DeleteContactFlow: "connect", Write, Any, ["ContactFlows.Delete"], [];
    CreateContactFlowModule: "connect", Write, Any, ["ContactFlowModules.Create"], [System];
    DescribeContactFlowModule: "connect", Read, Any, ["ContactFlowModules.View"], [];
    ListContactFlowModules: "connect", Read, Any, ["ContactFlowModules.View"], [];
    UpdateContactFlowModuleContent: "connect", Write, Any, ["ContactFlowModules.Edit"], [];
    UpdateContactFlowModuleMetadata: "connect", Write, Any, ["ContactFlowModules.Edit"], [];
    DeleteContactFlowModule: "connect", Write, Any, ["ContactFlowModules.Delete"], [];
    // Tags.
    ListTagsForResource: "connect", Read, Any, [], [];
    TagResource: "connect", Write, Any, [], [];
    UntagResource: "connect", Write, Any, [], [];
    // Contacts.
    StartChatContact: "connect", Write, Any, [], [Visitor];
    // No profile grants it: `RestrictTaskCreation.Access` takes the right away, and all else is for keys.
    StartTaskContact: "connect", Write, Any, [], [];
    StopContact: "connect", Write, Any, ["ManagerListenIn"], [];
    TransferContact: "connect", Write, Any, [], [];
    DescribeContact: "connect", ReadPersonal, Any, ["ContactSearch.View"], [];
    GetContactAttributes: "connect", ReadPersonal, Any, ["ContactAttributes.View"], [];
    UpdateContactAttributes: "connect", Write, Any, [], [];
    // Participants.
    CreateParticipantConnection: "execute-api", Write, Own, [], [Participant];
    SendMessage: "execute-api", Write, Own, [], [Participant];
    SendEvent: "execute-api", Write, Own, [], [Participant];
    GetTranscript: "execute-api", ReadPersonal, Own, [], [Participant];
    DisconnectParticipant: "execute-api", Write, Own, [], [Participant];
    StartAttachmentUpload: "execute-api", Write, Own, [], [Participant];
    CompleteAttachmentUpload: "execute-api", Write, Own, [], [Participant];
    GetAttachment: "execute-api", ReadPersonal, Own, [], [Participant];
    DescribeView: "execute-api", Read, Own, [], [Participant];
    GetAuthenticationUrl: "execute-api", Read, Own, [], [Participant];
    CancelParticipantAuthentication: "execute-api", Write, Own, [], [Participant];
    // Phone numbers.
    ClaimPhoneNumber: "connect", Write, Any, ["PhoneNumbers.Claim"], [System];
    SearchAvailablePhoneNumbers: "connect", Read, Any, ["PhoneNumbers.Claim"], [];
    DescribePhoneNumber: "connect", Read, Any, ["PhoneNumbers.View"], [];
    ListPhoneNumbers: "connect", Read, Any, ["PhoneNumbers.View"], [];
    ListPhoneNumbersV2: "connect", Read, Any, ["PhoneNumbers.View"], [];
    AssociatePhoneNumberContactFlow: "connect", Write, Any, ["PhoneNumbers.Edit"], [];
    DisassociatePhoneNumberContactFlow: "connect", Write, Any, ["PhoneNumbers.Edit"], [];
    UpdatePhoneNumber: "connect", Write, Any, ["PhoneNumbers.Edit"], [];
    UpdatePhoneNumberMetadata: "connect", Write, Any, ["PhoneNumbers.Edit"], [];
    ReleasePhoneNumber: "connect", Write, Any, ["PhoneNumbers.Release"], [];
    // Calls.
    TakeCall: "ringfence", Write, Any, [], [System];
    // The workspace: the agent's own presence and contacts.
    OpenWorkspace: "ringfence", ReadPersonal, Own, ["BasicAgentAccess"], [];
    SetOwnStatus: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    AcceptContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    DeclineContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    EndContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    CompleteContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    TransferOwnContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    HoldContact: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    ConnectCall: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    ListOwnQuickConnects: "ringfence", Read, Own, ["BasicAgentAccess"], [];
    Converse: "ringfence", Write, Own, ["BasicAgentAccess"], [];
    ReadOwnTranscript: "ringfence", ReadPersonal, Own, ["BasicAgentAccess"], [];
    // The console's first pages.
    ListContacts: "ringfence", ReadPersonal, Any, ["ContactSearch.View"], [];
    ReadContactPage: "ringfence", ReadPersonal, Any, ["ContactSearch.View"], [];
    ReadContactTranscript: "ringfence", ReadPersonal, Any, ["ListenCallRecordings"], [];
    // Sign-in and operation.
    SignIn: "ringfence", Write, Any, [], [Anyone];
    // Ending one's own session needs no permission and no second factor.
    SignOut: "ringfence", Write, Own, [], [Anyone];
    SetUp: "ringfence", Write, Any, [], [Anyone];
    CreateSetUpLink: "ringfence", Write, Any, [], [Operator, System];
    InviteUser: "ringfence", Write, Any, ["Users.Create"], [Operator, System];
    ProvisionCredential: "ringfence", Write, Any, [], [System];
    CreateAccessKey: "ringfence", Write, Any, [], [Operator, System];
    ListAccessKeys: "ringfence", Read, Any, [], [Operator, System];
    DeleteAccessKey: "ringfence", Write, Any, [], [Operator, System];
    Backup: "ringfence", Write, Any, [], [Operator];
    ReadAudit: "ringfence", ReadPersonal, Any, [], [Operator];
}
