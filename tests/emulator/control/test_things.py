"""Devices over HTTP: the home, adding, power, reports, events and commands."""

from typing import Any

import boto3
import pytest

from iotmi.emulator import Emulator
from tests.emulator.control.api import Api, home_of, steady, value_of
from tests.emulator.support.devices import UNKNOWN, connection_of, state_of
from tests.emulator.support.requests import REPORT, Client, activate, create_thing

SECRET = "900000000001"


def client_of(api: Api) -> Client:
    """Return a boto3 client of the server."""
    session = boto3.Session("any", "any", region_name="eu-west-1")
    client: Client = session.client("iot-managed-integrations", endpoint_url=api.address)
    return client


@pytest.fixture
def client(emulator: Emulator) -> Client:
    return emulator.boto3_client()


def test_the_demo_is_a_whole_home(api: Api) -> None:
    """Two hubs, a locker, eleven devices and a linked account, with states and limits."""
    home = api.get("/home")
    assert home["counts"] == {
        "hubs": 2,
        "devices": 11,
        "lockers": 1,
        "associations": 1,
        "discoveries": 0,
        "nearby": 0,
        "ota_tasks": 0,
    }
    lamp = api.device("Ceiling light")
    assert value_of(lamp, "OnOff", "OnOff") is True
    (level,) = [each for each in lamp["capabilities"] if "Level" in each["id"]]
    (property_,) = [each for each in level["properties"] if each["name"] == "CurrentLevel"]
    assert property_["schema"] == {"type": "integer", "minimum": 0, "maximum": 255}
    (move,) = [each for each in level["actions"] if each["name"] == "MoveToLevel"]
    assert move["parameters"]["Level"]["maximum"] == 254
    assert (lamp["online"], lamp["provisioning_status"]) == (True, "ACTIVATED")
    assert home["associations"][0]["state"] == "ASSOCIATION_SUCCEEDED"
    garden = api.device("Garden lights")
    assert garden["association_id"] == home["associations"][0]["id"]


def test_reading_the_home_changes_nothing(api: Api, client: Client) -> None:
    """On a clock that advances by reads, a discovery stays where it is."""
    hub = api.get("/home")["hubs"][0]["id"]
    client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    first = api.get("/home")
    assert steady(api.get("/home")) == steady(first)
    assert first["discoveries"][0]["status"] == "RUNNING"
    assert api.get("/home")["revision"] == first["revision"]


def test_the_home_has_no_secret(api: Api, emulator: Emulator) -> None:
    """Serial numbers are shown only when they are asked for."""
    assert SECRET not in str(emulator.home())
    hub = api.get("/home")["hubs"][0]["id"]
    assert api.get(f"/things/{hub}/secrets") == {"serial_number": SECRET}
    assert SECRET not in str(api.get(f"/things/{hub}"))


def test_a_large_home_is_cut(api: Api) -> None:
    """The counts are true, and each list has at most the limit."""
    home = api.get("/home?limit=3")
    assert (home["counts"]["devices"], len(home["devices"])) == (11, 3)


@pytest.mark.parametrize(
    ("device", "cluster", "name", "value"),
    [
        ({"kind": "lock"}, "DoorLock", "LockState", "Locked"),
        ({"kind": "plug", "brand": "Acme", "model": "P2"}, "OnOff", "OnOff", False),
        (
            {"capabilities": ["OnOff", {"name": "LevelControl", "state": {"CurrentLevel": 7}}]},
            "LevelControl",
            "CurrentLevel",
            7,
        ),
        ({"capabilities": ["matter.SmokeCOAlarm@1.4"]}, "SmokeCOAlarm", "SmokeState", "Normal"),
    ],
)
def test_a_device_is_added_activated(
    api: Api, device: dict[str, Any], cluster: str, name: str, value: object
) -> None:
    """The device is a managed thing of the service, behind its hub and in the hub's locker."""
    home = api.get("/home")
    hub = home["hubs"][0]
    made = api.post("/things", 201, device=device, name="New one", hub_id=hub["id"])
    assert value_of(made, cluster, name) == value
    client = client_of(api)
    thing = client.get_managed_thing(Identifier=made["id"])
    assert (thing["Name"], thing["ProvisioningStatus"]) == ("New one", "ACTIVATED")
    assert thing["ParentControllerId"] == hub["id"]
    assert thing["CredentialLockerId"] == home["lockers"][0]["id"]
    assert thing["Brand"] == device.get("brand", "Emulated")
    assert connection_of(client, made["id"]) == (True, None)


