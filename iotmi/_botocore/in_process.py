"""Clients whose requests a handler in this process responds to, such as the emulator's.

They need no socket, no credentials and no thread, so they also run in Pyodide.
"""

import time
from typing import Any, Final

from botocore.client import BaseClient

from iotmi._botocore.hooks import current_call

# botocore never emits this event. A handler of it marks the client, which has no other storage.
_EVENT: Final = "iotmi-in-process"


def mark_in_process(client: BaseClient) -> None:
    """Note that a ``before-send`` handler of *client* responds to all of its requests."""
    client.meta.events.register(_EVENT, _yes, unique_id=_EVENT)  # type: ignore[arg-type]


def is_in_process(client: BaseClient) -> bool:
    """Return True if `mark_in_process` was called for *client*."""
    # botocore's type stubs lack `emit_until_response`.
    events: Any = client.meta.events
    _, response = events.emit_until_response(_EVENT)
    return response is not None


def delay(seconds: float) -> None:
    """Delay the response: after this library's call, else in the calling thread."""
    call = current_call()
    if call is None:
        time.sleep(seconds)
    else:
        call.delay += seconds


def _yes(**_: object) -> bool:
    return True
