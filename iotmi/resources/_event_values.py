"""The enumerations that both the operations and the events of the service use.

This module knows neither a request nor an event.
"""

from iotmi._enums import OpenEnum


class EventType(OpenEnum):
    """What the service gives notice of.

    ``CONNECTOR_ASSOCIATION`` is deprecated by the service: use ``ACCOUNT_ASSOCIATION``.
    """

    DEVICE_COMMAND = "DEVICE_COMMAND"
    DEVICE_COMMAND_REQUEST = "DEVICE_COMMAND_REQUEST"
    DEVICE_DISCOVERY_STATUS = "DEVICE_DISCOVERY_STATUS"
    DEVICE_EVENT = "DEVICE_EVENT"
    DEVICE_LIFE_CYCLE = "DEVICE_LIFE_CYCLE"
    DEVICE_STATE = "DEVICE_STATE"
    DEVICE_OTA = "DEVICE_OTA"
    DEVICE_WSS = "DEVICE_WSS"
    CONNECTOR_ASSOCIATION = "CONNECTOR_ASSOCIATION"
    ACCOUNT_ASSOCIATION = "ACCOUNT_ASSOCIATION"
    CONNECTOR_ERROR_REPORT = "CONNECTOR_ERROR_REPORT"


class DeviceDiscoveryStatus(OpenEnum):
    """How far a discovery has come."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"


class AssociationState(OpenEnum):
    """How far the link between an account and a third party has come."""

    ASSOCIATION_IN_PROGRESS = "ASSOCIATION_IN_PROGRESS"
    ASSOCIATION_FAILED = "ASSOCIATION_FAILED"
    ASSOCIATION_SUCCEEDED = "ASSOCIATION_SUCCEEDED"
    ASSOCIATION_DELETING = "ASSOCIATION_DELETING"
    REFRESH_TOKEN_EXPIRED = "REFRESH_TOKEN_EXPIRED"


class OtaType(OpenEnum):
    """Which things a task updates.

    ``ONE_TIME`` updates the things that are its targets; ``CONTINUOUS`` also what comes to fit its
    query later.
    """

    ONE_TIME = "ONE_TIME"
    CONTINUOUS = "CONTINUOUS"


class OtaStatus(OpenEnum):
    """How far a task has come."""

    IN_PROGRESS = "IN_PROGRESS"
    CANCELED = "CANCELED"
    COMPLETED = "COMPLETED"
    DELETION_IN_PROGRESS = "DELETION_IN_PROGRESS"
    SCHEDULED = "SCHEDULED"
