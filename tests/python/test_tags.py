"""Tags of resources; the ARN is one encoded segment of the path."""

import pytest


def test_tags_are_added_listed_and_removed(connect, instance_arn, queue):
    arn = f"{instance_arn}/queue/{queue}"
    connect.tag_resource(resourceArn=arn, tags={"team": "blue", "with space & more": "ü/+="})
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {
        "team": "blue",
        "with space & more": "ü/+=",
    }
    connect.tag_resource(resourceArn=arn, tags={"team": "red"})
    connect.untag_resource(resourceArn=arn, tagKeys=["with space & more", "absent"])
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "red"}


def test_tags_of_amazon_and_too_many_are_refused(connect, instance_arn, queue):
    arn = f"{instance_arn}/queue/{queue}"
    for tags in ({"aws:team": "blue"}, {str(n): "x" for n in range(51)}):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.tag_resource(resourceArn=arn, tags=tags)


def test_what_is_not_here_has_no_tags(connect, instance, instance_arn, foreign):
    for arn in (
        f"{instance_arn}/queue/{foreign}",
        instance_arn.replace(instance, foreign) + f"/queue/{foreign}",
        f"arn:aws:connect:mars-north-1:123456789012:instance/{instance}/queue/{foreign}",
    ):
        with pytest.raises(connect.exceptions.ResourceNotFoundException):
            connect.list_tags_for_resource(resourceArn=arn)
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.list_tags_for_resource(resourceArn="arn:aws:s3:::bucket")
