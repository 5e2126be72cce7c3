"""Filters and their condition: a shared base, and a class for each kind of filter."""

from collections.abc import Sequence
from typing import Annotated

from iotmi.capabilities._base import (
    Capability,
    ClusterEnum,
    Command,
    EpochSeconds,
    Percent,
    Size,
    Struct,
    Text,
    attribute,
)


class DegradationDirection(ClusterEnum):
    """The direction in which the condition changes."""

    UP = "Up", 0
    DOWN = "Down", 1


class ChangeIndication(ClusterEnum):
    """The urgency of a filter change."""

    OK = "Ok", 0
    WARNING = "Warning", 1
    CRITICAL = "Critical", 2


class ProductIdentifierType(ClusterEnum):
    """The type of a product number."""

    UPC = "Upc", 0
    GTIN8 = "Gtin8", 1
    EAN = "Ean", 2
    GTIN14 = "Gtin14", 3
    OEM = "Oem", 4


class ReplacementProduct(Struct):
    """A replacement filter."""

    product_identifier_type: ProductIdentifierType
    product_identifier_value: Annotated[str, Text(max=20)]


class ResetCondition(Command):
    """Reset the condition after a filter change."""

    number = 0x00


class FilterMonitoring(Capability):
    """The base of the filters, one capability per kind of filter."""

    condition: Percent | None = attribute(0x0000)
    degradation_direction: DegradationDirection | None = attribute(0x0001)
    change_indication: ChangeIndication | None = attribute(0x0002)
    in_place_indicator: bool | None = attribute(0x0003)
    last_changed_time: EpochSeconds | None = attribute(0x0004, writable=True)
    replacement_product_list: Annotated[Sequence[ReplacementProduct], Size(max=5)] | None = (
        attribute(0x0005)
    )

    reset_condition = ResetCondition


class HepaFilterMonitoring(FilterMonitoring):
    """A HEPA filter."""

    id = "matter.HepaFilterMonitoring@1.4"
    name = "HEPA Filter Monitoring"
    version = "1"
    number = 0x0071


class ActivatedCarbonFilterMonitoring(FilterMonitoring):
    """An activated carbon filter."""

    id = "matter.ActivatedCarbonFilterMonitoring@1.4"
    name = "Activated Carbon Filter Monitoring"
    version = "1"
    number = 0x0072
