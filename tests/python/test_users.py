"""Users, agent statuses and security profiles."""

import pytest

from conftest import all_pages


def test_a_user_is_described_as_created(connect, instance, instance_arn, user, name, routing_profile):
    read = connect.describe_user(InstanceId=instance, UserId=user)["User"]
    assert read["Arn"] == f"{instance_arn}/agent/{user}"
    assert read["Username"] == name
    assert read["IdentityInfo"]["FirstName"] == "Ada"
    assert read["RoutingProfileId"] == routing_profile
    assert read["PhoneConfig"]["AfterContactWorkTimeLimit"] == 30
    assert "Password" not in read


def test_a_user_is_changed(connect, instance, user, routing_profile, agent_security_profile):
    ids = {"InstanceId": instance, "UserId": user}
    connect.update_user_identity_info(
        **ids, IdentityInfo={"FirstName": "Grace", "LastName": "Hopper"}
    )
    connect.update_user_phone_config(
        **ids, PhoneConfig={"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+4930123456"}
    )
    connect.update_user_routing_profile(**ids, RoutingProfileId=routing_profile)
    connect.update_user_security_profiles(**ids, SecurityProfileIds=[agent_security_profile])
    read = connect.describe_user(**ids)["User"]
    assert read["IdentityInfo"] == {"FirstName": "Grace", "LastName": "Hopper"}
    assert read["PhoneConfig"]["DeskPhoneNumber"] == "+4930123456"
    assert read["SecurityProfileIds"] == [agent_security_profile]


def test_users_are_listed_page_by_page(connect, instance, user, name):
    listed, pages = all_pages(
        connect.list_users, "UserSummaryList", InstanceId=instance, MaxResults=1
    )
    assert pages == len(listed) > 1
    assert name in {each["Username"] for each in listed}


def test_a_user_needs_a_name_and_profiles_that_exist(
    connect, instance, name, routing_profile, agent_security_profile, foreign
):
    new = {
        "InstanceId": instance,
        "Username": f"{name}-2",
        "Password": "correct-Horse-9-battery-staple",
        "IdentityInfo": {"FirstName": "A", "LastName": "B"},
        "SecurityProfileIds": [agent_security_profile],
        "RoutingProfileId": routing_profile,
    }
    for change in (
        {"RoutingProfileId": foreign},
        {"SecurityProfileIds": [foreign]},
        {"IdentityInfo": {"FirstName": "A"}},
        {"Username": "with space"},
        {"Password": "short"},
        {"HierarchyGroupId": foreign},
    ):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.create_user(**{**new, **change})


def test_a_status_is_created_and_given_to_an_agent(connect, instance, user, name):
    made = connect.create_agent_status(InstanceId=instance, Name=name, State="ENABLED")
    read = connect.describe_agent_status(
        InstanceId=instance, AgentStatusId=made["AgentStatusId"]
    )["AgentStatus"]
    assert (read["Name"], read["Type"], read["State"]) == (name, "CUSTOM", "ENABLED")
    listed, _ = all_pages(
        connect.list_agent_statuses,
        "AgentStatusSummaryList",
        InstanceId=instance,
        AgentStatusTypes=["CUSTOM"],
    )
    assert {each["Type"] for each in listed} == {"CUSTOM"}
    assert made["AgentStatusId"] in {each["Id"] for each in listed}
    connect.put_user_status(
        InstanceId=instance, UserId=user, AgentStatusId=made["AgentStatusId"]
    )


def test_a_status_that_does_not_exist_is_not_given(connect, instance, user, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.put_user_status(InstanceId=instance, UserId=user, AgentStatusId=foreign)


def test_the_default_security_profiles_are_there(connect, instance):
    listed, _ = all_pages(
        connect.list_security_profiles,
        "SecurityProfileSummaryList",
        InstanceId=instance,
        MaxResults=2,
    )
    names = {each["Name"] for each in listed}
    assert {"Admin", "Agent", "CallCenterManager", "QualityAnalyst"} <= names


def test_a_security_profile_is_created_and_its_permissions_are_paged(connect, instance, name):
    permissions = ["BasicAgentAccess", "Queues.View", "Users.View"]
    made = connect.create_security_profile(
        InstanceId=instance, SecurityProfileName=name, Permissions=permissions
    )["SecurityProfileId"]
    ids = {"InstanceId": instance, "SecurityProfileId": made}
    read = connect.describe_security_profile(**ids)["SecurityProfile"]
    assert read["SecurityProfileName"] == name
    listed, pages = all_pages(
        connect.list_security_profile_permissions, "Permissions", **ids, MaxResults=2
    )
    assert (sorted(listed), pages) == (permissions, 2)


def test_unknown_permissions_and_restrictions_are_refused(connect, instance, name):
    for wrong in (
        {"Permissions": ["Everything"]},
        {"TagRestrictedResources": ["Queue"], "AllowedAccessControlTags": {"a": "b"}},
    ):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.create_security_profile(
                InstanceId=instance, SecurityProfileName=name, **wrong
            )


def test_a_user_of_another_instance_is_not_found(connect, instance, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_user(InstanceId=instance, UserId=foreign)
