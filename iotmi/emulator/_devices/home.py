"""Control of the emulated home's devices, hubs and people.

Owns the actions that a test triggers. Each method is one transaction. Handlers and the account
carry out the consequences. This module must not know requests.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.model import StringShape

from iotmi.emulator._account.account import AccountState
from iotmi.emulator._account.connectivity import is_reachable
from iotmi.emulator._account.scheduler import reschedule
from iotmi.emulator._core.errors import ServiceFault, WrongStatusError
from iotmi.emulator._core.json import JsonObject, JsonValue, picked, text
from iotmi.emulator._devices.device import VirtualDevice, document_of
from iotmi.emulator._dispatch.dispatcher import Dispatcher
from iotmi.emulator._model.domain_events import DeviceEvent
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CAPABILITIES,
    DEVICE_DISCOVERY,
    MANAGED_THING,
    NEARBY_DEVICE,
    OTA_EXECUTION,
    STATEFUL_TYPES,
    ResourceType,
)
from iotmi.emulator._storage.transitions import HELD, OFFLINE_REASON
from iotmi.emulator.handlers._support import ota_executions as executions, thing_state as state

_POWER_CUT = "MQTT_KEEP_ALIVE_TIMEOUT"


class Devices:
    """The devices of the emulated home, its hubs and its people.

    Without a test's control, all of them do what is needed on their own. A device that is switched
    off or held waits for the test. All ids are the ones that the service returns.

    Every method raises LookupError for an unknown id. It raises ValueError for a resource that has
    the wrong status, cannot be reached, or has no property or event of the given name.

    Args:
        dispatcher: emulated service that owns the devices.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    # -- people's purchases -------------------------------------------------------------

    def add(
        self,
        device: VirtualDevice,
        *,
        name: str | None = None,
        hub_id: str | None = None,
        locker_id: str | None = None,
        association_id: str | None = None,
        identifier: str | None = None,
        serial_number: str | None = None,
    ) -> str:
        """Add an ACTIVATED device, as after its onboarding.

        Args:
            device: kind of the device.
            name: name of the managed thing; the device's name if None.
            hub_id: id of the hub that the device is behind.
            locker_id: id of the credential locker; the hub's locker if None.
            association_id: id of the account association that the device belongs to.
            identifier: id of the managed thing; generated if None.
            serial_number: serial number of the device.

        Returns:
            The id of the managed thing.
        """
        # Imported here, because an emulator starts faster without this module.
        from iotmi.emulator._devices.adding import Addition, add_thing

        described = document_of(device)
        addition = Addition(
            role="DEVICE",
            name=device.name if name is None else name,
            hub_id=hub_id,
            locker_id=locker_id,
            association_id=association_id,
            identifier=identifier,
            serial_number=serial_number,
        )
        with self._account() as account:
            return add_thing(account, addition, described)

    def add_hub(
        self,
        name: str = "Hub",
        *,
        locker_id: str | None = None,
        identifier: str | None = None,
        serial_number: str | None = None,
    ) -> str:
        """Add an ACTIVATED hub, as after its onboarding.

        Args:
            name: name of the managed thing.
            locker_id: id of the hub's credential locker.
            identifier: id of the managed thing; generated if None.
            serial_number: serial number of the hub.

        Returns:
            The id of the managed thing.
        """
        from iotmi.emulator._devices.adding import Addition, add_thing

        addition = Addition(
            role="CONTROLLER",
            name=name,
            locker_id=locker_id,
            identifier=identifier,
            serial_number=serial_number,
        )
        with self._account() as account:
            return add_thing(account, addition, None)

    # -- power and connection ----------------------------------------------------------

    def power_on(self, managed_thing_id: str, device: VirtualDevice | None = None) -> None:
        """Switch a device on.

        Args:
            managed_thing_id: id of the device.
            device: kind of the device, which defines its capabilities, or None to leave them.
        """
        described = None if device is None else document_of(device)
        with self._account() as account:
            thing = account.find(MANAGED_THING, managed_thing_id)
            if described is not None:
                state.install_device(account, managed_thing_id, described)
            _connect(account, thing)

    def power_off(self, managed_thing_id: str) -> None:
        """Switch a device off. The service notices a keep-alive timeout."""
        self.go_offline(managed_thing_id, reason=_POWER_CUT)

    def come_online(self, managed_thing_id: str) -> None:
        """Connect a device again. Transitions that waited for it continue."""
        with self._account() as account:
            _connect(account, account.find(MANAGED_THING, managed_thing_id))

    def go_offline(self, managed_thing_id: str, *, reason: str = "CONNECTION_LOST") -> None:
        """Disconnect a device. Disconnecting a hub also cuts off the devices behind it.

        Commands to it are accepted and fail. Transitions that need it, such as its deletion, wait.

        Args:
            managed_thing_id: id of the device.
            reason: disconnect reason of the service, such as ``CLIENT_INITIATED_DISCONNECT``.
        """
        known = disconnect_reasons()
        if reason not in known:
            raise ValueError(f"reason must be one of {', '.join(known)}")
        with self._account() as account:
            thing = account.find(MANAGED_THING, managed_thing_id)
            thing |= {OFFLINE_REASON: reason, "ConnectionChangedAt": account.clock.now()}
            _save(account, MANAGED_THING, thing)

    # -- discovery ---------------------------------------------------------------------

    def appear(self, where: str, device: VirtualDevice, *, identifier: str | None = None) -> str:
        """Place a device near a hub, or in the cloud of an account association's user.

        Discoveries find it there. Without any such device, they find two default devices.

        Args:
            where: id of the hub or of the account association.
            device: device to place.
            identifier: id of the device in its cloud; generated if None.

        Returns:
            The id of the device. For a device in a cloud, this is the ``ConnectorDeviceId``.
        """
        described = document_of(device)
        with self._account() as account:
            hub = account.transaction.get(MANAGED_THING.name, where)
            if hub is None and account.transaction.get(ACCOUNT_ASSOCIATION.name, where) is None:
                raise LookupError(f"no hub and no account association has the id {where}")
            member = "AccountAssociationId" if hub is None else "ControllerId"
            place: JsonObject = {member: where, "Device": described}
            made = account.create(NEARBY_DEVICE, {**place, NEARBY_DEVICE.identifier: identifier})
            return text(made, NEARBY_DEVICE.identifier)

    def finish_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery with the devices that it finds."""
        self._end_discovery(device_discovery_id, "SUCCEEDED")

    def fail_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery as failed."""
        self._end_discovery(device_discovery_id, "FAILED")

    def time_out_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery as it ends after 15 minutes."""
        self._end_discovery(device_discovery_id, "TIMED_OUT")

    # -- holding -----------------------------------------------------------------------

    def hold(self, identifier: str) -> None:
        """Stop all transitions of a resource until `release`.

        The resource is a managed thing, an account association, a device discovery, an OTA task
        or a provisioning profile. A held thing or task also holds its executions. A held hub
        also holds the devices behind it.

        Args:
            identifier: id of the resource.
        """
        self._set_held(identifier, held=True)

    def release(self, identifier: str) -> None:
        """Let the transitions of a held resource continue."""
        self._set_held(identifier, held=False)

    # -- reports and events ------------------------------------------------------------

    def report(
        self,
        managed_thing_id: str,
        name: str,
        value: JsonValue,
        *,
        capability: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        """Report a property's value from a device, which changes the thing's state.

        The value must fit the schema of the property. A capability that is not in the schema
        catalogue takes any value.

        Args:
            managed_thing_id: id of the device.
            name: name of the property, such as ``OnOff``.
            value: new value.
            capability: id of the capability, needed if several have a property of this name.
            endpoint: id of the endpoint, needed in the same case.
        """
        with self._account() as account:
            thing = _require_reachable(account, managed_thing_id)
            details = account.transaction.get(CAPABILITIES.name, text(thing, "Id")) or {}
            ref = state.find_capability(
                thing, details, "properties", name, capability=capability, endpoint=endpoint
            )
            state.change(account, ref, _checked(ref, name, value))

    def emit(
        self,
        managed_thing_id: str,
        name: str,
        value: JsonValue = None,
        *,
        capability: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        """Emit an event from a device. An event changes no state.

        Args:
            managed_thing_id: id of the device.
            name: name of the event, such as ``DoorLockAlarm``.
            value: value of the event.
            capability: id of the capability, needed if several have an event of this name.
            endpoint: id of the endpoint, needed in the same case.
        """
        with self._account() as account:
            thing = _require_reachable(account, managed_thing_id)
            details = account.transaction.get(CAPABILITIES.name, text(thing, "Id")) or {}
            ref = state.find_capability(
                thing, details, "events", name, capability=capability, endpoint=endpoint
            )
            reported: JsonObject = {
                **picked(ref.capability, "id", "name", "version"),
                "properties": [{"name": name, "value": value}],
            }
            endpoint_report: JsonObject = {
                "endpointId": ref.endpoint,
                "capabilities": [reported],
            }
            account.publish(DeviceEvent(managed_thing_id, [endpoint_report]))

    # -- over-the-air updates ----------------------------------------------------------

    def start_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Start a queued update on a device."""
        with self._account() as account:
            execution = executions.find(account, ota_task_id, managed_thing_id)
            _require(execution, "Status", "QUEUED")
            account.apply_transition(OTA_EXECUTION, execution, "IN_PROGRESS")

    def finish_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Finish an update on a device."""
        self._end_ota(ota_task_id, managed_thing_id, "SUCCEEDED")

    def fail_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Fail an update on a device. The task's settings may retry it."""
        self._end_ota(ota_task_id, managed_thing_id, "FAILED")

    def reject_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Reject an update on a device."""
        self._end_ota(ota_task_id, managed_thing_id, "REJECTED")

    # -- people ------------------------------------------------------------------------

    def sign_in(self, account_association_id: str) -> None:
        """Sign the end user in with the third party."""
        self._end_login(account_association_id, "ASSOCIATION_SUCCEEDED", None)

    def refuse_sign_in(
        self, account_association_id: str, message: str = "The user did not sign in"
    ) -> None:
        """Abort the sign-in of the end user.

        Args:
            account_association_id: id of the account association.
            message: error message of the account association.
        """
        self._end_login(account_association_id, "ASSOCIATION_FAILED", message)

    def expire_tokens(self, account_association_id: str) -> None:
        """Expire the third party's access token and refresh token."""
        with self._account() as account:
            association = account.find(ACCOUNT_ASSOCIATION, account_association_id)
            _require(association, "AssociationState", "ASSOCIATION_SUCCEEDED")
            account.apply_transition(ACCOUNT_ASSOCIATION, association, "REFRESH_TOKEN_EXPIRED")

    # -- deletion ----------------------------------------------------------------------

    def confirm_deletion(self, managed_thing_id: str) -> None:
        """Confirm a deletion from the device, which deletes the thing."""
        with self._account() as account:
            thing = account.find(MANAGED_THING, managed_thing_id)
            _require(thing, "ProvisioningStatus", "DELETE_IN_PROGRESS")
            account.remove(MANAGED_THING, managed_thing_id)

    def fail_deletion(self, managed_thing_id: str) -> None:
        """Fail a deletion. The service does not document when this happens."""
        with self._account() as account:
            thing = account.find(MANAGED_THING, managed_thing_id)
            _require(thing, "ProvisioningStatus", "DELETE_IN_PROGRESS")
            account.apply_transition(MANAGED_THING, thing, "DELETION_FAILED")

    # -- internals ---------------------------------------------------------------------

    @contextmanager
    def _account(self) -> Iterator[AccountState]:
        with self._dispatcher.transaction() as account:
            try:
                yield account
            except ServiceFault as fault:
                raise LookupError(f"{fault.message} {fault.resource_id}") from None

    def _set_held(self, identifier: str, *, held: bool) -> None:
        with self._account() as account:
            for resource_type in STATEFUL_TYPES.values():
                found = account.transaction.get(resource_type.name, identifier)
                if found is not None:
                    reschedule(account, resource_type, {**found, HELD: held})
                    return
            raise LookupError(f"no resource has the id {identifier}")

    def _end_discovery(self, identifier: str, status: str) -> None:
        with self._account() as account:
            discovery = account.find(DEVICE_DISCOVERY, identifier)
            _require(discovery, "Status", "RUNNING")
            account.apply_transition(DEVICE_DISCOVERY, discovery, status)

    def _end_ota(self, task: str, thing: str, status: str) -> None:
        with self._account() as account:
            execution = executions.find(account, task, thing)
            _require(execution, "Status", "QUEUED", "IN_PROGRESS")
            if status == "SUCCEEDED" and execution["Status"] == "QUEUED":
                account.apply_transition(OTA_EXECUTION, execution, "IN_PROGRESS")
            account.apply_transition(OTA_EXECUTION, execution, status)

    def _end_login(self, identifier: str, status: str, message: str | None) -> None:
        with self._account() as account:
            association = account.find(ACCOUNT_ASSOCIATION, identifier)
            _require(association, "AssociationState", "ASSOCIATION_IN_PROGRESS")
            association["ErrorMessage"] = message
            account.apply_transition(ACCOUNT_ASSOCIATION, association, status)


