"""Sign-ins, discoveries and deletions of users behind a connector's function."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.connectors import (
    Cloud,
    Event,
    answer,
    association_of,
    begin_login,
    discover,
    expect_report,
    onboard,
    open_home,
    open_lamp,
    sign_in,
)
from tests.emulator.support.devices import send_command, state_of
from tests.emulator.support.notifications import payloads, subscribe
from tests.emulator.support.requests import (
    FUNCTION,
    ON_OFF,
    REPORT,
    SECRET,
    Client,
    create_association,
    create_cloud_thing,
    create_connector,
    create_connector_destination,
    register,
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (answer(401, responseMessage="Unknown token"), "Unknown token"),
        (answer(responseMessage="no user"), "The response is not in the documented form"),
        (answer(userId=7), "The response is not in the documented form"),
    ],
)
def test_a_failed_activation(
    emulator: Emulator, cloud: Cloud, client: Client, given: object, message: str
) -> None:
    """An error code, or an answer without a user, fails the association with its message."""
    subscribe(client, "CONNECTOR_ERROR_REPORT", "ACCOUNT_ASSOCIATION")
    cloud.before = lambda _: given
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    found = client.get_account_association(AccountAssociationId=association)
    assert found["AssociationState"] == "ASSOCIATION_FAILED"
    assert found["ErrorMessage"].startswith(message)
    states = [each["state"] for each in payloads(emulator, "ACCOUNT_ASSOCIATION")]
    assert states == ["ASSOCIATION_IN_PROGRESS", "ASSOCIATION_FAILED"]
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["operation"], report["operationVersion"]) == ("AWS.ActivateUser", "1.0.0")
    cloud.before = None
    client.start_account_association_refresh(AccountAssociationId=association)
    assert association_of(client, association)["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    assert "ErrorMessage" not in association_of(client, association)


def test_general_authorization(cloud: Cloud, client: Client) -> None:
    """The function gets the secret of the material, and the association succeeds at once."""
    cloud.client = client
    destination = create_connector_destination(client, create_connector(client))
    association = create_association(client, ConnectorDestinationId=destination)
    assert cloud.events[0]["header"] == {
        "auth": {
            "secretsManager": {**SECRET, "versionId": "1" * 32},
            "type": "GeneralAuthorization",
        }
    }
    found = client.get_account_association(AccountAssociationId=association)
    assert found["AssociationState"] == "ASSOCIATION_SUCCEEDED"
    cloud.before = lambda _: answer(403, responseMessage="No access")
    refused = create_association(client, ConnectorDestinationId=destination)
    found = client.get_account_association(AccountAssociationId=refused)
    assert (found["AssociationState"], found["ErrorMessage"]) == ("ASSOCIATION_FAILED", "No access")


def test_tokens(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A user's requests have one token, and another login has another."""
    destination = open_home(emulator, cloud, client)
    first = sign_in(emulator, client, destination)
    discover(client, first)
    emulator.devices.expire_tokens(first)
    client.start_account_association_refresh(AccountAssociationId=first)
    emulator.devices.sign_in(first)
    sign_in(emulator, client, destination)
    auths = [event["header"]["auth"] for event in cloud.events]
    assert {each["type"] for each in auths} == {"OAuth2.0"}
    tokens = [each["token"] for each in auths]
    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 3


@pytest.mark.parametrize("given", [None, answer(401, responseMessage="Unknown token")])
def test_a_person_refuses_while_the_function_is_asked(
    emulator: Emulator, cloud: Cloud, client: Client, given: object
) -> None:
    """A sign-in that was refused stays refused, whatever the function answers."""
    association = begin_login(client, open_home(emulator, cloud, client))

    def refuse(_: Event) -> object:
        emulator.devices.refuse_sign_in(association, message="No, thanks")
        return given

    cloud.before = refuse
    emulator.devices.sign_in(association)
    found = client.get_account_association(AccountAssociationId=association)
    assert found["AssociationState"] == "ASSOCIATION_FAILED"
    assert found["ErrorMessage"] == "No, thanks"


