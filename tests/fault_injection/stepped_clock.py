"""A program whose wall clock is set back and forth while it calls: run by `surroundings_clock`.

    python -m tests.fault_injection.stepped_clock KEPT SILENT DATED STRICT

The four are addresses of servers: one that answers, one that does not, one that asks to come back
at a moment of its own clock, and one that verifies signatures. Prints what it saw as JSON.

Python's clock is replaced before anything has taken a reference to it, so that signing, which goes
by the wall clock, sees what it would see if somebody set the machine's. That is why the imports
stand within the functions.
"""

import datetime as dt
import json
import sys
import threading
import time
from collections.abc import Mapping
from typing import Final

HOUR: Final = 3600.0
STEPS: Final = (-2 * HOUR, 4 * HOUR, 0.0)
PHASE: Final = 0.7
RATE: Final = 40.0


class Clock:
    """The wall clock of this process, and by how many seconds it is wrong."""

    def __init__(self) -> None:
        self.wrong_by = 0.0
        self._time = time.time

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._time() + self.wrong_by

    def install(self) -> None:
        """Take the place of Python's."""
        clock = self

        class Stepped(dt.datetime):
            """The present, by this clock."""

            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> "Stepped":
                return cls.fromtimestamp(clock.time(), tz)

        time.time = self.time
        # It is one, for whoever imports it from now on.
        dt.datetime = Stepped  # type: ignore[misc]

    def walk(self) -> None:
        """Be set to each of the steps, one after the other."""
        for wrong_by in STEPS:
            threading.Event().wait(PHASE)
            self.wrong_by = wrong_by
        threading.Event().wait(PHASE)


def paced_calls(url: str, clock: Clock) -> list[int]:
    """How many calls are answered between the steps."""
    from iotmi import Client, Pacing
    from tests.support.http_servers import with_keys

    pacing = Pacing(initial_rate=RATE, max_rate=RATE, burst=1)
    client = with_keys(Client, endpoint_url=url, pacing=pacing)
    client.managed_things.get("x")
    answered = [0] * (len(STEPS) + 1)
    over = threading.Event()

    def call(began: float) -> None:
        while not over.is_set():
            client.managed_things.get("x")
            phase = int((time.monotonic() - began) / PHASE)
            if phase < len(answered):
                answered[phase] += 1

    threads = [threading.Thread(target=call, args=(time.monotonic(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    clock.walk()
    over.set()
    for thread in threads:
        thread.join()
    return answered


def overruns(url: str, clock: Clock) -> list[float]:
    """By how much calls with a deadline end late, over all steps."""
    from iotmi import Client, DeadlineExceededError
    from tests.support.http_servers import with_keys

    client = with_keys(Client, endpoint_url=url, timeout=PHASE / 2 + 0.1)
    walking = threading.Thread(target=clock.walk)
    walking.start()
    late = []
    for _ in range(6):
        began = time.monotonic()
        try:
            client.managed_things.get("x")
        except DeadlineExceededError as error:
            late.append(time.monotonic() - began - error.timeout)
    walking.join()
    return late


def pause_asked_for(url: str, clock: Clock) -> float:
    """The pause before the second attempt, where the service names the moment for it."""
    from iotmi import Client, Retry, RetryPolicy
    from iotmi.errors import CallError
    from tests.support.http_servers import with_keys

    retries: list[Retry] = []
    policy = RetryPolicy(max_attempts=2, sleep=lambda _: None, on_retry=retries.append)
    client = with_keys(Client, endpoint_url=url, retry=policy)
    clock.wrong_by = -2 * HOUR
    try:
        client.managed_things.get("x")
    except CallError:
        clock.wrong_by = 0.0
    return retries[0].pause


def signed_calls(url: str, clock: Clock) -> list[tuple[str, int]]:
    """What becomes of calls to a service that looks at the time of signing."""
    from iotmi import CallError, Client
    from tests.support.http_servers import with_keys

    client = with_keys(Client, endpoint_url=url)
    told = []
    for wrong_by in (0.0, *STEPS):
        clock.wrong_by = wrong_by
        try:
            client.managed_things.list().first()
        except CallError as error:
            told.append((f"{type(error).__name__} {error}", error.attempts))
        else:
            told.append(("answered", 1))
    return told


def main(kept: str, silent: str, dated: str, strict: str) -> Mapping[str, object]:
    """Call each, and set the clock meanwhile."""
    clock = Clock()
    clock.install()
    return {
        "answered": paced_calls(kept, clock),
        "overruns": overruns(silent, clock),
        "pause": pause_asked_for(dated, clock),
        "signed": signed_calls(strict, clock),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
