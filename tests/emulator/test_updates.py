"""Over-the-air updates under a test's control: ends of executions and of their tasks."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.requests import Client, create_thing
from tests.emulator.test_time import counts, create_task

UNKNOWN = "0" * 32


@pytest.fixture
def things(client: Client) -> list[str]:
    """Return four managed things."""
    return [create_thing(client) for _ in range(4)]


def held(emulator: Emulator, client: Client, *things: str, **parameters: object) -> str:
    """Return the id of a held task."""
    task = create_task(client, *things, **parameters)
    emulator.devices.hold(task)
    return task


def test_executions_end_by_the_test(emulator: Emulator, client: Client, things: list[str]) -> None:
    """One succeeds, one fails and one is rejected. The last one completes the task."""
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
    with pytest.raises(ValueError, match="QUEUED or IN_PROGRESS, not SUCCEEDED"):
        devices.fail_ota(task, things[0])
    with pytest.raises(LookupError, match="Execution"):
        devices.finish_ota(task, things[3])


def test_a_finished_execution_has_a_start(
    emulator: Emulator, client: Client, things: list[str]
) -> None:
    """A queued execution that is finished at once has a start time too."""
    task = held(emulator, client, things[0])
    emulator.devices.finish_ota(task, things[0])
    (item,) = client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
    summary = item["TaskExecutionSummary"]
    assert summary["Status"] == "SUCCEEDED"
    assert summary["StartedAt"] >= summary["QueuedAt"]


def test_a_held_thing_is_not_updated(emulator: Emulator, client: Client, things: list[str]) -> None:
    """The other things are updated. The held one follows after its release."""
    emulator.devices.hold(things[0])
    task = create_task(client, *things[:2])
    assert [counts(client, task) for _ in range(3)][-1] == (
        "IN_PROGRESS",
        {"Queued": 1, "Succeeded": 1},
    )
    emulator.devices.release(things[0])
    assert [counts(client, task) for _ in range(3)][-1] == ("COMPLETED", {"Succeeded": 2})


def test_a_failure_is_retried_the_configured_times(
    emulator: Emulator, client: Client, things: list[str]
) -> None:
    """Each failure queues the execution again, up to the configured number of retries."""
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
    """Above the configured share of failures, queued executions are canceled."""
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
    """Below the share, or without a configured share, a task continues."""
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
    """After all matching things are updated, the task waits for more."""
    thing = create_thing(client, MetaData={"owner": "ann"})
    task = client.create_ota_task(
        OtaType="CONTINUOUS",
        S3Url="s3://bucket/job.json",
        OtaTargetQueryString="attributes.owner=ann",
    )["TaskId"]
    emulator.devices.finish_ota(task, thing)
    assert counts(client, task) == ("IN_PROGRESS", {"Succeeded": 1})
