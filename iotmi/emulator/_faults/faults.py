"""Fault injection: which coming calls meet which fault.

Owns the plan, its checks and its random numbers. The same plan and seed give the same faults for
the same calls. This module must not know how a call is executed.

The order for each call is: the delay, the throttle, the faults of the next calls, and last the
random faults.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from itertools import groupby
from random import Random
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import field, frozen

from iotmi._schema.lazy import LazyModule
from iotmi.emulator._core.observers import Observers
from iotmi.emulator._faults.kinds import THROTTLING, Fault, FaultKind, InjectedFault
from iotmi.emulator._faults.throttle import Bucket, Throttle
from iotmi.emulator._model.operations import Service

if TYPE_CHECKING:
    from iotmi.emulator._faults import active as listing
else:
    # Imported when faults are listed, because an emulator starts faster without it.
    listing = LazyModule("iotmi.emulator._faults.active")


@frozen
class _RandomFault:
    """A fault that hits a share of the calls.

    Attributes:
        share: probability for each call.
        fault: fault to inject.
        operation: name of the operation, or None for all.
        random: random numbers of this fault alone, so that other faults do not change its choices.
    """

    share: float
    fault: Fault
    operation: str | None
    random: Random = field(repr=False)

    def matches(self, operation: str) -> bool:
        """Return True if this fault hits a call of *operation*."""
        return self.operation in (None, operation) and self.random.random() < self.share


@frozen
class _Delay:
    """A delay before calls.

    Attributes:
        seconds: mean delay.
        jitter: largest deviation from the mean.
        random: random numbers of this delay.
    """

    seconds: float
    jitter: float
    random: Random = field(repr=False)

    def draw(self) -> float:
        """Return the delay of one call in seconds."""
        return max(0.0, self.seconds + self.random.uniform(-self.jitter, self.jitter))


class Faults:
    """The faults that coming calls meet. All methods are thread-safe.

    *operation* is always the name of an operation, such as ``CreateManagedThing``, or None for all
    operations. Faults for one operation come before faults for all.

    Every method raises ValueError for an unknown operation or error, and for a number out of range.

    Args:
        service: operations and errors of the service.
        seed: seed of all random numbers.
        seconds: clock of the throttle.
        sleep: function that waits for a delay.

    Attributes:
        observers: functions that are called after each change of the plan.
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
        self._revision = 0
        self.observers: Observers = Observers()

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
        """Return an error to the next calls.

        Args:
            operation: operation of the calls.
            error: name of the error, such as ``ThrottlingException``. The model has its status.
            times: number of calls, at least 1.
            retry_after: seconds of a ``Retry-After`` header.
            before_effect: false to execute the call first.
        """
        self._validate_error(error)
        fault = Fault(FaultKind.ERROR, error, retry_after, before_effect)
        self._enqueue(operation, fault, times)

    def reset_connections(
        self, operation: str | None = None, *, times: int = 1, before_effect: bool = True
    ) -> None:
        """Close the connection of the next calls without a response.

        iotmi raises `NoResponseError`.

        Args:
            operation: operation of the calls.
            times: number of calls, at least 1.
            before_effect: false to execute the call first.
        """
        fault = Fault(FaultKind.RESET, before_effect=before_effect)
        self._enqueue(operation, fault, times)

    def lose_answers(self, operation: str | None = None, *, times: int = 1) -> None:
        """Execute the next calls and never respond.

        iotmi raises `NoResponseError` after its timeout. In process, the timeout comes at once.

        Args:
            operation: operation of the calls.
            times: number of calls, at least 1.
        """
        self._enqueue(operation, Fault(FaultKind.LOST, before_effect=False), times)

    def refuse_connections(self, operation: str | None = None, *, times: int = 1) -> None:
        """Refuse the connection of the next calls.

        iotmi raises `NotSentError`.

        Args:
            operation: operation of the calls.
            times: number of calls, at least 1.
        """
        self._enqueue(operation, Fault(FaultKind.UNREACHABLE), times)

    def garble_answers(
        self, operation: str | None = None, *, times: int = 1, truncated: bool = False
    ) -> None:
        """Execute the next calls and return a body that is not JSON.

        iotmi raises `ResponseError`. A response without a body stays as it is.

        Args:
            operation: operation of the calls.
            times: number of calls, at least 1.
            truncated: true for the first half of the correct body.
        """
        kind = FaultKind.TRUNCATED if truncated else FaultKind.GARBLED
        self._enqueue(operation, Fault(kind, before_effect=False), times)

    def succeed_next(self, operation: str | None = None, *, times: int = 1) -> None:
        """Inject no fault into the next calls.

        These calls come before the faults that are added later. Random faults do not hit them.

        Args:
            operation: operation of the calls.
            times: number of calls, at least 1.
        """
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
        """Return an error to a share of all calls.

        Args:
            share: probability for each call, more than 0 and at most 1.
            code: name of the error.
            operation: operation of the calls.
            before_effect: false to execute the calls first.
        """
        self._validate_error(code)
        fault = Fault(FaultKind.ERROR, code, before_effect=before_effect)
        self._add_random(share, fault, operation)

    def drop_randomly(
        self, share: float = 0.05, *, operation: str | None = None, before_effect: bool = True
    ) -> None:
        """Close the connection of a share of all calls without a response.

        Args:
            share: probability for each call, more than 0 and at most 1.
            operation: operation of the calls.
            before_effect: false to execute the calls first.
        """
        self._add_random(share, Fault(FaultKind.RESET, before_effect=before_effect), operation)

    def delay(self, seconds: float, jitter: float = 0.0, *, operation: str | None = None) -> None:
        """Delay all calls, by blocking the calling thread.

        Args:
            seconds: mean delay; 0 removes the delay.
            jitter: largest deviation from the mean, uniformly distributed.
            operation: operation of the calls.
        """
        self._validate_operation(operation)
        if seconds < 0 or jitter < 0:
            raise ValueError("seconds and jitter must be at least 0")
        with self._lock:
            self._delays[operation] = _Delay(seconds, jitter, self._random(f"delay {operation}"))
        self._changed()

    def throttle(
        self,
        scale: float = 1.0,
        *,
        burst: float | None = None,
        rate: float | None = None,
        operation: str | None = None,
    ) -> None:
        """Return ``ThrottlingException`` to calls above a rate, by a token bucket per operation.

        A bucket is full at first. A throttled call takes no token.

        Args:
            scale: factor for the rate.
            burst: number of calls that may come at once; the calls of one second if None.
            rate: calls per second; the service's published quota if None. An operation without a
                published quota is then not throttled.
            operation: operation of the calls.
        """
        self._validate_operation(operation)
        if scale <= 0 or (rate is not None and rate <= 0):
            raise ValueError("scale and rate must be more than 0")
        if burst is not None and burst < 1:
            raise ValueError("burst must be at least 1")
        with self._lock:
            self._throttles[operation] = Throttle(scale, burst, rate)
            self._buckets.clear()
        self._changed()

    # -- the plan as a whole -----------------------------------------------------------

    def seed(self, value: int) -> None:
        """Restart all random numbers. The same seed hits the same calls."""
        with self._lock:
            self._seed = value
            for number, random_fault in enumerate(self._random_faults):
                random_fault.random.seed(self._seed_of(f"share {number}"))
            for operation, delay in self._delays.items():
                delay.random.seed(self._seed_of(f"delay {operation}"))

    def clear(self) -> None:
        """Remove all faults. The counts stay."""
        with self._lock:
            self._next.clear()
            self._random_faults.clear()
            self._delays.clear()
            self._throttles.clear()
            self._buckets.clear()
        self._changed()

    def reset(self) -> None:
        """Remove all faults and counts, and restart all random numbers."""
        with self._lock:
            self._counts.clear()
        self.clear()

    @property
    def revision(self) -> int:
        """A number that differs after each change of the plan, also by a call that took a fault."""
        with self._lock:
            return self._revision

    @property
    def active(self) -> "listing.ActiveFaults":
        """The faults that are planned.

        Each entry names its method as ``kind``, and has the parameters of the method.
        """
        with self._lock:
            return listing.ActiveFaults(
                tuple(
                    {
                        "operation": operation,
                        **listing.queued_entry(fault),
                        "times": len(list(same)),
                    }
                    for operation, queue in self._next.items()
                    for fault, same in groupby(queue)
                ),
                tuple(
                    listing.random_entry(each.share, each.operation, each.fault)
                    for each in self._random_faults
                ),
                tuple(
                    {
                        "kind": "delay",
                        "operation": operation,
                        "seconds": delay.seconds,
                        "jitter": delay.jitter,
                    }
                    for operation, delay in self._delays.items()
                    if delay.seconds or delay.jitter
                ),
                tuple(
                    {
                        "kind": "throttle",
                        "operation": operation,
                        "scale": throttle.scale,
                        "burst": throttle.burst,
                        "rate": throttle.rate,
                    }
                    for operation, throttle in self._throttles.items()
                ),
            )

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of calls per kind of fault, such as ``counts["error"]``; only kinds with calls."""
        with self._lock:
            return MappingProxyType({kind: count for kind, count in self._counts.items()})  # noqa: C416

    def next_fault(self, operation: str) -> InjectedFault:
        """Wait for the planned delay of a call, and return the fault that it meets."""
        with self._lock:
            delay = self._delay(operation)
            fault = self._fault(operation)
            if fault is not None:
                self._counts[fault.kind] += 1
            if delay:
                self._counts[FaultKind.DELAYED] += 1
            # No notification: the call itself is one, when it has ended.
            self._revision += fault is not None or bool(delay)
        if delay:
            self._sleep(delay)
        return InjectedFault(fault, delay)

    # -- internals ---------------------------------------------------------------------

    def _changed(self) -> None:
        with self._lock:
            self._revision += 1
        self.observers.notify()

    def _delay(self, operation: str) -> float:
        delay = self._delays.get(operation) or self._delays.get(None)
        return delay.draw() if delay else 0.0

    def _fault(self, operation: str) -> Fault | None:
        if not self._is_within_rate(operation):
            return Fault(FaultKind.THROTTLED, THROTTLING)
        for name in (operation, None):
            queue = self._next.get(name)
            if queue:
                self._revision += 1
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
        self._changed()

    def _add_random(self, share: float, fault: Fault, operation: str | None) -> None:
        self._validate_operation(operation)
        if not 0 < share <= 1:
            raise ValueError("share must be more than 0 and at most 1")
        with self._lock:
            random = self._random(f"share {len(self._random_faults)}")
            self._random_faults.append(_RandomFault(share, fault, operation, random))
        self._changed()

    def _validate_operation(self, operation: str | None) -> None:
        if operation is not None and operation not in self._service.operations:
            raise ValueError(f"the service has no operation {operation!r}")

    def _validate_error(self, error: str) -> None:
        if error not in self._service.error_statuses:
            raise ValueError(f"the service has no error {error!r}")

    def _random(self, name: str) -> Random:
        return Random(self._seed_of(name))  # noqa: S311 - not used for secrets

    def _seed_of(self, name: str) -> str:
        return f"{self._seed}: {name}"
