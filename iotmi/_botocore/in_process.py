"""Clients whose requests a handler in this process responds to, as the emulator's does.

No socket, no credentials and no thread are needed for them, so that they run in Pyodide, too.
"""

import time
from typing import Any, Final

from botocore.client import BaseClient

from iotmi._botocore.hooks import current_call

# Nothing of botocore's emits it. A client tells by it, because its handlers are all that it keeps.
_EVENT: Final = "iotmi-in-process"


def mark_in_process(client: BaseClient) -> None:
    """Note that a ``before-send`` handler of *client* responds to all of its requests."""
    client.meta.events.register(_EVENT, _yes, unique_id=_EVENT)  # type: ignore[arg-type]


def is_in_process(client: BaseClient) -> bool:
    """Return whether `mark_in_process` was called for *client*."""
    # The stubs do not know all of an emitter's methods.
    events: Any = client.meta.events
    _, answer = events.emit_until_response(_EVENT)
    return answer is not None


def delay(seconds: float) -> None:
    """Let *seconds* pass before the response: later if the call is ours, else in this thread."""
    call = current_call()
    if call is None:
        time.sleep(seconds)
    else:
        call.delay += seconds


def _yes(**_: object) -> bool:
    return True
