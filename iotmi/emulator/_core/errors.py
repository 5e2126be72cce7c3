"""Errors that the emulator raises, and errors that the emulated service returns.

`EmulatorError` and its subclasses reach the person who runs the emulator. A `ServiceFault` never
does: a handler raises it, and the dispatcher turns it into an error response. This module must not
know HTTP statuses, which come from botocore's model.
"""

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

VALIDATION: Final = "ValidationException"
CONFLICT: Final = "ConflictException"
NOT_FOUND: Final = "ResourceNotFoundException"
NOT_SERIALIZABLE: Final = "SerializationException"
UNKNOWN_OPERATION: Final = "UnknownOperationException"
NOT_IMPLEMENTED: Final = "NotImplementedException"


class EmulatorError(Exception):
    """A failure of the emulator itself, not a response of the emulated service."""


class EmulatorFileError(EmulatorError):
    """A file that is not an emulator's, is of another version, or cannot be opened."""


class EmulatorClosedError(EmulatorError):
    """A call after the emulator was closed."""


class WrongStatusError(ValueError):
    """A resource whose present status forbids an action."""


@frozen
class ServiceFault(Exception):  # noqa: N818 - a response of the service, not an error of the emulator
    """An error response of the emulated service, raised by handlers.

    Attributes:
        code: name of the error, such as ``ConflictException``.
        message: message for the caller, never with a value that the caller sent.
        resource_id: id of the missing resource, only with ``ResourceNotFoundException``.
        resource_type: type of the missing resource, only with ``ResourceNotFoundException``.
        headers: extra response headers.
    """

    code: str
    message: str
    resource_id: str | None = None
    resource_type: str | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])


def conflict(message: str) -> ServiceFault:
    """Return the fault for a request that the resource's present state forbids."""
    return ServiceFault(CONFLICT, message)


def not_found(message: str, resource_id: str, resource_type: str) -> ServiceFault:
    """Return the fault for a resource that does not exist."""
    return ServiceFault(NOT_FOUND, message, resource_id, resource_type)
