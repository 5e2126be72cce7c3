"""HTTP requests and responses: finding the operation, reading and checking parameters."""

import json
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from attrs import astuple, evolve
from botocore import xform_name
from botocore.model import ServiceModel

from iotmi.emulator import Emulator, HttpRequest
from iotmi.emulator._dispatch.parameters import read_parameters
from iotmi.emulator._dispatch.responses import serialize_body
from iotmi.emulator._model.fidelity import FIDELITY
from iotmi.emulator._model.operations import describe, load_service
from iotmi.emulator.handlers import HANDLERS
from tests.emulator.support.requests import Client, create_thing, expect_error, http

THING = {
    "Role": "DEVICE",
    "AuthenticationMaterial": "SN:123456789524;UPC:829576019524",
    "AuthenticationMaterialType": "WIFI_SETUP_QR_BAR_CODE",
}


def test_every_operation_has_a_handler() -> None:
    """The emulator has exactly the 83 operations of the model."""
    assert set(HANDLERS) == set(load_service().operations)
    assert len(HANDLERS) == 83


def test_each_operation_has_evidence() -> None:
    """Each operation has short lines about the evidence for its behavior."""
    assert set(FIDELITY) == set(load_service().operations)
    for fidelity in FIDELITY.values():
        lines = [line for line in astuple(fidelity) if line]
        assert lines
        assert all(line.endswith(".") and len(line) <= 80 for line in lines)


def test_every_list_is_paged(client: Client) -> None:
    """Each list without a subject returns an empty page with the model's member name."""
    lists = [each for each in load_service().operations.values() if each.listed]
    assert len(lists) == 17
    for operation in lists:
        if not operation.input.required_members:
            response = getattr(client, xform_name(operation.name))(MaxResults=1)
            assert response[operation.listed] == []
            assert "NextToken" not in response


def test_all_parameter_locations_are_supported() -> None:
    """No operation has a parameter in a location that the emulator does not read."""
    places = {
        member.serialization.get("location")
        for operation in load_service().operations.values()
        for member in operation.input.members.values()
    }
    assert places == {None, "uri", "querystring"}


@pytest.mark.parametrize("name", sorted(load_service().operations))
def test_every_operation_is_found_by_its_path(name: str) -> None:
    """Each path of the model leads to its own operation and labels."""
    operation = load_service().operations[name]
    labels = {part.strip("{}"): f"a/b {part}" for part in operation.segments if "{" in part}
    path = "/".join(
        quote(labels[part.strip("{}")], safe="") if "{" in part else part
        for part in operation.segments
    )
    assert load_service().find(operation.method, f"/{path}") == (operation, labels)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/nothing"),
        ("PATCH", "/managed-things"),
        ("GET", "/managed-things/"),
        ("GET", "/managed-things/a/b"),
        ("POST", "/tags/arn:aws:iotmanagedintegrations:e:1:managed-thing/a"),
    ],
)
def test_an_unknown_path_is_no_operation(emulator: Emulator, method: str, path: str) -> None:
    """An unknown path returns 404 and changes nothing."""
    reply, document = http(emulator, method, path, body={"Tags": {"a": "b"}})
    assert reply.status == 404
    assert reply.headers["X-Amzn-Errortype"] == "UnknownOperationException"
    assert document["Message"]
    assert emulator.calls[-1].operation is None


def test_an_operation_without_a_handler_is_named(emulator: Emulator, client: Client) -> None:
    """An operation of a newer botocore without a handler returns 501."""
    handlers = {name: each for name, each in HANDLERS.items() if name != "ListOtaTasks"}
    emulator._dispatcher = evolve(emulator._dispatcher, handlers=handlers)
    client = emulator.attach(client)
    with expect_error("NotImplementedException", "ListOtaTasks") as response:
        client.list_ota_tasks()
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_every_response_has_a_request_id(emulator: Emulator) -> None:
    """Successes and errors have a new request id each."""
    replies = [http(emulator, "GET", path)[0] for path in ("/managed-things", "/x")]
    identifiers = {UUID(reply.headers["X-Amzn-Requestid"]) for reply in replies}
    assert len(identifiers) == 2
    assert replies[0].headers["Content-Type"] == "application/json"


def test_times_are_epoch_seconds(emulator: Emulator) -> None:
    """A time is written as a number of seconds, to the millisecond."""
    _, document = http(emulator, "POST", "/credential-lockers", body={})
    moment = document["CreatedAt"]
    assert isinstance(moment, float)
    assert moment * 1000 == pytest.approx(round(moment * 1000), abs=0.001)
    assert 1_700_000_000 < moment < 10_000_000_000


