"""OTA tasks, through both clients."""

import pytest

from iotmi import (
    AsyncClient,
    Client,
    ConstraintError,
    CreatedOtaTask,
    CreateOtaTask,
    LimitExceededError,
    OtaStatus,
    OtaTask,
    OtaTaskExecutionRetryConfig,
    OtaTasks,
    OtaTaskSchedulingConfig,
    OtaType,
    ResourceNotFoundError,
    RetryConfigCriteria,
    RetryCriteriaFailureType,
    ScheduleMaintenanceWindow,
    SchedulingConfigEndBehavior,
    WaitFailedError,
)
from iotmi.emulator import Emulator
from tests.support.factories import hub_request, make_hub
from tests.support.flow_runner import fed

pytestmark = pytest.mark.anyio

JOB = "https://example-bucket.s3.eu-west-1.amazonaws.com/job.json"


def task_request(target: str, description: str | None = None) -> CreateOtaTask:
    """Return a request for a one-time task on one thing."""
    return CreateOtaTask(
        s3_url=JOB, ota_type=OtaType.ONE_TIME, target=[target], description=description
    )


def make_task(client: Client, description: str | None = None) -> CreatedOtaTask:
    """Create a one-time task for a new hub."""
    return client.send(task_request(make_hub(client).arn, description)).value


def test_a_task_is_read_as_created(client: Client) -> None:
    """A read returns targets, schedule and retries with the values that were set."""
    hub = make_hub(client)
    schedule = OtaTaskSchedulingConfig(
        start_time="2099-10-20T17:00",
        end_time="2099-10-21T17:00",
        end_behavior=SchedulingConfigEndBehavior.CANCEL,
        maintenance_windows=[
            ScheduleMaintenanceWindow(start_time="2099-10-20T18:00", duration_in_minutes=1430)
        ],
    )
    retries = OtaTaskExecutionRetryConfig(
        retry_config_criteria=[
            RetryConfigCriteria(
                failure_type=RetryCriteriaFailureType.TIMED_OUT, min_number_of_retries=10
            )
        ]
    )
    created = client.ota_tasks.create(
        s3_url=JOB,
        ota_type=OtaType.ONE_TIME,
        target=[hub.arn],
        description="Firmware 1",
        ota_scheduling_config=schedule,
        ota_task_execution_retry_config=retries,
        tags={"ring": "first"},
    )
    task = client.ota_tasks.get(created.task_id)
    assert (task.task_id, task.task_arn) == (created.task_id, created.task_arn)
    assert (task.s3_url, task.ota_type, task.target) == (JOB, OtaType.ONE_TIME, (hub.arn,))
    assert (task.ota_scheduling_config, task.ota_task_execution_retry_config) == (schedule, retries)
    assert task.description == created.description == "Firmware 1"
    assert task.tags == {"ring": "first"}


def test_tasks_are_listed_page_by_page(client: Client) -> None:
    """Tasks are listed on pages of the requested size."""
    request = task_request(make_hub(client).arn)
    created = [client.send(request).value.task_id for _ in range(3)]
    pages = list(client.ota_tasks.list(max_results=2).pages())
    assert [len(page.items) for page in pages] == [2, 1]
    assert sorted(task.task_id for page in pages for task in page.items) == sorted(created)


def test_an_update_changes_the_description(client: Client) -> None:
    """An update of the description leaves the other members unchanged."""
    created = make_task(client, "Firmware 1")
    client.ota_tasks.update(created.task_id, description="Firmware 2")
    task = client.ota_tasks.get(created.task_id)
    assert (task.description, task.s3_url) == ("Firmware 2", JOB)


def test_executions_name_each_thing(client: Client) -> None:
    """The executions are read from `ExecutionSummaries`, one for each target."""
    hubs = [make_hub(client, number) for number in range(2)]
    created = client.ota_tasks.create(
        s3_url=JOB, ota_type=OtaType.ONE_TIME, target=[hub.arn for hub in hubs]
    )
    executions = client.ota_tasks.list_executions(created.task_id).collect()
    assert sorted(str(execution.managed_thing_id) for execution in executions) == sorted(
        hub.id for hub in hubs
    )
    for execution in executions:
        assert execution.task_execution_summary is not None
        assert execution.task_execution_summary.status is not None
        assert execution.task_execution_summary.status.known


