"""The emulated home's devices, as a test has them in hand.

Owns what a test says to devices, hubs and end users. Each method is one transaction; what it
makes happen, handlers and the world do. It does not know requests.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.model import StringShape

from iotmi.emulator._account.account import World
from iotmi.emulator._account.reachability import is_reached
from iotmi.emulator._account.scheduler import reconsider
from iotmi.emulator._core.errors import Refusal
from iotmi.emulator._core.json import JsonObject, JsonValue, picked, text
from iotmi.emulator._devices.device import VirtualDevice, document_of
from iotmi.emulator._dispatch.dispatcher import Backend
from iotmi.emulator._model.domain_events import DeviceEvent
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CAPABILITIES,
    DEVICE_DISCOVERY,
    LIVING,
    MANAGED_THING,
    NEARBY_DEVICE,
    OTA_EXECUTION,
    Kind,
)
from iotmi.emulator._storage.transitions import HELD, OFFLINE
from iotmi.emulator.handlers._support import ota_executions as executions, thing_state as state
from iotmi.emulator.handlers._support.capability_lookup import part_of

_POWER_CUT = "MQTT_KEEP_ALIVE_TIMEOUT"


class Devices:
    """What the devices of the emulated home, its hubs and its people do.

    Left alone, all of them do by themselves what is wanted. One that a test has switched off,
    or holds, waits for the test. Ids are those of the service's answers.

    Every method raises LookupError where there is no such resource, and ValueError where it is
    not in the right status, cannot be reached, or has nothing of that name.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    # -- power and connection ----------------------------------------------------------

    def power_on(self, managed_thing_id: str, device: VirtualDevice | None = None) -> None:
        """Switch a device on; *device* says what it is, and so what it can do."""
        described = None if device is None else document_of(device)
        with self._world() as world:
            thing = world.find(MANAGED_THING, managed_thing_id)
            if described is not None:
                state.settle_in(world, managed_thing_id, described)
            _connect(world, thing)

    def power_off(self, managed_thing_id: str) -> None:
        """Switch a device off: it is soon missed, and does nothing."""
        self.go_offline(managed_thing_id, reason=_POWER_CUT)

    def come_online(self, managed_thing_id: str) -> None:
        """Connect a device again; what waited for it goes on."""
        with self._world() as world:
            _connect(world, world.find(MANAGED_THING, managed_thing_id))

    def go_offline(self, managed_thing_id: str, *, reason: str = "CONNECTION_LOST") -> None:
        """Cut a device off, and with a hub the devices behind it.

        Commands to it are taken and fail; what needs it, such as its deletion, waits.

        Args:
            managed_thing_id: The device.
            reason: As the service gives it, such as ``CLIENT_INITIATED_DISCONNECT``.
        """
        known = _disconnect_reasons()
        if reason not in known:
            raise ValueError(f"reason must be one of {', '.join(known)}")
        with self._world() as world:
            thing = world.find(MANAGED_THING, managed_thing_id)
            thing |= {OFFLINE: reason, "ConnectionChangedAt": world.clock.now()}
            _keep(world, MANAGED_THING, thing)

    # -- being found -------------------------------------------------------------------

    def appear(self, where: str, device: VirtualDevice, *, identifier: str | None = None) -> str:
        """Put a device near a hub, or into the cloud of an account association's user.

        Discoveries find it there, and no longer the two that they find anywhere else.

        Args:
            where: The id of the hub, or of the account association.
            device: What it is.
            identifier: The cloud's id of it; made up when None.

        Returns:
            Its id: of a cloud's device, the ``ConnectorDeviceId``.
        """
        described = document_of(device)
        with self._world() as world:
            hub = world.rows.get(MANAGED_THING.name, where)
            if hub is None:
                world.find(ACCOUNT_ASSOCIATION, where)
            member = "AccountAssociationId" if hub is None else "ControllerId"
            place: JsonObject = {member: where, "Device": described}
            made = world.create(NEARBY_DEVICE, {**place, NEARBY_DEVICE.identifier: identifier})
            return text(made, NEARBY_DEVICE.identifier)

    def finish_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery with what there is to be found."""
        self._end_discovery(device_discovery_id, "SUCCEEDED")

    def fail_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery without success."""
        self._end_discovery(device_discovery_id, "FAILED")

    def time_out_discovery(self, device_discovery_id: str) -> None:
        """End a running discovery as after 15 minutes."""
        self._end_discovery(device_discovery_id, "TIMED_OUT")

    # -- holding -----------------------------------------------------------------------

    def hold(self, identifier: str) -> None:
        """Have nothing come of a resource by itself, from now on.

        It is a managed thing, an account association, a device discovery, an OTA task or a
        provisioning profile. A held thing or task holds its executions, a held hub the
        devices behind it.
        """
        self._mark(identifier, held=True)

    def release(self, identifier: str) -> None:
        """Have things come by themselves again."""
        self._mark(identifier, held=False)

    # -- what devices say --------------------------------------------------------------

    def report(
        self,
        managed_thing_id: str,
        name: str,
        value: JsonValue,
        *,
        capability: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        """Have a device report a property's value, which changes its state.

        Args:
            managed_thing_id: The device.
            name: The property's, such as ``OnOff``.
            value: Its value from now on.
            capability: Its capability's id, where several have a property of this name.
            endpoint: Its endpoint, likewise.
        """
        with self._world() as world:
            thing = _reached(world, managed_thing_id)
            details = world.rows.get(CAPABILITIES.name, text(thing, "Id")) or {}
            part = part_of(
                thing, details, "properties", name, capability=capability, endpoint=endpoint
            )
            state.change(world, part, {name: value})

    def emit(
        self,
        managed_thing_id: str,
        name: str,
        value: JsonValue = None,
        *,
        capability: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        """Have a device tell of an event, which changes no state.

        Args:
            managed_thing_id: The device.
            name: The event's, such as ``DoorLockAlarm``.
            value: What it says.
            capability: Its capability's id, where several have an event of this name.
            endpoint: Its endpoint, likewise.
        """
        with self._world() as world:
            thing = _reached(world, managed_thing_id)
            details = world.rows.get(CAPABILITIES.name, text(thing, "Id")) or {}
            part = part_of(thing, details, "events", name, capability=capability, endpoint=endpoint)
            told: JsonObject = {
                **picked(part.capability, "id", "name", "version"),
                "properties": [{"name": name, "value": value}],
            }
            told_at: JsonObject = {"endpointId": part.endpoint, "capabilities": [told]}
            world.announce(DeviceEvent(managed_thing_id, [told_at]))

    # -- over-the-air updates ----------------------------------------------------------

    def start_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Have a device begin with an update that is queued for it."""
        with self._world() as world:
            execution = executions.on(world, ota_task_id, managed_thing_id)
            _require(execution, "Status", "QUEUED")
            world.become(OTA_EXECUTION, execution, "IN_PROGRESS")

    def finish_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Have a device be done with an update."""
        self._end_ota(ota_task_id, managed_thing_id, "SUCCEEDED")

    def fail_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Have an update of a device fail; the task may have it tried again."""
        self._end_ota(ota_task_id, managed_thing_id, "FAILED")

    def reject_ota(self, ota_task_id: str, managed_thing_id: str) -> None:
        """Have a device refuse an update."""
        self._end_ota(ota_task_id, managed_thing_id, "REJECTED")

    # -- people ------------------------------------------------------------------------

    def sign_in(self, account_association_id: str) -> None:
        """Have the end user sign in with the third party."""
        self._answer_login(account_association_id, "ASSOCIATION_SUCCEEDED", None)

    def refuse_sign_in(
        self, account_association_id: str, message: str = "The user did not sign in"
    ) -> None:
        """Have the end user turn away; *message* is the association's error message."""
        self._answer_login(account_association_id, "ASSOCIATION_FAILED", message)

    def expire_tokens(self, account_association_id: str) -> None:
        """Have both of the third party's tokens expire."""
        with self._world() as world:
            association = world.find(ACCOUNT_ASSOCIATION, account_association_id)
            _require(association, "AssociationState", "ASSOCIATION_SUCCEEDED")
            world.become(ACCOUNT_ASSOCIATION, association, "REFRESH_TOKEN_EXPIRED")

    # -- leaving -----------------------------------------------------------------------

    def confirm_deletion(self, managed_thing_id: str) -> None:
        """Have a device say that it has left: its thing is gone."""
        with self._world() as world:
            thing = world.find(MANAGED_THING, managed_thing_id)
            _require(thing, "ProvisioningStatus", "DELETE_IN_PROGRESS")
            world.remove(MANAGED_THING, managed_thing_id)

    def fail_deletion(self, managed_thing_id: str) -> None:
        """Have a deletion fail; when the service says so is documented nowhere."""
        with self._world() as world:
            thing = world.find(MANAGED_THING, managed_thing_id)
            _require(thing, "ProvisioningStatus", "DELETE_IN_PROGRESS")
            world.become(MANAGED_THING, thing, "DELETION_FAILED")

    # ----------------------------------------------------------------------------------

    @contextmanager
    def _world(self) -> Iterator[World]:
        with self._backend.by_hand() as world:
            try:
                yield world
            except Refusal as refusal:
                raise LookupError(f"{refusal.message} {refusal.resource_id}") from None

    def _mark(self, identifier: str, *, held: bool) -> None:
        with self._world() as world:
            for kind in LIVING.values():
                found = world.rows.get(kind.name, identifier)
                if found is not None:
                    reconsider(world, kind, {**found, HELD: held})
                    return
            raise LookupError(f"there is no resource {identifier}")

    def _end_discovery(self, identifier: str, status: str) -> None:
        with self._world() as world:
            discovery = world.find(DEVICE_DISCOVERY, identifier)
            _require(discovery, "Status", "RUNNING")
            world.become(DEVICE_DISCOVERY, discovery, status)

    def _end_ota(self, task: str, thing: str, status: str) -> None:
        with self._world() as world:
            execution = executions.on(world, task, thing)
            _require(execution, "Status", "QUEUED", "IN_PROGRESS")
            if status == "SUCCEEDED" and execution["Status"] == "QUEUED":
                world.become(OTA_EXECUTION, execution, "IN_PROGRESS")
            world.become(OTA_EXECUTION, execution, status)

    def _answer_login(self, identifier: str, status: str, message: str | None) -> None:
        with self._world() as world:
            association = world.find(ACCOUNT_ASSOCIATION, identifier)
            _require(association, "AssociationState", "ASSOCIATION_IN_PROGRESS")
            association["ErrorMessage"] = message
            world.become(ACCOUNT_ASSOCIATION, association, status)


def _disconnect_reasons() -> list[str]:
    output = load_service().operations["GetManagedThingConnectivityData"].output
    reason = None if output is None else output.members["DisconnectReason"]
    return reason.enum if isinstance(reason, StringShape) else []


def _connect(world: World, thing: JsonObject) -> None:
    if thing.pop(OFFLINE, None) is not None:
        thing["ConnectionChangedAt"] = world.clock.now()
    _keep(world, MANAGED_THING, thing)


def _keep(world: World, kind: Kind, document: JsonObject) -> None:
    world.save(kind, document)
    reconsider(world, kind, document)


def _reached(world: World, identifier: str) -> JsonObject:
    thing = world.find(MANAGED_THING, identifier)
    _require(thing, "ProvisioningStatus", "ACTIVATED")
    if not is_reached(world, thing):
        raise ValueError(f"the device of {identifier} is not connected")
    return thing


def _require(document: JsonObject, member: str, *statuses: str) -> None:
    if document[member] not in statuses:
        raise ValueError(f"its {member} is {document[member]}, not {' or '.join(statuses)}")
