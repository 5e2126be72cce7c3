"""Helpers for tests of connectors: a third party's cloud, with a Lambda handler in front of it."""

from collections.abc import Callable
from typing import Any

from attrs import define, field

from iotmi.emulator import Emulator, LambdaContext
from tests.emulator.support.notifications import payloads
from tests.emulator.support.requests import (
    SECRET,
    Client,
    create_connector,
    create_connector_destination,
    create_thing,
)

OAUTH: dict[str, Any] = {
    "AuthConfig": {
        "oAuth": {
            "authUrl": "https://login.example.com/authorize",
            "tokenUrl": "https://login.example.com/token",
            "scope": "lamps",
            "tokenEndpointAuthenticationScheme": "HTTP_BASIC",
        }
    },
    "SecretsManager": SECRET,
}
SWITCH, DIMMER, FAN = "0x0006", "0x0008", "0x0202"
CLUSTERS: dict[str, dict[str, Any]] = {
    SWITCH: {"attributes": [{"id": "0x0000"}], "commands": ["0x00", "0x01", "0x02"]},
    DIMMER: {"attributes": [{"id": "0x0000"}, {"id": "0x000F"}], "commands": ["0x00"]},
    FAN: {"attributes": [{"id": "0x0000"}, {"id": "0x0002"}], "commands": []},
}
ON, OFF, TOGGLE, UPDATE_STATE = "0x01", "0x00", "0x02", "0xff01"

Event = dict[str, Any]


def answer(code: int = 200, **payload: object) -> Event:
    """Return an answer in the documented form."""
    return {"header": {"responseCode": code}, "payload": payload}


def described(identifier: str, *clusters: str) -> dict[str, Any]:
    """Return a device as a connector reports it."""
    return {
        "ConnectorDeviceId": identifier,
        "ConnectorDeviceName": identifier.title(),
        "CapabilityReport": {
            "nodeId": "1",
            "version": "1.0.0",
            "endpoints": [
                {
                    "id": "1",
                    "deviceTypes": ["On/Off Light"],
                    "clusters": [
                        {
                            "id": cluster,
                            "revision": 4,
                            **CLUSTERS[cluster],
                            "events": [],
                        }
                        for cluster in clusters
                    ],
                }
            ],
        },
        "DeviceMetadata": {"Brand": "ExampleBrand", "Model": "ExampleModel-X1"},
    }


@define
class Cloud:
    """A third party's cloud with one user, and the connector's Lambda handler.

    Attributes:
        devices: the user's devices, as the connector reports them.
        events: each event that the function got.
        before: a function that is called with each event, and may answer instead of the handler.
        client: a boto3 client of the service.
        broken: ids of devices that fail each command.
        page: number of devices in one report of a discovery.
    """

    devices: list[dict[str, Any]] = field(
        factory=lambda: [
            described("lamp", SWITCH, DIMMER),
            described("fan", FAN),
            described("plug", SWITCH),
        ]
    )
    events: list[Event] = field(factory=list)
    before: Callable[[Event], object] | None = None
    client: Client = None
    broken: set[str] = field(factory=set)
    page: int = 2

    def handle(self, event: Event, context: LambdaContext) -> object:
        """Answer a request of the service, as a Lambda handler."""
        assert 0 < context.get_remaining_time_in_millis() <= 2000
        self.events.append(event)
        instead = None if self.before is None else self.before(event)
        if instead is not None:
            return instead
        payload = event["payload"]
        match payload["operationName"]:
            case "AWS.ActivateUser":
                return answer(userId="user-1")
            case "AWS.DiscoverDevices":
                self.report_devices(payload)
            case "AWS.SendCommand":
                self.carry_out(payload)
        return answer(responseMessage="Received")

    def report_devices(self, payload: Event) -> None:
        """Report the requested devices in pages."""
        wanted = payload["connectorDeviceIdList"]
        found = [each for each in self.devices if each["ConnectorDeviceId"] in wanted or not wanted]
        pages = [found[i : i + self.page] for i in range(0, len(found), self.page)] or [[]]
        for page in pages:
            self.client.send_connector_event(
                ConnectorId=payload["connectorId"],
                UserId="user-1",
                Operation="DEVICE_DISCOVERY",
                OperationVersion="1.0",
                StatusCode=200 if page is pages[-1] else 300,
                DeviceDiscoveryId=payload["deviceDiscoveryId"],
                Devices=page,
            )

    def carry_out(self, payload: Event) -> None:
        """Carry a command out, and respond to it with the changed attributes."""
        device = payload["connectorDeviceId"]
        if device in self.broken:
            self.respond(payload, StatusCode=500, Message="Device is broken")
            return
        for endpoint in payload["endpoints"]:
            clusters = [
                {"id": cluster["id"], "attributes": changes(cluster)}
                for cluster in endpoint["clusters"]
            ]
            self.respond(
                payload,
                StatusCode=200,
                MatterEndpoint={"id": endpoint["id"], "clusters": clusters},
            )

    def respond(self, payload: Event, **members: object) -> None:
        """Send the response to a command."""
        self.client.send_connector_event(
            ConnectorId=payload["connectorId"],
            UserId="user-1",
            Operation="DEVICE_COMMAND_RESPONSE",
            OperationVersion="1.0",
            ConnectorDeviceId=payload["connectorDeviceId"],
            TraceId=payload["traceId"],
            **members,
        )

    def operations(self) -> list[str]:
        """Return the operations that the function was asked for, in order."""
        return [event["payload"]["operationName"].removeprefix("AWS.") for event in self.events]


