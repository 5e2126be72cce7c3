"""Tumbling windows of Lambda: the value `Window`, and functions that carry its state.

Knows the format of Lambda's window events. Does not know which functions are registered.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
"""

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from iotmi.events._reading import InvalidValueError, time
from iotmi.events._records import Record

_ONCE: Final = frozenset({"state", "window"})
_EACH: Final = frozenset({"state", "window", "event", "record"})


@frozen(kw_only=True)
class Window:
    """One tumbling window of one shard, as seen by one invocation.

    Attributes:
        start: the beginning of the window.
        end: the end of the window.
        shard_id: the shard that the window belongs to.
        is_final: True in the last invocation of the window. It may have no records.
        is_early: True if Lambda ends the window early because the state exceeds 1 MB.
        records: the records of this invocation.
    """

    start: datetime | None = None
    end: datetime | None = None
    shard_id: str | None = None
    is_final: bool = False
    is_early: bool = False
    records: tuple[Record, ...] = field(default=(), repr=False)


def read_window(event: Mapping[str, object], records: tuple[Record, ...]) -> Window:
    """Return the window of a Lambda event."""
    span = event.get("window")
    span = span if isinstance(span, Mapping) else {}
    shard_id = event.get("shardId")
    return Window(
        start=_time(span.get("start")),
        end=_time(span.get("end")),
        shard_id=shard_id if isinstance(shard_id, str) else None,
        is_final=event.get("isFinalInvokeForWindow") is True,
        is_early=event.get("isWindowTerminatedEarly") is True,
        records=records,
    )


def _time(value: object) -> datetime | None:
    try:
        return time(value)
    except InvalidValueError:
        return None


@frozen
class WindowFunction:
    """A registered function that takes and returns the state.

    Attributes:
        for_each_event: True if the function takes the event or the record.
    """

    _call: Callable[..., object]
    _names: frozenset[str]
    for_each_event: bool

    @classmethod
    def of(cls, function: Callable[..., object]) -> "WindowFunction":
        """Return *function* with the names of its parameters.

        Raises:
            TypeError: a parameter has an unknown name, or ``state`` is missing.
        """
        names = frozenset(inspect.signature(function).parameters)
        if "state" not in names or not names <= _EACH:
            raise TypeError(
                "a window function takes `state` and any of `event`, `record` and `window` by "
                f"name. {getattr(function, '__name__', function)!r} takes {sorted(names)}"
            )
        return cls(function, names, not names <= _ONCE)

    def __call__(self, state: object, window: Window, record: Record | None = None) -> object:
        """Call the function with the arguments that it takes."""
        given = {
            "state": state,
            "window": window,
            "record": record,
            "event": None if record is None else record.event,
        }
        return self._call(**{name: given[name] for name in self._names})
