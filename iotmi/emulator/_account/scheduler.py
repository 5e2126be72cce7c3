"""The passing of time: what has become due happens, in order, each change at its own moment.

Owns the catching up with time. There is no thread: it is done before each request and
whenever time is moved, so nobody can tell. What a change is, and when it is due, is known
elsewhere.
"""

from attrs import evolve

from iotmi.emulator._account.account import World
from iotmi.emulator._core.json import JsonObject, text
from iotmi.emulator._model.resource_types import LIVING, Kind
from iotmi.emulator._storage.transitions import DUE_AT, DUE_STATUS, plan


def catch_up(world: World) -> None:
    """Make the changes that time has made due, the oldest first."""
    now = world.clock.now()
    while (found := world.rows.due(DUE_AT, now)) is not None:
        past = evolve(world, clock=world.clock.at(found.moment))
        past.become(LIVING[found.kind], found.document, text(found.document, DUE_STATUS))


def resume(world: World) -> None:
    """Give a moment to every change that has none, after time ran by looks."""
    for kind in LIVING.values():
        for document in world.every(kind, {}):
            _plan_again(world, kind, document)


def reconsider(world: World, kind: Kind, document: JsonObject) -> None:
    """Plan anew for a resource that has been changed, and for all that it helps on.

    It is kept as it was given; that it was changed is not a change of what users see.
    """
    world.rows.put(kind.name, text(document, kind.identifier), document)
    if not world.clock.runs:
        return
    _plan_again(world, kind, document)
    for other in LIVING.values():
        helpers = other.lifecycle.helpers if other.lifecycle else ()
        for helper, member in helpers:
            if helper == kind.name:
                where = {member: text(document, kind.identifier)}
                for dependent in world.every(other, where):
                    _plan_again(world, other, dependent)


def _plan_again(world: World, kind: Kind, document: JsonObject) -> None:
    plan(world.rows, kind, document, world.clock.now())
    world.rows.put(kind.name, text(document, kind.identifier), document)
