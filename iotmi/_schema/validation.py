"""When a value is checked: at its birth in the hands of a user, never at its birth from an answer.

The service's own answers break its model (an ARN longer than the longest allowed, a revision over
the highest), so only what a user builds is measured. The switch is a context variable, so it holds
for one thread or task alone.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from types import FrameType
from typing import Final

from iotmi._schema.schema import FieldValidator, Member, validation_plan
from iotmi._schema.shapes import VALIDATED, ModelBase, prefix_paths
from iotmi.errors import ConstraintError, Problem


class _Mode(Enum):
    STRICT = auto()
    UNCHECKED = auto()
    RESPONSE = auto()


_mode: Final = ContextVar("iotmi_birth", default=_Mode.STRICT)


def validate(value: object) -> None:
    """Bring each member of the new *value* into its one form, and check them all.

    Raises:
        ConstraintError: naming every broken limit at once.
    """
    mode = _mode.get()
    if mode is _Mode.RESPONSE:
        return
    kind = type(value)
    fields, immutable = validation_plan(kind)
    if mode is _Mode.UNCHECKED:
        for member, getter, setter, coerces, *_ in fields:
            if coerces and (held := getter(value)) is not None:
                _coerce(value, member, setter, held)
        return
    problems = _validate_fields(value, fields)
    if problems:
        raise ConstraintError(kind.__name__, tuple(problems))
    if immutable:
        _mark_validated(value, True)


_mark_validated: Final = vars(ModelBase)[VALIDATED].__set__


def _validate_fields(value: object, fields: Sequence[FieldValidator]) -> Sequence[Problem]:
    """Bring the members into form, and give every problem of them."""
    problems: list[Problem] = []
    for member, getter, setter, coerces, coerces_to_tuple, known, find_problems, required in fields:
        held = getter(value)
        kind = type(held)
        if coerces_to_tuple and kind is list:
            held = tuple(held)  # type: ignore[arg-type]  # a list, as was seen
            setter(value, held)
            kind = tuple
        if kind is str or kind is tuple:
            try:
                if held in known:
                    continue
            except TypeError:
                # Something in it cannot be looked up; the check below names it.
                pass
        elif held is None:
            if required:
                problems.append(Problem(member.name, "is required", None))
            continue
        found = find_problems(_coerce(value, member, setter, held) if coerces else held)
        if found:
            problems += prefix_paths(member.name, found)
    return problems


def _coerce(
    value: object, member: Member, setter: Callable[[object, object], None], held: object
) -> object:
    """What *value* holds in the place of what it was given."""
    if member.deprecated:
        warn_deprecated(type(value).__name__, member.name, member.deprecated)
    coerce = member.shape.coerce(held)
    if coerce is not held:
        setter(value, coerce)
    return coerce


@contextmanager
def unchecked() -> Iterator[None]:
    """Build requests past the client-side limits, for the day the service loosens one.

    ``with iotmi.unchecked(): client.managed_things.create(..., name="x" * 500)`` sends what it is
    given; the service has the last word. It holds for this thread or task only.
    """
    token = _mode.set(_Mode.UNCHECKED)
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def trusted_construction() -> Iterator[None]:
    """Build values as the service sent them: neither checked nor brought into form."""
    token = _mode.set(_Mode.RESPONSE)
    try:
        yield
    finally:
        _mode.reset(token)


def warn_deprecated(owner: str, member: str, advice: str) -> None:
    """Warn of a deprecated member at the line of the caller outside this library."""
    warnings.warn(
        f"{owner}.{member} is deprecated by the service: {advice}",
        DeprecationWarning,
        stacklevel=_stack_depth() + 1,
    )


_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120


def is_library_frame(frame: FrameType) -> bool:
    """Whether *frame* runs this library's code, or code that attrs or cattrs made for it."""
    name = frame.f_code.co_filename
    return name.startswith((_PACKAGE, "<attrs generated", "<cattrs generated"))


def _stack_depth() -> int:
    # warnings.warn(skip_file_prefixes=...) does this from Python 3.12 on.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    depth = 0
    while frame is not None and is_library_frame(frame):
        frame = frame.f_back
        depth += 1
    return depth
