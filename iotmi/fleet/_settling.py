"""Settling: what became of a row whose outcome is unknown.

A creation is asked for again with its token. Where the token may have expired, a listing by the
serial number tells. Updates, tags and deletions are repeated. A command cannot be settled.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Final

import iotmi
from iotmi import materials
from iotmi._schema.model import Request, evolve
from iotmi._schema.schema import schema_of
from iotmi._serde.plain import from_plain
from iotmi.client import Client
from iotmi.errors import ConstraintError, MaterialError
from iotmi.fleet._errors import LedgerError
from iotmi.fleet._store import StoredRow
from iotmi.materials import WiFiSetupCode
from iotmi.resources.managed_things import CreateManagedThing

TOKEN_LIFETIME: Final = timedelta(minutes=10)
"""AWS does not document how long the service remembers a token. This is a careful guess."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""The most by which the clocks of this machine and of the service may differ."""

ROUNDS: Final = (0.5, 2.0, 5.0)
"""Seconds before each round in which a run settles its own unknown outcomes."""


def tokened(request: Request[object], ledger: str, number: int, index: int) -> Request[object]:
    """Return *request* with a token that no other row of any ledger has, unless it has one."""
    member = schema_of(type(request)).idempotency_token
    if member is None or getattr(request, member.name) is not None:
        return request
    token = hashlib.blake2b(f"{ledger}/{number}/{index}".encode(), digest_size=16).hexdigest()
    return evolve(request, **{member.name: token})


def restored(row: StoredRow) -> tuple[Request[object], ...]:
    """Return the requests that the ledger stored for *row*.

    Raises:
        LedgerError: the ledger was made by an iotmi that knew other operations.
    """
    found = []
    for operation, text in row.requests or ():
        kind = getattr(iotmi, operation, None)
        if not isinstance(kind, type) or not issubclass(kind, Request):
            raise LedgerError(f"row {row.number} of the ledger has an unknown operation")
        try:
            found.append(from_plain(kind, json.loads(text), names="wire"))
        except ConstraintError as error:
            raise LedgerError(
                f"row {row.number} of the ledger holds a {operation} that breaks a limit: "
                f"{error.problems[0].path} {error.problems[0].rule}"
            ) from None
    return tuple(found)


def is_old(sent_at: float | None) -> bool:
    """Return True if the service may have forgotten a token that was sent at *sent_at*."""
    if sent_at is None:
        return False
    return datetime.now(UTC) - datetime.fromtimestamp(sent_at, UTC) > TOKEN_LIFETIME


def find_created(client: Client, request: Request[object], sent_at: float | None) -> str | None:
    """Return the id of the thing that *request* created, or None if a listing shows none.

    A thing with the same serial number counts if it is not older than the first send.
    """
    if not isinstance(request, CreateManagedThing) or sent_at is None:
        return None
    serial_number = request.serial_number or serial_number_in(request.authentication_material)
    if serial_number is None:
        return None
    since = datetime.fromtimestamp(sent_at, UTC) - CLOCK_SKEW
    pager = client.managed_things.list(serial_number_filter=serial_number)
    for thing in pager:
        if thing.created_at is not None and thing.created_at >= since:
            return thing.id
    return None


def serial_number_in(material: object) -> str | None:
    """Return the serial number in a Wi-Fi setup code; None for any other material."""
    if not isinstance(material, str):
        return None
    try:
        parsed = materials.parse(material)
    except MaterialError:
        return None
    return parsed.serial_number if isinstance(parsed, WiFiSetupCode) else None
