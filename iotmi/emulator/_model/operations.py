"""The service's operations, as botocore's model of the service has them.

Owns the reading of that model, and the finding of the operation a method and a path mean.
It knows nothing of what an operation does.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from attrs import frozen
from botocore.model import ListShape, OperationModel, ServiceModel, StructureShape

from iotmi._botocore.loader import SERVICE, shared_loader
from iotmi.emulator._core.errors import (
    NOT_IMPLEMENTED,
    NOT_SERIALIZABLE,
    UNKNOWN_OPERATION,
    VALIDATION,
    ServiceFault,
)

# Errors of the protocol or common to all AWS services, which no service's model names.
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
        name: Such as ``CreateManagedThing``.
        method: The HTTP method.
        segments: The path's parts; a label is in braces.
        status: The HTTP status of success.
        input: The shape of its parameters.
        output: The shape of its answer, or None where the answer has no body.
        listed: The member of a list's answer that holds the items; empty where there is none.
        invalid: The error by which it refuses parameters.
        errors: All errors it may answer with.
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
        """The path's labels by name, or None where the path is another's."""
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
"""No operation of the service: what time does, and what a test does beside requests."""


@frozen
class Service:
    """All operations by name, and the HTTP status of every error by code."""

    operations: Mapping[str, Operation]
    error_statuses: Mapping[str, int]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation that a method and an encoded path mean, and the path's labels."""
        parts = tuple(path.removeprefix("/").split("/"))
        for operation in self.operations.values():
            if operation.method == method:
                labels = operation.labels(parts)
                if labels is not None:
                    return operation, labels
        raise ServiceFault(UNKNOWN_OPERATION, "There is no operation of this method and path.")


@lru_cache(maxsize=1)
def load_service() -> Service:
    """The service as the installed botocore knows it; read once."""
    model = ServiceModel(shared_loader().load_service_model(SERVICE, "service-2"), SERVICE)
    return describe(model)


def describe(model: ServiceModel) -> Service:
    """The operations and errors of a service model of botocore's."""
    operations = [_operation(model.operation_model(name)) for name in model.operation_names]
    # A fixed part of a path goes before a label in its place.
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
        # The operations on tags declare only this one.
        invalid=VALIDATION
        if VALIDATION in declared or "InvalidRequestException" not in declared
        else "InvalidRequestException",
        errors=frozenset(declared | set(_COMMON_ERRORS)),
    )


def _listed(output: StructureShape | None) -> str:
    members = output.members if output else {}
    lists = [name for name, member in members.items() if isinstance(member, ListShape)]
    return lists[0] if "NextToken" in members else ""
