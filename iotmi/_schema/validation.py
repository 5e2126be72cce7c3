"""Validation: values that callers build are validated, values decoded from responses are not.

The service's responses break its own model (an ARN longer than the maximum, a revision above the
highest), so only the caller's values are validated. The mode is a context variable, which holds for
one thread or task.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FrameType
from typing import Final

import attrs

from iotmi._schema.schema import Member, Schema, missing
from iotmi._schema.sealing import without_frames
from iotmi._schema.shapes import VALIDATED, ModelBase, prefix_paths
from iotmi.errors import ConstraintError, IotmiError, Problem

_strict: Final = ContextVar("iotmi_strict", default=True)


def initializer(schema: Schema, plain: Callable[..., None]) -> Callable[..., None]:
    """Return the ``__init__`` of a model: one pass that stores, coerces and validates.

    Args:
        schema: schema of the model.
        plain: the method that attrs generates. It has the signature, and raises the TypeError for
            arguments that do not fit the signature.
    """
    names = tuple(each.name for each in attrs.fields(schema.model) if not each.kw_only)

    @wraps(plain)
    def __init__(self: object, *positional: object, **given: object) -> None:
        members = given
        try:
            if positional:
                members = {**given, **dict(zip(names, positional, strict=False))}
            # An argument that is given twice leaves fewer members than arguments.
            fits = len(members) == len(positional) + len(given)
            if not (fits and _store(schema, self, members)):
                plain(self, *positional, **given)
        except (IotmiError, TypeError) as error:
            # This frame stays in the traceback.
            del self, positional, given, members
            raise without_frames(error) from None

    return __init__


def _store(schema: Schema, value: object, members: Mapping[str, object]) -> bool:
    """Store *members* in the new *value*, in their canonical forms.

    Returns:
        False if *members* are not exactly the members that the model has and needs.

    Raises:
        ConstraintError: with all problems at once.
    """
    strict = _strict.get()
    used = 0
    problems: list[Problem] = []
    for member, name, setter, is_list, accepts in schema.validators:
        if name not in members:
            if member.required:
                return False
            setter(value, None)
            continue
        used += 1
        held = members[name]
        if is_list and type(held) is list:
            held = tuple(held)
        setter(value, held)
        try:
            if strict and accepts(held):
                continue
        except TypeError:
            # A value of another type than the test expects.
            pass
        problems += _coerce_and_validate(value, member, setter, held)
    if used != len(members):
        return False
    if problems:
        raise ConstraintError(schema.model.__name__, tuple(problems))
    if strict and schema.immutable:
        _mark_validated(value, True)
    return True


def _coerce_and_validate(
    value: object, member: Member, setter: Callable[[object, object], None], held: object
) -> Sequence[Problem]:
    """Store the canonical form of *held* in its field of *value*, and return its problems."""
    strict = _strict.get()
    if held is None:
        return (missing(member),) if member.required and strict else ()
    if member.deprecated:
        warn_deprecated(type(value).__name__, member.name, member.deprecated)
    if member.shape.coerces:
        held = member.shape.coerce(held)
        setter(value, held)
    return prefix_paths(member.name, member.shape.validate(held)) if strict else ()


_mark_validated: Final = vars(ModelBase)[VALIDATED].__set__


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
