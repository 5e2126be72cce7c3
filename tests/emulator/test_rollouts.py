"""Rates and maintenance windows of over-the-air tasks, on clocks that run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from iotmi.emulator import Emulator
from tests.emulator.support.requests import Client, create_thing, expect_error
from tests.emulator.test_time import counts, create_task

MONDAY = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with time_machine.travel(MONDAY, tick=False):
        with Emulator(clock="emulated") as emulator:
            yield emulator


def configured(client: Client, **rollout: object) -> str:
    """Return a task configuration with a rollout."""
    made = client.create_ota_task_configuration(PushConfig={"RolloutConfig": rollout})
    identifier: str = made["TaskConfigurationId"]
    return identifier


def begun(client: Client, task: str) -> int:
    """Return the number of executions that are no longer queued."""
    _, found = counts(client, task)
    return sum(found.values()) - found.get("Queued", 0)


def begun_by_minute(emulator: Emulator, client: Client, task: str, minutes: int) -> list[int]:
    """Return the number of executions that began in each minute."""
    emulator.advance(seconds=6)
    seen = [begun(client, task)]
    for _ in range(minutes - 1):
        emulator.advance(minutes=1)
        seen.append(begun(client, task))
    return [after - before for before, after in zip([0, *seen], seen, strict=False)]


def test_a_maximum_rate(emulator: Emulator, client: Client) -> None:
    """With one thing a minute, fifty things take fifty minutes, and the task ends after that."""
    things = [create_thing(client) for _ in range(50)]
    slow = configured(client, MaximumPerMinute=1)
    task = create_task(client, *things, TaskConfigurationId=slow)
    emulator.advance(seconds=6)
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 1, "Queued": 49})
    emulator.advance(minutes=48)
    assert begun(client, task) == 49
    emulator.advance(minutes=1)
    assert begun(client, task) == 50
    emulator.advance(minutes=2)
    assert counts(client, task) == ("COMPLETED", {"Succeeded": 50})


def test_a_task_without_rates_begins_at_once(emulator: Emulator, client: Client) -> None:
    """Without a rollout, all things begin together."""
    things = [create_thing(client) for _ in range(5)]
    task = create_task(client, *things, TaskConfigurationId=configured(client))
    emulator.advance(seconds=6)
    assert begun(client, task) == 5


@pytest.mark.parametrize(
    ("criteria", "maximum", "rates"),
    [
        ({"numberOfNotifiedThings": 2}, {}, [2, 4, 10]),
        ({"numberOfNotifiedThings": 2}, {"MaximumPerMinute": 5}, [2, 4, 5, 5]),
        ({"numberOfSucceededThings": 2}, {}, [2, 2, 4, 8]),
        ({}, {}, [2, 2, 2, 2]),
    ],
)
def test_an_exponential_rate(
    emulator: Emulator,
    client: Client,
    criteria: dict[str, int],
    maximum: dict[str, int],
    rates: list[int],
) -> None:
    """The rate doubles with each threshold of notified or succeeded things, up to the maximum."""
    things = [create_thing(client) for _ in range(16)]
    growing = configured(
        client,
        ExponentialRolloutRate={
            "BaseRatePerMinute": 2,
            "IncrementFactor": 2.0,
            "RateIncreaseCriteria": criteria,
        },
        **maximum,
    )
    task = create_task(client, *things, TaskConfigurationId=growing)
    assert begun_by_minute(emulator, client, task, len(rates)) == rates


@pytest.mark.parametrize(
    ("start", "opens", "again"),
    [
        ("cron(0 18 ? * * *)", timedelta(hours=6), timedelta(days=1, hours=6)),
        ("cron(30 12 ? * MON *)", timedelta(minutes=30), timedelta(days=7, minutes=30)),
        ("cron(0/15 12-13 7,8 JAN ? 2030)", timedelta(0), timedelta(minutes=15)),
        ("2030-01-08T00:00", timedelta(hours=12), None),
    ],
)
def test_maintenance_windows(
    emulator: Emulator,
    client: Client,
    start: str,
    opens: timedelta,
    again: timedelta | None,
) -> None:
    """Executions begin within windows only: one a minute, two minutes at a time."""
    things = [create_thing(client) for _ in range(3)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client, MaximumPerMinute=1),
        OtaSchedulingConfig={"MaintenanceWindows": [{"StartTime": start, "DurationInMinutes": 2}]},
    )
    emulator.advance(max(timedelta(0), opens - timedelta(seconds=10)))
    assert begun(client, task) == 0
    emulator.advance(minutes=3)
    assert begun(client, task) == 2
    if again is None:
        emulator.advance(days=30)
        assert begun(client, task) == 2
        return
    emulator.advance(MONDAY + again - timedelta(seconds=10) - emulator.now())
    assert begun(client, task) == 2
    emulator.advance(minutes=1)
    assert begun(client, task) == 3


@pytest.mark.parametrize(
    "start",
    [
        "at night",
        "cron(0 18)",
        "cron(61 * * * ? *)",
        "cron(0 18 L * ? *)",
        "cron(a-b * * * ? *)",
        "cron(1-2-3 * * * ? *)",
        "cron(0/0 * * * ? *)",
        "cron(0/00 * * * ? *)",
    ],
)
def test_a_window_of_another_form_is_invalid(client: Client, start: str) -> None:
    """The start of a window is a time or a cron expression."""
    thing = create_thing(client)
    with expect_error("ValidationException", r"MaintenanceWindows\[0\].StartTime must be a time"):
        create_task(
            client,
            thing,
            OtaSchedulingConfig={"MaintenanceWindows": [{"StartTime": start}]},
        )


@pytest.mark.parametrize(
    ("window", "number"),
    [({"DurationInMinutes": 2}, 2), ({"StartTime": "cron(0 18 * * ? 2029)"}, 0)],
)
def test_a_window_that_is_always_or_never_open(
    emulator: Emulator, client: Client, window: dict[str, object], number: int
) -> None:
    """A window without a start is open at any time. One of a past year never opens."""
    things = [create_thing(client) for _ in range(2)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client),
        OtaSchedulingConfig={"MaintenanceWindows": [window]},
    )
    emulator.advance(days=2)
    assert begun(client, task) == number


def test_the_end_of_a_schedule_stops_the_rollout(emulator: Emulator, client: Client) -> None:
    """After the end with STOP_ROLLOUT, no further execution begins."""
    things = [create_thing(client) for _ in range(9)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client, MaximumPerMinute=1),
        OtaSchedulingConfig={"EndTime": "2030-01-07T12:03", "EndBehavior": "STOP_ROLLOUT"},
    )
    emulator.advance(hours=1)
    assert counts(client, task) == ("IN_PROGRESS", {"Succeeded": 3, "Queued": 6})


def test_a_task_that_starts_later(emulator: Emulator, client: Client) -> None:
    """The rollout begins with the task."""
    things = [create_thing(client) for _ in range(3)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client, MaximumPerMinute=2),
        OtaSchedulingConfig={"StartTime": "2030-01-07T13:00"},
    )
    emulator.advance(hours=1, seconds=6)
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 2, "Queued": 1})


def test_a_task_that_is_held_at_its_start(emulator: Emulator, client: Client) -> None:
    """The rollout waits for the task, minute by minute."""
    things = [create_thing(client) for _ in range(3)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client, MaximumPerMinute=2),
        OtaSchedulingConfig={"StartTime": "2030-01-07T13:00"},
    )
    emulator.devices.hold(task)
    emulator.advance(hours=2)
    assert begun(client, task) == 0
    emulator.devices.release(task)
    emulator.advance(minutes=1, seconds=6)
    assert begun(client, task) == 2


def test_things_that_join_meanwhile_do_not_change_the_rate(
    emulator: Emulator, client: Client
) -> None:
    """While a rollout goes on, further things wait for its next minute."""
    task = client.create_ota_task(
        OtaType="CONTINUOUS",
        S3Url="s3://bucket/job.json",
        OtaTargetQueryString="attributes.owner=Ann",
        TaskConfigurationId=configured(client, MaximumPerMinute=1),
    )["TaskId"]
    for total in (1, 2, 3):
        for _ in range(2):
            create_thing(client, MetaData={"owner": "Ann"})
        client.get_ota_task(Identifier=task)
        emulator.advance(seconds=6 if total == 1 else 60)
        assert begun(client, task) == total


def test_things_that_join_later(emulator: Emulator, client: Client) -> None:
    """A continuous task keeps its rate for the things that match later."""
    slow = configured(client, MaximumPerMinute=1)
    task = client.create_ota_task(
        OtaType="CONTINUOUS",
        S3Url="s3://bucket/job.json",
        OtaTargetQueryString="attributes.owner=Ann",
        TaskConfigurationId=slow,
    )["TaskId"]
    for _ in range(2):
        for _ in range(2):
            create_thing(client, MetaData={"owner": "Ann"})
        client.get_ota_task(Identifier=task)
        before = begun(client, task)
        emulator.advance(seconds=6)
        assert begun(client, task) == before + 1
        emulator.advance(minutes=10)
        assert begun(client, task) == before + 2


def test_a_retry_does_not_wait_again(emulator: Emulator, client: Client) -> None:
    """An execution that failed begins again at once."""
    things = [create_thing(client) for _ in range(2)]
    task = create_task(
        client,
        *things,
        TaskConfigurationId=configured(client, MaximumPerMinute=1),
        OtaTaskExecutionRetryConfig={
            "RetryConfigCriteria": [{"FailureType": "FAILED", "MinNumberOfRetries": 1}]
        },
    )
    emulator.advance(seconds=6)
    emulator.devices.fail_ota(task, things[0])
    emulator.advance(seconds=6)
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 1, "Queued": 1})


def test_rates_on_the_real_clock() -> None:
    """The real clock keeps a rate too."""
    with time_machine.travel(MONDAY, tick=False) as machine:
        with Emulator(clock="real") as emulator:
            client: Client = emulator.boto3_client()
            things = [create_thing(client) for _ in range(3)]
            task = create_task(
                client, *things, TaskConfigurationId=configured(client, MaximumPerMinute=1)
            )
            seen = []
            for seconds in (6, 54, 6):
                machine.shift(seconds)
                seen.append(begun(client, task))
            assert seen == [1, 1, 2]


def test_reads_take_the_place_of_time() -> None:
    """On a clock of reads no minute passes, and each read begins all executions."""
    with Emulator() as emulator:
        client: Client = emulator.boto3_client()
        things = [create_thing(client) for _ in range(3)]
        task = create_task(
            client, *things, TaskConfigurationId=configured(client, MaximumPerMinute=1)
        )
        assert [begun(client, task) for _ in range(2)] == [0, 3]
