"""Routes of the calls and the notifications, and their documents.

Owns the documents of both. A call has no parameters, and a notification hides sensitive members
unless they are asked for.
"""

from typing import Final

from iotmi.emulator._control.routes import Route, Sent
from iotmi.emulator._control.schemas import BOOLEAN, integer, string
from iotmi.emulator._core.clock import format_iso, to_moment
from iotmi.emulator._core.json import JsonObject, JsonValue
from iotmi.emulator._dispatch.call_log import Call
from iotmi.emulator._emulator import Emulator, dispatcher_of
from iotmi.emulator._notifications.outbox import NOTIFICATION, to_notification

MAX_PAGE: Final = 1000
_PAGE: Final = 100
_HIDDEN: Final = "***"
# The sensitive members of the service's model that notifications have, in any spelling.
_SENSITIVE: Final = frozenset(
    {
        "authenticationmaterial",
        "classification",
        "connectordeviceid",
        "devicespecifickey",
        "internationalarticlenumber",
        "macaddress",
        "oauthauthorizationurl",
        "owner",
        "serialnumber",
        "tags",
        "universalproductcode",
        "userid",
    }
)


def calls(emulator: Emulator, sent: Sent) -> JsonValue:
    """Return the calls after a number."""
    after, limit = sent.number("after", 0), sent.number("limit", _PAGE)
    operation = sent.text("operation")
    found: list[JsonValue] = []
    while True:
        page = calls_after(emulator, after, MAX_PAGE)
        for call in page:
            after = call.number
            if operation in (None, call.operation):
                found.append(call_document(call))
            if len(found) == limit:
                break
        if not page or len(found) == limit:
            return {"calls": found, "next": after}


def notifications(emulator: Emulator, sent: Sent) -> JsonValue:
    """Return the notifications after a number."""
    after, limit = sent.number("after", 0), sent.number("limit", _PAGE)
    found = notifications_after(
        emulator,
        after,
        limit,
        event_type=sent.text("event_type"),
        reveal=sent.query.get("reveal") is True,
    )
    return {
        "notifications": [document for _, document in found],
        "next": found[-1][0] if found else after,
    }


def calls_after(emulator: Emulator, number: int, limit: int) -> list[Call]:
    """Return completed calls after the call of a number."""
    return dispatcher_of(emulator).call_log.after(number, limit)


def notifications_after(
    emulator: Emulator,
    number: int,
    limit: int,
    *,
    event_type: str | None = None,
    reveal: bool = False,
) -> list[tuple[int, JsonObject]]:
    """Return the documents of notifications after the one of a number, each with its number."""
    where = {} if event_type is None else {"EventType": event_type}
    with dispatcher_of(emulator).transaction() as account:
        rows = account.transaction.select(NOTIFICATION, where, after=number, limit=limit)
    return [(row.sequence, _notification(row.sequence, row.document, reveal)) for row in rows]


def call_document(call: Call) -> JsonObject:
    """Return the document of a call, without its parameters."""
    return {
        "number": call.number,
        "operation": call.operation,
        "status": call.status,
        "started_at": format_iso(to_moment(call.started_at)),
        "milliseconds": round(call.seconds * 1000, 3),
        "error": call.error,
        "fault": None if call.fault is None else str(call.fault),
        "carried_out": call.carried_out,
        "request_id": call.request_id,
    }


def _notification(number: int, document: JsonObject, reveal: bool) -> JsonObject:  # noqa: FBT001
    notification = to_notification(document)
    envelope = notification.envelope
    return {
        "number": number,
        "event_type": notification.event_type,
        "destination": notification.destination_name,
        "envelope": envelope if reveal else _hidden(envelope),
    }


def _hidden(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {
            name: _HIDDEN if name.lower() in _SENSITIVE and held is not None else _hidden(held)
            for name, held in value.items()
        }
    return [_hidden(each) for each in value] if isinstance(value, list) else value


_AFTER: Final = integer(0, 2**53, about="number of the last entry that you have")
_LIMIT: Final = integer(1, MAX_PAGE, about=f"largest number of entries; {_PAGE} if absent")

ROUTES: Final = (
    Route(
        "GET",
        "/calls",
        calls,
        "List the calls of the service, in order of completion",
        response="Calls",
        query={"after": _AFTER, "limit": _LIMIT, "operation": string(shortest=1, longest=64)},
        group="logs",
    ),
    Route(
        "GET",
        "/notifications",
        notifications,
        "List the notifications that were sent to destinations",
        response="Notifications",
        query={
            "after": _AFTER,
            "limit": _LIMIT,
            "event_type": string(shortest=1, longest=64),
            "reveal": {**BOOLEAN, "description": "true to show sensitive members"},
        },
        group="logs",
    ),
)
