"""Large and small steps of time give the same result; devices are controlled from many threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeAlias

from botocore.exceptions import ClientError
from hypothesis import given, settings, strategies

from iotmi.emulator import Emulator, VirtualDevice
from tests.emulator.support.requests import Client, Response, create_thing, status_of

Deed: TypeAlias = tuple[str, int, int]

# An action, the number of its thing, and the seconds that pass afterwards.
DEEDS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(
            ["hub", "lamp", "off", "on", "hold", "release", "search", "update", "delete"]
        ),
        strategies.integers(0, 2),
        strategies.sampled_from([0, 1, 4, 26, 31, 70, 600, 901]),
    ),
    min_size=4,
    max_size=14,
)


class Home:
    """A home on its own emulator, where time passes in one step or second by second."""

    def __init__(self, emulator: Emulator, *, in_leaps: bool) -> None:
        self.emulator = emulator
        client: Client = emulator.boto3_client()
        self.client = client
        self.in_leaps = in_leaps
        self.locker = client.create_credential_locker()["Id"]
        self.things: list[str] = []
        self.searches: list[str] = []
        self.tasks: list[str] = []

    def do(self, deed: str, number: int) -> None:
        """Apply an action to a thing, if the thing exists and allows the action."""
        if deed in {"hub", "lamp"}:
            role = "CONTROLLER" if deed == "hub" else "DEVICE"
            thing = create_thing(self.client, Role=role, CredentialLockerId=self.locker)
            self.things.append(thing)
            return
        if not self.things:
            return
        thing = self.things[number % len(self.things)]
        try:
            self._do_to(thing, deed)
        except (ClientError, LookupError, ValueError):
            return

    def _do_to(self, thing: str, deed: str) -> None:
        devices, client = self.emulator.devices, self.client
        match deed:
            case "off":
                devices.power_off(thing)
            case "on":
                devices.power_on(thing)
            case "hold":
                devices.hold(thing)
            case "release":
                devices.release(thing)
            case "search":
                search = client.start_device_discovery(
                    DiscoveryType="ZIGBEE", ControllerIdentifier=thing
                )
                self.searches.append(search["Id"])
            case "update":
                task = client.create_ota_task(
                    OtaType="ONE_TIME",
                    S3Url="s3://bucket/job.json",
                    Target=[client.get_managed_thing(Identifier=thing)["Arn"]],
                )
                self.tasks.append(task["TaskId"])
            case _:
                client.delete_managed_thing(Identifier=thing)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        if self.in_leaps:
            self.emulator.advance(seconds=seconds)
            return
        # Reads in between change nothing.
        for part in (1, 3, 25, seconds):
            passed = min(part, seconds)
            self.emulator.advance(seconds=passed)
            self.client.list_managed_things()
            seconds -= passed

    def history(self) -> list[object]:
        """Return the status of all resources, and tenths of seconds since their creation."""
        observed: list[object] = []
        present = {item["Id"] for item in self.client.list_managed_things()["Items"]}
        for thing in self.things:
            got = self.client.get_managed_thing(Identifier=thing) if thing in present else {}
            times = [
                round((got[name] - got["CreatedAt"]).total_seconds(), 1)
                for name in ("ConnectedAt", "ActivatedAt")
                if name in got
            ]
            behind = got.get("ParentControllerId")
            hub = None if behind is None else self.things.index(behind)
            observed.append((got.get("ProvisioningStatus"), times, hub))
        for search in self.searches:
            got = self.client.get_device_discovery(Identifier=search)
            ended: datetime = got.get("FinishedAt", got["StartedAt"])
            observed.append((got["Status"], round((ended - got["StartedAt"]).total_seconds(), 1)))
        for task in self.tasks:
            for item in self.client.list_ota_task_executions(Identifier=task)["ExecutionSummaries"]:
                summary = item["TaskExecutionSummary"]
                lasted = summary["LastUpdatedAt"] - summary["QueuedAt"]
                observed.append((summary["Status"], round(lasted.total_seconds(), 1)))
        return observed


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(DEEDS)
def test_large_and_small_steps_give_the_same_result(deeds: list[Deed]) -> None:
    """Any division of a stretch of time gives the same statuses at the same moments."""
    with Emulator(clock="emulated") as one, Emulator(clock="emulated") as other:
        leaping, stepping = Home(one, in_leaps=True), Home(other, in_leaps=False)
        for deed, number, seconds in deeds:
            for home in (leaping, stepping):
                home.do(deed, number)
                home.wait(seconds)
        assert leaping.history() == stepping.history()


def test_notifications_have_the_moments_of_their_events() -> None:
    """One step of a day sends the same notifications as a day of small steps."""
    with Emulator(clock="emulated") as emulator:
        client: Client = emulator.boto3_client()
        client.create_destination(
            DeliveryDestinationArn="arn:aws:kinesis:eu-west-1:123456789012:stream/home",
            DeliveryDestinationType="KINESIS",
            Name="home",
            RoleArn="arn:aws:iam::123456789012:role/home",
        )
        client.create_notification_configuration(
            DestinationName="home", EventType="DEVICE_LIFE_CYCLE"
        )
        thing = create_thing(client)
        made = client.get_managed_thing(Identifier=thing)["CreatedAt"]
        emulator.advance(days=1)
        observed = []
        for notification in emulator.notifications:
            payload: Response = notification.payload
            if "status" in payload:
                changed = datetime.fromisoformat(payload["deviceDetails"]["updatedAt"][:23] + "Z")
                observed.append((payload["status"], round((changed - made).total_seconds(), 1)))
    assert observed == [("PRE_ASSOCIATED", 0.0), ("DISCOVERED", 30.0), ("ACTIVATED", 32.4)]


def test_devices_can_be_controlled_from_many_threads(emulator: Emulator, client: Client) -> None:
    """No report is lost or mixed up."""
    thing = create_thing(client, Role="DEVICE")
    emulator.devices.power_on(thing, VirtualDevice.bulb())
    while client.get_managed_thing(Identifier=thing)["ProvisioningStatus"] != "ACTIVATED":
        pass
    names = ["CurrentHue", "CurrentSaturation", "ColorTemperatureMireds", "CurrentLevel"] * 5

    def report(number: int) -> None:
        emulator.devices.report(thing, names[number], number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(report, range(len(names))))
    (endpoint,) = client.get_managed_thing_state(ManagedThingId=thing)["Endpoints"]
    seen = {
        each["name"]: each["value"]["propertyValue"]
        for capability in endpoint["capabilities"]
        for each in capability["properties"]
    }
    assert seen.keys() == set(names)
    assert all(names[value] == name for name, value in seen.items())


def test_advance_starts_the_clock() -> None:
    """After the first advance, reads have no effect and pending transitions take their time."""
    with Emulator() as emulator:
        client = emulator.boto3_client()
        hub = create_thing(client, Role="CONTROLLER")
        assert status_of(client, hub) == "PRE_ASSOCIATED"
        before = emulator.now()
        assert emulator.advance(seconds=1) - before >= timedelta(seconds=1)
        assert [status_of(client, hub) for _ in range(3)] == ["DISCOVERED"] * 3
        emulator.advance(minutes=5)
        assert status_of(client, hub) == "ACTIVATED"
        emulator.faults.throttle(rate=1.0, burst=1)
        patient = emulator.client()
        for name in ("one", "two", "three"):
            patient.credential_lockers.create(name=name)
        assert emulator.now() - before > timedelta(minutes=5, seconds=3)
