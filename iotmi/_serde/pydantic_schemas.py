"""Schemas for pydantic: our classes as fields of its models, and as routes of FastAPI.

`from_plain` reads and `to_plain` writes; pydantic's own schema of the members serves its JSON
schema only. Loaded when pydantic asks for a schema: the only module that imports pydantic.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import (
    CoreSchema,
    InitErrorDetails,
    PydanticCustomError,
    ValidationError,
    core_schema,
)

from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.enums import OpenEnum
from iotmi._schema.responses import Page
from iotmi._schema.schema import Member, is_model, schema_of
from iotmi._schema.shapes import (
    EnumShape,
    ListShape,
    MapShape,
    ScalarShape,
    SensitiveShape,
    Shape,
    StructureShape,
)
from iotmi._schema.times import is_time_type
from iotmi._schema.traits import Number, Size, Text
from iotmi._schema.validation import is_validating
from iotmi._serde.plain import from_plain, to_plain
from iotmi.errors import REDACTED, ConstraintError, Problem

T = TypeVar("T")


def core_schema_of(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
    """Return the schema of *source*: a model, an open enum, a read-only map or a page."""
    kind = get_origin(source) or source
    if is_model(kind):
        return _model_schema(kind, handler)
    if issubclass(kind, OpenEnum):
        return _enum_schema(kind)
    arguments = [handler.generate_schema(each) for each in get_args(source)]
    if kind is ReadOnlyMap:
        return _map_schema(*arguments)
    return _page_schema(*arguments)


def _model_schema(model: type, handler: GetCoreSchemaHandler) -> CoreSchema:
    members = core_schema.typed_dict_schema(
        {
            member.name: core_schema.typed_dict_field(
                _member_schema(member, handler), required=member.required
            )
            for member in schema_of(model).members
        },
        metadata=_updates(title=model.__name__, description=_summary(model)),
    )

    def validate(value: object, _: object) -> object:
        return _validate(model, value)

    return core_schema.no_info_wrap_validator_function(
        validate,
        members,
        ref=_ref(model),
        serialization=core_schema.plain_serializer_function_ser_schema(to_plain),
    )


def _validate(model: type[T], value: object) -> T:
    if isinstance(value, model):
        return value
    try:
        built = from_plain(model, value)
        # pydantic validates what comes from outside, so that limits hold here for every value.
        problems = schema_of(model).problems_in(built) if is_validating() else ()
    except ConstraintError as error:
        problems = error.problems
    else:
        if not problems:
            return built
    # Without the document, which may hold secrets: each problem has its own value, or asterisks.
    raise ValidationError.from_exception_data(model.__name__, [*map(_line, problems)])


def _line(problem: Problem) -> InitErrorDetails:
    given = problem.value
    return InitErrorDetails(
        type=PydanticCustomError("iotmi_constraint", "{rule}", {"rule": problem.rule}),
        loc=tuple(_steps(problem.path)),
        input=given if isinstance(given, str | int | float | None) else type(given).__name__,
    )


# A member, an index, or a key of a map as Python writes it.
_STEP: Final = re.compile(r"""\w+|\[(\d+)\]|\[((?:'(?:\\.|[^'])*')|(?:"(?:\\.|[^"])*"))\]|\*+""")


def _steps(path: str) -> Iterator[str | int]:
    for step in _STEP.finditer(path):
        index, key = step.groups()
        if index is not None:
            yield int(index)
        elif key is not None:
            yield str(ast.literal_eval(key))
        else:
            yield step[0]


def _enum_schema(enum: type[OpenEnum]) -> CoreSchema:
    values = [member.value for member in enum]

    def describe(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = {**handler(schema), "title": enum.__name__, "description": _summary(enum)}
        if handler.mode == "validation":
            return {**described, "enum": values}
        # A value that the service learns later is written too.
        described.pop("type")
        return {**described, "anyOf": [{"enum": values, "type": "string"}, {"type": "string"}]}

    return core_schema.no_info_after_validator_function(
        enum,
        core_schema.str_schema(),
        ref=_ref(enum),
        metadata={"pydantic_js_functions": [describe]},
        serialization=core_schema.plain_serializer_function_ser_schema(str.__str__),
    )


def _map_schema(key: CoreSchema | None = None, value: CoreSchema | None = None) -> CoreSchema:
    items = core_schema.dict_schema(key, value)
    return core_schema.no_info_after_validator_function(
        ReadOnlyMap,
        items,
        serialization=core_schema.plain_serializer_function_ser_schema(dict, return_schema=items),
    )


def _page_schema(item: CoreSchema | None = None) -> CoreSchema:
    members = core_schema.typed_dict_schema(
        {
            "items": core_schema.typed_dict_field(core_schema.list_schema(item)),
            "next_token": core_schema.typed_dict_field(
                core_schema.nullable_schema(core_schema.str_schema()), required=False
            ),
        },
        metadata=_updates(title="Page", description=_summary(Page)),
    )

    def validate(value: object, read: core_schema.ValidatorFunctionWrapHandler) -> Page[object]:
        if isinstance(value, Page):
            return value
        found = read(value)
        return Page(items=tuple(found["items"]), next_token=found.get("next_token"))

    return core_schema.no_info_wrap_validator_function(
        validate,
        members,
        serialization=core_schema.plain_serializer_function_ser_schema(to_plain),
    )


def _member_schema(member: Member, handler: GetCoreSchemaHandler) -> CoreSchema:
    schema = _shape_schema(member.shape, handler)
    if member.required:
        return schema
    return core_schema.nullable_schema(
        schema, metadata=_updates(deprecated=True) if member.deprecated else None
    )


def _shape_schema(shape: Shape, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: PLR0911
    match shape:
        case SensitiveShape():
            return _sensitive_schema(_shape_schema(shape.shape, handler))
        case ScalarShape() if is_time_type(shape.kind):
            return core_schema.datetime_schema()
        case ScalarShape(kind=kind):
            return _SCALARS[kind](metadata=_limited(**_limits(shape.constraints)))
        case EnumShape():
            return handler.generate_schema(shape.enum)
        case ListShape():
            items = _shape_schema(shape.item, handler)
            return core_schema.list_schema(items, metadata=_limited(**_size(shape.size, "Items")))
        case MapShape():
            key, value = _shape_schema(shape.key, handler), _shape_schema(shape.value, handler)
            size = _size(shape.size, "Properties")
            return core_schema.dict_schema(key, value, metadata=_limited(**size))
        case StructureShape():
            return handler.generate_schema(shape.model)
        case _:
            return core_schema.any_schema()


_SCALARS: Final[Mapping[type, Callable[..., CoreSchema]]] = {
    str: core_schema.str_schema,
    int: core_schema.int_schema,
    float: core_schema.float_schema,
    bool: core_schema.bool_schema,
}


def _sensitive_schema(schema: CoreSchema) -> CoreSchema:
    text = core_schema.str_schema(metadata=_updates(examples=[REDACTED]))
    hide = core_schema.plain_serializer_function_ser_schema(lambda _: REDACTED, return_schema=text)
    return core_schema.no_info_plain_validator_function(
        lambda value: value, serialization=hide, json_schema_input_schema=schema
    )


def _limits(constraints: Sequence[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for constraint in constraints:
        match constraint:
            case Text(min=low, max=high, pattern=pattern):
                found |= {"minLength": low, "maxLength": high, "pattern": _ecma(pattern)}
            case Number(min=low, max=high):
                found |= {"minimum": low, "maximum": high}
    return {name: limit for name, limit in found.items() if limit is not None}


def _size(size: Size | None, noun: str) -> dict[str, object]:
    limits = {f"min{noun}": size and size.min, f"max{noun}": size and size.max}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _ecma(pattern: str | None) -> str | None:
    """Return the service's *pattern* for JSON schema, or None where its dialect has no equal."""
    if pattern is None or r"\p{" in pattern or r"\x{" in pattern:
        return None
    return f"^(?:{pattern})$"


def _limited(**limits: object) -> dict[str, Any]:
    """Return metadata that state *limits* for what is read. The service's values may break them."""

    def state(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **(limits if handler.mode == "validation" else {})}

    return {"pydantic_js_functions": [state]}


def _updates(**updates: object) -> dict[str, Any]:
    return {"pydantic_js_updates": updates}


def _summary(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")


def _ref(kind: type) -> str:
    # In the form of pydantic's own, from which it takes the name of the definition.
    return f"{kind.__module__}.{kind.__qualname__}:{id(kind)}"
