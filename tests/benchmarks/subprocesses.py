"""Measured subprocesses: their environment, bytecode and resource usage."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen

ROOT: Final = Path(__file__).parents[2]

_SETTINGS: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEBENCHMARK",
    "AWS_SECRET_ACCESS_KEY": "example/benchmark/example/benchmark/secret",
    # botocore reads AWS_DEFAULT_REGION, and capo reads AWS_REGION.
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Do not reach loopback through a proxy.
    "NO_PROXY": "*",
}


def environment() -> dict[str, str]:
    """Return the environment with fake credentials, and without AWS and proxy settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    return {**kept, **_SETTINGS}


@contextmanager
def compiled() -> Iterator[dict[str, str]]:
    """Yield an environment with compiled modules, as in an installed package.

    Bytecode of a checkout may be disabled. The first process writes it to a temporary folder.
    """
    with TemporaryDirectory() as folder:
        yield {
            **environment(),
            "PYTHONPYCACHEPREFIX": folder,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": str(ROOT),
        }


@frozen
class ProcessResult:
    """The resource usage and output of a process.

    Attributes:
        processor: user and system CPU time in seconds.
        clock: elapsed seconds until the process exited.
        output: its standard output.
    """

    processor: float
    clock: float
    output: str


def run_python(arguments: Sequence[str], settings: Mapping[str, str]) -> ProcessResult:
    """Run Python with *arguments* until it exits.

    Raises:
        RuntimeError: the exit code is not 0.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured process exited with {process.returncode}")
    return ProcessResult(used.ru_utime + used.ru_stime, time.perf_counter() - began, output)


def call(module: str, *, settings: Mapping[str, str] | None = None, **arguments: object) -> object:
    """Call the function that *module* passes to `serve`, in a subprocess.

    Args:
        module: a module of the benchmarks.
        settings: additional environment variables.
        arguments: the arguments of the function.
    """
    command = ["-m", f"tests.benchmarks.{module}", json.dumps(arguments)]
    returned: object = json.loads(run_python(command, {**environment(), **(settings or {})}).output)
    return returned


def serve(function: Callable[..., object]) -> None:
    """Call *function* with the arguments of `call`, and write its result to standard output."""
    sys.stdout.write(json.dumps(function(**json.loads(sys.argv[1]))))