def test_a_cloud_device_is_registered(api: Api, client: Client) -> None:
    """A device of a linked account belongs to its association."""
    association = api.get("/home")["associations"][0]["id"]
    made = api.post("/things", 201, device={"kind": "bulb"}, association_id=association)
    assert (made["name"], made["association_id"]) == ("Bulb", association)
    items = client.list_managed_thing_account_associations(ManagedThingId=made["id"])["Items"]
    assert [item["AccountAssociationId"] for item in items] == [association]
    assert client.get_managed_thing(Identifier=made["id"])["ConnectorDeviceId"]


def test_a_hub_is_added(api: Api) -> None:
    """A hub has no device, and devices can be put behind it."""
    locker = api.get("/home")["lockers"][0]["id"]
    hub = api.post("/things", 201, role="CONTROLLER", name="Cellar hub", locker_id=locker)
    assert (hub["role"], hub["locker_id"], hub["capabilities"]) == ("CONTROLLER", locker, [])
    assert api.post("/things", 201, device={"kind": "bulb"}, hub_id=hub["id"])["online"] is True


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, "device is required"),
        ({"device": {}}, 400, "device must have kind, or capabilities"),
        ({"device": {"kind": "toaster"}}, 400, "device.kind must be one of bulb"),
        ({"device": {"kind": "bulb", "capabilities": ["OnOff"]}}, 400, "unknown"),
        ({"device": {"kind": "bulb"}, "nmae": "x"}, 400, "'nmae' is unknown; the members are"),
        ({"device": {"capabilities": []}}, 400, "must have at least 1 items"),
        ({"device": {"capabilities": ["Toaster"]}}, 400, "device.capabilities[0] must be one of"),
        ({"device": {"capabilities": ["OnOff", "OnOff"]}}, 400, "device.capabilities[1]"),
        (
            {
                "device": {
                    "capabilities": [{"name": "LevelControl", "state": {"CurrentLevel": 999}}]
                }
            },
            400,
            "device.capabilities[0].state.CurrentLevel",
        ),
        (
            {"device": {"capabilities": [{"name": "OnOff", "state": {"Colour": 1}}]}},
            400,
            "device.capabilities[0].state has Colour",
        ),
        ({"device": {"kind": "bulb"}, "name": "a/b"}, 400, "Name must match"),
        ({"device": {"kind": "bulb", "brand": "ä"}}, 400, "Brand must match"),
        ({"device": {"kind": "bulb"}, "hub_id": UNKNOWN}, 404, UNKNOWN),
        ({"device": {"kind": "bulb"}, "locker_id": UNKNOWN}, 404, UNKNOWN),
        ({"device": {"kind": "bulb"}, "association_id": UNKNOWN}, 404, UNKNOWN),
        ({"role": "CONTROLLER", "device": {"kind": "bulb"}}, 400, "device must not go with"),
    ],
)
def test_a_wrong_addition_is_refused(
    api: Api, emulator: Emulator, body: dict[str, Any], status: int, said: str
) -> None:
    """The error names the member and the rule, and nothing changes."""
    before = emulator.revision
    answer = api.send("POST", "/things", body)
    assert answer.status == status
    assert said in answer.message
    assert emulator.revision == before


def test_a_device_needs_an_activated_hub(api: Api, client: Client) -> None:
    """A device is no hub, and a hub that is being deleted takes none."""
    lamp = api.device("Kitchen lamp")["id"]
    bulb = {"device": {"kind": "bulb"}}
    assert "CONTROLLER" in api.send("POST", "/things", {**bulb, "hub_id": lamp}).message
    hub = api.post("/things", 201, role="CONTROLLER")["id"]
    client.delete_managed_thing(Identifier=hub)
    answer = api.send("POST", "/things", {**bulb, "hub_id": hub})
    assert (answer.status, answer.document["error"]["code"]) == (409, "wrong_status")
    association = api.get("/home")["associations"][0]["id"]
    api.post(f"/associations/{association}/expire-tokens")
    assert api.send("POST", "/things", {**bulb, "association_id": association}).status == 409
    both = {**bulb, "hub_id": hub, "association_id": association}
    assert "exclude" in api.send("POST", "/things", both).message


