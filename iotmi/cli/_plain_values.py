"""Frozen values of events and materials as plain data, with hidden members.

`iotmi.to_plain` writes the service's models. These values have no model: a member is sensitive if
it has a repr of its own, which redacts it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Flag

import attrs

from iotmi._schema.containers import JsonValue
from iotmi.cli._output import moment
from iotmi.errors import REDACTED


def members_of(value: object, *, show_secrets: bool) -> dict[str, JsonValue]:
    """Return the members of an attrs value that are not None, by name.

    Args:
        value: the value.
        show_secrets: True for the values of sensitive members instead of ``***``.
    """
    found: dict[str, JsonValue] = {}
    for each in _fields(value):
        held = getattr(value, each.name)
        if held is not None:
            is_hidden = each.repr is not True and not show_secrets
            found[each.name] = REDACTED if is_hidden else _plain(held, show_secrets=show_secrets)
    return found


def _plain(value: object, *, show_secrets: bool) -> JsonValue:
    plain: JsonValue = str(value)
    match value:
        case Flag():
            plain = [each.name for each in value]
        case datetime():
            plain = moment(value)
        case bool() | int() | float():
            plain = value
        case tuple() | list():
            plain = [_plain(each, show_secrets=show_secrets) for each in value]
        case Mapping():
            plain = {str(key): _plain(each, show_secrets=True) for key, each in value.items()}
        case _ if attrs.has(type(value)):
            plain = members_of(value, show_secrets=show_secrets)
    return plain


def _fields(value: object) -> "tuple[attrs.Attribute[object], ...]":
    kind: type[attrs.AttrsInstance] = type(value)  # type: ignore[assignment]  # our own classes
    found: tuple[attrs.Attribute[object], ...] = attrs.fields(kind)
    return found
