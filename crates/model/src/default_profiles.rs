//! The four security profiles that every instance starts with.
//!
//! Amazon Connect's administrator guide describes them in a sentence each ("Default security profiles")
//! and names single permissions where a feature needs them (managing modules, rules and custom
//! vocabularies, searching contacts, monitoring, recordings: CallCenterManager; viewing metrics:
//! CallCenterManager and QualityAnalyst; "no other actions" than the Contact Control Panel: Agent).
//! Where the guide is silent, a profile does not have the permission.

use std::collections::BTreeSet;

use crate::permission::Permission;

/// A security profile that every instance starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultProfile {
    /// Its name; also how Amazon Connect's API knows it.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    grants: Grants,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grants {
    AllBut(&'static [&'static str]),
    Only(&'static [&'static str]),
}

/// The profiles, the widest first.
pub const ALL: [DefaultProfile; 4] = [ADMIN, CALL_CENTER_MANAGER, QUALITY_ANALYST, AGENT];

/// All actions.
pub const ADMIN: DefaultProfile = DefaultProfile {
    name: "Admin",
    description: "Grants administrators permission to perform all actions.",
    grants: Grants::AllBut(RESTRICTIONS),
};

/// Users, metrics and routing; with [`AGENT`] also monitoring in the workspace.
pub const CALL_CENTER_MANAGER: DefaultProfile = DefaultProfile {
    name: "CallCenterManager",
    description: "Grants managers permission to perform actions related to user management, metrics, and routing.",
    grants: Grants::Only(CALL_CENTER_MANAGER_PERMISSIONS),
};

/// Metrics.
pub const QUALITY_ANALYST: DefaultProfile = DefaultProfile {
    name: "QualityAnalyst",
    description: "Grants analysts permission to perform actions related to metrics.",
    grants: Grants::Only(METRICS),
};

/// The agent workspace.
pub const AGENT: DefaultProfile = DefaultProfile {
    name: "Agent",
    description: "Grants agents permission to access the CCP.",
    grants: Grants::Only(&["BasicAgentAccess"]),
};

/// Permissions that take something away from whoever holds them.
const RESTRICTIONS: &[&str] = &[
    "RestrictContactAccessByHierarchy.View",
    "RestrictTaskCreation.Access",
];

const METRICS: &[&str] = &[
    "AccessMetrics",
    "HistoricalMetrics.Access",
    "MetricsReports.View",
    "RealTimeMetrics.Access",
];

const CALL_CENTER_MANAGER_PERMISSIONS: &[&str] = &[
    // Metrics.
    "AccessMetrics",
    "AgentActivityAudit.Access",
    "AgentTimeCard.View",
    "HistoricalMetrics.Access",
    "MetricsReports.Create",
    "MetricsReports.Delete",
    "MetricsReports.Edit",
    "MetricsReports.View",
    "RealTimeMetrics.Access",
    // Contacts, recordings and what is made of them.
    "ContactAttributes.View",
    "ContactLensCustomVocabulary.Edit",
    "ContactLensCustomVocabulary.View",
    "ContactSearch.View",
    "DownloadCallRecordings",
    "GraphTrends.View",
    "ListenCallRecordings",
    "ManagerListenIn",
    "Rules.Create",
    "Rules.Delete",
    "Rules.Edit",
    "Rules.View",
    // Users. Not `Users.EditPermission`: who has it can become an administrator.
    "AgentGrouping.View",
    "AgentStates.EnableAndDisable",
    "AgentStates.View",
    "SecurityProfiles.View",
    "Users.Create",
    "Users.Edit",
    "Users.View",
    // Routing.
    "ContactFlowModules.Create",
    "ContactFlowModules.Delete",
    "ContactFlowModules.Edit",
    "ContactFlowModules.Publish",
    "ContactFlowModules.View",
    "HoursOfOperation.Create",
    "HoursOfOperation.Edit",
    "HoursOfOperation.View",
    "Queues.Create",
    "Queues.Edit",
    "Queues.EnableAndDisable",
    "Queues.View",
    "RoutingPolicies.Create",
    "RoutingPolicies.Edit",
    "RoutingPolicies.View",
    "TransferDestinations.Create",
    "TransferDestinations.Edit",
    "TransferDestinations.View",
];

impl DefaultProfile {
    /// What it grants.
    pub fn permissions(&self) -> BTreeSet<Permission> {
        match self.grants {
            Grants::AllBut(names) => Permission::ALL
                .iter()
                .copied()
                .filter(|permission| !names.contains(&permission.as_str()))
                .collect(),
            Grants::Only(names) => names
                .iter()
                .filter_map(|name| Permission::named(name))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_a_permission_and_stands_once() {
        for profile in ALL {
            let (Grants::AllBut(names) | Grants::Only(names)) = profile.grants;
            let expected = match profile.grants {
                Grants::AllBut(_) => Permission::ALL.len() - names.len(),
                Grants::Only(_) => names.len(),
            };
            assert_eq!(profile.permissions().len(), expected, "{}", profile.name);
        }
    }

    #[test]
    fn each_profile_reaches_no_further_than_its_description() {
        let names = |profile: DefaultProfile| -> BTreeSet<&str> {
            profile
                .permissions()
                .into_iter()
                .map(Permission::as_str)
                .collect()
        };
        assert_eq!(names(AGENT), BTreeSet::from(["BasicAgentAccess"]));
        assert!(names(QUALITY_ANALYST).is_subset(&names(CALL_CENTER_MANAGER)));
        assert!(names(CALL_CENTER_MANAGER).is_subset(&names(ADMIN)));
        assert!(!names(CALL_CENTER_MANAGER).contains("Users.EditPermission"));
        assert!(!names(CALL_CENTER_MANAGER).contains("BasicAgentAccess"));
        assert!(names(ADMIN).contains("SecurityProfiles.Delete"));
        assert!(!names(ADMIN).contains("RestrictTaskCreation.Access"));
    }
}
