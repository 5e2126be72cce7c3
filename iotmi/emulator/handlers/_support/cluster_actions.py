"""What an action of a capability does to its properties: a table, and the reading of it.

Owns the clusters' rules as far as the emulated devices follow them. An action that is not
in the table is taken without a change. It does not know things nor states.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from iotmi.emulator._core.json import JsonObject, JsonValue

_Rule: TypeAlias = Callable[[JsonObject, JsonObject], JsonObject]


def outcome(cluster: str, action: str, parameters: JsonObject, known: JsonObject) -> JsonObject:
    """The new values of the properties that an action changes."""
    rule = _RULES.get((cluster, action))
    return {} if rule is None else rule(parameters, known)


def _becomes(**values: JsonValue) -> _Rule:
    return lambda _parameters, _known: {**values}


def _takes(**properties: str) -> _Rule:
    """Properties take the values of parameters; one that was not given stays."""

    def rule(parameters: JsonObject, _known: JsonObject) -> JsonObject:
        return {
            name: parameters[parameter]
            for name, parameter in properties.items()
            if parameter in parameters
        }

    return rule


def _both(*rules: _Rule) -> _Rule:
    def rule(parameters: JsonObject, known: JsonObject) -> JsonObject:
        changed: JsonObject = {}
        for each in rules:
            changed |= each(parameters, known)
        return changed

    return rule


def _toggle(_parameters: JsonObject, known: JsonObject) -> JsonObject:
    return {"OnOff": known.get("OnOff") is not True}


# By mode, as a number of the cluster's or by name: the setpoints it moves.
_HEATING: Final = "OccupiedHeatingSetpoint"
_COOLING: Final = "OccupiedCoolingSetpoint"
_SETPOINTS: Final[Mapping[JsonValue, tuple[str, ...]]] = MappingProxyType(
    {
        0: (_HEATING,),
        1: (_COOLING,),
        2: (_HEATING, _COOLING),
        "Heat": (_HEATING,),
        "Cool": (_COOLING,),
        "Both": (_HEATING, _COOLING),
    }
)


def _raise_or_lower(parameters: JsonObject, known: JsonObject) -> JsonObject:
    """The amount is in tenths of a degree, setpoints in hundredths."""
    mode, amount = parameters.get("Mode"), parameters.get("Amount")
    changed: JsonObject = {}
    if isinstance(mode, int | str) and isinstance(amount, int):
        for name in _SETPOINTS.get(mode, ()):
            present = known.get(name)
            if isinstance(present, int):
                changed[name] = present + amount * 10
    return changed


_RULES: Final[Mapping[tuple[str, str], _Rule]] = MappingProxyType(
    {
        ("OnOff", "On"): _becomes(OnOff=True),
        ("OnOff", "Off"): _becomes(OnOff=False),
        ("OnOff", "Toggle"): _toggle,
        ("OnOff", "OnWithTimedOff"): _both(
            _becomes(OnOff=True), _takes(OnTime="OnTime", OffWaitTime="OffWaitTime")
        ),
        ("LevelControl", "MoveToLevel"): _takes(CurrentLevel="Level"),
        ("ColorControl", "MoveToHue"): _takes(CurrentHue="Hue"),
        ("ColorControl", "MoveToSaturation"): _takes(CurrentSaturation="Saturation"),
        ("ColorControl", "MoveToColorTemperature"): _takes(
            ColorTemperatureMireds="ColorTemperatureMireds"
        ),
        ("DoorLock", "LockDoor"): _becomes(LockState="Locked"),
        ("DoorLock", "UnlockDoor"): _becomes(LockState="Unlocked"),
        ("DoorLock", "UnlockWithTimeout"): _becomes(LockState="Unlocked"),
        ("Thermostat", "SetpointRaiseLower"): _raise_or_lower,
    }
)
