"""Enumerations that both operations and events use. This module knows no request and no event."""

from iotmi._schema.enums import OpenEnum


class EventType(OpenEnum):
    """The type of an event that the service sends notifications about.

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
    """The progress of a device discovery."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"


class AssociationState(OpenEnum):
    """The progress of a link between an end user's account and a third party."""

    ASSOCIATION_IN_PROGRESS = "ASSOCIATION_IN_PROGRESS"
    ASSOCIATION_FAILED = "ASSOCIATION_FAILED"
    ASSOCIATION_SUCCEEDED = "ASSOCIATION_SUCCEEDED"
    ASSOCIATION_DELETING = "ASSOCIATION_DELETING"
    REFRESH_TOKEN_EXPIRED = "REFRESH_TOKEN_EXPIRED"


class OtaType(OpenEnum):
    """The targets of a task.

    ``ONE_TIME`` updates the things named as targets. ``CONTINUOUS`` also updates things that match
    its query later.
    """

    ONE_TIME = "ONE_TIME"
    CONTINUOUS = "CONTINUOUS"


class OtaStatus(OpenEnum):
    """The progress of a task."""

    IN_PROGRESS = "IN_PROGRESS"
    CANCELED = "CANCELED"
    COMPLETED = "COMPLETED"
    DELETION_IN_PROGRESS = "DELETION_IN_PROGRESS"
    SCHEDULED = "SCHEDULED"
