//! All operations, one file each, and the table that lists them.

mod agent_status;
mod contact;
mod flow;
mod flow_module;
mod hours;
mod instance;
mod listing;
mod participant;
mod phone_number;
mod prelude;
mod prompt;
mod queue;
mod quick_connect;
mod routing_profile;
mod security_profile;
mod sts;
mod tags;
mod user;

#[cfg(test)]
mod authorization_tests;
#[cfg(test)]
mod tests;

use app::action;

use crate::operation::Entry;

/// Every operation. One that is missing here is unknown to clients.
pub(crate) const TABLE: &[Entry] = &[
    Entry::of::<action::GetCallerIdentity>(),
    Entry::of::<action::ListInstances>(),
    Entry::of::<action::DescribeInstance>(),
    Entry::of::<action::ListInstanceAttributes>(),
    Entry::of::<action::DescribeInstanceAttribute>(),
    Entry::of::<action::AssociateApprovedOrigin>(),
    Entry::of::<action::DisassociateApprovedOrigin>(),
    Entry::of::<action::ListApprovedOrigins>(),
    Entry::of::<action::CreateQueue>(),
    Entry::of::<action::DescribeQueue>(),
    Entry::of::<action::ListQueues>(),
    Entry::of::<action::UpdateQueueName>(),
    Entry::of::<action::UpdateQueueHoursOfOperation>(),
    Entry::of::<action::UpdateQueueMaxContacts>(),
    Entry::of::<action::UpdateQueueOutboundCallerConfig>(),
    Entry::of::<action::UpdateQueueStatus>(),
    Entry::of::<action::DeleteQueue>(),
    Entry::of::<action::AssociateQueueQuickConnects>(),
    Entry::of::<action::DisassociateQueueQuickConnects>(),
    Entry::of::<action::ListQueueQuickConnects>(),
    Entry::of::<action::CreateHoursOfOperation>(),
    Entry::of::<action::DescribeHoursOfOperation>(),
    Entry::of::<action::ListHoursOfOperations>(),
    Entry::of::<action::UpdateHoursOfOperation>(),
    Entry::of::<action::DeleteHoursOfOperation>(),
    Entry::of::<action::CreateHoursOfOperationOverride>(),
    Entry::of::<action::DescribeHoursOfOperationOverride>(),
    Entry::of::<action::ListHoursOfOperationOverrides>(),
    Entry::of::<action::UpdateHoursOfOperationOverride>(),
    Entry::of::<action::DeleteHoursOfOperationOverride>(),
    Entry::of::<action::CreateRoutingProfile>(),
    Entry::of::<action::DescribeRoutingProfile>(),
    Entry::of::<action::ListRoutingProfiles>(),
    Entry::of::<action::ListRoutingProfileQueues>(),
    Entry::of::<action::AssociateRoutingProfileQueues>(),
    Entry::of::<action::DisassociateRoutingProfileQueues>(),
    Entry::of::<action::UpdateRoutingProfileQueues>(),
    Entry::of::<action::UpdateRoutingProfileConcurrency>(),
    Entry::of::<action::UpdateRoutingProfileDefaultOutboundQueue>(),
    Entry::of::<action::UpdateRoutingProfileName>(),
    Entry::of::<action::UpdateRoutingProfileAgentAvailabilityTimer>(),
    Entry::of::<action::DeleteRoutingProfile>(),
    Entry::of::<action::CreateUser>(),
    Entry::of::<action::DescribeUser>(),
    Entry::of::<action::ListUsers>(),
    Entry::of::<action::UpdateUserIdentityInfo>(),
    Entry::of::<action::UpdateUserPhoneConfig>(),
    Entry::of::<action::UpdateUserRoutingProfile>(),
    Entry::of::<action::UpdateUserSecurityProfiles>(),
    Entry::of::<action::DeleteUser>(),
    Entry::of::<action::PutUserStatus>(),
    Entry::of::<action::ListAgentStatuses>(),
    Entry::of::<action::DescribeAgentStatus>(),
    Entry::of::<action::CreateAgentStatus>(),
    Entry::of::<action::CreateSecurityProfile>(),
    Entry::of::<action::DescribeSecurityProfile>(),
    Entry::of::<action::ListSecurityProfiles>(),
    Entry::of::<action::ListSecurityProfilePermissions>(),
    Entry::of::<action::CreateQuickConnect>(),
    Entry::of::<action::DescribeQuickConnect>(),
    Entry::of::<action::ListQuickConnects>(),
    Entry::of::<action::DeleteQuickConnect>(),
    Entry::of::<action::CreateContactFlow>(),
    Entry::of::<action::DescribeContactFlow>(),
    Entry::of::<action::ListContactFlows>(),
    Entry::of::<action::UpdateContactFlowContent>(),
    Entry::of::<action::UpdateContactFlowMetadata>(),
    Entry::of::<action::UpdateContactFlowName>(),
    Entry::of::<action::DeleteContactFlow>(),
    Entry::of::<action::CreateContactFlowModule>(),
    Entry::of::<action::DescribeContactFlowModule>(),
    Entry::of::<action::ListContactFlowModules>(),
    Entry::of::<action::UpdateContactFlowModuleContent>(),
    Entry::of::<action::UpdateContactFlowModuleMetadata>(),
    Entry::of::<action::DeleteContactFlowModule>(),
    Entry::of::<action::CreatePrompt>(),
    Entry::of::<action::DescribePrompt>(),
    Entry::of::<action::UpdatePrompt>(),
    Entry::of::<action::DeletePrompt>(),
    Entry::of::<action::ListPrompts>(),
    Entry::of::<action::GetPromptFile>(),
    Entry::of::<action::UploadPromptAudio>(),
    Entry::of::<action::SearchAvailablePhoneNumbers>(),
    Entry::of::<action::ClaimPhoneNumber>(),
    Entry::of::<action::DescribePhoneNumber>(),
    Entry::of::<action::ListPhoneNumbers>(),
    Entry::of::<action::ListPhoneNumbersV2>(),
    Entry::of::<action::AssociatePhoneNumberContactFlow>(),
    Entry::of::<action::DisassociatePhoneNumberContactFlow>(),
    Entry::of::<action::UpdatePhoneNumber>(),
    Entry::of::<action::UpdatePhoneNumberMetadata>(),
    Entry::of::<action::ReleasePhoneNumber>(),
    Entry::of::<action::ListTagsForResource>(),
    Entry::of::<action::TagResource>(),
    Entry::of::<action::UntagResource>(),
    Entry::of::<action::StartChatContact>(),
    Entry::of::<action::StartTaskContact>(),
    Entry::of::<action::StopContact>(),
    Entry::of::<action::TransferContact>(),
    Entry::of::<action::DescribeContact>(),
    Entry::of::<action::GetContactAttributes>(),
    Entry::of::<action::UpdateContactAttributes>(),
    Entry::of::<action::CreateParticipantConnection>(),
    Entry::of::<action::SendMessage>(),
    Entry::of::<action::SendEvent>(),
    Entry::of::<action::GetTranscript>(),
    Entry::of::<action::DisconnectParticipant>(),
    Entry::of::<action::StartAttachmentUpload>(),
    Entry::of::<action::CompleteAttachmentUpload>(),
    Entry::of::<action::GetAttachment>(),
    Entry::of::<action::DescribeView>(),
    Entry::of::<action::GetAuthenticationUrl>(),
    Entry::of::<action::CancelParticipantAuthentication>(),
];
