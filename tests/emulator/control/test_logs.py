"""Calls and notifications over HTTP."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.control.api import Api
from tests.emulator.support.requests import Client


@pytest.fixture
def client(emulator: Emulator) -> Client:
    return emulator.boto3_client()


def test_calls_are_numbered_and_paged(api: Api, client: Client) -> None:
    """Each page continues after the number of the last one, and shows no parameter."""
    for number in range(5):
        client.create_credential_locker(Name=f"Secret place {number}")
    client.list_credential_lockers()
    first = api.get("/calls?limit=4")
    assert [each["number"] for each in first["calls"]] == [1, 2, 3, 4]
    rest = api.get(f"/calls?after={first['next']}")
    assert [each["operation"] for each in rest["calls"]] == [
        "CreateCredentialLocker",
        "ListCredentialLockers",
    ]
    assert api.get(f"/calls?after={rest['next']}") == {"calls": [], "next": 6}
    only = api.get("/calls?operation=ListCredentialLockers")
    assert [each["status"] for each in only["calls"]] == [200]
    (call,) = only["calls"]
    assert len(call["request_id"]) == 36
    assert call["milliseconds"] >= 0
    assert "Secret place" not in str(first)


def test_only_the_last_calls_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers continue when early calls are forgotten."""
    monkeypatch.setattr("iotmi.emulator._dispatch.call_log.MAX_CALLS", 3)
    with Emulator() as small:
        plain: Client = small.boto3_client()
        for _ in range(5):
            plain.list_managed_things()
        found = small._dispatcher.call_log
        assert [each.number for each in found.after(0, 10)] == [3, 4, 5]
        assert [each.number for each in found.after(4, 10)] == [5]
        found.clear()
        plain.list_managed_things()
        assert [each.number for each in found.after(0, 10)] == [6]


def test_notifications_hide_secrets(api: Api, emulator: Emulator) -> None:
    """Sensitive members show only with `reveal`."""
    garden = api.device("Garden lights")["id"]
    emulator.devices.report(garden, "OnOff", True)
    thing = emulator.boto3_client().get_managed_thing(Identifier=garden)  # type: ignore[attr-defined]
    emulator.boto3_client().send_connector_event(  # type: ignore[attr-defined]
        ConnectorId=_connector(emulator),
        Operation="DEVICE_COMMAND_RESPONSE",
        ConnectorDeviceId=thing["ConnectorDeviceId"],
        TraceId="t1",
        StatusCode=500,
        Message="Lamp is gone",
    )
    plain = api.get("/notifications?event_type=CONNECTOR_ERROR_REPORT")
    shown = api.get("/notifications?event_type=CONNECTOR_ERROR_REPORT&reveal=true")
    assert thing["ConnectorDeviceId"] in str(shown)
    assert thing["ConnectorDeviceId"] not in str(plain)
    assert "***" in str(plain)
    states = api.get("/notifications?event_type=DEVICE_STATE")
    assert [each["event_type"] for each in states["notifications"]] == ["DEVICE_STATE"]


def _connector(emulator: Emulator) -> str:
    client: Client = emulator.boto3_client()
    identifier: str = client.list_cloud_connectors()["Items"][0]["Id"]
    return identifier


def test_notifications_are_paged(api: Api) -> None:
    """Each page continues after the number of the last one."""
    lamp = api.device("Kitchen lamp")["id"]
    for level in (1, 2, 3):
        api.post(f"/things/{lamp}/report", name="CurrentLevel", value=level)
    first = api.get("/notifications?limit=2")
    assert len(first["notifications"]) == 2
    rest = api.get(f"/notifications?after={first['next']}")
    assert len(rest["notifications"]) == 1
    assert api.get(f"/notifications?after={rest['next']}")["next"] == rest["next"]


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=-1", "after=1&after=2", "limit=0", "limit=1001", "what=1", "after=%ff"],
)
def test_wrong_queries_are_refused(api: Api, query: str) -> None:
    """The error names the parameter and the rule."""
    for path in ("/calls", "/notifications"):
        assert api.send("GET", f"{path}?{query}").status == 400
