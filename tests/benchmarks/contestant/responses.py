"""The responses of the scripted service: one thing, one creation, the pages of a listing.

Every member of the service's model is present, with values of realistic length. Ids, names, serial
numbers and times differ between items and pages. Brands, models and statuses repeat, as in a fleet.
"""

import hashlib
import json
from typing import Final

PAGE_SIZE: Final = 100
THING_ID: Final = "9b7e61f04c3d4f5ab1d8"
_REGION_AND_ACCOUNT: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012"
# Placeholder for the page's number in the template. It occurs nowhere else in the JSON.
_STAMP: Final = "@@@@@@"
_MODELS: Final = (
    ("Northwind", "NW Bulb A19", "light bulb"),
    ("Contoso Home", "CH-TS-200", "thermostat"),
    ("Fabrikam", "Window Sensor 3", "contact sensor"),
    ("Fabrikam", "Plug Mini EU", "smart plug"),
    ("Tailspin", "Deadbolt 2 Pro", "door lock"),
    ("Adventure Works", "Blinds Motor M1", "window covering"),
    ("Northwind", "NW Strip 5m", "light strip"),
)
_STATUSES: Final = ("ACTIVATED", "ACTIVATED", "ACTIVATED", "DISCOVERED", "ISOLATED")


def page(number: int, pages: int) -> bytes:
    """Return page *number* of *pages*, each with 100 different things."""
    stamped = _TEMPLATE.replace(_STAMP.encode(), b"%06d" % number)
    if number + 1 >= pages:
        return stamped + b"}"
    return stamped + b',"NextToken":"page=%06d"}' % (number + 1)


def page_of(token: str) -> int:
    """Return the page number in *token*, or 0 for an empty token."""
    return int(token.rpartition("=")[2] or 0)


def thing() -> bytes:
    """Return the response of ``GetManagedThing``."""
    members = {
        **_summary(0),
        "Id": THING_ID,
        "Arn": _arn(THING_ID),
        "UniversalProductCode": "829576019524",
        "InternationalArticleNumber": "4006381333931",
        "DeviceSpecificKey": "02-13-24-35-46-57-68-79",
        "MacAddress": "00:1B:44:11:3A:B7",
        "HubNetworkMode": "STANDARD",
        "MetaData": {"floor": "ground", "room": "hall", "installer": "24-7731"},
        "Tags": {"fleet": "eu-north", "stage": "production"},
        "WiFiSimpleSetupConfiguration": {
            "EnableAsProvisioner": True,
            "EnableAsProvisionee": False,
            "TimeoutInMinutes": 15,
        },
    }
    return _compact(members).replace(_STAMP, "000000").encode()


def creation() -> bytes:
    """Return the response of ``CreateManagedThing``."""
    return _compact({"Id": THING_ID, "Arn": _arn(THING_ID), "CreatedAt": 1753862400.123}).encode()


def _summary(number: int) -> dict[str, object]:
    """Return one thing of a page with all 19 members of a summary."""
    brand, model, classification = _MODELS[number % len(_MODELS)]
    identity = _hexadecimal("thing", number)
    home = _hexadecimal("home", number // 12)
    times = 1753862400 + number * 61
    return {
        "Id": identity,
        "Arn": _arn(identity),
        "AdvertisedProductId": f"product-{number % len(_MODELS)}",
        "Brand": brand,
        "Classification": classification,
        "ConnectorDeviceId": f"device-{_hexadecimal('device', number)}",
        "ConnectorPolicyId": "policy-7d1b2f",
        "ConnectorDestinationId": "4f0ad2c95b3e",
        "Model": model,
        "Name": f"{classification} {_STAMP} {number}",
        "Owner": f"owner-{home}",
        "CredentialLockerId": home,
        "ParentControllerId": _hexadecimal("hub", number // 12),
        "ProvisioningStatus": _STATUSES[number % len(_STATUSES)],
        "Role": "CONTROLLER" if number % 12 == 0 else "DEVICE",
        "SerialNumber": f"SN-{_STAMP}-{number:04}",
        "CreatedAt": times + 0.127,
        "UpdatedAt": times + 86400.904,
        "ActivatedAt": times + 312.551,
    }


def _arn(identity: str) -> str:
    return f"{_REGION_AND_ACCOUNT}:managed-thing/{identity}"


def _hexadecimal(kind: str, number: int) -> str:
    """Return an id of realistic length that contains the page's number."""
    return hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:26] + _STAMP


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


# Without the last brace, because `page` may add the next token.
_TEMPLATE: Final = _compact({"Items": [_summary(n) for n in range(PAGE_SIZE)]})[:-1].encode()
