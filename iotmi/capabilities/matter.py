"""Commands and states with Matter's numbers instead of names, as cloud connectors exchange them.

    from iotmi.capabilities import OnOff, matter

    matter.encode_command(OnOff.on())         # MatterCommand(cluster="0x0006", command="0x01")
    matter.encode_state(OnOff(on_off=True))   # {"0x0000": True}

Owns the conversion in both directions, and the capability report in Matter's form. Does not know
how a connector receives or sends these values.

The service documents one value: the string ``"3"`` for an enum member. Enum members are therefore
written as strings. Booleans, numbers and lists keep their JSON types, and bitmaps are numbers.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/send-command-op.html
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Final, TypeAlias, TypeVar

from attrs import field, frozen

from iotmi._models.matter import (
    MatterCapabilityReport,
    MatterCapabilityReportAttribute,
    MatterCapabilityReportCluster,
    MatterCapabilityReportEndpoint,
)
from iotmi._schema.containers import JsonValue, ReadOnlyMap, copy_json
from iotmi._schema.printing import Printed, hidden
from iotmi.capabilities._capability import Capability, actions_of
from iotmi.capabilities._command import DEFAULT_ENDPOINT, Command, ReadState, UpdateState
from iotmi.capabilities._declared import Field, Structure, fields_of, unchecked
from iotmi.capabilities._identity import Identity
from iotmi.capabilities._kinds import Bits, Choice, ClusterEnum, Items, Kind, Scalar, Unreadable
from iotmi.capabilities._reporting import REPORT_VERSION
from iotmi.errors import ConstraintError

K = TypeVar("K", bound=Capability)

Part: TypeAlias = type[Capability] | Capability | MatterCapabilityReportCluster
"""A part of an endpoint's report: a class for all properties, or a value for those it holds."""

_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20}", re.ASCII)
_ALL: Final = "*"


def _frozen_json(fields: Mapping[str, JsonValue]) -> ReadOnlyMap[str, JsonValue]:
    copied = copy_json(fields)
    return ReadOnlyMap(copied if isinstance(copied, dict) else {})


@frozen(kw_only=True)
class MatterCommand(Printed):
    """A command as numbers. Reprs redact the fields.

    Attributes:
        cluster: the cluster's number as a string, such as ``0x0006``.
        command: the command's number as a string, such as ``0x01``.
        fields: the values of the command's fields, by number.
        endpoint: the endpoint's id.
    """

    cluster: str
    command: str
    # Values may be lists, which cannot be hashed.
    fields: Mapping[str, JsonValue] = field(
        default=ReadOnlyMap({}), converter=_frozen_json, repr=hidden, hash=False
    )
    endpoint: str = DEFAULT_ENDPOINT

    @property
    def cluster_number(self) -> int | None:
        """The cluster's number, or None if `cluster` is not a number."""
        return number_of(self.cluster)

    @property
    def command_number(self) -> int | None:
        """The command's number, or None if `command` is not a number."""
        return number_of(self.command)


def number_of(text: str) -> int | None:
    """Parse an id such as ``"0x0006"``, ``"0x006"`` or ``"6"``. Return None for other strings."""
    if _NUMBER.fullmatch(text) is None:
        return None
    return int(text, 16 if text[1:2] in {"x", "X"} else 10)


def find_capability(number: int, own: Iterable[type[Capability]] = ()) -> type[Capability] | None:
    """Return the class of a cluster, or None if no class has this number.

    Args:
        number: the cluster's number.
        own: classes of the application, which come before the declared ones.
    """
    for capability in own:
        if capability.number == number:
            return capability
    return _declared().get(number)


@cache
def _declared() -> Mapping[int, type[Capability]]:
    # Cluster modules import quickly, but not all applications need all of them.
    package = import_module("iotmi.capabilities")
    classes: list[type[Capability]] = [
        getattr(package, name) for names in package.CLUSTERS.values() for name in names.split()
    ]
    return {capability.number: capability for capability in classes}


def encode_command(command: Command) -> MatterCommand:
    """Return *command* with Matter's numbers.

    Raises:
        TypeError: the command was built without a capability.
    """
    capability = command.capability
    fields: dict[str, JsonValue]
    if isinstance(command, ReadState):
        known = {each.wire: each for each in fields_of(capability)}
        fields = {
            attribute_id(known[name].number): {} for name in command.properties if name != _ALL
        }
    elif isinstance(command, UpdateState):
        fields = _encode_properties(capability, command.properties)
    else:
        fields = {
            attribute_id(each.number): _encode(each.kind, held)
            for each in fields_of(type(command))
            if (held := getattr(command, each.name)) is not None
        }
    return MatterCommand(
        cluster=attribute_id(capability.number),
        command=command_id(command.number),
        fields=fields,
        endpoint=command.endpoint,
    )


def decode_command(
    command: MatterCommand, own: Iterable[type[Capability]] = ()
) -> Command | MatterCommand:
    """Return the typed command, or *command* itself if no declared command fits.

    A command stays as it is if its cluster, its number or one of its fields is unknown, and if a
    value breaks a rule of its field.

    Args:
        command: the command as numbers.
        own: classes of the application, which come before the declared ones.
    """
    cluster, number = command.cluster_number, command.command_number
    capability = None if cluster is None else find_capability(cluster, own)
    if capability is None or number is None:
        return command
    try:
        return _decode_command(capability, number, command) or command
    except (ConstraintError, Unreadable):
        return command


def _decode_command(
    capability: type[Capability], number: int, command: MatterCommand
) -> Command | None:
    if number == UpdateState.number:
        named = _by_name(fields_of(capability), command.fields)
        known = {each.wire: each for each in fields_of(capability)}
        properties = {
            name: None if value is None else known[name].kind.write(known[name].kind.read(value))
            for name, value in named.items()
        }
        return capability._update_state(properties=properties, endpoint=command.endpoint)  # noqa: SLF001
    if number == ReadState.number:
        names = list(_by_name(fields_of(capability), dict.fromkeys(command.fields))) or [_ALL]
        return capability._read_state(properties=names, endpoint=command.endpoint)  # noqa: SLF001
    for each in actions_of(capability).values():
        if each.number == number:
            named = _by_name(fields_of(each), command.fields)
            return each.from_wire(named, endpoint=command.endpoint)
    return None


def encode_state(value: Capability) -> dict[str, JsonValue]:
    """Return the properties of *value* by attribute number, without those that are None."""
    return {
        attribute_id(each.number): _encode(each.kind, held)
        for each in fields_of(type(value))
        if (held := getattr(value, each.name)) is not None
    }


def decode_state(capability: type[K], attributes: Mapping[str, JsonValue]) -> K:
    """Return a value of *capability* from attributes by number.

    Unknown attributes are ignored. A value of the wrong type is None.
    """
    named: dict[str, object] = {}
    for number, value in attributes.items():
        try:
            named |= _by_name(fields_of(capability), {number: value})
        except Unreadable:
            continue
    return unchecked(capability, {}, named)


def report(
    endpoints: Mapping[str, Sequence[Part]],
    *,
    device_types: Mapping[str, Sequence[str]] | None = None,
    node_id: str | None = None,
) -> MatterCapabilityReport:
    """Return the capability report of a device in Matter's form.

    Args:
        endpoints: the capabilities of each endpoint. A class reports all its attributes. A value
            such as ``OnOff(on_off=False)`` reports only the attributes that it holds, with their
            values. A `MatterCapabilityReportCluster` is reported unchanged.
        device_types: the device types of each endpoint, such as ``{"1": ["On/Off Light"]}``.
        node_id: the id of the node, such as ``1``.

    Raises:
        ConstraintError: the report breaks a limit of the service: 50 endpoints of 50 clusters.
    """
    types = device_types or {}
    return MatterCapabilityReport(
        version=REPORT_VERSION,
        node_id=node_id,
        endpoints=[
            MatterCapabilityReportEndpoint(
                id=endpoint,
                device_types=types.get(endpoint, ()),
                clusters=[_reported(part) for part in parts],
            )
            for endpoint, parts in endpoints.items()
        ],
    )


