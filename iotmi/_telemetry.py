"""One span for each call and three metrics, where the application uses OpenTelemetry.

`iotmi._course` loads this where the application has loaded OpenTelemetry's API, and never before.
Names are those of the semantic conventions for AWS SDKs; what these have no name for is under
``iotmi.``. An error is told by its kind and never by its message, a request by its operation and
never by its members. This module does not know how a call is made.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from inspect import signature
from typing import Final, TypeAlias

from opentelemetry import context, metrics, trace

from iotmi._error_codes import ERRORS_BY_CODE
from iotmi._observing import Attempt, Observer, Outcome, Retry, Watch
from iotmi._version import __version__
from iotmi.errors import ServiceError

SERVICE_ID: Final = "IoT Managed Integrations"

Attributes: TypeAlias = Mapping[str, str | int | float]

_SCOPE: Final = "iotmi"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)

if (
    "explicit_bucket_boundaries_advisory"
    not in signature(metrics.Meter.create_histogram).parameters
):
    raise ImportError("iotmi needs opentelemetry-api 1.30 or later to be observed by it")


def present() -> tuple[Observer, ...]:
    """What observes a call that begins now; nothing where that would come to nothing."""
    providers = trace.get_tracer_provider(), metrics.get_meter_provider()
    if all(map(_idle, providers)) or _unwanted():
        return ()
    return (_telemetry(*providers),)


def _unwanted() -> bool:
    # OpenTelemetry's own two switches: for the calls of a block, and for a process.
    disabled = os.environ.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "")
    return bool(context.get_value("suppress_instrumentation")) or _SCOPE in map(
        str.strip, disabled.split(",")
    )


def _idle(provider: object) -> bool:
    # The API's own providers stand in for those that nobody has set, and have no public name.
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


class Telemetry:
    """Observes calls with one tracer and one set of instruments."""

    def __init__(
        self, tracer_provider: trace.TracerProvider, meter_provider: metrics.MeterProvider
    ) -> None:
        self._tracer = tracer_provider.get_tracer(_SCOPE, __version__)
        meter = meter_provider.get_meter(_SCOPE, __version__)
        self.calls = _durations(
            meter, "rpc.client.call.duration", "Time from a call's beginning to its end."
        )
        self.attempts = _durations(meter, "iotmi.attempt.duration", "Time that an attempt took.")
        self.pauses = _durations(
            meter, "iotmi.pause.duration", "Time between a failed attempt and the next."
        )

    def call_begins(self, operation: str, /, *, region_name: str, page: int | None) -> Watch:
        """Begin a span, as a child of the caller's."""
        common: Attributes = {
            "rpc.system": "aws-api",
            "rpc.system.name": "aws-api",
            "rpc.service": SERVICE_ID,
            "rpc.method": operation,
            "cloud.region": region_name,
        }
        span = self._tracer.start_span(
            f"{SERVICE_ID}.{operation}",
            kind=trace.SpanKind.CLIENT,
            attributes=common if page is None else {**common, "iotmi.page": page},
        )
        return _SpanWatch(self, span, common)


# Instruments are made once for a provider, and an application has one; a test may have several.
_telemetry: Final = lru_cache(maxsize=4)(Telemetry)


def _durations(meter: metrics.Meter, name: str, description: str) -> metrics.Histogram:
    return meter.create_histogram(
        name, "s", description, explicit_bucket_boundaries_advisory=_SECONDS
    )


class _SpanWatch:
    """One call's span, and what is measured of the call."""

    __slots__ = ("_common", "_context", "_span", "_telemetry")

    def __init__(self, telemetry: Telemetry, span: trace.Span, common: Attributes) -> None:
        self._telemetry = telemetry
        self._span = span
        self._common = common
        # So that what is measured leads to this span and not to the caller's.
        self._context = trace.set_span_in_context(span)

    def attempting(self) -> AbstractContextManager[object]:
        """Have the span be the parent of what botocore's and urllib3's instrumentations make."""
        return trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def attempt_ended(self, attempt: Attempt, /) -> None:
        """An event, and a measurement."""
        failure = _failure(attempt.error)
        self._measure(self._telemetry.attempts, attempt.elapsed, failure)
        told = {"iotmi.attempt": attempt.attempt, "iotmi.elapsed": attempt.elapsed, **failure}
        if attempt.request_id is not None:
            told["aws.request_id"] = attempt.request_id
        self._span.add_event("attempt", told)

    def pause_begins(self, retry: Retry, /) -> None:
        """An event, and a measurement."""
        failure = _failure(retry.error)
        self._measure(self._telemetry.pauses, retry.pause, failure)
        told = {"iotmi.attempt": retry.attempt, "iotmi.pause": retry.pause, **failure}
        self._span.add_event("pause", told)

    def call_ended(self, outcome: Outcome, /) -> None:
        """The end of the span, and a measurement."""
        failure = _failure(outcome.error)
        self._measure(self._telemetry.calls, outcome.elapsed, failure)
        told = {"iotmi.attempts": outcome.attempts, **failure}
        if outcome.request_id is not None:
            told["aws.request_id"] = outcome.request_id
        if outcome.http_status is not None:
            told["http.response.status_code"] = outcome.http_status
        self._span.set_attributes(told)
        if failure:
            # Without a description, which would be the error's message.
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    def _measure(self, what: metrics.Histogram, seconds: float, failure: Attributes) -> None:
        what.record(seconds, {**self._common, **failure}, context=self._context)


def _failure(error: BaseException | None) -> dict[str, str | int | float]:
    return {} if error is None else {"error.type": error_type(error)}


def error_type(error: BaseException) -> str:
    """A short name for *error*, one of not too many.

    The service's code is text from outside: one that nobody knows is told by its HTTP status.
    """
    if isinstance(error, ServiceError) and error.code in ERRORS_BY_CODE:
        return error.code
    if isinstance(error, ServiceError) and error.http_status:
        return str(error.http_status)
    return "cancelled" if isinstance(error, GeneratorExit) else type(error).__name__
