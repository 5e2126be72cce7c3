"""Sensors of contacts, occupancy and air quality."""

from typing import Annotated, ClassVar

from iotmi.capabilities._base import (
    Bitmap,
    Capability,
    ClusterEnum,
    Events,
    Number,
    ReadOnlyMap,
    Seconds,
    Struct,
    Unit,
    WireName,
    attribute,
)


class Occupancy(Bitmap):
    """The occupancy of a room."""

    OCCUPIED = 1 << 0


class OccupancySensorType(ClusterEnum):
    """The type of an occupancy sensor."""

    PIR = "Pir", 0
    ULTRASONIC = "Ultrasonic", 1
    PIR_AND_ULTRASONIC = "PirAndUltrasonic", 2
    PHYSICAL_CONTACT = "PhysicalContact", 3


class OccupancySensorTypes(Bitmap):
    """Types of occupancy sensors."""

    PIR = 1 << 0
    ULTRASONIC = 1 << 1
    PHYSICAL_CONTACT = 1 << 2


class HoldTimeLimits(Struct):
    """The limits of the hold time, in seconds."""

    hold_time_min: Annotated[int, Number(1, 65_535), Unit("s")] | None = None
    hold_time_max: Annotated[int, Number(10, 65_535), Unit("s")] | None = None
    hold_time_default: Seconds | None = None


class AirQualityLevel(ClusterEnum):
    """A level of air quality."""

    UNKNOWN = "Unknown", 0
    GOOD = "Good", 1
    FAIR = "Fair", 2
    MODERATE = "Moderate", 3
    POOR = "Poor", 4
    VERY_POOR = "VeryPoor", 5
    EXTREMELY_POOR = "ExtremelyPoor", 6


class BooleanState(Capability):
    """A boolean state, such as a closed contact."""

    id = "matter.BooleanState@1.4"
    name = "Boolean State"
    version = "1"
    number = 0x0045
    events: ClassVar[Events] = ReadOnlyMap({"StateChange": 0x00})

    state_value: bool | None = attribute(0x0000)


class OccupancySensing(Capability):
    """An occupancy sensor of a room."""

    id = "matter.OccupancySensing@1.4"
    name = "Occupancy Sensing"
    version = "5"
    number = 0x0406
    events: ClassVar[Events] = ReadOnlyMap({"OccupancyChanged": 0x00})

    occupancy: Occupancy | None = attribute(0x0000)
    occupancy_sensor_type: OccupancySensorType | None = attribute(0x0001)
    occupancy_sensor_type_bitmap: OccupancySensorTypes | None = attribute(0x0002)
    hold_time: Seconds | None = attribute(0x0003, writable=True)
    hold_time_limits: HoldTimeLimits | None = attribute(0x0004)
    pir_occupied_to_unoccupied_delay: (
        Annotated[Seconds, WireName("PIROccupiedToUnoccupiedDelay")] | None
    ) = attribute(0x0010, writable=True)
    pir_unoccupied_to_occupied_delay: (
        Annotated[Seconds, WireName("PIRUnoccupiedToOccupiedDelay")] | None
    ) = attribute(0x0011, writable=True)
    pir_unoccupied_to_occupied_threshold: (
        Annotated[int, Number(1, 254), WireName("PIRUnoccupiedToOccupiedThreshold")] | None
    ) = attribute(0x0012, writable=True)
    ultrasonic_occupied_to_unoccupied_delay: Seconds | None = attribute(0x0020, writable=True)
    ultrasonic_unoccupied_to_occupied_delay: Seconds | None = attribute(0x0021, writable=True)
    ultrasonic_unoccupied_to_occupied_threshold: Annotated[int, Number(1, 254)] | None = attribute(
        0x0022, writable=True
    )
    physical_contact_occupied_to_unoccupied_delay: Seconds | None = attribute(0x0030, writable=True)
    physical_contact_unoccupied_to_occupied_delay: Seconds | None = attribute(0x0031, writable=True)
    physical_contact_unoccupied_to_occupied_threshold: Annotated[int, Number(1, 254)] | None = (
        attribute(0x0032, writable=True)
    )


class AirQuality(Capability):
    """The quality of the air."""

    id = "matter.AirQuality@1.4"
    name = "Air Quality"
    version = "1"
    number = 0x005B

    air_quality: AirQualityLevel | None = attribute(0x0000)
