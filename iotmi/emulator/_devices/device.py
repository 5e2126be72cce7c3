"""Descriptions of virtual devices, and five ready ones.

Owns the description, and the capability report made from it and the schema catalogue. This module
must not know managed things, hubs or clouds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, objects, text
from iotmi.emulator._model.schema_catalogue import catalogue

if TYPE_CHECKING:
    import iotmi.capabilities as declared
else:
    # An emulator without devices of declared capabilities does not load them.
    declared = LazyModule("iotmi.capabilities")

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
        id: id in the schema catalogue, such as ``matter.OnOff@1.4``.
        values: initial values of the properties that the device has.
        endpoint: id of the endpoint.
        reported: the capability in the device's report; None to derive it from the schema catalogue
            and the values.
    """

    id: str
    values: Mapping[str, JsonValue] = field(converter=_values, hash=False)
    endpoint: str = "1"
    reported: Mapping[str, JsonValue] | None = field(default=None, kw_only=True, hash=False)


@frozen
class VirtualDevice:
    """A device for an emulated home.

    ``VirtualDevice.bulb()`` and the other class methods return ready ones. Any other device is made
    from capabilities of the schema catalogue.

    Attributes:
        name: name in its cloud.
        device_type: Matter device type, such as ``On/Off Light``.
        capabilities: capabilities.
        brand: name of the manufacturer.
        model: name of the model.
    """

    name: str
    device_type: str
    capabilities: tuple[Capability, ...] = field(converter=tuple[Capability, ...])
    brand: str = field(default="Emulated", kw_only=True)
    model: str = field(default="E1", kw_only=True)

    @classmethod
    def of(
        cls,
        *parts: "type[declared.Capability] | declared.Capability",
        endpoints: (
            "Mapping[str, Sequence[type[declared.Capability] | declared.Capability]] | None"
        ) = None,
        name: str = "Device",
        device_type: str = "Unknown Device",
        brand: str = "Emulated",
        model: str = "E1",
    ) -> "VirtualDevice":
        """Return a device with any capabilities: ``VirtualDevice.of(OnOff, LevelControl)``.

        A class has the initial state of its cluster. A value overrides properties:
        ``VirtualDevice.of(OnOff(on_off=True))``. A custom capability has the properties of its
        value.

        Args:
            parts: the capabilities of endpoint ``1``.
            endpoints: the capabilities of each further endpoint.
            name: the device's name in its cloud.
            device_type: such as ``On/Off Light``. All endpoints have this type.
            brand: the name of the manufacturer.
            model: the name of the model.

        Raises:
            ConstraintError: the device's report breaks a constraint of the service.
        """
        from iotmi.emulator._clusters.table import describe

        placed = {"1": parts} if parts else {}
        return cls(
            name,
            device_type,
            tuple(
                Capability(text(reported, "id"), values, endpoint, reported=reported)
                for endpoint, held in {**placed, **(endpoints or {})}.items()
                for reported, values in map(describe, held)
            ),
            brand=brand,
            model=model,
        )

    @classmethod
    def bulb(cls, name: str = "Bulb") -> "VirtualDevice":
        """Return a color light with a dimmer, initially off."""
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
        """Return a switched socket, initially off."""
        return cls(name, "On/Off Plug-in Unit", (Capability(_SWITCH, {"OnOff": False}),))

    @classmethod
    def lock(cls, name: str = "Lock") -> "VirtualDevice":
        """Return a door lock, initially locked."""
        return cls(
            name,
            "Door Lock",
            (Capability(_LOCK, {"LockState": "Locked", "ActuatorEnabled": True}),),
        )

    @classmethod
    def thermostat(cls, name: str = "Thermostat") -> "VirtualDevice":
        """Return a thermostat that heats from 19 to 20 degrees.

        Its numbers are hundredths of a degree Celsius.
        """
        values: dict[str, JsonValue] = {
            "LocalTemperature": 1900,
            "OccupiedCoolingSetpoint": 2600,
            "OccupiedHeatingSetpoint": 2000,
            "SystemMode": "Heat",
        }
        return cls(name, "Thermostat", (Capability(_THERMOSTAT, values),))

    @classmethod
    def sensor(cls, name: str = "Sensor") -> "VirtualDevice":
        """Return a contact sensor, initially closed, with a thermometer at 19 degrees."""
        return cls(
            name,
            "Contact Sensor",
            (
                Capability(_CONTACT, {"StateValue": True}),
                Capability(_TEMPERATURE, {"MeasuredValue": 1900}),
            ),
        )


def document_of(device: VirtualDevice) -> JsonObject:
    """Return the stored form of a device: names, capability report and initial values.

    Raises:
        ValueError: a capability or a property is not in the schema catalogue.
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
        raise ValueError(f"{capability.id} has no property {', '.join(sorted(unknown))}")
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
    raise ValueError(f"the schema catalogue has no capability {identifier}")


def _names(parts: Iterable[JsonObject]) -> list[JsonValue]:
    return [text(part, "name") for part in parts]
