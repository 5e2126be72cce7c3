"""A short run of `crash_recovery`, and two processes that share a file."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

from iotmi.emulator import Emulator
from tests.fault_injection.crash_recovery import run
from tests.support.emulator_process import address_of, started


def test_a_killed_server_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """After three SIGKILLs, every acknowledged write is there and no write is partial."""
    figures = run(tmp_path / "home.db", kills=3, seed=3)
    assert figures.kills == 3
    assert figures.acknowledged > 0


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    """Two processes create one file, serve the same creates at once, and agree."""
    path = tmp_path / "home.db"

    def create(address: str) -> list[str]:
        made = []
        with closing(HTTPConnection(address, timeout=30)) as connection:
            for number in range(50):
                connection.request(
                    "POST", "/credential-lockers", json.dumps({"ClientToken": f"{number}"})
                )
                made.append(json.load(connection.getresponse())["Id"])
        return made

    with ExitStack() as stack:
        processes = [
            stack.enter_context(started("--port", "0", "--data", str(path))) for _ in range(2)
        ]
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(create, [address_of(process) for process in processes])
    assert one == other
    with Emulator(path) as emulator, emulator.client() as client:
        assert {locker.id for locker in client.credential_lockers.list()} == set(one)
        assert len(set(one)) == 50
