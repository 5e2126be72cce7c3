"""Running commands: in a process of their own, as a person does, or in this process."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest
from attrs import frozen

from iotmi.cli._root import root

KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@frozen
class Done:
    """The outcome of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output."""
        return self.out.splitlines()


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: made-up keys, and no setting of this machine."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS")}
    return {**mine, **KEYS, "AWS_CONFIG_FILE": os.devnull, "COLUMNS": "80", **more}


def command(*arguments: str) -> list[str]:
    """Return the words that run a command in a process of its own."""
    return [sys.executable, "-W", "error", "-m", "iotmi", *arguments]


@contextmanager
def started(*arguments: str, **streams: Any) -> Iterator[subprocess.Popen[Any]]:  # noqa: ANN401 - those of Popen
    """Start a command in a process of its own, which is killed if the block fails."""
    # A test before may have left SIGINT ignored, which a child process would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command(*arguments), env=environment(), **streams) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def interrupt(process: subprocess.Popen[Any]) -> None:
    """Press Ctrl-C until the process has ended.

    A signal that arrives between Python's last check and a blocking `read()` is noticed only after
    the `read()`. A person presses the keys again then. The pause is long,
    because Python dies of a signal that arrives while it exits.
    """
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return


@contextmanager
def once(happened: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Act in another thread when something has happened during the block."""
    ended = threading.Event()

    def watch() -> None:
        while not happened():
            if ended.wait(0.01):
                return
        act()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def in_shell(*arguments: str, stdin: str = "", cwd: object = None, **more: str) -> Done:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        env=environment(**more),
        cwd=None if cwd is None else str(cwd),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Here:
    """A runner of commands in this process, which coverage sees."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        """Run a command."""
        code: object = 0
        try:
            root.main(args=list(arguments), prog_name="iotmi")
        except SystemExit as ended:
            code = ended.code
        captured = self._capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, captured.out, captured.err)


def is_one_sentence(error: str, words: Sequence[str] = ()) -> bool:
    """Return True if an error stream has one line, with these words and without a traceback."""
    return (
        error.startswith("Error: ")
        and error.count("\n") == 1
        and "Traceback" not in error
        and all(word in error for word in words)
    )


def objects(text: str) -> list[Any]:
    """Return the objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]
