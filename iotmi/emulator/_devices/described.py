"""Virtual devices described as plain data: ``{"kind": "bulb"}`` or ``{"capabilities": [...]}``.

Owns the form of the description, which seed files and the control API use. This module must not
know where a device is placed.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._core.json import JsonObject, JsonValue, texts
from iotmi.emulator._devices.device import Capability, VirtualDevice

KINDS: Final[Mapping[str, Callable[[str], VirtualDevice]]] = MappingProxyType(
    {
        "bulb": VirtualDevice.bulb,
        "plug": VirtualDevice.plug,
        "lock": VirtualDevice.lock,
        "thermostat": VirtualDevice.thermostat,
        "sensor": VirtualDevice.sensor,
    }
)
"""The ready devices by name."""

_OPTIONS: Final[tuple[str, ...]] = ("name", "device_type", "brand", "model")


def capability_names() -> list[str]:
    """Return the names of all capabilities that a description may use."""
    from iotmi.emulator._clusters.table import clusters

    return sorted(each.__name__ for each in clusters())


def read_device(description: JsonObject, path: str = "device") -> VirtualDevice:
    """Return the device of a description.

    Raises:
        ValueError: the description has a wrong member. The message names the member and the rule.
    """
    given = dict(description)
    options: dict[str, str] = {
        name: _text(given.pop(name), f"{path}.{name}") for name in _OPTIONS if name in given
    }
    kind, listed = given.pop("kind", None), given.pop("capabilities", None)
    if given:
        raise ValueError(f"{path}.{next(iter(given))} is no member of a device")
    if (kind is None) == (listed is None):
        raise ValueError(f"{path} must have either kind or capabilities")
    if kind is not None:
        return _ready(kind, options, path)
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{path}.capabilities must be a list with at least one capability")
    held = [_capability(each, f"{path}.capabilities[{i}]") for i, each in enumerate(listed)]
    names = [each.id for each in held]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"{path}.capabilities[{i}] is in the list twice")
    return VirtualDevice(
        options.get("name", "Device"),
        options.get("device_type", "Unknown Device"),
        tuple(held),
        brand=options.get("brand", "Emulated"),
        model=options.get("model", "E1"),
    )


def _ready(kind: JsonValue, options: dict[str, str], path: str) -> VirtualDevice:
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"{path}.kind must be one of {', '.join(KINDS)}")
    made = KINDS[kind](options.get("name", kind.capitalize()))
    return VirtualDevice(
        made.name,
        options.get("device_type", made.device_type),
        made.capabilities,
        brand=options.get("brand", made.brand),
        model=options.get("model", made.model),
    )


def _capability(description: JsonValue, path: str) -> Capability:
    from iotmi.emulator._clusters._rules import RefusedError
    from iotmi.emulator._clusters.table import checked_update, clusters, describe

    given = {"name": description} if isinstance(description, str) else description
    if not isinstance(given, Mapping):
        raise ValueError(f"{path} must be a name or an object")  # noqa: TRY004 - one error for bad input
    unknown = given.keys() - {"name", "state"}
    if unknown:
        raise ValueError(f"{path}.{min(unknown)} is no member of a capability")
    for cluster in clusters():
        if given.get("name") in (cluster.__name__, cluster.id):
            break
    else:
        raise ValueError(f"{path} must be one of {', '.join(capability_names())}")
    reported, values = describe(cluster)
    state = given.get("state") or {}
    if not isinstance(state, Mapping):
        raise ValueError(f"{path}.state must be an object")  # noqa: TRY004 - as above
    known = texts(reported, "properties")
    for name in state:
        if name not in known:
            raise ValueError(f"{path}.state has {name}, which is no property of {cluster.__name__}")
    try:
        checked: JsonObject = checked_update(cluster.id, dict(state))
    except RefusedError as refused:
        raise ValueError(f"{path}.state.{refused}") from None
    return Capability(cluster.id, {**values, **checked}, reported=reported)


def _text(value: JsonValue, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{path} must be a text that is not empty")
    return value
