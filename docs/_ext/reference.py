"""Generate the reference: every public name with its signature, limits, errors and source page.

A page says where its part goes by a comment, ``<!-- reference: iotmi.resources.tags -->``. The
comment names modules, public or private, and gets the public names that those define.
"""

import enum
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Final

import attrs
import names
from botocore.model import ServiceModel
from botocore.session import Session
from docstrings import Docstring, limits, parse, plain
from signatures import signature_of, text_of

import iotmi
from iotmi._binding import Family, call, flow, paged
from iotmi._operations import families
from iotmi._schema.error_codes import ERRORS_BY_CODE
from iotmi._schema.model import Listing, Request
from iotmi.capabilities import Capability, Command

MARKER: Final = re.compile(r"^<!-- reference: ([\w. ]+) -->$", re.MULTILINE)

_METHOD_OF_REQUEST: Final = {info.name: info.method for info in iotmi.operations()}


def fill(page: str) -> str:
    """Return a page with the reference in the place of its marker."""
    return MARKER.sub(lambda found: "\n".join(generate(found[1].split())), page)


def generate(selectors: list[str]) -> Iterator[str]:
    """Yield the lines of the reference of modules: a list of names, and their descriptions."""
    for selector in selectors:
        if selector.removeprefix("iotmi.") in names.public_modules():
            yield f"\n```{{py:module}} {selector}\n```\n"
    # The modules of one page go together: a family, its values, its requests, its enums.
    found = sorted((named for each in selectors for named in chosen(each)), key=_rank)
    yield "\n" + " · ".join(f"{{py:obj}}`~{name}`" for name, _ in found) + "\n"
    for name, value in found:
        yield from entry(name, value)


def chosen(selector: str) -> Iterator[tuple[str, object]]:
    """Yield the public names that a module defines, in the order of their descriptions."""
    if selector.removeprefix("iotmi.") in names.public_modules():
        for name, value in names.names_of(selector).items():
            yield f"{selector}.{name}", value
        for module in names.submodules(selector):
            for name, kind in names.classes_of(module):
                if names.name_of(kind) == f"{module.__name__}.{name}":
                    yield f"{module.__name__}.{name}", kind
        return
    for name, home in names.homes().items():
        if home == selector:
            yield f"iotmi.{name}", getattr(iotmi, name)


def _rank(named: tuple[str, object]) -> int:
    """Sort a family before its values, and these before requests and enums."""
    kind = named[1]
    order = (Family, iotmi.Client, Request, iotmi.OpenEnum)
    if not isinstance(kind, type):
        return 2
    return next((2 * n for n, base in enumerate(order) if issubclass(kind, base)), 3)


def entry(name: str, value: object) -> Iterator[str]:
    """Yield the description of one public name."""
    canonical = names.canonical().get(id(value), name)
    module, _, short = name.rpartition(".")
    fence = ":" * 6
    head = partial(_head, fence, module)
    if canonical != name and not isinstance(value, str):
        yield head("data", short, "")
        yield f"\nThe same as {{py:obj}}`{canonical}`.\n"
    elif isinstance(value, type) and value is not Family and issubclass(value, Family):
        yield head("class", short, "")
        yield from _family(value)
    elif isinstance(value, type):
        kind = "exception" if issubclass(value, BaseException) else "class"
        shown = "" if issubclass(value, enum.Enum | BaseException) else _constructor(value)
        yield head(kind, short, shown)
        yield from _class(value)
    elif inspect.isroutine(value):
        yield head("function", short, signature_of(value))
        yield from _callable(value)
    else:
        yield head("data", short, "")
        yield f"\n{_words_of_data(short, value)}\n"
    yield f"{fence}\n"


def _head(fence: str, module: str, kind: str, name: str, signature: str) -> str:
    return f"\n{fence}{{py:{kind}}} {name}{signature}\n:module: {module}\n"


def _words_of_data(name: str, value: object) -> str:
    if name == "__version__":
        return "The version of the library."
    if name == "JsonValue":
        return "Any JSON value: a string, number, bool, None, a sequence or a mapping of these."
    return f"The type `{plain(text_of(value))}`."


