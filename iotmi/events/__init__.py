"""Events that the service sends to Kinesis: decoding, dispatch and listening.

    from iotmi import events

    event = events.parse(data)

Decoding needs neither a client nor boto3. `listen` imports boto3 if no Kinesis client is given.
"""

from iotmi._models.events import EventType
from iotmi.errors import EventError
from iotmi.events._events import (
    AccountAssociationEvent,
    Capability,
    ConnectorErrorReportEvent,
    DeviceCommandEvent,
    DeviceCommandRequestEvent,
    DeviceConnectionEvent,
    DeviceDiscoveryFailure,
    DeviceDiscoveryStatusEvent,
    DeviceLifecycleEvent,
    DeviceOtaEvent,
    DeviceReportEvent,
    DeviceStateEvent,
    Endpoint,
    Event,
    Property,
    UnknownEvent,
)
from iotmi.events._handler import Handler
from iotmi.events._listening import listen, listen_async
from iotmi.events._parsing import parse
from iotmi.events._records import Record, records
from iotmi.events._results import CommandResults
from iotmi.events._windows import Window

__all__ = [
    "AccountAssociationEvent",
    "Capability",
    "CommandResults",
    "ConnectorErrorReportEvent",
    "DeviceCommandEvent",
    "DeviceCommandRequestEvent",
    "DeviceConnectionEvent",
    "DeviceDiscoveryFailure",
    "DeviceDiscoveryStatusEvent",
    "DeviceLifecycleEvent",
    "DeviceOtaEvent",
    "DeviceReportEvent",
    "DeviceStateEvent",
    "Endpoint",
    "Event",
    "EventError",
    "EventType",
    "Handler",
    "Property",
    "Record",
    "UnknownEvent",
    "Window",
    "listen",
    "listen_async",
    "parse",
    "records",
]
