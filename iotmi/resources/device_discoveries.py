"""Device discoveries: searches for devices, by a hub around it or in a third party's cloud."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from attrs import field

from iotmi._bind import Family, M, call, flow, paged
from iotmi._constraints import SENSITIVE, Size, Text
from iotmi._enums import OpenEnum
from iotmi._flow import Flow, ask, ask_all
from iotmi._model import Listing, Request, model
from iotmi.errors import IotmiError, ResponseError
from iotmi.resources._capabilities import DeviceType
from iotmi.resources._event_values import DeviceDiscoveryStatus
from iotmi.resources._managed_thing_values import (
    AuthenticationMaterialType,
    CreatedManagedThing,
    Role,
)
from iotmi.resources._shared import (
    AccountAssociationId,
    AuthenticationMaterial,
    Brand,
    ClientToken,
    ConnectorAssociationId,
    ConnectorDeviceId,
    ConnectorDeviceName,
    DeprecatedTagMap,
    DeviceDiscoveryId,
    ManagedThingId,
    MaxResults,
    Model,
    NextToken,
)
from iotmi.resources.account_associations import RegisterAccountAssociation
from iotmi.resources.managed_things import CreateManagedThing
from iotmi.waiting import DEFAULT_PAUSES, Pauses, until


class DiscoveryType(OpenEnum):
    """What is searched: a radio network, a custom protocol's, a cloud; or known devices anew."""

    ZWAVE = "ZWAVE"
    ZIGBEE = "ZIGBEE"
    CLOUD = "CLOUD"
    CUSTOM = "CUSTOM"
    CONTROLLER_CAPABILITY_REDISCOVERY = "CONTROLLER_CAPABILITY_REDISCOVERY"


class ProtocolType(OpenEnum):
    """Whose devices a hub asks anew for their capabilities."""

    ZWAVE = "ZWAVE"
    ZIGBEE = "ZIGBEE"
    CUSTOM = "CUSTOM"


class DiscoveryAuthMaterialType(OpenEnum):
    """What the authentication material of a discovery is."""

    ZWAVE_INSTALL_CODE = "ZWAVE_INSTALL_CODE"


class DiscoveryModification(OpenEnum):
    """What a discovery found of a device: the device itself, a change, or nothing new."""

    DISCOVERED = "DISCOVERED"
    UPDATED = "UPDATED"
    NO_CHANGE = "NO_CHANGE"


DiscoveryAuthMaterial = Annotated[str, Text(1, 64, r"[0-9A-Za-z_\-\+=\/:; ]+"), SENSITIVE]
CustomProtocolDetailKey = Annotated[str, Text(1, 256, r"[a-zA-Z0-9 _.-]+")]
CustomProtocolDetailValue = Annotated[str, Text(1, 512, r'[a-zA-Z0-9 _.{}:"-]+')]
CustomProtocolDetail = Annotated[
    Mapping[CustomProtocolDetailKey, CustomProtocolDetailValue], Size(0, 50)
]
ConnectorDeviceIdList = Annotated[Sequence[ConnectorDeviceId], Size(0, 100)]


@model
class StartedDeviceDiscovery:
    """What a start tells of the new discovery.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartDeviceDiscovery.html
    """

    id: DeviceDiscoveryId
    started_at: datetime | None = None


