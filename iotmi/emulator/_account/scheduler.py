"""Application of due transitions.

Owns the order: the oldest transition first, each at its own moment. There is no background thread.
Due transitions are applied before each request and after each move of the clock. This module must
not know which transitions exist nor when they are due.
"""

from attrs import evolve

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import STATEFUL_TYPES, ResourceType
from iotmi.emulator._storage.transitions import DUE_AT, DUE_STATUS, schedule


def run_due(account: AccountState) -> None:
    """Apply all due transitions, oldest first."""
    now = account.clock.now()
    while (found := account.transaction.next_due(DUE_AT, now)) is not None:
        then = evolve(account, clock=account.clock.frozen_at(found.moment))
        then.apply_transition(
            STATEFUL_TYPES[found.type_name], found.document, text(found.document, DUE_STATUS)
        )


def reschedule_all(account: AccountState) -> None:
    """Schedule the transitions that have no moment yet, after the clock started to run."""
    for resource_type in STATEFUL_TYPES.values():
        for document in account.find_all(resource_type, {}):
            _reschedule(account, resource_type, document)


def reschedule(account: AccountState, resource_type: ResourceType, document: JsonObject) -> None:
    """Store a changed resource, and reschedule it and the resources that depend on it.

    The resource's time of the last change stays, because no user sees this change.
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
