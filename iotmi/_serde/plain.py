"""Plain data and JSON: values as dicts, lists and scalars, and back.

cattrs converts, off the path of calls, and is imported on first use. `plain_writer` and
`plain_reader` own what members look like; this module assembles them and owns the public functions.
"""

import json
from collections.abc import Callable, Mapping, Sequence, Set as AbstractSet
from functools import cache
from types import GenericAlias, NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from iotmi._schema.containers import JsonValue, ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.lazy import LazyModule
from iotmi._schema.responses import Page, Response
from iotmi._schema.schema import is_model, pascal
from iotmi._schema.sealing import sealed
from iotmi._schema.shapes import prefix_paths
from iotmi._schema.times import is_time_type
from iotmi._serde.plain_reader import PlainError, find_problems, model_reader, read_enum, read_time
from iotmi._serde.plain_writer import Form, Names, Secrets, model_writer, time_writer
from iotmi.errors import ConstraintError, Problem

if TYPE_CHECKING:
    import cattrs
else:
    cattrs = LazyModule("cattrs")

T = TypeVar("T")


@sealed
def to_plain(value: object, *, secrets: Secrets = "hide", names: Names = "python") -> JsonValue:
    """Return *value* as dicts, lists, strings, numbers and booleans.

    Members that hold None are left out. Enums are their text. Times are ISO 8601 in UTC, such as
    ``2026-01-31T12:00:00Z``.

    Args:
        value: a value, a request, a page, or a tuple, list or map of them.
        secrets: ``"hide"`` writes ``"***"`` for every sensitive member, ``"show"`` its value.
        names: ``"python"`` for our member names, ``"wire"`` for the service's. With the latter,
            times are numbers of seconds, as on the wire.

    Raises:
        TypeError: *value* is, or holds, something else.
        ValueError: *secrets* or *names* is none of these.
    """
    plain: JsonValue = _converter(Form(secrets, names)).unstructure(value)
    return plain


@sealed
def to_json(
    value: object,
    *,
    secrets: Secrets = "hide",
    names: Names = "python",
    indent: int | None = None,
) -> str:
    """Return *value* as JSON text; see `to_plain`.

    Args:
        value: as for `to_plain`.
        secrets: as for `to_plain`.
        names: as for `to_plain`.
        indent: the spaces of one level; None for a single line.

    Raises:
        TypeError: *value* is, or holds, something else.
        ValueError: *secrets* or *names* is unknown, or a number is not finite.
    """
    return json.dumps(to_plain(value, secrets=secrets, names=names), indent=indent, allow_nan=False)


@sealed
def from_plain(kind: type[T], data: object, *, names: Names = "python") -> T:
    """Return the value of *kind* that *data* holds: the reverse of `to_plain`.

    Times may be text, numbers of seconds, or datetimes. A request is validated as its constructor
    does. Any other value is checked for its kinds only, because the service breaks its own limits;
    a request that holds the value validates it.

    Args:
        kind: a value or request class, a `Page` of one, or a tuple, list or dict of them:
            ``tuple[iotmi.ManagedThing, ...]``.
        data: as `to_plain` or ``json.loads`` returns it.
        names: as for `to_plain`. With ``"python"`` a name that *kind* lacks is a problem; with
            ``"wire"`` it is ignored, because the service adds members.

    Raises:
        ConstraintError: the data does not fit, with the path of each problem. A sensitive member
            that is ``"***"`` does not fit, so that what was hidden is not written back.
        TypeError: no data can be read as *kind*.
    """
    from cattrs.errors import StructureHandlerNotFoundError

    reader = _converter(Form("show", names))
    try:
        value: T = reader.structure(data, kind)
    except ConstraintError:
        raise
    except StructureHandlerNotFoundError:
        raise TypeError(f"from_plain() cannot make {_name(kind)}") from None
    except Exception as error:  # noqa: BLE001 - cattrs groups whatever a hook raises
        problems = tuple(find_problems(error))
    else:
        return value
    raise ConstraintError(_name(kind), problems)


def converter(*, secrets: Secrets = "hide", names: Names = "python") -> "cattrs.Converter":
    """Return a new cattrs converter that knows every value of this library.

    For applications that have cattrs already: register hooks of your own, and use our values as
    members of your attrs classes and dataclasses.

    Args:
        secrets: as for `to_plain`.
        names: as for `to_plain`.

    Raises:
        ValueError: *secrets* or *names* is unknown.
    """
    return _build(Form(secrets, names))