@model
class StartDeviceDiscovery(Request[StartedDeviceDiscovery]):
    """Start to look for devices. It ends by itself, after 15 minutes at most.

    What to give beside `discovery_type`, by type: ``ZIGBEE`` and ``ZWAVE`` take
    `controller_identifier`, the hub, and Z-Wave may take an install code as
    `authentication_material`; ``CUSTOM`` takes the hub and a `custom_protocol_detail` with the key
    ``Name``; ``CLOUD`` takes `account_association_id`, and finds only what is in
    `connector_device_id_list` where that is given; ``CONTROLLER_CAPABILITY_REDISCOVERY`` takes the
    hub, `protocol`, and `end_device_identifier` for one device only. Limits: up to 100 connector
    device ids. `tags` and `connector_association_identifier` are deprecated by the service.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_StartDeviceDiscovery.html
    """

    discovery_type: DiscoveryType
    custom_protocol_detail: CustomProtocolDetail | None = None
    controller_identifier: ManagedThingId | None = None
    connector_association_identifier: ConnectorAssociationId | None = None
    account_association_id: AccountAssociationId | None = None
    authentication_material: DiscoveryAuthMaterial | None = None
    authentication_material_type: DiscoveryAuthMaterialType | None = None
    client_token: ClientToken | None = None
    tags: DeprecatedTagMap | None = None
    connector_device_id_list: ConnectorDeviceIdList | None = None
    protocol: ProtocolType | None = None
    end_device_identifier: ManagedThingId | None = None


DeviceDiscoveryArn = Annotated[
    str,
    Text(
        pattern=r"arn:aws:iotmanagedintegrations:[0-9a-zA-Z-]+:[0-9]+:device-discovery/[0-9a-zA-Z]+"
    ),
]


@model
class DeviceDiscovery:
    """A search for devices.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDeviceDiscovery.html
    """

    id: DeviceDiscoveryId
    arn: DeviceDiscoveryArn
    discovery_type: DiscoveryType
    status: DeviceDiscoveryStatus
    started_at: datetime
    controller_id: ManagedThingId | None = None
    connector_association_id: ConnectorAssociationId | None = None
    account_association_id: AccountAssociationId | None = None
    finished_at: datetime | None = None
    tags: DeprecatedTagMap | None = None


@model
class GetDeviceDiscovery(Request[DeviceDiscovery]):
    """One device discovery, by id.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_GetDeviceDiscovery.html
    """

    identifier: DeviceDiscoveryId = field(kw_only=False)


@model
class DeviceDiscoverySummary:
    """What a listing tells of a device discovery.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DeviceDiscoverySummary.html
    """

    id: DeviceDiscoveryId
    discovery_type: DiscoveryType | None = None
    status: DeviceDiscoveryStatus | None = None


@model
class ListDeviceDiscoveries(Listing[DeviceDiscoverySummary]):
    """Device discoveries, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDeviceDiscoveries.html
    """

    next_token: NextToken | None = None
    max_results: MaxResults | None = None
    type_filter: DiscoveryType | None = None
    status_filter: DeviceDiscoveryStatus | None = None


@model
class DiscoveredDeviceSummary:
    """A device that a discovery has found.

    A device behind a hub comes with `authentication_material`, one of a cloud with
    `connector_device_id`. `managed_thing_id` tells that it is a managed thing already. Id, brand,
    model and material are sensitive.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_DiscoveredDeviceSummary.html
    """

    connector_device_id: ConnectorDeviceId | None = None
    connector_device_name: ConnectorDeviceName | None = None
    device_types: Sequence[DeviceType] | None = None
    managed_thing_id: ManagedThingId | None = None
    modification: DiscoveryModification | None = None
    discovered_at: datetime | None = None
    brand: Brand | None = None
    model: Model | None = None
    authentication_material: AuthenticationMaterial | None = None


@model
class ListDiscoveredDevices(Listing[DiscoveredDeviceSummary]):
    """The devices that a discovery has found, page by page as they are asked for.

    Source: https://docs.aws.amazon.com/iot-mi/latest/APIReference/API_ListDiscoveredDevices.html
    """

    identifier: DeviceDiscoveryId = field(kw_only=False)
    next_token: NextToken | None = None
    max_results: MaxResults | None = None


_UNFINISHABLE: Final = frozenset({DeviceDiscoveryStatus.FAILED, DeviceDiscoveryStatus.TIMED_OUT})


