"""Hours of operation and their overrides."""

import pytest

from conftest import NINE_TO_FIVE, all_pages


def test_hours_are_created_read_changed_and_deleted(connect, instance, name):
    made = connect.create_hours_of_operation(
        InstanceId=instance, Name=name, TimeZone="Europe/Berlin", Config=NINE_TO_FIVE
    )
    ids = {"InstanceId": instance, "HoursOfOperationId": made["HoursOfOperationId"]}
    hours = connect.describe_hours_of_operation(**ids)["HoursOfOperation"]
    assert hours["Name"] == name
    assert hours["Config"] == NINE_TO_FIVE
    assert hours["HoursOfOperationArn"] == made["HoursOfOperationArn"]

    connect.update_hours_of_operation(
        **ids, Name=f"{name}-2", Description="Changed", TimeZone="UTC", Config=NINE_TO_FIVE[:1]
    )
    hours = connect.describe_hours_of_operation(**ids)["HoursOfOperation"]
    assert (hours["Name"], hours["Description"]) == (f"{name}-2", "Changed")
    assert (hours["TimeZone"], hours["Config"]) == ("UTC", NINE_TO_FIVE[:1])
    listed, _ = all_pages(
        connect.list_hours_of_operations, "HoursOfOperationSummaryList", InstanceId=instance
    )
    assert f"{name}-2" in {each["Name"] for each in listed}

    connect.delete_hours_of_operation(**ids)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_hours_of_operation(**ids)


def test_overrides_are_created_read_changed_and_deleted(connect, instance, hours):
    ids = {"InstanceId": instance, "HoursOfOperationId": hours}
    new = {
        "Name": "Christmas",
        "Description": "Closed",
        "Config": [],
        "EffectiveFrom": "2030-12-24",
        "EffectiveTill": "2030-12-26",
    }
    made = connect.create_hours_of_operation_override(**ids, **new)["HoursOfOperationOverrideId"]
    one = {**ids, "HoursOfOperationOverrideId": made}
    read = connect.describe_hours_of_operation_override(**one)["HoursOfOperationOverride"]
    assert {key: read[key] for key in new} == new
    with pytest.raises(connect.exceptions.DuplicateResourceException):
        connect.create_hours_of_operation_override(**ids, **new)

    connect.update_hours_of_operation_override(**one, Name="Holidays", EffectiveTill="2030-12-31")
    listed = connect.list_hours_of_operation_overrides(**ids)["HoursOfOperationOverrideList"]
    assert [(each["Name"], each["EffectiveTill"]) for each in listed] == [("Holidays", "2030-12-31")]

    connect.delete_hours_of_operation_override(**one)
    with pytest.raises(connect.exceptions.ResourceNotFoundException):
        connect.describe_hours_of_operation_override(**one)


def test_a_time_zone_that_does_not_exist_is_refused(connect, instance, name):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.create_hours_of_operation(
            InstanceId=instance, Name=name, TimeZone="Mars/Olympus", Config=[]
        )


def test_recurrence_is_refused_and_not_ignored(connect, instance, hours):
    with pytest.raises(connect.exceptions.InvalidParameterException):
        connect.create_hours_of_operation_override(
            InstanceId=instance,
            HoursOfOperationId=hours,
            Name="Yearly",
            Config=[],
            EffectiveFrom="2030-12-24",
            EffectiveTill="2030-12-26",
            RecurrenceConfig={"RecurrencePattern": {"Frequency": "YEARLY", "Interval": 1}},
        )
