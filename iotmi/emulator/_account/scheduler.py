"""The passing of time: what has become due happens, in order, each change at its own moment.

Owns the catching up with time. There is no thread: it is done before each request and
whenever time is moved, so nobody can tell. What a change is, and when it is due, is known
elsewhere.
"""

from attrs import evolve

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import STATEFUL_TYPES, ResourceType
from iotmi.emulator._storage.transitions import DUE_AT, DUE_STATUS, schedule


def run_due(account: AccountState) -> None:
    """Make the changes that time has made due, the oldest first."""
    now = account.clock.now()
    while (found := account.transaction.next_due(DUE_AT, now)) is not None:
        then = evolve(account, clock=account.clock.frozen_at(found.moment))
        then.apply_transition(
            STATEFUL_TYPES[found.type_name], found.document, text(found.document, DUE_STATUS)
        )


def reschedule_all(account: AccountState) -> None:
    """Give a moment to every change that has none, after time ran by looks."""
    for resource_type in STATEFUL_TYPES.values():
        for document in account.find_all(resource_type, {}):
            _reschedule(account, resource_type, document)


def reschedule(account: AccountState, resource_type: ResourceType, document: JsonObject) -> None:
    """Plan anew for a resource that has been changed, and for all that it helps on.

    It is kept as it was given; that it was changed is not a change of what users see.
    """
    account.transaction.put(resource_type.name, text(document, resource_type.identifier), document)
    if not account.clock.is_running:
        return
    _reschedule(account, resource_type, document)
    for other in STATEFUL_TYPES.values():
        depends_on = other.lifecycle.depends_on if other.lifecycle else ()
        for dependency, member in depends_on:
            if dependency == resource_type.name:
                where = {member: text(document, resource_type.identifier)}
                for dependent in account.find_all(other, where):
                    _reschedule(account, other, dependent)


def _reschedule(account: AccountState, resource_type: ResourceType, document: JsonObject) -> None:
    schedule(account.transaction, resource_type, document, account.clock.now())
    account.transaction.put(resource_type.name, text(document, resource_type.identifier), document)
