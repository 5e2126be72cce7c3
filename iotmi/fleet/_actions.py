"""Actions: the requests that a row becomes, and the keys by which rows are the same thing twice.

An action is a frozen value. It reads no source, writes no ledger and sends nothing.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import define, field, frozen, validators

from iotmi import materials
from iotmi._models.managed_things import ManagedThing, ManagedThingSummary, Role
from iotmi._schema.containers import ReadOnlyMap
from iotmi._schema.model import Request
from iotmi._schema.schema import schema_of
from iotmi._serde.encoder import encode, json_default
from iotmi.capabilities import Command, endpoints
from iotmi.errors import ConstraintError, MaterialError
from iotmi.fleet._columns import Columns, RowError
from iotmi.fleet._errors import SourceError
from iotmi.fleet._sources import Cells, Row
from iotmi.fleet._values import RowProblem
from iotmi.resources._commands import SendManagedThingCommand
from iotmi.resources.managed_things import (
    CreateManagedThing,
    DeleteManagedThing,
    UpdateManagedThing,
)
from iotmi.resources.tags import TagResource, UntagResource

Until: TypeAlias = Literal["CREATED", "ACTIVATED"]

RowFunction: TypeAlias = "Callable[[Cells], Request[object] | Iterable[Request[object]]]"
"""A function from the cells of a row to the requests to send for it, in order."""

CODE: Final = "code"
_MATERIAL: Final = "authentication_material"
# Members that the service sets. An exported file has them.
_READ_ONLY: Final = frozenset(
    member.name
    for member in schema_of(ManagedThing).members + schema_of(ManagedThingSummary).members
) - {member.name for member in schema_of(CreateManagedThing).members}
_THING_IDS: Final = {"id": "identifier", "managed_thing_id": "identifier"}


@frozen
class RowPlan:
    """The requests of one row.

    Attributes:
        requests: in the order in which they are sent.
        keys: pairs of a column and a value that no other row may have.
        warnings: rules that the row breaks and that stop nothing.
    """

    requests: tuple[Request[object], ...] = field(repr=False)
    keys: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    warnings: tuple[RowProblem, ...] = ()


class Action(ABC):
    """The base of the actions."""

    name: ClassVar[str]

    @abstractmethod
    def plan(self, row: Row) -> RowPlan:
        """Return the requests of *row*.

        Raises:
            RowError: the row breaks rules.
        """

    @abstractmethod
    def configuration(self) -> Mapping[str, object]:
        """Return the settings that a ledger is bound to, as plain data."""

    def header_problems(self, _columns: Iterable[str], /) -> Sequence[RowProblem]:
        """Return the problems of a header with these columns."""
        return ()

    def fingerprint(self) -> str:
        """Return a text that changes with the settings, and shows none of them."""
        text = json.dumps(self.configuration(), sort_keys=True, default=json_default)
        return hashlib.sha256(text.encode()).hexdigest()


def merged(defaults: Mapping[str, object], members: Mapping[str, object]) -> dict[str, object]:
    """Return *members* with *defaults* where they have none. Maps are merged by their keys."""
    if not defaults:
        return {**members}
    both = {**defaults, **members}
    for name, value in members.items():
        default = defaults.get(name)
        if isinstance(value, dict) and isinstance(default, Mapping):
            both[name] = {**default, **value}
    return both


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _frozen_map(values: Mapping[str, object]) -> Mapping[str, object]:
    return ReadOnlyMap(values)


@define(slots=False, frozen=True, kw_only=True)
class Onboard(Action):
    """Create a managed thing for each row.

    The column ``code`` holds a bar code or other material that `iotmi.materials.parse` reads. The
    other columns are members of `CreateManagedThing`.

    Attributes:
        role: the role of every thing; otherwise a column ``role``.
        until: ``"CREATED"``, or ``"ACTIVATED"`` to wait until each thing can receive commands.
        activation_timeout: seconds without any activation after which a run stops waiting.
        defaults: members of every request, where a row has none.
        ignore: columns to pass over. Any other unknown column is a problem.
    """

    name: ClassVar[str] = "onboard"

    role: Role | str | None = None
    until: Until = field(default="CREATED", validator=validators.in_(("CREATED", "ACTIVATED")))
    activation_timeout: float = 300.0
    defaults: Mapping[str, object] = field(factory=dict, converter=_frozen_map, repr=False)
    ignore: frozenset[str] = field(default=frozenset(), converter=_names)

    @cached_property
    def _columns(self) -> Columns:
        return Columns(CreateManagedThing, ignored=self.ignore | _READ_ONLY | {CODE})

    def header_problems(self, columns: Iterable[str], /) -> Sequence[RowProblem]:
        return self._columns.problems(columns)

    def configuration(self) -> Mapping[str, object]:
        return {
            "role": self.role,
            "until": self.until,
            "defaults": dict(self.defaults),
            "ignore": sorted(self.ignore),
        }

    def plan(self, row: Row) -> RowPlan:
        warnings: list[RowProblem] = []
        members = self.members(row, warnings)
        column = CODE if row.cells.get(CODE) is not None else _MATERIAL
        if _MATERIAL not in members and _MATERIAL not in self.defaults:
            rule = f"is required, or {_MATERIAL}"
            raise RowError(RowProblem(row.number, CODE, rule))
        if self.role is not None:
            members.setdefault("role", self.role)
        request = self._columns.build(row, merged(self.defaults, members))
        return RowPlan((request,), _creation_keys(request, column), tuple(warnings))

    def members(self, row: Row, warnings: list[RowProblem] | None = None) -> dict[str, object]:
        """Return the members that *row* holds, with those of its code.

        Args:
            row: the row.
            warnings: receives the warnings of the code.

        Raises:
            RowError: the row breaks rules.
        """
        problems: list[RowProblem] = []
        members: dict[str, object] = {}
        try:
            members = self._columns.members(row)
        except RowError as error:
            problems += error.problems
        code = row.cells.get(CODE)
        if code is not None and _MATERIAL in members:
            problems.append(RowProblem(row.number, CODE, f"is given, and {_MATERIAL} too"))
        elif code is not None:
            try:
                parsed = materials.parse(code)  # type: ignore[arg-type]  # raises for no string
            except MaterialError as error:
                problems.append(RowProblem(row.number, CODE, error.reason))
            else:
                members.update(parsed.parameters())
                if warnings is not None:
                    warnings += [
                        RowProblem(row.number, CODE, str(each)) for each in parsed.warnings
                    ]
        if problems:
            raise RowError(*problems)
        return members


@define(slots=False, frozen=True, kw_only=True)
class Update(Action):
    """Update a managed thing for each row.

    The column ``identifier``, ``id`` or ``managed_thing_id`` names the thing. The other columns are
    members of `UpdateManagedThing`.

    Attributes:
        defaults: members of every request, where a row has none.
        ignore: columns to pass over. Any other unknown column is a problem.
    """

    name: ClassVar[str] = "update"

    defaults: Mapping[str, object] = field(factory=dict, converter=_frozen_map, repr=False)
    ignore: frozenset[str] = field(default=frozenset(), converter=_names)

    @cached_property
    def _columns(self) -> Columns:
        return Columns(UpdateManagedThing, _THING_IDS, self.ignore | _READ_ONLY - {"id"})

    def header_problems(self, columns: Iterable[str], /) -> Sequence[RowProblem]:
        return self._columns.problems(columns)

    def configuration(self) -> Mapping[str, object]:
        return {"defaults": dict(self.defaults), "ignore": sorted(self.ignore)}

    def plan(self, row: Row) -> RowPlan:
        request = self._columns.build(row, merged(self.defaults, self._columns.members(row)))
        return RowPlan((request,), _id_keys(request, "identifier"))


@define(slots=False, frozen=True, kw_only=True)
class Tag(Action):
    """Add tags to a resource for each row, or remove some.

    The column ``resource_arn`` or ``arn`` names the resource, and ``tags.KEY`` holds the value of a
    tag. Other columns are passed over.

    Attributes:
        tags: tags of every row, where the row has none of the same key.
        remove: keys of tags to remove.
    """

    name: ClassVar[str] = "tag"

    tags: Mapping[str, object] = field(factory=dict, converter=_frozen_map, repr=False)
    remove: tuple[str, ...] = field(default=(), converter=_in_order, repr=False)

    @cached_property
    def _columns(self) -> Columns:
        return Columns(TagResource, {"arn": "resource_arn"}, ignores_unknown=True)

    @cached_property
    def _removal(self) -> Columns:
        return Columns(UntagResource, {"arn": "resource_arn"}, ignores_unknown=True)

    def configuration(self) -> Mapping[str, object]:
        return {"tags": dict(self.tags), "remove": list(self.remove)}

    def plan(self, row: Row) -> RowPlan:
        members = self._columns.members(row)
        given = members.pop("tags", None)
        tags = {**self.tags, **(given if isinstance(given, dict) else {})}
        requests: list[Request[object]] = []
        if self.remove:
            arn = {name: value for name, value in members.items() if name == "resource_arn"}
            requests.append(self._removal.build(row, {**arn, "tag_keys": self.remove}))
        if tags or not self.remove:
            requests.append(self._columns.build(row, {**members, "tags": tags}))
        return RowPlan(tuple(requests), _id_keys(requests[0], "resource_arn"))


@define(slots=False, frozen=True, init=False)
class Control(Action):
    """Send a command to a managed thing for each row.

    The column ``managed_thing_id`` or ``id`` names the thing. A command whose outcome is unknown is
    never sent again.

    Attributes:
        commands: the commands to send; without any, each row needs a column ``endpoints`` with a
            list of `CommandEndpoint` as JSON, whose members have their names in Python.
    """

    name: ClassVar[str] = "control"

    commands: tuple[Command, ...] = ()

    def __init__(self, *commands: Command) -> None:
        self.__attrs_init__(commands)  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
        if commands:
            endpoints(*commands)

    @cached_property
    def _columns(self) -> Columns:
        aliases = {"id": "managed_thing_id", "identifier": "managed_thing_id"}
        return Columns(SendManagedThingCommand, aliases, ignores_unknown=True)

    def configuration(self) -> Mapping[str, object]:
        return {"endpoints": endpoints(*self.commands) if self.commands else None}

    def plan(self, row: Row) -> RowPlan:
        members = self._columns.members(row)
        if self.commands:
            members["endpoints"] = endpoints(*self.commands)
        request = self._columns.build(row, members)
        return RowPlan((request,), _id_keys(request, "managed_thing_id"))


@define(slots=False, frozen=True, kw_only=True)
class Delete(Action):
    """Delete a managed thing for each row.

    The column ``identifier``, ``id`` or ``managed_thing_id`` names the thing. Other columns are
    passed over.

    Attributes:
        force: True to remove things from the cloud at once, also those that are offline.
    """

    name: ClassVar[str] = "delete"

    force: bool | None = None

    @cached_property
    def _columns(self) -> Columns:
        return Columns(DeleteManagedThing, _THING_IDS, ignores_unknown=True)

    def configuration(self) -> Mapping[str, object]:
        return {"force": self.force}

    def plan(self, row: Row) -> RowPlan:
        members = self._columns.members(row)
        if self.force is not None:
            members["force"] = self.force
        request = self._columns.build(row, members)
        return RowPlan((request,), _id_keys(request, "identifier"))


@define(slots=False, frozen=True)
class FunctionAction(Action):
    """A function of the application that makes the requests of a row."""

    name: ClassVar[str] = "function"

    function: RowFunction

    def configuration(self) -> Mapping[str, object]:
        module = getattr(self.function, "__module__", "")
        return {"function": f"{module}:{getattr(self.function, '__qualname__', '')}"}

    def plan(self, row: Row) -> RowPlan:
        try:
            made = self.function(row.cells)
            requests = (made,) if isinstance(made, Request) else tuple(made)
        except ConstraintError as error:
            problems = [
                RowProblem(row.number, problem.path, problem.rule) for problem in error.problems
            ]
            raise RowError(*problems) from None
        except MaterialError as error:
            raise RowError(RowProblem(row.number, CODE, error.reason)) from None
        except Exception as error:
            # The function is the application's. The text of its exception may show a value.
            rule = f"the function of the job raised {type(error).__name__}"
            raise RowError(RowProblem(row.number, "", rule)) from error
        made_of: tuple[object, ...] = requests
        wrong = [type(each).__name__ for each in made_of if not isinstance(each, Request)]
        if wrong or not requests:
            got = wrong[0] if wrong else "nothing"
            rule = f"the function of the job must return requests, and returned {got}"
            raise RowError(RowProblem(row.number, "", rule))
        keys = tuple(key for each in requests for key in _creation_keys(each, CODE))
        return RowPlan(requests, keys)


ActionLike: TypeAlias = "Action | type[Action] | RowFunction"


def action_of(action: ActionLike) -> Action:
    """Return *action*, an action class without settings, or the action of a function."""
    if isinstance(action, Action):
        return action
    if isinstance(action, type):
        if issubclass(action, Action):
            return action()
    elif callable(action):
        return FunctionAction(action)
    raise TypeError(f"an action is one of iotmi.fleet or a function, not {type(action).__name__}")


def require_header(action: Action, columns: Iterable[str] | None, label: str) -> None:
    """Raise `SourceError` if the header has a column that the action does not know."""
    problems = () if columns is None else action.header_problems(columns)
    if problems:
        raise SourceError(f"{label}: {'; '.join(map(str, problems))}")


def _creation_keys(request: Request[object], column: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(request, CreateManagedThing):
        return ()
    keys = [(column, request.authentication_material)]
    if request.serial_number is not None:
        keys.append(("serial_number", request.serial_number))
    return tuple(keys)


def _id_keys(request: Request[object], member: str) -> tuple[tuple[str, str], ...]:
    return ((member, str(getattr(request, member))),)


def request_text(request: Request[object]) -> str:
    """Return the members of *request* as JSON, secrets included."""
    return json.dumps(encode(request), default=json_default, separators=(",", ":"))
