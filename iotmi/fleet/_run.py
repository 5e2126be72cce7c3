"""One run: rows are committed to the ledger, sent at the service's rate, and their outcomes stored.

Only the thread that calls `Run.execute` writes the ledger, and it admits every call: all workers
share one rate. This module knows neither sources nor how an engine works.
"""

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

from attrs import define, evolve, field, frozen

from iotmi._runtime.rate_limiter import RateLimiters
from iotmi._schema.model import Request
from iotmi.fleet._engines import MAX_IN_FLIGHT, Engine
from iotmi.fleet._errors import ExecutorError, RunStoppedError
from iotmi.fleet._interruption import Interruption
from iotmi.fleet._meter import Meter
from iotmi.fleet._store import LedgerStore, Outcome
from iotmi.fleet._values import Phase, Progress, RowState, Summary
from iotmi.fleet._verdicts import Verdict, unreachable, verdict
from iotmi.fleet._work import Sent

ProgressHook: TypeAlias = Callable[[Progress], None]

GRACE: Final = 10.0
"""Seconds that the calls in progress have to end when a run is stopped."""
TROUBLES: Final = 20
"""Calls without a good response, in a row, after which a run stops."""
UNSENT: Final = 3
"""The same for calls of which nothing was sent."""
RUN_ENDED: Final = Sent(
    ok=False, cause="RunEnded", detail="the run ended before the response arrived"
)
"""The cause of a row that was in progress at the end of its run."""
_PROGRESS_EVERY: Final = 0.25


@frozen
class Step:
    """One request of one row, ready to be sent.

    Attributes:
        number: the number of the row.
        requests: all requests of the row, with their tokens.
        index: the place of this one.
        settled: how often a run tried to settle the row; 0 for a first send.
        result: the id that an earlier request of the row returned.
        before: the state of the row in the ledger.
        is_new: True if the ledger does not have the row yet.
    """

    number: int
    requests: tuple[Request[object], ...] = field(repr=False)
    index: int = 0
    settled: int = 0
    result: str | None = None
    before: RowState = RowState.WAITING
    is_new: bool = False

    @property
    def request(self) -> Request[object]:
        """The request to send."""
        return self.requests[self.index]

    @property
    def operation(self) -> str:
        """The operation to send."""
        return type(self.request).__name__

    @property
    def idempotent(self) -> bool:
        """True if the row can be repeated from its beginning."""
        return all(request.idempotent for request in self.requests)


Lookup: TypeAlias = Callable[[Step], str | None]
"""A function that returns the id of the thing that a row created, or None."""


