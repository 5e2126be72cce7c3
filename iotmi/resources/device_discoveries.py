"""Device discoveries: searches for devices near a hub or in a third party's cloud, and onboarding.

Owns the operations, the waiter and the complete onboarding flow. Does not know how a hub or a
connector searches.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._binding import Family, M, call, flow, paged
from iotmi._models.capabilities import DEVICE_TYPE
from iotmi._models.common import (
    ACCOUNT_ASSOCIATION_ID,
    AUTHENTICATION_MATERIAL,
    BRAND,
    CLIENT_TOKEN,
    CONNECTOR_ASSOCIATION_ID,
    CONNECTOR_DEVICE_ID,
    CONNECTOR_DEVICE_NAME,
    DEPRECATED_TAGS,
    DEVICE_DISCOVERY_ID,
    MANAGED_THING_ID,
    MAX_RESULTS,
    MODEL,
    NEXT_TOKEN,
)
from iotmi._models.events import DeviceDiscoveryStatus
from iotmi._models.managed_things import AuthenticationMaterialType, CreatedManagedThing, Role
from iotmi._sansio.steps import Steps, send, send_all_pages
from iotmi._sansio.waiter import wait_until
from iotmi._schema.enums import OpenEnum
from iotmi._schema.model import Listing, Request, model
from iotmi._schema.traits import SENSITIVE, Entries, Items, Size, Text
from iotmi.errors import IotmiError, ResponseError
from iotmi.resources.account_associations import RegisterAccountAssociation
from iotmi.resources.managed_things import CreateManagedThing
from iotmi.waiting import DEFAULT_POLL_INTERVAL, PollInterval


class DiscoveryType(OpenEnum):
    """The target of a discovery.

    ``ZIGBEE``, ``ZWAVE`` and ``CUSTOM`` search for devices near a hub. ``CLOUD`` searches a third
    party's cloud. ``CONTROLLER_CAPABILITY_REDISCOVERY`` reads the capabilities of known devices
    again.
    """

    ZWAVE = "ZWAVE"
    ZIGBEE = "ZIGBEE"
    CLOUD = "CLOUD"
    CUSTOM = "CUSTOM"
    CONTROLLER_CAPABILITY_REDISCOVERY = "CONTROLLER_CAPABILITY_REDISCOVERY"


class ProtocolType(OpenEnum):
    """The protocol of the devices whose capabilities a hub reads again."""

    ZWAVE = "ZWAVE"
    ZIGBEE = "ZIGBEE"
    CUSTOM = "CUSTOM"


class DiscoveryAuthMaterialType(OpenEnum):
    """The form of the authentication material of a discovery."""

    ZWAVE_INSTALL_CODE = "ZWAVE_INSTALL_CODE"


class DiscoveryModification(OpenEnum):
    """The change that a discovery found: a new device, an updated device, or no change."""

    DISCOVERED = "DISCOVERED"
    UPDATED = "UPDATED"
    NO_CHANGE = "NO_CHANGE"


DISCOVERY_AUTH_MATERIAL: Final = (Text(1, 64, r"[0-9A-Za-z_\-\+=\/:; ]+"), SENSITIVE)
CUSTOM_PROTOCOL_DETAIL_KEY: Final = Text(1, 256, r"[a-zA-Z0-9 _.-]+")
CUSTOM_PROTOCOL_DETAIL_VALUE: Final = Text(1, 512, r'[a-zA-Z0-9 _.{}:"-]+')
CUSTOM_PROTOCOL_DETAIL: Final = (
    Size(0, 50),
    Entries(CUSTOM_PROTOCOL_DETAIL_KEY, CUSTOM_PROTOCOL_DETAIL_VALUE),
)
CONNECTOR_DEVICE_IDS: Final = (Size(0, 100), Items(CONNECTOR_DEVICE_ID))


@model
class StartedDeviceDiscovery:
    """The id and start time of a new device discovery.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartDeviceDiscovery.html
    """

    id: Annotated[str, DEVICE_DISCOVERY_ID]
    started_at: datetime | None = None


@model
class StartDeviceDiscovery(Request[StartedDeviceDiscovery]):
    """Start a search for devices. The service stops the search after at most 15 minutes.

    Each `discovery_type` has its own required arguments.

    ``ZIGBEE`` and ``ZWAVE`` require `controller_identifier`. Z-Wave also accepts an install code.

    ``CUSTOM`` requires `controller_identifier` and a `custom_protocol_detail` with the key
    ``Name``.

    ``CLOUD`` requires `account_association_id`.

    ``CONTROLLER_CAPABILITY_REDISCOVERY`` requires `controller_identifier` and `protocol`.

    Args:
        discovery_type: target of the search.
        custom_protocol_detail: entries for the hub's protocol plugin, at most 50.
        controller_identifier: id of the hub that searches.
        connector_association_identifier: deprecated by the service; use `account_association_id`.
        account_association_id: id of the account association whose cloud is searched.
        authentication_material: Z-Wave install code, 1 to 64 characters; sensitive.
        authentication_material_type: form of the material.
        client_token: idempotency token, 1 to 64 characters; generated if None.
        tags: deprecated by the service.
        connector_device_id_list: the only devices to find in the cloud, at most 100; sensitive.
        protocol: protocol of the known devices.
        end_device_identifier: id of one known device; None for all devices of the protocol.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartDeviceDiscovery.html
    """

    discovery_type: DiscoveryType
    custom_protocol_detail: Annotated[Mapping[str, str], CUSTOM_PROTOCOL_DETAIL] | None = None
    controller_identifier: Annotated[str, MANAGED_THING_ID] | None = None
    connector_association_identifier: Annotated[str, CONNECTOR_ASSOCIATION_ID] | None = None
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None
    authentication_material: Annotated[str, DISCOVERY_AUTH_MATERIAL] | None = None
    authentication_material_type: DiscoveryAuthMaterialType | None = None
    client_token: Annotated[str, CLIENT_TOKEN] | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None
    connector_device_id_list: Annotated[Sequence[str], CONNECTOR_DEVICE_IDS] | None = None
    protocol: ProtocolType | None = None
    end_device_identifier: Annotated[str, MANAGED_THING_ID] | None = None


DEVICE_DISCOVERY_ARN: Final = Text(
    pattern=r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:device-discovery/[0-9a-zA-Z]+"
)


@model
class DeviceDiscovery:
    """A search for devices.

    Attributes:
        id: id of the discovery, 1 to 200 letters and digits.
        arn: Amazon Resource Name.
        discovery_type: target of the search.
        status: progress of the search.
        started_at: time of the start.
        controller_id: id of the hub that searches.
        connector_association_id: deprecated by the service; use `account_association_id`.
        account_association_id: id of the account association whose cloud is searched.
        finished_at: time of the end.
        tags: deprecated by the service; sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDeviceDiscovery.html
    """

    id: Annotated[str, DEVICE_DISCOVERY_ID]
    arn: Annotated[str, DEVICE_DISCOVERY_ARN]
    discovery_type: DiscoveryType
    status: DeviceDiscoveryStatus
    started_at: datetime
    controller_id: Annotated[str, MANAGED_THING_ID] | None = None
    connector_association_id: Annotated[str, CONNECTOR_ASSOCIATION_ID] | None = None
    account_association_id: Annotated[str, ACCOUNT_ASSOCIATION_ID] | None = None
    finished_at: datetime | None = None
    tags: Annotated[Mapping[str, str], DEPRECATED_TAGS] | None = None


@model
class GetDeviceDiscovery(Request[DeviceDiscovery]):
    """Return the device discovery with this id.

    Raises:
        ResourceNotFoundError: no device discovery has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDeviceDiscovery.html
    """

    identifier: Annotated[str, DEVICE_DISCOVERY_ID] = field(kw_only=False)


@model
class DeviceDiscoverySummary:
    """A device discovery as listed. `DeviceDiscovery` describes the members.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeviceDiscoverySummary.html
    """

    id: Annotated[str, DEVICE_DISCOVERY_ID]
    discovery_type: DiscoveryType | None = None
    status: DeviceDiscoveryStatus | None = None


@model
class ListDeviceDiscoveries(Listing[DeviceDiscoverySummary]):
    """Return a pager over the device discoveries that match every filter given.

    Args:
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.
        type_filter: target of the searches.
        status_filter: progress of the searches.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDeviceDiscoveries.html
    """

    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None
    type_filter: DiscoveryType | None = None
    status_filter: DeviceDiscoveryStatus | None = None


@model
class DiscoveredDeviceSummary:
    """A device that a discovery found.

    Attributes:
        connector_device_id: id of the device in the third-party cloud, for a cloud discovery;
            sensitive.
        connector_device_name: display name in the third-party cloud.
        device_types: Matter device types.
        managed_thing_id: id of the managed thing, if one exists for the device.
        modification: change that the discovery found.
        discovered_at: time of the discovery.
        brand: brand name; sensitive.
        model: model name; sensitive.
        authentication_material: material to create a managed thing with, for a device near a hub;
            sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DiscoveredDeviceSummary.html
    """

    connector_device_id: Annotated[str, CONNECTOR_DEVICE_ID] | None = None
    connector_device_name: Annotated[str, CONNECTOR_DEVICE_NAME] | None = None
    device_types: Sequence[Annotated[str, DEVICE_TYPE]] | None = None
    managed_thing_id: Annotated[str, MANAGED_THING_ID] | None = None
    modification: DiscoveryModification | None = None
    discovered_at: datetime | None = None
    brand: Annotated[str, BRAND] | None = None
    model: Annotated[str, MODEL] | None = None
    authentication_material: Annotated[str, AUTHENTICATION_MATERIAL] | None = None


@model
class ListDiscoveredDevices(Listing[DiscoveredDeviceSummary]):
    """Return a pager over the devices that a discovery found.

    Args:
        identifier: id of the discovery.
        next_token: token of the first page to request.
        max_results: items on one page, 1 to 1000.

    Raises:
        ResourceNotFoundError: no device discovery has this id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDiscoveredDevices.html
    """

    identifier: Annotated[str, DEVICE_DISCOVERY_ID] = field(kw_only=False)
    next_token: Annotated[str, NEXT_TOKEN] | None = None
    max_results: Annotated[int, MAX_RESULTS] | None = None


_FAILED: Final = frozenset({DeviceDiscoveryStatus.FAILED, DeviceDiscoveryStatus.TIMED_OUT})


def _until_finished(
    identifier: str, *, timeout: float = 900.0, pauses: PollInterval = DEFAULT_POLL_INTERVAL
) -> Steps[DeviceDiscovery]:
    """Wait until a device discovery has succeeded, and return the discovery.

    Args:
        identifier: id of the discovery.
        timeout: longest wait in seconds. The service itself stops a discovery after 900 seconds.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the discovery failed or timed out; `last_value` of the error is the
            discovery.
        WaitTimeoutError: the discovery did not end in time; `last_value` of the error is the
            discovery.
    """
    return wait_until(
        GetDeviceDiscovery(identifier),
        expected=f"device discovery {identifier} SUCCEEDED",
        is_success=lambda discovery: discovery.status == DeviceDiscoveryStatus.SUCCEEDED,
        is_failure=lambda discovery: discovery.status in _FAILED,
        timeout=timeout,
        poll_interval=pauses,
    )


def _is_new(device: DiscoveredDeviceSummary) -> bool:
    return device.managed_thing_id is None


def _onboard(
    start: StartDeviceDiscovery,
    *,
    choose: Callable[[DiscoveredDeviceSummary], bool] | None = None,
    role: Role = Role.DEVICE,
    complete: Callable[[CreateManagedThing, DiscoveredDeviceSummary], CreateManagedThing]
    | None = None,
    timeout: float = 900.0,
    pauses: PollInterval = DEFAULT_POLL_INTERVAL,
) -> Steps[tuple[CreatedManagedThing, ...]]:
    """Discover devices, create a managed thing for each device, and return the created things.

    A device of a third party's cloud is also registered with the account association of the
    discovery, because it cannot receive commands before.

    Args:
        start: discovery to start.
        choose: function that selects the devices to onboard; None selects devices without a managed
            thing.
        role: role of the created things.
        complete: function that returns the request to send, such as one with a name, given the
            prepared request and the device.
        timeout: longest wait in seconds for the discovery.
        pauses: how often to poll, a `PollInterval`.

    Raises:
        WaitFailedError: the discovery failed or timed out; nothing was created.
        WaitTimeoutError: the discovery did not end in time; nothing was created.
        ConstraintError: a device's id cannot be authentication material, for example because the id
            contains a dot; nothing was created.
        ServiceError: a request failed. A note on the error (``__notes__``) names the managed things
            that were created before.
    """
    started = yield from send(start)
    yield from _until_finished(started.id, timeout=timeout, pauses=pauses)
    devices = yield from send_all_pages(ListDiscoveredDevices(started.id))
    # Build all requests first: an invalid one must raise before anything is created.
    requests: list[CreateManagedThing] = []
    for device in filter(choose or _is_new, devices):
        request = CreateManagedThing(
            role=role,
            authentication_material=_material(device, started.id),
            authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
        )
        requests.append(complete(request, device) if complete else request)
    created: list[CreatedManagedThing] = []
    try:
        for request in requests:
            created.append((yield from send(request)))
            if start.account_association_id is not None:
                yield from send(
                    RegisterAccountAssociation(
                        managed_thing_id=created[-1].id,
                        account_association_id=start.account_association_id,
                        device_discovery_id=started.id,
                    )
                )
    except IotmiError as error:
        if created:
            error.add_note(
                f"managed things created before: {', '.join(thing.id for thing in created)}"
            )
        raise
    return tuple(created)


def _material(device: DiscoveredDeviceSummary, discovery: str) -> str:
    """Return the authentication material for *device*, found by *discovery*."""
    if device.authentication_material is not None:
        return device.authentication_material
    if device.connector_device_id is not None:
        return f"CLOUD:{discovery}:{device.connector_device_id}"
    raise ResponseError(
        "ListDiscoveredDevices: a device has no authentication material and no connector device id",
        operation="ListDiscoveredDevices",
        request_id=None,
        path="items.authentication_material",
    )


class DeviceDiscoveries(Family[M]):
    """Searches for devices near a hub or in a third party's cloud."""

    start: Final = call(StartDeviceDiscovery)
    get: Final = call(GetDeviceDiscovery)
    list: Final = paged(ListDeviceDiscoveries)
    list_devices: Final = paged(ListDiscoveredDevices)
    wait_until_finished: Final = flow(_until_finished)
    onboard: Final = flow(_onboard)
