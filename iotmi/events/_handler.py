"""`Handler`: dispatch of events to functions, and handlers for AWS Lambda.

Owns the registration of functions, the failure of a batch, and its log records. Does not know how
records are read.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

import inspect
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypedDict, TypeVar, get_args, overload

from attrs import frozen

from iotmi._models.events import EventType
from iotmi.errors import EventError
from iotmi.events._events import Event
from iotmi.events._records import Record, records
from iotmi.events._windows import WindowFunction, read_window

if TYPE_CHECKING:
    import asyncio

A = TypeVar("A", bound=Event)
B = TypeVar("B", bound=Event)
C = TypeVar("C", bound=Event)
D = TypeVar("D", bound=Event)
E = TypeVar("E", bound=Event)
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])

_logger: Final = logging.getLogger("iotmi.events")


class ItemFailure(TypedDict):
    """The record that stopped a batch, by its sequence number."""

    itemIdentifier: str


class BatchResponse(TypedDict):
    """The response of a Lambda function with ``ReportBatchItemFailures``."""

    batchItemFailures: list[ItemFailure]


class WindowResponse(BatchResponse):
    """The response of a Lambda function with a tumbling window."""

    state: object


Wait: TypeAlias = Callable[[object], object]


@frozen
class _Function:
    call: Callable[..., object]
    takes_record: bool


class Registrar(Generic[E]):
    """The decorator that `Handler.on` returns."""

    def __init__(self, register: Callable[[_Function], None]) -> None:
        self._register = register

    @overload
    def __call__(self, function: Callable[[E], R], /) -> Callable[[E], R]: ...
    @overload
    def __call__(self, function: Callable[[E, Record], R], /) -> Callable[[E, Record], R]: ...
    def __call__(self, function: F, /) -> F:
        """Register *function* and return it."""
        self._register(_Function(function, _takes_record(function)))
        return function


class Handler:
    """A registry of functions for events, with handlers for AWS Lambda.

        handler = events.Handler()

        @handler.on(events.DeviceStateEvent)
        def store(event): ...

        lambda_handler = handler.lambda_handler

    Functions may be ``async``. Several functions for one event are called in the order of their
    registration.
    """

    def __init__(self, *, on_undecodable: Callable[[Record], object] | None = None) -> None:
        """Create a handler without functions.

        Args:
            on_undecodable: called with each record that cannot be decoded. The batch then
                continues. Without this function, such a record fails.
        """
        self._on_undecodable = on_undecodable
        self._functions: dict[type, list[_Function]] = {kind: [] for kind in get_args(Event)}
        self._windows: list[WindowFunction] = []
        self._unhandled: Counter[EventType] = Counter()
        self._lock = Lock()

    # -- registration ----------------------------------------------------------------------

    @overload
    def on(self) -> Registrar[Event]: ...
    @overload
    def on(self, a: type[A], /) -> Registrar[A]: ...
    @overload
    def on(self, a: type[A], b: type[B], /) -> Registrar[A | B]: ...
    @overload
    def on(self, a: type[A], b: type[B], c: type[C], /) -> Registrar[A | B | C]: ...
    @overload
    def on(self, a: type[A], b: type[B], c: type[C], d: type[D], /) -> Registrar[A | B | C | D]: ...
    @overload
    def on(self, *kinds: type[Event]) -> Registrar[Event]: ...
    def on(self, *kinds: type) -> object:
        """Register a function of ``(event)`` or ``(event, record)`` for events of these classes.

        Without a class, the function takes every event.

        Raises:
            TypeError: a class is not an event class, or the function has the wrong number of
                parameters.
        """
        for kind in kinds:
            if kind not in self._functions:
                raise TypeError(
                    f"{kind!r} is not a class of events. `on()` without a class takes every event"
                )

        def register(function: _Function) -> None:
            for kind in dict.fromkeys(kinds or self._functions):
                self._functions[kind].append(function)

        return Registrar(register)

    def window(self, function: F) -> F:
        """Register a function that carries the state of a tumbling window.

        The function takes ``state`` and any of ``event``, ``record`` and ``window``, by name. A
        function with ``event`` or ``record`` is called for each event. Other functions are called
        once per invocation, after the events. Each function returns the new state.

        Raises:
            TypeError: a parameter has a different name.
        """
        self._windows.append(WindowFunction.of(function))
        return function

    @property
    def unhandled(self) -> Mapping[EventType, int]:
        """The number of events without a function, by type."""
        with self._lock:
            return dict(self._unhandled)

    # -- one event -------------------------------------------------------------------------

    def __call__(self, event: Event | Record) -> None:
        """Call the functions for *event*, and run ``async`` functions to completion.

        Exceptions of a function propagate. Inside a running event loop, use `dispatch`.
        """
        with _result_waiter() as wait:
            for result in self._results(event):
                wait(result)

    async def dispatch(self, event: Event | Record) -> None:
        """Call the functions for *event*, and await ``async`` functions."""
        for result in self._results(event):
            if inspect.isawaitable(result):
                await result

    def _results(self, given: Event | Record) -> Iterator[object]:
        """Yield the return value of each function. Each step of the iterator calls one function."""
        record: Record | None = None
        if isinstance(given, Record):
            record, event = given, given.event
            if event is None:
                yield self._undecodable(given)
                return
        else:
            event = given
        functions = self._functions[type(event)]
        if not functions:
            self._count_unhandled(event)
        for function in functions:
            if function.takes_record:
                yield function.call(event, record or _record_of(event))
            else:
                yield function.call(event)

    def _undecodable(self, record: Record) -> object:
        if self._on_undecodable is None:
            raise record.error or EventError("", "the record has no event")
        return self._on_undecodable(record)

    # -- Lambda ----------------------------------------------------------------------------

    def lambda_handler(self, event: Mapping[str, object], context: object) -> BatchResponse:
        """Call the functions for a batch of a Kinesis stream, and return the failed record.

        The event source mapping needs ``FunctionResponseTypes=["ReportBatchItemFailures"]``. Lambda
        then sends the failed record and all later records again. It sends an aggregated record
        again as a whole.

        Raises:
            EventError: *event* is not a batch of records.
            Exception: the failed record has no sequence number, so no response can name it.
        """
        del context
        with _result_waiter() as wait:
            for record in records(event):
                try:
                    for result in self._results(record):
                        wait(result)
                # An exception of a function fails only its record, not the invocation.
                except Exception as error:  # noqa: BLE001
                    return {"batchItemFailures": [_log_failure(record, error)]}
        return {"batchItemFailures": []}

    def window_handler(self, event: Mapping[str, object], context: object) -> WindowResponse:
        """Call the window functions for a batch of a tumbling window, and return the state.

        If a function fails for a record, the response has the state before that record.

        Raises:
            EventError: *event* is not a batch of records.
            TypeError: no window function is registered, or a function returned None.
            Exception: a function without an event failed, or the failed record has no sequence
                number.
        """
        del context
        if not self._windows:
            raise TypeError("no function is registered with @handler.window")
        window = read_window(event, tuple(records(event)))
        state: object = event.get("state") or {}
        with _result_waiter() as wait:
            for _, group in groupby(window.records, lambda record: record.sequence_number):
                together = tuple(group)
                # Lambda sends an aggregated record again as a whole, so roll back its whole group.
                before = deepcopy(state) if len(together) > 1 else state
                for record in together:
                    try:
                        if record.event is None:
                            wait(self._undecodable(record))
                            continue
                        for function in self._windows:
                            if function.for_each_event:
                                state = _required_state(wait(function(state, window, record)))
                    except Exception as error:  # noqa: BLE001
                        return {"state": before, "batchItemFailures": [_log_failure(record, error)]}
            for function in self._windows:
                if not function.for_each_event:
                    state = _required_state(wait(function(state, window)))
        return {"state": state, "batchItemFailures": []}

    def _count_unhandled(self, event: Event) -> None:
        with self._lock:
            self._unhandled[event.type] += 1
        _logger.debug("no function takes %s", event.type)

    def __repr__(self) -> str:
        count = len({function.call for taken in self._functions.values() for function in taken})
        return f"<Handler of {count + len(self._windows)} functions>"


def _takes_record(function: Callable[..., object]) -> bool:
    """Return True for a function of ``(event, record)``, False for one of ``(event)``."""
    needed = 0
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            needed = max(needed, 2)
        elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            needed += 1 if parameter.kind is not parameter.KEYWORD_ONLY else 3
    if needed not in {1, 2}:
        name = getattr(function, "__name__", repr(function))
        raise TypeError(f"{name} must take (event) or (event, record)")
    return needed == 2


def _record_of(event: Event) -> Record:
    """Return a record for an event that came without one."""
    return Record(data=json.dumps(event.raw).encode(), event=event)


def _required_state(state: object) -> object:
    if state is None:
        raise TypeError("a window function returned None. Return the state, which Lambda needs")
    return state


def _log_failure(record: Record, error: Exception) -> ItemFailure:
    _logger.error(
        "record %s of shard %s stopped the batch",
        record.sequence_number,
        record.shard_id,
        exc_info=error,
    )
    if not record.sequence_number:
        # Lambda treats an empty identifier as a failure of the whole batch. An exception has the
        # same effect and shows the cause.
        raise error
    return {"itemIdentifier": record.sequence_number}


@contextmanager
def _result_waiter() -> Iterator[Wait]:
    """Provide a function that runs awaitables to completion in one event loop."""
    with ExitStack() as closing:
        runner: asyncio.Runner | None = None

        def wait(result: object) -> object:
            nonlocal runner
            if not inspect.isawaitable(result):
                return result
            # Imported for the first awaitable, because importing asyncio slows a cold start.
            import asyncio

            try:
                asyncio.get_running_loop()
            except RuntimeError:
                runner = runner or closing.enter_context(asyncio.Runner())
                return runner.run(_awaited(result))
            if inspect.iscoroutine(result):
                result.close()
            raise RuntimeError(
                "an event loop is already running: use `await handler.dispatch(event)`"
            )

        yield wait


async def _awaited(result: Awaitable[object]) -> object:
    return await result
