"""The names that a capability declaration needs, in one module.

The cluster modules import only this module of the library.
"""

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.traits import Number, Size, Text, WireName
from iotmi.capabilities._capability import Capability
from iotmi.capabilities._command import Command
from iotmi.capabilities._declared import Struct, attribute
from iotmi.capabilities._identity import Events
from iotmi.capabilities._kinds import Bitmap, ClusterEnum, Only, Unit
from iotmi.capabilities._types import (
    Chromaticity,
    Code,
    EpochSeconds,
    Int8,
    Int16,
    Int64,
    Level,
    Mireds,
    Percent,
    Percent100ths,
    Seconds,
    SystemMilliseconds,
    Temperature,
    TenthsOfSecond,
    TransitionTime,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
)

__all__ = [
    "Bitmap",
    "Capability",
    "Chromaticity",
    "ClusterEnum",
    "Code",
    "Command",
    "EpochSeconds",
    "Events",
    "Int8",
    "Int16",
    "Int64",
    "Level",
    "Mireds",
    "Number",
    "Only",
    "Percent",
    "Percent100ths",
    "ReadOnlyMap",
    "Seconds",
    "Size",
    "Struct",
    "SystemMilliseconds",
    "Temperature",
    "TenthsOfSecond",
    "Text",
    "TransitionTime",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Unit",
    "WireName",
    "attribute",
]