def test_power_and_connection(api: Api, client: Client) -> None:
    """A device goes off and on, as another device too, and a hub cuts off its devices."""
    lamp = api.device("Kitchen lamp")
    path = f"/things/{lamp['id']}"
    assert api.post(f"{path}/power-off")["online"] is False
    assert connection_of(client, lamp["id"]) == (False, "MQTT_KEEP_ALIVE_TIMEOUT")
    assert api.post(f"{path}/come-online")["online"] is True
    assert api.post(f"{path}/go-offline", reason="AUTH_ERROR")["online"] is False
    assert connection_of(client, lamp["id"]) == (False, "AUTH_ERROR")
    changed = api.post(f"{path}/power-on", device={"kind": "lock"})
    assert (changed["online"], changed["device_type"]) == (True, "Door Lock")
    assert api.send("POST", f"{path}/go-offline", {"reason": "BORED"}).status == 400
    api.post(f"/things/{lamp['hub_id']}/go-offline")
    assert api.get(path)["online"] is False


def test_reports_and_events(api: Api, emulator: Emulator, client: Client) -> None:
    """A report changes the state and is notified. An event is notified only."""
    window = api.device("Kitchen window")["id"]
    thing = api.post(f"/things/{window}/report", name="MeasuredValue", value=2100)
    assert value_of(thing, "TemperatureMeasurement", "MeasuredValue") == 2100
    assert state_of(client, window)["TemperatureMeasurement"] == {"MeasuredValue": 2100}
    door = api.device("Front door")["id"]
    api.post(f"/things/{door}/emit", name="DoorLockAlarm", value={"AlarmCode": "LockJammed"})
    assert [each.event_type for each in emulator.notifications] == ["DEVICE_STATE", "DEVICE_EVENT"]
    named = {"name": "MeasuredValue", "value": 1, "capability": "TemperatureMeasurement"}
    assert api.send("POST", f"/things/{window}/report", named).status == 200
    for body in (
        {**named, "capability": "OnOff"},
        {**named, "name": "Colour"},
        {**named, "endpoint": "7"},
        {"name": "MeasuredValue"},
    ):
        assert api.send("POST", f"/things/{window}/report", body).status == 400
    api.post(f"/things/{window}/power-off")
    assert api.send("POST", f"/things/{window}/report", named).status == 409


def test_a_command_is_a_call_of_the_service(api: Api, emulator: Emulator, client: Client) -> None:
    """A switch turned here is seen by boto3, by its trace id and in the log of calls."""
    lamp = api.device("Kitchen lamp")["id"]
    made = api.post(f"/things/{lamp}/command", 202, capability="OnOff", action="On")
    assert state_of(client, lamp)["OnOff"] == {"OnOff": True}
    assert emulator.calls[0].operation == "SendManagedThingCommand"
    (ended,) = emulator.notifications.of("DEVICE_COMMAND")
    assert ended.payload["traceId"] == made["trace_id"]
    api.post(
        f"/things/{lamp}/command",
        202,
        capability="matter.LevelControl",
        action="MoveToLevel",
        endpoint="1",
        parameters={"Level": 9, "TransitionTime": 0, "OptionsMask": {}, "OptionsOverride": {}},
    )
    assert state_of(client, lamp)["LevelControl"]["CurrentLevel"] == 9


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"capability": "OnOff", "action": "Explode"}, 400, "not an action of the capability"),
        ({"capability": "DoorLock", "action": "LockDoor"}, 400, "capability must be"),
        ({"capability": "OnOff", "action": "On", "endpoint": "9"}, 400, "capability must be"),
        (
            {"capability": "LevelControl", "action": "MoveToLevel", "parameters": {"Level": 999}},
            400,
            "parameters.Level",
        ),
        ({"capability": "OnOff"}, 400, "action is required"),
    ],
)
def test_a_wrong_command_is_refused(
    api: Api, emulator: Emulator, body: dict[str, Any], status: int, said: str
) -> None:
    """The service's own error is given, and the state stays."""
    lamp = api.device("Kitchen lamp")["id"]
    before = emulator.revision
    answer = api.send("POST", f"/things/{lamp}/command", body)
    assert answer.status == status
    assert said in answer.message
    assert emulator.revision == before


