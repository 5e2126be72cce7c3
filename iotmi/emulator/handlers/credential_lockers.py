"""Credential lockers.

Owns their four operations. Names need not be unique. A locker in use cannot be deleted.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, picked, text
from iotmi.emulator._model.resource_types import CREDENTIAL_LOCKER, MANAGED_THING


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateCredentialLocker."""
    return account.create(CREDENTIAL_LOCKER, picked(parameters, "Name", "Tags"))


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetCredentialLocker."""
    return account.find(CREDENTIAL_LOCKER, text(parameters, "Identifier"))


def list_lockers(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListCredentialLockers."""
    return account.page(CREDENTIAL_LOCKER, parameters)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteCredentialLocker. The operation declares no conflict."""
    identifier = text(parameters, "Identifier")
    account.find(CREDENTIAL_LOCKER, identifier)
    if account.first(MANAGED_THING, {"CredentialLockerId": identifier}):
        raise account.invalid("The credential locker is in use by a managed thing.")
    account.remove(CREDENTIAL_LOCKER, identifier)


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateCredentialLocker": create,
    "GetCredentialLocker": get,
    "ListCredentialLockers": list_lockers,
    "DeleteCredentialLocker": delete,
}