def _reported(part: Part) -> MatterCapabilityReportCluster:
    if isinstance(part, MatterCapabilityReportCluster):
        return part
    held = encode_state(part) if isinstance(part, Capability) else None
    capability = part if isinstance(part, type) else type(part)
    numbers = [attribute_id(each.number) for each in fields_of(capability)]
    return MatterCapabilityReportCluster(
        id=attribute_id(capability.number),
        revision=int(capability.version),
        public_id=capability.id,
        name=capability.name,
        attributes=[
            MatterCapabilityReportAttribute(id=number, value=None if held is None else held[number])
            for number in numbers
            if held is None or number in held
        ],
        commands=[command_id(each.number) for each in actions_of(capability).values()],
        events=[command_id(number) for number in capability.events.values()],
    )


def attribute_id(number: int) -> str:
    """Return the id of a cluster or an attribute: at least four hexadecimal digits."""
    return f"0x{number:04x}"


def command_id(number: int) -> str:
    """Return the id of a command or an event: at least two hexadecimal digits."""
    return f"0x{number:02x}"


# -- values ------------------------------------------------------------------------------------


def _encode_properties(
    capability: type[Identity], properties: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    return {
        attribute_id(each.number): None
        if properties[each.wire] is None
        else _encode(each.kind, each.kind.read(properties[each.wire]))
        for each in fields_of(capability)
        if each.wire in properties
    }


def _encode(kind: Kind, value: object) -> JsonValue:
    """Return a value of *kind* with numbers instead of names."""
    match kind:
        case Choice() if isinstance(value, ClusterEnum) and value.number >= 0:
            return str(value.number)
        case Bits():
            return int(value)  # type: ignore[call-overload,no-any-return]  # `check` requires a bitmap
        case Items(item=item) if isinstance(value, tuple):
            return [_encode(item, each) for each in value]
        case Structure(struct=struct):
            return {
                attribute_id(each.number): _encode(each.kind, held)
                for each in fields_of(struct)
                if (held := getattr(value, each.name)) is not None
            }
    return kind.write(value)


def _by_name(fields: Sequence[Field], document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the values of *document* by wire name instead of number.

    Raises:
        Unreadable: a number is unknown.
    """
    known = {each.number: each for each in fields}
    named: dict[str, JsonValue] = {}
    for identifier, value in document.items():
        number = number_of(identifier)
        found = None if number is None else known.get(number)
        if found is None:
            raise Unreadable(f"has no field {identifier}")
        named[found.wire] = _named(found.kind, value)
    return named


def _named(kind: Kind, document: JsonValue) -> JsonValue:
    """Return a value of *kind* with wire names instead of numbers, in its own JSON type."""
    match kind:
        case Items(item=item):
            document = _unquoted(document)
            if isinstance(document, list | tuple):
                return [_named(item, each) for each in document]
        case Structure(struct=struct):
            document = _unquoted(document)
            if isinstance(document, Mapping):
                return _by_name(fields_of(struct), document)
        case Scalar(type=known) if known is bool:
            return _BOOLEANS.get(str(document), document)
    return document


_BOOLEANS: Final[Mapping[str, bool]] = {"1": True, "true": True, "0": False, "false": False}


def _unquoted(document: JsonValue) -> JsonValue:
    """Return the JSON in a string, because connectors write values as strings."""
    if not isinstance(document, str):
        return document
    try:
        found: JsonValue = json.loads(document)
    except (ValueError, RecursionError):
        return document
    return found
