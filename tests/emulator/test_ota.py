"""Over-the-air tasks, their executions and their configurations."""

from collections import Counter
from typing import Any

import pytest

from tests.emulator.support.requests import Client, Response, create_thing, expect_error

UNKNOWN = "0" * 32


def arn_of(client: Client, thing: str) -> str:
    arn: str = client.get_managed_thing(Identifier=thing)["Arn"]
    return arn


def create_task(client: Client, *things: str, **parameters: object) -> str:
    """Create a task, by default of type ONE_TIME, and return its id."""
    given = {
        "OtaType": "ONE_TIME",
        "S3Url": "s3://bucket/job.json",
        "Target": [arn_of(client, thing) for thing in things],
        **parameters,
    }
    identifier: str = client.create_ota_task(**given)["TaskId"]
    return identifier


def create_continuous(client: Client, query: str) -> str:
    response = client.create_ota_task(
        OtaType="CONTINUOUS", S3Url="s3://bucket/job.json", OtaTargetQueryString=query
    )
    identifier: str = response["TaskId"]
    return identifier


def read_task(client: Client, task: str) -> tuple[str, dict[str, int]]:
    """Read a task once. Return its status and the number of executions by status."""
    response = client.get_ota_task(Identifier=task)
    details = response["TaskProcessingDetails"]
    counts = {
        name.removeprefix("numberOf").removeprefix("NumberOf"): value
        for name, value in details.items()
        if value and name != "processingTargets"
    }
    return response["Status"], counts


def executions_of(client: Client, task: str) -> list[Response]:
    found: list[Response] = client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
    return found


def statuses_of(client: Client, task: str) -> Counter[str]:
    return Counter(each["TaskExecutionSummary"]["Status"] for each in executions_of(client, task))


