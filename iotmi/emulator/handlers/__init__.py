"""The handlers of all operations, one module per family, in one table.

Owns the table. A handler is a function of the account and the validated parameters. It returns the
response document, or None for a response without a body. Handlers must not know HTTP, faults,
client tokens or the bounds of a transaction.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import Handler, TransitionGate, TransitionHook
from iotmi.emulator.handlers import (
    account,
    account_associations,
    cloud_connectors,
    connector_destinations,
    credential_lockers,
    destinations,
    device_discoveries,
    event_log_configurations,
    managed_things,
    managed_things_commands,
    managed_things_details as managed_things_details,
    notification_configurations,
    ota_task_configurations,
    ota_tasks,
    provisioning_profiles,
    runtime_log_configurations,
    schema_versions,
    tags,
)

HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **managed_things.HANDLERS,
        **managed_things_details.HANDLERS,
        **managed_things_commands.HANDLERS,
        **account_associations.HANDLERS,
        **cloud_connectors.HANDLERS,
        **connector_destinations.HANDLERS,
        **credential_lockers.HANDLERS,
        **destinations.HANDLERS,
        **device_discoveries.HANDLERS,
        **event_log_configurations.HANDLERS,
        **notification_configurations.HANDLERS,
        **ota_tasks.HANDLERS,
        **ota_task_configurations.HANDLERS,
        **provisioning_profiles.HANDLERS,
        **runtime_log_configurations.HANDLERS,
        **schema_versions.HANDLERS,
        **tags.HANDLERS,
        **account.HANDLERS,
    }
)
"""The handlers, by name of the operation."""

TRANSITION_HOOKS: Final[Mapping[str, TransitionHook]] = MappingProxyType(
    {
        **managed_things.TRANSITION_HOOKS,
        **device_discoveries.TRANSITION_HOOKS,
        **ota_tasks.TRANSITION_HOOKS,
    }
)
"""The functions that run after a transition, by name of the resource type."""

TRANSITION_GATES: Final[Mapping[str, TransitionGate]] = MappingProxyType(
    {**account_associations.TRANSITION_GATES}
)
"""The functions that may take over a transition, by name of the resource type."""