def test_a_response_without_a_shape_has_no_body(emulator: Emulator, client: Client) -> None:
    """Operations without output send no body. An empty shape is an empty object."""
    thing = create_thing(client)
    reply, _ = http(emulator, "PUT", f"/managed-things/{thing}", body={})
    assert (reply.status, reply.body) == (204, b"")
    assert "Content-Type" not in reply.headers
    arn = client.create_credential_locker()["Arn"]
    reply, _ = http(emulator, "DELETE", f"/tags/{quote(arn, safe='')}", query="tagKeys=a")
    assert (reply.status, reply.body) == (200, b"{}")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"text"', b"\xff", b'{"Name": NaN}', b"[" * 200_000, b"null"],
)
def test_a_body_must_be_a_json_object(emulator: Emulator, body: bytes) -> None:
    """Any other body is a SerializationException that does not quote it."""
    reply, document = http(emulator, "POST", "/credential-lockers", body=body)
    assert reply.status == 400
    assert reply.headers["X-Amzn-Errortype"] == "SerializationException"
    assert document["Message"] in {"The body is not JSON.", "The body is not a JSON object."}


def test_an_empty_body_has_no_parameters(emulator: Emulator) -> None:
    """An empty body is an empty object. Operations without a body ignore it."""
    assert http(emulator, "POST", "/credential-lockers")[0].status == 201
    assert http(emulator, "GET", "/credential-lockers", body=b"{")[0].status == 200


def test_unknown_members_are_ignored(emulator: Emulator) -> None:
    """Members and query keys outside the model are ignored, and null counts as missing."""
    body = {"Name": None, "New": 1, "ClientToken": "t"}
    reply, _ = http(emulator, "POST", "/credential-lockers", query="x=1&Name=q", body=body)
    assert reply.status == 201
    assert dict(emulator.calls[-1].parameters) == {"ClientToken": "t"}


def endpoint(**changes: object) -> dict[str, Any]:
    return {"id": "1", "deviceTypes": [], "capabilities": [], **changes}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"Role": None}, "Role is required"),
        ({"Role": "SECRET"}, "Role must be one of CONTROLLER, DEVICE"),
        ({"Role": 1}, "Role must be a string"),
        ({"Owner": ""}, "Owner must have from 1 to 64 characters, has 0"),
        ({"Owner": "SECRET" * 20}, "Owner must have from 1 to 64 characters, has 120"),
        ({"Owner": "SECRET owner"}, "Owner must match [a-zA-Z0-9_.,@-]+"),
        ({"Owner": "SECRET\n"}, "Owner must match [a-zA-Z0-9_.,@-]+"),
        ({"Tags": ["SECRET"]}, "Tags must be an object"),
        ({"Tags": {}}, "Tags must hold from 1 to 50 items"),
        ({"Tags": {str(n): "" for n in range(51)}}, "Tags must hold from 1 to 50 items"),
        ({"Tags": {"SECRET" * 30: ""}}, "Tags key 1 must have from 1 to 128 characters, has 180"),
        ({"Tags": {"a": "", "b": 5}}, "Tags value 2 must be a string"),
        ({"CapabilitySchemas": {"a": "SECRET"}}, "CapabilitySchemas must be a list"),
        (
            {"WiFiSimpleSetupConfiguration": "SECRET"},
            "WiFiSimpleSetupConfiguration must be an object",
        ),
        (
            {"WiFiSimpleSetupConfiguration": {"TimeoutInMinutes": 4}},
            "WiFiSimpleSetupConfiguration.TimeoutInMinutes must be from 5 to 15",
        ),
        (
            {"WiFiSimpleSetupConfiguration": {"TimeoutInMinutes": 5.0}},
            "WiFiSimpleSetupConfiguration.TimeoutInMinutes must be an integer",
        ),
        (
            {"WiFiSimpleSetupConfiguration": {"TimeoutInMinutes": True}},
            "WiFiSimpleSetupConfiguration.TimeoutInMinutes must be an integer",
        ),
        (
            {"WiFiSimpleSetupConfiguration": {"EnableAsProvisionee": "true"}},
            "WiFiSimpleSetupConfiguration.EnableAsProvisionee must be true or false",
        ),
        (
            {"CapabilityReport": {"version": "1.0.0", "endpoints": [{"id": "1"}]}},
            (
                "CapabilityReport.endpoints[0].deviceTypes is required; "
                "CapabilityReport.endpoints[0].capabilities is required"
            ),
        ),
        (
            {"CapabilityReport": {"version": "1.0.0", "endpoints": [endpoint()] * 41}},
            "CapabilityReport.endpoints must hold from 0 to 40 items",
        ),
        (
            {"CapabilityReport": {"version": "1.0.0", "endpoints": [endpoint(deviceTypes=[7])]}},
            "CapabilityReport.endpoints[0].deviceTypes[0] must be a string",
        ),
    ],
)
def test_constraints_come_from_the_model(
    emulator: Emulator, changes: dict[str, Any], rule: str
) -> None:
    """Each broken constraint is reported by path and rule, without the value."""
    reply, document = http(emulator, "POST", "/managed-things", body={**THING, **changes})
    assert reply.status == 400
    assert reply.headers["X-Amzn-Errortype"] == "ValidationException"
    assert document == {"Message": rule}
    assert "SECRET" not in repr(emulator.calls[-1])


