"""Notifications of statuses: discoveries, account associations and over-the-air tasks."""

import pytest

from iotmi.emulator import Emulator
from tests.emulator.support.notifications import (
    ACCOUNT,
    DASHED,
    HEXADECIMAL,
    NANOSECONDS,
    Like,
    envelopes,
    managed_thing_arn,
    payloads,
    subscribe,
)
from tests.emulator.support.requests import (
    Client,
    activate,
    create_connector,
    create_connector_destination,
    create_thing,
)

UNDER_WAY = "AccountAssociation State is updated to IN_PROGRESS during"


def test_discovery(emulator: Emulator, client: Client) -> None:
    """The start and the end of a discovery are sent, with the number of devices."""
    subscribe(client, "DEVICE_DISCOVERY_STATUS")
    hub = create_thing(client)
    discovery = client.start_device_discovery(DiscoveryType="ZIGBEE", ControllerIdentifier=hub)
    for _ in range(2):
        client.get_device_discovery(Identifier=discovery["Id"])
    begun, ended = envelopes(emulator, "DEVICE_DISCOVERY_STATUS")
    assert begun == {
        **ACCOUNT,
        "version": "0",
        "messageId": Like(DASHED),
        "messageType": "DEVICE_DISCOVERY_STATUS",
        "timestamp": Like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        "region": "eu-west-1",
        "resources": [managed_thing_arn(hub)],
        "payload": {"deviceCount": 0, "deviceDiscoveryId": discovery["Id"], "status": "RUNNING"},
    }
    items = client.list_discovered_devices(Identifier=discovery["Id"])["Items"]
    assert ended["payload"] == {
        "deviceCount": len(items),
        "deviceDiscoveryId": discovery["Id"],
        "status": "SUCCEEDED",
    }
    assert items


def test_rediscovery(emulator: Emulator, client: Client) -> None:
    """A rediscovery sends one message per device, and counts none at its end."""
    locker = client.create_credential_locker()["Id"]
    hub = create_thing(client, CredentialLockerId=locker)
    device = create_thing(client, Role="DEVICE", CredentialLockerId=locker)
    activate(client, device)
    subscribe(client, "DEVICE_DISCOVERY_STATUS")
    discovery = client.start_device_discovery(
        DiscoveryType="CONTROLLER_CAPABILITY_REDISCOVERY",
        ControllerIdentifier=hub,
        Protocol="ZIGBEE",
    )["Id"]
    assert emulator.notifications == ()
    client.get_device_discovery(Identifier=discovery)
    observed = [
        (each["resources"], each["payload"]["status"], each["payload"]["deviceCount"])
        for each in envelopes(emulator, "DEVICE_DISCOVERY_STATUS")
    ]
    hub_arn, device_arn = managed_thing_arn(hub), managed_thing_arn(device)
    assert observed == [([hub_arn, device_arn], "RUNNING", 1), ([hub_arn], "SUCCEEDED", 0)]


def test_associations(emulator: Emulator, client: Client) -> None:
    """The states of a login are sent, with the service's texts where documented."""
    destination = create_connector_destination(client, create_connector(client))
    subscribe(client, "ACCOUNT_ASSOCIATION")
    made = client.create_account_association(ConnectorDestinationId=destination)
    identifier = made["AccountAssociationId"]
    client.get_account_association(AccountAssociationId=identifier)
    client.start_account_association_refresh(AccountAssociationId=identifier)
    client.delete_account_association(AccountAssociationId=identifier)
    first = envelopes(emulator, "ACCOUNT_ASSOCIATION")[0]
    assert first == {
        **ACCOUNT,
        "version": "1.0.0",
        "messageId": Like(HEXADECIMAL),
        "messageType": "ACCOUNT_ASSOCIATION",
        "timestamp": NANOSECONDS,
        "region": "eu-west-1",
        "resources": [made["Arn"]],
        "payload": {
            "traceId": Like(HEXADECIMAL),
            "logLevel": "INFO",
            "resourceType": "account-association",
            "resourceId": identifier,
            "connectorDestinationId": destination,
            "associationArn": made["Arn"],
            "state": "ASSOCIATION_IN_PROGRESS",
            "isServiceError": False,
            "isCustomerError": False,
            "details": f"{UNDER_WAY} CreateAccountAssociation",
        },
    }
    said = [(each["state"], each["details"]) for each in payloads(emulator, "ACCOUNT_ASSOCIATION")]
    assert said[1:] == [
        ("ASSOCIATION_SUCCEEDED", "AccountAssociation has completed successfully"),
        (
            "ASSOCIATION_IN_PROGRESS",
            f"{UNDER_WAY} StartAccountAssociationRefresh",
        ),
        ("ASSOCIATION_DELETING", "AccountAssociation is being deleted"),
    ]


@pytest.mark.parametrize("ota_type", ["ONE_TIME", "CONTINUOUS"])
def test_ota_tasks(emulator: Emulator, client: Client, ota_type: str) -> None:
    """A task is sent with its things. Its deletion is not, because no sample exists."""
    subscribe(client, "DEVICE_OTA")
    things = [create_thing(client, MetaData={"room": "hall"}) for _ in range(2)]
    arns = [managed_thing_arn(thing) for thing in things]
    target: dict[str, dict[str, object]] = {
        "ONE_TIME": {"Target": arns},
        "CONTINUOUS": {"OtaTargetQueryString": "attributes.room=hall"},
    }
    task = client.create_ota_task(S3Url="s3://b/k", OtaType=ota_type, **target[ota_type])["TaskId"]
    client.delete_ota_task(Identifier=task)
    assert envelopes(emulator, "DEVICE_OTA") == [
        {
            **ACCOUNT,
            "version": "1.0.0",
            "messageId": Like(HEXADECIMAL),
            "messageType": "DEVICE_OTA",
            "timestamp": NANOSECONDS,
            "region": "eu-west-1",
            "resources": arns,
            "payload": {
                "operation": "CREATE_OTA",
                "otaTaskId": task,
                "status": "IN_PROGRESS",
                "otaType": ota_type,
            },
        }
    ]


def test_a_task_that_ends(emulator: Emulator, client: Client) -> None:
    """The completion of a task is sent after its last execution."""
    subscribe(client, "DEVICE_OTA")
    arn = managed_thing_arn(create_thing(client))
    task = client.create_ota_task(S3Url="s3://b/k", OtaType="ONE_TIME", Target=[arn])["TaskId"]
    while client.get_ota_task(Identifier=task)["Status"] != "COMPLETED":
        pass
    observed = [each["payload"]["status"] for each in envelopes(emulator, "DEVICE_OTA")]
    assert observed == ["IN_PROGRESS", "COMPLETED"]
    assert all(each["resources"] == [arn] for each in envelopes(emulator, "DEVICE_OTA"))
