"""The tables of the ledger: the job, its rows, its keys and its history.

This module does not know what a request is or when a row is sent.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import attrs
from attrs import frozen

from iotmi.fleet._errors import LedgerMismatchError, SourceChangedError
from iotmi.fleet._ledger_file import LedgerFile
from iotmi.fleet._values import LedgerRow, RowState, Status


@frozen(kw_only=True)
class Binding:
    """All that a ledger belongs to.

    Attributes:
        action: the name of the action.
        configuration: a digest of the action's settings.
        source: the label of the source.
        identity: the identity of the source.
    """

    action: str
    configuration: str
    source: str
    identity: str


@frozen(kw_only=True)
class StoredRow:
    """A row as it is stored, with its requests.

    Attributes:
        number: the number of the row.
        state: its state.
        step: the number of requests that succeeded.
        requests: operation and JSON of each request, in order; None once the row is done.
        result: the id of the new resource, or None.
        settled: how often a run tried to settle the unknown outcome.
        sent_at: seconds since 1970 of the first send, or None.
    """

    number: int
    state: RowState
    step: int = 0
    requests: tuple[tuple[str, str], ...] | None = None
    result: str | None = None
    settled: int = 0
    sent_at: float | None = None


@frozen(kw_only=True)
class Outcome:
    """A new state of a stored row.

    Attributes:
        number: the number of the row.
        state: its state.
        step: the number of requests that succeeded.
        result: the id of the new resource, or None to keep it.
        operation: the operation that was sent last.
        cause: why the row failed or is unknown.
        detail: the message of the error.
        request_id: of the last response.
        settled: how often a run tried to settle the row.
    """

    number: int
    state: RowState
    step: int = 0
    result: str | None = None
    operation: str | None = None
    cause: str | None = None
    detail: str | None = None
    request_id: str | None = None
    settled: int = 0


@frozen(kw_only=True)
class Sample:
    """The counts and the rate of one moment of a run."""

    at: float
    run: int
    done: int
    failed: int
    unknown: int
    rate: float
    rate_limit: float | None


class LedgerStore(LedgerFile):
    """The tables of one ledger, open in one thread."""

    # -- the job -----------------------------------------------------------------------

    def next_run(self) -> int:
        """Count a run and return its number, from 1."""
        number = int(self.meta("runs") or 0) + 1
        with self.transaction():
            self._put("runs", str(number))
        return number

    @property
    def is_bound(self) -> bool:
        """True if the ledger belongs to a job."""
        return self.meta("total") is not None

    def require(self, binding: Binding) -> None:
        """Raise if the ledger belongs to another job or another source."""
        action = self.meta("action")
        if action != binding.action:
            raise LedgerMismatchError(
                f"{self.path}: the ledger belongs to a job that does {action!r}, not "
                f"{binding.action!r}; use another ledger"
            )
        if self.meta("configuration") != binding.configuration:
            raise LedgerMismatchError(
                f"{self.path}: the ledger belongs to a job with other settings of "
                f"{binding.action!r}; use the settings of its first run, or another ledger"
            )
        if self.meta("identity") != binding.identity:
            raise SourceChangedError(
                f"{binding.source} has changed since the ledger {self.path} was made for "
                f"{self.meta('source')}; use the same content, or another ledger"
            )

    def bind(self, binding: Binding, region: str, total: int) -> None:
        """Make the ledger belong to a job with *total* rows. Called in a transaction."""
        self._put("region", region)
        self._put("action", binding.action)
        self._put("configuration", binding.configuration)
        self._put("source", binding.source)
        self._put("identity", binding.identity)
        self._put("total", str(total))

    def add_copies(self, lines: Iterable[tuple[int, str]]) -> None:
        """Store the rows of a listing. Called in a transaction."""
        self._database.executemany("INSERT INTO copies VALUES (?, ?)", lines)

    def count_copies(self) -> int:
        """Return the number of stored rows of a listing."""
        (number,) = self._database.execute("SELECT count(*) FROM copies").fetchone()
        return int(number)

    def copies(self, after: int) -> Iterator[tuple[int, Mapping[str, object]]]:
        """Yield the stored rows of a listing with higher numbers than *after*."""
        while True:
            found = self._database.execute(
                "SELECT number, cells FROM copies WHERE number > ? ORDER BY number LIMIT 500",
                (after,),
            ).fetchall()
            if not found:
                return
            for number, cells in found:
                yield number, json.loads(cells)
                after = number

    # -- rows --------------------------------------------------------------------------

    def last_number(self) -> int:
        """Return the number of the last row that was read from the source, or 0."""
        (number,) = self._database.execute("SELECT max(number) FROM rows").fetchone()
        return number or 0

    def key_owner(self, digest: bytes) -> int | None:
        """Return the number of the row that has the key, or None."""
        row = self._database.execute(
            "SELECT number FROM keys WHERE digest = ?", (digest,)
        ).fetchone()
        return None if row is None else int(row[0])

    def sent_at(self, number: int) -> float | None:
        """Return the seconds since 1970 at which a row was first sent, or None."""
        row = self._database.execute(
            "SELECT sent_at FROM rows WHERE number = ?", (number,)
        ).fetchone()
        return None if row is None or row[0] is None else float(row[0])

    def add(self, rows: Iterable[tuple[int, str, Sequence[bytes]]]) -> None:
        """Store new rows: number, requests as JSON, keys. Called in a transaction."""
        for number, requests, digests in rows:
            self._database.execute(
                "INSERT INTO rows (number, state, requests) VALUES (?, 'waiting', ?)",
                (number, requests),
            )
            self._database.executemany(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)",
                [(digest, number) for digest in digests],
            )

    def add_refused(self, rows: Iterable[tuple[int, str]], at: float) -> None:
        """Store rows that cannot become a request, with the reason. Called in a transaction."""
        self._database.executemany(
            "INSERT INTO rows (number, state, cause, detail, ended_at)"
            " VALUES (?, 'failed', 'InvalidRow', ?, ?)",
            [(number, reason, at) for number, reason in rows],
        )

    def mark_sent(self, rows: Iterable[tuple[int, int, str]], at: float) -> None:
        """Store that rows are about to be sent: number, step, operation. In a transaction."""
        self._database.executemany(
            "UPDATE rows SET state = 'sent', step = ?, operation = ?, sent_at = ifnull(sent_at, ?)"
            " WHERE number = ?",
            [(step, operation, at, number) for number, step, operation in rows],
        )

    def record(self, outcomes: Iterable[Outcome], at: float) -> None:
        """Store outcomes. A row that is done forgets its requests. Called in a transaction."""
        self._database.executemany(
            "UPDATE rows SET state = :state, step = :step, result = ifnull(:result, result),"
            " operation = ifnull(:operation, operation), cause = :cause, detail = :detail,"
            " request_id = :request_id, settled = :settled,"
            " was_unknown = was_unknown OR :state = 'unknown',"
            " ended_at = CASE WHEN :state IN ('done', 'failed', 'unknown') THEN :at END,"
            " requests = CASE WHEN :state = 'done' THEN NULL ELSE requests END"
            " WHERE number = :number",
            [{**attrs.asdict(each, recurse=False), "at": at} for each in outcomes],
        )

    def stored(self, states: Sequence[RowState], before: int | None = None) -> Iterator[StoredRow]:
        """Yield the rows in *states* by number, up to *before* and not including it."""
        after = 0
        while True:
            found = self._database.execute(
                "SELECT number, state, step, requests, result, settled, sent_at FROM rows"
                " WHERE state IN (SELECT value FROM json_each(?)) AND number > ? AND number < ?"
                " ORDER BY number LIMIT 500",
                (json.dumps(states), after, before or (1 << 62)),
            ).fetchall()
            if not found:
                return
            for number, state, step, requests, result, settled, sent_at in found:
                after = number
                yield StoredRow(
                    number=number,
                    state=RowState(state),
                    step=step,
                    requests=requests and tuple(tuple(each) for each in json.loads(requests)),
                    result=result,
                    settled=settled,
                    sent_at=sent_at,
                )

    def retry(self, state: RowState, rows: Sequence[int] | None, cause: str | None) -> int:
        """Make rows in *state* wait again, and return their number."""
        with self.transaction():
            return self._database.execute(
                "UPDATE rows SET state = 'waiting', cause = NULL, detail = NULL, request_id = NULL,"
                " ended_at = NULL, settled = 0 WHERE state = :state AND requests IS NOT NULL"
                " AND (:cause IS NULL OR cause = :cause)"
                " AND (:rows IS NULL OR number IN (SELECT value FROM json_each(:rows)))",
                {
                    "state": state,
                    "cause": cause,
                    "rows": None if rows is None else json.dumps(list(rows)),
                },
            ).rowcount

    # -- history -----------------------------------------------------------------------

    def status(self) -> Status:
        """Return the rows by state, with the causes of those that failed or are unknown."""
        counts = dict(self._database.execute("SELECT state, count(*) FROM rows GROUP BY state"))
        causes = self._database.execute(
            "SELECT ifnull(cause, state), count(*) FROM rows WHERE state IN ('failed', 'unknown')"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        total = int(self.meta("total") or 0)
        known = {state: counts.get(state.value, 0) for state in RowState}
        started = sum(known.values()) - known[RowState.WAITING]
        return Status(
            total=total,
            waiting=total - started,
            sent=known[RowState.SENT],
            done=known[RowState.DONE],
            failed=known[RowState.FAILED],
            unknown=known[RowState.UNKNOWN],
            causes=dict(causes),
        )

    def ledger_rows(self, states: Sequence[RowState]) -> Iterator[LedgerRow]:
        """Yield the rows in *states* by number, without their requests."""
        after = 0
        while True:
            found = self._database.execute(
                "SELECT number, state, operation, result, cause, detail, request_id, sent_at,"
                " ended_at FROM rows WHERE state IN (SELECT value FROM json_each(?))"
                " AND number > ? ORDER BY number LIMIT 500",
                (json.dumps([state.value for state in states]), after),
            ).fetchall()
            if not found:
                return
            for row in found:
                after = row[0]
                yield LedgerRow(
                    number=row[0],
                    state=RowState(row[1]),
                    operation=row[2],
                    result=row[3],
                    cause=row[4],
                    detail=row[5],
                    request_id=row[6],
                    sent_at=_time(row[7]),
                    ended_at=_time(row[8]),
                )

    def add_sample(self, sample: Sample) -> None:
        """Store the counts of a moment. Called in a transaction."""
        self._database.execute(
            "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                sample.at,
                sample.run,
                sample.done,
                sample.failed,
                sample.unknown,
                sample.rate,
                sample.rate_limit,
            ),
        )

    def samples(self) -> list[Sample]:
        """Return the samples of all runs, oldest first."""
        names = ("at", "run", "done", "failed", "unknown", "rate", "rate_limit")
        columns = ", ".join(names)
        found = self._database.execute(f"SELECT {columns} FROM samples ORDER BY at")  # noqa: S608
        return [Sample(**dict(zip(names, row, strict=True))) for row in found]


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
