"""Fixtures: a furnished home on the emulator, over HTTP, and a stream of moto's server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

import pytest
from attrs import frozen

import iotmi
from iotmi.capabilities import DoorLock, LevelControl, OnOff
from iotmi.emulator import Emulator, VirtualDevice
from iotmi.emulator.server import serving
from tests.cli.fleets import Service
from tests.cli.running import KEYS, Here
from tests.cli.streams import notification
from tests.emulator.support.notifications import subscribe
from tests.fault_injection.consumer import kinesis_client
from tests.fault_injection.streams import kinesis_server

SERIAL_NUMBER: Final = "SERIAL900000000001"
STREAM: Final = "home"


@frozen
class Home:
    """A hub, a lamp and a lock on a served emulator.

    Attributes:
        emulator: the emulator, which puts its notifications on the stream.
        address: its address.
        kinesis: a client of the stream.
        kinesis_address: the address of the stream's server.
    """

    emulator: Emulator
    address: str
    hub_id: str
    lamp_id: str
    lock_id: str
    kinesis: Any
    kinesis_address: str

    @property
    def here(self) -> tuple[str, str]:
        """The options that name the emulator's address."""
        return "--endpoint-url", self.address

    @property
    def stream(self) -> tuple[str, ...]:
        """The options that name the stream of a command that calls the emulator too."""
        return "--stream", STREAM, "--stream-endpoint-url", self.kinesis_address

    def calls(self, operation: str) -> int:
        """Return the number of calls of an operation that the emulator has received."""
        return sum(call.operation == operation for call in self.emulator.calls)

    @property
    def tail(self) -> tuple[str, ...]:
        """The options that name the stream of a command that calls only Kinesis."""
        return "--stream", STREAM, "--endpoint-url", self.kinesis_address


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """Yield a served home. Its statuses advance when they are read."""
    with kinesis_server() as kinesis_address:
        # The streams of moto belong to the process, and the last module had its own.
        with urlopen(Request(f"{kinesis_address}/moto-api/reset", method="POST")):  # noqa: S310
            pass
        kinesis = kinesis_client(kinesis_address)
        kinesis.create_stream(StreamName=STREAM, ShardCount=1)
        with (
            Emulator(kinesis=kinesis) as emulator,
            serving(emulator) as address,
            emulator.client() as client,
        ):
            subscribe(emulator.boto3_client(), *(each.value for each in iotmi.EventType))
            hub_id = client.managed_things.create(
                role=iotmi.Role.CONTROLLER,
                name="Hall hub",
                serial_number=SERIAL_NUMBER,
                authentication_material="SN:900000000001;UPC:829576019524",
                authentication_material_type=(
                    iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE
                ),
            ).id
            client.managed_things.wait_until_activated(hub_id)
            emulator.devices.appear(
                hub_id, VirtualDevice.of(OnOff(on_off=False), LevelControl, name="Lamp")
            )
            emulator.devices.appear(hub_id, VirtualDevice.of(DoorLock, name="Lock"))
            found = client.device_discoveries.onboard(
                iotmi.StartDeviceDiscovery(
                    discovery_type=iotmi.DiscoveryType.ZIGBEE, controller_identifier=hub_id
                )
            )
            for each in found:
                client.managed_things.wait_until_activated(each.id)
            lamp, lock = (each.id for each in found)
            emulator.devices.report(lamp, "OnOff", False)
            yield Home(emulator, address, hub_id, lamp, lock, kinesis, kinesis_address)


@pytest.fixture
def here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, _no_aws: None
) -> Here:
    """Return a runner of commands in this process, with made-up keys."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "80")
    return Here(capsys)


@pytest.fixture
def stream(home: Home, request: pytest.FixtureRequest) -> str:
    """Return a new stream with the records 1 to 3."""
    name = re.sub(r"[^\w.-]", "-", request.node.name)[:128]
    home.kinesis.create_stream(StreamName=name, ShardCount=1)
    for number in (1, 2, 3):
        data = json.dumps(notification(number)).encode()
        home.kinesis.put_record(StreamName=name, Data=data, PartitionKey="1")
    return name


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Yield an empty service."""
    with Emulator() as emulator, serving(emulator) as address:
        yield Service(emulator, address, tmp_path)
