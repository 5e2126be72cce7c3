"""A fresh process: import, client, first answer. Its CPU time, its time, its greatest memory."""

from collections.abc import Mapping
from typing import Final

from tests.benchmarks.answers import THING_ID
from tests.benchmarks.children import compiled, live
from tests.benchmarks.measuring import FLOOR, Extent, Row, in_turn
from tests.benchmarks.server import Server

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

# The process asks for its own: what its parent could ask for begins with the parent's memory.
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
    """The rows of a cold start."""
    processor: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    clock: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    memory: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    programs = {
        name: f"{_given(server)}\n{program}\n{_PEAK}" for name, program in _PROGRAMS.items()
    }
    with compiled() as settings:
        for program in programs.values():
            live(["-c", program], settings)
        for names in in_turn(list(programs), extent.rounds):
            for name in names:
                life = live(["-c", programs[name]], settings)
                identifier, peak = life.said.split()
                if identifier != THING_ID:
                    raise RuntimeError(f"{name} got {identifier}")
                processor[name].append(life.processor * 1000)
                clock[name].append(life.clock * 1000)
                memory[name].append(int(peak) / 1024)
    return [
        Row.of("cold-start", "CPU", "ms", processor),
        Row.of("cold-start", "wall", "ms", clock),
        Row.of("cold-start", "peak memory", "MiB", memory),
    ]


def profile(server: Server) -> str:
    """Where the time goes in iotmi's cold start."""
    program = f"{_given(server)}{_PROFILER}{_PROGRAMS['iotmi']}{_PROFILED}"
    with compiled() as settings:
        live(["-c", program], settings)
        return live(["-c", program], settings).said


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
