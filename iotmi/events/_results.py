"""`CommandResults`: matching the results of commands with their callers by trace id.

Owns the waiting futures, and the results that arrived before their caller waited. Does not know how
a command is sent, nor where events come from.
"""

from concurrent.futures import Future
from threading import Lock

from attrs import define, field, validators

from iotmi.events._events import DeviceCommandEvent, Event


@define(eq=False, repr=False)
class CommandResults:
    """Results of commands, passed from the reader of events to the callers of commands.

    Call `feed` with every event. It keeps `DeviceCommandEvent` and ignores others. All methods are
    thread-safe.

    Attributes:
        capacity: the maximum number of results without a waiting caller. The oldest are dropped
            first. Results with a waiting caller are never dropped.
    """

    capacity: int = field(default=10_000, kw_only=True, validator=validators.ge(1))
    _kept: dict[str, DeviceCommandEvent] = field(factory=dict, init=False)
    _waiting: dict[str, "list[Future[DeviceCommandEvent]]"] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def feed(self, event: Event) -> None:
        """Pass *event* to the callers that wait for its trace id, or keep it."""
        if not isinstance(event, DeviceCommandEvent) or event.trace_id is None:
            return
        with self._lock:
            waiting = self._waiting.pop(event.trace_id, None)
            if waiting is None:
                self._kept[event.trace_id] = event
                if len(self._kept) > self.capacity:
                    del self._kept[next(iter(self._kept))]
                return
        for future in waiting:
            future.set_result(event)

    def expect(self, trace_id: str) -> "Future[DeviceCommandEvent]":
        """Return a future of a command's result. Call `forget` if you stop waiting for it."""
        future: Future[DeviceCommandEvent] = Future()
        with self._lock:
            kept = self._kept.pop(trace_id, None)
            if kept is None:
                self._waiting.setdefault(trace_id, []).append(future)
        if kept is not None:
            future.set_result(kept)
        return future

    def forget(self, trace_id: str, future: "Future[DeviceCommandEvent]") -> None:
        """Stop waiting for a result that `expect` returned."""
        with self._lock:
            waiting = self._waiting.get(trace_id, [])
            if future in waiting:
                waiting.remove(future)
                if not waiting:
                    del self._waiting[trace_id]

    def __repr__(self) -> str:
        return f"<CommandResults: {len(self._kept)} kept, {len(self._waiting)} awaited>"
