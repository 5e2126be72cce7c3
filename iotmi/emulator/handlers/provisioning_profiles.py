"""Provisioning profiles.

Owns their four operations. Certificates and keys are made up and open nothing; a private key
is answered once and never kept with the profile.
"""

from base64 import b64encode
from collections.abc import Mapping
from textwrap import fill
from typing import Final
from uuid import uuid4

from iotmi.emulator._account.account import AccountState, Handler
from iotmi.emulator._core.errors import conflict
from iotmi.emulator._core.json import JsonObject, optional_text, picked, text
from iotmi.emulator._model.resource_types import PROVISIONING_PROFILE


def create(account: AccountState, parameters: JsonObject) -> JsonObject:
    """CreateProvisioningProfile; devices name the profile, so its name is its own."""
    name = optional_text(parameters, "Name")
    if name is not None and account.first(PROVISIONING_PROFILE, {"Name": name}):
        raise conflict(PROVISIONING_PROFILE.conflict_message)
    identifier = uuid4().hex
    claim, key = _claim(parameters, identifier)
    profile = account.create(
        PROVISIONING_PROFILE,
        {
            "Id": identifier,
            "Name": identifier,
            **picked(parameters, "ProvisioningType", "Name", "Tags"),
            "ClaimCertificate": claim,
            "Status": "CREATE_IN_PROGRESS",
        },
    )
    return {**profile, "ClaimCertificatePrivateKey": key}


def get(account: AccountState, parameters: JsonObject) -> JsonObject:
    """GetProvisioningProfile."""
    return account.read(PROVISIONING_PROFILE, text(parameters, "Identifier"))


def list_profiles(account: AccountState, parameters: JsonObject) -> JsonObject:
    """ListProvisioningProfiles."""
    return account.page(PROVISIONING_PROFILE, parameters)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """DeleteProvisioningProfile."""
    profile = account.find(PROVISIONING_PROFILE, text(parameters, "Identifier"))
    account.set_status(PROVISIONING_PROFILE, profile, "DELETE_IN_PROGRESS")


def placeholder_pem(label: str, subject: str) -> str:
    """A text between the lines of a PEM label, such as ``CERTIFICATE``."""
    content = f"This is no {label.lower()}. The iotmi emulator made it for {subject}.\n" * 8
    lines = fill(b64encode(content.encode()).decode(), 64)
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _claim(parameters: JsonObject, identifier: str) -> tuple[str | None, str | None]:
    """The certificate devices claim theirs by, and its key unless the caller has that already."""
    given = optional_text(parameters, "ClaimCertificate")
    if given is not None or parameters["ProvisioningType"] != "FLEET_PROVISIONING":
        return given, None
    return placeholder_pem("CERTIFICATE", identifier), placeholder_pem(
        "RSA PRIVATE KEY", identifier
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    "CreateProvisioningProfile": create,
    "GetProvisioningProfile": get,
    "ListProvisioningProfiles": list_profiles,
    "DeleteProvisioningProfile": delete,
}
