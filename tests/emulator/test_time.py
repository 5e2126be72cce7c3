"""The clocks of the emulator: on each read, emulated, and real."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._model.resource_types import DEFAULT_FLOW, STATEFUL_TYPES, Transition
from tests.emulator.support.requests import (
    REPORT,
    Client,
    Response,
    create_association,
    create_cloud_thing,
    create_thing,
    destination,
    expect_error,
    register,
    status_of,
)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(clock="emulated") as emulator:
        yield emulator


def thing_of(client: Client, identifier: str) -> Response:
    return client.get_managed_thing(Identifier=identifier)


def seconds_until(response: Response, member: str) -> float:
    """Return the seconds from a thing's creation to a later time of it."""
    seconds: timedelta = response[member] - response["CreatedAt"]
    return seconds.total_seconds()


def arn_of(client: Client, thing: str) -> str:
    arn: str = thing_of(client, thing)["Arn"]
    return arn


def create_task(client: Client, *things: str, **parameters: object) -> str:
    identifier: str = client.create_ota_task(
        OtaType="ONE_TIME",
        S3Url="s3://bucket/job.json",
        Target=[arn_of(client, thing) for thing in things],
        **parameters,
    )["TaskId"]
    return identifier


def counts(client: Client, task: str) -> tuple[str, dict[str, int]]:
    response = client.get_ota_task(Identifier=task)
    details = response["TaskProcessingDetails"].items()
    return response["Status"], {
        name[8:-6]: value for name, value in details if value and name[1:8] == "umberOf"
    }


def test_reads_do_nothing_on_a_running_clock(client: Client) -> None:
    """Any number of reads changes nothing while no time passes."""
    thing = create_thing(client)
    assert {status_of(client, thing) for _ in range(5)} == {"PRE_ASSOCIATED"}


def test_a_thing_takes_its_time(emulator: Emulator, client: Client) -> None:
    """A hub is discovered seconds_until 30 seconds, and activated 2.35 seconds later."""
    thing = create_thing(client)
    emulator.advance(seconds=29)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    emulator.advance(seconds=1)
    assert status_of(client, thing) == "DISCOVERED"
    emulator.advance(seconds=2.35)
    assert status_of(client, thing) == "ACTIVATED"


def test_transitions_happen_at_their_own_moments(emulator: Emulator, client: Client) -> None:
    """After a day, a thing's times are when its transitions were due, not when it was read."""
    thing = create_thing(client)
    emulator.advance(days=1)
    got = thing_of(client, thing)
    assert got["ProvisioningStatus"] == "ACTIVATED"
    assert seconds_until(got, "ActivatedAt") == pytest.approx(32.35, abs=0.01)
    assert seconds_until(got, "UpdatedAt") == pytest.approx(32.35, abs=0.01)


def test_lists_show_the_present_status(emulator: Emulator, client: Client) -> None:
    """A list shows and filters by the present status, without a read of any thing."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    (item,) = client.list_managed_things(ProvisioningStatusFilter="ACTIVATED")["Items"]
    assert (item["Id"], item["ProvisioningStatus"]) == (thing, "ACTIVATED")


def test_transitions_happen_in_order(emulator: Emulator, client: Client) -> None:
    """A lamp joins the hub that was in its locker before it."""
    locker = client.create_credential_locker()["Id"]
    hub = create_thing(client, CredentialLockerId=locker)
    emulator.advance(seconds=10)
    lamp = create_thing(client, Role="DEVICE", CredentialLockerId=locker)
    emulator.advance(hours=1)
    assert thing_of(client, lamp)["ParentControllerId"] == hub
    assert thing_of(client, lamp)["ActivatedAt"] > thing_of(client, hub)["ActivatedAt"]


def test_a_deletion_takes_its_time(emulator: Emulator, client: Client) -> None:
    """A thing is in deletion for five seconds."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    client.delete_managed_thing(Identifier=thing)
    emulator.advance(seconds=4)
    assert status_of(client, thing) == "DELETE_IN_PROGRESS"
    emulator.advance(seconds=1)
    with expect_error("ResourceNotFoundException"):
        thing_of(client, thing)


def test_a_discovery_finds_devices_after_25_seconds(emulator: Emulator, client: Client) -> None:
    """A discovery ends seconds_until 25 seconds, which is also the time of its devices."""
    hub = create_thing(client)
    emulator.advance(minutes=1)
    discovery = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    emulator.advance(seconds=24)
    assert client.list_discovered_devices(Identifier=discovery["Id"])["Items"] == []
    emulator.advance(hours=3)
    got = client.get_device_discovery(Identifier=discovery["Id"])
    assert got["Status"] == "SUCCEEDED"
    assert got["FinishedAt"] - got["StartedAt"] == timedelta(seconds=25)
    devices = client.list_discovered_devices(Identifier=discovery["Id"])["Items"]
    assert {device["DiscoveredAt"] for device in devices} == {got["FinishedAt"]}


