"""The time of `events.parse` relative to `json.loads` of the same octets.

    python -m tests.benchmarks.events

Alternating rounds measure the CPU time of this thread, and the best round of each counts. The bar
is 3.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Final

from iotmi import events
from tests.events.messages import MESSAGES

BAR: Final = 3.0
ROUNDS: Final = 101
SECONDS_OF_A_ROUND: Final = 0.003


def large() -> bytes:
    """Return a state of 40 endpoints with 5 capabilities each."""
    document = json.loads(json.dumps(MESSAGES["state"].document))
    (endpoint,) = document["payload"]["addedStates"]["endpoints"]
    endpoint["capabilities"] *= 5
    document["payload"]["addedStates"]["endpoints"] = [endpoint] * 40
    return json.dumps(document).encode()


def timed(function: Callable[[bytes], object], data: bytes, repeats: int) -> float:
    began = time.thread_time()
    for _ in range(repeats):
        function(data)
    return (time.thread_time() - began) / repeats


def ratio(data: bytes) -> tuple[float, float]:
    """Return the seconds of `json.loads`, and the ratio of `parse` to it."""
    repeats = max(1, int(SECONDS_OF_A_ROUND / timed(events.parse, data, 10)))
    loads, parse = [], []
    for _ in range(ROUNDS):
        loads.append(timed(json.loads, data, repeats))
        parse.append(timed(events.parse, data, repeats))
    return min(loads), min(parse) / min(loads)


def main() -> None:
    samples = {name: json.dumps(message.document).encode() for name, message in MESSAGES.items()}
    samples["state of 40 endpoints"] = large()
    worst = 0.0
    for name, data in samples.items():
        seconds, times = ratio(data)
        worst = max(worst, times)
        print(f"{name:24} {len(data):7} octets {seconds * 1e6:8.2f} us  x {times:.2f}")  # noqa: T201
    print(f"worst: {worst:.2f}, bar: {BAR:g}")  # noqa: T201
    if worst > BAR:
        sys.exit(1)


if __name__ == "__main__":
    main()
