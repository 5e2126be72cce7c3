"""Fleets: the same action for every row of a source, with nothing lost and nothing done twice.

    from iotmi import fleet

    job = fleet.Job("devices.csv", fleet.Onboard(role="DEVICE"), ledger="devices.ledger")
    print(job.check())
    print(job.run(client))

A row is committed to the ledger before it is sent. To resume, run the same job again.
"""

from iotmi.fleet._actions import Action, ActionLike, Control, Delete, Onboard, Tag, Update
from iotmi.fleet._errors import (
    CredentialsError,
    ExecutorError,
    FleetError,
    LedgerBusyError,
    LedgerError,
    LedgerFullError,
    LedgerMismatchError,
    QuotaReachedError,
    RunInterrupted,
    RunStoppedError,
    SourceChangedError,
    SourceError,
    UnreachableError,
)
from iotmi.fleet._inventory import Change, Diff, Key, apply, diff, export
from iotmi.fleet._job import Job
from iotmi.fleet._ledger import Ledger
from iotmi.fleet._row import RowConfig, RowResult, run_row
from iotmi.fleet._sources import SourceLike
from iotmi.fleet._values import (
    LedgerRow,
    Phase,
    Preflight,
    Progress,
    RowProblem,
    RowState,
    Status,
    Summary,
)

__all__ = [
    "Action",
    "ActionLike",
    "Change",
    "Control",
    "CredentialsError",
    "Delete",
    "Diff",
    "ExecutorError",
    "FleetError",
    "Job",
    "Key",
    "Ledger",
    "LedgerBusyError",
    "LedgerError",
    "LedgerFullError",
    "LedgerMismatchError",
    "LedgerRow",
    "Onboard",
    "Phase",
    "Preflight",
    "Progress",
    "QuotaReachedError",
    "RowConfig",
    "RowProblem",
    "RowResult",
    "RowState",
    "RunInterrupted",
    "RunStoppedError",
    "SourceChangedError",
    "SourceError",
    "SourceLike",
    "Status",
    "Summary",
    "Tag",
    "UnreachableError",
    "Update",
    "apply",
    "diff",
    "export",
    "run_row",
]
