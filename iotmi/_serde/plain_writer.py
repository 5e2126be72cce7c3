"""Plain data, written: one function for each shape, from a member's value to what JSON holds.

cattrs writes the classes; these functions write their members. This module does not know the
converter's options beyond the two of `Form`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen, validators

from iotmi._schema.containers import JsonValue, copy_json
from iotmi._schema.schema import Member, schema_of
from iotmi._schema.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from iotmi._schema.times import is_time_type, to_seconds, to_text
from iotmi.errors import REDACTED

if TYPE_CHECKING:
    from cattrs import Converter

Secrets: TypeAlias = Literal["hide", "show"]
Names: TypeAlias = Literal["python", "wire"]
Write: TypeAlias = Callable[[Any], JsonValue]


@frozen
class Form:
    """The form of plain data.

    Attributes:
        secrets: ``"hide"`` writes ``"***"`` for every sensitive member, ``"show"`` its value.
        names: ``"python"`` for our member names, ``"wire"`` for the service's. With the latter,
            times are numbers of seconds, as on the wire.
    """

    secrets: Secrets = field(default="hide", validator=validators.in_(("hide", "show")))
    names: Names = field(default="python", validator=validators.in_(("python", "wire")))

    def key(self, member: Member) -> str:
        """Return the name of *member*."""
        return member.wire if self.names == "wire" else member.name


def model_writer(model: type, converter: "Converter", form: Form) -> Write:
    """Return the function that writes values of *model*; members that hold None are left out."""
    from cattrs.gen import make_dict_unstructure_fn, override

    # Typed as keywords in general, because cattrs has keywords of its own next to the members.
    overrides: dict[str, Any] = {
        member.name: override(
            rename=form.key(member),
            omit_if_default=not member.required,
            unstruct_hook=_writer(member.shape, converter, form),
        )
        for member in schema_of(model).members
    }
    return make_dict_unstructure_fn(model, converter, **overrides)


def time_writer(form: Form) -> Callable[[datetime], JsonValue]:
    """Return the function that writes times."""
    return to_seconds if form.names == "wire" else to_text


def _writer(shape: Shape, converter: "Converter", form: Form) -> Write:  # noqa: PLR0911 - one for each shape
    match shape:
        case SensitiveShape():
            hidden = form.secrets == "hide"
            return _hide if hidden else _writer(shape.shape, converter, form)
        case ScalarShape() if is_time_type(shape.kind):
            return time_writer(form)
        case ScalarShape():
            return _keep
        case EnumShape():
            return str.__str__
        case ListShape():
            write = _writer(shape.item, converter, form)
            return lambda items: [*map(write, items)]
        case MapShape():
            write_key = _writer(shape.key, converter, form)
            write_value = _writer(shape.value, converter, form)
            return lambda items: {
                str(write_key(key)): write_value(value) for key, value in items.items()
            }
        case StructureShape(model=model):
            return lambda value: _structure(value, model, converter)
        case _:
            return _copy


def _structure(value: object, model: type, converter: "Converter") -> JsonValue:
    # By way of the converter, because structures may contain one another.
    written: JsonValue = converter.unstructure(value, unstructure_as=model)
    return written


def _hide(_: object) -> JsonValue:
    return REDACTED


def _keep(value: JsonValue) -> JsonValue:
    return value


def _copy(value: object) -> JsonValue:
    copied: JsonValue = copy_json(value)  # type: ignore[assignment]  # of JSON, it is JSON
    return copied
