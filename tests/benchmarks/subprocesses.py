"""Measured subprocesses: their environment variables, resource usage and commands."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

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


def variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Return *settings* with fake credentials, without AWS, proxy and Python settings of here."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    return {**kept, **_SETTINGS, **settings}


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


def run_python(python: str, program: str, settings: Mapping[str, str]) -> ProcessResult:
    """Run *program* with the interpreter *python* until it exits.

    Raises:
        RuntimeError: the exit code is not 0.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [python, "-P", "-c", program], env=variables(settings), stdout=subprocess.PIPE, text=True
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured process exited with {process.returncode}")
    return ProcessResult(used.ru_utime + used.ru_stime, time.perf_counter() - began, output)


class Worker:
    """A running `tests.benchmarks.contestant.worker`. It uses no CPU time between commands."""

    def __init__(self, name: str, commands: IO[str], results: IO[str]) -> None:
        self._name, self._commands, self._results = name, commands, results

    def run(self, command: str, **arguments: object) -> object:
        """Run one command, and return its result.

        Raises:
            RuntimeError: the worker ended. Its traceback is on standard error.
        """
        self._commands.write(json.dumps([command, arguments]) + "\n")
        self._commands.flush()
        result = self._results.readline()
        if not result:
            raise RuntimeError(f"the worker of {self._name} ended during {command!r}")
        returned: object = json.loads(result)
        return returned

    def number(self, command: str, **arguments: object) -> float:
        """Run a command that returns a number."""
        (number,) = self._numbers([self.run(command, **arguments)])
        return number

    def pair(self, command: str, **arguments: object) -> tuple[float, float]:
        """Run a command that returns two numbers."""
        first, second = self._numbers(self.run(command, **arguments))
        return first, second

    def _numbers(self, result: object) -> list[float]:
        if not isinstance(result, list) or not all(isinstance(n, float | int) for n in result):
            raise TypeError(f"{self._name} returned {result!r} instead of numbers")
        return result


@contextmanager
def working(name: str, python: str, settings: Mapping[str, str]) -> Iterator[Worker]:
    """Run a worker of the client *name* during the block."""
    # Not `-m`, which would put the current folder in front of the client's environment.
    program = "from tests.benchmarks.contestant.worker import main; main()"
    with subprocess.Popen(
        [python, "-P", "-c", program, name],
        env=variables(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        # Leaving this block closes standard input, which stops the worker.
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the worker has no pipe")
        yield Worker(name, process.stdin, process.stdout)
