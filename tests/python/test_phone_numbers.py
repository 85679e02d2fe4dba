"""Phone numbers. The demo's trunk brings three: the demo has claimed the first one."""

import os

import pytest

from conftest import all_pages, flow_content
from test_cli import aws

GERMAN = {"PhoneNumberCountryCode": "DE", "PhoneNumberType": "DID"}


def short_arn(instance_arn, number):
    return f"{instance_arn.split(':instance/')[0]}:phone-number/{number}"


def available(connect, instance, **more):
    found, _ = all_pages(
        connect.search_available_phone_numbers,
        "AvailableNumbersList",
        InstanceId=instance,
        **{**GERMAN, **more},
    )
    return [each["PhoneNumber"] for each in found]


@pytest.fixture
def free(connect, instance):
    """Numbers that can be claimed; what a test claims of them is free again afterwards."""
    numbers = available(connect, instance)
    assert len(numbers) >= 2
    yield numbers
    listed, _ = all_pages(
        connect.list_phone_numbers_v2, "ListPhoneNumbersSummaryList", InstanceId=instance
    )
    for each in listed:
        if each["PhoneNumber"] in numbers:
            connect.release_phone_number(PhoneNumberId=each["PhoneNumberId"])


@pytest.fixture
def number(connect, instance, free):
    return connect.claim_phone_number(InstanceId=instance, PhoneNumber=free[0])["PhoneNumberId"]


def test_a_number_is_found_claimed_read_and_released(connect, instance, instance_arn, free):
    claimed = connect.claim_phone_number(
        TargetArn=instance_arn,
        PhoneNumber=free[0],
        PhoneNumberDescription="For a test",
        Tags={"team": "blue"},
    )
    number = claimed["PhoneNumberId"]
    assert claimed["PhoneNumberArn"] == short_arn(instance_arn, number)
    assert free[0] not in available(connect, instance)
    for name in (number, claimed["PhoneNumberArn"], f"{instance_arn}/phone-number/{number}"):
        assert connect.describe_phone_number(PhoneNumberId=name)["ClaimedPhoneNumberSummary"] == {
            "PhoneNumberId": number,
            "PhoneNumberArn": claimed["PhoneNumberArn"],
            "PhoneNumber": free[0],
            "PhoneNumberCountryCode": "DE",
            "PhoneNumberType": "DID",
            "PhoneNumberDescription": "For a test",
            "TargetArn": instance_arn,
            "InstanceId": instance,
            "Tags": {"team": "blue"},
            "PhoneNumberStatus": {"Status": "CLAIMED"},
        }
    connect.release_phone_number(PhoneNumberId=number)
    assert free[0] in available(connect, instance)
    for refused in (connect.describe_phone_number, connect.release_phone_number):
        with pytest.raises(connect.exceptions.ResourceNotFoundException):
            refused(PhoneNumberId=number)


def test_a_number_is_claimed_once_and_a_repetition_gets_the_same_answer(connect, instance, free):
    claim = {"InstanceId": instance, "PhoneNumber": free[0], "ClientToken": f"token-{os.urandom(8).hex()}"}
    first = connect.claim_phone_number(**claim)
    assert connect.claim_phone_number(**claim)["PhoneNumberId"] == first["PhoneNumberId"]
    with pytest.raises(connect.exceptions.IdempotencyException):
        connect.claim_phone_number(InstanceId=instance, PhoneNumber=free[0])


