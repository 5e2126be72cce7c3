"""The line of Python that declares a part of the service's model, to paste.

Names are the model's, so an alias of ours may replace an annotation.
"""

import keyword
import re
from typing import Final

from iotmi._schema.schema import WireCase, camel, pascal
from tests.conformance.service import Property, Shape

_SCALARS: Final = {
    "integer": "int",
    "double": "float",
    "boolean": "bool",
    "timestamp": "datetime",
    "document": "JsonValue",
}
_WORDS: Final = {"WiFi": "Wifi", "OAuth": "Oauth", "oAuth": "oauth", "MetaData": "Metadata"}


def squashed(name: str) -> str:
    """Return *name* without case and underscores. A field and its wire name are equal so."""
    return name.replace("_", "").lower()


def field_name(wire: str) -> str:
    """Return ``managed_thing_id`` for ``ManagedThingId``."""
    for word, plain in _WORDS.items():
        wire = wire.replace(word, plain)
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wire)
    name = parts.lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def wire_case_for(shape: Shape) -> WireCase:
    """Return the case of most members of a structure."""
    return camel if all(each.name[:1].islower() for each in shape.properties) else pascal


def annotation(shape: Shape, *marks: str) -> str:
    """Return the type annotation of a member of that shape."""
    limits = _limits(shape)
    sensitive = ("SENSITIVE",) if shape.sensitive else ()
    document = ("DOCUMENT",) if shape.kind == "document" else ()
    noted = [*limits, *document, *sensitive, *marks]
    bare = _bare(shape)
    return f"Annotated[{', '.join((bare, *noted))}]" if noted else bare


def member_line(
    member: Property,
    *,
    required: bool,
    name: str | None = None,
    wire_case: WireCase = pascal,
    token: bool = False,
) -> str:
    """Return the line of a field."""
    name = name or field_name(member.name)
    marks = []
    if member.deprecated:
        marks.append('Deprecated("…")')
    if token:
        marks.append("IDEMPOTENCY_TOKEN")
    if wire_case(name) != member.name:
        marks.append(f'WireName("{member.name}")')
    kind = annotation(member.shape, *marks)
    if member.location == "uri":
        return f"{name}: {kind} = field(kw_only=False)"
    return f"{name}: {kind}" if required else f"{name}: {kind} | None = None"


def enum_line(value: str) -> str:
    """Return the line of an enum's member."""
    name = re.sub(r"\W", "_", value).upper()
    return f'{name if not name[:1].isdigit() else f"_{name}"} = "{value}"'


def class_lines(name: str, base: str, shape: Shape) -> str:
    """Return the head of a class and its fields, on one line."""
    decorator = "camel_model" if shape.properties and wire_case_for(shape) is camel else "model"
    fields = "; ".join(
        member_line(each, required=each.required, wire_case=wire_case_for(shape), token=each.token)
        for each in shape.properties
    )
    return f"@{decorator} class {name}{base}: {fields or 'pass'}"


def _bare(shape: Shape) -> str:
    match shape.kind:
        case "string":
            return "str"
        case "list":
            return f"Sequence[{annotation(shape.item)}]"
        case "map":
            return f"Mapping[{annotation(shape.key)}, {annotation(shape.value)}]"
        case kind:
            return _SCALARS.get(kind, shape.name)


def _limits(shape: Shape) -> list[str]:
    match shape.kind:
        case "string":
            said = _call("Text", shape.min, shape.max, shape.pattern)
        case "integer" | "double":
            said = _call("Number", shape.min, shape.max)
        case "list" | "map":
            said = _call("Size", shape.min, shape.max)
        case _:
            said = ""
    return [said] if said else []


def _call(name: str, low: float | None, high: float | None, pattern: str | None = None) -> str:
    words = [f"{low}" if low is not None else "", f"{high}" if high is not None else ""]
    if words[1] and not words[0]:
        words = [f"max={words[1]}"]
    if pattern is not None:
        quote = "'" if '"' in pattern else '"'
        literal = f"r{quote}{pattern}{quote}"
        words.append(literal if words[-1] and len(words) == 2 else f"pattern={literal}")
    said = ", ".join(word for word in words if word)
    return f"{name}({said})" if said else ""
