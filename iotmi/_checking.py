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

from iotmi._members import Member, Rule, plan_of
from iotmi._shapes import SOUND, Value, within
from iotmi.errors import ConstraintError, Problem


class _Birth(Enum):
    CHECKED = auto()
    UNCHECKED = auto()
    ANSWER = auto()


_birth: Final = ContextVar("iotmi_birth", default=_Birth.CHECKED)


def settle(value: object) -> None:
    """Bring each member of the new *value* into its one form, and check them all.

    Raises:
        ConstraintError: naming every broken limit at once.
    """
    birth = _birth.get()
    if birth is _Birth.ANSWER:
        return
    kind = type(value)
    rules, lasting = plan_of(kind)
    if birth is _Birth.UNCHECKED:
        for member, get, put, changes, *_ in rules:
            if changes and (held := get(value)) is not None:
                _in_form(value, member, put, held)
        return
    problems = _settled(value, rules)
    if problems:
        raise ConstraintError(kind.__name__, tuple(problems))
    if lasting:
        _mark(value, True)


_mark: Final = vars(Value)[SOUND].__set__


def _settled(value: object, rules: Sequence[Rule]) -> Sequence[Problem]:
    """Bring the members into form, and give every problem of them."""
    problems: list[Problem] = []
    for member, get, put, changes, gathers, known, check, required in rules:
        held = get(value)
        kind = type(held)
        if gathers and kind is list:
            held = tuple(held)  # type: ignore[arg-type]  # a list, as was seen
            put(value, held)
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
        found = check(_in_form(value, member, put, held) if changes else held)
        if found:
            problems += within(member.name, found)
    return problems


def _in_form(
    value: object, member: Member, put: Callable[[object, object], None], held: object
) -> object:
    """What *value* holds in the place of what it was given."""
    if member.deprecated:
        warn_deprecated(type(value).__name__, member.name, member.deprecated)
    normalised = member.shape.normalised(held)
    if normalised is not held:
        put(value, normalised)
    return normalised


@contextmanager
def unchecked() -> Iterator[None]:
    """Build requests past the client-side limits, for the day the service loosens one.

    ``with iotmi.unchecked(): client.managed_things.create(..., name="x" * 500)`` sends what it is
    given; the service has the last word. It holds for this thread or task only.
    """
    token = _birth.set(_Birth.UNCHECKED)
    try:
        yield
    finally:
        _birth.reset(token)


def checks_values() -> bool:
    """Return whether a value that is built now is checked."""
    return _birth.get() is _Birth.CHECKED


@contextmanager
def answering() -> Iterator[None]:
    """Build values as the service sent them: neither checked nor brought into form."""
    token = _birth.set(_Birth.ANSWER)
    try:
        yield
    finally:
        _birth.reset(token)


def warn_deprecated(owner: str, member: str, advice: str) -> None:
    """Warn of a deprecated member at the line of the caller outside this library."""
    warnings.warn(
        f"{owner}.{member} is deprecated by the service: {advice}",
        DeprecationWarning,
        stacklevel=_depth_outside() + 1,
    )


_PACKAGE: Final = os.path.dirname(__file__) + os.sep  # noqa: PTH120


def is_inside(frame: FrameType) -> bool:
    """Whether *frame* runs this library's code, or code that attrs or cattrs made for it."""
    name = frame.f_code.co_filename
    return name.startswith((_PACKAGE, "<attrs generated", "<cattrs generated"))


def _depth_outside() -> int:
    # warnings.warn(skip_file_prefixes=...) does this from Python 3.12 on.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    depth = 0
    while frame is not None and is_inside(frame):
        frame = frame.f_back
        depth += 1
    return depth
