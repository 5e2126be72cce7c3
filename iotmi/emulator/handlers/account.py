"""What the account has one of: its endpoint for devices, its encryption, its hub configuration.

Owns their six operations. No key is used and no endpoint listens.
"""

from collections.abc import Mapping
from typing import Final

from iotmi.emulator._account.account import Handler, World
from iotmi.emulator._core.json import JsonObject, picked
from iotmi.emulator._model.resource_types import (
    CUSTOM_ENDPOINT,
    ENCRYPTION_CONFIGURATION,
    HUB_CONFIGURATION,
    Kind,
)

_OWN_KEY: Final = "CUSTOMER_KEY_ENCRYPTION"
_BEFORE_ANY_CALL: Final[Mapping[str, str]] = {
    "encryptionType": "MANAGED_INTEGRATIONS_DEFAULT_ENCRYPTION",
    "State": "ENABLED",
}


def register_endpoint(world: World, _parameters: JsonObject) -> JsonObject:
    """RegisterCustomEndpoint; again, it answers the same address."""
    place = world.place
    address = f"emulated{place.account_id}-ats.iot.{place.region_name}.amazonaws.com"
    return _keep(world, CUSTOM_ENDPOINT, {"EndpointAddress": address})


def get_endpoint(world: World, _parameters: JsonObject) -> JsonObject:
    """GetCustomEndpoint."""
    return world.find(CUSTOM_ENDPOINT, world.place.account_id)


def put_hub(world: World, parameters: JsonObject) -> JsonObject:
    """PutHubConfiguration."""
    return _keep(world, HUB_CONFIGURATION, parameters)


def get_hub(world: World, _parameters: JsonObject) -> JsonObject:
    """GetHubConfiguration."""
    return world.find(HUB_CONFIGURATION, world.place.account_id)


def put_encryption(world: World, parameters: JsonObject) -> JsonObject:
    """PutDefaultEncryptionConfiguration."""
    if ("kmsKeyArn" in parameters) != (parameters["encryptionType"] == _OWN_KEY):
        raise world.invalid(f"kmsKeyArn must go with {_OWN_KEY}, and only with it")
    return _shown(
        _keep(world, ENCRYPTION_CONFIGURATION, {**parameters, "State": "UPDATE_IN_PROGRESS"})
    )


def get_encryption(world: World, _parameters: JsonObject) -> JsonObject:
    """GetDefaultEncryptionConfiguration; there is one before any call."""
    if world.rows.get(ENCRYPTION_CONFIGURATION.name, world.place.account_id) is None:
        return _shown({**_BEFORE_ANY_CALL})
    return _shown(world.look(ENCRYPTION_CONFIGURATION, world.place.account_id))


def _keep(world: World, kind: Kind, document: JsonObject) -> JsonObject:
    """Make the account's one of a kind, in place of the one before."""
    world.remove(kind, world.place.account_id)
    return world.create(kind, {**document, kind.identifier: world.place.account_id})


def _shown(configuration: JsonObject) -> JsonObject:
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
