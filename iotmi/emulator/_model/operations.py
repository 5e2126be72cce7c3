"""The operations of the service, read from botocore's service model.

Owns the reading of the model, and the match of an HTTP method and path to an operation. It must not
know any operation's behaviour.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from attrs import frozen
from botocore.model import ListShape, OperationModel, ServiceModel, StringShape, StructureShape

from iotmi._botocore.loader import SERVICE, shared_loader
from iotmi.emulator._core.errors import (
    NOT_IMPLEMENTED,
    NOT_SERIALIZABLE,
    UNKNOWN_OPERATION,
    VALIDATION,
    ServiceFault,
)

# Errors that the protocol or all AWS services have, and that no service model declares.
_COMMON_ERRORS: Final[Mapping[str, int]] = MappingProxyType(
    {
        NOT_SERIALIZABLE: 400,
        "MalformedHttpRequestException": 400,
        "ExpiredTokenException": 403,
        "IncompleteSignature": 403,
        "IncompleteSignatureException": 403,
        "InvalidSignatureException": 403,
        "MissingAuthenticationTokenException": 403,
        "UnrecognizedClientException": 403,
        UNKNOWN_OPERATION: 404,
        "RequestEntityTooLargeException": 413,
        "InternalFailure": 500,
        NOT_IMPLEMENTED: 501,
    }
)


@frozen
class Operation:
    """One operation of the service.

    Attributes:
        name: name, such as ``CreateManagedThing``.
        method: HTTP method.
        segments: parts of the path, with labels in braces.
        status: HTTP status of a success.
        input: shape of the parameters.
        output: shape of the response, or None if the response has no body.
        listed: member of the output with the items of a list, empty for other operations.
        invalid: name of the error for invalid parameters.
        errors: names of all errors that the operation may return.
    """

    name: str
    method: str
    segments: tuple[str, ...]
    status: int
    input: StructureShape
    output: StructureShape | None
    listed: str
    invalid: str
    errors: frozenset[str]

    def labels(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Return the values of the path's labels by name, or None if the path differs."""
        found: dict[str, str] = {}
        if len(parts) != len(self.segments):
            return None
        for segment, part in zip(self.segments, parts, strict=True):
            if segment.startswith("{"):
                if not part:
                    return None
                found[segment.strip("{}")] = unquote(part)
            elif segment != part:
                return None
        return found


NO_OPERATION: Final = Operation(
    name="",
    method="",
    segments=(),
    status=200,
    input=StructureShape("Nothing", {"type": "structure", "members": {}}),
    output=None,
    listed="",
    invalid=VALIDATION,
    errors=frozenset(),
)
"""A stand-in operation, for transitions and for calls of `Devices`."""


@frozen
class Service:
    """All operations by name, and the HTTP status of each error by name.

    Attributes:
        operations: operations by name.
        error_statuses: HTTP statuses by name of the error.
    """

    operations: Mapping[str, Operation]
    error_statuses: Mapping[str, int]

    @property
    def event_types(self) -> tuple[str, ...]:
        """The types of events that a notification configuration may name."""
        members = self.operations["CreateNotificationConfiguration"].input.members
        shape = members["EventType"]
        return tuple(shape.enum) if isinstance(shape, StringShape) else ()

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation of a method and an encoded path, and the values of its labels.

        Raises:
            ServiceFault: no operation has this method and path.
        """
        parts = tuple(path.removeprefix("/").split("/"))
        for operation in self.operations.values():
            if operation.method == method:
                labels = operation.labels(parts)
                if labels is not None:
                    return operation, labels
        raise ServiceFault(UNKNOWN_OPERATION, "There is no operation of this method and path.")


@lru_cache(maxsize=1)
def load_service() -> Service:
    """Return the service as described by the installed botocore. The result is cached."""
    model = ServiceModel(shared_loader().load_service_model(SERVICE, "service-2"), SERVICE)
    return describe(model)


def describe(model: ServiceModel) -> Service:
    """Return the operations and errors of a botocore service model."""
    operations = [_operation(model.operation_model(name)) for name in model.operation_names]
    # A fixed part of a path takes precedence over a label at the same position.
    operations.sort(key=lambda operation: [part.startswith("{") for part in operation.segments])
    statuses = {
        shape.name: int(shape.metadata.get("error", {}).get("httpStatusCode", 500))
        for shape in model.error_shapes
    }
    return Service(
        MappingProxyType({operation.name: operation for operation in operations}),
        MappingProxyType({**_COMMON_ERRORS, **statuses}),
    )


def _operation(model: OperationModel) -> Operation:
    declared = {shape.name for shape in model.error_shapes}
    return Operation(
        name=model.name,
        method=model.http["method"],
        segments=tuple(model.http["requestUri"].strip("/").split("/")),
        status=int(model.http.get("responseCode", 200)),
        input=model.input_shape or StructureShape("Nothing", {"type": "structure", "members": {}}),
        output=model.output_shape,
        listed=_listed(model.output_shape),
        # The tagging operations declare only InvalidRequestException.
        invalid=VALIDATION
        if VALIDATION in declared or "InvalidRequestException" not in declared
        else "InvalidRequestException",
        errors=frozenset(declared | set(_COMMON_ERRORS)),
    )


def _listed(output: StructureShape | None) -> str:
    """Return the member of *output* that holds the items of a list, or an empty text."""
    members = output.members if output else {}
    lists = [name for name, member in members.items() if isinstance(member, ListShape)]
    return lists[0] if "NextToken" in members else ""
