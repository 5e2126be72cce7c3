"""The kinds of resources that callers create under faults, and how each is found again.

This module owns the requests. It does not know who sends them, or when.
"""

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

import iotmi
from iotmi import Request
from tests.support.factories import switch_report

_SIGNED_IN: Final = iotmi.GeneralAuthorizationName(auth_material_name="household")
_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
_ROLE: Final = "arn:aws:iam::123456789012:role/notify"
_STREAM: Final = "arn:aws:kinesis:eu-west-1:123456789012:stream/notify"
_FUNCTION: Final = "arn:aws:lambda:eu-west-1:123456789012:function"
KEY: Final = "arn:aws:kms:eu-west-1:123456789012:key/"


@frozen(kw_only=True)
class Kind:
    """A kind of resource.

    Attributes:
        build: makes the create request, from its mark and a connector destination's id.
        look: makes the get request, from its id.
        listing: boto3's listing of all of them.
        identifier: the wire name of the id.
        mark: the wire name of the member that holds the mark.
    """

    build: Callable[[str, str], Request[object]]
    look: Callable[[str], Request[object]]
    listing: str
    identifier: str = "Id"
    mark: str = "Name"


def _thing(mark: str, _: str) -> Request[object]:
    return iotmi.CreateManagedThing(
        role=iotmi.Role.CONTROLLER,
        authentication_material=f"SN:{mark:0>12};UPC:829576019524",
        authentication_material_type=iotmi.AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE,
        serial_number=mark,
        name=mark,
        capability_report=switch_report(),
    )


def _connector(mark: str, _: str) -> Request[object]:
    endpoint = iotmi.EndpointConfig(lambda_=iotmi.LambdaConfig(arn=f"{_FUNCTION}:{mark}"))
    return iotmi.CreateCloudConnector(name=mark, endpoint_config=endpoint)


def _destination(mark: str, _: str) -> Request[object]:
    return iotmi.CreateDestination(
        name=mark,
        delivery_destination_arn=_STREAM,
        delivery_destination_type=iotmi.DeliveryDestinationType.KINESIS,
        role_arn=_ROLE,
    )


def _profile(mark: str, _: str) -> Request[object]:
    return iotmi.CreateProvisioningProfile(
        name=mark,
        provisioning_type=iotmi.ProvisioningType.FLEET_PROVISIONING,
        ca_certificate=_CERTIFICATE,
    )


def _association(mark: str, destination: str) -> Request[object]:
    return iotmi.CreateAccountAssociation(
        name=mark, connector_destination_id=destination, general_authorization=_SIGNED_IN
    )


KINDS: Final[Mapping[str, Kind]] = {
    "CreateManagedThing": Kind(
        build=_thing, look=iotmi.GetManagedThing, listing="list_managed_things", mark="SerialNumber"
    ),
    "CreateCredentialLocker": Kind(
        build=lambda mark, _: iotmi.CreateCredentialLocker(name=mark),
        look=iotmi.GetCredentialLocker,
        listing="list_credential_lockers",
    ),
    "CreateCloudConnector": Kind(
        build=_connector, look=iotmi.GetCloudConnector, listing="list_cloud_connectors"
    ),
    "CreateDestination": Kind(
        build=_destination, look=iotmi.GetDestination, listing="list_destinations",
        identifier="Name",
    ),
    "CreateProvisioningProfile": Kind(
        build=_profile, look=iotmi.GetProvisioningProfile, listing="list_provisioning_profiles"
    ),
    "CreateOtaTaskConfiguration": Kind(
        build=lambda mark, _: iotmi.CreateOtaTaskConfiguration(name=mark),
        look=iotmi.GetOtaTaskConfiguration,
        listing="list_ota_task_configurations",
        identifier="TaskConfigurationId",
    ),
    "CreateAccountAssociation": Kind(
        build=_association, look=iotmi.GetAccountAssociation, listing="list_account_associations",
        identifier="AccountAssociationId",
    ),
    # Each discovery has an association of its own, which is its mark.
    "StartDeviceDiscovery": Kind(
        build=lambda mark, _: iotmi.StartDeviceDiscovery(
            discovery_type=iotmi.DiscoveryType.CLOUD, account_association_id=mark
        ),
        look=iotmi.GetDeviceDiscovery, listing="list_device_discoveries",
        mark="AccountAssociationId",
    ),
}  # fmt: skip
