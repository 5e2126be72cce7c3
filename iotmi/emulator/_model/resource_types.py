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

DELETED: Final = "(gone)"
"""What follows a status by the resource's removal."""

DEFAULT_FLOW: Final = "only"
"""The flow of a resource of a kind that has but one."""


@frozen
class Transition:
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
    flows: Mapping[str, Mapping[str, Transition]]
    timestamps: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    timeouts: Mapping[str, Transition] = field(factory=dict[str, Transition])
    depends_on: tuple[tuple[str, str], ...] = ()
    blocked_statuses: frozenset[str] = frozenset()
    deleted_status: str | None = None

    def next_transition(self, document: Mapping[str, object]) -> Transition | None:
        """The step that this resource takes next, unless it waits for something."""
        flow = self.flows[str(document.get("Flow", DEFAULT_FLOW))]
        return flow.get(str(document[self.member]))

    def timeout_transition(self, document: Mapping[str, object]) -> Transition | None:
        """What this resource's status comes to in the end, if nothing else does."""
        return self.timeouts.get(str(document[self.member]))


def _not_found_message(resource_type: "ResourceType") -> str:
    return f"{resource_type.noun} resource not found."


def _conflict_message(resource_type: "ResourceType") -> str:
    return f"{resource_type.noun} resource exists already."


@frozen
class ResourceType:
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
    not_found_message: str = field(
        default=Factory(_not_found_message, takes_self=True), kw_only=True
    )
    conflict_message: str = field(default=Factory(_conflict_message, takes_self=True), kw_only=True)
    tagged: bool = False
    lifecycle: Lifecycle | None = None
    dependents: tuple[tuple[str, str], ...] = ()

    @property
    def error_name(self) -> str:
        """As in the error's ``ResourceType``."""
        return self.noun.replace(" ", "")


def _default_flow(transitions: Mapping[str, Transition]) -> Mapping[str, Mapping[str, Transition]]:
    return MappingProxyType({DEFAULT_FLOW: MappingProxyType(dict(transitions))})


# What a thing can do, and what it last reported, apart from the thing: lists stay light.
CAPABILITIES: Final = ResourceType("managed-thing-capabilities", "Managed Thing", "ManagedThingId")
STATE: Final = ResourceType("managed-thing-state", "Managed Thing", "ManagedThingId")
RUNTIME_LOG_CONFIGURATION: Final = ResourceType(
    "runtime-log-configuration", "Runtime Log Configuration", "ManagedThingId"
)

REGISTRATION: Final = ResourceType("managed-thing-association", "Managed Thing Association")

# How a thing comes to be activated depends on its authentication material.
BY_CODE: Final = "by-code"
BY_DISCOVERY: Final = "by-discovery"
BY_CLOUD: Final = "by-cloud"

# The sample of a hub's deletion took about this long.
_DELETION: Final[Mapping[str, Transition]] = {"DELETE_IN_PROGRESS": Transition(DELETED, 5)}
# Of a discovered device the sample shows the time from its creation to its activation.
_ACTIVATION: Final = Transition("ACTIVATED", 2.35)
_THING: Final = "managed-thing"

MANAGED_THING: Final = ResourceType(
    _THING,
    "Managed Thing",
    tagged=True,
    lifecycle=Lifecycle(
        "ProvisioningStatus",
        flows=MappingProxyType(
            {
                BY_CODE: {
                    # As long as the search of a hub for a device's access point.
                    "PRE_ASSOCIATED": Transition("DISCOVERED", 30),
                    "DISCOVERED": _ACTIVATION,
                    **_DELETION,
                },
                BY_DISCOVERY: {"PRE_ASSOCIATED": _ACTIVATION, **_DELETION},
                BY_CLOUD: _DELETION,
            }
        ),
        timestamps=MappingProxyType(
            {"DISCOVERED": ("ConnectedAt",), "ACTIVATED": ("ConnectedAt", "ActivatedAt")}
        ),
        depends_on=((_THING, "ParentControllerId"),),
        blocked_statuses=frozenset({"PRE_ASSOCIATED", "DISCOVERED", "DELETE_IN_PROGRESS"}),
        deleted_status="DELETED",
    ),
    dependents=(
        (REGISTRATION.name, "ManagedThingId"),
        (CAPABILITIES.name, "ManagedThingId"),
        (STATE.name, "ManagedThingId"),
        (RUNTIME_LOG_CONFIGURATION.name, "ManagedThingId"),
    ),
)

ACCOUNT_ASSOCIATION: Final = ResourceType(
    "account-association",
    "Account Association",
    identifier="AccountAssociationId",
    tagged=True,
    # Without a user at a browser, the login succeeds once it has been seen to be under way.
    lifecycle=Lifecycle(
        "AssociationState",
        _default_flow(
            {
                # The sample shows ten seconds.
                "ASSOCIATION_IN_PROGRESS": Transition("ASSOCIATION_SUCCEEDED", 10),
                "ASSOCIATION_DELETING": Transition(DELETED, 5),
            }
        ),
    ),
    dependents=((REGISTRATION.name, "AccountAssociationId"),),
)

