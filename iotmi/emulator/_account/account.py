"""The state of the emulated account, as a handler sees it during one request.

Owns the operations that all resource types share: create, find, read, delete, list and tag. It must
not know HTTP nor the rules of a single resource type.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias
from uuid import uuid4

from attrs import field, frozen

from iotmi.emulator._account.connectivity import connected_since, disconnect_reason, is_connected
from iotmi.emulator._core.clock import Clock
from iotmi.emulator._core.errors import ServiceFault, conflict, not_found
from iotmi.emulator._core.json import JsonObject, JsonValue, mapping, optional_text, text
from iotmi.emulator._model.arn import AccountScope
from iotmi.emulator._model.domain_events import ConnectionChanged, DomainEvent, StatusEntered
from iotmi.emulator._model.operations import Operation
from iotmi.emulator._model.resource_types import DELETED, MANAGED_THING, Lifecycle, ResourceType
from iotmi.emulator._notifications.outbox import publish_event
from iotmi.emulator._storage.pagination import read_page
from iotmi.emulator._storage.store import Transaction
from iotmi.emulator._storage.transitions import clear_schedule, is_blocked, schedule

MAX_TAGS: Final = 50

Place: TypeAlias = Literal["hub", "cloud"]
DefaultDevices: TypeAlias = Callable[[Place], Sequence[JsonObject]]


@frozen
class AccountState:
    """The state of the account during one request.

    Attributes:
        transaction: storage transaction of the request.
        clock: clock of the account.
        scope: Region and account number.
        operation: operation that the request calls.
        default_devices: function that returns the devices at a place, near a hub or in a cloud,
            where a test has put none.
        transition_hooks: functions that run after a transition, by resource type.
        transition_gates: functions that may take over a transition, by resource type.
        functions: ARNs of the connectors' functions that the emulator can invoke.
    """

    transaction: Transaction
    clock: Clock
    scope: AccountScope
    operation: Operation
    default_devices: DefaultDevices
    transition_hooks: "Mapping[str, TransitionHook]" = field(factory=dict[str, "TransitionHook"])
    transition_gates: "Mapping[str, TransitionGate]" = field(factory=dict[str, "TransitionGate"])
    functions: frozenset[str] = frozenset()

    def invalid(self, message: str) -> ServiceFault:
        """Return the fault for an invalid parameter.

        The error's name depends on the operation: some declare only ``InvalidRequestException``.
        """
        return ServiceFault(self.operation.invalid, message)

    def publish(self, event: DomainEvent) -> None:
        """Publish a domain event to the destination that is configured for its type.

        This class publishes the events that it causes itself: a status (`create`, `set_status`,
        `apply_transition`, `remove`) and a connection (`save`). Changes of a thing's state are
        published where states are stored. A handler publishes any other event, after it has stored
        the consequences:

            account.publish(DeviceEvent(thing_id, endpoints))
            account.publish(CommandEnded(thing_id, trace_id, succeeded, received_at))

        The event's time is the time of the account's clock. Nothing is sent if no configuration
        exists for the type, or if the request fails later and its transaction is rolled back.
        """
        publish_event(self.transaction, self.clock, self.scope, event)

    # -- one resource ------------------------------------------------------------------

    def create(self, resource_type: ResourceType, document: JsonObject) -> JsonObject:
        """Create a resource with its id, ARN, times and tags, and return its document."""
        identifier = optional_text(document, resource_type.identifier) or uuid4().hex
        if self.transaction.get(resource_type.name, identifier) is not None:
            raise conflict(resource_type.conflict_message)
        now = self.clock.now()
        made: JsonObject = {
            **document,
            resource_type.identifier: identifier,
            resource_type.arn: self.scope.arn(resource_type, identifier),
            "CreatedAt": now,
            resource_type.updated: now,
        }
        if resource_type.tagged:
            made["Tags"] = self.merge_tags({}, mapping(document, "Tags"))
        if resource_type.lifecycle:
            self._set_timestamps(resource_type.lifecycle, made, now)
            if self.clock.is_running:
                schedule(self.transaction, resource_type, made, now)
        self.transaction.put(resource_type.name, identifier, made)
        if resource_type.lifecycle:
            status = text(made, resource_type.lifecycle.member)
            self.publish(StatusEntered(resource_type, made, status, first=True))
        return made

    def find(self, resource_type: ResourceType, identifier: str) -> JsonObject:
        """Return a resource without any side effect.

        Raises:
            ServiceFault: the resource does not exist.
        """
        document = self.transaction.get(resource_type.name, identifier)
        if document is None:
            raise self.missing(resource_type, identifier)
        return document

    def missing(self, resource_type: ResourceType, identifier: str) -> ServiceFault:
        """Return the fault for a resource that does not exist."""
        return not_found(resource_type.not_found_message, identifier, resource_type.error_name)

    def read(self, resource_type: ResourceType, identifier: str) -> JsonObject:
        """Return a resource and, on a clock that is not running, apply its next transition.

        The returned document is the one before the transition: a read shows the present status, and
        the next read shows the next one. On a running clock, due transitions were applied before
        the request.

        Raises:
            ServiceFault: the resource does not exist.
        """
        document = self.find(resource_type, identifier)
        transition = (
            resource_type.lifecycle.next_transition(document) if resource_type.lifecycle else None
        )
        if (
            transition is not None
            and not self.clock.is_running
            and not is_blocked(self.transaction, resource_type, document)
        ):
            self.apply_transition(resource_type, dict(document), transition.status)
        return document

    def apply_transition(
        self, resource_type: ResourceType, document: JsonObject, status: str
    ) -> None:
        """Apply a transition that happens on its own, and run the hook of its resource type.

        The gate of the resource type may take the transition over. The status then stays as it is.
        """
        gate = self.transition_gates.get(resource_type.name)
        if gate is not None and gate(self, document, status):
            return
        if status == DELETED:
            self.remove(resource_type, text(document, resource_type.identifier))
            return
        self._change_status(resource_type, document, status)
        hook = self.transition_hooks.get(resource_type.name)
        if hook is not None:
            hook(self, document)
        self.publish(StatusEntered(resource_type, document, status))

    def set_status(self, resource_type: ResourceType, document: JsonObject, status: str) -> None:
        """Set the status of a resource because of a request."""
        if self._change_status(resource_type, document, status):
            self.publish(StatusEntered(resource_type, document, status))

    def _change_status(
        self, resource_type: ResourceType, document: JsonObject, status: str
    ) -> bool:
        """Store a status, and return True if it differs from the one before."""
        if resource_type.lifecycle is None:
            raise TypeError(f"{resource_type.name} has no status")
        changed = document[resource_type.lifecycle.member] != status
        document[resource_type.lifecycle.member] = status
        now = self.clock.now()
        self._set_timestamps(resource_type.lifecycle, document, now)
        clear_schedule(document)
        if self.clock.is_running:
            schedule(self.transaction, resource_type, document, now)
        self.save(resource_type, document)
        return changed

    def save(self, resource_type: ResourceType, document: JsonObject) -> None:
        """Store a changed resource, and publish a change of its connection."""
        document[resource_type.updated] = self.clock.now()
        identifier = text(document, resource_type.identifier)
        before = (
            self.transaction.get(resource_type.name, identifier)
            if resource_type is MANAGED_THING
            else None
        )
        self.transaction.put(resource_type.name, identifier, document)
        if before is not None and is_connected(before) != is_connected(document):
            lost = is_connected(before)
            since = connected_since(before if lost else document)
            reason = disconnect_reason(document) if lost else None
            self.publish(ConnectionChanged(document, since, reason))

    def remove(self, resource_type: ResourceType, identifier: str) -> None:
        """Delete a resource and the resources that depend on it."""
        self._publish_deletion(resource_type, identifier)
        for dependent, member in resource_type.dependents:
            self.transaction.delete_where(dependent, member, identifier)
        self.transaction.delete(resource_type.name, identifier)

    def _publish_deletion(self, resource_type: ResourceType, identifier: str) -> None:
        """Publish the deleted status, for a resource type that has one."""
        end = resource_type.lifecycle.deleted_status if resource_type.lifecycle else None
        document = None if end is None else self.transaction.get(resource_type.name, identifier)
        if end is not None and document is not None:
            self.publish(StatusEntered(resource_type, document, end))

    def _set_timestamps(self, lifecycle: Lifecycle, document: JsonObject, now: int) -> None:
        for member in lifecycle.timestamps.get(text(document, lifecycle.member), ()):
            document.setdefault(member, now)

    # -- many resources ----------------------------------------------------------------

    def first(self, resource_type: ResourceType, where: Mapping[str, str]) -> JsonObject | None:
        """Return the oldest resource whose members have these values, or None."""
        found = self.transaction.select(resource_type.name, where, limit=1)
        return found[0].document if found else None

    def find_all(self, resource_type: ResourceType, where: Mapping[str, str]) -> list[JsonObject]:
        """Return all resources whose members have these values, oldest first."""
        return [row.document for row in self.transaction.select(resource_type.name, where)]

    def page(
        self,
        resource_type: ResourceType,
        parameters: JsonObject,
        filters: Mapping[str, str] | None = None,
    ) -> JsonObject:
        """Return one page of a list of resources.

        Args:
            resource_type: type of the listed resources.
            parameters: parameters of the request.
            filters: member of the resource that each filter parameter is compared with.
        """
        where = {
            member: text(parameters, name)
            for name, member in (filters or {}).items()
            if parameters.get(name) is not None
        }

        def fetch(after: int, limit: int) -> list[tuple[int, JsonValue]]:
            found = self.transaction.select(resource_type.name, where, after=after, limit=limit)
            return [(row.sequence, row.document) for row in found]

        return self._page(parameters, fetch)

    def page_of_items(self, items: Sequence[JsonValue], parameters: JsonObject) -> JsonObject:
        """Return one page of a list that a single resource holds."""

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
            raise self.invalid("NextToken must come from this list with the same filters")
        found = fetch(wanted.after, wanted.size + 1)
        shown = found[: wanted.size]
        page: JsonObject = {self.operation.listed: [item for _, item in shown]}
        if len(found) > len(shown):
            page["NextToken"] = wanted.token(shown[-1][0])
        return page

    # -- tags --------------------------------------------------------------------------

    def merge_tags(self, present: JsonObject, added: JsonObject) -> JsonObject:
        """Return the tags of a resource after some are added. An existing key is overwritten.

        Raises:
            ServiceFault: a key is reserved, or the resource would have more than 50 tags.
        """
        if any(key.lower().startswith("aws:") for key in added):
            raise self.invalid("Tags must not begin with aws:, which is reserved")
        tags = {**present, **added}
        if len(tags) > MAX_TAGS:
            raise self.invalid(f"Tags must be at most {MAX_TAGS} in total")
        return tags


Handler: TypeAlias = Callable[[AccountState, JsonObject], JsonObject | None]
TransitionHook: TypeAlias = Callable[[AccountState, JsonObject], None]
TransitionGate: TypeAlias = Callable[[AccountState, JsonObject, str], bool]
