"""Managed things: the operations on hubs and devices, their waiters, and the removal of a hub."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.capabilities import CapabilityReport, CapabilitySchemaItem
from iotmi._models.common import (
    AUTHENTICATION_MATERIAL,
    BRAND,
    CLASSIFICATION,
    CLIENT_TOKEN,
    CONNECTOR_DESTINATION_ID,
    CONNECTOR_DEVICE_ID,
    CONNECTOR_POLICY_ID,
    CREDENTIAL_LOCKER_ID,
    ENDPOINT_ID,
    MANAGED_THING_ID,
    MAX_RESULTS,
    METADATA,
    MODEL,
    NAME,
    NEXT_TOKEN,
    OWNER,
    PARENT_CONTROLLER_ID,
    SERIAL_NUMBER,
    TAGS,
)
from iotmi._models.managed_things import (
    CAPABILITIES,
    CAPABILITY_ID,
    WSS,
    AuthenticationMaterialType,
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
    WiFiSimpleSetupConfiguration,
)
from iotmi._sansio.steps import Steps, send, send_all_pages
from iotmi._sansio.waiter import wait_until, wait_until_deleted
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import Size
from iotmi.errors import ResourceNotFoundError
from iotmi.resources._commands import SendManagedThingCommand, control, run_command
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval


@model
class GetManagedThing(Request[ManagedThing]):
    """Return the managed thing with this id.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThing.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class CreateManagedThing(Request[CreatedManagedThing]):
    """Create a managed thing: a hub or a device.

    `authentication_material` proves that the device is yours. The text of a bar code identifies a
    device before it is connected. The result of a discovery identifies a device that was found.

    Args:
        role: ``CONTROLLER`` for a hub, ``DEVICE`` for a device.
        owner: application-defined owner, such as an end user's id, 1 to 64 characters; sensitive.
        credential_locker_id: credential locker that a hub and its devices share.
        authentication_material: text of a bar code or discovery result, 1 to 512 characters without
            dots, apostrophes and square brackets; sensitive.
        authentication_material_type: form of the material.
        wifi_simple_setup_configuration: role in Wi-Fi simple setup.
        serial_number: 1 to 128 letters, digits, hyphens, underscores and spaces; sensitive.
        brand: brand name, same characters as `serial_number`; sensitive.
        model: model name, same characters as `serial_number`; sensitive.
        name: display name, 1 to 128 characters.
        capability_report: capabilities of the device, at most 40 endpoints with 40 capabilities
            each.
        capability_schemas: schemas of custom capabilities, at most 40.
        capabilities: deprecated by the service; use `capability_report`.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        classification: application-defined category, 1 to 64 characters; sensitive.
        tags: AWS tags, 1 to 50; sensitive.
        metadata: application-defined entries, 1 to 50, with values of at most 800 characters.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_CreateManagedThing.html
    """

    role: Role
    owner: Annotated[str, OWNER] | None = None
    credential_locker_id: Annotated[str, CREDENTIAL_LOCKER_ID] | None = None
    authentication_material: Annotated[str, AUTHENTICATION_MATERIAL]
    authentication_material_type: AuthenticationMaterialType
    wifi_simple_setup_configuration: Annotated[WiFiSimpleSetupConfiguration, WSS] | None = None
    serial_number: Annotated[str, SERIAL_NUMBER] | None = None
    brand: Annotated[str, BRAND] | None = None
    model: Annotated[str, MODEL] | None = None
    name: Annotated[str, NAME] | None = None
    capability_report: CapabilityReport | None = None
    capability_schemas: Annotated[Sequence[CapabilitySchemaItem], Size(0, 40)] | None = None
    capabilities: Annotated[str, CAPABILITIES] | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    classification: Annotated[str, CLASSIFICATION] | None = None
    tags: Annotated[Mapping[str, str], TAGS] | None = None
    metadata: Annotated[Mapping[str, str], METADATA] | None = None


