"""The addition of a managed thing that is activated at once.

Owns the checks and the documents of such a thing. The service creates things in other statuses and
activates them later. This module must not know requests.
"""

from attrs import frozen
from botocore.model import StringShape

from iotmi._schema.patterns import compile_pattern
from iotmi.emulator._account.account import AccountState
from iotmi.emulator._core.errors import WrongStatusError
from iotmi.emulator._core.json import JsonObject, optional_text, text
from iotmi.emulator._model.operations import load_service
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    BY_CLOUD,
    BY_CODE,
    BY_DISCOVERY,
    CREDENTIAL_LOCKER,
    MANAGED_THING,
    REGISTRATION,
)
from iotmi.emulator.handlers._support.registrations import associate
from iotmi.emulator.handlers._support.thing_state import install_device


@frozen
class Addition:
    """The thing to add.

    Attributes:
        role: ``CONTROLLER`` or ``DEVICE``.
        name: name of the thing.
        hub_id: id of the hub that the thing is behind, or None.
        locker_id: id of the credential locker, or None.
        association_id: id of the account association that the thing belongs to, or None.
        identifier: id of the thing, or None to generate one.
        serial_number: serial number of the thing, or None.
    """

    role: str
    name: str
    hub_id: str | None = None
    locker_id: str | None = None
    association_id: str | None = None
    identifier: str | None = None
    serial_number: str | None = None


def add_thing(account: AccountState, addition: Addition, device: JsonObject | None) -> str:
    """Create an activated thing, and return its id.

    Args:
        account: state of the account.
        addition: the thing.
        device: stored form of its device, or None for a thing without capabilities.

    Raises:
        ServiceFault: the hub, the locker or the account association does not exist.
        ValueError: a name breaks a limit of the service, or two places are given.
        WrongStatusError: the hub is not activated, or the user of the account is not signed in.
    """
    if addition.hub_id is not None and addition.association_id is not None:
        raise ValueError("hub_id and association_id exclude each other")
    named = {
        "Name": addition.name,
        "Brand": None if device is None else text(device, "Brand"),
        "Model": None if device is None else text(device, "Model"),
        "SerialNumber": addition.serial_number,
    }
    for member, value in named.items():
        if value is not None:
            _require_valid(member, value)
    hub = None if addition.hub_id is None else _hub(account, addition.hub_id)
    locker = addition.locker_id
    if locker is not None:
        account.find(CREDENTIAL_LOCKER, locker)
    elif hub is not None:
        locker = optional_text(hub, "CredentialLockerId")
    association = None
    if addition.association_id is not None:
        association = account.find(ACCOUNT_ASSOCIATION, addition.association_id)
        if association["AssociationState"] != "ASSOCIATION_SUCCEEDED":
            raise WrongStatusError("AssociationState must be ASSOCIATION_SUCCEEDED")
    flow = BY_CODE if addition.role == "CONTROLLER" else BY_DISCOVERY
    thing = account.create(
        MANAGED_THING,
        {
            **{member: value for member, value in named.items() if value is not None},
            "Id": addition.identifier,
            "Role": addition.role,
            "ProvisioningStatus": "ACTIVATED" if association is None else "UNASSOCIATED",
            "Flow": flow if association is None else BY_CLOUD,
            "ParentControllerId": addition.hub_id,
            "CredentialLockerId": locker,
        },
    )
    identifier = text(thing, "Id")
    if device is not None:
        install_device(account, identifier, device)
    if association is not None:
        thing["CloudDeviceId"] = f"cloud-{identifier[:12]}"
        registered: JsonObject = {
            "ManagedThingId": identifier,
            "AccountAssociationId": addition.association_id,
        }
        associate(account, thing, association, account.create(REGISTRATION, registered))
    return identifier


def _hub(account: AccountState, identifier: str) -> JsonObject:
    hub = account.find(MANAGED_THING, identifier)
    if hub["Role"] != "CONTROLLER":
        raise ValueError("hub_id must be the id of a managed thing with the role CONTROLLER")
    if hub["ProvisioningStatus"] != "ACTIVATED":
        raise WrongStatusError(
            f"ProvisioningStatus must be ACTIVATED, not {hub['ProvisioningStatus']}"
        )
    return hub


def _require_valid(member: str, value: str) -> None:
    """Check a value against the limits of ``CreateManagedThing``. The message has no value."""
    shape = load_service().operations["CreateManagedThing"].input.members[member]
    limits = shape.metadata if isinstance(shape, StringShape) else {}
    lowest, highest = limits.get("min", 0), limits.get("max", len(value))
    if not lowest <= len(value) <= highest:
        raise ValueError(f"{member} must have from {lowest} to {highest} characters")
    pattern = limits.get("pattern")
    if pattern is not None and not compile_pattern(pattern).match(value):
        raise ValueError(f"{member} must match {pattern}")
