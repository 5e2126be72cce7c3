"""Deliberate differences from the service's model, each with its reason.

A line that explains no difference is itself reported.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from attrs import frozen

from tests.conformance.service import Service, Shape


@frozen
class Deviation:
    """One deliberate difference: its kind, its place as the walk reports it, and its reason."""

    kind: str
    where: str
    reason: str


DEVIATIONS: Final[tuple[Deviation, ...]] = (
    Deviation(
        "idempotency token",
        "StartDeviceDiscovery.client_token",
        "documented as a token like the others, the model only lacks the mark; repeated without "
        "one, it would start a second discovery",
    ),
    Deviation(
        "class name",
        "AuthenticationMaterialType",
        "AuthMaterialType to the service; written out as every member that holds it is",
    ),
)

NEVER_REPEATED: Final[Mapping[str, str]] = {
    "PutDefaultEncryptionConfiguration": "each call begins a migration to the key it names",
    "RegisterCustomEndpoint": "it has no token, and is not said to be harmless twice",
    "SendManagedThingCommand": "a second Toggle undoes the first",
    "StartAccountAssociationRefresh": "a second start makes the first address worthless",
}
"""The operations that must not be sent again if the outcome is unknown.

The model cannot say this: its ``idempotent`` follows the HTTP method.
"""

_IDENTITIES: Final = (
    ("Id",),
    ("TaskId",),
    ("TaskConfigurationId",),
    ("EventType",),
    ("SchemaId", "SemanticVersion"),
    ("Name",),
)
_OF_CREATIONS: Final = ("Arn", "TaskArn", "CreatedAt")


@lru_cache(maxsize=2)
def promised(service: Service) -> Mapping[str, frozenset[str]]:
    """Return the members that the model calls optional and we require, by shape.

    Responses to get, create and list identify the resource, and create also gives its ARN and time.
    A response without them would be useless.
    """
    found: dict[str, frozenset[str]] = {}
    for operation in service.operations.values():
        shape = operation.listed.shape.item if operation.listed else operation.answered
        if shape is None or not operation.name.startswith(("Create", "Get", "List", "Start")):
            continue
        names = list(_identity(shape))
        if operation.name.startswith("Create"):
            names += [each.name for each in shape.properties if each.name in _OF_CREATIONS]
        optional = {each.name for each in shape.properties if not each.required}
        if kept := optional.intersection(names):
            found[shape.name] = frozenset(kept)
    return found


def _identity(shape: Shape) -> tuple[str, ...]:
    """Return the members by which other operations identify the subject of *shape*."""
    present = {each.name for each in shape.properties}
    if any(each.required and each.name.endswith("Id") for each in shape.properties):
        return ()
    return next((names for names in _IDENTITIES if present.issuperset(names)), ())
