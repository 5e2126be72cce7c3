"""Inventory: what the service has, written to a file, and compared with what a source wants.

This module reads listings. `iotmi.fleet._job` sends the changes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import define, evolve, field, frozen

import iotmi
from iotmi._models.managed_things import ManagedThing, ManagedThingSummary
from iotmi._schema.model import Request
from iotmi._schema.schema import schema_of
from iotmi._serde.plain import from_plain
from iotmi.client import Client
from iotmi.errors import ConstraintError
from iotmi.fleet._actions import Action, Onboard, RowPlan, request_text
from iotmi.fleet._columns import RowError, build
from iotmi.fleet._engines import ExecutorLike
from iotmi.fleet._job import Job
from iotmi.fleet._run import ProgressHook
from iotmi.fleet._settling import serial_number_in
from iotmi.fleet._sources import Row, SourceLike, cells_of, open_source
from iotmi.fleet._values import RowProblem, Summary
from iotmi.fleet._writers import writer_for
from iotmi.resources.managed_things import (
    DeleteManagedThing,
    ListManagedThings,
    UpdateManagedThing,
)

Key: TypeAlias = Literal["id", "serial_number", "name"]

_KEYS: Final[tuple[Key, ...]] = ("id", "serial_number", "name")
_ID_COLUMNS: Final = ("id", "identifier", "managed_thing_id")
_CHANGEABLE: Final = frozenset(member.name for member in schema_of(UpdateManagedThing).members)
_LISTED: Final = frozenset(member.name for member in schema_of(ManagedThingSummary).members)


@frozen(kw_only=True)
class Change:
    """One difference between a source and the service.

    Attributes:
        kind: ``"create"``, ``"update"`` or ``"delete"``.
        row: the number of the row in the source, or None for a deletion.
        thing_id: the id of the managed thing, or None for a creation.
        members: the names of the members that differ.
        request: the request that makes the change. Its sensitive members are not shown.
    """

    kind: Literal["create", "update", "delete"]
    row: int | None
    thing_id: str | None
    members: tuple[str, ...] = ()
    request: Request[object] = field(repr=False)

    def __str__(self) -> str:
        what = f"{self.kind} {self.thing_id or f'the thing of row {self.row}'}"
        return f"{what}: {', '.join(self.members)}" if self.members else what


@frozen(kw_only=True)
class Diff:
    """The differences between a source and the service.

    Attributes:
        changes: the differences in the order of the rows, deletions last.
        unchanged: the number of rows that agree with the service.
        problems: the rows that were left out, with the rules that they break.
        source: the name of the source.
        identity: a digest of the source and of the settings of the comparison.
    """

    changes: tuple[Change, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]
    source: str
    identity: str = field(repr=False)

    def __str__(self) -> str:
        kinds = [change.kind for change in self.changes]
        return (
            f"{kinds.count('create'):,} to create, {kinds.count('update'):,} to update, "
            f"{kinds.count('delete'):,} to delete, {self.unchanged:,} unchanged, "
            f"{len(self.problems):,} problems"
        )


def export(
    client: Client,
    path: str | PathLike[str],
    *,
    filters: Mapping[str, object] | None = None,
    details: bool = False,
    secrets: Literal["show", "hide"] = "show",
) -> int:
    """Write every managed thing to a CSV, JSON Lines or Parquet file, and return their number.

    The file is for its owner only (0600), because owners and serial numbers are in it.

    Args:
        client: reads the listing.
        path: the file. An existing file is replaced at the end.
        filters: parameters of ``client.managed_things.list``, such as ``role_filter``.
        details: read each thing, with its metadata and tags; one call for each thing.
        secrets: ``"hide"`` writes ``***`` for sensitive members. A job refuses such rows.

    Raises:
        SourceError: the format of the file is unknown.
        CallError: a page cannot be read. An existing file stays as it is.
    """
    kind = ManagedThing if details else ManagedThingSummary
    columns = [member.name for member in schema_of(kind).members]
    number = 0
    with writer_for(path, columns) as write:
        for thing in _listed(client, filters):
            shown = client.managed_things.get(thing.id) if details else thing
            write(cells_of(shown, secrets))
            number += 1
    return number


def diff(
    source: SourceLike,
    client: Client,
    *,
    onboard: Onboard | None = None,
    key: Key | None = None,
    delete: bool = False,
    filters: Mapping[str, object] | None = None,
) -> Diff:
    """Compare a source with the managed things of the service. Change nothing.

    A row without a thing is to be created, and a row that differs from its thing to be updated.
    Only the columns of the source are compared. Metadata is read for each thing.

    Args:
        source: rows as for `Onboard`, which may also have a column ``id``.
        client: reads the listing.
        onboard: settings for the things to be created.
        key: the member by which rows and things match; by default the first of ``id``,
            ``serial_number`` and ``name`` that a row has.
        delete: True to delete the things that no row matches.
        filters: parameters of ``client.managed_things.list``: other things are passed over.

    Raises:
        SourceError: the source cannot be read.
        CallError: the listing cannot be read.
    """
    opened = open_source(source)
    comparison = _Comparison(client, onboard or Onboard(), (key,) if key else _KEYS)
    for thing in _listed(client, filters):
        comparison.add(thing)
    for row in opened.rows():
        comparison.compare(row)
    if delete:
        comparison.delete_others()
    settings = json.dumps([key, delete, sorted(filters or {})])
    identity = f"{opened.identity()} {settings} {comparison.onboard.fingerprint()}"
    return Diff(
        changes=tuple(comparison.changes),
        unchanged=comparison.unchanged,
        problems=tuple(comparison.problems),
        source=opened.label,
        identity=hashlib.sha256(identity.encode()).hexdigest(),
    )


def apply(
    changes: Diff,
    client: Client,
    *,
    ledger: str | PathLike[str],
    dry_run: bool = True,
    executor: ExecutorLike | None = None,
    progress: ProgressHook | None = None,
) -> Summary:
    """Make the changes of a diff. A dry run, which sends nothing, unless *dry_run* is False.

    Args:
        changes: what `diff` returned.
        client: sends the requests.
        ledger: the file of the ledger, as for `Job`. A diff of the same source goes on with the
            changes in the ledger.
        dry_run: True to return the changes as waiting rows.
        executor: as for `Job.run`.
        progress: as for `Job.run`.

    Raises:
        FleetError: as for `Job.run`.
    """
    if dry_run:
        total = len(changes.changes)
        return Summary(total=total, waiting=total, sent=0, done=0, failed=0, unknown=0)
    job = Job(_ChangesSource(changes), _Apply(), ledger=ledger)
    return job.run(client, executor=executor, progress=progress)


def _listed(client: Client, filters: Mapping[str, object] | None) -> Iterator[ManagedThingSummary]:
    listing = from_plain(ListManagedThings, {"max_results": 1000, **(filters or {})})
    yield from client._sync_driver.pager(listing)  # noqa: SLF001 - one mechanism


@define
class _Comparison:
    """The state of one comparison: the things by each key, and the changes so far."""

    client: Client
    onboard: Onboard
    keys: tuple[Key, ...]
    changes: list[Change] = field(factory=list)
    problems: list[RowProblem] = field(factory=list)
    unchanged: int = 0
    _things: dict[str, ManagedThingSummary] = field(factory=dict)
    # The ids of the things with each key and value. Two things may share a name.
    _ids: dict[tuple[Key, str], list[str]] = field(factory=dict)
    _matched: set[str] = field(factory=set)

    def add(self, thing: ManagedThingSummary) -> None:
        """Add a thing of the listing."""
        self._things[thing.id] = thing
        for key in self.keys:
            value = getattr(thing, key)
            if value is not None:
                self._ids.setdefault((key, value), []).append(thing.id)

    def compare(self, row: Row) -> None:
        """Find the change that *row* needs."""
        cells = {name: held for name, held in row.cells.items() if name not in _ID_COLUMNS}
        wanted = next((row.cells[name] for name in _ID_COLUMNS if row.cells.get(name)), None)
        bare = evolve(row, cells=cells)
        try:
            members = self.onboard.members(bare)
            thing = self._thing_of(row, wanted, members)
            if thing is None:
                plan = self.onboard.plan(bare)
                (request,) = plan.requests
                self.changes.append(
                    Change(kind="create", row=row.number, thing_id=None, request=request)
                )
            else:
                self._update(row, thing, members)
        except RowError as error:
            self.problems += error.problems

    def delete_others(self) -> None:
        """Find the things that no row matched."""
        for identifier in self._things.keys() - self._matched:
            self.changes.append(
                Change(
                    kind="delete",
                    row=None,
                    thing_id=identifier,
                    request=DeleteManagedThing(identifier),
                )
            )

    def _thing_of(
        self, row: Row, wanted: object, members: Mapping[str, object]
    ) -> ManagedThingSummary | None:
        if wanted is not None and "id" in self.keys:
            thing = self._things.get(str(wanted))
            if thing is None:
                raise RowError(RowProblem(row.number, "id", "no managed thing has this id"))
            return self._matching(row, thing.id, "id")
        for key in self.keys:
            value = members.get(key)
            if key == "serial_number" and value is None:
                value = serial_number_in(members.get("authentication_material"))
            if not isinstance(value, str):
                continue
            found = self._ids.get((key, value), [])
            if len(found) > 1:
                rule = f"{len(found)} managed things have this {key}"
                raise RowError(RowProblem(row.number, key, rule))
            return self._matching(row, found[0], key) if found else None
        rule = f"is required, to find the thing of the row: one of {', '.join(self.keys)}"
        raise RowError(RowProblem(row.number, self.keys[0], rule))

    def _matching(self, row: Row, identifier: str, key: Key) -> ManagedThingSummary:
        if identifier in self._matched:
            rule = "names the same managed thing as an earlier row"
            raise RowError(RowProblem(row.number, key, rule))
        self._matched.add(identifier)
        return self._things[identifier]

    def _update(self, row: Row, thing: ManagedThingSummary, members: Mapping[str, object]) -> None:
        changed: dict[str, object] = {}
        for name in sorted(_CHANGEABLE & members.keys()):
            value = members[name]
            if name in _LISTED:
                present: object = getattr(thing, name)
            elif name == "metadata":
                present = dict(self.client.managed_things.get_metadata(thing.id).metadata or {})
            else:
                # The service does not list it. Writing it again changes nothing.
                present = None
            if present != value:
                changed[name] = value
        if not changed:
            self.unchanged += 1
            return
        try:
            request = build(UpdateManagedThing, {"identifier": thing.id, **changed})
        except ConstraintError as error:
            problems = [RowProblem(row.number, each.path, each.rule) for each in error.problems]
            raise RowError(*problems) from None
        self.changes.append(
            Change(
                kind="update",
                row=row.number,
                thing_id=thing.id,
                members=tuple(changed),
                request=request,
            )
        )


@frozen
class _ChangesSource:
    """The changes of a diff as rows. The ledger keeps a copy, because a diff changes."""

    diff: Diff
    is_listing: bool = True
    columns: None = None

    @property
    def label(self) -> str:
        return f"the diff of {self.diff.source}"

    def identity(self) -> str:
        return self.diff.identity

    def rows(self) -> Iterator[Row]:
        for number, change in enumerate(self.diff.changes, 1):
            operation = type(change.request).__name__
            yield Row(number, {"operation": operation, "request": request_text(change.request)})


@frozen
class _Apply(Action):
    """The action of `apply`: each row holds its request."""

    name: ClassVar[str] = "apply"

    def configuration(self) -> Mapping[str, object]:
        return {}

    def plan(self, row: Row) -> RowPlan:
        operation, text = str(row.cells["operation"]), str(row.cells["request"])
        kind: type[Request[object]] = getattr(iotmi, operation)
        return RowPlan((from_plain(kind, json.loads(text), names="wire"),))
