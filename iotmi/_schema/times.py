"""Times: one canonical form, read from all that the service, JSON and applications use.

The canonical form is an instance of `datetime.datetime` itself, in UTC. freezegun replaces the name
``datetime`` in every loaded module by a subclass, so this module keeps bound functions of the real
class, which freezegun leaves alone, and compares no class by identity. This module does not know
which member holds a time.
"""

import email.utils
from datetime import UTC, datetime
from typing import Final


def real_datetime() -> type[datetime]:
    """Return `datetime.datetime` itself, even where a frozen clock replaced the name."""
    # freezegun's class claims every datetime as its instance; the real one is its base.
    return next(kind for kind in reversed(datetime.__mro__) if issubclass(kind, datetime))


_combine: Final = real_datetime().combine
_from_iso: Final = real_datetime().fromisoformat
from_timestamp: Final = real_datetime().fromtimestamp

OUT_OF_RANGE: Final = "is a number outside the range of times"
"""The rule for a number that `from_timestamp` refuses. Its own messages would show the number."""


def is_time_type(kind: object) -> bool:
    """Return True if *kind* is `datetime.datetime`, or a frozen clock's class instead of it."""
    return isinstance(kind, type) and issubclass(kind, datetime)


def to_utc(value: datetime) -> datetime:
    """Return *value*, which has a time zone, in its canonical form.

    Raises:
        OverflowError: *value* is before year 1 or after year 9999 in UTC.
    """
    moved = value.astimezone(UTC)
    return _combine(moved.date(), moved.time(), UTC)


def from_seconds(value: float) -> datetime:
    """Return the time *value* seconds after the start of 1970.

    Raises:
        ValueError: the number is outside the range of times.
    """
    try:
        return from_timestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(OUT_OF_RANGE) from None


def from_text(text: str) -> datetime:
    """Return the time that *text* writes: seconds since 1970, ISO 8601, or a date of HTTP.

    A text without a time zone is in UTC.

    Raises:
        ValueError: *text* has none of these forms.
    """
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return from_seconds(seconds)
    for parse in (_from_iso, email.utils.parsedate_to_datetime):
        try:
            found = parse(text)
            return to_utc(found if found.tzinfo else found.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            continue
    raise ValueError("is text that no form of time fits") from None


def to_text(value: datetime) -> str:
    """Return *value* as ISO 8601 in UTC, such as ``2026-01-31T12:00:00Z``."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_seconds(value: datetime) -> float:
    """Return the seconds from the start of 1970 to *value*, an int if they are whole."""
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds
