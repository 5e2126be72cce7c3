"""The data file: its permissions, and a disk that is full."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import iotmi
from iotmi.emulator import Emulator, EmulatorFileError
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api, home_of, steady
from tests.emulator.support.requests import Client

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and limits of POSIX")


def modes_of(folder: Path) -> dict[str, int]:
    """Return the permissions of all files in a folder."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


@pytest.fixture
def permissive() -> Iterator[None]:
    """Let new files be readable and writable by all."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("permissive")
def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    """The file and its two companions have the mode 0600, whatever the umask is."""
    with Emulator(tmp_path / "home.db") as emulator:
        emulator.devices.add_hub()
        assert modes_of(tmp_path) == {
            "home.db": 0o600,
            "home.db-shm": 0o600,
            "home.db-wal": 0o600,
        }
    assert modes_of(tmp_path) == {"home.db": 0o600}


@pytest.mark.usefixtures("permissive")
def test_an_open_file_is_closed_to_others(tmp_path: Path) -> None:
    """A file that an earlier version made readable is not, once it was opened again."""
    path = tmp_path / "home.db"
    with Emulator(path):
        pass
    path.chmod(0o644)
    with Emulator(path) as first, Emulator(path) as second:
        first.devices.add_hub()
        second.devices.add_hub()
        assert set(modes_of(tmp_path).values()) == {0o600}


@pytest.mark.usefixtures("permissive")
def test_a_foreign_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A file that is not the emulator's is refused untouched."""
    path = tmp_path / "letter"
    path.write_text("This is a letter." * 100)
    with pytest.raises(EmulatorFileError, match="not a database of the emulator"):
        Emulator(path)
    assert modes_of(tmp_path) == {"letter": 0o666}


def test_memory_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's names for databases without a file create none."""
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", ""):
        with Emulator(name) as emulator:
            emulator.devices.add_hub()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Emulator]:
    """Return an emulator whose file cannot grow any more."""
    with Emulator(tmp_path / "home.db", seed_home="demo") as emulator:
        connection = emulator._dispatcher.store._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        yield emulator


def _fill(create: Callable[[int], object]) -> int:
    """Create resources until it fails, and return the number of those that succeeded."""
    for number in range(1000):
        try:
            create(number)
        except (EmulatorFileError, iotmi.ServiceError):
            return number
    raise AssertionError("the disk is not full")


def test_a_full_disk_says_so_and_loses_nothing(full: Emulator) -> None:
    """A call raises `EmulatorFileError`. All earlier calls are kept, and reads still work."""
    client: Client = full.boto3_client()
    before = home_of(full)["counts"]
    made = _fill(lambda n: client.create_credential_locker(Name="L" * 100, ClientToken=f"t{n}"))
    with pytest.raises(EmulatorFileError, match=r"home\.db: cannot be written, the disk is full"):
        client.create_credential_locker(Name="L" * 100)
    assert home_of(full)["counts"] == {**before, "lockers": 1 + made}
    with Emulator() as larger:
        for _ in range(300):
            larger.devices.add_hub("H" * 100)
        with pytest.raises(EmulatorFileError):
            full.restore(larger.snapshot())
    assert home_of(full)["counts"] == {**before, "lockers": 1 + made}
    # As soon as there is room, calls succeed again.
    full._dispatcher.store._connection.execute("PRAGMA max_page_count = 100000")
    client.create_credential_locker(Name="L" * 100)


def test_a_full_disk_is_an_error_over_http(full: Emulator) -> None:
    """The service returns 503 and the control API 507, each with the sentence."""
    with serving(full) as address:
        api = Api(address)

        def fill(_: int) -> None:
            answer = api.send("POST", "/credential-lockers", {"Name": "L" * 100}, at="")
            if answer.status != 201:
                raise EmulatorFileError

        made = _fill(fill)
        answer = api.send("POST", "/credential-lockers", {"Name": "L" * 100}, at="")
        assert answer.status == 503
        assert answer.headers["x-amzn-errortype"] == "ServiceUnavailableException"
        assert b"the disk is full" in answer.body
        while (answer := api.send("POST", "/things", {"role": "CONTROLLER"})).status == 201:
            pass
        assert (answer.status, answer.document["error"]["code"]) == (507, "disk_full")
        assert api.get("/home")["counts"]["lockers"] == 1 + made


def test_other_errors_of_the_database_stay(tmp_path: Path) -> None:
    """An error that is no full disk is not called one."""
    with Emulator(tmp_path / "home.db") as emulator:
        emulator._dispatcher.store._connection.execute("DROP TABLE answered")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            emulator.snapshot()


_LIMITED = """
import resource, sys
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from iotmi.cli import main
sys.argv[1:] = ["emulator", *sys.argv[2:]]
main()
"""


def limited(size: int, *arguments: str) -> subprocess.Popen[str]:
    """Start the command with a limit of the size of files, as on a full disk."""
    return subprocess.Popen(
        [sys.executable, "-c", _LIMITED, str(size), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("size", [0, 4096, 40_000])
def test_a_disk_that_is_full_at_start(tmp_path: Path, size: int) -> None:
    """The command ends with 2 and one line that says so, not that the file is foreign."""
    path = tmp_path / "home.db"
    with limited(size, "--port", "0", "--data", str(path)) as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    (line,) = errors.splitlines()
    assert line.startswith(f"Error: {path}: cannot be written, the disk is full")


def test_a_disk_that_fills_while_serving(tmp_path: Path) -> None:
    """Calls are refused with 503, the command ends cleanly, and the file has all others."""
    path = tmp_path / "home.db"
    with limited(400_000, "--port", "0", "--data", str(path), "--seed-home", "demo") as process:
        assert process.stdout is not None
        api = Api(process.stdout.readline().split()[4])
        made = 0
        while api.send("POST", "/credential-lockers", {"Name": "L" * 120}, at="").status == 201:
            made += 1
            assert made < 2000
        assert api.get("/home")["counts"]["lockers"] == 1 + made
        home = api.get("/home?limit=1000")
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert made > 0
    with Emulator(path) as emulator:
        assert steady(emulator.home(limit=1000)) == steady(home)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """The error has the system's reason."""
    with pytest.raises(EmulatorFileError, match="cannot be opened: No such file"):
        Emulator(tmp_path / "nowhere" / "home.db")


def test_a_file_of_another_user_keeps_its_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions that cannot be changed are no error."""
    path = tmp_path / "home.db"
    with Emulator(path):
        pass

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with Emulator(path) as emulator:
        emulator.devices.add_hub()
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM resource").fetchone()
    assert count == 1
