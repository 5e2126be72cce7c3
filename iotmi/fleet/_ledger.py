"""The ledger as an application reads it: status, rows, retries, the report.

Reading needs neither the source nor a client, and works during a run in another process.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from os import PathLike

from iotmi.fleet._store import LedgerStore
from iotmi.fleet._values import LedgerRow, RowState, Status


class Ledger:
    """The SQLite file in which a job keeps its rows.

    The file holds the requests of rows that are not done, with bar codes and serial numbers. Only
    its owner can read it (0600).

    Args:
        path: the file of an earlier run.

    Raises:
        LedgerError: the file is missing, no ledger, or of another version.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = path
        with closing(LedgerStore(path, create=False)):
            pass

    def status(self) -> Status:
        """Return the rows by state, and the causes of those that failed or are unknown."""
        with closing(LedgerStore(self.path, create=False)) as store:
            return store.status()

    def rows(self, *states: RowState | str) -> Iterator[LedgerRow]:
        """Yield the rows that were read from the source, or those in *states*, by number."""
        with closing(LedgerStore(self.path, create=False)) as store:
            yield from store.ledger_rows([RowState(each) for each in states] or list(RowState))

    def retry(
        self,
        *,
        rows: Sequence[int] | None = None,
        cause: str | None = None,
        unknown: bool = False,
    ) -> int:
        """Make failed rows wait again for the next run, and return their number.

        A row keeps its idempotency token. A row that could not become a request stays failed,
        because the source cannot change.

        Args:
            rows: only the rows with these numbers.
            cause: only the rows with this cause, such as ``"ConflictException"``.
            unknown: take rows with an unknown outcome instead. A command among them may then be
                carried out twice.

        Raises:
            LedgerBusyError: a run is using the ledger.
        """
        state = RowState.UNKNOWN if unknown else RowState.FAILED
        with closing(LedgerStore(self.path, create=False)) as store, store.locked():
            return store.retry(state, rows, cause)

    def report(self, path: str | PathLike[str]) -> None:
        """Write a page in HTML about the job: rows by state, rate over time, failures by cause.

        The page is one file without scripts, and shows no value of a row.
        """
        from iotmi.fleet._report import write_report

        with closing(LedgerStore(self.path, create=False)) as store:
            write_report(store, path)

    def __repr__(self) -> str:
        return f"<Ledger {self.path}>"
