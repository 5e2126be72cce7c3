"""Copies of the whole account state, and its replacement.

Owns the form of a snapshot, and the reset to a seed. A snapshot holds every secret of the home.
This module must not know any resource type.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from iotmi.emulator._core.json import JsonObject, JsonValue, fingerprint
from iotmi.emulator._devices import seeds
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._storage.store import Contents
from iotmi.emulator._time_control import start

FORMAT: Final = "iotmi-emulator-snapshot"
VERSION: Final = 1
_DIGEST: Final = "digest"


def take_snapshot(dispatcher: Dispatcher) -> JsonObject:
    """Return the whole account state as plain data."""
    with dispatcher.store.transaction() as transaction:
        contents = transaction.contents()
        clock = {"is_running": dispatcher.clock.is_running, "now": dispatcher.clock.present}
    document: JsonObject = {
        "format": FORMAT,
        "version": VERSION,
        "region": dispatcher.scope.region_name,
        "account": dispatcher.scope.account_id,
        "clock": clock,
        "resources": [
            {"sequence": sequence, "type": kind, "id": identifier, "document": json.loads(held)}
            for sequence, kind, identifier, held in contents.resources
        ],
        "client_tokens": [list(row) for row in contents.idempotency],
    }
    return {**document, _DIGEST: fingerprint(document)}


def is_snapshot(document: Mapping[str, JsonValue]) -> bool:
    """Return True if a document claims to be a snapshot."""
    return document.get("format") == FORMAT


def restore(dispatcher: Dispatcher, document: Mapping[str, JsonValue], *, movable: bool) -> None:
    """Replace the account state by a snapshot's.

    Args:
        dispatcher: emulated service.
        document: snapshot.
        movable: true to set the clock to the snapshot's time.

    Raises:
        ValueError: *document* is no snapshot, was changed, or is of another Region or account.
    """
    read = _read(dispatcher, document)
    clock = dispatcher.clock
    with clock.undone_on_error(), dispatcher.store.transaction() as transaction:
        transaction.replace_contents(read.contents)
        # Before the commit, which wakes the readers.
        dispatcher.store.renew()
        if movable:
            clock.restart()
            if read.is_running:
                clock.stand_at(read.now)
    # The transitions of a clock that was not running have no moments yet.
    start(dispatcher)


def reset(dispatcher: Dispatcher, home: JsonObject) -> None:
    """Replace the account state by a described home, and forget calls and faults.

    Raises:
        ValueError: the description has a wrong member. Nothing has changed.
    """
    clock = dispatcher.clock
    with clock.undone_on_error(), dispatcher.transaction() as account:
        account.transaction.replace_contents(Contents())
        # Before the commit, which wakes the readers.
        dispatcher.store.renew()
        clock.restart()
        seeds.install(account, home)
    dispatcher.faults.reset()
    dispatcher.call_log.clear()


def is_empty(dispatcher: Dispatcher) -> bool:
    """Return True if the account has no resources."""
    with dispatcher.store.transaction() as transaction:
        return transaction.is_empty()


@frozen
class _Read:
    """A validated snapshot.

    Attributes:
        contents: rows of the database.
        is_running: true if the clock was running.
        now: moment of the snapshot.
    """

    contents: Contents
    is_running: bool
    now: int


def _read(dispatcher: Dispatcher, document: Mapping[str, JsonValue]) -> _Read:
    if not is_snapshot(document):
        raise ValueError(f"not a snapshot: format must be {FORMAT}")
    if document.get("version") != VERSION:
        raise ValueError(f"a snapshot of another version: version must be {VERSION}")
    content = {name: value for name, value in document.items() if name != _DIGEST}
    if document.get(_DIGEST) != fingerprint(content):
        raise ValueError("the snapshot was changed: digest does not match its content")
    try:
        owner = (document["region"], document["account"])
        contents = Contents(
            tuple(_resource(each) for each in _sequence(document["resources"])),
            tuple(_token(each) for each in _sequence(document["client_tokens"])),
        )
        read = _Read(contents, *_clock(document["clock"]))
    except KeyError as error:
        raise ValueError(f"the snapshot lacks the member {error}") from None
    except TypeError as error:
        raise ValueError(f"the snapshot holds something that is {error}") from None
    scope = (dispatcher.scope.region_name, dispatcher.scope.account_id)
    if owner != scope:
        raise ValueError(
            f"a snapshot of {owner[0]}, account {owner[1]}, not of {scope[0]}, account {scope[1]}"
        )
    return read


def _sequence(value: JsonValue) -> Sequence[JsonValue]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _resource(value: JsonValue) -> tuple[int, str, str, str]:
    match value:
        case {
            "sequence": int(sequence),
            "type": str(kind),
            "id": str(identifier),
            "document": dict(document),
        }:
            return sequence, kind, identifier, json.dumps(document, separators=(",", ":"))
    raise TypeError("not a resource")


def _token(value: JsonValue) -> tuple[str, str, str, str]:
    match value:
        case [str(operation), str(token), str(digest), str(body)]:
            return operation, token, digest, body
    raise TypeError("not a client token")


def _clock(value: JsonValue) -> tuple[bool, int]:
    match value:
        case {"is_running": bool(is_running), "now": int(now)}:
            return is_running, now
    raise TypeError("not a clock")