@cache
def _converter(form: Form) -> "cattrs.Converter":
    return _build(form, unstructure_fallback_factory=_refuse_to_write)


def _build(form: Form, **options: Any) -> "cattrs.Converter":  # noqa: ANN401 - handed to cattrs
    lists: dict[type, Callable[[Any], Any]] = {Sequence: list, AbstractSet: list}
    made = cattrs.Converter(unstruct_collection_overrides=lists, **options)
    made.register_unstructure_hook_factory(is_model, lambda kind: model_writer(kind, made, form))
    made.register_structure_hook_factory(is_model, lambda kind: model_reader(kind, made, form))
    made.register_unstructure_hook_func(_is_page, lambda page: _write_page(page, made, form))
    made.register_structure_hook_func(
        _is_page, lambda data, kind: _read_page(data, kind, made, form)
    )
    made.register_unstructure_hook_func(_is_other_class, _refuse_other_class)
    made.register_unstructure_hook_func(is_time_type, time_writer(form))
    made.register_structure_hook_func(is_time_type, lambda data, _: read_time(data))
    # cattrs would take the enum for the string that it also is, and keep it.
    made.register_unstructure_hook(OpenEnum, str.__str__)
    made.register_structure_hook_func(_is_open_enum, read_enum)
    made.register_unstructure_hook_func(
        _is_map, lambda held: {key: made.unstructure(item) for key, item in held.items()}
    )
    made.register_structure_hook_func(_is_map, lambda data, kind: _read_map(data, kind, made))
    return made


def _refuse_to_write(kind: type) -> "Callable[[Any], JsonValue]":
    if kind in (int, float, bool, NoneType):
        return lambda value: value
    raise TypeError(f"to_plain() cannot write {_name(kind)}: pass a value of this library")


def _refuse_other_class(value: object) -> JsonValue:
    # `Response.raw` and authentication material hold secrets that no schema marks.
    hint = ": pass response.value" if isinstance(value, Response) else ""
    raise TypeError(f"{type(value).__name__} cannot be written as plain data{hint}")


def _write_page(page: Page[Any], made: "cattrs.Converter", form: Form) -> JsonValue:
    written: dict[str, JsonValue] = {
        _key("items", form): [made.unstructure(item) for item in page.items]
    }
    if page.next_token is not None:
        written[_key("next_token", form)] = page.next_token
    return written


def _read_page(data: object, kind: object, made: "cattrs.Converter", form: Form) -> Page[object]:
    if not isinstance(data, Mapping):
        raise PlainError(Problem("", "must be an object", type(data)))
    token = data.get(_key("next_token", form))
    problems = []
    if token is not None and not isinstance(token, str):
        problems = [Problem("next_token", "must be a string", token)]
    items: tuple[object, ...] = ()
    try:
        kept: Any = GenericAlias(tuple, (*_arguments(kind, 1), ...))
        items = made.structure(data.get(_key("items", form), ()), kept)
    except Exception as error:  # noqa: BLE001 - cattrs groups whatever a hook raises
        problems += prefix_paths("items", find_problems(error))
    if problems:
        raise PlainError(*problems)
    return Page(items=items, next_token=token)


def _read_map(data: object, kind: object, made: "cattrs.Converter") -> ReadOnlyMap[object, object]:
    if isinstance(data, ReadOnlyMap):
        return data
    plain: Any = GenericAlias(dict, _arguments(kind, 2))
    return ReadOnlyMap(made.structure(data, plain))


def _key(name: str, form: Form) -> str:
    return pascal(name) if form.names == "wire" else name


def _arguments(kind: object, count: int) -> tuple[object, ...]:
    return get_args(kind) or (Any,) * count


def _is_page(kind: object) -> bool:
    return (get_origin(kind) or kind) is Page


def _is_other_class(kind: object) -> bool:
    """Return True for a class of this library that is neither a value nor a page."""
    bare = get_origin(kind) or kind
    own = getattr(bare, "__module__", "").partition(".")[0] == "iotmi"
    return own and hasattr(bare, "__attrs_attrs__") and not is_model(bare) and bare is not Page


def _is_map(kind: object) -> bool:
    return (get_origin(kind) or kind) is ReadOnlyMap


def _is_open_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, OpenEnum)


def _name(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
