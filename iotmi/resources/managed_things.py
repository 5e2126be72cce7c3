"""Managed things: hubs and devices."""

from typing import Final

from attrs import field

from iotmi._bind import Family, M, call, flow, paged
from iotmi._flow import Flow, ask, ask_all
from iotmi._model import Listing, Request, model
from iotmi.errors import ResourceNotFoundError
from iotmi.resources._capabilities import (
    CapabilityReport,
    CapabilitySchemas,
)
from iotmi.resources._commands import SendManagedThingCommand, run_command
from iotmi.resources._managed_thing_values import (
    AuthenticationMaterialType,
    Capabilities,
    CapabilityId,
    CreatedManagedThing,
    HubNetworkMode,
    ManagedThing,
    ManagedThingCapabilities,
    ManagedThingCertificate,
    ManagedThingConnectivityData,
    ManagedThingMetaData,
    ManagedThingSchemaListItem,
    ManagedThingState,
    ManagedThingSummary,
    ProvisioningStatus,
    Role,
    WiFiSimpleSetup,
)
from iotmi.resources._shared import (
    AuthenticationMaterial,
    Brand,
    Classification,
    ClientToken,
    ConnectorDestinationId,
    ConnectorDeviceId,
    ConnectorPolicyId,
    CredentialLockerId,
    EndpointId,
    ManagedThingId,
    MaxResults,
    Metadata,
    Model,
    Name,
    NextToken,
    Owner,
    ParentControllerId,
    SerialNumber,
    TagMap,
)
from iotmi.waiting import DEFAULT_PAUSES, Pauses, until, until_gone


@model
class GetManagedThing(Request[ManagedThing]):
    """One managed thing, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThing.html
    """

    identifier: ManagedThingId = field(kw_only=False)


@model
class CreateManagedThing(Request[CreatedManagedThing]):
    """Make a managed thing: a hub, or a device.

    `authentication_material` is what tells that the device is yours: the text of its bar code, or
    what a discovery found. Limits: 1 to 512 characters of it, without dots, apostrophes or square
    brackets; a report has up to 40 endpoints of 40 capabilities; up to 50 tags, and up to 50
    metadata entries of at most 800 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateManagedThing.html
    """

    role: Role
    owner: Owner | None = None
    credential_locker_id: CredentialLockerId | None = None
    authentication_material: AuthenticationMaterial
    authentication_material_type: AuthenticationMaterialType
    wifi_simple_setup_configuration: WiFiSimpleSetup | None = None
    serial_number: SerialNumber | None = None
    brand: Brand | None = None
    model: Model | None = None
    name: Name | None = None
    capability_report: CapabilityReport | None = None
    capability_schemas: CapabilitySchemas | None = None
    capabilities: Capabilities | None = None
    client_token: ClientToken | None = None
    classification: Classification | None = None
    tags: TagMap | None = None
    metadata: Metadata | None = None


@model
class ListManagedThings(Listing[ManagedThingSummary]):
    """Managed things, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThings.html
    """

    owner_filter: Owner | None = None
    credential_locker_filter: CredentialLockerId | None = None
    role_filter: Role | None = None
    parent_controller_identifier_filter: ParentControllerId | None = None
    connector_policy_id_filter: ConnectorPolicyId | None = None
    connector_destination_id_filter: ConnectorDestinationId | None = None
    connector_device_id_filter: ConnectorDeviceId | None = None
    serial_number_filter: SerialNumber | None = None
    provisioning_status_filter: ProvisioningStatus | None = None
    next_token: NextToken | None = None
    max_results: MaxResults | None = None


@model
class UpdateManagedThing(Request[None]):
    """Change members of a managed thing. What is not given stays as it is.

    Role and authentication material cannot be changed.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateManagedThing.html
    """

    identifier: ManagedThingId = field(kw_only=False)
    owner: Owner | None = None
    credential_locker_id: CredentialLockerId | None = None
    serial_number: SerialNumber | None = None
    wifi_simple_setup_configuration: WiFiSimpleSetup | None = None
    brand: Brand | None = None
    model: Model | None = None
    name: Name | None = None
    capability_report: CapabilityReport | None = None
    capability_schemas: CapabilitySchemas | None = None
    capabilities: Capabilities | None = None
    classification: Classification | None = None
    hub_network_mode: HubNetworkMode | None = None
    metadata: Metadata | None = None


@model
class DeleteManagedThing(Request[None]):
    """Delete a managed thing.

    Deletion takes time for hubs and the devices behind them: `wait_until_deleted` waits for it.
    `force` removes a thing in the cloud at once, for a hub that will not come back.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteManagedThing.html
    """

    identifier: ManagedThingId = field(kw_only=False)
    force: bool | None = None


@model
class GetManagedThingCapabilities(Request[ManagedThingCapabilities]):
    """The capabilities of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCapabilities.html
    """

    identifier: ManagedThingId = field(kw_only=False)


@model
class GetManagedThingCertificate(Request[ManagedThingCertificate]):
    """The certificate of a managed thing, in PEM.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCertificate.html
    """

    identifier: ManagedThingId = field(kw_only=False)


@model
class GetManagedThingConnectivityData(Request[ManagedThingConnectivityData]):
    """Whether a managed thing is connected.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingConnectivityData.html
    """

    identifier: ManagedThingId = field(kw_only=False)


@model
class GetManagedThingMetaData(Request[ManagedThingMetaData]):
    """The metadata of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingMetaData.html
    """

    identifier: ManagedThingId = field(kw_only=False)


@model
class GetManagedThingState(Request[ManagedThingState]):
    """The last reported state of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingState.html
    """

    managed_thing_id: ManagedThingId = field(kw_only=False)


