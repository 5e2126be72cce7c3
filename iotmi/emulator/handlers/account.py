"""Resources that the account has one of: its endpoint, its encryption and its hub configuration.

Owns their six operations. No key is used, and no endpoint listens.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, picked
from iotmi.emulator._model.resource_types import (
    CUSTOM_ENDPOINT,
    ENCRYPTION_CONFIGURATION,
    HUB_CONFIGURATION,
    ResourceType,
)

_CUSTOMER_KEY: Final = "CUSTOMER_KEY_ENCRYPTION"
_DEFAULT_ENCRYPTION: Final[Mapping[str, str]] = {
    "encryptionType": "MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION",
    "State": "ENABLED",
}


def register_endpoint(account: AccountState, _parameters: JsonObject) -> JsonObject:
    """Handle RegisterCustomEndpoint. Each call returns the same address."""
    scope = account.scope
    address = f"emulated{scope.account_id}-ats.iot.{scope.region_name}.amazonaws.com"
    return _replace(account, CUSTOM_ENDPOINT, {"EndpointAddress": address})


def get_endpoint(account: AccountState, _parameters: JsonObject) -> JsonObject:
    """Handle GetCustomEndpoint."""
    return account.find(CUSTOM_ENDPOINT, account.scope.account_id)


def put_hub(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle PutHubConfiguration."""
    return _replace(account, HUB_CONFIGURATION, parameters)


def get_hub(account: AccountState, _parameters: JsonObject) -> JsonObject:
    """Handle GetHubConfiguration."""
    return account.find(HUB_CONFIGURATION, account.scope.account_id)


def put_encryption(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle PutDefaultEncryptionConfiguration."""
    if ("kmsKeyArn" in parameters) != (parameters["encryptionType"] == _CUSTOMER_KEY):
        raise account.invalid(f"kmsKeyArn must go with {_CUSTOMER_KEY}, and only with it")
    return _to_response(
        _replace(account, ENCRYPTION_CONFIGURATION, {**parameters, "State": "UPDATE_IN_PROGRESS"})
    )


def get_encryption(account: AccountState, _parameters: JsonObject) -> JsonObject:
    """Handle GetDefaultEncryptionConfiguration. A default exists before any call."""
    if account.transaction.get(ENCRYPTION_CONFIGURATION.name, account.scope.account_id) is None:
        return _to_response({**_DEFAULT_ENCRYPTION})
    return _to_response(account.read(ENCRYPTION_CONFIGURATION, account.scope.account_id))


def _replace(
    account: AccountState, resource_type: ResourceType, document: JsonObject
) -> JsonObject:
    """Create the account's only resource of a type, and delete the one before."""
    account.remove(resource_type, account.scope.account_id)
    return account.create(
        resource_type, {**document, resource_type.identifier: account.scope.account_id}
    )


def _to_response(configuration: JsonObject) -> JsonObject:
    return {
        **picked(configuration, "encryptionType", "kmsKeyArn"),
        "configurationStatus": {"state": configuration["State"]},
    }


HANDLERS: Final[Mapping[str, Handler]] = {
    "RegisterCustomEndpoint": register_endpoint,
    "GetCustomEndpoint": get_endpoint,
    "PutHubConfiguration": put_hub,
    "GetHubConfiguration": get_hub,
    "PutDefaultEncryptionConfiguration": put_encryption,
    "GetDefaultEncryptionConfiguration": get_encryption,
}
