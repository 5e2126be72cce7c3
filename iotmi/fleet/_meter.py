"""The meter of a run: rows by state, the rate, the time left. It reads the clock and no ledger."""

import time
from collections import deque
from typing import Final

from attrs import define, field

from iotmi.fleet._store import Sample
from iotmi.fleet._values import Phase, Progress, RowState, Status, Summary

WINDOW: Final = 10.0
"""Seconds over which the rate is counted."""

_ENDED: Final = (RowState.DONE, RowState.FAILED, RowState.UNKNOWN)
_MOST_SAMPLES: Final = 300


@define
class Meter:
    """The counts of one run.

    Attributes:
        total: all rows.
        counts: the rows by state.
        run: the number of the run, from 1.
        operation: the operation whose rate is shown.
        rate_limit: the limit found, or None.
        throttled: calls that the service throttled.
    """

    total: int
    counts: dict[RowState, int]
    run: int = 1
    operation: str | None = None
    rate_limit: float | None = None
    throttled: int = 0
    _ended: int = 0
    _began: float = field(factory=time.monotonic)
    _moments: deque[tuple[float, int]] = field(factory=deque)
    _sampled_at: float | None = None

    def move(self, before: RowState, after: RowState) -> None:
        """Count that a row changed its state."""
        if before is after:
            return
        self.counts[before] -= 1
        self.counts[after] += 1
        if after in _ENDED:
            self._ended += 1

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def rate(self) -> float:
        """Return the rows that ended in the last seconds, a second."""
        now = time.monotonic()
        self._moments.append((now, self._ended))
        while len(self._moments) > 2 and self._moments[0][0] < now - WINDOW:
            self._moments.popleft()
        (first, before) = self._moments[0]
        if len(self._moments) == 1:
            first, before = self._began, 0
        return (self._ended - before) / (now - first) if now > first else 0.0

    def progress(self, phase: Phase) -> Progress:
        """Return the counts of this moment."""
        rate = self.rate()
        left = self.counts[RowState.WAITING] + self.counts[RowState.SENT]
        return Progress(
            phase=phase,
            total=self.total,
            waiting=self.counts[RowState.WAITING],
            sent=self.counts[RowState.SENT],
            done=self.counts[RowState.DONE],
            failed=self.counts[RowState.FAILED],
            unknown=self.counts[RowState.UNKNOWN],
            rate=rate,
            rate_limit=self.rate_limit,
            throttled=self.throttled,
            elapsed=self.elapsed,
            eta=0.0 if left == 0 else left / rate if rate > 0 else None,
        )

    def sample(self) -> Sample | None:
        """Return the counts for the ledger, or None if the last sample is young."""
        elapsed = self.elapsed
        pause = max(1.0, elapsed / _MOST_SAMPLES)
        if self._sampled_at is not None and elapsed - self._sampled_at < pause:
            return None
        self._sampled_at = elapsed
        return self.moment()

    def moment(self) -> Sample:
        """Return the counts of this moment for the ledger."""
        return Sample(
            at=time.time(),
            run=self.run,
            done=self.counts[RowState.DONE],
            failed=self.counts[RowState.FAILED],
            unknown=self.counts[RowState.UNKNOWN],
            rate=self.rate(),
            rate_limit=self.rate_limit,
        )

    def summary(self, status: Status) -> Summary:
        """Return *status* with the figures of the run."""
        elapsed = self.elapsed
        return Summary(
            total=status.total,
            waiting=status.waiting,
            sent=status.sent,
            done=status.done,
            failed=status.failed,
            unknown=status.unknown,
            causes=status.causes,
            elapsed=elapsed,
            rate=self._ended / elapsed if elapsed > 0 else 0.0,
            rate_limit=self.rate_limit,
            throttled=self.throttled,
        )
