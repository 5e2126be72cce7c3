"""OTA task configurations, as an application uses them."""

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


def test_a_configuration_is_got_as_it_was_made(client: Client) -> None:
    """All of its parts come back as the values they were given as."""
    made = client.ota_task_configurations.create(
        name="Careful", description="Stops early", push_config=CAREFUL
    )
    found = client.ota_task_configurations.get(made.task_configuration_id)
    assert found.task_configuration_id == made.task_configuration_id
    assert (found.name, found.description) == ("Careful", "Stops early")
    assert found.push_config == CAREFUL
    assert found.created_at is not None


def test_a_task_takes_a_configuration(client: Client) -> None:
    """The id that a creation gives is the one that a task is given."""
    made = client.ota_task_configurations.create(name="Careful")
    task = client.ota_tasks.create(
        s3_url="s3://bucket/job.json",
        ota_type=OtaType.CONTINUOUS,
        ota_target_query_string="attributes.ring=first",
        task_configuration_id=made.task_configuration_id,
    )
    found = client.ota_tasks.get(task.task_id)
    assert found.task_configuration_id == made.task_configuration_id


def test_configurations_are_listed(client: Client) -> None:
    """Summaries have ids and names."""
    made = client.ota_task_configurations.create(name="Careful")
    (summary,) = client.ota_task_configurations.list()
    assert (summary.task_configuration_id, summary.name) == (made.task_configuration_id, "Careful")


async def test_a_configuration_is_deleted(async_client: AsyncClient) -> None:
    """Afterwards there is none."""
    family = async_client.ota_task_configurations
    made = await family.create()
    await family.delete(made.task_configuration_id)
    assert await family.list().collect() == []
    with pytest.raises(ResourceNotFoundError):
        await family.get(made.task_configuration_id)


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
def test_each_value_is_checked_where_it_is_built(build: object, limit: str) -> None:
    """The line that is wrong is the line that fails."""
    assert callable(build)
    with pytest.raises(ConstraintError, match=limit):
        build()


def test_a_refused_name_is_not_shown(client: Client, emulator: Emulator) -> None:
    """Names are sensitive: the problem tells the limit, not the name; nothing was sent."""
    with pytest.raises(ConstraintError) as caught:
        client.ota_task_configurations.create(name="CANARY.")
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("name", "***")
    assert "CANARY" not in str(caught.value)
    assert emulator.calls == ()


def test_an_answered_name_is_not_shown(client: Client) -> None:
    """It can be read, and a repr hides it."""
    made = client.ota_task_configurations.create(name="CANARY")
    found = client.ota_task_configurations.get(made.task_configuration_id)
    assert found.name == "CANARY"
    assert "CANARY" not in repr(found)
