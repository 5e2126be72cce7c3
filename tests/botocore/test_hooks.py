"""The handlers that replace botocore's encoding and parsing of bodies."""

import json
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.session import Session as BotocoreSession

import iotmi
from iotmi._botocore.hooks import InFlightCall, OperationRoute, inject_body
from iotmi._botocore.session import Session, open_client
from iotmi.emulator import Emulator
from iotmi.emulator._dispatch.signatures import Credentials
from iotmi.emulator.server import serving as over_http
from tests.support.http_servers import answer, serving


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set made-up credentials in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def own_client() -> BaseClient:
    """Return a boto3 client with this library's settings."""
    return open_client(Session(None))


def test_botocore_writes_path_and_query() -> None:
    """The JSON body has the other members."""
    route = OperationRoute(own_client(), "UpdateManagedThing", writes_body=True)
    placed, body = route.split({"Identifier": "x", "Name": "Hall", "Tags": {"ü": "ß"}})
    assert placed == {"Identifier": "x"}
    assert body is not None
    assert json.loads(body) == {"Name": "Hall", "Tags": {"ü": "ß"}}


def test_a_request_without_body_members_has_no_body() -> None:
    """botocore gets all parameters."""
    route = OperationRoute(own_client(), "GetManagedThing", writes_body=True)
    assert route.split({"Identifier": "x"}) == ({"Identifier": "x"}, None)


def endless() -> dict[str, object]:
    """Return a document that contains itself."""
    document: dict[str, object] = {}
    document["again"] = document
    return document


ODD = {
    "no finite number": (float("nan"), "(Out of range|type float)"),
    "a set": ({1, 2}, "type set"),
    "bytes": (b"x", "type bytes"),
    "a key": ({("a",): 1}, "tuple"),
    "a cycle": (endless(), "nested too deeply"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("handed_in", [True, False])
def test_an_unserializable_value_is_not_sent(odd: str, *, handed_in: bool) -> None:
    """The error is the same whether this library or botocore writes the body."""
    value: Any
    value, reason = ODD[odd]
    client = iotmi.Client(boto3_client=own_client() if handed_in else None)
    with iotmi.unchecked():
        request = iotmi.UpdateManagedThing("x", name=value)
    with pytest.raises(iotmi.NotSentError, match=f"^UpdateManagedThing: nothing .*{reason}"):
        client.send(request)


@pytest.mark.parametrize("handed_in", [True, False])
def test_a_missing_or_dotted_identifier_is_not_sent(*, handed_in: bool) -> None:
    """botocore would send an empty or dotted identifier, which leads to another path."""
    missing: Any = None
    client = iotmi.Client(boto3_client=own_client() if handed_in else None)
    with iotmi.unchecked():
        request = iotmi.GetManagedThing(missing)
    with pytest.raises(iotmi.NotSentError, match="Identifier is required"):
        client.send(request)
    for segment in ("", ".", ".."):
        with iotmi.unchecked():
            deletion = iotmi.DeleteDestination(segment)
        with pytest.raises(iotmi.NotSentError, match="another path"):
            client.send(deletion)


def test_botocore_writes_the_bodies_of_an_applications_client() -> None:
    """The application's handlers on the client see all parameters."""
    parameters = {"Identifier": "x", "Name": "Hall"}
    route = OperationRoute(own_client(), "UpdateManagedThing", writes_body=False)
    assert route.split(parameters) == (parameters, None)


def test_botocore_writes_bodies_with_times_or_wire_names() -> None:
    """This library writes a body only if the JSON equals the parameters."""
    client = BotocoreSession().create_client("iot", region_name="eu-west-1")
    times = {"taskId": "a", "ruleName": "b", "filter": {"startTime": 5}}
    for operation in ("StartDetectMitigationActionsTask", "CreateTopicRule"):
        assert OperationRoute(client, operation, writes_body=True).split(times) == (times, None)


def test_only_calls_of_this_library_get_a_body() -> None:
    """The handler leaves the application's own calls unchanged."""
    params: dict[str, object] = {"body": b"botocore's", "headers": {}}
    inject_body(params)
    with InFlightCall():
        inject_body(params)
    assert params == {"body": b"botocore's", "headers": {}}
    with InFlightCall(b"{}"):
        inject_body(params)
    assert params == {"body": b"{}", "headers": {"Content-Type": "application/json"}}


def test_the_loader_knows_one_service() -> None:
    """Folders of other services are not scanned, and the search paths stay the same."""
    session = Session(None)
    known = session.get_component("data_loader").search_paths
    open_client(session)
    assert session.get_available_services() == ["iot-managed-integrations"]
    assert session.get_component("data_loader").search_paths == known


def test_a_call_in_a_lambda_function_has_its_trace_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS stops recursive functions by this header."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "ring")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    seen: list[str] = []
    with serving([answer("200 OK", b'{"Id": "x"}')]) as url:
        client = open_client(Session(None), endpoint_url=url)
        client.meta.events.register(
            "before-send.*", lambda request, **_: seen.append(str(request.headers))
        )
        iotmi.Client(boto3_client=client).managed_things.get("x")
    assert "Root=1-2-3" in seen[0]


def test_the_injected_body_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator computes the same signature, and refuses another key's."""
    keys = Credentials("AKIDEXAMPLE", "made-up secret")
    with Emulator() as emulator, over_http(emulator, credentials=keys) as url:
        with iotmi.Client(endpoint_url=url, retry=iotmi.RetryPolicy.none()) as client:
            made = client.credential_lockers.create(name="Elm Street 7", tags={"ü": "ß"})
            assert client.credential_lockers.get(made.id).name == "Elm Street 7"
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        with iotmi.Client(endpoint_url=url, retry=iotmi.RetryPolicy.none()) as stranger:
            with pytest.raises(iotmi.AuthenticationError):
                stranger.credential_lockers.create(name="Elm Street 8")
