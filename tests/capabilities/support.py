"""Loaders of the cluster samples, and factories of commands and things."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from iotmi import AuthenticationMaterialType, Client, Role, capabilities
from iotmi.capabilities import CLUSTERS, Capability, Command
from iotmi.capabilities._capability import actions_of
from iotmi.capabilities._declared import Field, fields_of
from iotmi.emulator import Emulator, VirtualDevice

SAMPLES: Final = Path(__file__).parents[1] / "samples"
ALL: Final[tuple[type[Capability], ...]] = tuple(
    getattr(capabilities, name) for names in CLUSTERS.values() for name in names.split()
)
COMMANDS: Final[tuple[tuple[type[Capability], str], ...]] = tuple(
    (capability, name) for capability in ALL for name in actions_of(capability)
)


@cache
def fields_sample() -> Mapping[str, Any]:
    """Return the clusters with fields, types and ranges, by capability name."""
    clusters = json.loads((SAMPLES / "matter-fields.json").read_text("utf-8"))["clusters"]
    return {spelling_sample_of(name)["capability_id"]: clusters[name] for name in clusters}


@cache
def _spelling() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((SAMPLES / "matter.json").read_text("utf-8"))["clusters"]
    return found


def spelling_sample_of(cluster: str) -> Mapping[str, Any]:
    """Return a cluster in the service's spelling, by its name in matter.js."""
    found: Mapping[str, Any] = _spelling()[cluster]
    return found


def spelling_of(capability: type[Capability]) -> Mapping[str, Any]:
    """Return a cluster in the service's spelling."""
    (found,) = (each for each in _spelling().values() if each["capability_id"] == capability.id)
    return dict(found)


def snake(name: str) -> str:
    """Return a PascalCase name in snake case, such as ``on_off_transition_time``."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name).lower()


def command_of(capability: type[Capability], name: str) -> type[Command]:
    """Return the class of a capability's command."""
    return actions_of(capability)[name]


def parameters_of(capability: type[Capability], name: str) -> tuple[Field, ...]:
    """Return the parameters of a capability's action."""
    return fields_of(command_of(capability, name))


def build(capability: type[Capability], name: str, /, **parameters: object) -> Command:
    """Build a command with the capability's own method."""
    made: Command = getattr(capability, snake(name))(**parameters)
    return made


def activated_thing(emulator: Emulator, client: Client, device: VirtualDevice) -> str:
    """Create and activate a thing for a device, and return its id."""
    number = len(list(client.managed_things.list()))
    thing = client.managed_things.create(
        role=Role.DEVICE,
        authentication_material=f"SN:90000000000{number};UPC:829576019524",
        authentication_material_type=AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
    ).id
    emulator.devices.power_on(thing, device)
    client.managed_things.wait_until_activated(thing)
    return thing