def _constructor(kind: type) -> str:
    """Return the parameters of a class, or nothing if only the library makes its values."""
    without_own = inspect.getattr_static(kind, "__init__") is object.__init__
    if without_own or getattr(kind, "_is_protocol", False):
        return ""
    try:
        annotations = [each.annotation for each in inspect.signature(kind).parameters.values()]
    except (TypeError, ValueError):
        return ""
    private = any(
        isinstance(each, type)
        and names.is_private(each.__module__)
        and id(each) not in names.canonical()
        for each in annotations
    )
    return "" if private else signature_of(kind)


def _family(family: type[Family]) -> Iterator[str]:
    attribute = {kind: name for name, kind in families()}[family]
    yield f"\n{inspect.getdoc(family)} On a client: `client.{attribute}`.\n"
    yield "On an `AsyncClient` the methods are coroutines, and listings are async pagers.\n"
    for name, line in vars(family).items():
        if isinstance(line, call | paged | flow):
            method = getattr(family, name)
            yield f"\n:::::{{py:method}} {name}{signature_of(method)}\n"
            source = line.function if isinstance(line, flow) else line.request
            yield from _callable(method, source)
            if not isinstance(line, flow):
                yield from _operation(line.request)
            yield ":::::"


def _operation(request: object) -> Iterator[str]:
    """Yield the facts of an operation: retries, errors, the service's page."""
    name = getattr(request, "__name__", "")
    again = (
        "Idempotent: it is retried."
        if getattr(request, "idempotent", True)
        else ("**Not idempotent**: it is retried only if the service certainly did nothing.")
    )
    yield f"\n{again}\n"
    errors = ", ".join(f"{{py:exc}}`~iotmi.{each}`" for each in _modelled_errors(name))
    yield f"\n**Errors of the service:** {errors}. [Errors](/errors.md) has the others.\n"


@cache
def _service_model() -> ServiceModel:
    return Session().get_service_model("iot-managed-integrations")


def _modelled_errors(operation: str) -> list[str]:
    shapes = _service_model().operation_model(operation).error_shapes
    return sorted(ERRORS_BY_CODE[shape.name].__name__ for shape in shapes)


def _callable(function: Callable[..., object], source: object = None) -> Iterator[str]:
    """Yield the text of a function, with limits that *source*'s annotations hold."""
    docstring = parse(inspect.getdoc(function) or "")
    yield f"\n{docstring.text}\n"
    annotations = inspect.get_annotations(source) if callable(source) else {}
    if isinstance(source, type) and attrs.has(source):
        annotations = {each.name: each.type for each in attrs.fields(source)}
    yield from _entries("Parameters", docstring, "Args", annotations)
    for words in docstring.sections.get("Returns", {}).values():
        yield f"\n**Returns** {words}\n"
    yield from _raises(docstring)
    if docstring.source:
        yield f"\n[The service's page]({docstring.source})\n"


def _entries(
    title: str, docstring: Docstring, section: str, annotations: dict[str, object]
) -> Iterator[str]:
    described = docstring.sections.get(section, {})
    listed = {**dict.fromkeys(annotations, ""), **described} if section != "Args" else described
    listed = {name: text for name, text in listed.items() if not name.startswith("_")}
    if not listed:
        return
    yield f"\n**{title}**\n"
    for name, text in listed.items():
        words = f"- `{name}`"
        annotation = annotations.get(name)
        if section != "Args" and annotation is not None:
            words += f" (`{text_of(annotation)}`)"
        if text:
            words += f": {plain(text)}"
        if annotation is not None and (found := limits(annotation, text)):
            words += f" *Limits:* {found}."
        yield words
    yield ""


def _raises(docstring: Docstring) -> Iterator[str]:
    found = docstring.sections.get("Raises", {})
    if not found:
        return
    yield "\n**Raises**\n"
    for name, text in found.items():
        known = hasattr(iotmi, name)
        yield f"- {f'{{py:exc}}`~iotmi.{name}`' if known else f'`{name}`'}: {plain(text)}"
    yield ""