def _until_finished(
    identifier: str, *, timeout: float = 900.0, pauses: Pauses = DEFAULT_PAUSES
) -> Flow[DeviceDiscovery]:
    """Wait until a device discovery has succeeded, and give it.

    Args:
        identifier: the discovery's id.
        timeout: seconds to wait at most; the service gives up after 900 itself.
        pauses: how often to look.

    Raises:
        WaitFailedError: it failed or timed out at the service; the error's ``value`` is the
            discovery.
        WaitTimeoutError: it had not ended in time; the error's ``value`` is the discovery.
    """
    return until(
        GetDeviceDiscovery(identifier),
        hoped=f"device discovery {identifier} SUCCEEDED",
        is_reached=lambda discovery: discovery.status == DeviceDiscoveryStatus.SUCCEEDED,
        is_lost=lambda discovery: discovery.status in _UNFINISHABLE,
        timeout=timeout,
        pauses=pauses,
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
    pauses: Pauses = DEFAULT_PAUSES,
) -> Flow[tuple[CreatedManagedThing, ...]]:
    """Look for devices, and make a managed thing of each one found; give what was made.

    A device of a cloud is also registered with the account association that it was found through,
    for it cannot be commanded before.

    Args:
        start: how to look.
        choose: whether to make a managed thing of a device; None for those that are none yet.
        role: what the devices are.
        complete: makes of the request for a managed thing another that says more of it, such as
            its name; given the request and the device.
        timeout: seconds to wait for the discovery at most.
        pauses: how often to look.

    Raises:
        WaitFailedError, WaitTimeoutError: the discovery did not succeed, and nothing was made; the
            error's ``value`` is the discovery.
        ConstraintError: what a device was found by cannot be its authentication material, such as a
            connector device id with a dot in it; nothing was made.
        ServiceError: of the request that failed. A note on the error (``__notes__``) names the
            managed things that were made before.
    """
    started = yield from ask(start)
    yield from _until_finished(started.id, timeout=timeout, pauses=pauses)
    devices = yield from ask_all(ListDiscoveredDevices(started.id))
    # All requests first: one that cannot be built is found out before anything is made.
    requests: list[CreateManagedThing] = []
    for device in filter(choose or _is_new, devices):
        request = CreateManagedThing(
            role=role,
            authentication_material=_material(device, started.id),
            authentication_material_type=AuthenticationMaterialType.DISCOVERED_DEVICE,
        )
        requests.append(complete(request, device) if complete else request)
    made: list[CreatedManagedThing] = []
    try:
        for request in requests:
            made.append((yield from ask(request)))
            if start.account_association_id is not None:
                yield from ask(
                    RegisterAccountAssociation(
                        managed_thing_id=made[-1].id,
                        account_association_id=start.account_association_id,
                        device_discovery_id=started.id,
                    )
                )
    except IotmiError as error:
        if made:
            error.add_note(f"managed things made before: {', '.join(thing.id for thing in made)}")
        raise
    return tuple(made)


def _material(device: DiscoveredDeviceSummary, discovery: str) -> str:
    """What proves to the service that it found *device* in *discovery*."""
    if device.authentication_material is not None:
        return device.authentication_material
    if device.connector_device_id is not None:
        return f"CLOUD:{discovery}:{device.connector_device_id}"
    raise ResponseError(
        "ListDiscoveredDevices: a device came with nothing to make a managed thing from",
        operation="ListDiscoveredDevices",
        request_id=None,
        path="items.authentication_material",
    )


class DeviceDiscoveries(Family[M]):
    """Searches for devices, by a hub around it or in a third party's cloud."""

    start: Final = call(StartDeviceDiscovery)
    """Start to look for devices. It ends by itself, after 15 minutes at most."""
    get: Final = call(GetDeviceDiscovery)
    """One device discovery, by id."""
    list: Final = paged(ListDeviceDiscoveries)
    """Device discoveries, page by page as they are asked for."""
    list_devices: Final = paged(ListDiscoveredDevices)
    """The devices that a discovery has found, page by page as they are asked for."""
    wait_until_finished: Final = flow(_until_finished)
    """Wait until a device discovery has succeeded, and give it."""
    onboard: Final = flow(_onboard)
    """Look for devices, and make a managed thing of each one found; give what was made."""
