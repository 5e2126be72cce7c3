"""Processes of their own that are measured: their environment, their code, what they take."""

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
    # botocore reads the one, capo the other.
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Loopback is not reached through a proxy.
    "NO_PROXY": "*",
}


def environment() -> dict[str, str]:
    """This process's environment with made-up credentials, and nothing of AWS or a proxy left."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    return {**kept, **_SETTINGS}


@contextmanager
def compiled() -> Iterator[dict[str, str]]:
    """The same for processes that find what they import compiled, as an installed package is.

    A checkout may be kept from being compiled; here the code goes into a folder of its own, which
    the first process fills.
    """
    with TemporaryDirectory() as folder:
        yield {
            **environment(),
            "PYTHONPYCACHEPREFIX": folder,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": str(ROOT),
        }


@frozen
class Life:
    """What a process took from its birth to its end.

    Attributes:
        processor: seconds, its own and the system's for it.
        clock: seconds until it was gone.
        said: its standard output.
    """

    processor: float
    clock: float
    said: str


def live(arguments: Sequence[str], settings: Mapping[str, str]) -> Life:
    """Run a Python with *arguments* to its end.

    Raises:
        RuntimeError: it did not end well.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measured process ended with {process.returncode}")
    return Life(used.ru_utime + used.ru_stime, time.perf_counter() - began, said)


def ask(module: str, *, settings: Mapping[str, str] | None = None, **question: object) -> object:
    """What a process of its own that runs *module*, which calls `answer`, has to say.

    Args:
        module: of the benchmarks.
        settings: more for its environment.
        question: the parameters of what it answers with.
    """
    arguments = ["-m", f"tests.benchmarks.{module}", json.dumps(question)]
    answered: object = json.loads(live(arguments, {**environment(), **(settings or {})}).said)
    return answered


def answer(function: Callable[..., object]) -> None:
    """Answer the question that this process was asked with `ask`: its names are parameters."""
    sys.stdout.write(json.dumps(function(**json.loads(sys.argv[1]))))