def test_numbers_that_no_trunk_brings_are_not_found(connect, instance, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.claim_phone_number(InstanceId=instance, PhoneNumber="+4930901820")
    for wrong in ("4930901820", "+49 30", "+49x"):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.claim_phone_number(InstanceId=instance, PhoneNumber=wrong)
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.claim_phone_number(PhoneNumber="+4930901820")
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.claim_phone_number(InstanceId=foreign, PhoneNumber="+4930901820")


def test_the_search_filters_and_pages(connect, instance, foreign, free):
    assert available(connect, instance, MaxResults=1) == free == sorted(free)
    assert available(connect, instance, PhoneNumberPrefix=free[1][:12]) == free[1:2]
    assert available(connect, instance, PhoneNumberPrefix=free[1][1:12]) == free[1:2]
    assert available(connect, instance, PhoneNumberPrefix="+4989") == []
    assert available(connect, instance, PhoneNumberCountryCode="FR") == []
    assert available(connect, instance, PhoneNumberType="TOLL_FREE") == []
    for wrong in (
        {"PhoneNumberCountryCode": "de"},
        {"PhoneNumberType": "LANDLINE"},
        {"PhoneNumberPrefix": "+49x"},
        {"NextToken": "nonsense"},
        {"InstanceId": foreign},
    ):
        with pytest.raises(connect.exceptions.InvalidParameterException):
            connect.search_available_phone_numbers(**{"InstanceId": instance, **GERMAN, **wrong})


def test_claimed_numbers_are_listed_both_ways(connect, instance, instance_arn, free, number, foreign):
    arn = short_arn(instance_arn, number)
    old, pages = all_pages(
        connect.list_phone_numbers, "PhoneNumberSummaryList", InstanceId=instance, MaxResults=1
    )
    assert pages >= 2
    assert {
        "Id": number,
        "Arn": arn,
        "PhoneNumber": free[0],
        "PhoneNumberType": "DID",
        "PhoneNumberCountryCode": "DE",
    } in old
    for scope in ({}, {"InstanceId": instance}, {"TargetArn": instance_arn}):
        new, pages = all_pages(
            connect.list_phone_numbers_v2, "ListPhoneNumbersSummaryList", MaxResults=1, **scope
        )
        assert pages >= 2
        assert [each["PhoneNumberId"] for each in new] == [each["Id"] for each in old]
        assert {
            "PhoneNumberId": number,
            "PhoneNumberArn": arn,
            "PhoneNumber": free[0],
            "PhoneNumberCountryCode": "DE",
            "PhoneNumberType": "DID",
            "TargetArn": instance_arn,
            "InstanceId": instance,
        } in new
    for none in (
        {"PhoneNumberCountryCodes": ["FR", "AT"]},
        {"PhoneNumberTypes": ["TOLL_FREE", "UIFN"]},
    ):
        assert connect.list_phone_numbers(InstanceId=instance, **none)["PhoneNumberSummaryList"] == []
        assert connect.list_phone_numbers_v2(**none)["ListPhoneNumbersSummaryList"] == []
    some = connect.list_phone_numbers_v2(
        PhoneNumberPrefix=free[0][:12], PhoneNumberTypes=["DID"], PhoneNumberCountryCodes=["DE"]
    )["ListPhoneNumbersSummaryList"]
    assert [each["PhoneNumberId"] for each in some] == [number]
    for call in (connect.list_phone_numbers, connect.list_phone_numbers_v2):
        with pytest.raises(connect.exceptions.ResourceNotFoundException):
            call(InstanceId=foreign)


def test_a_number_leads_to_a_flow_that_stays_as_long(connect, instance, name, flow, number):
    ids = {"InstanceId": instance, "PhoneNumberId": number}
    connect.associate_phone_number_contact_flow(**ids, ContactFlowId=flow)
    with pytest.raises(connect.exceptions.ResourceInUseException):
        connect.delete_contact_flow(InstanceId=instance, ContactFlowId=flow)
    hold = connect.create_contact_flow(
        InstanceId=instance, Name=name, Type="QUEUE_TRANSFER", Content=flow_content()
    )["ContactFlowId"]
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.associate_phone_number_contact_flow(**ids, ContactFlowId=hold)
    connect.delete_contact_flow(InstanceId=instance, ContactFlowId=hold)
    connect.disassociate_phone_number_contact_flow(**ids)


def test_a_number_of_another_instance_has_no_flow_here(connect, instance, number, flow, foreign):
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.associate_phone_number_contact_flow(
            InstanceId=foreign, PhoneNumberId=number, ContactFlowId=flow
        )
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.disassociate_phone_number_contact_flow(InstanceId=instance, PhoneNumberId=foreign)


def test_descriptions_and_tags_change(connect, instance_arn, number):
    def read():
        return connect.describe_phone_number(PhoneNumberId=number)["ClaimedPhoneNumberSummary"]

    connect.update_phone_number_metadata(PhoneNumberId=number, PhoneNumberDescription="Sales")
    assert read()["PhoneNumberDescription"] == "Sales"
    connect.update_phone_number_metadata(PhoneNumberId=number, PhoneNumberDescription="")
    assert "PhoneNumberDescription" not in read()
    for arn in (short_arn(instance_arn, number), f"{instance_arn}/phone-number/{number}"):
        connect.tag_resource(resourceArn=arn, tags={"team": "red", "floor": "2"})
        connect.untag_resource(resourceArn=arn, tagKeys=["floor"])
        assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "red"}
    assert read()["Tags"] == {"team": "red"}


def test_a_number_stays_in_its_instance(connect, instance, instance_arn, number, foreign):
    kept = connect.update_phone_number(PhoneNumberId=number, TargetArn=instance_arn)
    assert kept == {**kept, "PhoneNumberId": number, "PhoneNumberArn": short_arn(instance_arn, number)}
    with pytest.raises(connect.exceptions.InvalidParameterException, match="release it"):
        connect.update_phone_number(PhoneNumberId=number, InstanceId=foreign)


def test_an_id_that_nothing_has_is_not_found(connect, instance, instance_arn, foreign):
    for call, more in (
        (connect.describe_phone_number, {}),
        (connect.release_phone_number, {}),
        (connect.update_phone_number, {"InstanceId": instance}),
        (connect.update_phone_number_metadata, {"PhoneNumberDescription": "x"}),
    ):
        for name in (foreign, short_arn(instance_arn, foreign)):
            with pytest.raises(connect.exceptions.ResourceNotFoundException):
                call(PhoneNumberId=name, **more)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.list_tags_for_resource(resourceArn=short_arn(instance_arn, foreign))
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.describe_phone_number(PhoneNumberId="nonsense")


def test_the_cli_claims_lists_and_releases(instance, free):
    number = aws(
        "connect", "claim-phone-number", "--instance-id", instance, "--phone-number", free[1]
    )["PhoneNumberId"]
    on = ("--phone-number-id", number)
    described = aws("connect", "describe-phone-number", *on)["ClaimedPhoneNumberSummary"]
    assert described["PhoneNumber"] == free[1]
    listed = aws("connect", "list-phone-numbers-v2")["ListPhoneNumbersSummaryList"]
    assert number in {each["PhoneNumberId"] for each in listed}
    aws("connect", "release-phone-number", *on)
