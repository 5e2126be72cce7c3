"""The command `iotmi emulator`: serving until a signal, and its error messages."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

import boto3
import pytest
from click.testing import CliRunner, Result

import iotmi
from iotmi.cli._root import root
from iotmi.emulator import Emulator
from tests.support.emulator_process import address_of, started
from tests.support.http_servers import closed_port


def run(*arguments: str) -> Result:
    """Return the result of a command that fails before it serves."""
    return CliRunner().invoke(root, ["emulator", *arguments], prog_name="iotmi")


def client_of(address: str, key: str = "example") -> iotmi.Client:
    """Return a client of a server, with a secret key."""
    session = boto3.Session("EXAMPLE", key, region_name="ca-central-1")
    return iotmi.Client(session=session, endpoint_url=f"http://{address}")


def asked(*arguments: str, times: int = 1) -> tuple[Result, str, list[int]]:
    """Serve in this process, and end the command after some requests.

    Returns:
        The result of the command, the address, and the status of each response.
    """
    address = closed_port()
    statuses: list[int] = []

    def ask() -> int:
        with closing(HTTPConnection(address.removeprefix("http://"), timeout=10)) as connection:
            connection.request("GET", "/managed-things")
            return connection.getresponse().status

    def ask_and_stop() -> None:
        for _ in range(500):
            with suppress(ConnectionRefusedError):
                statuses.append(ask())
                if len(statuses) == times:
                    break
                continue
            Event().wait(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = Thread(target=ask_and_stop)
    thread.start()
    result = run("--port", address.rpartition(":")[2], *arguments)
    thread.join()
    return result, address, statuses


@pytest.mark.skipif(os.name != "posix", reason="the signal is sent to this very process")
def test_it_serves_in_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal ends the command but not the process, and the handlers are restored."""
    monkeypatch.setenv("IOTMI_EMULATOR_ACCESS_KEY", "EXAMPLE")
    monkeypatch.setenv("IOTMI_EMULATOR_SECRET_KEY", "from the environment")
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    result, address, statuses = asked()
    assert (result.exit_code, statuses) == (0, [403])
    assert f"--endpoint-url {address}\n" in result.output
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.skipif(os.name != "posix", reason="the signal is sent to this very process")
def test_options_of_the_server_apply() -> None:
    """Other machines need a warning, quotas are scaled, and each request is one line."""
    options = ("--host", "0.0.0.0", "--throttle", "0.1", "--log")  # noqa: S104 - under test
    result, _, statuses = asked(*options, times=2)
    assert (result.exit_code, statuses) == (0, [200, 429])
    assert "Warning: 0.0.0.0 is reachable from other machines" in result.stderr
    lines = [line for line in result.stderr.splitlines() if " GET " in line]
    assert [line.split()[1:5] for line in lines] == [
        ["GET", "/managed-things", "ListManagedThings", "200"],
        ["GET", "/managed-things", "ListManagedThings", "429"],
    ]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """The exit code is 0, the error stream is empty, and the file is complete without a journal."""
    path = tmp_path / "home.db"
    with started("--port", "0", "--data", str(path), "--region", "ca-central-1") as process:
        address = address_of(process)
        with client_of(address) as client:
            made = client.credential_lockers.create(name="Elm Street 5")
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == ["home.db"]
    with Emulator(path, region_name="ca-central-1") as emulator, emulator.client() as client:
        assert [locker.id for locker in client.credential_lockers.list()] == [made.id]


def test_the_address_is_printed_in_one_line() -> None:
    """The line has the address and a command to copy, and the server is up by then."""
    with started("--port", "0", "--region", "ca-central-1", "--account", "0" * 12) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.findall(r"http://127\.0\.0\.1:\d+", line)
        assert re.search(
            r"aws iot-managed-integrations list-managed-things"
            r" --region ca-central-1 --endpoint-url http://127\.0\.0\.1:\d+$",
            line,
        )
        with urlopen(f"{address[0]}/_emulator/health", timeout=10) as response:  # noqa: S310 - ours
            assert json.load(response)["status"] == "up"
        with client_of(address[0].removeprefix("http://")) as client:
            arn = client.credential_lockers.create().arn
    assert arn.startswith(f"arn:aws:iotmanagedintegrations:ca-central-1:{'0' * 12}:")


def test_signatures_are_checked_with_both_keys() -> None:
    """With both keys, only requests signed with them are accepted."""
    with started(
        *("--port", "0", "--region", "ca-central-1"),
        *("--access-key", "EXAMPLE", "--secret-key", "right"),
    ) as process:
        address = address_of(process)
        with client_of(address, "right") as client:
            assert client.credential_lockers.list().collect() == []
        with client_of(address, "wrong") as client, pytest.raises(iotmi.AuthenticationError):
            client.credential_lockers.list().collect()


def _letters(path: Path) -> None:
    path.write_text("This is a letter, and no database at all." * 50)


def _elsewhere(path: Path) -> None:
    Emulator(path, region_name="ca-central-1").close()


def _later(path: Path) -> None:
    Emulator(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.commit()


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_letters, "not a database of the emulator"),
        (_elsewhere, "holds the resources of"),
        (_later, "schema 99"),
        (_folder, "cannot be opened"),
    ],
)
def test_a_foreign_file_is_rejected(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    """The exit code is 2, and one line names the file and the reason."""
    path = tmp_path / "theirs.db"
    make(path)
    result = run("--data", str(path), "--port", "0")
    assert result.exit_code == 2
    (line,) = result.output.splitlines()
    assert line.startswith(f"Error: {path}: ")
    assert reason in line


def test_a_taken_port_is_reported() -> None:
    """The exit code is 1, and one line names host and port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("--port", port)
    assert result.exit_code == 1
    assert result.output == f"Error: 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--access-key", "EXAMPLE"], "must go together"),
        (["--secret-key", "example"], "must go together"),
        (["--access-key", "", "--secret-key", "example"], "must not be empty"),
        (["--account", "12345678901"], "must be 12 digits"),
        (["--account", "12345678901²"], "must be 12 digits"),
        (["--port", "65536"], "65536"),
    ],
)
def test_invalid_arguments_are_rejected(arguments: list[str], reason: str) -> None:
    """The exit code is 2, as for any wrong usage."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert reason in result.output


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_missing_server_packages_are_explained(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Without Starlette or uvicorn, the command prints the command that installs them."""
    _forget_the_server(monkeypatch)
    monkeypatch.setitem(sys.modules, missing, None)
    result = run()
    assert result.exit_code == 1
    assert "python -m pip install 'iotmi[emulator]'" in result.output


def test_another_missing_module_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module outside the extra raises as usual."""
    _forget_the_server(monkeypatch)
    monkeypatch.setitem(sys.modules, "iotmi.emulator._dispatch.signatures", None)
    assert isinstance(run().exception, ModuleNotFoundError)


def _forget_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith(("starlette", "uvicorn")) or name in {
            "iotmi.emulator.server",
            "iotmi.emulator._asgi",
        }:
            monkeypatch.delitem(sys.modules, name)


def test_the_emulator_in_process_needs_no_server() -> None:
    """In process, neither Starlette nor uvicorn is imported."""
    program = (
        "import sys, iotmi.cli._root, iotmi.emulator as e; e.Emulator().client().tags;"
        " print(sorted({'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
