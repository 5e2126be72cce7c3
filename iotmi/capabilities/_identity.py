"""The class attributes that identify a capability, and that commands need."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from iotmi._schema.containers import ReadOnlyMap
from iotmi.capabilities._declared import Declared

Events: TypeAlias = Mapping[str, int]
"""Event numbers by name."""


class Identity(Declared):
    """The class attributes of a capability.

    Attributes:
        id: the capability's id with its version, such as ``matter.OnOff@1.4``.
        name: the display name, such as ``On/Off``.
        version: the version of the cluster, a whole number as text.
        number: the cluster's number.
        events: the numbers of the cluster's events, by name.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[str]
    number: ClassVar[int]
    events: ClassVar[Events] = ReadOnlyMap({})