def test_a_task_comes_back_as_given(client: Client) -> None:
    """Create returns id, ARN and description. Get returns all given members."""
    thing = create_thing(client)
    configuration = client.create_ota_task_configuration()["TaskConfigurationId"]
    given: dict[str, Any] = {
        "Description": "New firmware",
        "S3Url": "s3://bucket/job.json",
        "OtaType": "ONE_TIME",
        "Target": [arn_of(client, thing)],
        "TaskConfigurationId": configuration,
        "OtaSchedulingConfig": {"EndBehavior": "CANCEL", "StartTime": "2024-10-20T17:00"},
        "OtaTaskExecutionRetryConfig": {
            "RetryConfigCriteria": [{"FailureType": "ALL", "MinNumberOfRetries": 3}]
        },
        "Tags": {"a": "b"},
    }
    made = client.create_ota_task(**given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["Description"] == "New firmware"
    assert made["TaskArn"].endswith(f":ota-task/{made['TaskId']}")
    got = client.get_ota_task(Identifier=made["TaskId"])
    assert {name: got[name] for name in given} == given
    assert (got["Protocol"], got["OtaMechanism"]) == ("HTTP", "PUSH")
    assert (got["Status"], got["TaskArn"]) == ("IN_PROGRESS", made["TaskArn"])
    assert got["CreatedAt"] == got["LastUpdatedAt"]


def test_a_task_is_completed_by_reads(client: Client) -> None:
    """Executions go from queued to succeeded, and the last one completes the task."""
    things = [create_thing(client) for _ in range(2)]
    task = create_task(client, *things)
    assert [read_task(client, task) for _ in range(4)] == [
        ("IN_PROGRESS", {"QueuedThings": 2}),
        ("IN_PROGRESS", {"InProgressThings": 2}),
        ("COMPLETED", {"SucceededThings": 2}),
        ("COMPLETED", {"SucceededThings": 2}),
    ]


def test_listing_executions_advances_them(client: Client) -> None:
    """A list is a read too, so polling the list completes the task."""
    thing = create_thing(client)
    task = create_task(client, thing, thing)
    (queued,), (running,), (done,) = (executions_of(client, task) for _ in range(3))
    assert queued["ManagedThingId"] == thing
    assert queued["TaskExecutionSummary"]["Status"] == "QUEUED"
    assert queued["TaskExecutionSummary"]["ExecutionNumber"] == 1
    assert queued["TaskExecutionSummary"]["RetryAttempt"] == 0
    assert "StartedAt" not in queued["TaskExecutionSummary"]
    assert running["TaskExecutionSummary"]["Status"] == "IN_PROGRESS"
    assert done["TaskExecutionSummary"]["Status"] == "SUCCEEDED"
    summary = done["TaskExecutionSummary"]
    assert summary["QueuedAt"] < summary["StartedAt"] < summary["LastUpdatedAt"]
    assert read_task(client, task)[0] == "COMPLETED"


def test_targets_in_progress_are_listed(client: Client) -> None:
    """A target between queued and succeeded is listed as processing."""
    thing = create_thing(client)
    task = create_task(client, thing)
    named = [
        client.get_ota_task(Identifier=task)["TaskProcessingDetails"]["processingTargets"]
        for _ in range(3)
    ]
    assert named == [[], [arn_of(client, thing)], []]


def test_only_the_first_page_is_a_read(client: Client) -> None:
    """Later pages show the statuses that the first page left."""
    task = create_task(client, *(create_thing(client) for _ in range(3)))
    first = client.list_ota_task_executions(Identifier=task, MaxResults=1)
    second = client.list_ota_task_executions(
        Identifier=task, MaxResults=1, NextToken=first["NextToken"]
    )
    third = client.list_ota_task_executions(
        Identifier=task, MaxResults=1, NextToken=second["NextToken"]
    )
    assert "NextToken" not in third
    shown = [page["ExecutionSummaries"][0] for page in (first, second, third)]
    assert [each["TaskExecutionSummary"]["Status"] for each in shown] == [
        "QUEUED",
        "IN_PROGRESS",
        "IN_PROGRESS",
    ]
    assert len({each["ManagedThingId"] for each in shown}) == 3


def test_a_task_of_the_future_is_scheduled(client: Client) -> None:
    """A task with a future start is SCHEDULED, and reads start it."""
    schedule = {"StartTime": "2999-01-01T00:00"}
    task = create_task(client, create_thing(client), OtaSchedulingConfig=schedule)
    assert [read_task(client, task)[0] for _ in range(4)] == [
        "SCHEDULED",
        "IN_PROGRESS",
        "IN_PROGRESS",
        "COMPLETED",
    ]
    with expect_error("ValidationException", "StartTime"):
        create_task(client, create_thing(client), OtaSchedulingConfig={"StartTime": "soon"})


def test_a_continuous_task_never_ends(client: Client) -> None:
    """Things that match later get the task too, and the task never ends."""
    first = create_thing(client, MetaData={"owner": "ann", "floor": "1"})
    create_thing(client, MetaData={"owner": "bob"})
    create_thing(client)
    task = create_continuous(client, "attributes.owner=ann AND attributes.floor:1")
    assert [read_task(client, task) for _ in range(3)] == [
        ("IN_PROGRESS", {"QueuedThings": 1}),
        ("IN_PROGRESS", {"InProgressThings": 1}),
        ("IN_PROGRESS", {"SucceededThings": 1}),
    ]
    second = create_thing(client, MetaData={"owner": "ann", "floor": "1"})
    read_task(client, task)
    assert statuses_of(client, task) == {"SUCCEEDED": 1, "QUEUED": 1}
    assert [each["ManagedThingId"] for each in executions_of(client, task)] == [first, second]


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({}, "Target must hold from 1 to 100"),
        ({"Target": [f"arn:{number}" for number in range(101)]}, "Target must hold from 1 to 100"),
        ({"Target": ["abc"]}, "ARNs of managed things"),
        (
            {"Target": ["arn:aws:iotmanagedintegrations:eu-west-1:1:managed-thing/a"]},
            "ARNs of managed things of this account",
        ),
        ({"OtaType": "CONTINUOUS"}, "OtaTargetQueryString is required"),
        ({"OtaType": "CONTINUOUS", "OtaTargetQueryString": "thingName:*"}, "emulator supports"),
    ],
)
def test_a_task_must_have_targets(client: Client, parameters: dict[str, Any], rule: str) -> None:
    """Each type of task needs its own kind of targets."""
    with expect_error("ValidationException", rule):
        client.create_ota_task(**{"OtaType": "ONE_TIME", "S3Url": "s3://a/b", **parameters})
    assert client.list_ota_tasks()["Tasks"] == []


