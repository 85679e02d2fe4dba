"""Routing profiles."""

import pytest

from conftest import all_pages


def test_a_routing_profile_is_created_read_changed_and_deleted(connect, instance, name, queue):
    pair = {"QueueId": queue, "Channel": "CHAT"}
    made = connect.create_routing_profile(
        InstanceId=instance,
        Name=name,
        Description="For a test",
        DefaultOutboundQueueId=queue,
        QueueConfigs=[{"QueueReference": pair, "Priority": 1, "Delay": 0}],
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 3}],
    )
    ids = {"InstanceId": instance, "RoutingProfileId": made["RoutingProfileId"]}
    profile = connect.describe_routing_profile(**ids)["RoutingProfile"]
    assert profile["RoutingProfileArn"] == made["RoutingProfileArn"]
    assert profile["NumberOfAssociatedQueues"] == 1
    assert profile["MediaConcurrencies"][0]["Concurrency"] == 3

    connect.update_routing_profile_name(**ids, Name=f"{name}-2", Description="Changed")
    connect.update_routing_profile_agent_availability_timer(
        **ids, AgentAvailabilityTimer="TIME_SINCE_LAST_INBOUND"
    )
    connect.update_routing_profile_concurrency(
        **ids,
        MediaConcurrencies=[
            {
                "Channel": "CHAT",
                "Concurrency": 5,
                "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"},
            },
            {"Channel": "TASK", "Concurrency": 1},
        ],
    )
    connect.update_routing_profile_default_outbound_queue(**ids, DefaultOutboundQueueId=queue)
    profile = connect.describe_routing_profile(**ids)["RoutingProfile"]
    assert (profile["Name"], profile["Description"]) == (f"{name}-2", "Changed")
    assert profile["AgentAvailabilityTimer"] == "TIME_SINCE_LAST_INBOUND"
    channels = {each["Channel"]: each for each in profile["MediaConcurrencies"]}
    assert set(channels) == {"CHAT", "TASK"}
    assert channels["CHAT"]["CrossChannelBehavior"]["BehaviorType"] == "ROUTE_ANY_CHANNEL"

    task = {"QueueId": queue, "Channel": "TASK"}
    connect.associate_routing_profile_queues(
        **ids, QueueConfigs=[{"QueueReference": task, "Priority": 2, "Delay": 10}]
    )
    connect.update_routing_profile_queues(
        **ids, QueueConfigs=[{"QueueReference": pair, "Priority": 9, "Delay": 60}]
    )
    listed, pages = all_pages(
        connect.list_routing_profile_queues,
        "RoutingProfileQueueConfigSummaryList",
        **ids,
        MaxResults=1,
    )
    assert pages == 2
    assert {(each["Channel"], each["Priority"], each["Delay"]) for each in listed} == {
        ("CHAT", 9, 60),
        ("TASK", 2, 10),
    }
    connect.disassociate_routing_profile_queues(**ids, QueueReferences=[task, pair])
    assert (
        connect.list_routing_profile_queues(**ids)["RoutingProfileQueueConfigSummaryList"] == []
    )
    connect.delete_routing_profile(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_routing_profile(**ids)


def test_a_profile_in_use_is_not_deleted(connect, instance, routing_profile, user):
    with pytest.raises(connect.exceptions.ResourceInUseException):
        connect.delete_routing_profile(InstanceId=instance, RoutingProfileId=routing_profile)


def test_priority_of_a_queue_that_is_not_associated_is_refused(
    connect, instance, routing_profile, queue
):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.update_routing_profile_queues(
            InstanceId=instance,
            RoutingProfileId=routing_profile,
            QueueConfigs=[
                {
                    "QueueReference": {"QueueId": queue, "Channel": "VOICE"},
                    "Priority": 1,
                    "Delay": 0,
                }
            ],
        )


def test_a_channel_that_is_not_known_is_refused(connect, instance, routing_profile):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.update_routing_profile_concurrency(
            InstanceId=instance,
            RoutingProfileId=routing_profile,
            MediaConcurrencies=[{"Channel": "EMAIL", "Concurrency": 1}],
        )
