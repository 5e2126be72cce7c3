"""Concentrations of substances in the air: a shared base, and a class for each substance."""

from typing import Annotated

from iotmi.capabilities._base import Capability, ClusterEnum, Number, Unit, attribute


class MeasurementUnit(ClusterEnum):
    """The unit of a concentration."""

    PPM = "Ppm", 0
    PPB = "Ppb", 1
    PPT = "Ppt", 2
    MGM3 = "Mgm3", 3
    UGM3 = "Ugm3", 4
    NGM3 = "Ngm3", 5
    PM3 = "Pm3", 6
    BQM3 = "Bqm3", 7


class MeasurementMedium(ClusterEnum):
    """The measured medium."""

    AIR = "Air", 0
    WATER = "Water", 1
    SOIL = "Soil", 2


class LevelValue(ClusterEnum):
    """A level of a concentration."""

    UNKNOWN = "Unknown", 0
    LOW = "Low", 1
    MEDIUM = "Medium", 2
    HIGH = "High", 3
    CRITICAL = "Critical", 4


class ConcentrationMeasurement(Capability):
    """The base of the concentrations, one capability per substance.

    `measurement_unit` is the unit of the measured values.
    """

    measured_value: float | None = attribute(0x0000)
    min_measured_value: float | None = attribute(0x0001)
    max_measured_value: float | None = attribute(0x0002)
    peak_measured_value: float | None = attribute(0x0003)
    peak_measured_value_window: Annotated[int, Number(0, 604_800), Unit("s")] | None = attribute(
        0x0004
    )
    average_measured_value: float | None = attribute(0x0005)
    average_measured_value_window: Annotated[int, Number(0, 604_800), Unit("s")] | None = attribute(
        0x0006
    )
    uncertainty: float | None = attribute(0x0007)
    measurement_unit: MeasurementUnit | None = attribute(0x0008)
    measurement_medium: MeasurementMedium | None = attribute(0x0009)
    level_value: LevelValue | None = attribute(0x000A)


class CarbonDioxideConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of carbon dioxide."""

    id = "matter.CarbonDioxideConcentrationMeasurement@1.4"
    name = "Carbon Dioxide Concentration Measurement"
    version = "1"
    number = 0x040D


class FormaldehydeConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of formaldehyde."""

    id = "matter.FormaldehydeConcentrationMeasurement@1.4"
    name = "Formaldehyde Concentration Measurement"
    version = "1"
    number = 0x042B


class Pm1ConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of particles up to 1 micrometre."""

    id = "matter.Pm1ConcentrationMeasurement@1.4"
    name = "PM1 Concentration Measurement"
    version = "1"
    number = 0x042C


class Pm25ConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of particles up to 2.5 micrometres."""

    id = "matter.Pm25ConcentrationMeasurement@1.4"
    name = "PM2.5 Concentration Measurement"
    version = "1"
    number = 0x042A


class Pm10ConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of particles up to 10 micrometres."""

    id = "matter.Pm10ConcentrationMeasurement@1.4"
    name = "PM10 Concentration Measurement"
    version = "1"
    number = 0x042D


class TotalVolatileOrganicCompoundsConcentrationMeasurement(ConcentrationMeasurement):
    """The concentration of volatile organic compounds."""

    id = "matter.TotalVolatileOrganicCompoundsConcentrationMeasurement@1.4"
    name = "Total Volatile Organic Compounds Concentration Measurement"
    version = "1"
    number = 0x042E
