"""The log of calls, and OpenTelemetry that is absent, unused, suppressed or too old."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

import iotmi
from iotmi import AsyncClient, Client
from iotmi.emulator import Emulator
from tests.support.factories import SERIAL, hub_request, make_hub

# Python 3.13 warns at exit about a connection left open.
BEGINNING = """
import atexit
from iotmi.emulator import Emulator
emulator = Emulator()
atexit.register(emulator.close)
client = emulator.client()
"""
CALL = "client.managed_things.list().collect()\n"

# The modules of ours whose functions run during a call.
WATCHING = """
import pathlib, sys
ran = set()
sys.setprofile(lambda frame, *_: ran.add(pathlib.Path(frame.f_code.co_filename).stem))
client.managed_things.list().collect()
sys.setprofile(None)
"""

PROVIDERS = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
tracer_provider = TracerProvider(shutdown_on_exit=False)
tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(tracer_provider)
metrics.set_meter_provider(MeterProvider([reader], shutdown_on_exit=False))
"""


def run(program: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    """Return the output of a new process that finds modules in *folders* first."""
    path = "".join(f"sys.path.insert(0, {str(folder)!r})\n" for folder in folders)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys\n{path}{program}"],
        capture_output=True,
        text=True,
        check=True,
    )


# -- telemetry without providers ------------------------------------------------------------


def test_without_opentelemetry_nothing_runs() -> None:
    """Without OpenTelemetry, it is not imported and no observer runs during a call."""
    run(
        f"{BEGINNING}{CALL}{WATCHING}"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "assert 'iotmi._observability.opentelemetry' not in sys.modules\n"
        "assert 'call' in ran and not ran & {'events', 'opentelemetry'}, ran"
    )


def test_an_api_without_a_provider_observes_nothing() -> None:
    """If another library only imports the API, calls are not observed."""
    run(
        f"{BEGINNING}import opentelemetry.trace\n{CALL}{WATCHING}"
        "assert 'opentelemetry' in ran and 'events' not in ran, ran\n"
        "assert not [name for name in ran if 'instrument' in name], ran"
    )


def test_providers_that_are_set_later_are_found() -> None:
    """A client created before the providers is observed, with its copies, by one set of metrics."""
    run(
        f"{BEGINNING}{CALL}{PROVIDERS}{CALL}"
        "client.with_options(timeout=5.0).account_associations.list().collect()\n"
        "Emulator().client().managed_things.list().collect()\n"
        "names = [span.name.split('.')[1] for span in exporter.get_finished_spans()]\n"
        "assert names == [\n"
        "    'ListManagedThings', 'ListAccountAssociations', 'ListManagedThings'], names\n"
        "(resource,) = reader.get_metrics_data().resource_metrics\n"
        "(scope,) = resource.scope_metrics\n"
        "metric = next(one for one in scope.metrics if one.name == 'rpc.client.call.duration')\n"
        "assert [point.count for point in metric.data.data_points] == [2, 1]"
    )


def test_instrumentation_can_be_suppressed() -> None:
    """OpenTelemetry's suppression switch stops observation in its block."""
    run(
        f"{BEGINNING}{PROVIDERS}"
        "from opentelemetry import context\n"
        "token = context.attach(context.set_value('suppress_instrumentation', True))\n"
        f"{CALL}"
        "assert not exporter.get_finished_spans()\n"
        "context.detach(token)\n"
        f"{CALL}"
        "assert len(exporter.get_finished_spans()) == 1"
    )


def test_instrumentation_can_be_disabled() -> None:
    """OpenTelemetry's environment variable stops observation in a process."""
    run(
        f"{BEGINNING}{PROVIDERS}import os\n"
        "os.environ['OTEL_PYTHON_DISABLED_INSTRUMENTATIONS'] = 'redis, iotmi'\n"
        f"{CALL}"
        "assert not exporter.get_finished_spans()\n"
        "os.environ['OTEL_PYTHON_DISABLED_INSTRUMENTATIONS'] = 'redis'\n"
        f"{CALL}"
        "assert len(exporter.get_finished_spans()) == 1"
    )


@pytest.mark.parametrize(
    "metrics", [None, "class Meter:\n    def create_histogram(self, name, unit=''): ...\n"]
)
def test_an_api_that_is_too_old_breaks_no_call(metrics: str | None, tmp_path: Path) -> None:
    """An API without metrics or bucket bounds gives no telemetry and no error."""
    package = tmp_path / "opentelemetry"
    for name, text in {"trace": "", "context": "", "metrics": metrics}.items():
        if text is not None:
            (package / name).mkdir(parents=True)
            (package / name / "__init__.py").write_text(text)
    (package / "__init__.py").touch()
    run(
        f"import opentelemetry.trace\nassert {str(tmp_path)!r} in opentelemetry.__file__\n"
        f"{BEGINNING}{CALL}assert 'iotmi._observability.opentelemetry' not in sys.modules",
        tmp_path,
    )


# -- the log -------------------------------------------------------------------------------


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return the records of the logger `iotmi`, from DEBUG on."""
    caplog.set_level(logging.DEBUG, logger="iotmi")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """Return the log lines, with a # for each number and an id for each id."""
    messages = [record.getMessage() for record in log.records if record.name == "iotmi"]
    log.clear()
    return [
        re.sub(r"\d+\.\d{3}", "#", re.sub(r"(?<=request id )\S+", "id", line)) for line in messages
    ]


STORY = [
    "CreateManagedThing begins attempt 1",
    "CreateManagedThing attempt 1 failed after # s: ThrottlingException, request id id",
    "CreateManagedThing pauses for # s before attempt 2",
    "CreateManagedThing begins attempt 2",
    "CreateManagedThing attempt 2 failed after # s: NoResponseError",
    "CreateManagedThing pauses for # s before attempt 3",
    "CreateManagedThing begins attempt 3",
    "CreateManagedThing answered HTTP 201 after 3 attempts in # s, request id id",
]


def test_a_call_is_logged(
    log: pytest.LogCaptureFixture, client: Client, emulator: Emulator
) -> None:
    """The log has each attempt, failure, pause and response, and no secret."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("CreateManagedThing")
    client.send(hub_request())
    assert SERIAL not in log.text
    assert lines(log) == STORY


def test_an_async_call_is_logged_the_same(
    log: pytest.LogCaptureFixture, async_client: AsyncClient, emulator: Emulator
) -> None:
    """The log of an async call is the same, word for word."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("CreateManagedThing")
    anyio.run(async_client.send, hub_request())
    assert lines(log) == STORY


def test_no_record_is_above_debug(
    log: pytest.LogCaptureFixture, client: Client, emulator: Emulator
) -> None:
    """No record is above DEBUG: failures are raised and not also logged."""
    make_hub(client)
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=5)
    with pytest.raises(iotmi.InternalServerError):
        client.managed_things.get("x")
    assert {record.levelno for record in log.records} == {logging.DEBUG}
    assert log.records[-1].getMessage().startswith("GetManagedThing attempt 5 failed")


def test_nothing_is_printed_and_no_handler_is_set() -> None:
    """A program without logging configuration prints nothing, and no handler is added."""
    done = run(
        f"{BEGINNING}import iotmi, logging\n"
        "from contextlib import suppress\n"
        "with suppress(iotmi.ResourceNotFoundError): client.managed_things.get('x')\n"
        "assert logging.getLogger('iotmi').handlers == []\n"
        "assert logging.getLogger('iotmi').level == logging.NOTSET"
    )
    assert (done.stdout, done.stderr) == ("", "")