@model
class ListManagedThings(Listing[ManagedThingSummary]):
    """Return a pager over the managed things that match every filter given.

    Args:
        owner_filter: owner of the things; sensitive.
        credential_locker_filter: id of their credential locker.
        role_filter: hubs or devices.
        parent_controller_identifier_filter: id of the hub that controls them.
        connector_policy_id_filter: deprecated by the service.
        connector_destination_id_filter: id of their connector destination.
        connector_device_id_filter: id of a device in a third-party cloud; sensitive.
        serial_number_filter: serial number; sensitive.
        provisioning_status_filter: stage of the things.
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThings.html
    """

    owner_filter: Annotated[str, OWNER] | None = None
    credential_locker_filter: Annotated[str, CREDENTIAL_LOCKER_ID] | None = None
    role_filter: Role | None = None
    parent_controller_identifier_filter: Annotated[str, PARENT_CONTROLLER_ID] | None = None
    connector_policy_id_filter: Annotated[str, CONNECTOR_POLICY_ID] | None = None
    connector_destination_id_filter: Annotated[str, CONNECTOR_DESTINATION_ID] | None = None
    connector_device_id_filter: Annotated[str, CONNECTOR_DEVICE_ID] | None = None
    serial_number_filter: Annotated[str, SERIAL_NUMBER] | None = None
    provisioning_status_filter: ProvisioningStatus | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


@model
class UpdateManagedThing(Request[None]):
    """Update the given members of a managed thing. Members that are None stay unchanged.

    The role and the authentication material cannot be changed. `CreateManagedThing` describes the
    other members and their limits.

    Args:
        identifier: id of the managed thing.
        hub_network_mode: scope of Z-Wave exclusion, for a hub.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_UpdateManagedThing.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)
    owner: Annotated[str, OWNER] | None = None
    credential_locker_id: Annotated[str, CREDENTIAL_LOCKER_ID] | None = None
    serial_number: Annotated[str, SERIAL_NUMBER] | None = None
    wifi_simple_setup_configuration: Annotated[WiFiSimpleSetupConfiguration, WSS] | None = None
    brand: Annotated[str, BRAND] | None = None
    model: Annotated[str, MODEL] | None = None
    name: Annotated[str, NAME] | None = None
    capability_report: CapabilityReport | None = None
    capability_schemas: Annotated[Sequence[CapabilitySchemaItem], Size(0, 40)] | None = None
    capabilities: Annotated[str, CAPABILITIES] | None = None
    classification: Annotated[str, CLASSIFICATION] | None = None
    hub_network_mode: HubNetworkMode | None = None
    metadata: Annotated[Mapping[str, str], METADATA] | None = None


@model
class DeleteManagedThing(Request[None]):
    """Delete a managed thing.

    The service deletes hubs and the devices behind them asynchronously: `wait_until_deleted` polls
    until the deletion ends.

    Args:
        identifier: id of the managed thing.
        force: True to remove the thing from the cloud at once, for a hub or device that stays
            offline.

    Raises:
        ResourceNotFoundError: no managed thing has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeleteManagedThing.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)
    force: bool | None = None


@model
class GetManagedThingCapabilities(Request[ManagedThingCapabilities]):
    """Return the capabilities of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCapabilities.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class GetManagedThingCertificate(Request[ManagedThingCertificate]):
    """Return the certificate of a managed thing, in PEM.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingCertificate.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class GetManagedThingConnectivityData(Request[ManagedThingConnectivityData]):
    """Return the connectivity of a managed thing, and the reason of its last disconnection.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingConnectivityData.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class GetManagedThingMetaData(Request[ManagedThingMetaData]):
    """Return the metadata of a managed thing.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingMetaData.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class GetManagedThingState(Request[ManagedThingState]):
    """Return the last reported state of a managed thing.

    The service does not contact the device. Send a ``ReadState`` command to refresh the state.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetManagedThingState.html
    """

    managed_thing_id: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)


@model
class ListManagedThingSchemas(Listing[ManagedThingSchemaListItem]):
    """Return a pager over the schemas of the capabilities of a managed thing.

    Args:
        identifier: id of the managed thing.
        endpoint_id_filter: id of one endpoint.
        capability_id_filter: id of one capability, with or without a version.
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListManagedThingSchemas.html
    """

    identifier: Annotated[str, MANAGED_THING_ID] = field(kw_only=False)
    endpoint_id_filter: Annotated[str, ENDPOINT_ID] | None = None
    capability_id_filter: Annotated[str, CAPABILITY_ID] | None = None
    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


