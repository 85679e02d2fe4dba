//! Permissions of security profiles, under Amazon Connect's names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A permission that a security profile can grant; always one of [`Permission::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(&'static str);

/// The name is not that of a permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission `{0}`: ListSecurityProfilePermissions of the Admin profile names all")]
pub struct UnknownPermission(pub String);

impl Permission {
    /// The permission of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .binary_search_by(|known| known.0.cmp(name))
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// Its name, such as `Queues.View`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// All permissions, in the order of their names.
    pub const ALL: &'static [Self] = &[
        Self("AccessMetrics"),
        Self("AgentActivityAudit.Access"),
        Self("AgentGrouping.Create"),
        Self("AgentGrouping.Edit"),
        Self("AgentGrouping.EnableAndDisable"),
        Self("AgentGrouping.View"),
        Self("AgentStates.Create"),
        Self("AgentStates.Edit"),
        Self("AgentStates.EnableAndDisable"),
        Self("AgentStates.View"),
        Self("AgentTimeCard.View"),
        Self("AudioDeviceSettings.Access"),
        Self("BasicAgentAccess"),
        Self("Campaigns.Create"),
        Self("Campaigns.Delete"),
        Self("Campaigns.Edit"),
        Self("Campaigns.Manage"),
        Self("Campaigns.View"),
        Self("Capacity.Edit"),
        Self("Capacity.Publish"),
        Self("Capacity.View"),
        Self("CaseFields.Create"),
        Self("CaseFields.Edit"),
        Self("CaseFields.View"),
        Self("CaseTemplates.Create"),
        Self("CaseTemplates.Edit"),
        Self("CaseTemplates.View"),
        Self("Cases.Create"),
        Self("Cases.Edit"),
        Self("Cases.View"),
        Self("ChatTestMode"),
        Self("ConfigureContactAttributes.View"),
        Self("ContactAttributes.View"),
        Self("ContactFlowModules.Create"),
        Self("ContactFlowModules.Delete"),
        Self("ContactFlowModules.Edit"),
        Self("ContactFlowModules.Publish"),
        Self("ContactFlowModules.View"),
        Self("ContactFlows.Create"),
        Self("ContactFlows.Delete"),
        Self("ContactFlows.Edit"),
        Self("ContactFlows.Publish"),
        Self("ContactFlows.View"),
        Self("ContactLensCustomVocabulary.Edit"),
        Self("ContactLensCustomVocabulary.View"),
        Self("ContactRecording.Access"),
        Self("ContactSearch.View"),
        Self("ContactSearchWithCharacteristics.Access"),
        Self("ContactSearchWithCharacteristics.View"),
        Self("ContactSearchWithKeywords.Access"),
        Self("ContactSearchWithKeywords.View"),
        Self("ContentManagement.View"),
        Self("CustomViews.Access"),
        Self("CustomerProfiles.Create"),
        Self("CustomerProfiles.Edit"),
        Self("CustomerProfiles.View"),
        Self("DeleteCallRecordings"),
        Self("DownloadCallRecordings"),
        Self("Evaluation.Create"),
        Self("Evaluation.Delete"),
        Self("Evaluation.Edit"),
        Self("Evaluation.View"),
        Self("EvaluationForms.Create"),
        Self("EvaluationForms.Delete"),
        Self("EvaluationForms.Edit"),
        Self("EvaluationForms.View"),
        Self("Forecasting.Edit"),
        Self("Forecasting.Publish"),
        Self("Forecasting.View"),
        Self("GraphTrends.View"),
        Self("HistoricalChanges.View"),
        Self("HistoricalMetrics.Access"),
        Self("HoursOfOperation.Create"),
        Self("HoursOfOperation.Delete"),
        Self("HoursOfOperation.Edit"),
        Self("HoursOfOperation.View"),
        Self("ListenCallRecordings"),
        Self("ManagerListenIn"),
        Self("MetricsReports.Create"),
        Self("MetricsReports.Delete"),
        Self("MetricsReports.Edit"),
        Self("MetricsReports.Publish"),
        Self("MetricsReports.Schedule"),
        Self("MetricsReports.Share"),
        Self("MetricsReports.View"),
        Self("MyContacts.View"),
        Self("OutboundCallAccess"),
        Self("PhoneNumbers.Claim"),
        Self("PhoneNumbers.Edit"),
        Self("PhoneNumbers.Release"),
        Self("PhoneNumbers.View"),
        Self("Prompts.Create"),
        Self("Prompts.Delete"),
        Self("Prompts.Edit"),
        Self("Prompts.View"),
        Self("Queues.Create"),
        Self("Queues.Edit"),
        Self("Queues.EnableAndDisable"),
        Self("Queues.View"),
        Self("RealTimeMetrics.Access"),
        Self("RealtimeContactLens.View"),
        Self("RedactedData.View"),
        Self("ReportSchedules.Create"),
        Self("ReportSchedules.Delete"),
        Self("ReportSchedules.Edit"),
        Self("ReportSchedules.View"),
        Self("RestrictContactAccessByHierarchy.View"),
        Self("RestrictTaskCreation.Access"),
        Self("RoutingPolicies.Create"),
        Self("RoutingPolicies.Edit"),
        Self("RoutingPolicies.View"),
        Self("Rules.Create"),
        Self("Rules.Delete"),
        Self("Rules.Edit"),
        Self("Rules.View"),
        Self("Scheduling.Edit"),
        Self("Scheduling.Publish"),
        Self("Scheduling.View"),
        Self("SecurityProfiles.Create"),
        Self("SecurityProfiles.Delete"),
        Self("SecurityProfiles.Edit"),
        Self("SecurityProfiles.View"),
        Self("StaffCalendar.Edit"),
        Self("StaffCalendar.View"),
        Self("TaskTemplates.Create"),
        Self("TaskTemplates.Delete"),
        Self("TaskTemplates.Edit"),
        Self("TaskTemplates.View"),
        Self("TeamCalendar.Edit"),
        Self("TeamCalendar.View"),
        Self("TransferDestinations.Create"),
        Self("TransferDestinations.Delete"),
        Self("TransferDestinations.Edit"),
        Self("TransferDestinations.View"),
        Self("Users.Create"),
        Self("Users.Delete"),
        Self("Users.Edit"),
        Self("Users.EditPermission"),
        Self("Users.View"),
        Self("VideoContact.Access"),
        Self("Views.View"),
        Self("VoiceId.Access"),
        Self("VoiceIdAttributesAndSearch.View"),
        Self("Wisdom.View"),
    ];
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        Self::named(name).ok_or_else(|| UnknownPermission(name.to_owned()))
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}
