"""Requests and responses as values: what they show, what they accept, and what importing costs."""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from hypothesis.vendor.pretty import pretty
from rich.console import Console

import iotmi
from iotmi import ConstraintError, connector
from iotmi.capabilities import LevelControl, OnOff
from iotmi.connector import (
    CommandResponse,
    Connector,
    ConnectorError,
    DiscoveredDevice,
    MatterCommand,
    UserActivated,
)
from iotmi.connector._parsing import parse
from tests.connector.support import REQUESTS, SECRETS, Home, code_of, sample


def rich(value: object) -> str:
    """Return what rich prints."""
    console = Console(file=StringIO(), width=200)
    console.print(value)
    written: Any = console.file
    return str(written.getvalue())


def pickled(value: object) -> str:
    """Return the repr after pickling."""
    return repr(pickle.loads(pickle.dumps(value)))


@pytest.mark.parametrize(
    "shown", [repr, str, rich, pretty, pickled], ids=lambda each: each.__name__
)
@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - {"unknown_operation"}))
def test_a_request_shows_no_secret(name: str, shown: Callable[[object], str]) -> None:
    """Tokens, secrets, and ids of the third party's devices are redacted."""
    request = parse(REQUESTS[name])
    text = shown(request) + shown(request.auth)
    assert "***" in text
    assert not [secret for secret in (*SECRETS, "dev_1") if secret in text]
    assert pickle.loads(pickle.dumps(request)) == request
    with pytest.raises(TypeError):
        iotmi.to_json(request)


PRINTERS = (repr, str, rich, pretty, pickled)


@pytest.mark.parametrize("shown", PRINTERS, ids=lambda each: each.__name__)
def test_results_show_no_ids(shown: Callable[[object], str]) -> None:
    """The ids of end users and devices, and fields of commands, are redacted."""
    for value in (
        UserActivated("CANARY"),
        CommandResponse([OnOff(on_off=True)], user_id="CANARY"),
        DiscoveredDevice("CANARY", [OnOff], metadata={"Serial": "CANARY"}),
        MatterCommand(cluster="0x0101", command="0x00", fields={"0x0000": "CANARY"}),
    ):
        assert "CANARY" not in shown(value)
        assert shown(value).startswith(type(value).__name__)


def test_a_token_of_any_characters_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    """JSON may hold a lone surrogate, which UTF-8 has no octets for."""
    app = Connector()
    token = "CANARY\ud800"
    request = sample("activate_user")
    request["header"]["auth"]["token"] = token

    @app.activate_user
    def activate(request: connector.ActivateUser) -> UserActivated:
        raise LookupError(request.auth, token)

    assert code_of(app.respond(request)) == 500
    assert "LookupError" in caplog.text
    assert "CANARY" not in caplog.text


def test_an_error_can_be_pickled() -> None:
    """It is an error of the library, with its two members."""
    error = pickle.loads(pickle.dumps(ConnectorError(404, "gone")))
    assert isinstance(error, ConnectorError)
    assert issubclass(ConnectorError, iotmi.IotmiError)
    assert (error.status_code, error.message, str(error)) == (404, "gone", "404: gone")


@pytest.mark.parametrize(
    "make",
    [
        lambda: UserActivated("no spaces"),
        lambda: UserActivated(""),
        lambda: UserActivated(5),  # type: ignore[arg-type]
        lambda: CommandResponse(user_id="no spaces"),
        lambda: CommandResponse({"no-endpoint": [OnOff(on_off=True)]}),
        lambda: DiscoveredDevice("no spaces"),
        lambda: DiscoveredDevice("dev_1", {"no-endpoint": [OnOff]}),
        lambda: DiscoveredDevice("dev_1", [OnOff], node_id=""),
    ],
)
def test_limits_of_the_service_are_checked_where_values_are_created(
    make: Callable[[], object],
) -> None:
    """The function that creates the value fails, and not the sending of the result."""
    with pytest.raises(ConstraintError):
        make()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Büro – Lampe #1", "Büro Lampe 1"),
        ("a\tb\nc", "a b c"),
        ("x" * 300, "x" * 256),
        ("snake_case", "snake_case"),
        ("!!!", None),
        ("", None),
        (None, None),
    ],
)
def test_names_of_devices_are_cleaned(given: str | None, name: str | None) -> None:
    """People name their devices freely, so characters that the service refuses are spaces."""
    assert DiscoveredDevice("dev_1", [OnOff], name=given).device.connector_device_name == name


