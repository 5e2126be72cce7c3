"""A cold start: the times and peak memory of import, client creation and first response."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from tests.benchmarks.contestant.responses import THING_ID
from tests.benchmarks.environments import Environments, environment_of
from tests.benchmarks.measuring import FLOOR, Extent, Row, compare, scaled
from tests.benchmarks.report import OURS
from tests.benchmarks.server import Server
from tests.benchmarks.subprocesses import run_python

_PROGRAMS: Final[Mapping[str, str]] = {
    "boto3": """
import boto3
client = boto3.client("iot-managed-integrations", endpoint_url=URL)
print(client.get_managed_thing(Identifier=ID)["Id"])
""",
    "iotmi": """
import iotmi
client = iotmi.Client(endpoint_url=URL)
print(client.managed_things.get(ID).id)
""",
    "capo": """
from capo_iot_managed_integrations import IoTManagedIntegrationsClient
client = IoTManagedIntegrationsClient(endpoint=URL)
print(client.get_managed_thing(ID)["id"])
""",
    FLOOR: "print(ID)",
}

# The process measures itself, because `wait4` in the parent includes the parent's own memory.
_PEAK: Final = """
try:
    with open("/proc/self/status") as status:
        print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")))
except FileNotFoundError:
    import resource, sys
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak // 1024 if sys.platform == "darwin" else peak)
"""


def measure(server: Server, environments: Environments, extent: Extent) -> list[Row]:
    """Return the rows of a cold start."""
    memory: dict[str, list[float]] = {name: [] for name in _PROGRAMS}

    def start(name: str) -> tuple[float, float]:
        environment = environment_of(name, environments)
        program = f"{_given(server)}\n{_PROGRAMS[name]}\n{_PEAK}"
        result = run_python(environment.python, program, environment.settings)
        identifier, peak = result.output.split()
        if identifier != THING_ID:
            raise RuntimeError(f"{name} got {identifier}")
        memory[name].append(int(peak) / 1024)
        return result.processor, result.clock

    for name in _PROGRAMS:
        # Read the files once before the measurement.
        start(name)
        memory[name].clear()
    found = compare({name: partial(start, name) for name in _PROGRAMS}, rounds=extent.rounds)
    return [
        Row.of("cold-start", "CPU", "ms", scaled(found.processor, 1000)),
        Row.of("cold-start", "wall", "ms", scaled(found.clock, 1000)),
        Row.of("cold-start", "peak memory", "MiB", memory),
    ]


def profile(server: Server, environments: Environments) -> str:
    """Return a profile of iotmi's cold start."""
    environment = environments[OURS]
    program = f"{_given(server)}{_PROFILER}{_PROGRAMS[OURS]}{_PROFILED}"
    run_python(environment.python, program, environment.settings)
    return run_python(environment.python, program, environment.settings).output


def _given(server: Server) -> str:
    return f"URL, ID = {server.url!r}, {THING_ID!r}"


_PROFILER: Final = """
import cProfile, pstats
profiler = cProfile.Profile()
profiler.enable()
"""
_PROFILED: Final = """
profiler.disable()
pstats.Stats(profiler).sort_stats("tottime").print_stats(25)
"""
