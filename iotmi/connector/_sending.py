"""Results as connector events: ``SendConnectorEvent``.

Owns the pages of a discovery, and the split of states into events. Does not know how the functions
of a connector are called.

Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/send-connector-events.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

from iotmi._models.matter import MatterCluster, MatterEndpoint
from iotmi._schema.containers import JsonValue
from iotmi.capabilities import Capability, Command
from iotmi.capabilities.matter import MatterCommand, attribute_id, encode_command, encode_state
from iotmi.connector._errors import ConnectorError
from iotmi.connector._requests import DiscoverDevices, SendCommand
from iotmi.connector._responses import (
    OK,
    CommandResponse,
    DiscoveredDevice,
    Places,
    clean_message,
    status_of,
)
from iotmi.resources.cloud_connectors import ConnectorEventOperation, SendConnectorEvent

T = TypeVar("T")

MORE_FOLLOW: Final = 300
"""The status code of a page of devices that more pages follow."""

OPERATION_VERSION: Final = "1.0"
_MAX_CLUSTERS: Final = 5
_MAX_COMMANDS: Final = 5


def discovery_events(
    request: DiscoverDevices,
    devices: Iterable[DiscoveredDevice],
    page_size: int,
    user_id: str | None,
) -> Iterator[SendConnectorEvent]:
    """Yield the events of a discovery, one for each page of devices."""
    pages = _pages(devices, page_size)
    page: tuple[DiscoveredDevice, ...] | None = next(pages, ())
    while page is not None:
        following = next(pages, None)
        yield SendConnectorEvent(
            request.connector_id,
            user_id=user_id,
            operation=ConnectorEventOperation.DEVICE_DISCOVERY,
            operation_version=OPERATION_VERSION,
            status_code=OK if following is None else MORE_FOLLOW,
            message="devices discovered",
            device_discovery_id=request.device_discovery_id,
            devices=[each.device for each in page],
        )
        page = following


def _pages(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while page := tuple(islice(iterator, size)):
        yield page


def command_events(
    request: SendCommand, response: CommandResponse, user_id: str | None
) -> Iterator[SendConnectorEvent]:
    """Yield the events of a command: states that do not fit in its response, then the response.

    A response has one endpoint of up to five clusters, so `DEVICE_EVENT` carries other states.
    """
    home = request.commands[0].endpoint if request.commands else next(iter(response.states), "1")
    echoed = _echoes(request.commands, home)
    states = {place: _attributes(values) for place, values in response.states.items()}
    reported = states.pop(home, {})
    kept = tuple(dict.fromkeys([*echoed, *reported]))[:_MAX_CLUSTERS]
    left = {home: {each: held for each, held in reported.items() if each not in kept}, **states}
    yield from _state_events(request.connector_id, request.device_id, left, user_id)
    clusters = [
        MatterCluster(id=each, attributes=reported.get(each), commands=echoed.get(each))
        for each in kept
    ]
    yield SendConnectorEvent(
        request.connector_id,
        user_id=user_id,
        operation=ConnectorEventOperation.DEVICE_COMMAND_RESPONSE,
        operation_version=OPERATION_VERSION,
        status_code=response.status_code,
        message=clean_message(response.message),
        connector_device_id=request.device_id,
        trace_id=request.trace_id,
        matter_endpoint=MatterEndpoint(id=home, clusters=clusters) if clusters else None,
    )


def _echoes(
    commands: Sequence[Command | MatterCommand], endpoint: str
) -> dict[str, dict[str, JsonValue]]:
    """Return the commands of *endpoint* by cluster, which the guide's response repeats."""
    echoed: dict[str, dict[str, JsonValue]] = {}
    for command in commands:
        if command.endpoint != endpoint:
            continue
        matter = command if isinstance(command, MatterCommand) else encode_command(command)
        if matter.cluster_number is None or matter.command_number is None:
            continue
        held = echoed.setdefault(attribute_id(matter.cluster_number), {})
        if len(held) < _MAX_COMMANDS:
            held[matter.command] = dict(matter.fields)
    return echoed


def report_events(
    connector_id: str, device_id: str, places: Places, user_id: str | None
) -> Iterator[SendConnectorEvent]:
    """Yield the events that report states of a device, each with up to five clusters."""
    states = {place: _attributes(values) for place, values in places.items()}
    yield from _state_events(connector_id, device_id, states, user_id)


def _state_events(
    connector_id: str,
    device_id: str,
    states: Mapping[str, Mapping[str, Mapping[str, JsonValue]]],
    user_id: str | None,
) -> Iterator[SendConnectorEvent]:
    for endpoint, clusters in states.items():
        for part in _pages(clusters.items(), _MAX_CLUSTERS):
            yield SendConnectorEvent(
                connector_id,
                user_id=user_id,
                operation=ConnectorEventOperation.DEVICE_EVENT,
                operation_version=OPERATION_VERSION,
                status_code=OK,
                connector_device_id=device_id,
                matter_endpoint=MatterEndpoint(
                    id=endpoint,
                    clusters=[
                        MatterCluster(id=cluster, attributes=attributes)
                        for cluster, attributes in part
                    ],
                ),
            )


def _attributes(values: Iterable[Capability]) -> dict[str, dict[str, JsonValue]]:
    """Return the attributes of *values* by cluster, without clusters that have none."""
    clusters: dict[str, dict[str, JsonValue]] = {}
    for value in values:
        attributes = encode_state(value)
        if attributes:
            clusters.setdefault(attribute_id(value.number), {}).update(attributes)
    return clusters


def error_event(
    request: DiscoverDevices | SendCommand, error: ConnectorError, user_id: str | None
) -> SendConnectorEvent:
    """Return the event for a request that failed after its response."""
    message = clean_message(error.message)
    if isinstance(request, DiscoverDevices):
        return SendConnectorEvent(
            request.connector_id,
            user_id=user_id,
            operation=ConnectorEventOperation.DEVICE_DISCOVERY,
            operation_version=OPERATION_VERSION,
            status_code=status_of(error),
            message=message,
            device_discovery_id=request.device_discovery_id,
            devices=(),
        )
    return SendConnectorEvent(
        request.connector_id,
        user_id=user_id,
        operation=ConnectorEventOperation.DEVICE_COMMAND_RESPONSE,
        operation_version=OPERATION_VERSION,
        status_code=status_of(error),
        message=message,
        connector_device_id=request.device_id,
        trace_id=request.trace_id,
    )