@define
class Run:
    """The state of one run.

    Attributes:
        store: the ledger, bound to the job and locked.
        engine: sends the requests.
        limiters: the rate limiters of the operations.
        meter: counts the rows.
        region: the Region, for messages.
        progress: called with each `Progress`, or None.
        add_new: stores the rows of new steps, in a transaction; returns what follows the commit.
        awaits: True if a row whose requests succeeded is not done yet.
        lookup: finds the thing of a row.
    """

    store: LedgerStore
    engine: Engine
    limiters: RateLimiters
    meter: Meter
    region: str
    progress: ProgressHook | None
    add_new: Callable[[list[Step]], Callable[[], None]]
    awaits: bool
    lookup: Lookup
    phase: Phase = Phase.SENDING
    interrupted: Interruption = field(factory=Interruption)
    _id: str = field(factory=lambda: uuid.uuid4().hex)
    _ready: deque[Step] = field(factory=deque)
    _in_flight: dict["Future[Sent]", tuple[Step, str]] = field(factory=dict)
    _ended: "SimpleQueue[Future[Sent]]" = field(factory=SimpleQueue)
    _outcomes: list[Outcome] = field(factory=list)
    _sends: int = 0
    _any_success: bool = False
    _troubles: int = 0
    _unsent: int = 0
    _hold_until: float = 0.0
    _stop: RunStoppedError | None = None
    _reported_at: float = 0.0

    def pump(self, steps: Iterator[Step]) -> None:
        """Send all *steps*, and return when the last outcome is stored.

        Raises:
            RunStoppedError: no further row could succeed.
        """
        while self._stop is None:
            self.interrupted.check()
            pause = self._admit(steps)
            if not self._in_flight and not self._ready:
                break
            self._collect(pause)
            self.report()
        if self._stop is not None:
            self.wind_down()
            raise self._stop
        self.flush()
        self.report(force=True)

    def wind_down(self) -> None:
        """Send nothing more, and store the outcomes of the calls in progress.

        The rows of calls that take longer than `GRACE` stay in progress, for the next run.
        """
        end = time.monotonic() + GRACE
        self._put_back()
        while self._in_flight and (left := end - time.monotonic()) > 0:
            self._collect(min(left, 1.0))
            self._put_back()
        self.flush()
        self.report(force=True)

    def _put_back(self) -> None:
        """Make rows wait whose next request was not sent, or did nothing because of a throttle."""
        for step in self._ready:
            if step.before is RowState.SENT:
                state = RowState.UNKNOWN if step.settled else RowState.WAITING
                self.record(self._outcome(step, state, RUN_ENDED), RowState.SENT)
        self._ready.clear()

    def summary(self) -> Summary:
        """Return the rows by state at this moment."""
        return self.meter.summary(self.store.status())

    def report(self, *, force: bool = False) -> None:
        """Call the hook, at most four times a second."""
        now = time.monotonic()
        if not force and now - self._reported_at < _PROGRESS_EVERY:
            return
        self._reported_at = now
        self.meter.rate_limit = self._limit_found()
        sample = self.meter.sample()
        if sample is not None or force:
            with self.store.transaction():
                self.store.add_sample(sample or self.meter.moment())
        if self.progress is not None:
            self.progress(self.meter.progress(self.phase))

    def record(self, outcome: Outcome, before: RowState) -> None:
        """Store *outcome* with the next transaction."""
        self._outcomes.append(outcome)
        self.meter.move(before, outcome.state)

    def flush(self) -> None:
        """Store the outcomes that are waiting."""
        if self._outcomes:
            with self.store.transaction():
                self.store.record(self._outcomes, time.time())
            # Kept where the commit fails.
            self._outcomes.clear()

    def rest(self, seconds: float) -> None:
        """Wait *seconds*, and go on reporting progress."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.interrupted.event.wait(min(left, _PROGRESS_EVERY))
            self.interrupted.check()
            self.report()

    # -- sending -----------------------------------------------------------------------

    def _admit(self, steps: Iterator[Step]) -> float | None:
        """Send the steps whose time has come. Return the seconds until the next, if known."""
        batch: list[Step] = []
        pause: float | None = None
        while len(self._in_flight) + len(batch) < MAX_IN_FLIGHT:
            if not self._ready:
                following = next(steps, None)
                if following is None:
                    break
                self._ready.append(following)
            pause = self._delay(self._ready[0].operation)
            if pause > 0:
                break
            batch.append(self._ready.popleft())
        if batch:
            self._commit(batch)
            for step in batch:
                self._submit(step)
        return pause

    def _delay(self, operation: str) -> float:
        held = self._hold_until - time.monotonic()
        if held > 0:
            return held
        limiter = self.limiters.of(operation)
        ticket = limiter.enqueue()
        try:
            return limiter.delay(ticket)
        finally:
            limiter.dequeue(ticket)

    def _commit(self, batch: list[Step]) -> None:
        """Commit the rows of *batch* as sent, together with the outcomes that are waiting."""
        now = time.time()
        with self.store.transaction():
            self.store.record(self._outcomes, now)
            committed = self.add_new([step for step in batch if step.is_new])
            self.store.mark_sent([(step.number, step.index, step.operation) for step in batch], now)
        self._outcomes.clear()
        committed()
        for step in batch:
            self.meter.move(step.before, RowState.SENT)

    def _submit(self, step: Step) -> None:
        self._sends += 1
        claim = f"iotmi-{self._id}-{self._sends}"
        try:
            future = self.engine.submit(step.request, claim)
        except ExecutorError as error:
            # Nothing was sent: the row may be sent by the next run.
            self.record(self._outcome(step, RowState.WAITING), RowState.SENT)
            self._stop = error
            return
        self._in_flight[future] = step, claim
        future.add_done_callback(self._ended.put)

    # -- outcomes ----------------------------------------------------------------------

    def _collect(self, pause: float | None) -> None:
        """Wait until a call has ended, at most *pause* seconds, and take all that have ended."""
        try:
            wait = _PROGRESS_EVERY if pause is None else min(pause, _PROGRESS_EVERY)
            future = self._ended.get(timeout=wait)
            while True:
                step, claim = self._in_flight.pop(future)
                self.engine.forget(claim)
                self._take(step, future)
                future = self._ended.get_nowait()
        except Empty:
            pass
        # Nothing commits them soon if no row is about to be sent.
        if not self._ready and self._outcomes:
            self.flush()

    def _take(self, step: Step, future: "Future[Sent]") -> None:
        sent = self._result(future)
        if sent is None:
            return
        self.meter.operation = step.operation
        limiter = self.limiters.of(step.operation)
        if sent.throttled:
            self.meter.throttled += 1
            limiter.on_throttle()
            if sent.retry_after is not None:
                self._hold_until = time.monotonic() + min(sent.retry_after, 60.0)
            if step.idempotent or not sent.may_have_acted:
                settled = max(step.settled, int(sent.may_have_acted))
                again = evolve(step, settled=settled, before=RowState.SENT, is_new=False)
                self._ready.appendleft(again)
                return
        elif not sent.not_sent:
            limiter.on_success()
        consequence = verdict(
            step.request, sent, settling=step.settled > 0, any_success=self._any_success
        )
        if consequence.lookup:
            consequence, sent = self._look_up(step, consequence, sent)
        self._follow(step, sent, consequence)

    def _follow(self, step: Step, sent: Sent, consequence: Verdict) -> None:
        """Store the consequence, and send the next request of the row."""
        result = sent.result or step.result
        if consequence.state is RowState.DONE:
            self._any_success = True
            self._troubles = self._unsent = 0
            if step.index + 1 < len(step.requests):
                self._ready.appendleft(
                    evolve(
                        step,
                        index=step.index + 1,
                        result=result,
                        before=RowState.SENT,
                        is_new=False,
                    )
                )
                self.record(self._outcome(step, RowState.SENT, sent, 1), RowState.SENT)
                return
            state = RowState.SENT if self.awaits else RowState.DONE
            self.record(self._outcome(step, state, sent, 1), RowState.SENT)
            return
        self.record(self._outcome(step, consequence.state, sent), RowState.SENT)
        if consequence.state is RowState.FAILED:
            # The service responds.
            self._troubles = self._unsent = 0
        if consequence.stop is not None and self._stop is None:
            self._stop = consequence.stop(consequence.reason)
        self._count_troubles(sent)

    def _count_troubles(self, sent: Sent) -> None:
        if sent.not_sent:
            self._unsent += 1
        if sent.not_sent or sent.may_have_acted:
            self._troubles += 1
        failures = self._unsent if self._unsent >= UNSENT else self._troubles
        if self._stop is None and (self._unsent >= UNSENT or self._troubles >= TROUBLES):
            self._stop = unreachable(sent, self.region, failures)

    def _result(self, future: "Future[Sent]") -> Sent | None:
        try:
            return future.result()
        except (BrokenExecutor, CancelledError) as error:
            # The row stays as it is: it may have been sent.
            if self._stop is None:
                self._stop = ExecutorError(
                    f"the executor lost its workers ({type(error).__name__}); run the same job "
                    "again with a new one"
                )
                self._stop.__cause__ = error
            return None
        except Exception as error:  # noqa: BLE001 - an executor raises errors of its own
            return Sent(
                ok=False,
                kind="WorkerLostError",
                cause=type(error).__name__,
                detail=f"the executor lost the worker: {type(error).__name__}",
                may_have_acted=True,
            )

    def _look_up(self, step: Step, consequence: Verdict, sent: Sent) -> tuple[Verdict, Sent]:
        found = self.lookup(step)
        if found is not None:
            return Verdict(state=RowState.DONE), Sent(ok=True, result=found)
        return consequence, sent

    def _outcome(
        self, step: Step, state: RowState, sent: Sent | None = None, done: int = 0
    ) -> Outcome:
        failed = sent is not None and not sent.ok and state is not RowState.WAITING
        return Outcome(
            number=step.number,
            state=state,
            step=step.index + done,
            result=None if sent is None else sent.result,
            operation=step.operation,
            cause=sent.cause if sent is not None and failed else None,
            detail=sent.detail if sent is not None and failed else None,
            request_id=None if sent is None else sent.request_id,
            settled=step.settled,
        )

    def _limit_found(self) -> float | None:
        operation = self.meter.operation
        return None if operation is None else self.limiters.of(operation).limit
