"""The emulator in a process of its own, started by `iotmi emulator`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ADDRESS: Final = re.compile(r"http://([^\s/:]+:\d+)")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Yield a started process, and kill it at the end of the block."""
    environment = {name: value for name, value in os.environ.items() if "IOTMI" not in name}
    with subprocess.Popen(
        [sys.executable, "-m", "iotmi", "emulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    """Return host and port of a server, once it listens."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = _ADDRESS.search(line)
    if found is None:
        raise AssertionError(f"the server did not start: {line}")
    return found[1]
