"""Queues and quick connects."""

import pytest

from conftest import all_pages, flow_content


def test_a_queue_is_created_read_changed_and_deleted(connect, instance, name, hours):
    created = connect.create_queue(
        InstanceId=instance,
        Name=name,
        Description="For a test",
        HoursOfOperationId=hours,
        MaxContacts=5,
        Tags={"team": "blue"},
    )
    ids = {"InstanceId": instance, "QueueId": created["QueueId"]}
    queue = connect.describe_queue(**ids)["Queue"]
    assert queue["Name"] == name
    assert queue["QueueArn"] == created["QueueArn"]
    assert queue["HoursOfOperationId"] == hours
    assert queue["MaxContacts"] == 5
    assert queue["Status"] == "ENABLED"
    assert queue["Tags"] == {"team": "blue"}

    connect.update_queue_name(**ids, Name=f"{name}-2", Description="Changed")
    connect.update_queue_max_contacts(**ids, MaxContacts=7)
    connect.update_queue_status(**ids, Status="DISABLED")
    connect.update_queue_outbound_caller_config(
        **ids, OutboundCallerConfig={"OutboundCallerIdName": "Blue"}
    )
    queue = connect.describe_queue(**ids)["Queue"]
    assert (queue["Name"], queue["Description"]) == (f"{name}-2", "Changed")
    assert (queue["MaxContacts"], queue["Status"]) == (7, "DISABLED")
    assert queue["OutboundCallerConfig"]["OutboundCallerIdName"] == "Blue"

    connect.delete_queue(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_queue(**ids)


def test_hours_in_use_are_not_deleted(connect, instance, hours, queue):
    with pytest.raises(connect.exceptions.ResourceInUseException):
        connect.delete_hours_of_operation(InstanceId=instance, HoursOfOperationId=hours)


def test_a_name_is_taken_once(connect, instance, name, hours, queue):
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.create_queue(InstanceId=instance, Name=f"{name}-queue", HoursOfOperationId=hours)


def test_hours_that_do_not_exist_are_an_invalid_parameter(connect, instance, name, foreign):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.create_queue(InstanceId=instance, Name=name, HoursOfOperationId=foreign)


def test_queues_are_listed_page_by_page_without_loss(connect, instance, name, hours):
    made = {
        connect.create_queue(InstanceId=instance, Name=f"{name}-{n}", HoursOfOperationId=hours)[
            "QueueId"
        ]
        for n in range(5)
    }
    listed, pages = all_pages(
        connect.list_queues, "QueueSummaryList", InstanceId=instance, MaxResults=2
    )
    assert pages >= 3
    found = [queue["Id"] for queue in listed]
    assert len(found) == len(set(found))
    assert made <= set(found)
    paginator = connect.get_paginator("list_queues")
    through = {
        queue["Id"]
        for page in paginator.paginate(InstanceId=instance, PaginationConfig={"PageSize": 3})
        for queue in page["QueueSummaryList"]
    }
    assert through == set(found)
    for queue in made:
        connect.delete_queue(InstanceId=instance, QueueId=queue)


def test_a_token_of_another_listing_or_an_altered_one_is_refused(connect, instance, queue):
    token = connect.list_security_profiles(InstanceId=instance, MaxResults=1)["NextToken"]
    for wrong in (token, token[:-2] + "AA", "nonsense"):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.list_queues(InstanceId=instance, NextToken=wrong)


def test_a_queue_of_another_kind_or_instance_is_not_found(connect, instance, instance_arn, hours, foreign):
    for wrong in (
        f"{instance_arn}/operating-hours/{hours}",
        instance_arn.replace(instance, foreign) + f"/queue/{hours}",
        foreign,
        hours,
    ):
        with pytest.raises(connect.exceptions.ResourceNotFoundException):
            connect.describe_queue(InstanceId=instance, QueueId=wrong)


def test_an_arn_stands_for_the_id(connect, instance, instance_arn, queue):
    arn = f"{instance_arn}/queue/{queue}"
    described = connect.describe_queue(InstanceId=instance_arn, QueueId=arn)["Queue"]
    assert (described["QueueId"], described["QueueArn"]) == (queue, arn)


def test_quick_connects_are_offered_to_a_queue(connect, instance, name, queue):
    flow = connect.create_contact_flow(
        InstanceId=instance,
        Name=f"{name}-transfer",
        Type="QUEUE_TRANSFER",
        Content=flow_content(),
    )["ContactFlowId"]
    config = {
        "QuickConnectType": "QUEUE",
        "QueueConfig": {"QueueId": queue, "ContactFlowId": flow},
    }
    made = connect.create_quick_connect(
        InstanceId=instance, Name=name, QuickConnectConfig=config, Tags={"a": "b"}
    )["QuickConnectId"]
    described = connect.describe_quick_connect(InstanceId=instance, QuickConnectId=made)
    assert described["QuickConnect"]["QuickConnectConfig"] == config
    listed, _ = all_pages(
        connect.list_quick_connects,
        "QuickConnectSummaryList",
        InstanceId=instance,
        QuickConnectTypes=["QUEUE"],
    )
    assert made in {each["Id"] for each in listed}

    ids = {"InstanceId": instance, "QueueId": queue}
    connect.associate_queue_quick_connects(**ids, QuickConnectIds=[made])
    offered = connect.list_queue_quick_connects(**ids)["QuickConnectSummaryList"]
    assert [each["Id"] for each in offered] == [made]
    connect.disassociate_queue_quick_connects(**ids, QuickConnectIds=[made])
    assert connect.list_queue_quick_connects(**ids)["QuickConnectSummaryList"] == []

    connect.delete_quick_connect(InstanceId=instance, QuickConnectId=made)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
