# pyright: strict
"""Mistakes with events that type checkers must find, each on a line with an ``error`` mark."""

from iotmi import events
from typing_extensions import assert_never


def a_class_is_missing(event: events.Event) -> None:
    match event:
        case (
            events.DeviceCommandEvent()
            | events.DeviceCommandRequestEvent()
            | events.DeviceDiscoveryStatusEvent()
            | events.DeviceReportEvent()
            | events.DeviceLifecycleEvent()
            | events.DeviceConnectionEvent()
            | events.DeviceStateEvent()
            | events.DeviceOtaEvent()
            | events.AccountAssociationEvent()
            | events.ConnectorErrorReportEvent()
        ):
            pass
        case _:
            assert_never(event)  # error: UnknownEvent is left


def a_member_may_be_missing(event: events.DeviceCommandEvent) -> str:
    return event.trace_id  # error: None is possible


def an_event_cannot_be_changed(event: events.DeviceCommandEvent) -> None:
    event.trace_id = "t"  # error: frozen


handler = events.Handler()


def takes_a_report(event: events.DeviceReportEvent) -> None: ...


handler.on(events.DeviceStateEvent)(takes_a_report)  # error: takes another event
events.parse(5)  # error: neither text nor mapping
events.listen("home", checkpoints="file", start="newest")  # error: no such start
