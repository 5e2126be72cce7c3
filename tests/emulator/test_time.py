"""Time in the emulator: by looks, moved by hand, or real."""

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


def after(response: Response, member: str) -> float:
    """How many seconds after its creation a thing came to something."""
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


def test_looks_do_nothing_where_time_runs(client: Client) -> None:
    """However often one looks, without time nothing changes."""
    thing = create_thing(client)
    assert {status_of(client, thing) for _ in range(5)} == {"PRE_ASSOCIATED"}


def test_a_thing_takes_its_time(emulator: Emulator, client: Client) -> None:
    """A hub is discovered after 30 seconds and activated 2.35 seconds later."""
    thing = create_thing(client)
    emulator.advance(seconds=29)
    assert status_of(client, thing) == "PRE_ASSOCIATED"
    emulator.advance(seconds=1)
    assert status_of(client, thing) == "DISCOVERED"
    emulator.advance(seconds=2.35)
    assert status_of(client, thing) == "ACTIVATED"


def test_what_was_due_at_once_happened_at_its_own_time(emulator: Emulator, client: Client) -> None:
    """After a day, a thing was discovered and activated when it was due, not when looked at."""
    thing = create_thing(client)
    emulator.advance(days=1)
    got = thing_of(client, thing)
    assert got["ProvisioningStatus"] == "ACTIVATED"
    assert after(got, "ActivatedAt") == pytest.approx(32.35, abs=0.01)
    assert after(got, "UpdatedAt") == pytest.approx(32.35, abs=0.01)


def test_lists_see_what_time_has_done(emulator: Emulator, client: Client) -> None:
    """A list shows and filters by the status of now, though nobody has looked at a thing."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    (item,) = client.list_managed_things(ProvisioningStatusFilter="ACTIVATED")["Items"]
    assert (item["Id"], item["ProvisioningStatus"]) == (thing, "ACTIVATED")


def test_what_happens_to_several_happens_in_order(emulator: Emulator, client: Client) -> None:
    """A lamp that joins its hub's locker is behind a hub that was there before it."""
    locker = client.create_credential_locker()["Id"]
    hub = create_thing(client, CredentialLockerId=locker)
    emulator.advance(seconds=10)
    lamp = create_thing(client, Role="DEVICE", CredentialLockerId=locker)
    emulator.advance(hours=1)
    assert thing_of(client, lamp)["ParentControllerId"] == hub
    assert thing_of(client, lamp)["ActivatedAt"] > thing_of(client, hub)["ActivatedAt"]


def test_a_deletion_takes_its_time(emulator: Emulator, client: Client) -> None:
    """A thing is in deletion for five seconds, and gone then."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    client.delete_managed_thing(Identifier=thing)
    emulator.advance(seconds=4)
    assert status_of(client, thing) == "DELETE_IN_PROGRESS"
    emulator.advance(seconds=1)
    with expect_error("ResourceNotFoundException"):
        thing_of(client, thing)


def test_a_discovery_finds_devices_after_25_seconds(emulator: Emulator, client: Client) -> None:
    """It runs for 25 seconds and ends with its devices, whose time is its end's."""
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
    """A hub that is cut off finds nothing in 15 minutes."""
    hub = create_thing(client)
    emulator.advance(minutes=1)
    discovery = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    emulator.devices.go_offline(hub)
    emulator.advance(days=1)
    got = client.get_device_discovery(Identifier=discovery["Id"])
    assert got["Status"] == "TIMED_OUT"
    assert got["FinishedAt"] - got["StartedAt"] == timedelta(minutes=15)


def test_a_login_takes_ten_seconds(emulator: Emulator, client: Client) -> None:
    """An association is in progress until its user has signed in."""
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
    """Time alone does not bring a foreseen device to life; the discovery of it does."""
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
def test_a_wifi_window_shuts(
    emulator: Emulator, client: Client, window: dict[str, Any], minutes: int
) -> None:
    """A device that comes after its window is not set up, until an update opens another."""
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


