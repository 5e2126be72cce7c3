"""OpenTelemetry: one span for each call, and three metrics.

`iotmi._runtime.context` imports this module only if the application imported OpenTelemetry's API.
Names follow the semantic conventions for AWS SDKs; other names begin with ``iotmi.``. An error is
reported by its type, never by its message, and a request by its operation, never by its members.
This module does not know how a call is made.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from inspect import signature
from typing import Final, TypeAlias

from opentelemetry import context, metrics, trace

from iotmi._observability.events import Attempt, CallObserver, CallResult, Instrumentation, Retry
from iotmi._schema.error_codes import ERRORS_BY_CODE
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


def active_instrumentation() -> tuple[Instrumentation, ...]:
    """Return the active instrumentation; empty if no OpenTelemetry provider is configured."""
    providers = trace.get_tracer_provider(), metrics.get_meter_provider()
    if all(map(_is_noop, providers)) or _is_suppressed():
        return ()
    return (_telemetry(*providers),)


def _is_suppressed() -> bool:
    # OpenTelemetry has two switches: for the calls of a block, and for a process.
    disabled = os.environ.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "")
    return bool(context.get_value("suppress_instrumentation")) or _SCOPE in map(
        str.strip, disabled.split(",")
    )


def _is_noop(provider: object) -> bool:
    # The placeholders for providers that were not set have no public name.
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


class Telemetry:
    """An instrumentation with one tracer and one set of instruments."""

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

    def on_call_start(
        self, operation: str, /, *, region_name: str, page: int | None
    ) -> CallObserver:
        """Start a span, as a child of the caller's."""
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
        return _SpanObserver(self, span, common)


# Instruments are created once for a provider. An application has one; tests have several.
_telemetry: Final = lru_cache(maxsize=4)(Telemetry)


def _durations(meter: metrics.Meter, name: str, description: str) -> metrics.Histogram:
    return meter.create_histogram(
        name, "s", description, explicit_bucket_boundaries_advisory=_SECONDS
    )


class _SpanObserver:
    """The span and the measurements of one call."""

    __slots__ = ("_common", "_context", "_span", "_telemetry")

    def __init__(self, telemetry: Telemetry, span: trace.Span, common: Attributes) -> None:
        self._telemetry = telemetry
        self._span = span
        self._common = common
        # Links the measurements to this span instead of the caller's.
        self._context = trace.set_span_in_context(span)

    def around_attempt(self) -> AbstractContextManager[object]:
        """Make the span the parent of those of botocore's and urllib3's instrumentations."""
        return trace.use_span(self._span, record_exception=False, set_status_on_exception=False)

    def on_attempt_end(self, attempt: Attempt, /) -> None:
        """Add an event and a measurement."""
        failure = _failure(attempt.error)
        self._measure(self._telemetry.attempts, attempt.elapsed, failure)
        attributes = {"iotmi.attempt": attempt.attempt, "iotmi.elapsed": attempt.elapsed, **failure}
        if attempt.request_id is not None:
            attributes["aws.request_id"] = attempt.request_id
        self._span.add_event("attempt", attributes)

    def on_backoff(self, retry: Retry, /) -> None:
        """Add an event and a measurement."""
        failure = _failure(retry.error)
        self._measure(self._telemetry.pauses, retry.pause, failure)
        attributes = {"iotmi.attempt": retry.attempt, "iotmi.pause": retry.pause, **failure}
        self._span.add_event("pause", attributes)

    def on_call_end(self, outcome: CallResult, /) -> None:
        """End the span and add a measurement."""
        failure = _failure(outcome.error)
        self._measure(self._telemetry.calls, outcome.elapsed, failure)
        attributes = {"iotmi.attempts": outcome.attempts, **failure}
        if outcome.request_id is not None:
            attributes["aws.request_id"] = outcome.request_id
        if outcome.http_status is not None:
            attributes["http.response.status_code"] = outcome.http_status
        self._span.set_attributes(attributes)
        if failure:
            # Without a description, which would be the error's message.
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    def _measure(self, what: metrics.Histogram, seconds: float, failure: Attributes) -> None:
        what.record(seconds, {**self._common, **failure}, context=self._context)


def _failure(error: BaseException | None) -> dict[str, str | int | float]:
    return {} if error is None else {"error.type": error_type(error)}


def error_type(error: BaseException) -> str:
    """Return a short name for *error*, from a small set.

    The service's code is text from outside, so an unknown code is reported by its HTTP status.
    """
    if isinstance(error, ServiceError) and error.code in ERRORS_BY_CODE:
        return error.code
    if isinstance(error, ServiceError) and error.http_status:
        return str(error.http_status)
    return "cancelled" if isinstance(error, GeneratorExit) else type(error).__name__
