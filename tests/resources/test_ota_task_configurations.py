"""OTA task configurations, through both clients."""

import pytest

from iotmi import (
    AbortConfigCriteria,
    AbortCriteriaAction,
    AbortCriteriaFailureType,
    AsyncClient,
    Client,
    ConstraintError,
    ExponentialRolloutRate,
    OtaTaskAbortConfig,
    OtaTaskExecutionRolloutConfig,
    OtaTaskTimeoutConfig,
    OtaType,
    PushConfig,
    ResourceNotFoundError,
    RolloutRateIncreaseCriteria,
)
from iotmi.emulator import Emulator

pytestmark = pytest.mark.anyio

CAREFUL = PushConfig(
    abort_config=OtaTaskAbortConfig(
        abort_config_criteria_list=[
            AbortConfigCriteria(
                action=AbortCriteriaAction.CANCEL,
                failure_type=AbortCriteriaFailureType.ALL,
                min_number_of_executed_things=10,
                threshold_percentage=12.5,
            )
        ]
    ),
    rollout_config=OtaTaskExecutionRolloutConfig(
        exponential_rollout_rate=ExponentialRolloutRate(
            base_rate_per_minute=5,
            increment_factor=1.5,
            rate_increase_criteria=RolloutRateIncreaseCriteria(number_of_succeeded_things=50),
        ),
        maximum_per_minute=100,
    ),
    timeout_config=OtaTaskTimeoutConfig(in_progress_timeout_in_minutes=10080),
)


def test_a_configuration_is_read_as_created(client: Client) -> None:
    """A read returns every setting with the value that was set."""
    created = client.ota_task_configurations.create(
        name="Careful", description="Stops early", push_config=CAREFUL
    )
    found = client.ota_task_configurations.get(created.task_configuration_id)
    assert found.task_configuration_id == created.task_configuration_id
    assert (found.name, found.description) == ("Careful", "Stops early")
    assert found.push_config == CAREFUL
    assert found.created_at is not None


def test_a_task_keeps_its_configuration(client: Client) -> None:
    """A task keeps the id of its configuration."""
    created = client.ota_task_configurations.create(name="Careful")
    task = client.ota_tasks.create(
        s3_url="s3://bucket/job.json",
        ota_type=OtaType.CONTINUOUS,
        ota_target_query_string="attributes.ring=first",
        task_configuration_id=created.task_configuration_id,
    )
    found = client.ota_tasks.get(task.task_id)
    assert found.task_configuration_id == created.task_configuration_id


def test_configurations_are_listed(client: Client) -> None:
    """Summaries have ids and names."""
    created = client.ota_task_configurations.create(name="Careful")
    (summary,) = client.ota_task_configurations.list()
    assert (summary.task_configuration_id, summary.name) == (
        created.task_configuration_id,
        "Careful",
    )


async def test_a_configuration_is_deleted(async_client: AsyncClient) -> None:
    """After the deletion a read raises `ResourceNotFoundError`."""
    family = async_client.ota_task_configurations
    created = await family.create()
    await family.delete(created.task_configuration_id)
    assert await family.list().collect() == []
    with pytest.raises(ResourceNotFoundError):
        await family.get(created.task_configuration_id)


@pytest.mark.parametrize(
    ("build", "limit"),
    [
        (lambda: OtaTaskTimeoutConfig(in_progress_timeout_in_minutes=10081), "from 1 to 10080"),
        (lambda: OtaTaskExecutionRolloutConfig(maximum_per_minute=0), "at least 1"),
        (lambda: ExponentialRolloutRate(increment_factor=1.05), "from 1.1 to 5"),
        (lambda: AbortConfigCriteria(threshold_percentage=100.5), "at most 100"),
        (lambda: RolloutRateIncreaseCriteria(number_of_notified_things=101), "from 1 to 100"),
    ],
)
def test_values_are_validated_when_built(build: object, limit: str) -> None:
    """A value out of range is rejected when it is built."""
    assert callable(build)
    with pytest.raises(ConstraintError, match=limit):
        build()


def test_a_rejected_name_is_redacted(client: Client, emulator: Emulator) -> None:
    """A rejected name is redacted in the error, and nothing is sent."""
    with pytest.raises(ConstraintError) as caught:
        client.ota_task_configurations.create(name="CANARY.")
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("name", "***")
    assert "CANARY" not in str(caught.value)
    assert emulator.calls == ()


def test_a_name_in_a_response_is_redacted(client: Client) -> None:
    """A name in a response can be read, and its repr is redacted."""
    created = client.ota_task_configurations.create(name="CANARY")
    found = client.ota_task_configurations.get(created.task_configuration_id)
    assert found.name == "CANARY"
    assert "CANARY" not in repr(found)
