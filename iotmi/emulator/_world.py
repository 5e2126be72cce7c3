"""The emulated account, as a handler sees it during one request.

Owns what every family of resources does alike: making, finding, looking, removing,
listing, tagging. It does not know any family's rules, nor HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import uuid4

from attrs import frozen

from iotmi.emulator._clock import Clock
from iotmi.emulator._errors import Refusal, conflict, not_found
from iotmi.emulator._json import JsonObject, JsonValue, mapping, optional_text, text
from iotmi.emulator._kinds import GONE, Kind, Lifecycle
from iotmi.emulator._operations import Operation
from iotmi.emulator._paging import read_page
from iotmi.emulator._store import Rows

MAX_TAGS: Final = 50


@frozen
class Place:
    """Whose resources these are, and where."""

    region_name: str
    account_id: str

    def arn(self, kind: Kind, identifier: str) -> str:
        """The ARN of a resource."""
        return f"{self}:{kind.name}/{identifier}"

    def __str__(self) -> str:
        return f"arn:aws:iotmanagedintegrations:{self.region_name}:{self.account_id}"


@frozen
class World:
    """The account during one request.

    Attributes:
        rows: Its resources, in this request's transaction.
        clock: Its time.
        place: Its Region and number.
        operation: What is being asked for.
    """

    rows: Rows
    clock: Clock
    place: Place
    operation: Operation

    def invalid(self, message: str) -> Refusal:
        """The refusal of a parameter; operations do not all declare the same error for it."""
        return Refusal(self.operation.invalid, message)

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
            self._stamp(kind.lifecycle, made)
        self.rows.put(kind.name, identifier, made)
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
        """The resource as it now is; what this look makes due happens behind it."""
        document = self.find(kind, identifier)
        following = kind.lifecycle.following(document) if kind.lifecycle else None
        if following == GONE:
            self.remove(kind, identifier)
        elif following is not None:
            self.enter(kind, dict(document), following)
        return document

    def enter(self, kind: Kind, document: JsonObject, status: str) -> None:
        """Bring a resource into a status."""
        if kind.lifecycle is None:
            raise TypeError(f"{kind.name} has no status")
        document[kind.lifecycle.member] = status
        self._stamp(kind.lifecycle, document)
        self.save(kind, document)

    def save(self, kind: Kind, document: JsonObject) -> None:
        """Keep a resource that has been changed."""
        document[kind.updated] = self.clock.now()
        self.rows.put(kind.name, text(document, kind.identifier), document)

    def remove(self, kind: Kind, identifier: str) -> None:
        """Remove a resource and what goes with it."""
        for dependent, member in kind.dependents:
            self.rows.delete_where(dependent, member, identifier)
        self.rows.delete(kind.name, identifier)

    def _stamp(self, lifecycle: Lifecycle, document: JsonObject) -> None:
        for member in lifecycle.stamps.get(text(document, lifecycle.member), ()):
            document.setdefault(member, self.clock.now())

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