def test_resources_of_a_task_must_exist(client: Client) -> None:
    """An unknown thing, configuration or task is not found."""
    thing = create_thing(client)
    task = create_task(client, thing)
    gone = arn_of(client, thing).replace(thing, UNKNOWN)
    calls = (
        lambda: create_task(client, Target=[gone]),
        lambda: create_task(client, thing, TaskConfigurationId=UNKNOWN),
        lambda: client.update_ota_task(Identifier=task, TaskConfigurationId=UNKNOWN),
        lambda: client.get_ota_task(Identifier=UNKNOWN),
        lambda: client.update_ota_task(Identifier=UNKNOWN),
        lambda: client.delete_ota_task(Identifier=UNKNOWN),
        lambda: client.list_ota_task_executions(Identifier=UNKNOWN),
    )
    for call in calls:
        with expect_error("ResourceNotFoundException") as response:
            call()
        assert response["ResourceId"] == UNKNOWN


def test_a_task_is_updated_and_listed(client: Client) -> None:
    """Description and configuration change. Without members nothing changes."""
    task = create_task(client, create_thing(client), Description="Old")
    configuration = client.create_ota_task_configuration()["TaskConfigurationId"]
    for changes in ({"Description": "New"}, {"TaskConfigurationId": configuration}, {}):
        response = client.update_ota_task(Identifier=task, **changes)
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    (item,) = client.list_ota_tasks()["Tasks"]
    got = client.get_ota_task(Identifier=task)
    assert got["Description"] == "New"
    assert item == {
        name: got[name]
        for name in (
            "TaskId",
            "TaskArn",
            "CreatedAt",
            "LastUpdatedAt",
            "TaskConfigurationId",
            "Status",
        )
    }


def test_one_read_shows_the_deletion_of_a_task(client: Client) -> None:
    """A task is in deletion for one read, and its executions are deleted with it."""
    task = create_task(client, create_thing(client))
    client.delete_ota_task(Identifier=task)
    with expect_error("ValidationException", "being deleted"):
        client.update_ota_task(Identifier=task, Description="Late")
    assert read_task(client, task) == ("DELETION_IN_PROGRESS", {"QueuedThings": 1})
    with expect_error("ResourceNotFoundException", "OTA Task resource not found."):
        client.get_ota_task(Identifier=task)
    with expect_error("ResourceNotFoundException"):
        executions_of(client, task)


def test_a_task_configuration_is_kept(client: Client) -> None:
    """A configuration is returned as given until it is deleted."""
    given: dict[str, Any] = {
        "Name": "Slow",
        "Description": "One by one",
        "PushConfig": {
            "AbortConfig": {
                "AbortConfigCriteriaList": [
                    {
                        "Action": "CANCEL",
                        "FailureType": "ALL",
                        "MinNumberOfExecutedThings": 1,
                        "ThresholdPercentage": 12.5,
                    }
                ]
            },
            "RolloutConfig": {
                "ExponentialRolloutRate": {
                    "BaseRatePerMinute": 1,
                    "IncrementFactor": 1.5,
                    "RateIncreaseCriteria": {"numberOfNotifiedThings": 5},
                },
                "MaximumPerMinute": 10,
            },
            "TimeoutConfig": {"InProgressTimeoutInMinutes": 60},
        },
    }
    made = client.create_ota_task_configuration(**given)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    identifier = made["TaskConfigurationId"]
    got = client.get_ota_task_configuration(Identifier=identifier)
    assert {name: got[name] for name in given} == given
    client.create_ota_task_configuration(Name="Slow")
    first, _ = client.list_ota_task_configurations()["Items"]
    assert first == {
        "TaskConfigurationId": identifier,
        "Name": "Slow",
        "CreatedAt": got["CreatedAt"],
    }
    response = client.delete_ota_task_configuration(Identifier=identifier)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 204
    for operation in (client.get_ota_task_configuration, client.delete_ota_task_configuration):
        with expect_error("ResourceNotFoundException"):
            operation(Identifier=identifier)
