"""The kinds of resource the emulator keeps, and how each lives: data, no behaviour.

Owns names, statuses and what follows what. It does not know who asks for a transition nor
where resources are kept.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import Factory, field, frozen

GONE: Final = "(gone)"
"""What follows a status by the resource's removal."""

ONLY: Final = "only"
"""The flow of a resource of a kind that has but one."""


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
        flow = self.flows[str(document.get("Flow", ONLY))]
        return flow.get(str(document[self.member]))


def _not_found(kind: "Kind") -> str:
    return f"{kind.noun} resource not found."


def _exists(kind: "Kind") -> str:
    return f"{kind.noun} resource exists already."


@frozen
class Kind:
    """One kind of resource.

    Attributes:
        name: As in its ARN.
        noun: As in messages.
        identifier: The member that holds its id, or its name where that is what tells it.
        arn: The member that holds its ARN.
        updated: The member that holds when it was last changed.
        absent: What is said where there is none.
        taken: What is said where there is one already.
        tagged: Whether it can have tags.
        lifecycle: How its status changes, if it has one.
        dependents: Kinds that go with it, each with the member that names it.
    """

    name: str
    noun: str
    identifier: str = "Id"
    arn: str = "Arn"
    updated: str = "UpdatedAt"
    absent: str = field(default=Factory(_not_found, takes_self=True), kw_only=True)
    taken: str = field(default=Factory(_exists, takes_self=True), kw_only=True)
    tagged: bool = False
    lifecycle: Lifecycle | None = None
    dependents: tuple[tuple[str, str], ...] = ()

    @property
    def resource_type(self) -> str:
        """As in the error's ``ResourceType``."""
        return self.noun.replace(" ", "")


def _one_flow(
    member: str,
    steps: Mapping[str, str],
    stamps: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Lifecycle:
    return Lifecycle(member, MappingProxyType({ONLY: steps}), stamps)


# What a thing can do, and what it last reported, apart from the thing: lists stay light.
CAPABILITIES: Final = Kind("managed-thing-capabilities", "Managed Thing", "ManagedThingId")
STATE: Final = Kind("managed-thing-state", "Managed Thing", "ManagedThingId")
RUNTIME_LOG_CONFIGURATION: Final = Kind(
    "runtime-log-configuration", "Runtime Log Configuration", "ManagedThingId"
)

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
        (RUNTIME_LOG_CONFIGURATION.name, "ManagedThingId"),
    ),
)

ACCOUNT_ASSOCIATION: Final = Kind(
    "account-association",
    "Account Association",
    identifier="AccountAssociationId",
    tagged=True,
    # Without a user at a browser, the login succeeds once it has been seen to be under way.
    lifecycle=_one_flow(
        "AssociationState",
        {"ASSOCIATION_IN_PROGRESS": "ASSOCIATION_SUCCEEDED", "ASSOCIATION_DELETING": GONE},
    ),
    dependents=((REGISTRATION.name, "AccountAssociationId"),),
)

CREDENTIAL_LOCKER: Final = Kind("credential-locker", "Credential Locker", tagged=True)

PROVISIONING_PROFILE: Final = Kind(
    "provisioning-profile",
    "Provisioning Profile",
    tagged=True,
    lifecycle=_one_flow("Status", {"CREATE_IN_PROGRESS": "CREATED", **_DELETION}),
)

CLOUD_CONNECTOR: Final = Kind(
    "cloud-connector",
    "Cloud Connector",
    absent="Connector Resource does not exists",  # the service's own words
    taken="Connector Resource already exists",
)
CONNECTOR_DESTINATION: Final = Kind("connector-destination", "Connector Destination")

DEVICE_DISCOVERY: Final = Kind(
    "device-discovery",
    "Device Discovery",
    tagged=True,
    lifecycle=_one_flow(
        "Status",
        {"RUNNING": "SUCCEEDED"},
        {"RUNNING": ("StartedAt",), "SUCCEEDED": ("FinishedAt",), "FAILED": ("FinishedAt",)},
    ),
)
# Known by its material, for that is what a managed thing is made with.
DISCOVERED_DEVICE: Final = Kind("discovered-device", "Discovered Device", identifier="Material")

DESTINATION: Final = Kind("destination", "Destination", identifier="Name", tagged=True)
NOTIFICATION_CONFIGURATION: Final = Kind(
    "notification-configuration",
    "Notification Configuration",
    identifier="EventType",
    tagged=True,
)

EVENT_LOG_CONFIGURATION: Final = Kind("event-log-configuration", "Event Log Configuration")

# An execution moves on with the looks at its task, and the task is completed by the last one.
OTA_EXECUTION: Final = Kind(
    "ota-task-execution",
    "OTA Task Execution",
    updated="LastUpdatedAt",
    lifecycle=_one_flow(
        "Status",
        {"QUEUED": "IN_PROGRESS", "IN_PROGRESS": "SUCCEEDED"},
        {"IN_PROGRESS": ("StartedAt",)},
    ),
)
OTA_TASK: Final = Kind(
    "ota-task",
    "OTA Task",
    identifier="TaskId",
    arn="TaskArn",
    updated="LastUpdatedAt",
    tagged=True,
    lifecycle=_one_flow("Status", {"SCHEDULED": "IN_PROGRESS", "DELETION_IN_PROGRESS": GONE}),
    dependents=((OTA_EXECUTION.name, "OtaTaskId"),),
)
OTA_TASK_CONFIGURATION: Final = Kind(
    "ota-task-configuration", "OTA Task Configuration", identifier="TaskConfigurationId"
)

# The account has at most one of each.
CUSTOM_ENDPOINT: Final = Kind("custom-endpoint", "Custom Endpoint")
HUB_CONFIGURATION: Final = Kind("hub-configuration", "Hub Configuration")
ENCRYPTION_CONFIGURATION: Final = Kind(
    "default-encryption-configuration",
    "Default Encryption Configuration",
    lifecycle=_one_flow("State", {"UPDATE_IN_PROGRESS": "ENABLED"}),
)

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
