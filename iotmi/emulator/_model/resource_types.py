"""The resource types of the emulator and their lifecycles. Data only.

Owns names, statuses, transitions and durations. It must know neither who triggers a transition nor
where resources are stored.

On a running clock, a status lasts as long as its transition says. The guide gives few durations,
mostly in its samples. Comments name those. All other durations are assumed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import Factory, field, frozen

DELETED: Final = "(gone)"
"""The pseudo status that deletes the resource."""

DEFAULT_FLOW: Final = "only"
"""The flow of resource types that have only one."""


@frozen
class Transition:
    """The status that follows another one, and the time until then.

    Attributes:
        status: next status, or `DELETED`.
        seconds: duration of the status before.
        at: member that holds the moment of the transition, which takes precedence over *seconds*.
        minutes: member that holds the duration in minutes, which takes precedence over *seconds*.
    """

    status: str
    seconds: float | None = None
    at: str | None = None
    minutes: str | None = None

    def moment(self, document: Mapping[str, object], now: int) -> int | None:
        """Return the moment of this transition if scheduled now, or None for never."""
        moment = None if self.at is None else document.get(self.at)
        if isinstance(moment, int):
            return moment
        minutes = None if self.minutes is None else document.get(self.minutes)
        seconds = minutes * 60 if isinstance(minutes, int) else self.seconds
        return None if seconds is None else now + round(seconds * 1000)


@frozen
class Lifecycle:
    """The statuses of a resource type and the transitions between them.

    Attributes:
        member: member that holds the status.
        flows: transitions by status, by flow.
        timestamps: members that record when a status was first entered, by status.
        timeouts: transition that ends a status, by status, unless another one ended it first.
        depends_on: resource types whose unavailability blocks a transition, each with the member
            that holds the id of that resource.
        blocked_statuses: statuses whose transition can be blocked.
        deleted_status: status that notifications report for a deleted resource, if any.
    """

    member: str
    flows: Mapping[str, Mapping[str, Transition]]
    timestamps: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    timeouts: Mapping[str, Transition] = field(factory=dict[str, Transition])
    depends_on: tuple[tuple[str, str], ...] = ()
    blocked_statuses: frozenset[str] = frozenset()
    deleted_status: str | None = None

    def next_transition(self, document: Mapping[str, object]) -> Transition | None:
        """Return the transition of a resource's present status, or None."""
        flow = self.flows[str(document.get("Flow", DEFAULT_FLOW))]
        return flow.get(str(document[self.member]))

    def timeout_transition(self, document: Mapping[str, object]) -> Transition | None:
        """Return the timeout of a resource's present status, or None."""
        return self.timeouts.get(str(document[self.member]))


def _not_found_message(resource_type: "ResourceType") -> str:
    return f"{resource_type.noun} resource not found."


def _conflict_message(resource_type: "ResourceType") -> str:
    return f"{resource_type.noun} resource exists already."


@frozen
class ResourceType:
    """A resource type.

    Attributes:
        name: name in ARNs and in the store.
        noun: name in messages.
        identifier: member that holds the id.
        arn: member that holds the ARN.
        updated: member that holds the moment of the last change.
        not_found_message: message for a missing resource.
        conflict_message: message for a resource that already exists.
        tagged: true if the resources have tags.
        lifecycle: statuses and transitions, if any.
        dependents: resource types that are deleted with it, each with the member that holds its id.
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
        """The type's name in the ``ResourceType`` of an error."""
        return self.noun.replace(" ", "")


def _default_flow(transitions: Mapping[str, Transition]) -> Mapping[str, Mapping[str, Transition]]:
    """Return the flows of a resource type that has only the default one."""
    return MappingProxyType({DEFAULT_FLOW: MappingProxyType(dict(transitions))})


# Stored apart from the thing, so that listing things does not load large reports.
CAPABILITIES: Final = ResourceType("managed-thing-capabilities", "Managed Thing", "ManagedThingId")
STATE: Final = ResourceType("managed-thing-state", "Managed Thing", "ManagedThingId")
RUNTIME_LOG_CONFIGURATION: Final = ResourceType(
    "runtime-log-configuration", "Runtime Log Configuration", "ManagedThingId"
)

REGISTRATION: Final = ResourceType("managed-thing-association", "Managed Thing Association")

# The flow of a thing depends on its authentication material.
BY_CODE: Final = "by-code"
BY_DISCOVERY: Final = "by-discovery"
BY_CLOUD: Final = "by-cloud"

# The flow of a discovery that a connector's function ends, and nothing else but its timeout.
BY_CONNECTOR: Final = "by-connector"

# In the guide's sample, the deletion of a hub takes about five seconds.
_DELETION: Final[Mapping[str, Transition]] = {"DELETE_IN_PROGRESS": Transition(DELETED, 5)}
# In the guide's sample, a discovered device is activated 2.35 seconds after its creation.
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
                    # A hub searches for a device's access point for 30 seconds.
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
    # No user opens a browser, so the login succeeds on its own.
    lifecycle=Lifecycle(
        "AssociationState",
        _default_flow(
            {
                # In the guide's sample, the login takes ten seconds.
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
    not_found_message="Connector Resource does not exists",  # the service's own text
    conflict_message="Connector Resource already exists",
)
CONNECTOR_DESTINATION: Final = ResourceType("connector-destination", "Connector Destination")
# A request that is to be delivered to the function of a cloud connector.
CONNECTOR_INVOCATION: Final = ResourceType("connector-invocation", "Connector Invocation")

DEVICE_DISCOVERY: Final = ResourceType(
    "device-discovery",
    "Device Discovery",
    tagged=True,
    lifecycle=Lifecycle(
        "Status",
        MappingProxyType(
            {
                # In the guide's sample, the device is found after 25 seconds.
                DEFAULT_FLOW: {"RUNNING": Transition("SUCCEEDED", 25)},
                BY_CONNECTOR: {},
            }
        ),
        MappingProxyType(
            {
                "RUNNING": ("StartedAt",),
                "SUCCEEDED": ("FinishedAt",),
                "FAILED": ("FinishedAt",),
                "TIMED_OUT": ("FinishedAt",),
            }
        ),
        # The guide documents a maximum of 15 minutes.
        timeouts=MappingProxyType({"RUNNING": Transition("TIMED_OUT", 15 * 60)}),
        depends_on=((_THING, "ControllerId"),),
        blocked_statuses=frozenset({"RUNNING"}),
    ),
)
# A device that a test placed near a hub or in a user's cloud, where discoveries find it.
NEARBY_DEVICE: Final = ResourceType("nearby-device", "Nearby Device")
# Identified by its material, because a managed thing is created with that.
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

# Reads of a task advance its executions too. The last execution to end completes the task.
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
    dependents=((OTA_EXECUTION.name, "OtaTaskId"), ("ota-rollout", "OtaTaskId")),
)
# The order in which a task's executions begin on a running clock, minute by minute.
OTA_ROLLOUT: Final = ResourceType(
    "ota-rollout",
    "OTA Rollout",
    lifecycle=Lifecycle("Status", _default_flow({"OPEN": Transition("OPEN", at="NextAt")})),
)
OTA_TASK_CONFIGURATION: Final = ResourceType(
    "ota-task-configuration", "OTA Task Configuration", identifier="TaskConfigurationId"
)

# The account has at most one resource of each of these types.
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
            OTA_ROLLOUT,
            ENCRYPTION_CONFIGURATION,
        )
    }
)
"""The resource types with transitions, by name."""
