"""The Wi-Fi setup code: a serial number and a product code."""

import re
from typing import Final, Self

from attrs import field, frozen, validators

from iotmi._models.common import (
    INTERNATIONAL_ARTICLE_NUMBER,
    SERIAL_NUMBER,
    UNIVERSAL_PRODUCT_CODE,
)
from iotmi._models.managed_things import AuthenticationMaterialType
from iotmi._schema.sealing import sealed
from iotmi.errors import MaterialError
from iotmi.materials._base import (
    MaterialBase,
    MaterialIssue,
    hidden,
    matches,
    sealed_class,
    within,
)
from iotmi.materials._checksums import gtin_check_digit, is_gtin

_FORM: Final = re.compile(r"SN:([^:;]*);(UPC|EAN):([^:;]*);?", re.DOTALL)
_UPC_E: Final = re.compile(r"[01][0-9]{7}")
_GUIDE_SERIAL_NUMBER: Final = re.compile(r"[0-9A-Za-z]{12,50}")


@sealed_class
@frozen(kw_only=True)
class WiFiSetupCode(MaterialBase):
    """The bar code of a hub, or of a device with its own connection.

    A code has either a UPC or an EAN.

    Attributes:
        serial_number: 1 to 128 ASCII letters, digits, dashes, underscores and spaces. The
            developer guide requires 12 to 50 letters and digits, and others cause a warning.
        universal_product_code: the UPC, 12 digits.
        international_article_number: the EAN, 8 to 13 digits.

    Source: https://docs.aws.amazon.com/iot-mi/latest/devguide/managedintegrations-sdk-v2-cookbook-hubsetup.html
    """

    type = AuthenticationMaterialType.WIFI_SETUP_QR_BAR_CODE
    form = "SN:<serial number>;UPC:<12 digits> or SN:<serial number>;EAN:<8 to 13 digits>"

    serial_number: str = field(validator=within(SERIAL_NUMBER), repr=hidden)
    universal_product_code: str | None = field(
        default=None, validator=validators.optional(within(UNIVERSAL_PRODUCT_CODE)), repr=hidden
    )
    international_article_number: str | None = field(
        default=None,
        validator=validators.optional(within(INTERNATIONAL_ARTICLE_NUMBER)),
        repr=hidden,
    )

    def __attrs_post_init__(self) -> None:
        if (self.universal_product_code is None) == (self.international_article_number is None):
            raise self._error(
                "give either universal_product_code or international_article_number, not both"
            )
        super().__attrs_post_init__()

    @classmethod
    def _read(cls, text: str) -> Self:
        found = _FORM.fullmatch(text)
        if found is None:
            raise cls._not_of_form()
        serial_number, kind, code = found.groups()
        if kind == "UPC":
            return cls(serial_number=serial_number, universal_product_code=code)
        return cls(serial_number=serial_number, international_article_number=code)

    @property
    def text(self) -> str:
        """The code in the developer guide's format, without a semicolon at the end."""
        if self.universal_product_code is not None:
            return f"SN:{self.serial_number};UPC:{self.universal_product_code}"
        return f"SN:{self.serial_number};EAN:{self.international_article_number}"

    @property
    def warnings(self) -> tuple[MaterialIssue, ...]:
        """The issues of the code: `SERIAL_NUMBER_FORM`, `PRODUCT_CODE` or both."""
        found = []
        if _GUIDE_SERIAL_NUMBER.fullmatch(self.serial_number) is None:
            found.append(MaterialIssue.SERIAL_NUMBER_FORM)
        if not is_gtin(self.universal_product_code or self.international_article_number or ""):
            found.append(MaterialIssue.PRODUCT_CODE)
        return tuple(found)


@sealed
def expand_upc_e(upc_e: str) -> str:
    """Return the 12 digits of UPC-A for the 8 digits of UPC-E, the code on small labels.

    Raises:
        MaterialError: *upc_e* is not 8 digits that start with 0 or 1, or its check digit is wrong.
    """
    if not matches(_UPC_E, upc_e):
        raise MaterialError("UPC-E", "the code must be 8 digits, the first of them 0 or 1")
    system, digits, last, check = upc_e[0], upc_e[1:6], upc_e[6], upc_e[7]
    if last in "012":
        middle = f"{digits[:2]}{last}0000{digits[2:]}"
    elif last in "34":
        kept = int(last)
        middle = f"{digits[:kept]}00000{digits[kept:]}"
    else:
        middle = f"{digits}0000{last}"
    if gtin_check_digit(system + middle) != check:
        raise MaterialError("UPC-E", "the check digit does not match the other digits")
    return f"{system}{middle}{check}"