@model
class ListManagedThingSchemas(Listing[ManagedThingSchemaListItem]):
    """The schemas of a managed thing's capabilities, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThingSchemas.html
    """

    identifier: ManagedThingId = field(kw_only=False)
    endpoint_id_filter: EndpointId | None = None
    capability_id_filter: CapabilityId | None = None
    next_token: NextToken | None = None
    max_results: MaxResults | None = None


_GOING = frozenset({ProvisioningStatus.DELETE_IN_PROGRESS, ProvisioningStatus.DELETED})


def _until_activated(
    identifier: str, *, timeout: float = 300.0, pauses: Pauses = DEFAULT_PAUSES
) -> Flow[ManagedThing]:
    """Wait until a managed thing can be commanded, and give it.

    Args:
        identifier: the managed thing's id.
        timeout: seconds to wait at most.
        pauses: how often to look.

    Raises:
        WaitFailedError: it is being deleted; the error's ``value`` is the thing.
        WaitTimeoutError: it was not activated in time; the error's ``value`` is the thing.
    """
    return until(
        GetManagedThing(identifier),
        hoped=f"managed thing {identifier} ACTIVATED",
        is_reached=lambda thing: thing.provisioning_status == ProvisioningStatus.ACTIVATED,
        is_lost=lambda thing: thing.provisioning_status in _GOING,
        timeout=timeout,
        pauses=pauses,
    )


def _until_deleted(
    identifier: str, *, timeout: float = 300.0, pauses: Pauses = DEFAULT_PAUSES
) -> Flow[None]:
    """Wait until a managed thing that is being deleted is gone.

    A hub that is offline stays in deletion until it comes back; deleting it with ``force=True``
    removes it at once.

    Args:
        identifier: the managed thing's id.
        timeout: seconds to wait at most.
        pauses: how often to look.

    Raises:
        WaitFailedError: the deletion failed; the error's ``value`` is the thing.
        WaitTimeoutError: it was not gone in time; the error's ``value`` is the thing.
    """
    return until_gone(
        GetManagedThing(identifier),
        hoped=f"managed thing {identifier} deleted",
        is_gone=lambda thing: thing.provisioning_status == ProvisioningStatus.DELETED,
        is_lost=lambda thing: thing.provisioning_status == ProvisioningStatus.DELETION_FAILED,
        timeout=timeout,
        pauses=pauses,
    )


def _retire(
    identifier: str,
    *,
    force: bool = False,
    timeout: float = 300.0,
    pauses: Pauses = DEFAULT_PAUSES,
) -> Flow[None]:
    """Delete a hub with all devices behind it, and wait until they are gone.

    The devices go first, for a hub leaves only when it has none. What was begun and failed can be
    begun again: what is being deleted already is waited for.

    Args:
        identifier: the hub's id.
        force: remove them in the cloud at once, for a hub that will not come back.
        timeout: seconds to wait at most for each of them.
        pauses: how often to look.

    Raises:
        WaitFailedError: a deletion failed; the error's ``value`` is the thing.
        WaitTimeoutError: a thing was not gone in time; the error's ``value`` is the thing.
    """
    # Asked for first, so that an id that is none ends before anything is deleted.
    hub = yield from ask(GetManagedThing(identifier))
    devices = yield from ask_all(ListManagedThings(parent_controller_identifier_filter=identifier))
    for device in devices:
        yield from _begin_deletion(device, force=force)
    for device in devices:
        yield from _until_deleted(device.id, timeout=timeout, pauses=pauses)
    yield from _begin_deletion(hub, force=force)
    yield from _until_deleted(identifier, timeout=timeout, pauses=pauses)


def _begin_deletion(thing: ManagedThing | ManagedThingSummary, *, force: bool) -> Flow[None]:
    if thing.provisioning_status in _GOING and not force:
        return
    try:
        yield from ask(DeleteManagedThing(thing.id, force=force))
    except ResourceNotFoundError:
        return


class ManagedThings(Family[M]):
    """Hubs and devices."""

    create: Final = call(CreateManagedThing)
    """Make a managed thing: a hub, or a device."""
    get: Final = call(GetManagedThing)
    """One managed thing, by id."""
    list: Final = paged(ListManagedThings)
    """Managed things, page by page as they are asked for."""
    update: Final = call(UpdateManagedThing)
    """Change members of a managed thing. What is not given stays as it is."""
    delete: Final = call(DeleteManagedThing)
    """Delete a managed thing."""
    get_capabilities: Final = call(GetManagedThingCapabilities)
    """The capabilities of a managed thing."""
    get_certificate: Final = call(GetManagedThingCertificate)
    """The certificate of a managed thing, in PEM."""
    get_connectivity_data: Final = call(GetManagedThingConnectivityData)
    """Whether a managed thing is connected."""
    get_metadata: Final = call(GetManagedThingMetaData)
    """The metadata of a managed thing."""
    get_state: Final = call(GetManagedThingState)
    """The last reported state of a managed thing."""
    list_schemas: Final = paged(ListManagedThingSchemas)
    """The schemas of a managed thing's capabilities, page by page as they are asked for."""
    send_command: Final = call(SendManagedThingCommand)
    """Send a command to a managed thing. Its outcome comes as a notification, not here."""
    run_command: Final = flow(run_command)
    """Send a command to a managed thing, and wait for the event with its result."""
    wait_until_activated: Final = flow(_until_activated)
    """Wait until a managed thing can be commanded, and give it."""
    wait_until_deleted: Final = flow(_until_deleted)
    """Wait until a managed thing that is being deleted is gone."""
    retire: Final = flow(_retire)
    """Delete a hub with all devices behind it, and wait until they are gone."""