def test_a_person_signs_in_twice(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """While the function is asked, a second sign-in does not ask it again."""
    association = begin_login(client, open_home(emulator, cloud, client))

    def sign_in_again(_: Event) -> None:
        emulator.devices.sign_in(association)

    cloud.before = sign_in_again
    emulator.devices.sign_in(association)
    assert cloud.operations() == ["ActivateUser"]
    found = client.get_account_association(AccountAssociationId=association)
    assert found["AssociationState"] == "ASSOCIATION_SUCCEEDED"


def test_a_person_ends_a_discovery_while_the_function_is_asked(
    emulator: Emulator, cloud: Cloud, client: Client
) -> None:
    """A discovery that has succeeded does not fail, whatever the function answers."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    subscribe(client, "CONNECTOR_ERROR_REPORT")

    def finish(event: Event) -> object:
        emulator.devices.finish_discovery(event["payload"]["deviceDiscoveryId"])
        return answer(500, responseMessage="The cloud is down")

    cloud.before = finish
    discovery = discover(client, association)
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert report["operation"] == "AWS.DiscoverDevices"


def test_a_thing_is_deleted_while_the_function_is_asked(
    emulator: Emulator, cloud: Cloud, client: Client
) -> None:
    """The failure is reported, and no thing is left whose command could end."""
    _, lamp = open_lamp(emulator, cloud, client)
    subscribe(client, "CONNECTOR_ERROR_REPORT", "DEVICE_COMMAND")

    def delete(_: Event) -> object:
        client.delete_managed_thing(Identifier=lamp, Force=True)
        return answer(500, responseMessage="Lamp is gone")

    cloud.before = delete
    send_command(client, lamp, "OnOff", "On")
    (report,) = payloads(emulator, "CONNECTOR_ERROR_REPORT")
    assert (report["operation"], report["managedThingId"]) == ("AWS.SendCommand", lamp)
    assert payloads(emulator, "DEVICE_COMMAND") == []


def test_a_command_goes_to_the_user_that_it_names(
    emulator: Emulator, cloud: Cloud, client: Client
) -> None:
    """A thing of two users is reached by the token of the association in the command."""
    destination = open_home(emulator, cloud, client)
    first = sign_in(emulator, client, destination)
    discovery = discover(client, first)
    lamp = onboard(client, first, discovery, "lamp")
    second = sign_in(emulator, client, destination)
    client.register_account_association(
        ManagedThingId=lamp, AccountAssociationId=second, DeviceDiscoveryId=discovery
    )
    tokens = {
        association: event["header"]["auth"]["token"]
        for association, event in zip(
            (first, second),
            [each for each in cloud.events if "Activate" in each["payload"]["operationName"]],
            strict=True,
        )
    }
    for association in (second, first):
        client.send_managed_thing_command(
            ManagedThingId=lamp, AccountAssociationId=association, Endpoints=[switched_on()]
        )
        assert cloud.events[-1]["header"]["auth"]["token"] == tokens[association]


def test_a_thing_of_a_connector_without_a_function(
    emulator: Emulator, cloud: Cloud, client: Client
) -> None:
    """The emulated home carries out the command, because no function is there to do it."""
    open_home(emulator, cloud, client)
    other = {"lambda": {"arn": f"{FUNCTION}-2"}}
    destination = create_connector_destination(
        client, create_connector(client, "Others", EndpointConfig=other)
    )
    association = create_association(client, ConnectorDestinationId=destination)
    thing = create_cloud_thing(client, CapabilityReport=REPORT)
    register(client, thing, association)
    client.send_managed_thing_command(ManagedThingId=thing, Endpoints=[switched_on()])
    assert state_of(client, thing) == {"OnOff": {"OnOff": True}}
    assert cloud.events == []


def switched_on() -> dict[str, object]:
    """Return the endpoint of a command that switches a thing on."""
    capability = {"id": ON_OFF, "name": "On/Off", "version": "6", "actions": [{"name": "On"}]}
    return {"endpointId": "1", "capabilities": [capability]}


def test_a_discovery_of_some_devices(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """The function gets the ids of the requested devices, or an empty list for all."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    some = discover(client, association, "fan")
    items = client.list_discovered_devices(Identifier=some)["Items"]
    assert [each["ConnectorDeviceId"] for each in items] == ["fan"]
    discover(client, association)
    asked = [event["payload"] for event in cloud.events[1:]]
    assert [each["connectorDeviceIdList"] for each in asked] == [["fan"], []]
    assert asked[0]["deviceDiscoveryId"] == some


def test_an_empty_cloud(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A cloud without devices has none: the default devices are those of the emulator's clouds."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    cloud.devices = []
    discovery = discover(client, association)
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "SUCCEEDED"
    assert client.list_discovered_devices(Identifier=discovery)["Items"] == []


def test_a_failed_discovery(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A discovery whose function does not answer fails, and is reported."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    subscribe(client, "CONNECTOR_ERROR_REPORT", "DEVICE_DISCOVERY_STATUS")
    emulator.connectors[FUNCTION].fail("slow", times=6)
    cloud.before = lambda _: answer()
    discovery = discover(client, association)
    assert client.get_device_discovery(Identifier=discovery)["Status"] == "FAILED"
    status = payloads(emulator, "DEVICE_DISCOVERY_STATUS")[-1]
    assert status["error"] == {"code": "0", "message": "No response within 2 seconds"}
    expect_report(emulator, "AWS.DiscoverDevices", "No response within 2 seconds")
    ids = {event["payload"].get("deviceDiscoveryId") for event in cloud.events[1:]}
    assert ids == {discovery}


def test_a_discovery_that_is_not_ended(cloud: Cloud) -> None:
    """A discovery that was acknowledged and never ended times out after 15 minutes."""
    with Emulator(clock="emulated", connectors={FUNCTION: cloud.handle}) as emulator:
        client: Client = emulator.boto3_client()
        association = sign_in(emulator, client, open_home(emulator, cloud, client))
        cloud.before = lambda _: answer()
        discovery = discover(client, association)
        emulator.advance(minutes=14)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "RUNNING"
        emulator.advance(minutes=2)
        assert client.get_device_discovery(Identifier=discovery)["Status"] == "TIMED_OUT"


def test_a_failed_deactivation(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """An association is deleted even if its function fails, which is reported."""
    association = sign_in(emulator, client, open_home(emulator, cloud, client))
    subscribe(client, "CONNECTOR_ERROR_REPORT")
    emulator.connectors[FUNCTION].fail("raise", "AWS.DeactivateUser", times=6)
    client.delete_account_association(AccountAssociationId=association)
    client.delete_account_association(AccountAssociationId=association)
    client.get_account_association(AccountAssociationId=association)
    assert client.list_account_associations()["Items"] == []
    expect_report(emulator, "AWS.DeactivateUser", "The function raised an exception")


def test_two_users_of_one_connector(emulator: Emulator, cloud: Cloud, client: Client) -> None:
    """A report with a user's id changes only the devices of that user."""
    destination = open_home(emulator, cloud, client)
    things = []
    for user in ("user-1", "user-2"):
        cloud.before = lambda event, user=user: (
            answer(userId=user) if "Activate" in event["payload"]["operationName"] else None
        )
        association = sign_in(emulator, client, destination)
        things.append(onboard(client, association, discover(client, association), "lamp"))
    cloud.before = None
    send_command(client, things[0], "OnOff", "On")
    assert [state_of(client, each) for each in things] == [{"OnOff": {"OnOff": True}}, {}]
