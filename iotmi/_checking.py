"""When a value is checked: at its birth in the hands of a user, never at its birth from an answer.

The service's own answers break its model (an ARN longer than the longest allowed, a revision over
the highest), so only what a user builds is measured. The switch is a context variable, so it holds
for one thread or task alone.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from types import FrameType
from typing import Final

from iotmi._shapes import members_of, problems_of
from iotmi.errors import ConstraintError


class _Birth(Enum):
    CHECKED = auto()
    UNCHECKED = auto()
    ANSWER = auto()


_birth: Final = ContextVar("iotmi_birth", default=_Birth.CHECKED)


def settle(value: object, *, deep: bool) -> None:
    """Bring each member of the new *value* into its one form, and check them all.

    Raises:
        ConstraintError: naming every broken limit at once.
    """
    birth = _birth.get()
    if birth is _Birth.ANSWER:
        return
    for member in members_of(type(value)):
        if not (member.shape.changes or member.deprecated):
            continue
        held = getattr(value, member.name)
        if held is None:
            continue
        if member.deprecated:
            warn_deprecated(type(value).__name__, member.name, member.deprecated)
        normalised = member.shape.normalised(held)
        if normalised is not held:
            object.__setattr__(value, member.name, normalised)
    if birth is _Birth.CHECKED:
        problems = problems_of(value, deep=deep)
        if problems:
            raise ConstraintError(type(value).__name__, tuple(problems))


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
