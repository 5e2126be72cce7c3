"""What callers asked for, and what they were told of it: the books that nothing may be lost from.

Owns the promises, and what an error lets its caller conclude. How the world really is, is not
known here.
"""

from enum import StrEnum, auto

from attrs import define

from iotmi import CallError


class Known(StrEnum):
    """What a caller knows of something it asked for."""

    DONE = auto()
    UNDONE = auto()
    UNCERTAIN = auto()


def known_from(error: CallError) -> Known:
    """What the attempts of a call that failed tell: all of them, and not only the last."""
    return Known.UNCERTAIN if error.may_have_acted else Known.UNDONE


@define
class Promise:
    """One write that was asked for.

    Attributes:
        operation: Its name.
        mark: What tells it from all others, in the request and in what came of it.
        made: Whether it took effect, as far as its caller was told.
        identifier: Of what was made, once it was told.
        error: What the caller was told instead.
        deleted: Whether what it made was deleted again.
    """

    operation: str
    mark: str
    made: Known = Known.UNCERTAIN
    identifier: str = ""
    error: CallError | None = None
    deleted: Known = Known.UNDONE

    @property
    def misleading(self) -> bool:
        """Whether the last error alone would say that nothing was done, and the others do not."""
        return (
            self.made is Known.UNCERTAIN
            and self.error is not None
            and not self.error.may_have_acted
        )
