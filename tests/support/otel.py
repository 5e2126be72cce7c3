"""OpenTelemetry's SDK with in-memory exporters."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from attrs import define, field
from botocore.client import BaseClient
from botocore.config import Config
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from iotmi._observability.opentelemetry import Telemetry
from iotmi.emulator import Emulator


@define
class Observatory:
    """Two private providers, for traces and for metrics, with their records."""

    _exporter: InMemorySpanExporter = field(factory=InMemorySpanExporter)
    _reader: InMemoryMetricReader = field(factory=InMemoryMetricReader)
    tracer_provider: TracerProvider = field(init=False)
    meter_provider: MeterProvider = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tracer_provider = TracerProvider(shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meter_provider = MeterProvider([self._reader], shutdown_on_exit=False)

    @property
    def observer(self) -> Telemetry:
        """Return the observer of these providers."""
        return Telemetry(self.tracer_provider, self.meter_provider)

    @property
    def tracer(self) -> Tracer:
        """Return the application's tracer."""
        return self.tracer_provider.get_tracer("application")

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """Return the ended spans, in order."""
        return self._exporter.get_finished_spans()

    def measured(self) -> dict[str, list[HistogramDataPoint]]:
        """Return the data points of each metric, by name."""
        data = self._reader.get_metrics_data()
        return {
            metric.name: [
                point for point in metric.data.data_points if isinstance(point, HistogramDataPoint)
            ]
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def texts(self) -> Iterator[str]:
        """Return all exported texts."""
        yield from (span.to_json() for span in self.spans)
        yield from (f"{name} {points!r}" for name, points in self.measured().items())

    def instrumented(self, emulator: Emulator) -> BaseClient:
        """Return a boto3 client with a span for each request, as an HTTP instrumentation does."""
        client = emulator.boto3_client(config=Config(retries={"total_max_attempts": 1}))

        def before_send(**_: object) -> None:
            self.tracer.start_span("HTTP").end()

        client.meta.events.register_first("before-send", before_send)
        return client


@contextmanager
def providers_for_a_while() -> Iterator[None]:
    """Reset OpenTelemetry's providers after the block.

    OpenTelemetry itself keeps the first providers of a process.
    """
    with pytest.MonkeyPatch.context() as patch:

        def set_tracer_provider(provider: trace.TracerProvider) -> None:
            patch.setattr(trace, "get_tracer_provider", lambda: provider)

        def set_meter_provider(provider: metrics.MeterProvider) -> None:
            patch.setattr(metrics, "get_meter_provider", lambda: provider)

        patch.setattr(trace, "set_tracer_provider", set_tracer_provider)
        patch.setattr(metrics, "set_meter_provider", set_meter_provider)
        yield
