"""What the emulator raises, and what it answers when it refuses a request.

``EmulatorError`` and its kin reach the person who runs the emulator. A ``ServiceFault`` never
does: it is how a handler says "answer with this error". Nothing here knows HTTP statuses;
those are the model's.
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
    """The emulator itself cannot go on; not an answer of the emulated service."""


class EmulatorFileError(EmulatorError):
    """The file is not an emulator's, is one of another version, or cannot be opened."""


class EmulatorClosedError(EmulatorError):
    """The emulator was closed before this call."""


@frozen
class ServiceFault(Exception):  # noqa: N818 - an answer, and no error of ours
    """A request is to be answered with an error of the service.

    Attributes:
        code: The error's name, such as ``ConflictException``.
        message: What to tell the caller; never a value the caller sent.
        resource_id: Only with ``ResourceNotFoundException``.
        resource_type: Only with ``ResourceNotFoundException``.
        headers: Written beside the usual ones.
    """

    code: str
    message: str
    resource_id: str | None = None
    resource_type: str | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])


def conflict(message: str) -> ServiceFault:
    """The resource's present state forbids the request."""
    return ServiceFault(CONFLICT, message)


def not_found(message: str, resource_id: str, resource_type: str) -> ServiceFault:
    """There is no such resource."""
    return ServiceFault(NOT_FOUND, message, resource_id, resource_type)
