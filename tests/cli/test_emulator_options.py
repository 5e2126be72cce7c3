"""The options of `iotmi emulator` for homes, clocks, throttles, hosts and logs."""

import json
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from iotmi.cli._root import root
from iotmi.emulator import Emulator
from tests.emulator.control.api import Api, basic, home_of, steady
from tests.emulator.support.requests import Client
from tests.support.emulator_process import address_of, started


def run(*arguments: str) -> Result:
    """Return the result of a command that fails before it serves."""
    return CliRunner().invoke(root, ["emulator", *arguments], prog_name="iotmi")


def test_the_demo_home_is_served(tmp_path: Path) -> None:
    """The demo begins a new file, and a file that has a home keeps it."""
    path = str(tmp_path / "home.db")
    with started("--port", "0", "--data", path, "--seed-home", "demo") as process:
        api = Api(f"http://{address_of(process)}")
        hub = api.post("/things", 201, role="CONTROLLER", name="Mine")
        home = api.get("/home")
        process.terminate()
        process.wait(30)
    with started("--port", "0", "--data", path, "--seed-home", "demo") as process:
        again = Api(f"http://{address_of(process)}").get("/home")
    assert steady(again) == steady(home)
    assert hub["id"] in [each["id"] for each in again["hubs"]]


@pytest.mark.parametrize("form", ["snapshot", "description"])
def test_a_home_of_a_file_is_served(tmp_path: Path, form: str) -> None:
    """The file is a snapshot or a description."""
    path = tmp_path / "home.json"
    with Emulator(seed_home="demo") as emulator:
        snapshot = emulator.snapshot()
    described = {"hubs": [{"name": "Hub", "devices": [{"kind": "plug", "name": "Kettle"}]}]}
    path.write_text(json.dumps(snapshot if form == "snapshot" else described))
    with started("--port", "0", "--seed-home", str(path)) as process:
        counts = Api(f"http://{address_of(process)}").get("/home")["counts"]
    assert counts["devices"] == (11 if form == "snapshot" else 1)


def test_quotas_are_scaled() -> None:
    """At twice the documented quota of ten a second, the twenty-first call is throttled."""
    with started("--port", "0", "--throttle", "2", "--clock", "emulated") as process:
        address = f"http://{address_of(process)}"
        statuses = [Api(address).send("GET", "/managed-things", at="").status for _ in range(21)]
        assert statuses == [200] * 20 + [429]
        Api(address).post("/time/advance", seconds=1)
        assert Api(address).send("GET", "/managed-things", at="").status == 200


def test_an_emulated_clock_is_served() -> None:
    """Time passes by the control API."""
    with started("--port", "0", "--clock", "emulated") as process:
        api = Api(f"http://{address_of(process)}")
        before = api.get("/time")
        assert before["clock"] == "emulated"
        assert api.post("/time/advance", days=1)["now"][:10] > before["now"][:10]


def test_each_request_is_one_line_without_secrets() -> None:
    """A line has the time, method, path, operation, status and duration, and no query or body."""
    with started(
        *("--port", "0", "--log", "--access-key", "AKIDEXAMPLE", "--secret-key", "from-a-test")
    ) as process:
        address = address_of(process)
        session = boto3.Session("AKIDEXAMPLE", "from-a-test", region_name="eu-west-1")
        client: Client = session.client(
            "iot-managed-integrations", endpoint_url=f"http://{address}"
        )
        client.list_managed_things(SerialNumberFilter="CANARY1234567")
        client.create_managed_thing(
            Role="DEVICE",
            AuthenticationMaterial="SN:CANARY1234567;UPC:829576019524",
            AuthenticationMaterialType="WIFI_SETUP_QR_BAR_CODE",
        )
        Api(f"http://{address}").send("GET", "/home")
        Api(f"http://{address}").send("GET", "/nothing%0Aforged", at="")
        with socket.create_connection(address.split(":"), timeout=10) as half:  # type: ignore[arg-type]
            half.sendall(b"POST /managed-things HTTP/1.1\r\nHost: localhost\r\n")
            half.sendall(b"Content-Length: 9\r\n\r\n{")
        Api(f"http://{address}").send("GET", "/health")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    lines = errors.splitlines()
    shown = sorted(re.sub(r"^\S+Z | [\d.]+ ms$", "", line) for line in lines)
    assert shown == [
        "GET /_emulator/health control 200",
        "GET /_emulator/home control 401",
        "GET /managed-things ListManagedThings 200",
        "GET /nothing%0Aforged - 403",
        "POST /managed-things CreateManagedThing 201",
        "POST /managed-things CreateManagedThing no response",
    ]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line) for line in lines)
    assert "CANARY" not in errors
    assert "from-a-test" not in errors


