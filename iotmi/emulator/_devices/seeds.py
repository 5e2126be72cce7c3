"""Homes to begin with: the demo, and homes described in a file.

Owns the form of the description and its installation. Ids follow from the names, so that each
installation has the same ids. This module must not know requests.
"""

from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.errors import ServiceFault
from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint, text
from iotmi.emulator._devices.adding import Addition, add_thing
from iotmi.emulator._devices.described import read_device
from iotmi.emulator._devices.device import document_of
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import ACCOUNT_ASSOCIATION, CREDENTIAL_LOCKER
from iotmi.emulator.handlers import HANDLERS

EVENT_TYPES: Final = (
    "ACCOUNT_ASSOCIATION",
    "CONNECTOR_ERROR_REPORT",
    "DEVICE_COMMAND",
    "DEVICE_COMMAND_REQUEST",
    "DEVICE_DISCOVERY_STATUS",
    "DEVICE_EVENT",
    "DEVICE_LIFE_CYCLE",
    "DEVICE_OTA",
    "DEVICE_STATE",
)

EMPTY: Final[JsonObject] = {}
DEMO: Final[JsonObject] = {
    "notifications": True,
    "lockers": [{"name": "Elm Street 5"}],
    "hubs": [
        {
            "name": "Hall hub",
            "locker": "Elm Street 5",
            "serial_number": "900000000001",
            "devices": [
                {"kind": "bulb", "name": "Kitchen lamp"},
                {
                    "name": "Ceiling light",
                    "device_type": "Dimmable Light",
                    "capabilities": [
                        {"name": "OnOff", "state": {"OnOff": True}},
                        {"name": "LevelControl", "state": {"CurrentLevel": 128}},
                    ],
                },
                {"kind": "plug", "name": "Coffee machine"},
                {"kind": "lock", "name": "Front door"},
                {"kind": "sensor", "name": "Kitchen window"},
            ],
        },
        {
            "name": "Attic hub",
            "locker": "Elm Street 5",
            "serial_number": "900000000002",
            "devices": [
                {"kind": "thermostat", "name": "Attic heating"},
                {
                    "name": "Roof blind",
                    "device_type": "Window Covering",
                    "capabilities": ["WindowCovering"],
                },
                {
                    "name": "Attic climate",
                    "device_type": "Temperature Sensor",
                    "capabilities": [
                        {"name": "TemperatureMeasurement", "state": {"MeasuredValue": 2150}},
                        {"name": "RelativeHumidityMeasurement", "state": {"MeasuredValue": 4800}},
                    ],
                },
                {
                    "name": "Attic motion",
                    "device_type": "Occupancy Sensor",
                    "capabilities": ["OccupancySensing"],
                },
            ],
        },
    ],
    "accounts": [
        {
            "name": "Sunny Cloud",
            "devices": [
                {"kind": "bulb", "name": "Garden lights"},
                {
                    "name": "Bedroom fan",
                    "device_type": "Fan",
                    "capabilities": ["OnOff", "FanControl"],
                },
            ],
        }
    ],
}

NAMED: Final[Mapping[str, JsonObject]] = {"demo": DEMO, "empty": EMPTY}
"""The seeds by name."""

_MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"lockers", "hubs", "devices", "accounts", "notifications"}),
    "lockers": frozenset({"name"}),
    "hubs": frozenset({"name", "locker", "serial_number", "devices"}),
    "accounts": frozenset({"name", "devices"}),
}
_PLACING: Final = ("locker", "serial_number")


def named_seed(name: str) -> JsonObject:
    """Return the description of a named seed.

    Raises:
        ValueError: there is no seed of the name.
    """
    if name not in NAMED:
        raise ValueError(f"seed must be one of {', '.join(NAMED)}, not {name!r}")
    return NAMED[name]


def install(account: AccountState, home: JsonObject) -> None:
    """Create the resources of a described home.

    Raises:
        ValueError: the description has a wrong member. The message names the member and the rule.
    """
    _require_members(home, "", "")
    try:
        _Installation(account, home).run()
    except ServiceFault as fault:
        raise ValueError(fault.message) from None


