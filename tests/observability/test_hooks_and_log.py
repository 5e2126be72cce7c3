"""What an application sees of calls without asking for it: its log, its telemetry, or nothing."""

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

# Left open, Python 3.13 says so at the end.
BEGINNING = """
import atexit
from iotmi.emulator import Emulator
emulator = Emulator()
atexit.register(emulator.close)
client = emulator.client()
"""
CALL = "client.managed_things.list().collect()\n"

# Which of our modules' functions run during a call, by the modules' names.
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
    """What a fresh process says, which finds modules in *folders* first."""
    path = "".join(f"sys.path.insert(0, {str(folder)!r})\n" for folder in folders)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys\n{path}{program}"],
        capture_output=True,
        text=True,
        check=True,
    )


# -- telemetry that nobody set up ------------------------------------------------------------


def test_who_does_not_use_opentelemetry_has_nothing_of_it() -> None:
    """It is not imported, and nothing that observes is run during a call."""
    run(
        f"{BEGINNING}{CALL}{WATCHING}"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "assert 'iotmi._observability.opentelemetry' not in sys.modules\n"
        "assert 'call' in ran and not ran & {'events', 'opentelemetry'}, ran"
    )


def test_an_api_without_a_provider_observes_nothing() -> None:
    """Some other library has imported it: calls are not watched."""
    run(
        f"{BEGINNING}import opentelemetry.trace\n{CALL}{WATCHING}"
        "assert 'opentelemetry' in ran and 'events' not in ran, ran\n"
        "assert not [name for name in ran if 'instrument' in name], ran"
    )


def test_providers_that_are_set_later_are_found() -> None:
    """A client made before is observed, and so are its copies and others, by the same metrics."""
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


def test_what_suppresses_instrumentation_suppresses_ours() -> None:
    """OpenTelemetry's own switch, for the calls of a block."""
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


def test_what_disables_instrumentations_disables_ours() -> None:
    """OpenTelemetry's own switch, for a process."""
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
    """Without metrics at all, or with histograms that take no bounds, there is no telemetry."""
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
    """The records of the logger `iotmi`, from DEBUG on."""
    caplog.set_level(logging.DEBUG, logger="iotmi")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, with a # for each number and an id for each id."""
    told = [record.getMessage() for record in log.records if record.name == "iotmi"]
    log.clear()
    return [re.sub(r"\d+\.\d{3}", "#", re.sub(r"(?<=request id )\S+", "id", line)) for line in told]


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


def test_the_log_tells_the_story_of_a_call(
    log: pytest.LogCaptureFixture, client: Client, emulator: Emulator
) -> None:
    """Each attempt when it begins and when it has failed, each pause, the answer; and no secret."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("CreateManagedThing")
    client.send(hub_request())
    assert SERIAL not in log.text
    assert lines(log) == STORY


def test_so_it_does_of_an_awaited_call(
    log: pytest.LogCaptureFixture, async_client: AsyncClient, emulator: Emulator
) -> None:
    """Word for word."""
    emulator.faults.fail("CreateManagedThing", "ThrottlingException")
    emulator.faults.reset_connections("CreateManagedThing")
    anyio.run(async_client.send, hub_request())
    assert lines(log) == STORY


def test_the_library_is_silent_unless_asked(
    log: pytest.LogCaptureFixture, client: Client, emulator: Emulator
) -> None:
    """Whatever happens, nothing is above DEBUG: what went wrong is raised, and not said twice."""
    make_hub(client)
    emulator.faults.fail("GetManagedThing", "InternalServerException", times=5)
    with pytest.raises(iotmi.InternalServerError):
        client.managed_things.get("x")
    assert {record.levelno for record in log.records} == {logging.DEBUG}
    assert log.records[-1].getMessage().startswith("GetManagedThing attempt 5 failed")


def test_nothing_is_printed_and_no_handler_is_set() -> None:
    """A program that configures no logging sees none, nor does one that configures it find ours."""
    done = run(
        f"{BEGINNING}import iotmi, logging\n"
        "from contextlib import suppress\n"
        "with suppress(iotmi.ResourceNotFoundError): client.managed_things.get('x')\n"
        "assert logging.getLogger('iotmi').handlers == []\n"
        "assert logging.getLogger('iotmi').level == logging.NOTSET"
    )
    assert (done.stdout, done.stderr) == ("", "")
