"""The emulated account, as a handler sees it during one request.

Owns what every family of resources does alike: making, finding, looking, removing,
listing, tagging. It does not know any family's rules, nor HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import uuid4

from attrs import field, frozen

from iotmi.emulator._account.connectivity import connected_since, is_connected, why_disconnected
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._core.errors import Refusal, conflict, not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, optional_text, text
from iotmi.emulator._model.arn import Place
from iotmi.emulator._model.domain_events import ConnectionChanged, Happening, StatusEntered
from iotmi.emulator._model.operations import Operation
from iotmi.emulator._model.resource_types import GONE, MANAGED_THING, Kind, Lifecycle
from iotmi.emulator._notifications.outbox import record
from iotmi.emulator._storage.pagination import read_page
from iotmi.emulator._storage.store import Rows
from iotmi.emulator._storage.transitions import begin, plan, waits

MAX_TAGS: Final = 50


@frozen
class World:
    """The account during one request.

    Attributes:
        rows: Its resources, in this request's transaction.
        clock: Its time.
        place: Its Region and number.
        operation: What is being asked for.
        effects: By kind: what a change of status that came by itself brings with it.
    """

    rows: Rows
    clock: Clock
    place: Place
    operation: Operation
    effects: "Mapping[str, Effect]" = field(factory=dict[str, "Effect"])

    def invalid(self, message: str) -> Refusal:
        """The refusal of a parameter; operations do not all declare the same error for it."""
        return Refusal(self.operation.invalid, message)

    def announce(self, happening: Happening) -> None:
        """Tell whoever has asked to be told that something has happened.

        What the world does itself it announces itself: that a resource was made in a status or
        has come into one (`create`, `enter`, `become`) or is no more (`remove`), and that a
        thing was connected or is no longer (`save`). A change of a thing's state announces
        itself where states are kept. What only others know, they announce with one call, after
        what it brings with it has been kept:

            world.announce(DeviceEvent(thing_id, endpoints))
            world.announce(CommandEnded(thing_id, trace_id, succeeded, received_at))

        The values are in ``_happenings``. The moment is that of the world's clock. Where nobody
        has asked to be told, or the request is refused in the end, nothing is told.
        """
        record(self.rows, self.clock, self.place, happening)

    # -- one resource ------------------------------------------------------------------

    def create(self, kind: Kind, document: JsonObject) -> JsonObject:
        """Make a resource, with an id where it brings none, an ARN, its times and its tags."""
        identifier = optional_text(document, kind.identifier) or uuid4().hex
        if self.rows.get(kind.name, identifier) is not None:
            raise conflict(kind.taken)
        now = self.clock.now()
        made: JsonObject = {
            **document,
            kind.identifier: identifier,
            kind.arn: self.place.arn(kind, identifier),
            "CreatedAt": now,
            kind.updated: now,
        }
        if kind.tagged:
            made["Tags"] = self.tags({}, mapping(document, "Tags"))
        if kind.lifecycle:
            self._stamp(kind.lifecycle, made, now)
            if self.clock.runs:
                plan(self.rows, kind, made, now)
        self.rows.put(kind.name, identifier, made)
        if kind.lifecycle:
            status = text(made, kind.lifecycle.member)
            self.announce(StatusEntered(kind, made, status, first=True))
        return made

    def find(self, kind: Kind, identifier: str) -> JsonObject:
        """The resource, or a refusal that says there is none."""
        document = self.rows.get(kind.name, identifier)
        if document is None:
            raise self.missing(kind, identifier)
        return document

    def missing(self, kind: Kind, identifier: str) -> Refusal:
        """The refusal that says there is no such resource."""
        return not_found(kind.absent, identifier, kind.resource_type)

    def look(self, kind: Kind, identifier: str) -> JsonObject:
        """The resource as it now is; what this look makes due happens behind it.

        Where time runs nothing is: what time made due has happened before this request.
        """
        document = self.find(kind, identifier)
        step = kind.lifecycle.following(document) if kind.lifecycle else None
        if step is not None and not self.clock.runs and not waits(self.rows, kind, document):
            self.become(kind, dict(document), step.status)
        return document

    def become(self, kind: Kind, document: JsonObject, status: str) -> None:
        """Let a status come that comes by itself, with what it brings."""
        if status == GONE:
            self.remove(kind, text(document, kind.identifier))
            return
        self._come_into(kind, document, status)
        effect = self.effects.get(kind.name)
        if effect is not None:
            effect(self, document)
        self.announce(StatusEntered(kind, document, status))

    def enter(self, kind: Kind, document: JsonObject, status: str) -> None:
        """Bring a resource into a status."""
        if self._come_into(kind, document, status):
            self.announce(StatusEntered(kind, document, status))

    def _come_into(self, kind: Kind, document: JsonObject, status: str) -> bool:
        """Bring a resource into a status, and say whether it was in another before."""
        if kind.lifecycle is None:
            raise TypeError(f"{kind.name} has no status")
        changed = document[kind.lifecycle.member] != status
        document[kind.lifecycle.member] = status
        now = self.clock.now()
        self._stamp(kind.lifecycle, document, now)
        begin(document)
        if self.clock.runs:
            plan(self.rows, kind, document, now)
        self.save(kind, document)
        return changed

    def save(self, kind: Kind, document: JsonObject) -> None:
        """Keep a resource that has been changed."""
        document[kind.updated] = self.clock.now()
        identifier = text(document, kind.identifier)
        before = self.rows.get(kind.name, identifier) if kind is MANAGED_THING else None
        self.rows.put(kind.name, identifier, document)
        if before is not None and is_connected(before) != is_connected(document):
            lost = is_connected(before)
            since = connected_since(before if lost else document)
            reason = why_disconnected(document) if lost else None
            self.announce(ConnectionChanged(document, since, reason))

    def remove(self, kind: Kind, identifier: str) -> None:
        """Remove a resource and what goes with it."""
        self._tell_of_end(kind, identifier)
        for dependent, member in kind.dependents:
            self.rows.delete_where(dependent, member, identifier)
        self.rows.delete(kind.name, identifier)

    def _tell_of_end(self, kind: Kind, identifier: str) -> None:
        """Announce the status of what is no more, for a kind that has a word for it."""
        end = kind.lifecycle.end if kind.lifecycle else None
        document = None if end is None else self.rows.get(kind.name, identifier)
        if end is not None and document is not None:
            self.announce(StatusEntered(kind, document, end))

    def _stamp(self, lifecycle: Lifecycle, document: JsonObject, now: int) -> None:
        for member in lifecycle.stamps.get(text(document, lifecycle.member), ()):
            document.setdefault(member, now)

    # -- many resources ----------------------------------------------------------------

    def first(self, kind: Kind, where: Mapping[str, str]) -> JsonObject | None:
        """The oldest resource whose members have these values."""
        found = self.rows.select(kind.name, where, limit=1)
        return found[0].document if found else None

    def every(self, kind: Kind, where: Mapping[str, str]) -> list[JsonObject]:
        """All resources whose members have these values, the oldest first."""
        return [row.document for row in self.rows.select(kind.name, where)]

    def page(
        self, kind: Kind, parameters: JsonObject, filters: Mapping[str, str] | None = None
    ) -> JsonObject:
        """One page of a list; *filters* names the member each filter is about."""
        where = {
            member: text(parameters, name)
            for name, member in (filters or {}).items()
            if parameters.get(name) is not None
        }

        def fetch(after: int, limit: int) -> list[tuple[int, JsonValue]]:
            found = self.rows.select(kind.name, where, after=after, limit=limit)
            return [(row.sequence, row.document) for row in found]

        return self._page(parameters, fetch)

    def page_of(self, items: Sequence[JsonValue], parameters: JsonObject) -> JsonObject:
        """One page of a list that stands within a single resource."""

        def fetch(after: int, limit: int) -> list[tuple[int, JsonValue]]:
            return list(enumerate(items[after : after + limit], start=after + 1))

        return self._page(parameters, fetch)

    def _page(
        self,
        parameters: JsonObject,
        fetch: Callable[[int, int], list[tuple[int, JsonValue]]],
    ) -> JsonObject:
        wanted = read_page(self.operation.name, parameters)
        if wanted is None:
            raise self.invalid("NextToken is not of this list")
        found = fetch(wanted.after, wanted.size + 1)
        shown = found[: wanted.size]
        answer: JsonObject = {self.operation.listed: [item for _, item in shown]}
        if len(found) > len(shown):
            answer["NextToken"] = wanted.token(shown[-1][0])
        return answer

    # -- tags --------------------------------------------------------------------------

    def tags(self, present: JsonObject, added: JsonObject) -> JsonObject:
        """The tags of a resource to which some are added; the same key is overwritten."""
        if any(key.lower().startswith("aws:") for key in added):
            raise self.invalid("Tags must not begin with aws:, which is reserved")
        tags = {**present, **added}
        if len(tags) > MAX_TAGS:
            raise self.invalid(f"Tags must be at most {MAX_TAGS} in all")
        return tags


Handler: TypeAlias = Callable[[World, JsonObject], JsonObject | None]
Effect: TypeAlias = Callable[[World, JsonObject], None]
