"""Flows and modules."""

import hashlib
import json

import pytest

from conftest import all_pages, flow_content


def test_a_flow_is_created_read_changed_and_deleted(connect, instance, name):
    content = flow_content("Hello.")
    made = connect.create_contact_flow(
        InstanceId=instance, Name=name, Type="CONTACT_FLOW", Content=content, Tags={"a": "b"}
    )
    assert made["FlowContentSha256"] == hashlib.sha256(content.encode()).hexdigest()
    ids = {"InstanceId": instance, "ContactFlowId": made["ContactFlowId"]}
    flow = connect.describe_contact_flow(**ids)["ContactFlow"]
    assert (flow["Content"], flow["Status"], flow["State"]) == (content, "PUBLISHED", "ACTIVE")
    assert flow["Tags"] == {"a": "b"}

    connect.update_contact_flow_content(**ids, Content=flow_content("Changed."))
    connect.update_contact_flow_name(**ids, Name=f"{name}-2")
    connect.update_contact_flow_metadata(**ids, Description="Changed", ContactFlowState="ARCHIVED")
    flow = connect.describe_contact_flow(**ids)["ContactFlow"]
    assert "Changed." in flow["Content"]
    assert (flow["Name"], flow["Description"]) == (f"{name}-2", "Changed")
    assert flow["State"] == "ARCHIVED"
    listed, _ = all_pages(
        connect.list_contact_flows,
        "ContactFlowSummaryList",
        InstanceId=instance,
        ContactFlowTypes=["CONTACT_FLOW"],
    )
    assert {each["ContactFlowType"] for each in listed} == {"CONTACT_FLOW"}
    assert made["ContactFlowId"] in {each["Id"] for each in listed}

    connect.delete_contact_flow(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_contact_flow(**ids)


def broken():
    content = json.loads(flow_content())
    content["StartAction"] = "nowhere"
    content["Actions"][1]["Type"] = "NoSuchAction"
    return json.dumps(content)


def test_a_broken_flow_is_refused_with_all_its_problems(connect, instance, name):
    with pytest.raises(connect.exceptions.InvalidContactFlowException) as refused:
        connect.create_contact_flow(
            InstanceId=instance, Name=name, Type="CONTACT_FLOW", Content=broken()
        )
    problems = refused.value.response["problems"]
    assert len(problems) >= 2
    assert all(problem["message"] for problem in problems)


def test_a_saved_flow_is_not_checked_and_read_as_saved_only(connect, instance, name):
    made = connect.create_contact_flow(
        InstanceId=instance, Name=name, Type="CONTACT_FLOW", Content=broken(), Status="SAVED"
    )["ContactFlowId"]
    ids = {"InstanceId": instance, "ContactFlowId": made}
    with pytest.raises(connect.exceptions.ContactFlowNotPublishedException):
        connect.describe_contact_flow(**ids)
    saved = connect.describe_contact_flow(InstanceId=instance, ContactFlowId=f"{made}:$SAVED")
    assert saved["ContactFlow"]["Status"] == "SAVED"
    with pytest.raises(connect.exceptions.InvalidContactFlowException):
        connect.update_contact_flow_content(**ids, Content=broken())
    connect.update_contact_flow_content(**ids, Content=flow_content())
    assert connect.describe_contact_flow(**ids)["ContactFlow"]["Status"] == "PUBLISHED"
    connect.delete_contact_flow(**ids)


def test_a_module_is_created_read_changed_and_deleted(connect, instance, name):
    new = {"InstanceId": instance, "Name": name, "Content": module_content(), "ClientToken": name}
    made = connect.create_contact_flow_module(**new)
    assert connect.create_contact_flow_module(**new)["Id"] == made["Id"]
    ids = {"InstanceId": instance, "ContactFlowModuleId": made["Id"]}
    module = connect.describe_contact_flow_module(**ids)["ContactFlowModule"]
    assert (module["Name"], module["Arn"]) == (name, made["Arn"])
    connect.update_contact_flow_module_content(**ids, Content=module_content())
    connect.update_contact_flow_module_metadata(**ids, Name=f"{name}-2", Description="Changed")
    module = connect.describe_contact_flow_module(**ids)["ContactFlowModule"]
    assert (module["Name"], module["Description"]) == (f"{name}-2", "Changed")
    listed, _ = all_pages(
        connect.list_contact_flow_modules,
        "ContactFlowModulesSummaryList",
        InstanceId=instance,
        ContactFlowModuleState="ACTIVE",
    )
    assert made["Id"] in {each["Id"] for each in listed}
    connect.delete_contact_flow_module(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_contact_flow_module(**ids)


def test_a_broken_module_is_refused_under_its_own_exception(connect, instance, name):
    with pytest.raises(connect.exceptions.InvalidContactFlowModuleException) as refused:
        connect.create_contact_flow_module(InstanceId=instance, Name=name, Content=broken())
    assert refused.value.response["Problems"]


def test_a_client_token_is_good_for_one_request(connect, instance, name):
    new = {"InstanceId": instance, "Content": module_content(), "ClientToken": name}
    made = connect.create_contact_flow_module(**new, Name=name)["Id"]
    with pytest.raises(connect.exceptions.IdempotencyException):
        connect.create_contact_flow_module(**new, Name=f"{name}-2")
    connect.delete_contact_flow_module(InstanceId=instance, ContactFlowModuleId=made)


def module_content():
    content = json.loads(flow_content())
    content["Actions"][1]["Type"] = "EndFlowModuleExecution"
    return json.dumps(content)
