"""Devices as values: what a device is, which capabilities it has, and five ready ones.

Owns the description, and the capability report that follows from it and from the schema
catalogue. It does not know things, hubs nor clouds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, text
from iotmi.emulator._model.schema_catalogue import catalogue

if TYPE_CHECKING:
    from iotmi.capabilities import Capability as Declared

    Part: TypeAlias = type[Declared] | Declared

_SWITCH: Final = "matter.OnOff@1.4"
_LEVEL: Final = "matter.LevelControl@1.4"
_COLOR: Final = "matter.ColorControl@1.4"
_LOCK: Final = "matter.DoorLock@1.4"
_THERMOSTAT: Final = "matter.Thermostat@1.4"
_TEMPERATURE: Final = "matter.TemperatureMeasurement@1.4"
_CONTACT: Final = "matter.BooleanState@1.4"


def _values(given: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return dict(given)


@frozen
class Capability:
    """One capability of a device.

    Attributes:
        id: Its id in the schema catalogue, such as ``matter.OnOff@1.4``.
        values: The properties that the device has of it, with their values at first.
        endpoint: The endpoint it is at.
        reported: What the device's report says of the capability, or None for what follows from
            the schema catalogue and the values.
    """

    id: str
    values: Mapping[str, JsonValue] = field(converter=_values, hash=False)
    endpoint: str = "1"
    reported: Mapping[str, JsonValue] | None = field(default=None, kw_only=True, hash=False)


@frozen
class VirtualDevice:
    """A device that an emulated home can have.

    ``VirtualDevice.bulb()`` and its neighbours are ready ones; a device of one's own is made of
    capabilities of the schema catalogue.

    Attributes:
        name: What its cloud calls it.
        device_type: Such as ``On/Off Light``.
        capabilities: What it can do.
        brand: Who made it.
        model: Which one of theirs.
    """

    name: str
    device_type: str
    capabilities: tuple[Capability, ...] = field(converter=tuple[Capability, ...])
    brand: str = field(default="Emulated", kw_only=True)
    model: str = field(default="E1", kw_only=True)

    @classmethod
    def of(
        cls,
        *parts: "Part",
        endpoints: "Mapping[str, Sequence[Part]] | None" = None,
        name: str = "Device",
        device_type: str = "Unknown Device",
        brand: str = "Emulated",
        model: str = "E1",
    ) -> "VirtualDevice":
        """Return a device with any capabilities: ``VirtualDevice.of(OnOff, LevelControl)``.

        A class stands for a device as it is at first; a value sets properties beside those:
        ``VirtualDevice.of(OnOff(on_off=True))``. A capability of your own has the properties of its value.

        Args:
            parts: the capabilities of endpoint ``1``.
            endpoints: the capabilities of each further endpoint.
            name: what the device's cloud calls it.
            device_type: such as ``On/Off Light``; the same for each endpoint.
            brand: the maker of the device.
            model: the maker's name for it.

        Raises:
            ConstraintError: the report that follows breaks a limit of the service.
        """
        from iotmi.emulator._clusters.table import described

        placed = {"1": parts} if parts else {}
        return cls(
            name,
            device_type,
            tuple(
                Capability(text(reported, "id"), values, endpoint, reported=reported)
                for endpoint, held in {**placed, **(endpoints or {})}.items()
                for reported, values in map(described, held)
            ),
            brand=brand,
            model=model,
        )

    @classmethod
    def bulb(cls, name: str = "Bulb") -> "VirtualDevice":
        """A light that is switched, dimmed and coloured; off at first."""
        return cls(
            name,
            "Extended Color Light",
            (
                Capability(_SWITCH, {"OnOff": False}),
                Capability(_LEVEL, {"CurrentLevel": 254}),
                Capability(
                    _COLOR,
                    {"CurrentHue": 0, "CurrentSaturation": 0, "ColorTemperatureMireds": 370},
                ),
            ),
        )

    @classmethod
    def plug(cls, name: str = "Plug") -> "VirtualDevice":
        """A socket that is switched; off at first."""
        return cls(name, "On/Off Plug-in Unit", (Capability(_SWITCH, {"OnOff": False}),))

    @classmethod
    def lock(cls, name: str = "Lock") -> "VirtualDevice":
        """The lock of a door; locked at first."""
        return cls(
            name,
            "Door Lock",
            (Capability(_LOCK, {"LockState": "Locked", "ActuatorEnabled": True}),),
        )

    @classmethod
    def thermostat(cls, name: str = "Thermostat") -> "VirtualDevice":
        """A thermostat that heats to 20 degrees; it is 19. Its numbers are hundredths."""
        values: dict[str, JsonValue] = {
            "LocalTemperature": 1900,
            "OccupiedCoolingSetpoint": 2600,
            "OccupiedHeatingSetpoint": 2000,
            "SystemMode": "Heat",
        }
        return cls(name, "Thermostat", (Capability(_THERMOSTAT, values),))

    @classmethod
    def sensor(cls, name: str = "Sensor") -> "VirtualDevice":
        """A contact, closed at first, that measures the temperature, 19 degrees, beside."""
        return cls(
            name,
            "Contact Sensor",
            (
                Capability(_CONTACT, {"StateValue": True}),
                Capability(_TEMPERATURE, {"MeasuredValue": 1900}),
            ),
        )


def document_of(device: VirtualDevice) -> JsonObject:
    """A device as the emulator keeps it: its names, its capability report, its values.

    Raises:
        ValueError: A capability, or a property of one, is not in the schema catalogue.
    """
    endpoints: dict[str, list[JsonValue]] = {}
    values: dict[str, dict[str, JsonValue]] = {}
    for capability in device.capabilities:
        endpoints.setdefault(capability.endpoint, []).append(_reported(capability))
        values.setdefault(capability.endpoint, {})[capability.id] = {**capability.values}
    report: JsonObject = {
        "version": "1.0.0",
        "endpoints": [
            {"id": endpoint, "deviceTypes": [device.device_type], "capabilities": capabilities}
            for endpoint, capabilities in endpoints.items()
        ],
    }
    return {
        "Name": device.name,
        "Brand": device.brand,
        "Model": device.model,
        "Report": report,
        "Values": {endpoint: {**each} for endpoint, each in values.items()},
    }


def _reported(capability: Capability) -> JsonObject:
    if capability.reported is not None:
        return {**capability.reported}
    schema = _schema(capability.id)
    unknown = capability.values.keys() - mapping(schema, "properties").keys()
    if unknown:
        raise ValueError(f"{capability.id} has no {', '.join(sorted(unknown))}")
    return {
        "id": capability.id,
        "name": schema["name"],
        "version": schema["extrinsicVersion"],
        "properties": list(capability.values),
        "actions": _names(objects(schema, "actions")),
        "events": _names(objects(schema, "events")),
    }


def _schema(identifier: str) -> JsonObject:
    for entry in catalogue():
        if identifier == f"{entry['SchemaId']}@{entry['SemanticVersion']}":
            return mapping(entry, "Schema")
    raise ValueError(f"the schema catalogue has no {identifier}")


def _names(parts: Iterable[JsonObject]) -> list[JsonValue]:
    return [text(part, "name") for part in parts]