def test_a_discovery_without_its_hub_times_out(emulator: Emulator, client: Client) -> None:
    """The discovery of an offline hub times out seconds_until 15 minutes."""
    hub = create_thing(client)
    emulator.advance(minutes=1)
    discovery = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    emulator.devices.go_offline(hub)
    emulator.advance(days=1)
    got = client.get_device_discovery(Identifier=discovery["Id"])
    assert got["Status"] == "TIMED_OUT"
    assert got["FinishedAt"] - got["StartedAt"] == timedelta(minutes=15)


def test_a_login_takes_ten_seconds(emulator: Emulator, client: Client) -> None:
    """An association is in progress for ten seconds."""
    association = client.create_account_association(ConnectorDestinationId=destination(client))[
        "AccountAssociationId"
    ]

    def state() -> str:
        response = client.get_account_association(AccountAssociationId=association)
        found: str = response["AssociationState"]
        return found

    emulator.advance(seconds=9)
    assert state() == "ASSOCIATION_IN_PROGRESS"
    emulator.advance(seconds=1)
    assert state() == "ASSOCIATION_SUCCEEDED"


def test_a_cloud_device_waits_for_its_discovery(emulator: Emulator, client: Client) -> None:
    """A pre-onboarded device is activated by its discovery, not by time."""
    association = create_association(client)
    thing = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=f"CLOUD:lamp:{association}",
        AuthenticationMaterialType="PRE_ONBOARDED_CLOUD",
    )
    emulator.advance(days=9)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    client.start_device_discovery(DiscoveryType="CLOUD", AccountAssociationId=association)
    emulator.advance(seconds=25)
    assert status_of(client, thing) == "ACTIVATED"


def wifi(minutes: int | None = None) -> dict[str, Any]:
    window: dict[str, Any] = {"EnableAsProvisionee": True}
    return window if minutes is None else {**window, "TimeoutInMinutes": minutes}


@pytest.mark.parametrize(("window", "minutes"), [(wifi(5), 5), (wifi(), 15)])
def test_a_wifi_window_closes(
    emulator: Emulator, client: Client, window: dict[str, Any], minutes: int
) -> None:
    """A device is not set up seconds_until its window, until an update opens another."""
    thing = create_thing(client, Role="DEVICE", WiFiSimpleSetupConfiguration=window)
    emulator.devices.power_off(thing)
    emulator.advance(minutes=minutes)
    emulator.devices.power_on(thing)
    emulator.advance(days=1)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    client.update_managed_thing(Identifier=thing, Name="Lamp")
    emulator.advance(days=1)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    client.update_managed_thing(Identifier=thing, WiFiSimpleSetupConfiguration=wifi(5))
    emulator.advance(minutes=1)
    assert status_of(client, thing) == "ACTIVATED"


def test_a_device_is_set_up_within_its_window(emulator: Emulator, client: Client) -> None:
    """A device that is switched on within its window is set up, and can be deleted later."""
    thing = create_thing(client, WiFiSimpleSetupConfiguration=wifi(5))
    emulator.devices.power_off(thing)
    emulator.advance(minutes=4)
    emulator.devices.power_on(thing)
    emulator.advance(days=1)
    assert status_of(client, thing) == "ACTIVATED"
    client.delete_managed_thing(Identifier=thing)
    emulator.advance(seconds=5)
    assert client.list_managed_things()["Items"] == []


def test_a_task_starts_and_ends_by_its_schedule(emulator: Emulator, client: Client) -> None:
    """A task waits for its start. At its end, queued executions are canceled."""
    here, away = create_thing(client), create_thing(client)
    emulator.advance(minutes=1)
    emulator.devices.go_offline(away)
    start, end = (emulator.now() + timedelta(hours=hours) for hours in (1, 2))
    task = create_task(
        client,
        here,
        away,
        OtaSchedulingConfig={
            "StartTime": start.isoformat(),
            "EndTime": end.isoformat(),
            "EndBehavior": "CANCEL",
        },
    )
    emulator.advance(minutes=59)
    assert counts(client, task) == ("SCHEDULED", {"Queued": 2})
    emulator.advance(minutes=2)
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 1, "Queued": 1})
    emulator.advance(hours=1)
    assert counts(client, task) == ("CANCELED", {"Canceled": 1, "Succeeded": 1})


@pytest.mark.parametrize(
    ("behavior", "left"),
    [("CANCEL", {"InProgress": 1}), ("FORCE_CANCEL", {"Canceled": 1}), ("STOP_ROLLOUT", None)],
)
def test_end_behaviors_of_a_task(
    emulator: Emulator, client: Client, behavior: str, left: dict[str, int] | None
) -> None:
    """FORCE_CANCEL also cancels executions in progress. STOP_ROLLOUT cancels none."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    end = emulator.now() + timedelta(seconds=30)
    schedule = {"EndTime": end.isoformat(), "EndBehavior": behavior}
    task = create_task(client, thing, OtaSchedulingConfig=schedule)
    emulator.advance(seconds=31)
    expected = ("IN_PROGRESS", {"InProgress": 1}) if left is None else ("CANCELED", left)
    assert counts(client, task) == expected


def test_an_end_must_be_a_time(client: Client) -> None:
    """An end that is not a time is invalid."""
    with expect_error("ValidationException", r"OtaSchedulingConfig\.EndTime"):
        create_task(client, create_thing(client), OtaSchedulingConfig={"EndTime": "soon"})


def test_an_execution_times_out_and_is_retried(emulator: Emulator, client: Client) -> None:
    """An execution that never ends times out seconds_until the configured time, and is retried."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    configuration = client.create_ota_task_configuration(
        PushConfig={"TimeoutConfig": {"InProgressTimeoutInMinutes": 10}}
    )["TaskConfigurationId"]
    retry = {"RetryConfigCriteria": [{"FailureType": "TIMED_OUT", "MinNumberOfRetries": 1}]}
    task = create_task(
        client,
        thing,
        TaskConfigurationId=configuration,
        OtaTaskExecutionRetryConfig=retry,
    )
    emulator.advance(seconds=5)
    emulator.devices.hold(thing)
    emulator.advance(minutes=9)
    assert counts(client, task) == ("IN_PROGRESS", {"InProgress": 1})
    emulator.advance(minutes=1)
    (item,) = client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]
    summary = item["TaskExecutionSummary"]
    assert (summary["Status"], summary["RetryAttempt"]) == ("QUEUED", 1)
    emulator.devices.release(thing)
    emulator.advance(seconds=5)
    emulator.devices.hold(thing)
    emulator.advance(minutes=10)
    assert counts(client, task) == ("COMPLETED", {"TimedOut": 1})


def test_other_resource_types_take_time_too(emulator: Emulator, client: Client) -> None:
    """Creating a profile, changing the encryption and deleting a task take their times."""
    profile = client.create_provisioning_profile(ProvisioningType="FLEET_PROVISIONING")["Id"]
    key = "arn:aws:kms:eu-west-1:123456789012:key/0"
    client.put_default_encryption_configuration(
        encryptionType="CUSTOMER_KEY_ENCRYPTION", kmsKeyArn=key
    )
    task = create_task(client, create_thing(client))
    client.delete_ota_task(Identifier=task)

    def state() -> tuple[str, str]:
        configuration = client.get_default_encryption_configuration()["configurationStatus"]
        return client.get_provisioning_profile(Identifier=profile)["Status"], configuration["state"]

    assert state() == ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
    emulator.advance(minutes=1)
    assert state() == ("CREATED", "ENABLED")
    with expect_error("ResourceNotFoundException"):
        client.get_ota_task(Identifier=task)


def test_time_cannot_move_backwards(emulator: Emulator) -> None:
    """Time moves forward by the given length. A negative length raises."""
    before = emulator.now()
    assert before.tzinfo is UTC
    assert abs(before - datetime.now(UTC)) < timedelta(minutes=1)
    passed = timedelta(days=1, hours=2, minutes=3, seconds=4.5)
    after_it = emulator.advance(timedelta(seconds=0.5), days=1, hours=2, minutes=3, seconds=4)
    assert passed <= after_it - before < passed + timedelta(seconds=1)
    assert emulator.now() == after_it
    with pytest.raises(ValueError, match="back"):
        emulator.advance(seconds=-1)
    assert emulator.now() == after_it


def test_real_time_cannot_be_moved() -> None:
    """The real clock cannot be advanced."""
    with Emulator(clock="real") as emulator, pytest.raises(ValueError, match="cannot be moved"):
        emulator.advance(minutes=1)


def test_there_are_three_clocks() -> None:
    """Another name raises an error that lists the three clocks."""
    wrong: Any = "sand"
    with pytest.raises(ValueError, match="on_read, emulated, real, not 'sand'"):
        Emulator(clock=wrong)


