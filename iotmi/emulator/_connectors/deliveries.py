"""Delivery of queued requests to the functions of connectors.

Owns the order: a request is delivered after the commit that caused it, outside any transaction,
because the function calls the service back while it runs. Without a usable response a request is
delivered again, six times in all. This module must not know what a request asks for.

The thread that committed a request delivers it, so that everything is done when its call returns.
On the real clock another thread does it, and the call returns at once, as the service's does. The
queue is in the store: requests that a process leaves behind are delivered before the first call to
the next one. A process that ends during a delivery makes the next one repeat it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from iotmi.emulator._connectors.context import LIMIT_SECONDS
from iotmi.emulator._connectors.functions import ConnectorFault, ConnectorFunction
from iotmi.emulator._connectors.invoking import FunctionResponse, invoke
from iotmi.emulator._core.errors import EmulatorError
from iotmi.emulator._core.json import JsonObject, mapping, number, text
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._model.resource_types import CONNECTOR_INVOCATION
from iotmi.emulator._model.schema_catalogue import catalogue
from iotmi.emulator._storage.store import OutboxMessage
from iotmi.emulator._storage.transitions import DUE_AT
from iotmi.emulator.handlers._support import invocations

if TYPE_CHECKING:
    import iotmi

MAX_DELIVERIES: Final = 6
"""The first delivery of a request and five more, from the developer guide."""

_DELIVER_AT: Final = "DeliverAt"
_LIMIT_MILLISECONDS: Final = round(LIMIT_SECONDS * 1000)


class _Worklist:
    """The requests that one thread delivers. It is closed once it is empty."""

    def __init__(self, identifiers: Iterable[str]) -> None:
        self._lock = Lock()
        self._waiting = deque(identifiers)
        self._closed = False

    def add(self, identifiers: Iterable[str]) -> bool:
        """Add requests, or return False if the list is closed."""
        with self._lock:
            if not self._closed:
                self._waiting.extend(identifiers)
            return not self._closed

    def take(self) -> str | None:
        """Take the next request, or close the list and return None."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._closed = True
            return None

    def close(self) -> list[str]:
        """Close the list, and return the requests that are left."""
        with self._lock:
            self._closed = True
            return list(self._waiting)


class _ThreadState(threading.local):
    """The requests that a thread has committed, and the list that it delivers."""

    committed: list[str]
    worklist: _Worklist | None = None

    def __init__(self) -> None:
        self.committed = []


