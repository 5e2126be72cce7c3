"""Clients that create as fast as a service allows, each with its own retries, and their figures.

This module owns the callers, the record of accepted and throttled calls, and the figures. It does
not know the limit's rules or the expected figures.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, takewhile
from threading import Event, Lock, Thread
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import Factory, define
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from iotmi import Client, IotmiError, Pacing, RetryPolicy
from iotmi.emulator import Emulator

THREADS: Final = 32
OPERATION: Final = "CreateCredentialLocker"
WARM: Final = 5.0
"""Seconds after which a contestant is to have found the limit."""

Create: TypeAlias = Callable[[str], None]
"""Creates something of this name, or raises."""


@define
class Race:
    """Accepted and throttled calls, with their moments in seconds since the start.

    Attributes:
        taken: calls that were carried out.
        refused: calls that were throttled.
        given_up: creates that raised an error.
        lost: requested creates whose resource does not exist.
        doubled: creates whose resource exists more than once.
        seconds: the duration.
    """

    taken: list[float] = Factory(list)
    refused: list[float] = Factory(list)
    given_up: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0

    @property
    def attempts(self) -> int:
        """Return the number of calls to the service."""
        return len(self.taken) + len(self.refused)

    def refused_share(self, since: float = 0.0, until: float = float("inf")) -> float:
        """Return the share of throttled calls in a span."""
        refused, taken = (_within(moments, since, until) for moments in (self.refused, self.taken))
        return refused / (refused + taken or 1)

    def use(self, rate: float) -> float | None:
        """Return the used share of the limit once warm, up to the last second."""
        until = self.taken[-1] - 1
        return _within(self.taken, WARM, until) / ((until - WARM) * rate) if until > WARM else None

    def following(self, before: float, rate: float, *, since: float, until: float) -> float | None:
        """Return the seconds until the client followed a change of the limit, or None.

        It has followed when it uses at least nine tenths of the new limit and, after a decrease, at
        most a tenth of its calls are throttled. Both hold in each `WINDOW` from then on that ends
        before *until*.
        """
        followed = None
        for moment in _moments(since, until - WINDOW):
            end = moment + WINDOW
            follows = _within(self.taken, moment, end) >= rate * WINDOW * (1 - TOLERANCE)
            if rate < before:
                follows = follows and self.refused_share(moment, end) <= TOLERANCE
            followed = (moment if followed is None else followed) if follows else None
        return None if followed is None else followed - since


def _moments(since: float, until: float) -> Iterator[float]:
    return takewhile(lambda moment: moment <= until, (since + n * STEP for n in count()))


WINDOW: Final = 3.0
TOLERANCE: Final = 0.1
STEP: Final = 0.1


def _within(moments: Sequence[float], since: float, until: float) -> int:
    return sum(since <= moment < until for moment in moments)


# -- who takes part --------------------------------------------------------------------


def _by_iotmi(emulator: Emulator, retry: RetryPolicy, pacing: Pacing | None) -> tuple[Any, Create]:
    once = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)
    theirs = emulator.boto3_client(config=once)
    client = Client(boto3_client=theirs, retry=retry, pacing=pacing)
    return theirs, lambda name: _ignored(client.credential_lockers.create(name=name))


def _by_boto3(emulator: Emulator, config: Config) -> tuple[Any, Create]:
    wide = config.merge(Config(max_pool_connections=THREADS))
    client: Any = emulator.boto3_client(config=wide)
    return client, lambda name: _ignored(client.create_credential_locker(Name=name))


def _ignored(_: object) -> None:
    """Ignore the result. The resources are counted at the end."""


Contestant: TypeAlias = Callable[[Emulator], tuple[Any, Create]]
"""Gives a boto3 client, whose calls are recorded, and what creates by it."""

CONTESTANTS: Final[Mapping[str, Contestant]] = MappingProxyType(
    {
        "iotmi, paced": lambda emulator: _by_iotmi(emulator, RetryPolicy(), Pacing()),
        "iotmi, not paced": lambda emulator: _by_iotmi(emulator, RetryPolicy(), None),
        "boto3, default": lambda emulator: _by_boto3(emulator, Config()),
        "boto3, standard, 10 attempts": lambda emulator: _by_boto3(
            emulator, Config(retries={"mode": "standard", "total_max_attempts": 10})
        ),
        "boto3, adaptive": lambda emulator: _by_boto3(
            emulator, Config(retries={"mode": "adaptive"})
        ),
        "boto3, adaptive, 10 attempts": lambda emulator: _by_boto3(
            emulator, Config(retries={"mode": "adaptive", "total_max_attempts": 10})
        ),
    }
)
OURS: Final = "iotmi, paced"


# -- the races -------------------------------------------------------------------------


def race(name: str, *, creates: int, limit: float, burst: float, seed: int) -> Race:
    """Let 32 threads create lockers as fast as the client allows."""
    with Emulator(seed=seed) as emulator:
        emulator.faults.throttle(rate=limit, burst=burst, operation=OPERATION)
        return _run(emulator, name, (f"Household {number}" for number in range(creates)))


def chase(
    name: str, *, limits: Sequence[float], burst: float, seconds: float, seed: int
) -> tuple[Race, list[float]]:
    """Let them create while limits change. Return also the moment of each change, and the end.

    Each limit holds for *phase* seconds. A new limit begins with a full bucket.
    """
    changes: list[float] = []
    with Emulator(seed=seed) as emulator:
        began = time.monotonic()
        end = began + seconds * len(limits)

        def change() -> None:
            for number, limit in enumerate(limits):
                Event().wait(began + seconds * number - time.monotonic())
                emulator.faults.throttle(rate=limit, burst=burst, operation=OPERATION)
                changes.append(time.monotonic() - began)
            changes.append(end - began)

        changing = Thread(target=change)
        changing.start()
        numbers = takewhile(lambda _: time.monotonic() < end, count())
        result = _run(emulator, name, (f"Household {number}" for number in numbers))
        changing.join()
        return result, changes


def _run(emulator: Emulator, name: str, names: Iterator[str]) -> Race:
    client, create = CONTESTANTS[name](emulator)
    result = Race()
    asked: list[str] = []
    lock = Lock()
    began = time.monotonic()

    def record(response_dict: Mapping[str, Any], **_: object) -> None:
        moments = result.taken if response_dict["status_code"] < 300 else result.refused
        moments.append(time.monotonic() - began)

    client.meta.events.register(f"response-received.*.{OPERATION}", record)

    def work() -> None:
        while True:
            with lock:
                mine = next(names, None)
                if mine is None:
                    return
                asked.append(mine)
            try:
                create(mine)
            except (IotmiError, ClientError, BotoCoreError):
                with lock:
                    result.given_up += 1

    with ThreadPoolExecutor(THREADS) as pool:
        for ended in [pool.submit(work) for _ in range(THREADS)]:
            ended.result()
    result.seconds = time.monotonic() - began
    emulator.faults.clear()
    there = Counter(locker.name for locker in emulator.client().credential_lockers.list())
    result.lost = sum(there[each] == 0 for each in asked)
    result.doubled = sum(number > 1 for number in there.values())
    return result