def changes(cluster: Event) -> dict[str, Any]:
    """Return the attributes that commands to a cluster change."""
    changed: dict[str, Any] = {}
    for command in cluster["commands"]:
        for number, fields in command.items():
            if number == UPDATE_STATE:
                changed |= fields
            elif cluster["id"] == SWITCH:
                changed["0x0000"] = number == ON
            else:
                changed["0x0000"] = fields["0x0000"]
    return changed


def open_home(emulator: Emulator, cloud: Cloud, client: Client) -> str:
    """Connect the cloud's client, and return the id of a connector destination with OAuth."""
    cloud.client = emulator.boto3_client() if cloud.client is None else cloud.client
    return create_connector_destination(client, create_connector(client), **OAUTH)


def begin_login(client: Client, destination: str) -> str:
    """Create an account association whose user has not signed in."""
    made = client.create_account_association(ConnectorDestinationId=destination)
    identifier: str = made["AccountAssociationId"]
    return identifier


def sign_in(emulator: Emulator, client: Client, destination: str) -> str:
    """Create an account association, sign its user in, and return its id."""
    association = begin_login(client, destination)
    emulator.devices.sign_in(association)
    return association


def association_of(client: Client, identifier: str) -> dict[str, Any]:
    """Return an account association as it is at the second read."""
    client.get_account_association(AccountAssociationId=identifier)
    found: dict[str, Any] = client.get_account_association(AccountAssociationId=identifier)
    return found


def discover(client: Client, association: str, *identifiers: str) -> str:
    """Start a discovery in the user's cloud, and return its id."""
    given = {"ConnectorDeviceIdList": list(identifiers)} if identifiers else {}
    made = client.start_device_discovery(
        DiscoveryType="CLOUD", AccountAssociationId=association, **given
    )
    identifier: str = made["Id"]
    return identifier


def onboard(client: Client, association: str, discovery: str, device: str) -> str:
    """Create a thing of a discovered device, register it, and return its id."""
    thing = create_thing(
        client,
        Role="DEVICE",
        AuthenticationMaterial=f"CLOUD:{discovery}:{device}",
        AuthenticationMaterialType="DISCOVERED_DEVICE",
    )
    client.register_account_association(
        ManagedThingId=thing, AccountAssociationId=association, DeviceDiscoveryId=discovery
    )
    return thing


def open_lamp(emulator: Emulator, cloud: Cloud, client: Client) -> tuple[str, str]:
    """Create a home with the lamp of the cloud, and return its association and its thing."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    return association, onboard(client, association, discover(client, association), "lamp")


def expect_report(emulator: Emulator, operation: str, message: str, **members: object) -> None:
    """Check that one failure without an answer was reported."""
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["statusCode"], report["operation"]) == (0, operation)
    assert report["message"].endswith(f"responseCode=0, responseMessage={message}")
    assert members.items() <= report.items()
