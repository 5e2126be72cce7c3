"""Those that create as fast as a service lets them, each with its own manners; and their measure.

Owns the callers, the record of what the service took and refused, and the figures drawn from it.
What limits the service, and what is expected of whom, is not known here.
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
    """What the service took and refused, at which moments since the beginning, in seconds.

    Attributes:
        taken: Calls that were carried out.
        refused: Calls that were throttled.
        given_up: Creations that the caller was told had failed.
        lost: Creations asked for that do not exist in the end.
        doubled: Those that exist more than once.
        seconds: How long it all took.
    """

    taken: list[float] = Factory(list)
    refused: list[float] = Factory(list)
    given_up: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0

    @property
    def attempts(self) -> int:
        """How often the service was called."""
        return len(self.taken) + len(self.refused)

    def refused_share(self, since: float = 0.0, until: float = float("inf")) -> float:
        """The refused among the calls of a span."""
        refused, taken = (_within(moments, since, until) for moments in (self.refused, self.taken))
        return refused / (refused + taken or 1)

    def use(self, rate: float) -> float | None:
        """The share of the limit that was used once warm, up to the last second, if there was."""
        until = self.taken[-1] - 1
        return _within(self.taken, WARM, until) / ((until - WARM) * rate) if until > WARM else None

    def following(self, before: float, rate: float, *, since: float, until: float) -> float | None:
        """Seconds from a change of the limit until the client has followed; None where it never.

        It has followed when at least nine tenths of the new limit are taken and, where the limit
        fell, at most a tenth of its calls are refused: over each `WINDOW` that begins from that
        moment on and ends before *until*.
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
    """What was answered is looked at in the end."""


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
    """Have 32 threads create so many lockers, as fast as the contestant's manners let them."""
    with Emulator(seed=seed) as emulator:
        emulator.faults.throttle(rate=limit, burst=burst, operation=OPERATION)
        return _run(emulator, name, (f"Household {number}" for number in range(creates)))


def chase(
    name: str, *, limits: Sequence[float], burst: float, seconds: float, seed: int
) -> tuple[Race, list[float]]:
    """Have them create while limits change; also the moments at which each began, and the end.

    Each limit holds for so many seconds. A new one begins with a full bucket.
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
