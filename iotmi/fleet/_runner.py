"""The phases of a run: bind the ledger, send the rows, settle, await activations.

Owns the order of the phases and the feed of rows. `iotmi.fleet._run` sends them.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final

from attrs import define, field

from iotmi._runtime.rate_limiter import RateLimiters
from iotmi.client import Client
from iotmi.errors import CallError
from iotmi.fleet._actions import Action, Onboard, request_text, require_header
from iotmi.fleet._activation import INTERVAL, Activation
from iotmi.fleet._columns import RowError
from iotmi.fleet._engines import Engine
from iotmi.fleet._errors import FleetError, LedgerMismatchError, RunInterrupted, UnreachableError
from iotmi.fleet._meter import Meter
from iotmi.fleet._preflight import digest_of, duplicate
from iotmi.fleet._run import RUN_ENDED, ProgressHook, Run, Step
from iotmi.fleet._settling import ROUNDS, find_created, is_old, restored, tokened
from iotmi.fleet._sources import Row, Source, line_of
from iotmi.fleet._store import Binding, LedgerStore, Outcome, StoredRow
from iotmi.fleet._values import Phase, RowProblem, RowState, Summary
from iotmi.pacing import Pacing

PACING: Final = Pacing(max_rate=1000.0)
"""The pacing of a run whose client has none."""

CATCH_UP: Final = 0.5
"""Seconds whose calls may start together after a slow commit of the ledger."""

_REFUSED_AT_ONCE: Final = 200
"""Rows that break a rule are stored together, so many at once."""


@define
class Runner:
    """One run of a job.

    Attributes:
        store: the ledger, locked.
        source: the rows.
        action: makes the requests of a row.
        client: sends the requests.
    """

    store: LedgerStore
    source: Source
    action: Action
    client: Client
    _claimed: dict[bytes, int] = field(factory=dict)
    _refused: list[tuple[int, Sequence[RowProblem]]] = field(factory=list)
    _keys: dict[int, list[bytes]] = field(factory=dict)

    def bind(self) -> None:
        """Make the ledger belong to the job, or check that it does.

        Raises:
            FleetError: the ledger belongs to another job, or the source cannot be read.
        """
        binding = Binding(
            action=self.action.name,
            configuration=self.action.fingerprint(),
            source=self.source.label,
            identity=self.source.identity(),
        )
        region = self._region
        if self.store.is_bound:
            self.store.require(binding)
            bound = self.store.meta("region")
            if bound != region:
                raise LedgerMismatchError(
                    f"{self.store.path}: the ledger belongs to the Region {bound}, and the client "
                    f"is in {region}; use a client in {bound}, or another ledger"
                )
            return
        require_header(self.action, self.source.columns, self.source.label)
        with self.store.transaction():
            if self.source.is_listing:
                self.store.add_copies(
                    (row.number, line_of(row.cells).decode()) for row in self.source.rows()
                )
            total = self.store.count_copies() or sum(1 for _ in self.source.rows())
            self.store.bind(binding, region, total)

    def run(self, engine: Engine, progress: ProgressHook | None) -> Summary:
        """Send the rows, settle the unknown outcomes, await the activations.

        Raises:
            FleetError: the run stopped cleanly.
            RunInterrupted: Ctrl-C ended the run cleanly.
        """
        run = self._assemble(engine, progress)
        try:
            with run.interrupted.handled():
                run.pump(chain(self._left(run), self._new(run)))
                self._store_refused()
                self._settle(run)
                self._await_activations(run)
        except KeyboardInterrupt:
            run.wind_down()
            summary = run.summary()
            raise RunInterrupted(
                f"The run was interrupted. {summary}. Run the same job again to go on",
                summary,
            ) from None
        except FleetError as error:
            with suppress(FleetError):
                run.wind_down()
            error.summary = run.summary()
            error.args = (f"{error}. {error.summary}. Run the same job again to go on",)
            raise
        except BaseException:
            # Raised by the application's own hook or function.
            with suppress(FleetError):
                run.wind_down()
            raise
        return run.summary()

    @property
    def _region(self) -> str:
        return self.client._context.transport.region_name  # noqa: SLF001 - one mechanism

    def _assemble(self, engine: Engine, progress: ProgressHook | None) -> Run:
        limiters = self.client._context.rate_limiters  # noqa: SLF001 - one mechanism
        status = self.store.status()
        meter = Meter(
            total=status.total,
            counts={state: getattr(status, state.value) for state in RowState},
            run=self.store.next_run(),
        )
        return Run(
            store=self.store,
            engine=engine,
            limiters=RateLimiters(
                PACING if limiters is None else limiters.pacing, catch_up=CATCH_UP
            ),
            meter=meter,
            region=self._region,
            progress=progress,
            add_new=self._add_new,
            awaits=self._awaits,
            lookup=self._find_created,
        )

    @property
    def _awaits(self) -> bool:
        return isinstance(self.action, Onboard) and self.action.until == "ACTIVATED"

    # -- rows ----------------------------------------------------------------------------

    def _left(self, run: Run) -> Iterator[Step]:
        """Yield the rows that earlier runs left."""
        last = self.store.last_number() + 1
        for row in self.store.stored((RowState.SENT, RowState.UNKNOWN, RowState.WAITING), last):
            step = self._again(run, row)
            if step is not None:
                yield step

    def _again(self, run: Run, row: StoredRow) -> Step | None:
        """Return the next step of a row that the ledger has, or None if there is none."""
        requests = restored(row)
        if row.step >= len(requests):
            # Created, and not activated yet.
            return None
        index = row.step
        if row.state is RowState.WAITING:
            return Step(row.number, requests, index, result=row.result)
        if not requests[index].idempotent:
            if row.state is RowState.SENT:
                outcome = Outcome(
                    number=row.number,
                    state=RowState.UNKNOWN,
                    step=index,
                    cause=RUN_ENDED.cause,
                    detail=RUN_ENDED.detail,
                )
                run.record(outcome, RowState.SENT)
            return None
        step = Step(row.number, requests, index, row.settled + 1, row.result, row.state)
        if is_old(row.sent_at):
            found = find_created(self.client, step.request, row.sent_at)
            if found is not None:
                state = RowState.SENT if self._awaits else RowState.DONE
                outcome = Outcome(number=row.number, state=state, step=index + 1, result=found)
                run.record(outcome, row.state)
                return None
        return step

    def _new(self, run: Run) -> Iterator[Step]:
        """Yield the rows that the ledger does not have."""
        ledger = self.store.meta("id") or ""
        for row in self._rows(self.store.last_number()):
            try:
                plan = self.action.plan(row)
            except RowError as error:
                self._refuse(run, row.number, error.problems)
                continue
            digests = [(column, digest_of((column, value))) for column, value in plan.keys]
            twice = [
                duplicate(column, owner, row.number)
                for column, digest in digests
                if (owner := self._owner(digest)) is not None
            ]
            if twice:
                self._refuse(run, row.number, twice)
                continue
            self._keys[row.number] = [digest for _, digest in digests]
            self._claimed.update((digest, row.number) for _, digest in digests)
            requests = tuple(
                tokened(request, ledger, row.number, index)
                for index, request in enumerate(plan.requests)
            )
            yield Step(row.number, requests, is_new=True)

    def _rows(self, after: int) -> Iterator[Row]:
        if self.store.count_copies():
            for number, cells in self.store.copies(after):
                yield Row(number, cells)
            return
        for row in self.source.rows():
            if row.number > after:
                yield row

    def _owner(self, digest: bytes) -> int | None:
        return self._claimed.get(digest) or self.store.key_owner(digest)

    def _refuse(self, run: Run, number: int, problems: Sequence[RowProblem]) -> None:
        """Store that a row breaks rules, with the next rows or with many others."""
        self._refused.append((number, problems))
        run.meter.move(RowState.WAITING, RowState.FAILED)
        if len(self._refused) >= _REFUSED_AT_ONCE:
            self._store_refused()
            run.report()

    def _store_refused(self) -> None:
        with self.store.transaction():
            self._add_refused()
        self._refused.clear()

    def _add_refused(self) -> None:
        self.store.add_refused(
            [(number, "; ".join(map(str, found))) for number, found in self._refused], time.time()
        )

    def _add_new(self, steps: list[Step]) -> Callable[[], None]:
        """Store the rows of *steps* and those refused before them. Called in a transaction."""
        self._add_refused()
        self.store.add(
            (
                step.number,
                json.dumps([[type(each).__name__, request_text(each)] for each in step.requests]),
                [*self._keys.get(step.number, ())],
            )
            for step in steps
        )
        return lambda: self._committed(steps)

    def _committed(self, steps: list[Step]) -> None:
        self._refused.clear()
        for step in steps:
            for digest in self._keys.pop(step.number, ()):
                self._claimed.pop(digest, None)

    # -- unknown outcomes and activations --------------------------------------------------

    def _find_created(self, step: Step) -> str | None:
        sent_at = self.store.sent_at(step.number)
        try:
            return find_created(self.client, step.request, sent_at)
        except CallError:
            # The row stays unknown, and a later run asks again.
            return None

    def _settle(self, run: Run) -> None:
        """Send rows again that are unknown or could not be sent, in rounds with pauses."""
        run.phase = Phase.SETTLING
        for pause in ROUNDS:
            if not self._can_settle():
                return
            run.rest(pause)
            last = self.store.last_number() + 1
            rows = self.store.stored((RowState.UNKNOWN, RowState.WAITING), last)
            steps = (self._again(run, row) for row in rows)
            run.pump(step for step in steps if step is not None)

    def _can_settle(self) -> bool:
        last = self.store.last_number() + 1
        for row in self.store.stored((RowState.UNKNOWN, RowState.WAITING), last):
            requests = restored(row)
            if row.state is RowState.WAITING or requests[row.step].idempotent:
                return True
        return False

    def _await_activations(self, run: Run) -> None:
        if not self._awaits or not isinstance(self.action, Onboard):
            return
        run.phase = Phase.ACTIVATING
        last = self.store.last_number() + 1
        activation = Activation(self.client)
        activation.pending |= {
            row.result: row.number
            for row in self.store.stored((RowState.SENT,), last)
            if row.result is not None
        }
        pause, moved_at = INTERVAL.initial, time.monotonic()
        while activation.pending:
            try:
                for number, thing, activated in activation.poll():
                    moved_at = time.monotonic()
                    self._record_activation(run, number, thing, activated=activated)
            except CallError as error:
                raise UnreachableError(f"the activations cannot be read: {error}") from error
            run.flush()
            run.report()
            left = self.action.activation_timeout - (time.monotonic() - moved_at)
            if not activation.pending or left <= 0:
                return
            run.rest(min(pause, left))
            pause = min(pause * 2, INTERVAL.maximum)

    def _record_activation(self, run: Run, number: int, thing: str, *, activated: bool) -> None:
        outcome = Outcome(
            number=number,
            state=RowState.DONE if activated else RowState.FAILED,
            step=1,
            result=thing,
            cause=None if activated else "Deleted",
            detail=None if activated else "the thing was deleted before it was activated",
        )
        run.record(outcome, RowState.SENT)
