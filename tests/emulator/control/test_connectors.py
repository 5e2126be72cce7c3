"""Connectors over HTTP: their faults and invocations."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from iotmi.emulator import Emulator
from iotmi.emulator.server import serving
from tests.emulator.control.api import Api
from tests.emulator.support.connectors import (
    Cloud,
    association_of,
    begin_login,
    discover,
    open_home,
)
from tests.emulator.support.requests import FUNCTION, Client

PATH = f"/connectors/{quote(FUNCTION, safe='')}/faults"


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def emulator(cloud: Cloud) -> Iterator[Emulator]:
    with Emulator(connectors={FUNCTION: cloud.handle}) as emulator:
        yield emulator


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    with serving(emulator) as address:
        yield Api(address)


def test_faults_and_invocations_are_shown(api: Api, emulator: Emulator, cloud: Cloud) -> None:
    """A planned fault hits the next invocation, and the record has no token."""
    client: Client = emulator.boto3_client()
    destination = open_home(emulator, cloud, client)
    made = api.post(PATH, 201, kind="raise", operation="AWS.DiscoverDevices", times=2)
    planned = {"kind": "raise", "operation": "AWS.DiscoverDevices"}
    assert made["faults"] == [planned, planned]
    association = begin_login(client, destination)
    assert association_of(client, association)["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    discover(client, association)
    (shown,) = api.get("/connectors")["connectors"]
    assert (shown["arn"], shown["problems"], shown["faults"]) == (FUNCTION, [], [])
    found = [(each["operation"], each["outcome"], each["fault"]) for each in shown["invocations"]]
    assert found[-3:] == [
        ("AWS.DiscoverDevices", "raised", "raise"),
        ("AWS.DiscoverDevices", "raised", "raise"),
        ("AWS.DiscoverDevices", "responded", None),
    ]
    assert set(shown["invocations"][0]) == {"operation", "delivery", "outcome", "fault"}


def test_faults_are_removed(api: Api, emulator: Emulator) -> None:
    """A deletion and a reset remove the planned faults."""
    api.post(PATH, 201, kind="slow")
    assert api.send("DELETE", PATH).status == 204
    assert emulator.connectors[FUNCTION].faults == ()
    api.post(PATH, 201, kind="twice", operation=None)
    api.post("/reset")
    assert emulator.connectors[FUNCTION].faults == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "kind is required"),
        ({"kind": "explode"}, "kind must be one of slow, raise, malformed, twice"),
        ({"kind": "slow", "operation": "GetManagedThing"}, "operation must be one of AWS."),
        ({"kind": "slow", "times": 0}, "times must be at least 1"),
    ],
)
def test_wrong_faults_are_refused(
    api: Api, emulator: Emulator, body: dict[str, Any], said: str
) -> None:
    """The error names the member and the rule, and nothing is planned."""
    answer = api.send("POST", PATH, body)
    assert answer.status == 400
    assert said in answer.message
    assert emulator.connectors[FUNCTION].faults == ()


def test_unknown_connectors_are_not_found(api: Api) -> None:
    """An ARN without a function is a 404."""
    assert api.send("POST", "/connectors/arn:x/faults", {"kind": "slow"}).status == 404
    assert api.send("DELETE", "/connectors/arn:x/faults").status == 404
