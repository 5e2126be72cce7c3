"""Spans and metrics of calls, recorded by OpenTelemetry's SDK."""

import sys
import threading
from collections.abc import Sequence
from contextvars import copy_context
from functools import partial

import anyio
import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

import iotmi
from iotmi import AsyncClient, Attempt, Client, GetManagedThing, RetryPolicy
from iotmi._observability.opentelemetry import (
    SERVICE_ID,
    Telemetry,
    active_instrumentation,
    error_type,
)
from iotmi.emulator import Emulator
from tests.support.factories import hub_request, make_hub, observed_by
from tests.support.http_servers import Service, answer, serving, with_keys
from tests.support.otel import Observatory, providers_for_a_while

COMMON = {
    "rpc.system": "aws-api",
    "rpc.system.name": "aws-api",
    "rpc.service": "IoT Managed Integrations",
    "cloud.region": "eu-west-1",
}


@pytest.fixture
def observatory() -> Observatory:
    """Return the recorder of the spans and metrics of this test."""
    return Observatory()


@pytest.fixture
def observed(emulator: Emulator, observatory: Observatory, retry: RetryPolicy) -> Client:
    """Return an observed client whose requests have spans too."""
    client = Client(boto3_client=observatory.instrumented(emulator))
    observed_by(client, retry, observatory.observer)
    return client


def calls(observatory: Observatory) -> list[ReadableSpan]:
    """Return the spans of calls."""
    return [span for span in observatory.spans if span.kind is SpanKind.CLIENT]


def events(span: ReadableSpan) -> list[tuple[str, dict[str, object]]]:
    """Return the events of *span*, without durations."""
    return [
        (
            event.name,
            {name: value for name, value in (event.attributes or {}).items() if name != ELAPSED},
        )
        for event in span.events
    ]


ELAPSED = "iotmi.elapsed"


def parents(spans: Sequence[ReadableSpan], name: str) -> set[str | None]:
    """Return the names of the parents of the spans called *name*."""
    names = {span.context.span_id: span.name for span in spans if span.context}
    return {
        names.get(span.parent.span_id) if span.parent else None
        for span in spans
        if span.name == name
    }


# -- spans ---------------------------------------------------------------------------------


def test_a_call_is_a_span(observed: Client, observatory: Observatory) -> None:
    """A span has the conventional name and attributes, with the request id."""
    response = observed.send(hub_request())
    (span,) = calls(observatory)
    assert span.name == "IoT Managed Integrations.CreateManagedThing"
    assert span.attributes == {
        **COMMON,
        "rpc.method": "CreateManagedThing",
        "aws.request_id": response.request_id,
        "http.response.status_code": 201,
        "iotmi.attempts": 1,
    }
    assert span.status.status_code is StatusCode.UNSET
    expected = {"iotmi.attempt": 1, "aws.request_id": response.request_id}
    assert events(span) == [("attempt", expected)]
    assert span.instrumentation_scope is not None
    assert (span.instrumentation_scope.name, span.instrumentation_scope.version) == (
        "iotmi",
        iotmi.__version__,
    )


def test_the_service_is_named_as_botocore_names_it(emulator: Emulator) -> None:
    """`rpc.service` equals botocore's, so dashboards for botocore work."""
    model = emulator.boto3_client().meta.service_model
    assert model.service_id == SERVICE_ID