def test_a_device_has_endpoints() -> None:
    """Capabilities are those of endpoint 1, or of each endpoint in a mapping."""
    lamps = DiscoveredDevice(
        "dev_1",
        {"1": [OnOff], "2": [OnOff(on_off=True), LevelControl]},
        device_types={"2": ["Dimmable Light"]},
    )
    first, second = lamps.capability_report.endpoints
    assert (first.id, first.device_types) == ("1", ())
    assert (second.id, second.device_types) == ("2", ("Dimmable Light",))
    assert lamps.device.device_metadata is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("header",), None),
        (("header", "auth"), "x"),
        (("header", "auth", "token"), ""),
        (("header", "auth", "type"), "Basic"),
        (("payload",), []),
        (("payload", "connectorId"), "no spaces"),
        (("payload", "operationVersion"), 1),
        (("payload", "traceId"), None),
        (("payload", "connectorDeviceId"), "x" * 257),
        (("payload", "endpoints"), {}),
        (("payload", "endpoints"), [5]),
        (("payload", "endpoints"), [{"id": "1", "clusters": 5}]),
        (("payload", "endpoints"), [{"id": "1", "clusters": [{"id": 6}]}]),
        (("payload", "endpoints"), [{"id": "1", "clusters": [{"id": "6", "commands": "x"}]}]),
        (("payload", "endpoints"), [{"id": "1", "clusters": [{"id": "6", "commands": {"1": 5}}]}]),
    ],
    ids=str,
)
def test_a_malformed_request_is_refused(path: tuple[str, ...], value: object) -> None:
    """The message names the member, and no value."""
    request = sample("send_command_on")
    place = request
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ConnectorError) as caught:
        parse(request)
    assert caught.value.status_code == 400
    assert ".".join(path).split(".type")[0] in caught.value.message


@pytest.mark.parametrize("name", ["discover_all", "activate_user_general"])
def test_other_members_are_checked(name: str) -> None:
    """Lists of ids and references to secrets have their own rules."""
    request = sample(name)
    if name == "discover_all":
        request["payload"]["connectorDeviceIdList"] = ["no spaces"]
    else:
        request["header"]["auth"]["secretsManager"]["versionId"] = 5
    with pytest.raises(ConnectorError, match="400"):
        parse(request)


def test_forms_that_the_guide_leaves_open_are_accepted() -> None:
    """The type of the credentials, the operation's prefix, and lists of commands may differ."""
    request = sample("send_command_on", operationName="SendCommand")
    del request["header"]["auth"]["type"]
    request["payload"]["endpoints"][0]["clusters"][0]["commands"] = {"0x01": None, "0x00": {}}
    parsed = parse(request)
    assert isinstance(parsed, connector.SendCommand)
    assert parsed.commands == (OnOff.on(), OnOff.off())
    general = sample("discover_general")
    del general["header"]["auth"]["type"]
    assert isinstance(parse(general).auth, connector.SecretReference)
    assert parse(sample("send_command_on", endpoints=None)).connector_id


@pytest.mark.parametrize(("levels", "code"), [(30, 200), (60, 400), (50_000, 400)])
def test_a_deep_event_is_refused(home: Home, levels: int, code: int) -> None:
    """An event that is nested too deeply for Python is a bad request."""
    deep: object = 1
    for _ in range(levels):
        deep = [deep]
    endpoints = [{"id": "1", "clusters": [{"id": "6", "commands": {"0x01": {"0x00": deep}}}]}]
    request = sample("send_command_on")
    request["payload"]["endpoints"] = endpoints
    assert code_of(home.app.respond(request)) == code
    assert len(home.requests) == (code == 200)
    while isinstance(deep, list):
        # A garbage collector that frees the lists from the outside recurses.
        deep = deep.pop()


def test_importing_connectors_imports_neither_boto3_nor_clusters() -> None:
    """A function starts quickly, and boto3 is imported with the first call to AWS."""
    program = (
        "import sys\n"
        "from iotmi import connector\n"
        "connector.Connector(seen=connector.DynamoDBLeases('x'), later=connector.InvokeAgain())\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"boto3", "botocore", "asyncio", "iotmi.emulator"}
    assert "iotmi.capabilities.door_lock" not in loaded


def test_not_a_number_is_no_json(home: Home) -> None:
    """Python reads NaN in JSON, and no response could repeat it."""
    text = json.dumps(sample("send_command_on")).replace('"0x01": {}', '"0x01": {"0x00": NaN}')
    assert "NaN" in text
    assert code_of(home.app.respond(text)) == 400
    assert home.requests == []


def test_the_strategy_for_threads_is_printed() -> None:
    """It has no options."""
    assert repr(connector.InThread()) == "InThread()"


def test_all_is_exact() -> None:
    """Each public name can be imported, and no other is exported."""
    names = {name for name in vars(connector) if not name.startswith("_")}
    modules = {name for name in names if type(vars(connector)[name]).__name__ == "module"}
    assert names - modules == set(connector.__all__)