def test_other_machines_need_a_warning() -> None:
    """Without keys, listening on every interface is warned of. Names must still be allowed."""
    with started("--port", "0", "--host", "0.0.0.0", "--allow-host", "emulator") as process:  # noqa: S104
        api = Api(f"http://127.0.0.1:{address_of(process).rpartition(':')[2]}")
        assert api.send("GET", "/home").status == 200
        assert api.send("GET", "/home", Host="emulator:9280").status == 200
        assert api.send("GET", "/home", Host="other.example").status == 403
        process.terminate()
        _, errors = process.communicate(timeout=30)
    (line,) = errors.splitlines()
    assert line.startswith("Warning: 0.0.0.0 is reachable from other machines")


def test_keys_need_no_warning() -> None:
    """With keys, the control API needs them, and nothing is warned of."""
    with started(
        *("--port", "0", "--host", "0.0.0.0"),  # noqa: S104
        *("--access-key", "AKIDEXAMPLE", "--secret-key", "from-a-test"),
    ) as process:
        from iotmi.emulator.server import Credentials

        address = f"http://127.0.0.1:{address_of(process).rpartition(':')[2]}"
        assert Api(address).send("GET", "/home").status == 401
        keys = basic(Credentials("AKIDEXAMPLE", "from-a-test"))
        assert Api(address, keys).send("GET", "/home").status == 200
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert errors == ""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to a process")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_with_half_a_body_is_quiet(tmp_path: Path, number: signal.Signals) -> None:
    """Half a request, an open stream and a lost response end with the server, without a word."""
    path = tmp_path / "home.db"
    with started("--port", "0", "--data", str(path)) as process:
        host, _, port = address_of(process).partition(":")
        api = Api(f"http://{host}:{port}")
        api.post("/faults", 201, kind="lose_answers", operation="CreateCredentialLocker")
        with (
            socket.create_connection((host, int(port)), timeout=10) as half,
            socket.create_connection((host, int(port)), timeout=10) as lost,
            api.stream() as events,
        ):
            half.sendall(b"POST /managed-things HTTP/1.1\r\nHost: localhost\r\n")
            half.sendall(b"Content-Length: 9\r\n\r\n{")
            lost.sendall(b"POST /credential-lockers HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while next(events).kind != "call":
                pass
            process.send_signal(number)
            output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert "Traceback" not in output
    with Emulator(path) as emulator:
        assert home_of(emulator)["counts"]["lockers"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--throttle", "0"), "--throttle"),
        (("--throttle", "many"), "--throttle"),
        (("--clock", "sundial"), "--clock"),
        (("--seed-home", "castle"), "must be demo, empty or a file"),
    ],
)
def test_wrong_options_are_refused(arguments: tuple[str, ...], said: str) -> None:
    """The exit code is 2, and the message names the option."""
    result = run("--port", "0", *arguments)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"hubs": [{}]}', "hubs[0].name must be a text"),
        ('{"format": "iotmi-emulator-snapshot"}', "version must be 1"),
    ],
)
def test_a_wrong_home_is_refused(tmp_path: Path, content: Any, said: str) -> None:  # noqa: ANN401
    """The exit code is 2, and the message says what is wrong with the file."""
    path = tmp_path / "home.json"
    path.write_text(content)
    result = run("--port", "0", "--seed-home", str(path))
    assert result.exit_code == 2
    assert said in result.output


FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:bridge"


def test_a_connector_is_invoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function of a module in the present folder is invoked for its ARN."""
    (tmp_path / "my_bridge.py").write_text(
        "def handler(event, context):\n"
        "    return {'header': {'responseCode': 200}, 'payload': {}}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    with started("--port", "0", "--connector", f"{FUNCTION}=my_bridge:handler") as process:
        api = Api(f"http://{address_of(process)}")
        (shown,) = api.get("/connectors")["connectors"]
    assert (shown["arn"], shown["invocations"]) == (FUNCTION, [])


def test_a_connector_is_searched_in_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the folder is found, even if the folder was not searched before."""
    (tmp_path / "bridge_of_this_folder.py").write_text("handler = 5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    result = run("--port", "0", "--connector", f"{FUNCTION}=bridge_of_this_folder:handler")
    assert result.exit_code == 2
    assert "is a int, not a function or a connector" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["my_bridge:handler"], "must be ARN=MODULE:FUNCTION"),
        ([f"{FUNCTION}=no_such_module:handler"], "there is no module no_such_module"),
        ([f"{FUNCTION}=json:nothing"], "json has no nothing"),
        ([f"{FUNCTION}=json:__name__"], "not a function or a connector"),
        ([f"{FUNCTION}=json:loads", f"{FUNCTION}=json:dumps"], "is given twice"),
    ],
)
def test_wrong_connectors_are_refused(values: list[str], said: str) -> None:
    """The exit code is 2, and the message says what is wrong with the value."""
    arguments = [part for value in values for part in ("--connector", value)]
    result = run("--port", "0", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
