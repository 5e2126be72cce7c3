"""Provisioning profiles.

Owns their four operations. Certificates and keys are placeholders. A private key is returned once
and never stored.
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
    """Handle CreateProvisioningProfile. Names are unique, because devices use them."""
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
    """Handle GetProvisioningProfile."""
    return account.read(PROVISIONING_PROFILE, text(parameters, "Identifier"))


def list_profiles(account: AccountState, parameters: JsonObject) -> JsonObject:
    """Handle ListProvisioningProfiles."""
    return account.page(PROVISIONING_PROFILE, parameters)


def delete(account: AccountState, parameters: JsonObject) -> None:
    """Handle DeleteProvisioningProfile."""
    profile = account.find(PROVISIONING_PROFILE, text(parameters, "Identifier"))
    account.set_status(PROVISIONING_PROFILE, profile, "DELETE_IN_PROGRESS")


def placeholder_pem(label: str, subject: str) -> str:
    """Return a PEM text that is neither a certificate nor a key, and says so.

    Args:
        label: label of the PEM block, such as ``CERTIFICATE``.
        subject: name inside the text.
    """
    content = f"This is no {label.lower()}. The iotmi emulator made it for {subject}.\n" * 8
    lines = fill(b64encode(content.encode()).decode(), 64)
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _claim(parameters: JsonObject, identifier: str) -> tuple[str | None, str | None]:
    """Return the claim certificate, and its key unless the caller brought the certificate."""
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
