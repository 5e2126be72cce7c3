"""Values that a job returns: states, problems, progress and summaries. This module does no I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class RowState(StrEnum):
    """The state of one row in the ledger.

    ``WAITING`` was not sent. ``SENT`` is in progress, or was when a run was killed. ``DONE``
    succeeded. ``FAILED`` had no effect. ``UNKNOWN`` may have had an effect: no response said so.
    """

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@frozen
class RowProblem:
    """One broken rule of one row. It holds no value of the row.

    Attributes:
        row: the number of the row, from 1 for the first row after a header; 0 for the header.
        column: the column, such as ``serial_number`` or ``metadata.site``; empty for the row.
        rule: the broken rule in words.
    """

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "header"
        return f"{where}, {self.column}: {self.rule}" if self.column else f"{where}: {self.rule}"


@frozen(kw_only=True)
class Preflight:
    """The result of a check of all rows. Nothing was sent.

    Attributes:
        rows: the number of rows.
        problems: every broken rule, in the order of the rows. The sequence reads a temporary file,
            so that it may be long.
        warnings: rules that genuine labels break too, such as a wrong checksum. They stop no row.
        elapsed: seconds of the check.
    """

    rows: int
    problems: Sequence[RowProblem] = field(repr=False)
    warnings: Sequence[RowProblem] = field(repr=False)
    elapsed: float

    @property
    def ok(self) -> bool:
        """True if no row has a problem."""
        return not self.problems

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows checked in {self.elapsed:.1f} s: "
            f"{_counted(len(self.problems), 'problem')}, {_counted(len(self.warnings), 'warning')}"
        )


@frozen(kw_only=True)
class Status:
    """The rows of a job by state.

    Attributes:
        total: all rows of the source.
        waiting: not sent.
        sent: in progress. After a run: created, and not yet in the state of ``until``.
        done: succeeded.
        failed: without an effect, for a cause in `causes`.
        unknown: with an unknown outcome, for a cause in `causes`.
        causes: the failed and unknown rows by cause, the most frequent first.
    """

    total: int
    waiting: int
    sent: int
    done: int
    failed: int
    unknown: int
    causes: Mapping[str, int] = field(factory=dict)

    @property
    def exit_code(self) -> int:
        """The exit code of the command line: 0 all done, 1 rows failed, 3 outcomes not known."""
        if self.unknown or self.sent or self.waiting:
            return 3
        return 1 if self.failed else 0

    def __str__(self) -> str:
        return (
            f"{self.done:,} of {_counted(self.total, 'row')} done, {self.failed:,} failed, "
            f"{self.unknown:,} unknown, {self.sent:,} in progress, {self.waiting:,} waiting"
        )


@frozen(kw_only=True)
class Summary(Status):
    """The rows of a job by state at the end of a run.

    Attributes:
        elapsed: seconds of this run.
        rate: rows that ended in this run, a second.
        rate_limit: the service's limit in calls a second, or None if no call was throttled.
        throttled: calls of this run that the service throttled.
    """

    elapsed: float = 0.0
    rate: float = 0.0
    rate_limit: float | None = None
    throttled: int = 0

    # A subclass of an attrs class has a repr of its own, and needs the text of the base.
    def __str__(self) -> str:
        return f"{super().__str__()} ({self.elapsed:.1f} s, {self.rate:.1f} rows a second)"


class Phase(StrEnum):
    """The part of a run: sending rows, settling unknown outcomes, or awaiting activations."""

    SENDING = "sending"
    SETTLING = "settling"
    ACTIVATING = "activating"


@frozen(kw_only=True)
class Progress:
    """A moment of a run, for a progress bar.

    Attributes:
        phase: the part of the run.
        total: all rows of the source.
        waiting: not sent.
        sent: in progress.
        done: succeeded, in all runs of the ledger.
        failed: without an effect.
        unknown: with an unknown outcome.
        rate: rows that ended in the last ten seconds, a second.
        rate_limit: the service's limit in calls a second, or None if no call was throttled yet.
        throttled: calls of this run that the service throttled.
        elapsed: seconds since the run began.
        eta: seconds until the last row, or None if unknown.
    """

    phase: Phase
    total: int
    waiting: int
    sent: int
    done: int
    failed: int
    unknown: int
    rate: float
    rate_limit: float | None
    throttled: int
    elapsed: float
    eta: float | None


@frozen(kw_only=True)
class LedgerRow:
    """One row as the ledger knows it. It holds no value of the source.

    Attributes:
        number: the number of the row, from 1.
        state: its state.
        operation: the operation that was sent last, or None.
        result: the id of the new resource, or the trace id of a command.
        cause: why the row failed or is unknown, such as ``ConflictException``.
        detail: the message of the error.
        request_id: the id that AWS support asks for.
        sent_at: the time at which the row was first sent.
        ended_at: the time at which it ended.
    """

    number: int
    state: RowState
    operation: str | None = None
    result: str | None = None
    cause: str | None = None
    detail: str | None = None
    request_id: str | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
