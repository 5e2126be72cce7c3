"""The kinds of resource the emulator keeps, and how each lives: data, no behaviour.

Owns names, statuses, what follows what, and how long it takes. It does not know who asks for
a transition nor where resources are kept.

Where time runs, a status lasts as long as its step says. The guide gives few figures, mostly
from its samples; the comments name those, and every other one is assumed.
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
class Step:
    """What follows a status, and when.

    Attributes:
        status: What follows.
        seconds: How long the status before it lasts.
        at: The member that holds the moment instead, where the resource has one.
        minutes: The member that holds how many minutes the status before lasts, likewise.
    """

    status: str
    seconds: float | None = None
    at: str | None = None
    minutes: str | None = None

    def moment(self, document: Mapping[str, object], now: int) -> int | None:
        """When this step comes for a resource that is ready for it now; None for never."""
        moment = None if self.at is None else document.get(self.at)
        if isinstance(moment, int):
            return moment
        minutes = None if self.minutes is None else document.get(self.minutes)
        seconds = minutes * 60 if isinstance(minutes, int) else self.seconds
        return None if seconds is None else now + round(seconds * 1000)


@frozen
class Lifecycle:
    """How a resource's status changes by itself.

    Attributes:
        member: Where the status stands in the document.
        flows: By flow: the step that follows a status, by a look or by time.
        stamps: By status: the members that hold when it was first reached.
        limits: By status: what it comes to by time in the end, if nothing else does.
        helpers: Kinds without whose help the status does not change, each with the member
            that names the helper.
        helped: The statuses that need help.
        end: What a resource that is no more is said to be.
    """

    member: str
    flows: Mapping[str, Mapping[str, Step]]
    stamps: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    limits: Mapping[str, Step] = field(factory=dict[str, Step])
    helpers: tuple[tuple[str, str], ...] = ()
    helped: frozenset[str] = frozenset()
    end: str | None = None

    def following(self, document: Mapping[str, object]) -> Step | None:
        """The step that this resource takes next, unless it waits for something."""
        flow = self.flows[str(document.get("Flow", ONLY))]
        return flow.get(str(document[self.member]))

    def limit(self, document: Mapping[str, object]) -> Step | None:
        """What this resource's status comes to in the end, if nothing else does."""
        return self.limits.get(str(document[self.member]))


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


def _one(steps: Mapping[str, Step]) -> Mapping[str, Mapping[str, Step]]:
    return MappingProxyType({ONLY: MappingProxyType(dict(steps))})


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

# The sample of a hub's deletion took about this long.
_DELETION: Final[Mapping[str, Step]] = {"DELETE_IN_PROGRESS": Step(GONE, 5)}
# Of a discovered device the sample shows the time from its creation to its activation.
_ACTIVATION: Final = Step("ACTIVATED", 2.35)
_THING: Final = "managed-thing"

MANAGED_THING: Final = Kind(
    _THING,
    "Managed Thing",
    tagged=True,
    lifecycle=Lifecycle(
        "ProvisioningStatus",
        flows=MappingProxyType(
            {
                BY_CODE: {
                    # As long as the search of a hub for a device's access point.
                    "PRE_ASSOCIATED": Step("DISCOVERED", 30),
                    "DISCOVERED": _ACTIVATION,
                    **_DELETION,
                },
                BY_DISCOVERY: {"PRE_ASSOCIATED": _ACTIVATION, **_DELETION},
                BY_CLOUD: _DELETION,
            }
        ),
        stamps=MappingProxyType(
            {"DISCOVERED": ("ConnectedAt",), "ACTIVATED": ("ConnectedAt", "ActivatedAt")}
        ),
        helpers=((_THING, "ParentControllerId"),),
        helped=frozenset({"PRE_ASSOCIATED", "DISCOVERED", "DELETE_IN_PROGRESS"}),
        end="DELETED",
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
    lifecycle=Lifecycle(
        "AssociationState",
        _one(
            {
                # The sample shows ten seconds.
                "ASSOCIATION_IN_PROGRESS": Step("ASSOCIATION_SUCCEEDED", 10),
                "ASSOCIATION_DELETING": Step(GONE, 5),
            }
        ),
    ),
    dependents=((REGISTRATION.name, "AccountAssociationId"),),
)

CREDENTIAL_LOCKER: Final = Kind("credential-locker", "Credential Locker", tagged=True)

PROVISIONING_PROFILE: Final = Kind(
    "provisioning-profile",
    "Provisioning Profile",
    tagged=True,
    lifecycle=Lifecycle("Status", _one({"CREATE_IN_PROGRESS": Step("CREATED", 10), **_DELETION})),
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
    lifecycle=Lifecycle(
        "Status",
        # In the sample the device is seen after 25 seconds.
        _one({"RUNNING": Step("SUCCEEDED", 25)}),
        MappingProxyType(
            {
                "RUNNING": ("StartedAt",),
                "SUCCEEDED": ("FinishedAt",),
                "FAILED": ("FinishedAt",),
                "TIMED_OUT": ("FinishedAt",),
            }
        ),
        # Documented: 15 minutes at most.
        limits=MappingProxyType({"RUNNING": Step("TIMED_OUT", 15 * 60)}),
        helpers=((_THING, "ControllerId"),),
        helped=frozenset({"RUNNING"}),
    ),
)
# A device that a test put in reach of a hub or into a user's cloud, to be discovered there.
NEARBY_DEVICE: Final = Kind("nearby-device", "Nearby Device")
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
    lifecycle=Lifecycle(
        "Status",
        _one({"QUEUED": Step("IN_PROGRESS", 5), "IN_PROGRESS": Step("SUCCEEDED", 60)}),
        MappingProxyType({"IN_PROGRESS": ("StartedAt",)}),
        limits=MappingProxyType({"IN_PROGRESS": Step("TIMED_OUT", minutes="TimeoutInMinutes")}),
        helpers=((_THING, "ManagedThingId"), ("ota-task", "OtaTaskId")),
        helped=frozenset({"QUEUED", "IN_PROGRESS"}),
    ),
)
OTA_TASK: Final = Kind(
    "ota-task",
    "OTA Task",
    identifier="TaskId",
    arn="TaskArn",
    updated="LastUpdatedAt",
    tagged=True,
    lifecycle=Lifecycle(
        "Status",
        _one(
            {
                "SCHEDULED": Step("IN_PROGRESS", at="StartsAt"),
                "DELETION_IN_PROGRESS": Step(GONE, 5),
            }
        ),
        limits=MappingProxyType({"IN_PROGRESS": Step("CANCELED", at="EndsAt")}),
    ),
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
    lifecycle=Lifecycle("State", _one({"UPDATE_IN_PROGRESS": Step("ENABLED", 60)})),
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

LIVING: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            MANAGED_THING,
            ACCOUNT_ASSOCIATION,
            PROVISIONING_PROFILE,
            DEVICE_DISCOVERY,
            OTA_TASK,
            OTA_EXECUTION,
            ENCRYPTION_CONFIGURATION,
        )
    }
)
"""The kinds whose status changes by itself, by name."""