def _class(kind: type) -> Iterator[str]:
    docstring = parse(inspect.getdoc(kind) or "" if kind.__doc__ else "")
    yield f"\n{docstring.text}\n"
    if issubclass(kind, Request) and kind not in {Request, Listing}:
        method = _METHOD_OF_REQUEST[kind.__name__]
        family = dict(families())[method.partition(".")[0]]
        target = f"iotmi.{family.__name__}.{method.partition('.')[2]}"
        yield f"\nThe request of {{py:meth}}`client.{method}() <{target}>`, for `client.send`.\n"
        return
    fields = {each.name: each.type for each in attrs.fields(kind)} if attrs.has(kind) else {}
    yield from _entries("Attributes", docstring, "Attributes", fields)
    yield from _entries("Parameters", _with_parameters(kind, docstring), "Args", {})
    yield from _raises(docstring)
    if docstring.source:
        yield f"\n[The service's page]({docstring.source})\n"
    if issubclass(kind, enum.Enum):
        yield "\n" + ", ".join(f"`{name}`" for name in kind.__members__) + "\n"
    elif issubclass(kind, iotmi.OpenEnum) and kind is not iotmi.OpenEnum:
        yield "\n" + ", ".join(f"`{each.name}`" for each in kind) + "\n"
    if kind in {iotmi.Client, iotmi.AsyncClient}:
        yield from _families_of_clients()
    yield from _members(kind)


def _with_parameters(kind: type, docstring: Docstring) -> Docstring:
    """Return the docstring that describes the parameters of a class, its own or a base's."""
    own = [parse(inspect.getdoc(base) or "") for base in kind.__mro__ if base.__doc__]
    return next((each for each in (docstring, *own) if "Args" in each.sections), docstring)


def _families_of_clients() -> Iterator[str]:
    yield "\n**Families**\n"
    for attribute, family in families():
        yield f"- `{attribute}`: {{py:class}}`~iotmi.{family.__name__}`. {inspect.getdoc(family)}"
    yield ""


def _members(kind: type) -> Iterator[str]:
    """Yield the public methods and properties of a class and of its bases in the package."""
    if issubclass(kind, enum.Enum | iotmi.OpenEnum) and kind is not iotmi.OpenEnum:
        return
    seen: set[str] = {each.name for each in attrs.fields(kind)} if attrs.has(kind) else set()
    for base in kind.__mro__:
        if base is not kind and names.canonical().get(id(base)):
            # A public base class has its own entry.
            continue
        if not base.__module__.startswith("iotmi"):
            continue
        for name, member in vars(base).items():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                yield from _member(kind, name, member)


def _member(kind: type, name: str, member: object) -> Iterator[str]:
    if isinstance(member, property):
        returns = inspect.signature(member.fget).return_annotation if member.fget else None
        typed = "" if returns in {None, inspect.Signature.empty} else f"\n:type: {text_of(returns)}"
        yield f"\n:::::{{py:property}} {name}{typed}\n"
        yield f"\n{parse(inspect.getdoc(member) or '').text}\n:::::"
    elif isinstance(member, classmethod | staticmethod):
        function = getattr(kind, name)
        word = "classmethod" if isinstance(member, classmethod) else "staticmethod"
        yield f"\n:::::{{py:method}} {name}{signature_of(function)}\n:{word}:\n"
        yield from _callable(function)
        yield ":::::"
    elif isinstance(member, type) and issubclass(member, Command) and issubclass(kind, Capability):
        yield f"\n:::::{{py:method}} {name}{signature_of(member)}\n:staticmethod:\n"
        yield from _callable(member)
        yield ":::::"
    elif inspect.isfunction(member):
        word = "\n:async:" if inspect.iscoroutinefunction(member) else ""
        yield f"\n:::::{{py:method}} {name}{signature_of(member, bound=True)}{word}\n"
        yield from _callable(member)
        yield ":::::"
