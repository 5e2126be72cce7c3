"""Read docstrings in the Google style and write them as Markdown.

Owns the sections of a docstring and the words for limits. It does not know which objects are
documented.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, get_args, get_origin

from attrs import field, frozen

from iotmi._schema.traits import Items, Number, Sensitive, Size, Text
from iotmi.capabilities import Unit

SECTIONS: Final = ("Args", "Attributes", "Raises", "Returns", "Example")

_HEADING: Final = re.compile(rf"^({'|'.join(SECTIONS)}):$")
_SOURCE: Final = re.compile(r"^Source: (https://\S+)$")
_ENTRY: Final = re.compile(r"^(\*{0,2}[\w, .]+): *(.*)$")


@frozen
class Docstring:
    """A docstring, taken apart.

    Attributes:
        text: the paragraphs before the sections, as Markdown.
        sections: the entries of each section: names with their descriptions.
        source: the service's page, or None.
    """

    text: str
    sections: Mapping[str, Mapping[str, str]] = field(factory=dict)
    source: str | None = None


def parse(docstring: str) -> Docstring:
    """Return the parts of a cleaned docstring."""
    text: list[str] = []
    sections: dict[str, dict[str, str]] = {}
    source = None
    section = entry = ""
    for line in docstring.splitlines():
        if found := _SOURCE.match(line):
            source = found[1]
        elif found := _HEADING.match(line):
            section, entry = found[1], ""
            sections[section] = {}
        elif section and line.startswith("    "):
            inside = line[4:]
            if not inside.startswith(" ") and (found := _ENTRY.match(inside)):
                entry = found[1]
                sections[section][entry] = found[2]
            else:
                before = sections[section].get(entry, "")
                sections[section][entry] = f"{before} {inside.strip()}".strip()
        elif line or not section:
            section = ""
            text.append(line)
    return Docstring(_markdown(text), sections, source)


def _markdown(lines: Sequence[str]) -> str:
    """Return paragraphs of a docstring as Markdown; an indented block is Python."""
    blocks = "\n".join(lines).strip().split("\n\n")
    return "\n\n".join(
        "```python\n" + re.sub("^    ", "", block, flags=re.MULTILINE) + "\n```"
        if all(line.startswith("    ") for line in block.splitlines())
        else plain(block)
        for block in blocks
        if block
    )


def plain(text: str) -> str:
    """Return running text of a docstring as Markdown."""
    code = re.sub(r"``([^`]+)``", r"`\1`", text.replace("::\n", ":\n"))
    # Outside code, asterisks and underscores are themselves.
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_<\[])", r"\\\1", part)
        for part in re.split(r"(`[^`]+`)", code)
    )


def limits(annotation: object, description: str = "") -> str:
    """Return the limits in an annotation in words, without those that a description tells."""
    words = dict.fromkeys(_limits(annotation))
    return "; ".join(each for each in words if each.removesuffix(" characters") not in description)


def _limits(annotation: object) -> Sequence[str]:
    found: list[str] = []
    if get_origin(annotation) is Annotated:
        inner, *traits = get_args(annotation)
        found += _limits(inner)
        for trait in traits:
            found += _of_trait(trait)
    elif get_origin(annotation) is not None:
        for argument in get_args(annotation):
            found += _limits(argument)
    return found


def _of_trait(trait: object) -> Sequence[str]:  # noqa: PLR0911 - one case for each trait
    match trait:
        case tuple():
            return [word for each in trait for word in _of_trait(each)]
        case Text(low, high, pattern):
            lengths = [_range(low, high, "characters")] if (low, high) != (None, None) else []
            return [*lengths, *([f"`` {pattern} ``"] if pattern else [])]
        case Number(low, high):
            return [_range(low, high, "")]
        case Size(low, high):
            return [_range(low, high, "items")]
        case Sensitive():
            return ["sensitive"]
        case Unit(symbol):
            return [f"in {symbol}"]
        case Items(item):
            return [f"each: {word}" for word in _of_trait(item)]
        case _:
            return []


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is None or high is None:
        words = f"at most {high}" if low is None else f"at least {low}"
    else:
        words = f"{low}" if low == high else f"{low} to {high}"
    return f"{words} {unit}".strip()