def test_a_command_needs_its_endpoint_where_several_have_the_capability(
    api: Api, emulator: Emulator, client: Client
) -> None:
    """A strip of two plugs is switched by endpoint, and else the error asks for it."""
    (first, *_) = REPORT["endpoints"]
    endpoints = [{**first, "id": each} for each in ("1", "2")]
    strip = create_thing(client, Role="DEVICE", CapabilityReport={**REPORT, "endpoints": endpoints})
    emulator.devices.power_on(strip)
    activate(client, strip)
    body = {"capability": "OnOff", "action": "On"}
    answer = api.send("POST", f"/things/{strip}/command", body)
    assert (answer.status, answer.message) == (
        400,
        "several endpoints have the capability; give endpoint.",
    )
    api.post(f"/things/{strip}/command", 202, endpoint="2", **body)
    found = client.get_managed_thing_state(ManagedThingId=strip)["Endpoints"]
    assert [each["endpointId"] for each in found] == ["2"]


def test_a_command_meets_injected_faults(api: Api, emulator: Emulator) -> None:
    """A fault of the plan is a 409 that names it, never a broken response of the control API."""
    lamp = api.device("Kitchen lamp")["id"]
    body = {"capability": "OnOff", "action": "On"}
    emulator.faults.fail(None, "ThrottlingException")
    emulator.faults.fail(None, "InternalServerException")
    emulator.faults.reset_connections()
    emulator.faults.garble_answers()
    codes = []
    for _ in range(4):
        answer = api.send("POST", f"/things/{lamp}/command", body)
        assert answer.status == 409
        codes.append(answer.document["error"]["code"])
    assert codes == ["ThrottlingException", "InternalServerException", "fault", "fault"]


def test_deletion_waits_for_a_held_device(api: Api, client: Client) -> None:
    """A held device is not deleted until it confirms."""
    lamp = api.device("Kitchen lamp")["id"]
    path = f"/things/{lamp}"
    assert api.post(f"{path}/hold")["held"] is True
    assert api.send("POST", f"{path}/confirm-deletion").status == 409
    client.delete_managed_thing(Identifier=lamp)
    client.get_managed_thing(Identifier=lamp)
    assert api.post(f"{path}/fail-deletion")["provisioning_status"] == "DELETION_FAILED"
    assert api.post(f"{path}/release")["held"] is False
    client.delete_managed_thing(Identifier=lamp)
    assert api.post(f"{path}/confirm-deletion", 204) is None
    assert api.send("GET", path).status == 404


def test_devices_near_a_hub_are_found(api: Api, client: Client) -> None:
    """A placed device is found by a discovery, which a person ends."""
    hub = api.get("/home")["hubs"][0]["id"]
    placed = api.post("/nearby", 201, where=hub, device={"kind": "plug", "name": "Fan"})
    assert api.get("/home")["nearby"] == [
        {"identifier": placed["identifier"], "name": "Fan", "where": hub, "thing_id": None}
    ]
    discovery = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    path = f"/discoveries/{discovery['Id']}"
    assert api.post(f"{path}/hold")["held"] is True
    assert api.post(f"{path}/release")["held"] is False
    ended = api.post(f"{path}/finish")
    assert (ended["status"], [each["name"] for each in ended["devices"]]) == ("SUCCEEDED", ["Fan"])
    assert api.send("POST", f"{path}/fail").status == 409
    assert api.send("POST", "/nearby", {"where": UNKNOWN, "device": {"kind": "plug"}}).status == 404


@pytest.mark.parametrize(
    ("path", "status"), [("fail", "FAILED"), ("time-out", "TIMED_OUT"), ("finish", "SUCCEEDED")]
)
def test_discoveries_end(api: Api, client: Client, path: str, status: str) -> None:
    """A person ends a discovery in each way."""
    hub = api.get("/home")["hubs"][0]["id"]
    discovery = client.start_device_discovery(DiscoveryType="ZWAVE", ControllerIdentifier=hub)
    assert api.post(f"/discoveries/{discovery['Id']}/{path}")["status"] == status
    assert client.get_device_discovery(Identifier=discovery["Id"])["Status"] == status


