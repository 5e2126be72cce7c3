"""Connector destinations: the ways in which users of a cloud connector log in.

Owns their five operations, and the combinations that an authorization allows. No secret is read.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.json import JsonObject, mapping, objects, optional_text, picked, text
from iotmi.emulator._model.resource_types import (
    ACCOUNT_ASSOCIATION,
    CLOUD_CONNECTOR,
    CONNECTOR_DESTINATION,
)

MAX_MATERIALS: Final = 3
"""The largest number of general authorization materials of a destination, from the model."""

_FILTERS: Final[Mapping[str, str]] = MappingProxyType({"CloudConnectorId": "CloudConnectorId"})


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle CreateConnectorDestination, with OAuth, general authorization, or both."""
    account.find(CLOUD_CONNECTOR, text(parameters, "CloudConnectorId"))
    config = mapping(parameters, "AuthConfig")
    materials = objects(config, "GeneralAuthorization")
    if "oAuth" not in config and not materials:
        raise account.invalid("AuthConfig must have oAuth or GeneralAuthorization")
    _require_together(account, parameters, login="oAuth" in config)
    if len(_by_name(materials)) < len(materials):
        raise account.invalid("AuthConfig.GeneralAuthorization must not name a material twice")
    login: JsonObject = {"AuthType": "OAUTH"} if "oAuth" in config else {}
    return account.create(CONNECTOR_DESTINATION, {**login, **parameters})


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle GetConnectorDestination."""
    destination = account.find(CONNECTOR_DESTINATION, text(parameters, "Identifier"))
    login = mapping(mapping(destination, "AuthConfig"), "oAuth")
    return {
        **destination,
        "OAuthCompleteRedirectUrl": optional_text(login, "oAuthCompleteRedirectUrl"),
    }


def list_destinations(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListConnectorDestinations."""
    return account.page(CONNECTOR_DESTINATION, parameters, _FILTERS)


def update(account: AccountState, parameters: JsonObject) -> None:
    """Handle UpdateConnectorDestination. The place of the login cannot change."""
    destination = account.find(CONNECTOR_DESTINATION, text(parameters, "Identifier"))
    config = mapping(destination, "AuthConfig")
    _require_together(account, parameters, login="oAuth" in config, changed=True)
    changes = mapping(parameters, "AuthConfig")
    if "oAuthUpdate" in changes:
        if "oAuth" not in config:
            raise account.invalid("AuthConfig.oAuthUpdate requires a destination with oAuth")
        config["oAuth"] = {**mapping(config, "oAuth"), **mapping(changes, "oAuthUpdate")}
    if "GeneralAuthorizationUpdate" in changes:
        _change_materials(account, config, mapping(changes, "GeneralAuthorizationUpdate"))
    given = picked(parameters, "Name", "Description", "AuthType", "SecretsManager")
    account.save(CONNECTOR_DESTINATION, {**destination, **given, "AuthConfig": config})


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteConnectorDestination. The operation declares no conflict."""
    identifier = text(parameters, "Identifier")
    account.find(CONNECTOR_DESTINATION, identifier)
    if account.first(ACCOUNT_ASSOCIATION, {"ConnectorDestinationId": identifier}):
        raise account.invalid("The connector destination is in use by an account association.")
    account.remove(CONNECTOR_DESTINATION, identifier)


def _require_together(
    account: AccountState, parameters: JsonObject, *, login: bool, changed: bool = False
) -> None:
    """Check that AuthType and SecretsManager go with OAuth.

    The client secret of OAuth is at the top level. General authorization has none there.
    """
    if login and not changed and "SecretsManager" not in parameters:
        raise account.invalid("SecretsManager is required by AuthConfig.oAuth")
    if not login and picked(parameters, "AuthType", "SecretsManager"):
        raise account.invalid("AuthType and SecretsManager must go with AuthConfig.oAuth")


def _change_materials(account: AccountState, config: JsonObject, changes: JsonObject) -> None:
    present = _by_name(objects(config, "GeneralAuthorization"))
    added = _by_name(objects(changes, "AuthMaterialsToAdd"))
    updated = _by_name(objects(changes, "AuthMaterialsToUpdate"))
    path = "AuthConfig.GeneralAuthorizationUpdate"
    if present.keys() & added.keys():
        raise account.invalid(f"{path}.AuthMaterialsToAdd must name only new materials")
    if not updated.keys() <= present.keys():
        raise account.invalid(f"{path}.AuthMaterialsToUpdate must name existing materials")
    materials = {**present, **added, **updated}
    if len(materials) > MAX_MATERIALS:
        raise account.invalid(f"{path} must leave at most {MAX_MATERIALS} materials")
    config["GeneralAuthorization"] = list(materials.values())


def _by_name(materials: list[JsonObject]) -> dict[str, JsonObject]:
    return {text(material, "AuthMaterialName"): material for material in materials}


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateConnectorDestination": create,
    "GetConnectorDestination": get,
    "ListConnectorDestinations": list_destinations,
    "UpdateConnectorDestination": update,
    "DeleteConnectorDestination": delete,
}
