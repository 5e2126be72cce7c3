"""Inventory: what the service has, written to a file, and compared with what a source wants."""

from collections.abc import Mapping
from os import PathLike
from typing import Literal

from attrs import field, frozen

from iotmi.client import Client
from iotmi.fleet._engines import ExecutorLike
from iotmi.fleet._run import ProgressHook
from iotmi.fleet._sources import SourceLike
from iotmi.fleet._values import RowProblem, Summary


@frozen(kw_only=True)
class Change:
    """One difference between a source and the service.

    Attributes:
        kind: ``"create"``, ``"update"`` or ``"delete"``.
        row: the number of the row in the source, or None for a deletion.
        thing_id: the id of the managed thing, or None for a creation.
        members: the names of the members that differ. Their values are not shown.
    """

    kind: Literal["create", "update", "delete"]
    row: int | None
    thing_id: str | None
    members: tuple[str, ...] = ()
    request: Mapping[str, object] = field(repr=False, factory=dict)


@frozen(kw_only=True)
class Diff:
    """The differences between a source and the service.

    Attributes:
        changes: the differences, in the order of the rows; deletions last.
        unchanged: the number of rows that agree with the service.
        problems: rows that break a rule, and are left out.
        source: the identity of the source.
    """

    changes: tuple[Change, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]
    source: str = field(repr=False)


def export(
    client: Client,
    path: str | PathLike[str],
    *,
    filters: Mapping[str, object] | None = None,
    details: bool = False,
    secrets: Literal["show", "hide"] = "show",
) -> int:
    """Write every managed thing to a CSV, JSON Lines or Parquet file, and return their number.

    The file is for its owner only (0600), because serial numbers and owners are in it.

    Args:
        client: reads the listing.
        path: the file. An existing file is replaced at the end.
        filters: parameters of ``client.managed_things.list``, such as ``role_filter``.
        details: read each thing, with its tags and metadata; one call for each thing.
        secrets: ``"hide"`` writes ``***`` for sensitive members. Such a file cannot be applied.
    """
    raise NotImplementedError


def diff(
    source: SourceLike,
    client: Client,
    *,
    key: str | None = None,
    delete: bool = False,
    filters: Mapping[str, object] | None = None,
) -> Diff:
    """Compare a source with the managed things of the service. Change nothing.

    Args:
        source: rows as for `Onboard`; a row with an ``id`` is never created.
        client: reads the listing.
        key: the member by which rows and things match: ``"id"``, ``"serial_number"`` or
            ``"name"``; the first of them that the source has if None.
        delete: True to find things that the source does not have.
        filters: parameters of ``client.managed_things.list``: only these things are compared.
    """
    raise NotImplementedError


def apply(
    changes: Diff,
    client: Client,
    *,
    ledger: str | PathLike[str],
    dry_run: bool = True,
    executor: ExecutorLike | None = None,
    progress: ProgressHook | None = None,
) -> Summary:
    """Make the changes of a diff: a dry run unless told otherwise.

    Args:
        changes: what `diff` returned.
        client: sends the requests.
        ledger: the file of the ledger, as for `Job`. Applying the diff of the same source again
            goes on with the changes in the ledger.
        dry_run: True to return the rows that would be sent, all waiting, and send nothing.
        executor: as for `Job.run`.
        progress: as for `Job.run`.
    """
    raise NotImplementedError
