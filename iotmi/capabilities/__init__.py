"""Capabilities as classes, with typed commands and states as values.

    from iotmi.capabilities import LevelControl, OnOff

    client.managed_things.control(lamp_id, OnOff.on(), LevelControl.move_to_level(level=128))
    lamp = OnOff.of(client.managed_things.get_state(lamp_id))

Each Matter cluster in the service's device tables has one class. Derive from `Capability` to
declare your own. Each name is imported on first use (PEP 562).
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from iotmi.capabilities._base import (
        Bitmap as Bitmap,
        Capability as Capability,
        ClusterEnum as ClusterEnum,
        Command as Command,
        Number as Number,
        Only as Only,
        Size as Size,
        Struct as Struct,
        Text as Text,
        Unit as Unit,
        WireName as WireName,
        attribute as attribute,
    )
    from iotmi.capabilities._capability import command_for as command_for
    from iotmi.capabilities._command import ReadState as ReadState, UpdateState as UpdateState
    from iotmi.capabilities._reporting import (
        document as document,
        report as report,
        schema as schema,
    )
    from iotmi.capabilities._sending import check as check, endpoints as endpoints
    from iotmi.capabilities.color_control import ColorControl as ColorControl
    from iotmi.capabilities.concentrations import (
        CarbonDioxideConcentrationMeasurement as CarbonDioxideConcentrationMeasurement,
        FormaldehydeConcentrationMeasurement as FormaldehydeConcentrationMeasurement,
        Pm1ConcentrationMeasurement as Pm1ConcentrationMeasurement,
        Pm10ConcentrationMeasurement as Pm10ConcentrationMeasurement,
        Pm25ConcentrationMeasurement as Pm25ConcentrationMeasurement,
        TotalVolatileOrganicCompoundsConcentrationMeasurement as TotalVolatileOrganicCompoundsConcentrationMeasurement,  # noqa: E501
    )
    from iotmi.capabilities.door_lock import DoorLock as DoorLock
    from iotmi.capabilities.electrical import (
        ElectricalEnergyMeasurement as ElectricalEnergyMeasurement,
        ElectricalPowerMeasurement as ElectricalPowerMeasurement,
    )
    from iotmi.capabilities.fan_control import FanControl as FanControl
    from iotmi.capabilities.filters import (
        ActivatedCarbonFilterMonitoring as ActivatedCarbonFilterMonitoring,
        HepaFilterMonitoring as HepaFilterMonitoring,
    )
    from iotmi.capabilities.groups import Groups as Groups
    from iotmi.capabilities.identify import Identify as Identify
    from iotmi.capabilities.level_control import LevelControl as LevelControl
    from iotmi.capabilities.measurements import (
        FlowMeasurement as FlowMeasurement,
        IlluminanceMeasurement as IlluminanceMeasurement,
        PressureMeasurement as PressureMeasurement,
        RelativeHumidityMeasurement as RelativeHumidityMeasurement,
        TemperatureMeasurement as TemperatureMeasurement,
    )
    from iotmi.capabilities.on_off import OnOff as OnOff
    from iotmi.capabilities.power_source import PowerSource as PowerSource
    from iotmi.capabilities.sensors import (
        AirQuality as AirQuality,
        BooleanState as BooleanState,
        OccupancySensing as OccupancySensing,
    )
    from iotmi.capabilities.smoke_co_alarm import SmokeCOAlarm as SmokeCOAlarm
    from iotmi.capabilities.switch import Switch as Switch
    from iotmi.capabilities.thermostat import Thermostat as Thermostat
    from iotmi.capabilities.window_covering import WindowCovering as WindowCovering
else:
    # Hidden from type checkers: with a module `__getattr__` they accept every name.

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


CLUSTERS: Final[Mapping[str, str]] = {
    "color_control": "ColorControl",
    "concentrations": """
        CarbonDioxideConcentrationMeasurement FormaldehydeConcentrationMeasurement
        Pm1ConcentrationMeasurement Pm10ConcentrationMeasurement Pm25ConcentrationMeasurement
        TotalVolatileOrganicCompoundsConcentrationMeasurement
    """,
    "door_lock": "DoorLock",
    "electrical": "ElectricalEnergyMeasurement ElectricalPowerMeasurement",
    "fan_control": "FanControl",
    "filters": "ActivatedCarbonFilterMonitoring HepaFilterMonitoring",
    "groups": "Groups",
    "identify": "Identify",
    "level_control": "LevelControl",
    "measurements": """
        FlowMeasurement IlluminanceMeasurement PressureMeasurement RelativeHumidityMeasurement
        TemperatureMeasurement
    """,
    "on_off": "OnOff",
    "power_source": "PowerSource",
    "sensors": "AirQuality BooleanState OccupancySensing",
    "smoke_co_alarm": "SmokeCOAlarm",
    "switch": "Switch",
    "thermostat": "Thermostat",
    "window_covering": "WindowCovering",
}
"""The class names of the clusters, by module."""

_KERNEL: Final[Mapping[str, str]] = {
    "_base": """
        Bitmap Capability ClusterEnum Command Number Only Size Struct Text Unit WireName
        attribute
    """,
    "_capability": "command_for",
    "_command": "ReadState UpdateState",
    "_reporting": "document report schema",
    "_sending": "check endpoints",
}
_HOMES: Final[Mapping[str, str]] = {
    name: module for module, names in {**_KERNEL, **CLUSTERS}.items() for name in names.split()
}

# Type checkers read the names above.
__all__ = sorted(_HOMES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
