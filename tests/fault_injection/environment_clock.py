"""A wall clock that is set two hours back, two hours ahead and right again, in mid-run.

What goes by the wall clock is signing, and AWS has to refuse it while it is wrong. Deadlines,
pauses and pacing go by a clock that nobody sets.
"""

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from iotmi.emulator import Emulator
from iotmi.emulator.server import Credentials, serving
from tests.fault_injection import stepped_clock
from tests.fault_injection.deadlines import ALLOWED
from tests.support.bad_servers import Answers, keep_silent, listening
from tests.support.http_servers import read_request

_SECONDS: Final = 60


def a_clock_that_is_set(seed: int) -> str:
    """Calls, deadlines, pauses and signatures over the steps."""
    del seed
    answers = Answers(b'{"Id": "x"}')
    keys = Credentials("EXAMPLE", "example")
    with (
        listening(answers) as kept,
        listening(keep_silent) as silent,
        listening(_come_back) as dated,
        Emulator() as emulator,
        serving(emulator, credentials=keys) as strict,
    ):
        program = [sys.executable, "-m", stepped_clock.__name__, kept, silent, dated, strict]
        done = subprocess.run(
            program, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    ideal = stepped_clock.RATE * stepped_clock.PHASE
    assert all(abs(number - ideal) <= ideal / 4 for number in seen["answered"]), seen["answered"]
    assert max(seen["overruns"]) <= ALLOWED, seen["overruns"]
    assert len(seen["overruns"]) == 6, seen["overruns"]
    assert 0 < seen["pause"] < 10, f"a pause of {seen['pause']:.0f} s"
    right, back, ahead, again = seen["signed"]
    assert right == again == ["answered", 1], seen["signed"]
    for told, attempts in (back, ahead):
        assert told.startswith("AuthenticationError"), told
        assert attempts == 1, told
    return (
        f"{seen['answered']} paced calls between the steps (ideal {ideal:g}); deadlines late by"
        f" {max(seen['overruns']) * 1000:.0f} ms at most; told to come back in 2 s, it waits"
        f" {seen['pause']:.1f} s; {back[0]}"
    )


def _come_back(connection: socket.socket) -> None:
    """Be unavailable, until two seconds from now by the service's clock."""
    while read_request(connection):
        now = datetime.now(UTC)
        head = (
            "HTTP/1.1 503 No\r\nX-Amzn-Errortype: ServiceUnavailableException\r\n"
            f"Date: {format_datetime(now, usegmt=True)}\r\n"
            f"Retry-After: {format_datetime(now + timedelta(seconds=2), usegmt=True)}\r\n"
            "Content-Length: 2\r\n\r\n"
        )
        connection.sendall(head.encode() + b"{}")


CHECKS: Final = (a_clock_that_is_set,)
