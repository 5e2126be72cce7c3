"""What the scripted service answers: one thing, one creation, the pages of a listing.

Every member that the service's model has is there, with values of the length that real ones have.
What tells one thing from another (ids, names, serial numbers, times) differs from item to item and
from page to page, and what a fleet has in common (brands, models, states) comes again.
"""

import hashlib
import json
from typing import Final

PAGE_SIZE: Final = 100
THING_ID: Final = "9b7e61f04c3d4f5ab1d8"
_REGION_AND_ACCOUNT: Final = "arn:aws:iotmanagedintegrations:eu-west-1:123456789012"
# Stands in the template of a page wherever its number goes; no JSON has such a text by itself.
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
    """Page *number* of *pages*, each with 100 things of its own."""
    stamped = _TEMPLATE.replace(_STAMP.encode(), b"%06d" % number)
    if number + 1 >= pages:
        return stamped + b"}"
    return stamped + b',"NextToken":"page=%06d"}' % (number + 1)


def page_of(token: str) -> int:
    """The number of the page that *token* asks for; the first where there is none."""
    return int(token.rpartition("=")[2] or 0)


def thing() -> bytes:
    """The one thing that can be got."""
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
    """What a creation tells."""
    return _compact({"Id": THING_ID, "Arn": _arn(THING_ID), "CreatedAt": 1753862400.123}).encode()


def _summary(number: int) -> dict[str, object]:
    """The thing of that number on a page, with all the 19 members of a summary."""
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
    """As long as a real id; the page's number is a part of it."""
    return hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:26] + _STAMP


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))


# Without its last brace, for the token of the next page may follow.
_TEMPLATE: Final = _compact({"Items": [_summary(n) for n in range(PAGE_SIZE)]})[:-1].encode()