def test_a_task_is_waited_for(client: Client) -> None:
    """The waiter returns the completed task, with the number of things by outcome."""
    created = make_task(client)
    task = client.ota_tasks.wait_until_finished(created.task_id)
    assert (task.task_id, task.status) == (created.task_id, OtaStatus.COMPLETED)
    assert task.task_processing_details is not None
    assert task.task_processing_details.number_of_succeeded_things == 1
    assert task.task_processing_details.number_of_failed_things == 0


async def test_the_async_client_waits(async_client: AsyncClient) -> None:
    """The async client runs the same waiter."""
    hub = (await async_client.send(hub_request())).value
    created = (await async_client.send(task_request(hub.arn))).value
    task = await async_client.ota_tasks.wait_until_finished(created.task_id)
    assert task.status == OtaStatus.COMPLETED
    assert [found.task_id async for found in async_client.ota_tasks.list()] == [created.task_id]


def test_a_task_in_deletion_ends_the_wait(client: Client) -> None:
    """The waiter raises at once for a task in deletion, and the error holds the task."""
    created = make_task(client)
    client.ota_tasks.delete(created.task_id)
    with pytest.raises(WaitFailedError) as caught:
        client.ota_tasks.wait_until_finished(created.task_id)
    assert getattr(caught.value.last_value, "status", None) == OtaStatus.DELETION_IN_PROGRESS
    with pytest.raises(ResourceNotFoundError):
        client.ota_tasks.wait_until_finished(created.task_id)


def test_a_canceled_task_ends_the_wait() -> None:
    """The waiter raises at once for a canceled task."""
    seen = OtaTask(task_id="1", status=OtaStatus.CANCELED)
    with pytest.raises(WaitFailedError) as caught:
        fed(vars(OtaTasks)["wait_until_finished"].function("1"), seen)
    assert caught.value.last_value is seen


def test_too_many_deletions_raise_a_limit_error(client: Client, emulator: Emulator) -> None:
    """`LimitExceededError` is not a throttling error, so it is raised without a retry."""
    emulator.faults.fail("DeleteOtaTask", "LimitExceededException")
    with pytest.raises(LimitExceededError) as caught:
        client.ota_tasks.delete("1")
    assert (caught.value.http_status, caught.value.attempts) == (410, 1)


def test_ota_tokens_may_contain_plus_and_slash(client: Client) -> None:
    """OTA tokens may contain a plus and a slash, and other tokens may not."""
    assert "a+b/c=" in repr(client.ota_tasks.list(next_token="a+b/c="))
    with pytest.raises(ConstraintError):
        client.ota_task_configurations.list(next_token="a+b/c=")


def test_requests_are_validated_before_sending(client: Client, emulator: Emulator) -> None:
    """Each value is validated when it is built, and every problem is reported."""
    with pytest.raises(ConstraintError) as caught:
        client.ota_tasks.create(s3_url="x" * 1001, ota_type=OtaType("PULL"), description="a.b")
    assert [problem.path for problem in caught.value.problems] == [
        "description",
        "s3_url",
        "ota_type",
    ]
    with pytest.raises(ConstraintError, match="from 1 to 1430"):
        ScheduleMaintenanceWindow(duration_in_minutes=1431)
    with pytest.raises(ConstraintError, match="from 0 to 10"):
        RetryConfigCriteria(min_number_of_retries=11)
    assert emulator.calls == ()


def test_tags_are_redacted() -> None:
    """Tags are redacted, because they may contain personal data."""
    request = CreateOtaTask(s3_url=JOB, ota_type=OtaType.ONE_TIME, tags={"owner": "CANARY"})
    assert "CANARY" not in repr(request)
    assert "tags='***'" in repr(request)