@frozen
class _Installation:
    """The installation of one home.

    Attributes:
        account: state of the account.
        home: description of the home.
    """

    account: AccountState
    home: JsonObject

    def run(self) -> None:
        """Create all resources, each before those that refer to it."""
        lockers = {
            name: self._locker(name)
            for locker, path in _listed(self.home, "lockers", "")
            for name in [_name(locker, path)]
        }
        for hub, path in _listed(self.home, "hubs", ""):
            hub_id = add_thing(self.account, self._addition(hub, path, lockers, hub=True), None)
            for device, inner in _listed(hub, "devices", path):
                self._device(device, inner, lockers, hub_id=hub_id)
        for device, path in _listed(self.home, "devices", ""):
            self._device(device, path, lockers)
        for user, path in _listed(self.home, "accounts", ""):
            association = self._account(_name(user, path))
            for device, inner in _listed(user, "devices", path):
                self._device(device, inner, lockers, association_id=association)
        # Last, so that the home begins without notifications.
        if self.home.get("notifications") is True:
            self._notify()

    def _notify(self) -> None:
        scope = self.account.scope
        role = f"arn:aws:iam::{scope.account_id}:role/iotmi-notifications"
        stream = f"arn:aws:kinesis:{scope.region_name}:{scope.account_id}:stream/home"
        self._call(
            "CreateDestination",
            Name="home",
            DeliveryDestinationArn=stream,
            DeliveryDestinationType="KINESIS",
            RoleArn=role,
        )
        for event_type in EVENT_TYPES:
            self._call(
                "CreateNotificationConfiguration", EventType=event_type, DestinationName="home"
            )

    def _locker(self, name: str) -> str:
        locker: JsonObject = {"Id": _identifier("locker", name), "Name": name}
        return text(self.account.create(CREDENTIAL_LOCKER, locker), "Id")

    def _account(self, name: str) -> str:
        """Create a connector, its destination and a signed-in user, and return the user's id."""
        scope = self.account.scope
        connector, destination = _identifier("connector", name), _identifier("destination", name)
        function = f"arn:aws:lambda:{scope.region_name}:{scope.account_id}:function:connector"
        self._call(
            "CreateCloudConnector",
            Id=connector,
            Name=name,
            EndpointConfig={"lambda": {"arn": function}},
        )
        login: JsonObject = {
            "authUrl": "https://login.emulator.invalid/authorize",
            "tokenUrl": "https://login.emulator.invalid/token",
            "tokenEndpointAuthenticationScheme": "HTTP_BASIC",
        }
        self._call(
            "CreateConnectorDestination",
            Id=destination,
            Name=name,
            CloudConnectorId=connector,
            AuthConfig={"oAuth": login},
            SecretsManager={
                "arn": f"arn:aws:secretsmanager:{scope.region_name}:{scope.account_id}:secret:x",
                "versionId": "1",
            },
        )
        user = _identifier("association", name)
        self._call(
            "CreateAccountAssociation",
            AccountAssociationId=user,
            Name=name,
            ConnectorDestinationId=destination,
        )
        association = self.account.find(ACCOUNT_ASSOCIATION, user)
        self.account.apply_transition(ACCOUNT_ASSOCIATION, association, "ASSOCIATION_SUCCEEDED")
        return user

    def _device(
        self,
        description: JsonObject,
        path: str,
        lockers: Mapping[str, str],
        *,
        hub_id: str | None = None,
        association_id: str | None = None,
    ) -> None:
        addition = evolve(
            self._addition(description, path, lockers),
            hub_id=hub_id,
            association_id=association_id,
        )
        rest = {name: value for name, value in description.items() if name not in _PLACING}
        add_thing(self.account, addition, document_of(read_device(rest, path)))

    def _addition(
        self, given: JsonObject, path: str, lockers: Mapping[str, str], *, hub: bool = False
    ) -> Addition:
        name = _name(given, path)
        locker, serial = given.get("locker"), given.get("serial_number")
        if locker is not None and (not isinstance(locker, str) or locker not in lockers):
            raise ValueError(f"{path}.locker must be the name of a locker")
        if serial is not None and not isinstance(serial, str):
            raise ValueError(f"{path}.serial_number must be a text")
        return Addition(
            role="CONTROLLER" if hub else "DEVICE",
            name=name,
            locker_id=None if locker is None else lockers[locker],
            identifier=_identifier("thing", path, name),
            serial_number=serial,
        )

    def _call(self, operation: str, **parameters: JsonValue) -> None:
        called = evolve(self.account, operation=load_service().operations[operation])
        HANDLERS[operation](called, parameters)


def _listed(document: JsonObject, member: str, path: str) -> list[tuple[JsonObject, str]]:
    """Return the objects of a list, each with its path."""
    inner = f"{path}.{member}".removeprefix(".")
    value = document.get(member, [])
    if not isinstance(value, list):
        raise ValueError(f"{inner} must be a list")  # noqa: TRY004 - one error for bad input
    found: list[tuple[JsonObject, str]] = []
    for i, each in enumerate(value):
        if not isinstance(each, dict):
            raise ValueError(f"{inner}[{i}] must be an object")  # noqa: TRY004 - as above
        _require_members(each, f"{inner}[{i}]", member)
        found.append((each, f"{inner}[{i}]"))
    return found


def _require_members(document: JsonObject, path: str, kind: str) -> None:
    known = _MEMBERS.get(kind)
    unknown = set() if known is None else document.keys() - known
    if unknown:
        raise ValueError(f"{f'{path}.{min(unknown)}'.removeprefix('.')} is no member of a seed")


def _name(document: JsonObject, path: str) -> str:
    if not isinstance(document.get("name"), str):
        raise ValueError(f"{path}.name must be a text")  # noqa: TRY004 - one error for bad input
    return text(document, "name")


def _identifier(*parts: str) -> str:
    return fingerprint(["seed", *parts])[:32]
