"""Errors of fleets: why a job cannot start, and why a run stopped. Each message is one sentence.

No message holds a bar code, a serial number or another value of a row. This module knows neither
sources nor ledgers.
"""

from iotmi.errors import IotmiError
from iotmi.fleet._values import Summary


class FleetError(IotmiError):
    """A job cannot start, or its run stopped early. No row is lost.

    Attributes:
        summary: the rows by state when the run stopped, or None if it did not begin.
    """

    summary: Summary | None = None


class SourceError(FleetError):
    """The source cannot be read: a missing file, an unknown format, a broken line or header."""


class SourceChangedError(FleetError):
    """The source is not the one that the ledger was made for."""


class LedgerError(FleetError):
    """The ledger cannot be used: it is missing, no ledger, of another version, or unwritable."""


class LedgerMismatchError(LedgerError):
    """The ledger belongs to another job: another action, configuration or Region."""


class LedgerBusyError(LedgerError):
    """Another run is using the ledger at this moment."""


class LedgerFullError(LedgerError):
    """The ledger cannot grow, because the disk is full or a file size limit was reached."""


class RunStoppedError(FleetError):
    """The run stopped cleanly, because no further row could succeed."""


class CredentialsError(RunStoppedError):
    """The credentials expired, were rejected, or lack the permission."""


class UnreachableError(RunStoppedError):
    """The service cannot be reached: a wrong Region or endpoint, no network, or an outage."""


class QuotaReachedError(RunStoppedError):
    """The account has reached a quota of the service, so that no row can create a resource."""


class ExecutorError(RunStoppedError):
    """The executor cannot run tasks: a worker process ended, or the client does not pickle."""


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C ended the run cleanly.

    Attributes:
        summary: the rows by state at the end of the run.
    """

    def __init__(self, message: str, summary: Summary) -> None:
        super().__init__(message)
        self.summary: Summary = summary
