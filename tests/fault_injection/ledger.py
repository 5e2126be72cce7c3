"""The writes that callers asked for, and the result that each was given.

This module owns the conclusions that an error allows. It does not know the real state.
"""

from enum import StrEnum, auto

from attrs import define

from iotmi import CallError


class Known(StrEnum):
    """A caller's knowledge of a write."""

    DONE = auto()
    UNDONE = auto()
    UNCERTAIN = auto()


def known_from(error: CallError) -> Known:
    """Return the knowledge that all attempts of a failed call allow together."""
    return Known.UNCERTAIN if error.may_have_acted else Known.UNDONE


@define
class Write:
    """One requested write.

    Attributes:
        operation: its name.
        mark: a text in the request and its resource that no other has.
        made: the caller's knowledge of its effect.
        identifier: the id of the created resource, once known.
        error: the error of the call.
        deleted: True if its resource was deleted again.
    """

    operation: str
    mark: str
    made: Known = Known.UNCERTAIN
    identifier: str = ""
    error: CallError | None = None
    deleted: Known = Known.UNDONE

    @property
    def misleading(self) -> bool:
        """Return True if the last error alone would deny an effect that earlier ones allow."""
        if self.made is not Known.UNCERTAIN or self.error is None:
            return False
        return not any(last.may_have_acted for last in self.error.failed_attempts[-1:])