def test_attempts_and_pauses_are_events_of_one_span(
    observed: Client, observatory: Observatory, emulator: Emulator, pauses: list[float]
) -> None:
    """Each failed attempt and pause is an event, in order, of a successful span."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("CreateManagedThing")
    response = observed.send(hub_request())
    (span,) = calls(observatory)
    expected = events(span)
    ids = [attributes.pop("aws.request_id", None) for _, attributes in expected]
    assert expected == [
        ("attempt", {"iotmi.attempt": 1, "error.type": "ThrottlingException"}),
        (
            "pause",
            {"iotmi.attempt": 1, "iotmi.pause": pauses[0], "error.type": "ThrottlingException"},
        ),
        ("attempt", {"iotmi.attempt": 2, "error.type": "NoResponseError"}),
        ("pause", {"iotmi.attempt": 2, "iotmi.pause": pauses[1], "error.type": "NoResponseError"}),
        ("attempt", {"iotmi.attempt": 3}),
    ]
    assert ids[0] is not None
    assert ids[1:] == [None, None, None, response.request_id]
    assert span.attributes is not None
    assert span.attributes["iotmi.attempts"] == 3
    assert "error.type" not in span.attributes
    assert span.status.status_code is StatusCode.UNSET


def test_a_failure_has_its_code(observed: Client, observatory: Observatory) -> None:
    """A failed span has the service's code, request id and status, but no message."""
    with pytest.raises(iotmi.ResourceNotFoundError) as caught:
        observed.managed_things.get("lost")
    (span,) = calls(observatory)
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert span.attributes == {
        **COMMON,
        "rpc.method": "GetManagedThing",
        "aws.request_id": caught.value.request_id,
        "http.response.status_code": 404,
        "iotmi.attempts": 1,
        "error.type": "ResourceNotFoundException",
    }
    assert [name for name, _ in events(span)] == ["attempt"]
    assert "lost" not in "".join(observatory.texts())


def test_each_page_of_a_walk_is_a_span(observed: Client, observatory: Observatory) -> None:
    """Each page has a span with its number, a child of the span around the iteration."""
    for number in range(2):
        make_hub(observed, number)
    with observatory.tracer.start_as_current_span("walk"):
        things = observed.managed_things.list(max_results=1).collect()
    assert len(things) == 2
    pages = [span for span in calls(observatory) if span.name.endswith("ListManagedThings")]
    assert [(span.attributes or {})["iotmi.page"] for span in pages] == [1, 2]
    assert parents(observatory.spans, pages[0].name) == {"walk"}


def test_a_deadline_has_its_own_error_type(observatory: Observatory) -> None:
    """A deadline has its own error type, and the interrupted attempt is an event."""
    with Service() as service:
        service.open.clear()
        client = with_keys(Client, endpoint_url=service.url, timeout=0.5)
        observed_by(client, RetryPolicy(), observatory.observer)
        with pytest.raises(iotmi.DeadlineExceededError):
            client.managed_things.get("x")
        service.open.set()
    (span,) = calls(observatory)
    assert (span.attributes or {})["error.type"] == "DeadlineExceededError"
    expected = {"iotmi.attempt": 1, "error.type": "DeadlineExceededError"}
    assert events(span) == [("attempt", expected)]


def test_an_unknown_code_is_replaced_by_the_status(observatory: Observatory) -> None:
    """An unknown code is replaced by the status, because a proxy's text may be anything."""
    said = [answer("418 Teapot", b"{}", x_amzn_errortype="SN900000000001")]
    with serving(said) as url, with_keys(Client, endpoint_url=url) as client:
        observed_by(client, RetryPolicy(), observatory.observer)
        with pytest.raises(iotmi.ServiceError, match="no message"):
            client.managed_things.get("x")
    (span,) = calls(observatory)
    assert (span.attributes or {})["error.type"] == "418"
    assert "SN900000000001" not in "".join(observatory.texts())


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (iotmi.ThrottlingError("m", operation="o", code="Throttling"), "Throttling"),
        (iotmi.ServiceError("m", operation="o", code="New", http_status=400), "400"),
        (iotmi.ServiceError("m", operation="o", code="New"), "ServiceError"),
        (iotmi.NotSentError("m", operation="o"), "NotSentError"),
        (GeneratorExit(), "cancelled"),
        (ZeroDivisionError("m"), "ZeroDivisionError"),
    ],
)
def test_every_error_has_a_short_name(error: BaseException, name: str) -> None:
    """`error.type` is a known code, a status, one of our classes or an application's class."""
    assert error_type(error) == name


@pytest.mark.parametrize("failing", [False, True])
def test_an_error_of_a_hook_ends_the_span(
    emulator: Emulator,
    observatory: Observatory,
    failing: bool,  # noqa: FBT001 - pytest's way
) -> None:
    """An error of a hook ends the span, with the attempt before it as an event."""

    def hook(_: Attempt) -> None:
        raise ZeroDivisionError("mine")

    if failing:
        emulator.faults.fail("ListManagedThings", "ThrottlingException")
    client = emulator.client()
    observed_by(client, RetryPolicy(on_attempt=hook), observatory.observer)
    with pytest.raises(ZeroDivisionError):
        client.managed_things.list().first()
    (span,) = calls(observatory)
    assert [name for name, _ in events(span)] == ["attempt"]
    assert (span.attributes or {})["error.type"] == "ZeroDivisionError"
    assert span.status.status_code is StatusCode.ERROR