def test_all_problems_are_reported_at_once(emulator: Emulator) -> None:
    """A request with several problems gets all of them."""
    _, document = http(emulator, "POST", "/managed-things", body={"Role": "X", "Name": ""})
    message = document["Message"]
    for start in ("Role must", "Name must", "AuthenticationMaterial is required"):
        assert start in message


@pytest.mark.parametrize(
    ("path", "query", "rule"),
    [
        ("/managed-things", "MaxResults=0", "MaxResults must be from 1 to 1000"),
        ("/managed-things", "MaxResults=1001", "MaxResults must be from 1 to 1000"),
        ("/managed-things", "MaxResults=ten", "MaxResults must be an integer"),
        ("/managed-things", "MaxResults=%D9%A1", "MaxResults must be an integer"),
        ("/managed-things", "RoleFilter=HUB", "RoleFilter must be one of CONTROLLER, DEVICE"),
        ("/managed-things", "NextToken=a%20b", "NextToken must match [a-zA-Z0-9=_-]+"),
        ("/managed-things/a%2Fb", "", "Identifier must match [a-zA-Z0-9:_-]*"),
    ],
)
def test_path_and_query_are_checked(emulator: Emulator, path: str, query: str, rule: str) -> None:
    """Path and query are validated by the model too."""
    reply, document = http(emulator, "GET", path, query=query)
    assert (reply.status, document["Message"]) == (400, rule)


def test_a_flag_in_the_query_is_read(emulator: Emulator, client: Client) -> None:
    """A boolean in the query is true, false or invalid."""
    path = f"/managed-things/{create_thing(client)}"
    reply, document = http(emulator, "DELETE", path, query="Force=yes")
    assert (reply.status, document["Message"]) == (400, "Force must be true or false")
    assert http(emulator, "DELETE", path, query="Force=false")[0].status == 204
    assert emulator.calls[-1].parameters["Force"] is False
    assert http(emulator, "GET", path)[1]["ProvisioningStatus"] == "DELETE_IN_PROGRESS"


SYNTHETIC = ServiceModel(
    {
        "metadata": {"protocol": "rest-json", "serviceId": "Synthetic"},
        "operations": {
            "Put": {
                "name": "Put",
                "http": {"method": "POST", "requestUri": "/things/{Id}"},
                "input": {"shape": "Input"},
                "output": {"shape": "Input"},
                "errors": [{"shape": "Odd"}],
            },
            "PutFixed": {"name": "PutFixed", "http": {"method": "POST", "requestUri": "/things/a"}},
        },
        "shapes": {
            "Input": {
                "type": "structure",
                "members": {
                    "Id": {"shape": "Text", "location": "uri", "locationName": "Id"},
                    "Since": {"shape": "Time", "location": "querystring", "locationName": "since"},
                    "Number": {"shape": "Double", "locationName": "number"},
                    "Times": {"shape": "Times"},
                },
            },
            "Text": {"type": "string"},
            "Time": {"type": "timestamp"},
            "Times": {"type": "list", "member": {"shape": "Time"}},
            "Double": {"type": "double", "max": 2},
            "Odd": {"type": "structure", "members": {}, "exception": True},
        },
    },
    "synthetic",
)


def test_times_and_numbers_are_read() -> None:
    """Times are seconds or ISO 8601, and are returned as seconds. Numbers may have a fraction."""
    service = describe(SYNTHETIC)
    operation, labels = service.find("POST", "/things/b")
    body = {"number": 1.5, "Times": [1.25, "2024-01-01T00:00:00Z"]}
    request = HttpRequest(
        "POST", "/things/b", "since=2024-01-01T00:00:00", {}, json.dumps(body).encode()
    )
    read = read_parameters(operation, labels, request)
    assert read.service_fault is None
    assert read.values == {
        "Id": "b",
        "Since": 1_704_067_200_000,
        "Number": 1.5,
        "Times": [1250, 1_704_067_200_000],
    }
    assert json.loads(serialize_body(operation, read.values)) == {
        "Id": "b",
        "since": 1_704_067_200.0,
        "number": 1.5,
        "Times": [1.25, 1_704_067_200.0],
    }


def test_values_of_another_type_are_invalid() -> None:
    """A value of another type is reported with the expected type."""
    service = describe(SYNTHETIC)
    operation, labels = service.find("POST", "/things/b")
    body = json.dumps({"number": 2.5, "Times": ["soon", True, None]}).encode()
    error = read_parameters(
        operation, labels, HttpRequest("POST", "", "since=x", {}, body)
    ).service_fault
    assert error is not None
    assert error.message == (
        "Since must be a time; Number must be at most 2; Times[0] must be a time; "
        "Times[1] must be a time; Times[2] must be a time"
    )


def test_a_fixed_path_takes_precedence_over_a_label() -> None:
    """If a fixed part and a label both match, the fixed part wins."""
    service = describe(SYNTHETIC)
    assert service.find("POST", "/things/a")[0].name == "PutFixed"
    assert service.error_statuses["Odd"] == 500
    assert service.operations["PutFixed"].invalid == "ValidationException"