_DELETING = frozenset({ProvisioningStatus.DELETE_IN_PROGRESS, ProvisioningStatus.DELETED})


def _until_activated(
    identifier: str, *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[ManagedThing]:
    """Wait until a managed thing can receive commands, and return the managed thing.

    Args:
        identifier: id of the managed thing.
        timeout: longest wait in seconds.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the thing is being deleted; `last_value` of the error is the thing.
        WaitTimeoutError: the thing was not activated in time; `last_value` of the error is the
            thing.
    """
    return wait_until(
        GetManagedThing(identifier),
        expected=f"managed thing {identifier} ACTIVATED",
        is_success=lambda thing: thing.provisioning_status == ProvisioningStatus.ACTIVATED,
        is_failure=lambda thing: thing.provisioning_status in _DELETING,
        timeout=timeout,
        poll_interval=pauses,
    )


def _until_deleted(
    identifier: str, *, timeout: float = 300.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[None]:
    """Wait until the deletion of a managed thing ends.

    A hub that is offline stays in deletion until it reconnects. Delete it with ``force=True`` to
    remove it at once.

    Args:
        identifier: id of the managed thing.
        timeout: longest wait in seconds.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the deletion failed; `last_value` of the error is the thing.
        WaitTimeoutError: the deletion did not end in time; `last_value` of the error is the thing.
    """
    return wait_until_deleted(
        GetManagedThing(identifier),
        expected=f"managed thing {identifier} deleted",
        is_success=lambda thing: thing.provisioning_status == ProvisioningStatus.DELETED,
        is_failure=lambda thing: thing.provisioning_status == ProvisioningStatus.DELETION_FAILED,
        timeout=timeout,
        poll_interval=pauses,
    )


def _retire(
    identifier: str,
    *,
    force: bool = False,
    timeout: float = 300.0,
    pauses: PollInterval = DEFAULT_POLL_INTERVAL,
) -> Steps[None]:
    """Delete a hub with all devices behind it, and wait until the deletions end.

    The devices are deleted first, because the service does not delete a hub that has devices. The
    method can be called again after a failure: deletions in progress are waited for.

    Args:
        identifier: id of the hub.
        force: True to remove hub and devices from the cloud at once, for a hub that stays offline.
        timeout: longest wait in seconds for each deletion.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        ResourceNotFoundError: no managed thing has this id; nothing was deleted.
        WaitFailedError: a deletion failed; `last_value` of the error is the thing.
        WaitTimeoutError: a deletion did not end in time; `last_value` of the error is the thing.
    """
    # Read the hub first: an unknown id must raise before anything is deleted.
    hub = yield from send(GetManagedThing(identifier))
    devices = yield from send_all_pages(
        ListManagedThings(parent_controller_identifier_filter=identifier)
    )
    for device in devices:
        yield from _begin_deletion(device, force=force)
    for device in devices:
        yield from _until_deleted(device.id, timeout=timeout, pauses=pauses)
    yield from _begin_deletion(hub, force=force)
    yield from _until_deleted(identifier, timeout=timeout, pauses=pauses)


def _begin_deletion(thing: ManagedThing | ManagedThingSummary, *, force: bool) -> Steps[None]:
    if thing.provisioning_status in _DELETING and not force:
        return
    try:
        yield from send(DeleteManagedThing(thing.id, force=force))
    except ResourceNotFoundError:
        return


class ManagedThings(Family[M]):
    """Hubs and devices."""

    create: Final = call(CreateManagedThing)
    get: Final = call(GetManagedThing)
    list: Final = paged(ListManagedThings)
    update: Final = call(UpdateManagedThing)
    delete: Final = call(DeleteManagedThing)
    get_capabilities: Final = call(GetManagedThingCapabilities)
    get_certificate: Final = call(GetManagedThingCertificate)
    get_connectivity_data: Final = call(GetManagedThingConnectivityData)
    get_metadata: Final = call(GetManagedThingMetaData)
    get_state: Final = call(GetManagedThingState)
    list_schemas: Final = paged(ListManagedThingSchemas)
    send_command: Final = call(SendManagedThingCommand)
    control: Final = flow(control)
    run_command: Final = flow(run_command)
    wait_until_activated: Final = flow(_until_activated)
    wait_until_deleted: Final = flow(_until_deleted)
    retire: Final = flow(_retire)
