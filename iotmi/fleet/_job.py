"""A job: a source, an action and a ledger. It assembles the parts of a run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from os import PathLike

from iotmi._schema.sealing import without_frames
from iotmi.client import Client
from iotmi.errors import IotmiError
from iotmi.fleet._actions import ActionLike, action_of
from iotmi.fleet._engines import ExecutorLike, engine_for
from iotmi.fleet._ledger import Ledger
from iotmi.fleet._preflight import check
from iotmi.fleet._run import ProgressHook
from iotmi.fleet._runner import Runner
from iotmi.fleet._sources import SourceLike, open_source
from iotmi.fleet._store import LedgerStore
from iotmi.fleet._values import LedgerRow, Preflight, RowState, Status, Summary


class Job:
    """The same action for every row of a source, recorded in a ledger.

    ``Job("devices.csv", Onboard(), ledger="devices.ledger").run(client)``. To resume, run the same
    job again.

    Args:
        source: a CSV, JSON Lines or Parquet file, an iterable of mappings or of this library's
            values, or a pager. A ledger belongs to the content of its source.
        action: `Onboard`, `Update`, `Tag`, `Control`, `Delete`, or a function from the cells of a
            row to a request or several. Several requests of a row are sent in order.
        ledger: the file of the ledger, made by the first run; None for a job that is only checked.

    Raises:
        SourceError: the file is missing or of an unknown format.
    """

    def __init__(
        self,
        source: SourceLike,
        action: ActionLike,
        *,
        ledger: str | PathLike[str] | None = None,
    ) -> None:
        self._source = open_source(source)
        self._action = action_of(action)
        self._path = ledger

    def check(self) -> Preflight:
        """Check every row against every limit, bar code and duplicate. Send nothing.

        Raises:
            SourceError: the source cannot be read.
        """
        try:
            return check(self._source, self._action)
        except IotmiError as error:
            # Its frames hold rows.
            raise without_frames(error)  # noqa: B904 - the same error

    def run(
        self,
        client: Client,
        *,
        executor: ExecutorLike | None = None,
        progress: ProgressHook | None = None,
    ) -> Summary:
        """Send the rows that are not done, and return the rows by state.

        A row that breaks a rule fails, and nothing is sent for it. The run keeps to the service's
        rate limit, which it finds by itself: the client's `Pacing` if it has one.

        Args:
            client: sends the requests. For other processes it must pickle.
            executor: an executor of `concurrent.futures`, or a client of Dask; threads if None.
            progress: called in this thread, at most four times a second and at the end.

        Raises:
            FleetError: the run cannot start, or stopped cleanly; run the job again to go on.
            RunInterrupted: Ctrl-C ended the run cleanly.
        """
        try:
            return self._run(client, executor, progress)
        except IotmiError as error:
            # Its frames hold rows and requests.
            raise without_frames(error)  # noqa: B904 - the same error

    def _run(
        self, client: Client, executor: ExecutorLike | None, progress: ProgressHook | None
    ) -> Summary:
        with ExitStack() as stack:
            store = stack.enter_context(closing(LedgerStore(self._ledger_path(), create=True)))
            stack.enter_context(store.locked())
            runner = Runner(store, self._source, self._action, client)
            runner.bind()
            engine = engine_for(client, executor)
            stack.callback(engine.close)
            return runner.run(engine, progress)

    def status(self) -> Status:
        """Return the rows by state. See `Ledger.status`."""
        return self.ledger.status()

    def rows(self, *states: RowState | str) -> Iterator[LedgerRow]:
        """Yield rows of the ledger. See `Ledger.rows`."""
        return self.ledger.rows(*states)

    def retry(
        self,
        *,
        rows: Sequence[int] | None = None,
        cause: str | None = None,
        unknown: bool = False,
    ) -> int:
        """Make failed rows wait again for the next run. See `Ledger.retry`."""
        return self.ledger.retry(rows=rows, cause=cause, unknown=unknown)

    def report(self, path: str | PathLike[str]) -> None:
        """Write a page in HTML about the job. See `Ledger.report`."""
        self.ledger.report(path)

    @property
    def ledger(self) -> Ledger:
        """The ledger of an earlier run."""
        return Ledger(self._ledger_path())

    def _ledger_path(self) -> str | PathLike[str]:
        if self._path is None:
            raise TypeError("this job has no ledger: Job(source, action, ledger=path)")
        return self._path

    def __repr__(self) -> str:
        return f"<Job {self._action.name} {self._source.label}>"
