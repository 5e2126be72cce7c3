"""Validation: values that callers build are validated, values decoded from responses are not.

The service's responses break its own model (an ARN longer than the maximum, a revision above the
highest), so only the caller's values are validated. The mode is a context variable, which holds for
one thread or task.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Final

from iotmi._schema.schema import FieldValidator, Member, missing, schema_of
from iotmi._schema.shapes import VALIDATED, ModelBase, prefix_paths
from iotmi.errors import ConstraintError, Problem

_strict: Final = ContextVar("iotmi_strict", default=True)


def validate(value: object) -> None:
    """Coerce and validate every field of the new *value*.

    Raises:
        ConstraintError: with all problems at once.
    """
    schema = schema_of(type(value))
    if not _strict.get():
        for member, getter, setter, *_ in schema.validators:
            held = getter(value)
            if held is not None:
                _coerce(value, member, setter, held)
        return
    problems = _validate_fields(value, schema.validators)
    if problems:
        raise ConstraintError(type(value).__name__, tuple(problems))
    if schema.immutable:
        _mark_validated(value, True)


_mark_validated: Final = vars(ModelBase)[VALIDATED].__set__


def _validate_fields(value: object, validators: Sequence[FieldValidator]) -> Sequence[Problem]:
    problems: list[Problem] = []
    for member, getter, setter, is_list, accepts in validators:
        held = getter(value)
        if held is None:
            if member.required:
                problems.append(missing(member))
            continue
        if is_list and type(held) is list:
            held = tuple(held)
            setter(value, held)
        if accepts(held):
            continue
        found = member.shape.validate(_coerce(value, member, setter, held))
        if found:
            problems += prefix_paths(member.name, found)
    return problems


def _coerce(
    value: object, member: Member, setter: Callable[[object, object], None], held: object
) -> object:
    """Return the canonical form of *held*, after storing it in its field of *value*."""
    if member.deprecated:
        warn_deprecated(type(value).__name__, member.name, member.deprecated)
    if not member.shape.coerces:
        return held
    coerced = member.shape.coerce(held)
    if coerced is not held:
        setter(value, coerced)
    return coerced


@contextmanager
def unchecked() -> Iterator[None]:
    """Build requests without client-side validation, for the day the service loosens a limit.

    ``with iotmi.unchecked(): client.managed_things.create(..., name="x" * 500)`` sends the request
    as it is, and the service decides. It holds for this thread or task only.
    """
    token = _strict.set(False)
    try:
        yield
    finally:
        _strict.reset(token)


def is_validating() -> bool:
    """Return True outside `unchecked`."""
    return _strict.get()


def warn_deprecated(owner: str, member: str, advice: str) -> None:
    """Warn of a deprecated member, at the line of the caller outside this library."""
    warnings.warn(
        f"{owner}.{member} is deprecated by the service: {advice}",
        DeprecationWarning,
        stacklevel=_stack_depth() + 1,
    )


_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120


def is_library_frame(frame: FrameType) -> bool:
    """Return True if *frame* runs code of this library or of cattrs, or generated code."""
    name = frame.f_code.co_filename
    if name.startswith((_PACKAGE, "<attrs generated", "<cattrs generated")):
        return True
    return str(frame.f_globals.get("__name__")).startswith("cattrs.")


def _stack_depth() -> int:
    # warnings.warn(skip_file_prefixes=...) does this from Python 3.12 on.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    depth = 0
    while frame is not None and is_library_frame(frame):
        frame = frame.f_back
        depth += 1
    return depth