# -- whose child, and whose parent -----------------------------------------------------------


def nested(observatory: Observatory, operation: str) -> None:
    """Check that the caller's span holds the call's, and the call's those of its requests."""
    spans = observatory.spans
    assert parents(spans, f"{SERVICE_ID}.{operation}") == {"caller"}
    assert parents(spans, "HTTP") == {f"{SERVICE_ID}.{operation}"}


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_spans_of_calls_are_nested(
    emulator: Emulator, observatory: Observatory, timeout: float | None
) -> None:
    """A call's span is between its caller's and its requests', with deadlines and hooks too."""
    client = Client(boto3_client=observatory.instrumented(emulator), timeout=timeout)
    policy = RetryPolicy(on_attempt=lambda _: None, sleep=lambda _: None)
    observed_by(client, policy, observatory.observer)
    emulator.faults.fail("ListManagedThings", "ThrottlingException")
    with observatory.tracer.start_as_current_span("caller") as caller:
        client.managed_things.list().collect()
        assert trace.get_current_span() is caller
    nested(observatory, "ListManagedThings")
    assert [span.name for span in observatory.spans].count("HTTP") == 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_spans_are_nested_in_every_task(
    emulator: Emulator, observatory: Observatory, backend: str
) -> None:
    """Each task's calls are children of the task's own span."""
    client = AsyncClient(boto3_client=observatory.instrumented(emulator))
    observed_by(client, RetryPolicy(), observatory.observer)

    async def look(number: int) -> None:
        with observatory.tracer.start_as_current_span(f"caller {number}") as caller:
            await client.managed_things.list().collect()
            assert trace.get_current_span() is caller

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(look, number)

    anyio.run(main, backend=backend)
    in_traces(observatory, 5)


def in_traces(observatory: Observatory, callers: int) -> None:
    """Check that each caller has a trace with one call and one request."""
    traces: dict[int, list[ReadableSpan]] = {}
    for span in observatory.spans:
        assert span.context is not None
        traces.setdefault(span.context.trace_id, []).append(span)
    assert len(traces) == callers
    for spans in traces.values():
        request, call, caller = spans
        assert parents(spans, request.name) == {call.name}
        assert parents(spans, call.name) == {caller.name}
        assert parents(spans, caller.name) == {None}