CREDENTIAL_LOCKER: Final = ResourceType("credential-locker", "Credential Locker", tagged=True)

PROVISIONING_PROFILE: Final = ResourceType(
    "provisioning-profile",
    "Provisioning Profile",
    tagged=True,
    lifecycle=Lifecycle(
        "Status", _default_flow({"CREATE_IN_PROGRESS": Transition("CREATED", 10), **_DELETION})
    ),
)

CLOUD_CONNECTOR: Final = ResourceType(
    "cloud-connector",
    "Cloud Connector",
    not_found_message="Connector Resource does not exists",  # the service's own words
    conflict_message="Connector Resource already exists",
)
CONNECTOR_DESTINATION: Final = ResourceType("connector-destination", "Connector Destination")

DEVICE_DISCOVERY: Final = ResourceType(
    "device-discovery",
    "Device Discovery",
    tagged=True,
    lifecycle=Lifecycle(
        "Status",
        # In the sample the device is seen after 25 seconds.
        _default_flow({"RUNNING": Transition("SUCCEEDED", 25)}),
        MappingProxyType(
            {
                "RUNNING": ("StartedAt",),
                "SUCCEEDED": ("FinishedAt",),
                "FAILED": ("FinishedAt",),
                "TIMED_OUT": ("FinishedAt",),
            }
        ),
        # Documented: 15 minutes at most.
        timeouts=MappingProxyType({"RUNNING": Transition("TIMED_OUT", 15 * 60)}),
        depends_on=((_THING, "ControllerId"),),
        blocked_statuses=frozenset({"RUNNING"}),
    ),
)
# A device that a test put in reach of a hub or into a user's cloud, to be discovered there.
NEARBY_DEVICE: Final = ResourceType("nearby-device", "Nearby Device")
# Known by its material, for that is what a managed thing is made with.
DISCOVERED_DEVICE: Final = ResourceType(
    "discovered-device", "Discovered Device", identifier="Material"
)

DESTINATION: Final = ResourceType("destination", "Destination", identifier="Name", tagged=True)
NOTIFICATION_CONFIGURATION: Final = ResourceType(
    "notification-configuration",
    "Notification Configuration",
    identifier="EventType",
    tagged=True,
)

EVENT_LOG_CONFIGURATION: Final = ResourceType("event-log-configuration", "Event Log Configuration")

# An execution moves on with the looks at its task, and the task is completed by the last one.
OTA_EXECUTION: Final = ResourceType(
    "ota-task-execution",
    "OTA Task Execution",
    updated="LastUpdatedAt",
    lifecycle=Lifecycle(
        "Status",
        _default_flow(
            {"QUEUED": Transition("IN_PROGRESS", 5), "IN_PROGRESS": Transition("SUCCEEDED", 60)}
        ),
        MappingProxyType({"IN_PROGRESS": ("StartedAt",)}),
        timeouts=MappingProxyType(
            {"IN_PROGRESS": Transition("TIMED_OUT", minutes="TimeoutInMinutes")}
        ),
        depends_on=((_THING, "ManagedThingId"), ("ota-task", "OtaTaskId")),
        blocked_statuses=frozenset({"QUEUED", "IN_PROGRESS"}),
    ),
)
OTA_TASK: Final = ResourceType(
    "ota-task",
    "OTA Task",
    identifier="TaskId",
    arn="TaskArn",
    updated="LastUpdatedAt",
    tagged=True,
    lifecycle=Lifecycle(
        "Status",
        _default_flow(
            {
                "SCHEDULED": Transition("IN_PROGRESS", at="StartsAt"),
                "DELETION_IN_PROGRESS": Transition(DELETED, 5),
            }
        ),
        timeouts=MappingProxyType({"IN_PROGRESS": Transition("CANCELED", at="EndsAt")}),
    ),
    dependents=((OTA_EXECUTION.name, "OtaTaskId"),),
)
OTA_TASK_CONFIGURATION: Final = ResourceType(
    "ota-task-configuration", "OTA Task Configuration", identifier="TaskConfigurationId"
)

# The account has at most one of each.
CUSTOM_ENDPOINT: Final = ResourceType("custom-endpoint", "Custom Endpoint")
HUB_CONFIGURATION: Final = ResourceType("hub-configuration", "Hub Configuration")
ENCRYPTION_CONFIGURATION: Final = ResourceType(
    "default-encryption-configuration",
    "Default Encryption Configuration",
    lifecycle=Lifecycle("State", _default_flow({"UPDATE_IN_PROGRESS": Transition("ENABLED", 60)})),
)

TAGGABLE: Final[Mapping[str, ResourceType]] = MappingProxyType(
    {
        resource_type.name: resource_type
        for resource_type in (
            MANAGED_THING,
            ACCOUNT_ASSOCIATION,
            CREDENTIAL_LOCKER,
            OTA_TASK,
            PROVISIONING_PROFILE,
        )
    }
)

STATEFUL_TYPES: Final[Mapping[str, ResourceType]] = MappingProxyType(
    {
        resource_type.name: resource_type
        for resource_type in (
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
