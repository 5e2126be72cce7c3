"""Tracebacks without the frames of this library that hold a caller's arguments.

`rich.traceback` and error trackers print the local variables of every frame in a traceback. This
module does not know which arguments are sensitive.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from iotmi.errors import IotmiError

P = ParamSpec("P")
R = TypeVar("R")
E = TypeVar("E", bound=BaseException)


def sealed(function: Callable[P, R]) -> Callable[P, R]:
    """Return *function* with errors whose traceback shows none of its local variables."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (IotmiError, TypeError) as error:
            # This frame stays in the traceback.
            del args, kwargs
            raise without_frames(error) from None

    return call


def without_frames(error: E) -> E:
    """Return *error* after the tracebacks of it and of its causes are cut off."""
    link: BaseException | None = error
    seen = set[int]()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error
