"""A connector of a home with one lamp, the samples, and the emulator that receives its results."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from iotmi import Client, DiscoveryType, GeneralAuthorizationName, connector
from iotmi.capabilities import LevelControl, OnOff
from iotmi.connector import Connector
from iotmi.emulator import Emulator
from tests.support.connectors import destination_request, make_connector

SAMPLES: Final[Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "samples" / "connector.json").read_text("utf-8")
)
REQUESTS: Final[Mapping[str, Any]] = SAMPLES["requests"] | SAMPLES["made_here"]
TOKEN: Final = "ashriu32yr97feqy7afsaf"
SECRETS: Final = (TOKEN, "secret:my-secret-abc123", "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE")
CONNECTOR: Final = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


def sample(name: str, **payload: object) -> dict[str, Any]:
    """Return a copy of a sample's request with other members of its payload."""
    document: dict[str, Any] = json.loads(json.dumps(REQUESTS[name]))
    document["payload"] |= payload
    return document


def code_of(response: Any) -> int:  # noqa: ANN401 - JSON
    """Return the response code."""
    code: int = response["header"]["responseCode"]
    return code


@define
class Home:
    """A connector with a function for each operation, and what they were called with."""

    app: Connector
    requests: list[connector.Request] = field(factory=list)
    act: Callable[[connector.Request], object] = field(default=lambda _: None)

    def __attrs_post_init__(self) -> None:
        app = self.app

        @app.activate_user
        def activate(request: connector.ActivateUser) -> connector.UserActivated:
            self._take(request)
            return connector.UserActivated("123456")

        @app.discover_devices
        def discover(request: connector.DiscoverDevices) -> list[connector.DiscoveredDevice]:
            self._take(request)
            return [lamp()]

        @app.send_command
        def command(request: connector.SendCommand) -> connector.CommandResponse:
            self._take(request)
            return connector.CommandResponse([OnOff(on_off=True)])

        @app.deactivate_user
        def deactivate(request: connector.DeactivateUser) -> None:
            self._take(request)

    def _take(self, request: connector.Request) -> None:
        self.requests.append(request)
        self.act(request)


def lamp(identifier: str = "dev_1") -> connector.DiscoveredDevice:
    """Return a device of the third party."""
    return connector.DiscoveredDevice(
        identifier,
        [OnOff, LevelControl(current_level=3)],
        name="Lamp",
        device_types=["Dimmable Light"],
        brand="ExampleBrand",
        model="ExampleModel-X1",
    )


@define
class Cloud:
    """An emulator with a cloud connector, and the events that it received."""

    emulator: Emulator
    client: Client
    connector_id: str

    @classmethod
    def of(cls, emulator: Emulator) -> "Cloud":
        """Create the cloud connector."""
        client = emulator.client()
        return cls(emulator, client, make_connector(client))

    def sample(self, name: str, **payload: object) -> dict[str, Any]:
        """Return a sample's request to this connector."""
        return sample(name, connectorId=self.connector_id, **payload)

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The parameters of the connector events that the service accepted, in order."""
        return [
            call.parameters
            for call in self.emulator.calls
            if call.operation == "SendConnectorEvent" and call.carried_out
        ]

    def received(self, count: int) -> list[Mapping[str, Any]]:
        """Wait until there are *count* events, and return them."""
        deadline = time.monotonic() + 30
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.events) == count
        return self.events

    def discovery_id(self) -> str:
        """Start a discovery of the third party's devices, and return its id."""
        return self.client.device_discoveries.start(
            discovery_type=DiscoveryType.CLOUD,
            account_association_id=self.client.account_associations.create(
                connector_destination_id=self.client.send(
                    destination_request(self.connector_id)
                ).value.id,
                general_authorization=GeneralAuthorizationName(auth_material_name="household"),
            ).account_association_id,
        ).id
