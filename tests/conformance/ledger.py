"""Where we differ from the service's model on purpose, and why.

A line that is no longer needed is itself a difference.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from attrs import frozen

from tests.conformance.service import Service, Shape


@frozen
class Deviation:
    """One deliberate difference: its kind and place, as the walk says them, and its reason."""

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
"""The operations that must not be sent again when nobody knows whether the service acted.

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
    """The one rule on identity: members that the model calls optional and we promise, by shape.

    What a get, a creation or a listing answers says which resource it is about, and a creation
    also its ARN and time. A user could do nothing with an answer that does not.
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
    """The members by which other operations name what *shape* is about, if it has any."""
    present = {each.name for each in shape.properties}
    if any(each.required and each.name.endswith("Id") for each in shape.properties):
        return ()
    return next((names for names in _IDENTITIES if present.issuperset(names)), ())