def _checked(ref: state.CapabilityRef, name: str, value: JsonValue) -> JsonObject:
    """Return a property with its value in canonical form.

    Raises:
        ValueError: the value does not fit the schema of the property.
    """
    # Imported by the first report, so that an emulator starts without the clusters.
    from iotmi.emulator._clusters._rules import RefusedError
    from iotmi.emulator._clusters.table import checked_update

    try:
        return checked_update(ref.identifier, {name: value})
    except RefusedError as refused:
        raise ValueError(f"{ref.identifier}: {refused}") from None


def disconnect_reasons() -> list[str]:
    """Return the reasons for which a device can go offline."""
    output = load_service().operations["GetManagedThingConnectivityData"].output
    reason = None if output is None else output.members["DisconnectReason"]
    return reason.enum if isinstance(reason, StringShape) else []


def _connect(account: AccountState, thing: JsonObject) -> None:
    if thing.pop(OFFLINE_REASON, None) is not None:
        thing["ConnectionChangedAt"] = account.clock.now()
    _save(account, MANAGED_THING, thing)


def _save(account: AccountState, resource_type: ResourceType, document: JsonObject) -> None:
    account.save(resource_type, document)
    reschedule(account, resource_type, document)


def _require_reachable(account: AccountState, identifier: str) -> JsonObject:
    thing = account.find(MANAGED_THING, identifier)
    _require(thing, "ProvisioningStatus", "ACTIVATED")
    if not is_reachable(account.transaction, thing):
        raise WrongStatusError(f"the device of {identifier} is not connected")
    return thing


def _require(document: JsonObject, member: str, *statuses: str) -> None:
    if document[member] not in statuses:
        raise WrongStatusError(f"{member} must be {' or '.join(statuses)}, not {document[member]}")
