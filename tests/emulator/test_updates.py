"""Over-the-air updates in a test's hand: how executions end, and their tasks with them."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.requests import Client, create_thing
from tests.emulator.test_time import counts, create_task

UNKNOWN = "0" * 32


@pytest.fixture
def things(client: Client) -> list[str]:
    """Four managed things."""
    return [create_thing(client) for _ in range(4)]


def held(emulator: Emulator, client: Client, *things: str, **parameters: object) -> str:
    """A task that goes on only as the test says; its id."""
    task = create_task(client, *things, **parameters)
    emulator.devices.hold(task)
    return task


def test_executions_end_as_told(emulator: Emulator, client: Client, things: list[str]) -> None:
    """One succeeds, one fails, one is rejected; the task is completed by the last."""
    task, devices = held(emulator, client, *things[:3]), emulator.devices
    for _ in range(3):
        assert counts(client, task) == ("IN_PROGRESS", {"Queued": 3})
    devices.start_ota(task, things[0])
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 1, "Queued": 2})
    devices.finish_ota(task, things[0])
    devices.fail_ota(task, things[1])
    assert counts(client, task) == ("IN_PROGRESS", {"Succeeded": 1, "Failed": 1, "Queued": 1})
    devices.reject_ota(task, things[2])
    assert counts(client, task) == ("COMPLETED", {"Succeeded": 1, "Failed": 1, "Rejected": 1})
    with pytest.raises(ValueError, match="SUCCEEDED, not QUEUED or IN_PROGRESS"):
        devices.fail_ota(task, things[0])
    with pytest.raises(LookupError, match="Execution"):
        devices.finish_ota(task, things[3])


def test_an_update_that_is_finished_was_begun(
    emulator: Emulator, client: Client, things: list[str]
) -> None:
    """Also where a queued one is finished at once, the summary says when it was started."""
    task = held(emulator, client, things[0])
    emulator.devices.finish_ota(task, things[0])
    (item,) = client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
    summary = item["TaskExecutionSummary"]
    assert summary["Status"] == "SUCCEEDED"
    assert summary["StartedAt"] >= summary["QueuedAt"]


def test_a_held_thing_is_not_updated(emulator: Emulator, client: Client, things: list[str]) -> None:
    """Others are; it follows once it is released."""
    emulator.devices.hold(things[0])
    task = create_task(client, *things[:2])
    assert [counts(client, task) for _ in range(3)][-1] == (
        "IN_PROGRESS",
        {"Queued": 1, "Succeeded": 1},
    )
    emulator.devices.release(things[0])
    assert [counts(client, task) for _ in range(3)][-1] == ("COMPLETED", {"Succeeded": 2})


def test_a_failure_is_tried_again_as_often_as_asked(
    emulator: Emulator, client: Client, things: list[str]
) -> None:
    """Each failure queues the execution again, until it has been tried enough."""
    retry = {"RetryConfigCriteria": [{"FailureType": "FAILED", "MinNumberOfRetries": 2}]}
    task = held(emulator, client, things[0], OtaTaskExecutionRetryConfig=retry)
    for attempt in (1, 2):
        emulator.devices.fail_ota(task, things[0])
        (item,) = client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
        summary = item["TaskExecutionSummary"]
        assert (summary["Status"], summary["RetryAttempt"]) == ("QUEUED", attempt)
        assert summary["ExecutionNumber"] == attempt + 1
    emulator.devices.fail_ota(task, things[0])
    assert counts(client, task) == ("COMPLETED", {"Failed": 1})


@pytest.mark.parametrize("kind", ["FAILED", "ALL"])
def test_too_many_failures_cancel_a_task(
    emulator: Emulator, client: Client, things: list[str], kind: str
) -> None:
    """At the configured share of those that have ended, what is queued is canceled."""
    criterion = {
        "Action": "CANCEL",
        "FailureType": kind,
        "MinNumberOfExecutedThings": 2,
        "ThresholdPercentage": 50,
    }
    configuration = client.create_ota_task_configuration(
        PushConfig={"AbortConfig": {"AbortConfigCriteriaList": [criterion]}}
    )["TaskConfigurationId"]
    task = held(emulator, client, *things, TaskConfigurationId=configuration)
    emulator.devices.fail_ota(task, things[0])
    emulator.devices.start_ota(task, things[1])
    assert counts(client, task) == ("IN_PROGRESS", {"Failed": 1, "InProgress": 1, "Queued": 2})
    emulator.devices.finish_ota(task, things[2])
    assert counts(client, task) == (
        "CANCELED",
        {"Canceled": 1, "Failed": 1, "InProgress": 1, "Succeeded": 1},
    )
    emulator.devices.finish_ota(task, things[1])
    assert counts(client, task)[0] == "CANCELED"


def test_few_failures_cancel_nothing(emulator: Emulator, client: Client, things: list[str]) -> None:
    """Below the share, and without a configuration of it, a task goes on."""
    criterion = {
        "Action": "CANCEL",
        "FailureType": "REJECTED",
        "MinNumberOfExecutedThings": 1,
        "ThresholdPercentage": 60,
    }
    configuration = client.create_ota_task_configuration(
        PushConfig={"AbortConfig": {"AbortConfigCriteriaList": [criterion]}}
    )["TaskConfigurationId"]
    task = held(emulator, client, *things[:2], TaskConfigurationId=configuration)
    emulator.devices.fail_ota(task, things[0])
    emulator.devices.reject_ota(task, things[1])
    assert counts(client, task) == ("COMPLETED", {"Failed": 1, "Rejected": 1})


def test_a_continuous_task_is_never_completed(emulator: Emulator, client: Client) -> None:
    """When all that match are updated, it still waits for others."""
    thing = create_thing(client, MetaData={"owner": "ann"})
    task = client.create_ota_task(
        OtaType="CONTINUOUS",
        S3Url="s3://bucket/job.json",
        OtaTargetQueryString="attributes.owner=ann",
    )["TaskId"]
    emulator.devices.finish_ota(task, thing)
    assert counts(client, task) == ("IN_PROGRESS", {"Succeeded": 1})