def test_people_sign_in(api: Api, client: Client) -> None:
    """A person signs in, refuses to, and lets the tokens expire."""
    association = api.get("/home")["associations"][0]["id"]
    path = f"/associations/{association}"
    assert api.send("POST", f"{path}/sign-in").status == 409
    assert api.post(f"{path}/expire-tokens")["state"] == "REFRESH_TOKEN_EXPIRED"
    client.start_account_association_refresh(AccountAssociationId=association)
    assert api.post(f"{path}/hold")["held"] is True
    api.post(f"{path}/release")
    refused = api.post(f"{path}/refuse-sign-in", message="No, thanks")
    assert (refused["state"], refused["error_message"]) == ("ASSOCIATION_FAILED", "No, thanks")
    client.start_account_association_refresh(AccountAssociationId=association)
    assert api.post(f"{path}/sign-in")["state"] == "ASSOCIATION_SUCCEEDED"


def test_updates_of_devices(api: Api, client: Client, emulator: Emulator) -> None:
    """A person starts and ends an update on each device."""
    things = [api.device(name)["id"] for name in ("Kitchen lamp", "Front door", "Coffee machine")]
    arns = [client.get_managed_thing(Identifier=each)["Arn"] for each in things]
    task = client.create_ota_task(S3Url="s3://bucket/firmware", OtaType="ONE_TIME", Target=arns)[
        "TaskId"
    ]
    path = f"/ota-tasks/{task}"
    api.post(f"{path}/hold", 204)
    assert api.get("/home")["ota_tasks"][0]["held"] is True
    api.post(f"{path}/release", 204)
    api.post(f"{path}/things/{things[0]}/start", 204)
    assert api.send("POST", f"{path}/things/{things[0]}/start").status == 409
    api.post(f"{path}/things/{things[0]}/finish", 204)
    api.post(f"{path}/things/{things[1]}/fail", 204)
    api.post(f"{path}/things/{things[2]}/reject", 204)
    (shown,) = home_of(emulator)["ota_tasks"]
    assert [each["status"] for each in shown["things"]] == ["SUCCEEDED", "FAILED", "REJECTED"]
    assert api.send("POST", f"{path}/things/{UNKNOWN}/start").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/things/{id}/power-on",
        "/things/{id}/hold",
        "/things/{id}/command",
        "/things/{id}/emit",
        "/discoveries/{id}/finish",
        "/discoveries/{id}/hold",
        "/associations/{id}/sign-in",
        "/ota-tasks/{id}/hold",
        "/things/a%2Fb/hold",
        "/things/%00/hold",
    ],
)
def test_unknown_ids_are_not_found(api: Api, path: str) -> None:
    """An id that no resource has is a 404 with a sentence."""
    body = {"capability": "OnOff", "action": "On"} if path.endswith("command") else {}
    body |= {"name": "x"} if path.endswith("emit") else {}
    answer = api.send("POST", path.replace("{id}", UNKNOWN), body)
    assert (answer.status, answer.document["error"]["code"]) == (404, "not_found")


def test_an_id_of_another_kind_is_not_found(api: Api) -> None:
    """A thing's id is no discovery's."""
    lamp = api.device("Kitchen lamp")["id"]
    assert api.send("POST", f"/discoveries/{lamp}/hold").status == 404
    assert api.send("POST", f"/associations/{lamp}/hold").status == 404
    assert api.send("POST", f"/ota-tasks/{lamp}/hold").status == 404
    association = api.get("/home")["associations"][0]["id"]
    assert api.send("POST", f"/things/{association}/hold").status == 404


def test_the_catalogue_names_all_devices(api: Api) -> None:
    """Each name can be added."""
    found = api.get("/devices")
    assert len(found["capabilities"]) == 30
    for kind in found["ready"]:
        api.post("/things", 201, device={"kind": kind})
    everything = api.post("/things", 201, device={"capabilities": found["capabilities"][:5]})
    assert len(everything["capabilities"]) == 5
