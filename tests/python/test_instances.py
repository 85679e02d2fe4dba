"""Instances and their attributes."""

import pytest


def test_the_instance_is_listed_and_described(connect, instance, instance_arn):
    listed = connect.list_instances()["InstanceSummaryList"]
    summary = next(each for each in listed if each["Id"] == instance)
    assert summary["Arn"] == instance_arn
    assert summary["InstanceStatus"] == "ACTIVE"
    described = connect.describe_instance(InstanceId=instance)["Instance"]
    assert described["Id"] == instance
    assert described["InstanceAlias"] == summary["InstanceAlias"]
    assert described["CreatedTime"] == summary["CreatedTime"]


def test_an_arn_stands_for_the_id(connect, instance, instance_arn):
    assert connect.describe_instance(InstanceId=instance_arn)["Instance"]["Id"] == instance


def test_attributes_are_listed_in_pages_and_described(connect, instance):
    page = connect.list_instance_attributes(InstanceId=instance, MaxResults=7)
    first = page["Attributes"]
    assert len(first) == 7
    rest = connect.list_instance_attributes(InstanceId=instance, NextToken=page["NextToken"])
    assert not {each["AttributeType"] for each in first} & {
        each["AttributeType"] for each in rest["Attributes"]
    }
    described = connect.describe_instance_attribute(
        InstanceId=instance, AttributeType=first[0]["AttributeType"]
    )
    assert described["Attribute"] == first[0]


def test_an_unknown_instance_is_not_found(connect, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_instance(InstanceId=foreign)


def test_an_arn_of_another_account_is_not_found(connect, instance_arn):
    parts = instance_arn.split(":")
    parts[4] = "999999999999"
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_instance(InstanceId=":".join(parts))


def test_nonsense_is_an_invalid_request(connect):
    with pytest.raises(connect.exceptions.InvalidRequestException):
        connect.describe_instance(InstanceId="nonsense")


def test_an_instance_has_tags(connect, instance, instance_arn):
    connect.tag_resource(resourceArn=instance_arn, tags={"team": "blue", "old": "x"})
    connect.untag_resource(resourceArn=instance_arn, tagKeys=["old"])
    assert connect.list_tags_for_resource(resourceArn=instance_arn)["tags"] == {"team": "blue"}
    assert connect.describe_instance(InstanceId=instance)["Instance"]["Tags"] == {"team": "blue"}
    connect.untag_resource(resourceArn=instance_arn, tagKeys=["team"])
    assert connect.list_tags_for_resource(resourceArn=instance_arn)["tags"] == {}
    assert "Tags" not in connect.describe_instance(InstanceId=instance)["Instance"]


def test_approved_origins_are_added_listed_and_removed(connect, instance):
    for origin in ("https://Shop.example:443", "https://shop.example", "https://help.example:8443"):
        connect.associate_approved_origin(InstanceId=instance, Origin=origin)
    page = connect.list_approved_origins(InstanceId=instance, MaxResults=1)
    rest = connect.list_approved_origins(InstanceId=instance, NextToken=page["NextToken"])
    both = ["https://help.example:8443", "https://shop.example"]
    assert page["Origins"] + rest["Origins"] == both
    for origin in both:
        connect.disassociate_approved_origin(InstanceId=instance, Origin=origin)
    assert connect.list_approved_origins(InstanceId=instance)["Origins"] == []
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.disassociate_approved_origin(InstanceId=instance, Origin=both[0])


def test_an_origin_has_no_path_and_is_served_by_tls(connect, instance, foreign):
    for origin in ("http://shop.example", "https://shop.example/x", "https://*", "null"):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.associate_approved_origin(InstanceId=instance, Origin=origin)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.associate_approved_origin(InstanceId=foreign, Origin="https://shop.example")