def test_spans_are_nested_in_every_thread(observed: Client, observatory: Observatory) -> None:
    """With one client in many threads, each thread has its own trace."""
    together = threading.Barrier(5)

    def look(number: int) -> None:
        with observatory.tracer.start_as_current_span(f"caller {number}"):
            together.wait()
            observed.managed_things.list().collect()

    threads = [threading.Thread(target=look, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    in_traces(observatory, 5)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_call_ends_its_span(
    observatory: Observatory, backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A cancelled call ends its span with an error, and restores the caller's span."""

    async def main() -> None:
        with Service() as service:
            service.open.clear()
            client = with_keys(AsyncClient, endpoint_url=service.url)
            observed_by(client, RetryPolicy(), observatory.observer)
            with observatory.tracer.start_as_current_span("caller") as caller:
                await service.cancel_when_asked(partial(client.managed_things.get, "x"))
                assert trace.get_current_span() is caller
                assert [span.name for span in observatory.spans] == [call]
            service.open.set()

    call = f"{SERVICE_ID}.GetManagedThing"
    anyio.run(main, backend=backend)
    (span,) = calls(observatory)
    assert (span.attributes or {})["error.type"] == "cancelled"
    assert span.status.status_code is StatusCode.ERROR
    assert parents(observatory.spans, call) == {"caller"}
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


def test_a_collected_call_may_end_anywhere(
    observed: Client, observatory: Observatory, caplog: pytest.LogCaptureFixture
) -> None:
    """A collected coroutine detaches no context of the thread that collects it."""
    flow = observed._context.execute(GetManagedThing("x"))
    next(flow)
    assert trace.get_current_span() is trace.INVALID_SPAN
    copy_context().run(flow.close)
    (span,) = calls(observatory)
    assert (span.attributes or {})["error.type"] == "cancelled"
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


def test_an_unsampled_call_has_no_children(emulator: Emulator, observatory: Observatory) -> None:
    """Requests of an unsampled call are not sampled either, but are measured."""
    client = Client(boto3_client=observatory.instrumented(emulator))
    off = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    observed_by(client, RetryPolicy(), Telemetry(off, observatory.meter_provider))
    client.managed_things.list().collect()
    assert observatory.spans == ()
    assert observatory.measured()["rpc.client.call.duration"][0].count == 1


# -- metrics -------------------------------------------------------------------------------


def test_calls_attempts_and_pauses_are_measured(
    observed: Client, observatory: Observatory, emulator: Emulator, pauses: list[float]
) -> None:
    """Durations are measured in seconds by operation, Region and error only."""
    emulator.faults.fail("ListManagedThings", "ThrottlingException", times=2)
    observed.managed_things.list().collect()
    with pytest.raises(iotmi.ResourceNotFoundError):
        observed.managed_things.get("lost")
    listing = {**COMMON, "rpc.method": "ListManagedThings"}
    getting = {**COMMON, "rpc.method": "GetManagedThing", "error.type": "ResourceNotFoundException"}
    throttled = {**listing, "error.type": "ThrottlingException"}
    measured = {
        name: [(dict(point.attributes or {}), point.count) for point in points]
        for name, points in observatory.measured().items()
    }
    assert measured == {
        "rpc.client.call.duration": [(listing, 1), (getting, 1)],
        "iotmi.attempt.duration": [(throttled, 2), (listing, 1), (getting, 1)],
        "iotmi.pause.duration": [(throttled, 2)],
    }
    (paused,) = observatory.measured()["iotmi.pause.duration"]
    assert paused.sum == pytest.approx(sum(pauses))
    assert paused.explicit_bounds[0] == 0.005


def test_an_exemplar_links_to_the_call(observed: Client, observatory: Observatory) -> None:
    """An exemplar links to the call's span, not to the caller's."""
    with observatory.tracer.start_as_current_span("caller"):
        observed.managed_things.list().collect()
    (span,) = calls(observatory)
    assert span.context is not None
    for (point,) in observatory.measured().values():
        assert [exemplar.span_id for exemplar in point.exemplars] == [span.context.span_id]


def test_each_pair_of_providers_has_its_instruments(emulator: Emulator) -> None:
    """All clients share one set of instruments for each pair of providers."""
    first, second = Observatory(), Observatory()
    for observatory, operations in ((first, 2), (second, 1)):
        with providers_for_a_while():
            assert active_instrumentation() == ()
            trace.set_tracer_provider(observatory.tracer_provider)
            metrics.set_meter_provider(observatory.meter_provider)
            assert active_instrumentation() == active_instrumentation() != ()
            for _ in range(operations):
                emulator.client().managed_things.list().collect()
    for observatory, operations in ((first, 2), (second, 1)):
        assert len(observatory.spans) == operations
        (point,) = observatory.measured()["rpc.client.call.duration"]
        assert point.count == operations


@pytest.mark.parametrize("missing", [False, True])
def test_a_call_does_without_opentelemetry(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, *, missing: bool
) -> None:
    """An application that has not loaded it, or an older release of it, gets no spans."""
    observatory = Observatory()
    if missing:
        monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    else:

        def create_histogram(self: metrics.Meter, name: str, unit: str = "") -> None:
            """Take the parameters of release 1.29."""

        monkeypatch.setattr(metrics.Meter, "create_histogram", create_histogram)
        monkeypatch.delitem(sys.modules, "iotmi._observability.opentelemetry")
    with providers_for_a_while():
        trace.set_tracer_provider(observatory.tracer_provider)
        metrics.set_meter_provider(observatory.meter_provider)
        assert emulator.client().managed_things.list().collect() == []
    assert observatory.spans == ()
