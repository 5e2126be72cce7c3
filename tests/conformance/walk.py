"""The walk: compare the service's model with our declarations, and describe every difference.

Each sentence ends with the line of Python that would end the difference. Deliberate differences are
in the ledger.
"""

import inspect
import re
from collections.abc import Iterator

from attrs import frozen

from iotmi._schema.responses import Page
from iotmi._schema.schema import is_model
from iotmi.errors import ServiceError
from tests.conformance.ledger import DEVIATIONS, NEVER_REPEATED, Deviation, promised
from tests.conformance.library import Declared, Library, answer_model
from tests.conformance.service import Operation, Service, Shape
from tests.conformance.structures import Difference, Structures
from tests.conformance.writing import class_lines


@frozen
class WalkResult:
    """The result of a walk.

    Attributes:
        differences: the differences that the ledger does not explain, and its unused lines.
        undeclared: operations of the service that we do not declare.
    """

    differences: tuple[Difference, ...]
    undeclared: tuple[str, ...]


def walk(
    service: Service, library: Library, ledger: tuple[Deviation, ...] = DEVIATIONS
) -> WalkResult:
    """Compare all of *library* with all of *service*."""
    found = dict.fromkeys(_all_differences(service, library))
    undeclared = tuple(name for name in service.operations if name not in library.operations)
    explained = {(line.kind, line.where) for line in ledger}
    kept = [each for each in found if (each.kind, each.where) not in explained]
    happened = {(each.kind, each.where) for each in found}
    kept += [
        Difference(
            "ledger",
            line.where,
            f"the ledger's line on the {line.kind} of {line.where} explains nothing any more; "
            "delete it from tests/conformance/ledger.py",
        )
        for line in ledger
        if (line.kind, line.where) not in happened and line.where.split(".")[0] not in undeclared
    ]
    return WalkResult(tuple(kept), undeclared)


def operation_differences(service: Service, library: Library, name: str) -> tuple[Difference, ...]:
    """Return the differences of one operation, its request and its response."""
    return tuple(_operation_differences(service, library, name, Structures(library)))


def _all_differences(service: Service, library: Library) -> Iterator[Difference]:
    structures = Structures(library)
    for name, theirs in service.operations.items():
        if name in library.operations:
            yield from _operation_differences(service, library, name, structures)
        else:
            line = class_lines(name, "(Request[…])", theirs.input)
            yield Difference("undeclared", name, f"{name} is not declared; write: {line}")
    for name in library.operations:
        if name not in service.operations:
            yield Difference(
                "operation", name, f"{name} is no operation of the service; delete: class {name}"
            )
    yield from _error_differences(service, library)
    yield from _handler_differences(service, library)


def _operation_differences(
    service: Service, library: Library, name: str, structures: Structures
) -> Iterator[Difference]:
    ours, theirs = library.operations[name], service.operations[name]
    if ours.request.__name__ != name:
        yield Difference("operation", name, f"{name} has another name; write: class {name}")
    yield from structures.compare(ours.request, theirs.input, name, pages=(name,))
    yield from _positional_differences(library, ours, theirs)
    idempotent = name not in NEVER_REPEATED
    if ours.idempotent != idempotent:
        why = NEVER_REPEATED.get(name, "the service stands it twice")
        line = "delete: repeatable = False" if idempotent else "write: repeatable = False"
        yield Difference("repeatable", name, f"{name} is wrong on repeating: {why}; {line}")
    yield from _answer_differences(service, library, structures, name)


def _positional_differences(
    library: Library, ours: Declared, theirs: Operation
) -> Iterator[Difference]:
    names = {member.wire: member.name for member in library.members(ours.request)}
    expected = tuple(names.get(label, label) for label in theirs.labels)
    found = library.positional(ours.request)
    if found != expected:
        lines = "; ".join(f"{each}: … = field(kw_only=False)" for each in expected) or "none"
        yield Difference(
            "positional",
            ours.name,
            f"{ours.name} takes {found} by position, the path has {expected}; write: {lines}",
        )


def _answer_differences(
    service: Service, library: Library, structures: Structures, name: str
) -> Iterator[Difference]:
    ours, theirs = library.operations[name], service.operations[name]
    shape, listed = theirs.answered, theirs.listed
    said = ours.answer.__name__ if ours.answer else "None"
    if shape is None:
        if ours.answer is not None:
            yield Difference(
                "answer",
                name,
                f"{name} answers nothing, not {said}; write: class {name}(Request[None])",
            )
        return
    base = f"Listing[{listed.shape.item.name}]" if listed else "Request[…]"
    wanted = f"{name} answers {shape.name}"
    if ours.answer is None or (ours.answer is Page) != (listed is not None):
        yield Difference("answer", name, f"{wanted}, not {said}; write: class {name}({base})")
        return
    if listed:
        if ours.items_member != listed.name:
            yield Difference(
                "listing key",
                name,
                f"{name} lists under {listed.name}, not under {ours.items_member}; "
                f'write: items_member = "{listed.name}"',
            )
        lost = {each.name for each in shape.properties} - {listed.name, "NextToken"}
        if lost:
            yield Difference(
                "answer", name, f"a Page drops {sorted(lost)} of {name}; write: Request[…]"
            )
        shape = listed.shape.item
    model = answer_model(ours)
    if model is None or is_model(model) != (shape.kind == "structure"):
        yield Difference("answer", name, f"{wanted}; write: class {name}({base})")
    elif shape.kind == "structure":
        known = promised(service).get(shape.name, frozenset())
        shared = [name for name, each in library.operations.items() if each.answer is model]
        pages = () if listed else tuple(shared)
        yield from structures.compare(model, shape, model.__name__, known, pages)
        if listed:
            yield from structures.named(model, shape)


def _error_differences(service: Service, library: Library) -> Iterator[Difference]:
    mapped = set(library.errors_by_code.values())
    for kind in library.error_classes:
        if kind not in mapped:
            yield Difference(
                "error",
                kind.__name__,
                f'no code gives {kind.__name__}; write: "…": {kind.__name__},',
            )
    for shape in service.errors:
        name = re.sub("Exception$", "Error", shape.name)
        found = library.errors_by_code.get(shape.name)
        if found is None or found.__name__ != name:
            yield Difference(
                "error", shape.name, f'{shape.name} has no class; write: "{shape.name}": {name},'
            )
        else:
            yield from _error_form(found, shape)


def _error_form(kind: type[ServiceError], shape: Shape) -> Iterator[Difference]:
    name = kind.__name__
    fault = "server" if shape.fault else "client"
    if kind.fault != fault:
        yield Difference("error", name, f'{name} is of the {fault}; write: fault = "{fault}"')
    given = {*inspect.signature(kind).parameters, *dir(kind)}
    for each in shape.properties:
        wanted = re.sub("(?<!^)(?=[A-Z])", "_", each.name).lower()
        if wanted not in given:
            yield Difference(
                "error", name, f"{name} lacks {each.name}; write: {wanted}: str | None = None"
            )


def _handler_differences(service: Service, library: Library) -> Iterator[Difference]:
    for name in service.operations:
        if name not in library.handlers:
            yield Difference(
                "handler", name, f'the emulator has no handler of {name}; write: "{name}": …,'
            )
    for name in library.handlers - set(service.operations):
        yield Difference("handler", name, f"the emulator handles {name}, unknown to the service")
