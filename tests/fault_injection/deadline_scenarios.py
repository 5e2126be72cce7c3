"""Scenes: faults of a service that meet a call with a deadline, each with its own server.

This module owns the scenes and their services. It does not know the rules for a call's result.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from iotmi import AsyncClient, CallError, Client, Pacing, RetryPolicy, ServiceUnavailableError
from iotmi.emulator import Emulator
from tests.support.bad_servers import (
    Answers,
    Refusals,
    apart,
    drip_body,
    drip_head,
    keep_silent,
    listening,
    never_accepting,
    reset,
)
from tests.support.http_servers import Act, closed_port, hang_up, with_keys

CROWD: Final = 64

PERSISTENT: Final = RetryPolicy(max_attempts=10_000, quota=None)
EAGER: Final = RetryPolicy(max_attempts=10_000, initial_backoff=0.02, max_backoff=0.05, quota=None)


def _nothing() -> Iterable[str]:
    return ()


def _names(given: Iterable[str]) -> frozenset[str]:
    return frozenset(given)


@frozen
class Stage:
    """A running service, and the options of its clients."""

    client: Callable[[float], Client]
    async_client: Callable[[float], AsyncClient]
    issued: Callable[[], Iterable[str]] = _nothing


@frozen(kw_only=True)
class Scene:
    """A fault, and its allowed results.

    Attributes:
        stage: starts the service, from a seed.
        callers: the number of concurrent callers.
        walks: True if the callers iterate over a listing.
        paced: True if the clients are paced.
        kinds: the error classes that attempts may fail with.
        why: the text in the error that names the last reason.
        others: error classes allowed before the deadline.
        may_answer: True if some calls may succeed.
        shortest_pause: the seconds that the service asks to wait.
    """

    stage: Callable[[int], AbstractContextManager[Stage]]
    callers: int = 1
    walks: bool = False
    paced: bool = False
    kinds: frozenset[str] = field(default=frozenset(), converter=_names)
    why: str = ""
    others: tuple[type[CallError], ...] = ()
    may_answer: bool = False
    shortest_pause: float = 0.0


def _over(
    address: Callable[[], AbstractContextManager[str]],
    *,
    retry: RetryPolicy = PERSISTENT,
    pacing: Pacing | None = None,
    issued: Callable[[], Iterable[str]] = _nothing,
) -> Callable[[int], AbstractContextManager[Stage]]:
    """Return a stage at an address."""

    @contextmanager
    def stage(seed: int) -> Iterator[Stage]:
        del seed
        with address() as url:

            def client(timeout: float) -> Client:
                return with_keys(
                    Client,
                    endpoint_url=url,
                    retry=retry,
                    pacing=pacing,
                    timeout=timeout,
                )

            def async_client(timeout: float) -> AsyncClient:
                return with_keys(
                    AsyncClient,
                    endpoint_url=url,
                    retry=retry,
                    pacing=pacing,
                    timeout=timeout,
                )

            yield Stage(client, async_client, issued)

    return stage


def _met_by(
    act: Act, *, retry: RetryPolicy = PERSISTENT, pacing: Pacing | None = None, crowd: bool = False
) -> Callable[[int], AbstractContextManager[Stage]]:
    """Return a stage whose connections run *act*, in another process for a *crowd*."""
    return _over(lambda: (apart if crowd else listening)(act), retry=retry, pacing=pacing)


def _refused(
    status: int,
    code: str,
    *,
    retry_after: float | None = None,
    retry: RetryPolicy = PERSISTENT,
    pacing: Pacing | None = None,
) -> Callable[[int], AbstractContextManager[Stage]]:
    """Return a stage on which every request gets an error."""

    @contextmanager
    def stage(seed: int) -> Iterator[Stage]:
        refusals = Refusals(status, code, retry_after=retry_after)
        over = _over(
            lambda: listening(refusals),
            retry=retry,
            pacing=pacing,
            issued=lambda: refusals.issued,
        )
        with over(seed) as staged:
            yield staged

    return stage


@contextmanager
def _nowhere() -> Iterator[str]:
    yield closed_port()


@contextmanager
def _silent_tls() -> Iterator[str]:
    with listening(keep_silent) as url:
        yield url.replace("http:", "https:")


@contextmanager
def _losing_answers(seed: int) -> Iterator[Stage]:
    """Return an emulator in this process that carries out calls and loses their responses."""
    with Emulator(seed=seed) as emulator:
        emulator.faults.drop_randomly(1.0, before_effect=False)
        yield _clients_of(emulator, EAGER)


@contextmanager
def _delaying(seed: int) -> Iterator[Stage]:
    """Return an emulator in this process that is slower than every deadline."""
    with Emulator(seed=seed) as emulator:
        emulator.faults.delay(3.0)
        yield _clients_of(emulator)


@contextmanager
def _capricious(seed: int) -> Iterator[Stage]:
    """Return an emulator with random delays, throttles, errors, resets and lost responses."""
    with Emulator(seed=seed) as emulator:
        emulator.faults.delay(0.15, 0.15)
        emulator.faults.fail_randomly(0.3, "ThrottlingException")
        emulator.faults.fail_randomly(0.5, "InternalServerException")
        emulator.faults.drop_randomly(0.5)
        emulator.faults.drop_randomly(1.0, before_effect=False)
        yield _clients_of(emulator)


def _clients_of(emulator: Emulator, retry: RetryPolicy = PERSISTENT) -> Stage:
    return Stage(
        lambda timeout: emulator.client(retry=retry, timeout=timeout),
        lambda timeout: emulator.async_client(retry=retry, timeout=timeout),
    )


_PAGE: Final = b'{"Items": [{"Id": "t"}], "NextToken": "#"}'
_SLOWLY: Final = Pacing(initial_rate=4.0, max_rate=4.0, burst=1)

SCENES: Final[Mapping[str, Scene]] = MappingProxyType(
    {
        "throttled for ever": Scene(
            stage=_refused(429, "ThrottlingException"), kinds=["ThrottlingError"], why="begin"
        ),
        "throttled, Retry-After 0.2": Scene(
            stage=_refused(429, "ThrottlingException", retry_after=0.2),
            kinds=["ThrottlingError"],
            shortest_pause=0.2,
        ),
        "throttled, Retry-After 60": Scene(
            stage=_refused(429, "ThrottlingException", retry_after=60),
            kinds=["ThrottlingError"],
            why="the next attempt would begin 60.00 s later",
        ),
        "5xx for ever": Scene(
            stage=_refused(503, "ServiceUnavailableException", retry=EAGER),
            kinds=["ServiceUnavailableError"],
        ),
        "5xx for ever, the default policy": Scene(
            stage=_refused(503, "ServiceUnavailableException", retry=RetryPolicy()),
            kinds=["ServiceUnavailableError"],
            others=(ServiceUnavailableError,),
        ),
        "connections closed for ever": Scene(
            stage=_met_by(hang_up, retry=EAGER), kinds=["NoResponseError"]
        ),
        "connections reset for ever": Scene(
            # The deadline may come while the connection is being made.
            stage=_met_by(reset, retry=EAGER), kinds=["NoResponseError", "NotSentError"]
        ),
        "connections refused for ever": Scene(
            stage=_over(_nowhere, retry=EAGER), kinds=["NotSentError"]
        ),
        "answers lost for ever": Scene(stage=_losing_answers, kinds=["NoResponseError"]),
        "an answer later than the deadline": Scene(stage=_delaying, why="cut off"),
        "accepted, and silence": Scene(stage=_met_by(keep_silent), why="cut off"),
        "never accepted": Scene(stage=_over(never_accepting), why="cut off"),
        "no handshake": Scene(stage=_over(_silent_tls), why="cut off"),
        "a body byte by byte": Scene(stage=_met_by(drip_body), why="cut off"),
        "a head byte by byte": Scene(stage=_met_by(drip_head), why="cut off"),
        "paced, with a full queue": Scene(
            stage=_met_by(Answers(b'{"Id": "x"}'), pacing=_SLOWLY, crowd=True),
            callers=CROWD,
            paced=True,
            may_answer=True,
        ),
        "paced, and 5xx for ever": Scene(
            stage=_met_by(
                Refusals(503, "ServiceUnavailableException"),
                retry=EAGER, pacing=_SLOWLY, crowd=True,
            ),
            callers=CROWD,
            paced=True,
            kinds=["ServiceUnavailableError"],
        ),
        "slow pages": Scene(
            stage=_met_by(Answers(_PAGE, taking=0.3)), walks=True, why="on page"
        ),
        "pages throttled for ever": Scene(
            stage=_refused(429, "ThrottlingException"),
            walks=True,
            kinds=["ThrottlingError"],
            why="on page 1",
        ),
        "a crowd, and silence": Scene(stage=_met_by(keep_silent, crowd=True), callers=CROWD),
        "a crowd, and 5xx for ever": Scene(
            stage=_met_by(Refusals(503, "ServiceUnavailableException"), crowd=True),
            callers=CROWD,
            kinds=["ServiceUnavailableError"],
        ),
        "a crowd, and all faults by chance": Scene(
            stage=_capricious,
            callers=CROWD,
            kinds=["ThrottlingError", "InternalServerError", "NoResponseError"],
        ),
        "a crowd, on slow pages": Scene(
            stage=_met_by(Answers(_PAGE, taking=0.3), crowd=True),
            callers=CROWD,
            walks=True,
            why="on page",
        ),
    }
)  # fmt: skip
