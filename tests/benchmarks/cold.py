"""A cold start: the times and peak memory of import, client creation and first response."""

from collections.abc import Mapping
from typing import Final

from tests.benchmarks.measuring import FLOOR, Extent, Row, rotated
from tests.benchmarks.responses import THING_ID
from tests.benchmarks.server import Server
from tests.benchmarks.subprocesses import compiled, run_python

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


def measure(server: Server, extent: Extent) -> list[Row]:
    """Return the rows of a cold start."""
    processor: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    clock: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    memory: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    programs = {
        name: f"{_given(server)}\n{program}\n{_PEAK}" for name, program in _PROGRAMS.items()
    }
    with compiled() as settings:
        for program in programs.values():
            run_python(["-c", program], settings)
        for names in rotated(list(programs), extent.rounds):
            for name in names:
                result = run_python(["-c", programs[name]], settings)
                identifier, peak = result.output.split()
                if identifier != THING_ID:
                    raise RuntimeError(f"{name} got {identifier}")
                processor[name].append(result.processor * 1000)
                clock[name].append(result.clock * 1000)
                memory[name].append(int(peak) / 1024)
    return [
        Row.of("cold-start", "CPU", "ms", processor),
        Row.of("cold-start", "wall", "ms", clock),
        Row.of("cold-start", "peak memory", "MiB", memory),
    ]


def profile(server: Server) -> str:
    """Return a profile of iotmi's cold start."""
    program = f"{_given(server)}{_PROFILER}{_PROGRAMS['iotmi']}{_PROFILED}"
    with compiled() as settings:
        run_python(["-c", program], settings)
        return run_python(["-c", program], settings).output


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
