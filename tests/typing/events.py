# pyright: strict
"""The events as an application uses them. Read by type checkers and never run."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import assert_never, assert_type

from iotmi import (
    AsyncClient,
    Client,
    CommandEndpoint,
    EventType,
    JsonValue,
    ProvisioningStatus,
    events,
)


def every_event(event: events.Event) -> str:
    """A `match` over all classes is exhaustive."""
    match event:
        case events.DeviceCommandEvent(trace_id=trace_id):
            assert_type(trace_id, str | None)
            assert_type(event.succeeded, bool | None)
            return "command"
        case events.DeviceCommandRequestEvent():
            assert_type(event.endpoints, tuple[events.Endpoint, ...] | None)
            return "command request"
        case events.DeviceDiscoveryStatusEvent(error=error):
            assert_type(error, events.DeviceDiscoveryFailure | None)
            return "discovery"
        case events.DeviceReportEvent(arrived_at=arrived_at):
            assert_type(arrived_at, datetime | None)
            return "report"
        case events.DeviceLifecycleEvent(status=ProvisioningStatus.ACTIVATED):
            return "activated"
        case events.DeviceLifecycleEvent(status=status):
            assert_type(status, ProvisioningStatus | None)
            return "life cycle"
        case events.DeviceConnectionEvent(connected=connected):
            assert_type(connected, bool | None)
            return "connection"
        case events.DeviceStateEvent():
            for endpoint in event.endpoints or ():
                for capability in endpoint.capabilities or ():
                    for each in capability.properties or ():
                        assert_type(each.value, JsonValue)
            return "state"
        case events.DeviceOtaEvent():
            return "ota"
        case events.AccountAssociationEvent():
            return "association"
        case events.ConnectorErrorReportEvent(resource_ids=resource_ids):
            assert_type(resource_ids, tuple[str, ...] | None)
            return "connector error"
        case events.UnknownEvent(payload=payload):
            assert_type(payload, JsonValue)
            return "unknown"
        case _:
            assert_never(event)


def members_of_every_event(event: events.Event) -> None:
    """Attributes of all events need no narrowing."""
    assert_type(event.type, EventType)
    assert_type(event.timestamp, datetime | None)
    assert_type(event.raw, Mapping[str, JsonValue])


def sources(lambda_event: Mapping[str, object], stream: Iterator[bytes]) -> None:
    """Records come from any of the sources."""
    assert_type(events.parse(b""), events.Event)
    assert_type(events.records(lambda_event), Iterator[events.Record])
    for record in events.records(stream):
        assert_type(record.event, events.Event | None)
        assert_type(record.error, events.EventError | None)


handler = events.Handler(on_undecodable=print)


@handler.on(events.DeviceStateEvent)
def on_state(event: events.DeviceStateEvent) -> None: ...


@handler.on(events.DeviceStateEvent, events.DeviceReportEvent)
def on_either(
    event: events.DeviceStateEvent | events.DeviceReportEvent, record: events.Record
) -> int:
    return record.sub_sequence_number


@handler.on()
async def on_any(event: events.Event) -> None: ...


@handler.window
def count(state: dict[str, int], event: events.Event) -> dict[str, int]:
    return state | {event.type: 1}


def listening() -> None:
    """A blocking and an awaiting iterator of records."""
    assert_type(events.listen("home", checkpoints="file"), Iterator[events.Record])
    assert_type(events.listen_async("home", checkpoints="file"), AsyncIterator[events.Record])


def running(client: Client, endpoint: CommandEndpoint) -> None:
    """A command gives its result."""
    results = events.CommandResults()
    result = client.managed_things.run_command("id", endpoints=[endpoint], results=results)
    assert_type(result, events.DeviceCommandEvent)


async def running_asynchronously(client: AsyncClient, endpoint: CommandEndpoint) -> None:
    """The same for the other client."""
    results = events.CommandResults()
    result = await client.managed_things.run_command("id", endpoints=[endpoint], results=results)
    assert_type(result, events.DeviceCommandEvent)
