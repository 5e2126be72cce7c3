"""Faults a test plants: what coming calls are to meet, and how often.

Owns the plan, its checks and its source of chance, so that the same plan and seed make the
same of the same calls. It does not know how a call is carried out.

A call is first kept waiting, then held against the throttle, then against the faults planted
for the next calls, and last against those that strike a share of all.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from random import Random
from threading import Lock
from types import MappingProxyType

from attrs import field, frozen

from iotmi.emulator._faults.kinds import THROTTLING, Fault, FaultKind, InjectedFault
from iotmi.emulator._faults.throttle import Bucket, Throttle
from iotmi.emulator._model.operations import Service


@frozen
class _RandomFault:
    """A fault that strikes a share of the calls."""

    share: float
    fault: Fault
    operation: str | None
    # Of its own: what else is planted must not change whom it strikes.
    random: Random = field(repr=False)

    def matches(self, operation: str) -> bool:
        return self.operation in (None, operation) and self.random.random() < self.share


@frozen
class _Delay:
    """How long calls are kept waiting."""

    seconds: float
    jitter: float
    random: Random = field(repr=False)

    def draw(self) -> float:
        return max(0.0, self.seconds + self.random.uniform(-self.jitter, self.jitter))


class Faults:
    """What coming calls will meet. Safe under threads.

    Everywhere, *operation* is an operation's name, such as ``CreateManagedThing``, or None for
    any; what is planted for one operation goes before what is planted for any. Whatever is
    wrong with a name or a number raises ``ValueError``.
    """

    def __init__(
        self,
        service: Service,
        *,
        seed: int = 0,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._seed = seed
        self._seconds = seconds
        self._sleep = sleep
        self._lock = Lock()
        self._next: dict[str | None, deque[Fault | None]] = {}
        self._random_faults: list[_RandomFault] = []
        self._delays: dict[str | None, _Delay] = {}
        self._throttles: dict[str | None, Throttle] = {}
        self._buckets: dict[str, Bucket | None] = {}
        self._counts: Counter[FaultKind] = Counter()

    # -- the next calls ----------------------------------------------------------------

    def fail(
        self,
        operation: str | None,
        error: str,
        *,
        times: int = 1,
        retry_after: float | None = None,
        before_effect: bool = True,
    ) -> None:
        """Answer the next calls with an error.

        Args:
            operation: Which calls.
            error: The error's code, such as ``ThrottlingException``; the model has its status.
            times: How many calls, at least 1.
            retry_after: Seconds, for a ``Retry-After`` header.
            before_effect: False to carry the call out first.
        """
        self._validate_error(error)
        fault = Fault(FaultKind.ERROR, error, retry_after, before_effect)
        self._enqueue(operation, fault, times)

    def reset_connections(
        self, operation: str | None = None, *, times: int = 1, before_effect: bool = True
    ) -> None:
        """Close the connection of the next calls without an answer; to iotmi, `NoResponseError`.

        Args:
            operation: Which calls.
            times: How many calls, at least 1.
            before_effect: False to carry the call out first.
        """
        fault = Fault(FaultKind.RESET, before_effect=before_effect)
        self._enqueue(operation, fault, times)

    def lose_answers(self, operation: str | None = None, *, times: int = 1) -> None:
        """Carry the next calls out and never answer; to iotmi, a timeout, `NoResponseError`.

        In process the timeout comes at once: nobody waits for what will not come.
        """
        self._enqueue(operation, Fault(FaultKind.LOST, before_effect=False), times)

    def refuse_connections(self, operation: str | None = None, *, times: int = 1) -> None:
        """Be unreachable for the next calls; to iotmi, `NotSentError`."""
        self._enqueue(operation, Fault(FaultKind.UNREACHABLE), times)

    def garble_answers(
        self, operation: str | None = None, *, times: int = 1, truncated: bool = False
    ) -> None:
        """Carry the next calls out and answer with what is no JSON; to iotmi, `ResponseError`.

        An answer without a body stays as it is.

        Args:
            operation: Which calls.
            times: How many calls, at least 1.
            truncated: True for the first half of the right body.
        """
        kind = FaultKind.TRUNCATED if truncated else FaultKind.GARBLED
        self._enqueue(operation, Fault(kind, before_effect=False), times)

    def succeed_next(self, operation: str | None = None, *, times: int = 1) -> None:
        """Let the next calls be, before what is planted after this; no share strikes them."""
        self._enqueue(operation, None, times)

    # -- all calls, until cleared ------------------------------------------------------

    def fail_randomly(
        self,
        share: float = 0.05,
        code: str = "InternalServerException",
        *,
        operation: str | None = None,
        before_effect: bool = True,
    ) -> None:
        """Answer a share of all calls with an error.

        Args:
            share: More than 0, at most 1.
            code: The error's code.
            operation: Which calls.
            before_effect: False to carry the calls out first.
        """
        self._validate_error(code)
        fault = Fault(FaultKind.ERROR, code, before_effect=before_effect)
        self._add_random(share, fault, operation)

    def drop_randomly(
        self, share: float = 0.05, *, operation: str | None = None, before_effect: bool = True
    ) -> None:
        """Close the connection of a share of all calls without an answer.

        Args:
            share: More than 0, at most 1.
            operation: Which calls.
            before_effect: False to carry the calls out first.
        """
        self._add_random(share, Fault(FaultKind.RESET, before_effect=before_effect), operation)

    def delay(self, seconds: float, jitter: float = 0.0, *, operation: str | None = None) -> None:
        """Keep all calls waiting, really, in the thread that makes them.

        Args:
            seconds: How long, on average; 0 lifts it.
            jitter: How much longer or shorter at most, drawn evenly.
            operation: Which calls.
        """
        self._validate_operation(operation)
        if seconds < 0 or jitter < 0:
            raise ValueError("seconds and jitter must be at least 0")
        with self._lock:
            self._delays[operation] = _Delay(seconds, jitter, self._random(f"delay {operation}"))

    def throttle(
        self,
        scale: float = 1.0,
        *,
        burst: float | None = None,
        rate: float | None = None,
        operation: str | None = None,
    ) -> None:
        """Answer calls that come too fast with ``ThrottlingException``, as a bucket of tokens does.

        Each operation has a bucket of its own, full at first; a refused call takes nothing out.

        Args:
            scale: What the rate is multiplied by.
            burst: How many calls may come at once; as many as in one second when None.
            rate: Calls a second. When None, the service's published quota; an operation for
                which none is published is then not throttled.
            operation: Which calls.
        """
        self._validate_operation(operation)
        if scale <= 0 or (rate is not None and rate <= 0):
            raise ValueError("scale and rate must be more than 0")
        if burst is not None and burst < 1:
            raise ValueError("burst must be at least 1")
        with self._lock:
            self._throttles[operation] = Throttle(scale, burst, rate)
            self._buckets.clear()

    # -- the plan as a whole -----------------------------------------------------------

    def seed(self, value: int) -> None:
        """Begin chance anew; the same seed strikes the same calls."""
        with self._lock:
            self._seed = value
            for number, random_fault in enumerate(self._random_faults):
                random_fault.random.seed(self._seed_of(f"share {number}"))
            for operation, delay in self._delays.items():
                delay.random.seed(self._seed_of(f"delay {operation}"))

    def clear(self) -> None:
        """Forget all that is planted; what has been counted stays."""
        with self._lock:
            self._next.clear()
            self._random_faults.clear()
            self._delays.clear()
            self._throttles.clear()
            self._buckets.clear()

    @property
    def counts(self) -> Mapping[FaultKind, int]:
        """How many calls have met which kind; one that none has met is not in it."""
        with self._lock:
            return MappingProxyType(dict(self._counts))

    def next_fault(self, operation: str) -> InjectedFault:
        """Keep a call waiting as planned, and tell what else it is to meet."""
        with self._lock:
            delay = self._delay(operation)
            fault = self._fault(operation)
            if fault is not None:
                self._counts[fault.kind] += 1
            if delay:
                self._counts[FaultKind.DELAYED] += 1
        if delay:
            self._sleep(delay)
        return InjectedFault(fault, delay)

    # -- how it is found out -----------------------------------------------------------

    def _delay(self, operation: str) -> float:
        delay = self._delays.get(operation) or self._delays.get(None)
        return delay.draw() if delay else 0.0

    def _fault(self, operation: str) -> Fault | None:
        if not self._is_within_rate(operation):
            return Fault(FaultKind.THROTTLED, THROTTLING)
        for name in (operation, None):
            queue = self._next.get(name)
            if queue:
                return queue.popleft()
        return next(
            (
                random_fault.fault
                for random_fault in self._random_faults
                if random_fault.matches(operation)
            ),
            None,
        )

    def _is_within_rate(self, operation: str) -> bool:
        throttle = self._throttles.get(operation) or self._throttles.get(None)
        if throttle is None:
            return True
        now = self._seconds()
        if operation not in self._buckets:
            self._buckets[operation] = throttle.bucket(operation, now)
        bucket = self._buckets[operation]
        return bucket is None or bucket.take(now)

    def _enqueue(self, operation: str | None, fault: Fault | None, times: int) -> None:
        self._validate_operation(operation)
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._lock:
            self._next.setdefault(operation, deque()).extend([fault] * times)

    def _add_random(self, share: float, fault: Fault, operation: str | None) -> None:
        self._validate_operation(operation)
        if not 0 < share <= 1:
            raise ValueError("share must be more than 0 and at most 1")
        with self._lock:
            random = self._random(f"share {len(self._random_faults)}")
            self._random_faults.append(_RandomFault(share, fault, operation, random))

    def _validate_operation(self, operation: str | None) -> None:
        if operation is not None and operation not in self._service.operations:
            raise ValueError(f"the service has no operation {operation!r}")

    def _validate_error(self, error: str) -> None:
        if error not in self._service.error_statuses:
            raise ValueError(f"the service has no error {error!r}")

    def _random(self, name: str) -> Random:
        return Random(self._seed_of(name))  # noqa: S311 - chance for tests; it keeps no secret

    def _seed_of(self, name: str) -> str:
        return f"{self._seed}: {name}"
