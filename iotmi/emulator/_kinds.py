"""The kinds of resource the emulator keeps, and how each lives: data, no behaviour.

Owns names, statuses and what follows what. It does not know who asks for a transition nor
where resources are kept.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

GONE: Final = "(gone)"
"""What follows a status by the resource's removal."""


@frozen
class Lifecycle:
    """How a resource's status changes by being looked at.

    Attributes:
        member: Where the status stands in the document.
        flows: By flow: the status that a look at a status makes due.
        stamps: By status: the members that hold when it was first reached.
    """

    member: str
    flows: Mapping[str, Mapping[str, str]]
    stamps: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    def following(self, document: Mapping[str, object]) -> str | None:
        """The status that a look at this resource makes due."""
        flow = self.flows[str(document.get("Flow"))]
        return flow.get(str(document[self.member]))


@frozen
class Kind:
    """One kind of resource.

    Attributes:
        name: As in its ARN.
        noun: As in messages; without blanks, as the error's ``ResourceType``.
        identifier: The member that holds its id.
        tagged: Whether it can have tags.
        lifecycle: How its status changes, if it has one.
        dependents: Kinds that go with it, each with the member that names it.
    """

    name: str
    noun: str
    identifier: str = "Id"
    tagged: bool = False
    lifecycle: Lifecycle | None = None
    dependents: tuple[tuple[str, str], ...] = ()


# What a thing can do, and what it last reported, apart from the thing: lists stay light.
CAPABILITIES: Final = Kind("managed-thing-capabilities", "Managed Thing", "ManagedThingId")
STATE: Final = Kind("managed-thing-state", "Managed Thing", "ManagedThingId")

REGISTRATION: Final = Kind("managed-thing-association", "Managed Thing Association")

# How a thing comes to be activated depends on its authentication material.
BY_CODE: Final = "by-code"
BY_DISCOVERY: Final = "by-discovery"
BY_CLOUD: Final = "by-cloud"

_DELETION: Final[Mapping[str, str]] = {"DELETE_IN_PROGRESS": GONE}

MANAGED_THING: Final = Kind(
    "managed-thing",
    "Managed Thing",
    tagged=True,
    lifecycle=Lifecycle(
        "ProvisioningStatus",
        flows=MappingProxyType(
            {
                BY_CODE: {"PRE_ASSOCIATED": "DISCOVERED", "DISCOVERED": "ACTIVATED", **_DELETION},
                BY_DISCOVERY: {"PRE_ASSOCIATED": "ACTIVATED", **_DELETION},
                BY_CLOUD: _DELETION,
            }
        ),
        stamps=MappingProxyType(
            {"DISCOVERED": ("ConnectedAt",), "ACTIVATED": ("ConnectedAt", "ActivatedAt")}
        ),
    ),
    dependents=(
        (REGISTRATION.name, "ManagedThingId"),
        (CAPABILITIES.name, "ManagedThingId"),
        (STATE.name, "ManagedThingId"),
    ),
)

# Without a user at a browser, the login succeeds once it has been seen to be under way.
BY_LOGIN: Final = "by-login"

ACCOUNT_ASSOCIATION: Final = Kind(
    "account-association",
    "Account Association",
    identifier="AccountAssociationId",
    tagged=True,
    lifecycle=Lifecycle(
        "AssociationState",
        flows=MappingProxyType(
            {
                BY_LOGIN: {
                    "ASSOCIATION_IN_PROGRESS": "ASSOCIATION_SUCCEEDED",
                    "ASSOCIATION_DELETING": GONE,
                }
            }
        ),
    ),
    dependents=((REGISTRATION.name, "AccountAssociationId"),),
)

CREDENTIAL_LOCKER: Final = Kind("credential-locker", "Credential Locker", tagged=True)
OTA_TASK: Final = Kind("ota-task", "OTA Task", tagged=True)
PROVISIONING_PROFILE: Final = Kind("provisioning-profile", "Provisioning Profile", tagged=True)

TAGGABLE: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            MANAGED_THING,
            ACCOUNT_ASSOCIATION,
            CREDENTIAL_LOCKER,
            OTA_TASK,
            PROVISIONING_PROFILE,
        )
    }
)
