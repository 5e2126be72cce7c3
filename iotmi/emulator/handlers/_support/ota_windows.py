"""Maintenance windows of over-the-air tasks: when one is open, and when the next one opens.

Owns the two forms of a window's start: a time such as ``2030-01-31T17:00``, and a cron expression
of AWS such as ``cron(0 18 ? * MON *)`` in UTC. The service documents neither. AWS IoT jobs, which
run such tasks, document the second. The letters L, W and # are not supported.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

from iotmi.emulator._core.clock import parse_iso, to_datetime, to_moment
from iotmi.emulator._core.json import JsonObject, number, objects

_FORMS: Final = "a time, such as 2030-01-31T17:00, or cron(...), such as cron(0 18 ? * MON *)"

_CRON: Final = re.compile(r"cron\(([^()]+)\)")
_TERM: Final = re.compile(r"(\*|\?|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_NAMES: Final[Mapping[str, int]] = {
    **{name: place for place, name in enumerate(_DAYS, start=1)},
    **{name: place for place, name in enumerate(_MONTHS, start=1)},
}
# Minutes, hours, days of the month, months, days of the week from Sunday, years.
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
# A rule that is valid at all matches within this time: it includes a 29 February.
_HORIZON_DAYS: Final = 8 * 366


@frozen
class _Cron:
    """The moments that a cron expression allows, by its six fields."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def starts(self, day: datetime) -> Iterator[datetime]:
        """Yield the starts on a day, in order."""
        if (
            day.day in self.days
            and day.month in self.months
            and day.isoweekday() % 7 + 1 in self.weekdays
            and day.year in self.years
        ):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    yield day.replace(hour=hour, minute=minute)


def problem(schedule: JsonObject) -> str | None:
    """Return what is wrong with the windows of a schedule, or None."""
    for index, window in enumerate(objects(schedule, "MaintenanceWindows")):
        start = window.get("StartTime")
        if isinstance(start, str) and parse_iso(start) is None:
            try:
                _parse(start)
            except ValueError:
                path = f"OtaSchedulingConfig.MaintenanceWindows[{index}].StartTime"
                return f"{path} must be {_FORMS}"
    return None


def opens_at(schedule: JsonObject, now: int) -> int | None:
    """Return the next moment at which a window is open, or None for never.

    Args:
        schedule: ``OtaSchedulingConfig`` of a task. Without windows, every moment is open.
        now: first moment to consider.
    """
    windows = objects(schedule, "MaintenanceWindows")
    if not windows:
        return now
    moments = [
        max(start, now) for window in windows if (start := _next_start(window, now)) is not None
    ]
    return min(moments, default=None)


def _next_start(window: JsonObject, now: int) -> int | None:
    """Return the start of the first window that ends after *now*."""
    written = window.get("StartTime")
    if not isinstance(written, str):
        return now
    length = number(window, "DurationInMinutes") if "DurationInMinutes" in window else 1
    earliest = now - length * 60_000
    once = parse_iso(written)
    if once is not None:
        return once if once > earliest else None
    cron = _parse(written)
    first = to_datetime(earliest)
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for day in range(_HORIZON_DAYS):
        for start in cron.starts(midnight + timedelta(days=day)):
            if to_moment(start) > earliest:
                return to_moment(start)
    return None


def _parse(written: str) -> _Cron:
    """Parse a cron expression.

    Raises:
        ValueError: *written* is none.
    """
    found = _CRON.fullmatch(written.strip())
    fields = found[1].split() if found else []
    # `zip` raises ValueError for another number of fields.
    return _Cron(*(_allowed(field, *limits) for field, limits in zip(fields, _RANGES, strict=True)))


def _allowed(field: str, low: int, high: int) -> frozenset[int]:
    """Return the numbers that a field allows.

    Raises:
        ValueError: it is not a valid field.
    """
    allowed: set[int] = set()
    for term in field.split(","):
        found = _TERM.fullmatch(term)
        if found is None:
            raise ValueError(f"{term!r} is not a term of a field")
        whole, first, last, step = found.groups()
        start = low if whole in "*?" else _number(first)
        end = high if whole in "*?" or (step and not last) else _number(last or first)
        if start is None or end is None or not low <= start <= end <= high or step == "0":
            raise ValueError(f"{term!r} is out of range")
        allowed.update(range(start, end + 1, int(step or 1)))
    return frozenset(allowed)


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() else _NAMES.get(written.upper())