def test_a_wifi_window_is_wide_enough(emulator: Emulator, client: Client) -> None:
    """A device that is switched on within its window is set up, and may leave long after."""
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
    """A task waits for its start; at its end what is still queued is canceled."""
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
def test_a_task_ends_as_forcefully_as_asked(
    emulator: Emulator, client: Client, behavior: str, left: dict[str, int] | None
) -> None:
    """Only FORCE_CANCEL ends what is under way; STOP_ROLLOUT ends nothing."""
    thing = create_thing(client)
    emulator.advance(minutes=1)
    end = emulator.now() + timedelta(seconds=30)
    schedule = {"EndTime": end.isoformat(), "EndBehavior": behavior}
    task = create_task(client, thing, OtaSchedulingConfig=schedule)
    emulator.advance(seconds=31)
    expected = ("IN_PROGRESS", {"InProgress": 1}) if left is None else ("CANCELED", left)
    assert counts(client, task) == expected


def test_an_end_must_be_a_time(client: Client) -> None:
    """What is not a time is refused by its name."""
    with expect_error("ValidationException", r"OtaSchedulingConfig\.EndTime"):
        create_task(client, create_thing(client), OtaSchedulingConfig={"EndTime": "soon"})


def test_an_execution_times_out_and_is_tried_again(emulator: Emulator, client: Client) -> None:
    """A device that never ends an update is given up after the configured time, then retried."""
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


def test_other_things_take_time_too(emulator: Emulator, client: Client) -> None:
    """A profile is created, encryption changed and a task deleted, each in its time."""
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


def test_time_goes_on_and_never_back(emulator: Emulator) -> None:
    """Time moves by what it is told, and by nothing below zero."""
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


def test_real_time_is_not_moved() -> None:
    """It passes by itself."""
    with Emulator(clock="real") as emulator, pytest.raises(ValueError, match="cannot be moved"):
        emulator.advance(minutes=1)


def test_there_are_three_clocks() -> None:
    """Another name is refused, and told the three."""
    wrong: Any = "sand"
    with pytest.raises(ValueError, match="on_read, emulated, real, not 'sand'"):
        Emulator(clock=wrong)


def test_real_time_is_waited_for() -> None:
    """Under the real clock looks change nothing; a task starts when its time has come."""
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


def test_emulated_time_goes_on_in_its_file(tmp_path: Path) -> None:
    """A file opened again is at the time at which it was left, and what was due is still due."""
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


def test_time_begins_to_run_over_an_old_file(tmp_path: Path) -> None:
    """What was made under looks takes its time from when a running clock first sees it."""
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


def test_every_change_by_itself_has_a_time() -> None:
    """No status that a look changes would last for ever where time runs."""
    for kind in STATEFUL_TYPES.values():
        assert kind.lifecycle is not None
        steps = [step for flow in kind.lifecycle.flows.values() for step in flow.values()]
        assert steps
        assert all((step.seconds or 0) > 0 or step.at for step in steps)
        known = kind.lifecycle.flows.keys() - {DEFAULT_FLOW}
        assert known or set(kind.lifecycle.flows) == {DEFAULT_FLOW}


def test_a_step_may_never_come() -> None:
    """A step whose moment a resource does not have is none."""
    assert Transition("CANCELED", at="EndsAt").moment({}, 5) is None
    assert Transition("CANCELED", at="EndsAt").moment({"EndsAt": 7}, 5) == 7
    assert Transition("TIMED_OUT", minutes="Minutes").moment({"Minutes": 2}, 5) == 120_005


def test_a_clock_of_the_past_stands() -> None:
    """What happened at a moment all happened then."""
    clock = Clock().frozen_at(5)
    assert (clock.now(), clock.now(), clock.present, clock.is_running) == (5, 5, 5, True)


def test_a_command_in_emulated_time(emulator: Emulator, client: Client) -> None:
    """The state says when it changed by the emulated clock."""
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