def test_the_real_clock_takes_real_time() -> None:
    """Reads change nothing on the real clock. A task starts when its time has come."""
    with Emulator(clock="real") as emulator:
        client: Client = emulator.boto3_client()
        thing = create_thing(client)
        assert {status_of(client, thing) for _ in range(5)} == {"PRE_ASSOCIATED"}
        soon, later = (emulator.now() + timedelta(seconds=seconds) for seconds in (0.08, 3600))
        near, far = (
            create_task(client, thing, OtaSchedulingConfig={"StartTime": start.isoformat()})
            for start in (soon, later)
        )
        time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()))
        assert counts(client, near) == ("IN_PROGRESS", {"Queued": 1})
        assert counts(client, far) == ("SCHEDULED", {"Queued": 1})


def test_emulated_time_continues_in_its_file(tmp_path: Path) -> None:
    """A reopened file continues at its last time, with its due transitions."""
    path = tmp_path / "home.db"
    with Emulator(path, clock="emulated") as emulator:
        thing = create_thing(emulator.boto3_client())
        left = emulator.advance(days=30)
        other = create_thing(emulator.boto3_client())
        left = max(left, emulator.now())
        emulator.close()
    with Emulator(path, clock="emulated") as emulator:
        client: Client = emulator.boto3_client()
        assert left <= emulator.now() < left + timedelta(seconds=1)
        assert status_of(client, thing) == "ACTIVATED"
        assert status_of(client, other) == "PRE_ASSOCIATED"
        emulator.advance(minutes=1)
        assert status_of(client, other) == "ACTIVATED"


def test_a_running_clock_schedules_an_old_file(tmp_path: Path) -> None:
    """Resources from an on_read clock take their time once a running clock opens the file."""
    path = tmp_path / "home.db"
    client: Client
    with Emulator(path) as emulator:
        thing = create_thing(emulator.boto3_client())
    with Emulator(path, clock="emulated") as emulator:
        client = emulator.boto3_client()
        assert status_of(client, thing) == "PRE_ASSOCIATED"
        emulator.advance(minutes=1)
        assert status_of(client, thing) == "ACTIVATED"
        client.delete_managed_thing(Identifier=thing)
    with Emulator(path) as emulator:
        client = emulator.boto3_client()
        assert status_of(client, thing) == "DELETE_IN_PROGRESS"
        with expect_error("ResourceNotFoundException"):
            status_of(client, thing)


def test_every_transition_has_a_time() -> None:
    """Every transition that a read applies has a duration on a running clock."""
    for resource_type in STATEFUL_TYPES.values():
        assert resource_type.lifecycle is not None
        transitions = [
            transition
            for flow in resource_type.lifecycle.flows.values()
            for transition in flow.values()
        ]
        assert transitions
        assert all((transition.seconds or 0) > 0 or transition.at for transition in transitions)
        known = resource_type.lifecycle.flows.keys() - {DEFAULT_FLOW}
        assert known or set(resource_type.lifecycle.flows) == {DEFAULT_FLOW}


def test_a_transition_without_a_moment_never_happens() -> None:
    """A transition without a moment or a duration is never due."""
    assert Transition("CANCELED", at="EndsAt").moment({}, 5) is None
    assert Transition("CANCELED", at="EndsAt").moment({"EndsAt": 7}, 5) == 7
    assert Transition("TIMED_OUT", minutes="Minutes").moment({"Minutes": 2}, 5) == 120_005


def test_a_frozen_clock_stands() -> None:
    """A frozen clock gives the same moment each time."""
    clock = Clock().frozen_at(5)
    assert (clock.now(), clock.now(), clock.present, clock.is_running) == (5, 5, 5, True)


def test_a_state_has_emulated_times(emulator: Emulator, client: Client) -> None:
    """The state's times are from the emulated clock."""
    thing = create_cloud_thing(client, CapabilityReport=REPORT)
    register(client, thing, create_association(client))
    emulator.advance(days=400)
    action = {"id": "matter.OnOff@1.4", "name": "On/Off", "version": "6"}
    client.send_managed_thing_command(
        ManagedThingId=thing,
        Endpoints=[
            {"endpointId": "1", "capabilities": [{**action, "actions": [{"name": "Toggle"}]}]}
        ],
    )
    (endpoint,) = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    changed = endpoint["capabilities"][0]["properties"][0]["value"]["lastChangedAt"]
    assert datetime.fromisoformat(changed) > datetime.now(UTC) + timedelta(days=399)
