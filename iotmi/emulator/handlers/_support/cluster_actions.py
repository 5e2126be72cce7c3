"""The effects of actions on properties, by cluster.

Owns the rules that virtual devices follow. An action without a rule is accepted and changes
nothing. This module must know neither things nor states.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from iotmi.emulator._core.json import JsonObject, JsonValue

_Rule: TypeAlias = Callable[[JsonObject, JsonObject], JsonObject]


def outcome(cluster: str, action: str, parameters: JsonObject, known: JsonObject) -> JsonObject:
    """Return the new values of the properties that an action changes."""
    rule = _RULES.get((cluster, action))
    return {} if rule is None else rule(parameters, known)


def _becomes(**values: JsonValue) -> _Rule:
    """Return a rule that sets fixed values."""
    return lambda _parameters, _known: {**values}


def _takes(**properties: str) -> _Rule:
    """Return a rule that copies parameters to properties. A missing parameter changes nothing."""

    def rule(parameters: JsonObject, _known: JsonObject) -> JsonObject:
        return {
            name: parameters[parameter]
            for name, parameter in properties.items()
            if parameter in parameters
        }

    return rule


def _both(*rules: _Rule) -> _Rule:
    """Return a rule that applies several rules."""

    def rule(parameters: JsonObject, known: JsonObject) -> JsonObject:
        changed: JsonObject = {}
        for each in rules:
            changed |= each(parameters, known)
        return changed

    return rule


def _toggle(_parameters: JsonObject, known: JsonObject) -> JsonObject:
    return {"OnOff": known.get("OnOff") is not True}


# The setpoints that each mode moves. A mode is a number of the cluster or a name.
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
    """Move setpoints, in hundredths of a degree, by an amount in tenths of a degree."""
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