class Deliveries:
    """The delivery of requests to functions, as a listener of the store's commits.

    Attributes:
        functions: functions by ARN.

    Args:
        dispatcher: emulated service.
        functions: functions by ARN.
        client: function that returns a client of the emulator.
        background: true to deliver in other threads than the calling ones.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        functions: Mapping[str, ConnectorFunction],
        *,
        client: "Callable[[], iotmi.Client]",
        background: bool,
    ) -> None:
        self._dispatcher = dispatcher
        self.functions = functions
        self._client = client
        self._background = background
        self._lock = Lock()
        self._claimed: set[str] = set()
        self._thread = _ThreadState()

    def on_commit(self, messages: Sequence[OutboxMessage]) -> None:
        """Claim committed requests for this thread."""
        identifiers = [message.identifier for message in messages]
        with self._lock:
            self._claimed.update(identifiers)
        self._thread.committed.extend(identifiers)

    def after_commit(self) -> None:
        """Deliver the requests that this thread committed.

        A function that causes further requests gets them after it has returned.
        """
        identifiers, self._thread.committed = self._thread.committed, []
        worklist = self._thread.worklist
        if worklist is None or not worklist.add(identifiers):
            self._begin(identifiers)

    def deliver_due(self) -> None:
        """Deliver the requests of an earlier process, and those whose next delivery is due.

        A call from within a delivery leaves them to the delivering thread.
        """
        if self.functions and self._thread.worklist is None:
            identifiers = self._claim_due()
            if identifiers:
                self._begin(identifiers)

    def next_moment(self, latest: int) -> int | None:
        """Return the moment of the next transition or delivery, or None if it is after *latest*.

        Within a delivery, other deliveries wait for its end, so their moments do not count.
        """
        nested = self._thread.worklist is not None
        with self._dispatcher.store.transaction() as transaction:
            due = transaction.next_due(DUE_AT, latest)
            rows = [] if nested else transaction.select(CONNECTOR_INVOCATION.name, {})
        moments = [] if due is None else [due.moment]
        for row in rows:
            moment = row.document.get(_DELIVER_AT)
            if isinstance(moment, int) and moment <= latest and self._is_free(row.document):
                moments.append(moment)
        return min(moments, default=None)

    # -- internals ---------------------------------------------------------------------

    def _is_free(self, request: JsonObject) -> bool:
        with self._lock:
            unclaimed = text(request, "Id") not in self._claimed
        return unclaimed and text(request, "Function") in self.functions

    def _claim_due(self) -> list[str]:
        with self._dispatcher.store.transaction() as transaction:
            rows = transaction.select(CONNECTOR_INVOCATION.name, {})
        now = self._dispatcher.clock.present
        due = [
            text(row.document, "Id")
            for row in rows
            if _due_moment(row.document) <= now and self._is_free(row.document)
        ]
        with self._lock:
            claimed = [identifier for identifier in due if identifier not in self._claimed]
            self._claimed.update(claimed)
        return claimed

    def _begin(self, identifiers: list[str]) -> None:
        if self._background:
            worker = Thread(
                target=self._work, args=(identifiers,), name="iotmi-deliveries", daemon=True
            )
            try:
                worker.start()
            except RuntimeError:
                # No thread can start, so the calling thread delivers.
                pass
            else:
                return
        self._work(identifiers)

    def _work(self, identifiers: list[str]) -> None:
        """Deliver requests, and those that their functions cause."""
        before, worklist = self._thread.worklist, _Worklist(identifiers)
        self._thread.worklist = worklist
        current: str | None = None
        try:
            while (current := worklist.take()) is not None:
                self._deliver(current, worklist)
                self._release([current])
        except EmulatorError:
            # The emulator is closed, or its file cannot be written. The requests stay in the file,
            # and the calls that committed them have succeeded.
            pass
        finally:
            self._thread.worklist = before
            self._release([*worklist.close(), *([] if current is None else [current])])

    def _release(self, identifiers: Iterable[str]) -> None:
        with self._lock:
            self._claimed.difference_update(identifiers)

    def _deliver(self, identifier: str, worklist: _Worklist) -> None:
        """Deliver a request until it has a response, failed, or due again later."""
        # Loaded before the limit begins, because the function's first events need it.
        catalogue()
        while (request := self._count_delivery(identifier)) is not None:
            function = self.functions[text(request, "Function")]
            fault = function.next_fault(text(request, "Operation"))
            began, began_at = self._dispatcher.clock.present, time.monotonic()
            result = self._invoke(function, request, fault, worklist)
            if result.usable and fault == "twice":
                self._invoke(function, request, None, worklist)
            if result.usable or number(request, "Deliveries") >= MAX_DELIVERIES:
                self._finish(identifier, result)
                return
            if result.outcome == "timed out" and not self._wait(identifier, began, began_at):
                return

    def _invoke(
        self,
        function: ConnectorFunction,
        request: JsonObject,
        fault: ConnectorFault | None,
        worklist: _Worklist,
    ) -> FunctionResponse:
        return invoke(
            function,
            mapping(request, "Request"),
            number(request, "Deliveries"),
            operation=text(request, "Operation"),
            fault=fault,
            clock=self._dispatcher.clock,
            run=self._runner(worklist),
            client=self._client,
        )

    def _count_delivery(self, identifier: str) -> JsonObject | None:
        """Return a request with one delivery more, or None if it no longer exists."""
        with self._dispatcher.transaction() as account:
            request = account.transaction.get(CONNECTOR_INVOCATION.name, identifier)
            if request is not None:
                request.pop(_DELIVER_AT, None)
                request["Deliveries"] = number(request, "Deliveries") + 1
                account.transaction.put(CONNECTOR_INVOCATION.name, identifier, request)
        return request

    def _finish(self, identifier: str, result: FunctionResponse) -> None:
        """Apply the end of a request, and remove it from the queue."""
        with self._dispatcher.transaction() as account:
            request = account.transaction.get(CONNECTOR_INVOCATION.name, identifier)
            if request is None:
                return
            account.transaction.delete(CONNECTOR_INVOCATION.name, identifier)
            if result.outcome == "responded":
                invocations.succeed(account, request, result.payload)
            else:
                invocations.fail(account, request, result.status, result.message)

    def _wait(self, identifier: str, began: int, began_at: float) -> bool:
        """Let the rest of the limit pass after a response that did not come.

        Returns:
            False if the next delivery is due at a later moment of the emulated clock.
        """
        clock = self._dispatcher.clock
        rest = LIMIT_SECONDS - (time.monotonic() - began_at)
        if not clock.is_running:
            clock.skip(max(0.0, rest))
        elif not clock.is_emulated:
            time.sleep(max(0.0, rest))
        elif clock.present < began + _LIMIT_MILLISECONDS:
            with self._dispatcher.store.transaction() as transaction:
                request = transaction.get(CONNECTOR_INVOCATION.name, identifier)
                if request is not None:
                    request[_DELIVER_AT] = began + _LIMIT_MILLISECONDS
                    transaction.put(CONNECTOR_INVOCATION.name, identifier, request)
            return False
        return True

    def _runner(self, worklist: _Worklist) -> Callable[[Callable[[], None]], None]:
        """Return a function that calls another one on behalf of a delivery."""

        def run(call: Callable[[], None]) -> None:
            before = self._thread.worklist
            self._thread.worklist = worklist
            try:
                call()
            finally:
                self._thread.worklist = before

        return run


def _due_moment(request: JsonObject) -> int:
    moment = request.get(_DELIVER_AT)
    return moment if isinstance(moment, int) else 0
