"""The short ways round botocore: what they leave to it, and what they must not change."""

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
    """Keys that open nothing, where botocore looks first."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing it could open")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def own_client() -> BaseClient:
    """botocore's client as ours are made."""
    return open_client(Session(None))


def test_what_stands_in_path_and_query_is_left_to_botocore() -> None:
    """The body holds the rest, in JSON."""
    route = OperationRoute(own_client(), "UpdateManagedThing", writes_body=True)
    placed, body = route.split({"Identifier": "x", "Name": "Hall", "Tags": {"ü": "ß"}})
    assert placed == {"Identifier": "x"}
    assert body is not None
    assert json.loads(body) == {"Name": "Hall", "Tags": {"ü": "ß"}}


def test_a_request_without_a_body_is_left_to_botocore() -> None:
    """There is nothing to make shorter."""
    route = OperationRoute(own_client(), "GetManagedThing", writes_body=True)
    assert route.split({"Identifier": "x"}) == ({"Identifier": "x"}, None)


def endless() -> dict[str, object]:
    """A document that is in itself."""
    document: dict[str, object] = {}
    document["again"] = document
    return document


ODD = {
    "no finite number": (float("nan"), "(Out of range|type float)"),
    "a set": ({1, 2}, "type set"),
    "bytes": (b"x", "type bytes"),
    "a key": ({("a",): 1}, "tuple"),
    "in itself": (endless(), "nested too deeply"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("handed_in", [True, False])
def test_what_no_request_can_hold_is_not_sent(odd: str, *, handed_in: bool) -> None:
    """What passed unchecked may be anything; whoever writes it, it is the same error."""
    value: Any
    value, told = ODD[odd]
    theirs = own_client() if handed_in else None
    client = iotmi.Client(boto3_client=theirs)
    with iotmi.unchecked():
        request = iotmi.UpdateManagedThing("x", name=value)
    with pytest.raises(iotmi.NotSentError, match=f"^UpdateManagedThing: nothing .*{told}"):
        client.send(request)


@pytest.mark.parametrize("handed_in", [True, False])
def test_nor_is_what_has_no_path(*, handed_in: bool) -> None:
    """botocore would ask its own table for what is missing, and send what leads elsewhere."""
    nobody: Any = None
    client = iotmi.Client(boto3_client=own_client() if handed_in else None)
    with iotmi.unchecked():
        request = iotmi.GetManagedThing(nobody)
    with pytest.raises(iotmi.NotSentError, match="Identifier is required"):
        client.send(request)
    for step in ("", ".", ".."):
        with iotmi.unchecked():
            deletion = iotmi.DeleteDestination(step)
        with pytest.raises(iotmi.NotSentError, match="another path"):
            client.send(deletion)


def test_a_client_that_was_handed_in_serialises_by_itself() -> None:
    """An application's handlers on it see all parameters."""
    parameters = {"Identifier": "x", "Name": "Hall"}
    route = OperationRoute(own_client(), "UpdateManagedThing", writes_body=False)
    assert route.split(parameters) == (parameters, None)


def test_another_service_may_write_times_and_names_of_its_own() -> None:
    """Where JSON is not the parameters as given, botocore writes it."""
    client = BotocoreSession().create_client("iot", region_name="eu-west-1")
    times = {"taskId": "a", "ruleName": "b", "filter": {"startTime": 5}}
    for operation in ("StartDetectMitigationActionsTask", "CreateTopicRule"):
        assert OperationRoute(client, operation, writes_body=True).split(times) == (times, None)


def test_only_a_call_of_ours_gets_a_body() -> None:
    """A handler meets every call of its client."""
    params: dict[str, object] = {"body": b"theirs", "headers": {}}
    inject_body(params)
    with InFlightCall():
        inject_body(params)
    assert params == {"body": b"theirs", "headers": {}}
    with InFlightCall(b"{}"):
        inject_body(params)
    assert params == {"body": b"{}", "headers": {"Content-Type": "application/json"}}


def test_a_client_of_ours_finds_its_service_alone() -> None:
    """Folders of other services are not walked, and a path for models of one's own still counts."""
    session = Session(None)
    known = session.get_component("data_loader").search_paths
    open_client(session)
    assert session.get_available_services() == ["iot-managed-integrations"]
    assert session.get_component("data_loader").search_paths == known


def test_a_call_within_a_lambda_function_bears_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS stops functions that call themselves in a ring by it."""
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


def test_what_we_put_in_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is there before botocore signs; the emulator's own reckoning of it agrees."""
    keys = Credentials("AKIDEXAMPLE", "nothing it could open")
    with Emulator() as emulator, over_http(emulator, credentials=keys) as url:
        with iotmi.Client(endpoint_url=url, retry=iotmi.RetryPolicy.none()) as client:
            made = client.credential_lockers.create(name="Elm Street 7", tags={"ü": "ß"})
            assert client.credential_lockers.get(made.id).name == "Elm Street 7"
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        with iotmi.Client(endpoint_url=url, retry=iotmi.RetryPolicy.none()) as stranger:
            with pytest.raises(iotmi.AuthenticationError):
                stranger.credential_lockers.create(name="Elm Street 8")
